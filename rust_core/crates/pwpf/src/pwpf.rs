//! Pulse-width pulse-frequency modulators of several valves, with the valves' time limits.

use crate::rule::{Relays, Rule, follow, input, step};
use crate::valve::{Valves, whole};
use crate::{Modulator, ParamError, Params, ValveTimes, WideGate};

/// PWPF modulators of up to [`crate::COUNT_MAX`] valves.
///
/// A commanded edge is the last whole microsecond before the filter crosses its threshold. The
/// filter itself switches at the exact crossing, so that the rounding of an edge does not shift the
/// next one: pulses and pauses are within a microsecond of their closed forms, and no error adds
/// up. Where a time limit of the valve moves an edge, the filter switches at the moved edge.
#[derive(Debug, Clone)]
pub struct Pwpf {
    params: Params,
    /// `exp(-dt/tau)`.
    decay: f64,
    valves: Valves,
    filter: Box<[f64]>,
    /// The filters at the end of the tick, should there be no edge.
    next: Box<[f64]>,
    relay: Relays,
}

/// Where in a tick a relay switches: as commanded, and for the filter, µs.
struct Edge {
    at_us: u32,
    exact_us: f64,
}

impl Pwpf {
    /// `count` modulators at rest: all closed, and allowed to open at once.
    ///
    /// # Errors
    /// [`ParamError`] where the parameters cannot drive the valve, a tick is too long, or there
    /// are too many valves.
    pub fn new(
        count: usize,
        params: Params,
        times: ValveTimes,
        period_us: u32,
    ) -> Result<Self, ParamError> {
        params.check(times.min_on_s)?;
        let dt_s = times
            .check_tick(period_us)
            .map_err(|(dt_s, shortest_s)| ParamError::Tick { dt_s, shortest_s })?;
        if !times.can_close() {
            let (max_on_s, min_on_s) = (times.max_on_s, times.min_on_s);
            return Err(ParamError::Opening { max_on_s, min_on_s });
        }
        ParamError::check_count(count)?;
        Ok(Self {
            params,
            decay: libm::exp(-dt_s / params.tau_s),
            valves: Valves::new(count, &times, period_us),
            filter: vec![0.0; count].into(),
            next: vec![0.0; count].into(),
            relay: Relays::closed(count, params.u_on),
        })
    }

    /// Where in this tick the relay switches, if it does.
    fn edge(&self, n: usize, input: f64, may_open: bool) -> Option<Edge> {
        let (open, period_us) = (self.valves.is_open(n), self.valves.period_us());
        if !(open || may_open) {
            return None;
        }
        let until_edge_us = self.valves.until_edge_us(n);
        if until_edge_us >= period_us {
            return None;
        }
        let crossing = self.crossing_us(n, input);
        let mut at_us = crossing.map_or(u32::MAX, whole).max(until_edge_us);
        if open {
            at_us = at_us.min(self.valves.until_close_us(n));
        }
        let exact_us = match crossing {
            Some(us) if whole(us) == at_us => us,
            _ => f64::from(at_us),
        };
        (at_us < period_us).then_some(Edge { at_us, exact_us })
    }

    /// When the filter switches the relay, µs: 0 where it should have already, `None` where that
    /// is not in this tick.
    fn crossing_us(&self, n: usize, input: f64) -> Option<f64> {
        let (relay, filter) = (self.relay.lane(n), self.filter[n]);
        if relay.switches(filter) {
            return Some(0.0);
        }
        if !relay.switches(self.next[n]) {
            return None;
        }
        let target = self.params.km * (input - relay.output);
        let ratio = (filter - target) / (relay.threshold() - target);
        Some(self.params.tau_s * libm::log(ratio) * 1e6)
    }

    fn switch(&mut self, n: usize, input: f64, edge: &Edge) -> u32 {
        let remaining_us = f64::from(self.valves.period_us()) - edge.exact_us;
        let before = self.ahead(
            self.filter[n],
            input - self.relay.lane(n).output,
            edge.exact_us,
        );
        let on_time_us = self.valves.switch(n, edge.at_us);
        self.set_relay(n);
        self.next[n] = self.ahead(before, input - self.relay.lane(n).output, remaining_us);
        on_time_us
    }

    /// A tick without an edge. A relay that may not switch must not wind its filter up beyond the
    /// threshold.
    fn keep_state(&mut self, n: usize) -> u32 {
        let end = self.next[n];
        self.next[n] = if self.valves.is_open(n) {
            end.max(self.params.u_off)
        } else {
            end.min(self.params.u_on)
        };
        self.valves.steady_us()[n]
    }

    fn set_relay(&mut self, n: usize) {
        let (open, params) = (self.valves.is_open(n), &self.params);
        self.relay
            .set(n, open, if open { params.u_off } else { params.u_on });
    }

    /// The filter after `duration_us` with constant difference of input and relay.
    fn ahead(&self, filter: f64, difference: f64, duration_us: f64) -> f64 {
        let target = self.params.km * difference;
        let ratio = duration_us * 1e-6 / self.params.tau_s;
        target + (filter - target) * libm::exp(-ratio)
    }
}

impl Modulator for Pwpf {
    fn count(&self) -> usize {
        self.valves.count()
    }

    fn period_us(&self) -> u32 {
        self.valves.period_us()
    }

    fn step(&mut self, level: &[f64], gate: WideGate, on_time_us: &mut [u32]) {
        step(self, level, gate, on_time_us);
    }

    fn follow(&mut self, on_time_us: &[u32]) {
        follow(self, on_time_us);
    }

    fn open_mask(&self) -> u64 {
        self.valves.open_mask()
    }

    fn residual_us(&self, _: usize) -> Option<f64> {
        None
    }

    fn dropped_us(&self, _: usize) -> Option<f64> {
        None
    }
}

impl Rule for Pwpf {
    fn valves(&self) -> &Valves {
        &self.valves
    }

    fn valves_mut(&mut self) -> &mut Valves {
        &mut self.valves
    }

    fn integrate(&mut self, level: &[f64]) -> bool {
        let (km, decay) = (self.params.km, self.decay);
        let lanes = self.relay.lanes().zip(&self.filter).zip(&mut self.next);
        let mut any = false;
        for (((relay, filter), next), level) in lanes.zip(level) {
            let target = km * (input(*level) - relay.output);
            let end = target + (*filter - target) * decay;
            *next = end;
            any |= relay.switches(*filter) | relay.switches(end);
        }
        any
    }

    fn will_switch(&self, n: usize) -> bool {
        let relay = self.relay.lane(n);
        relay.switches(self.filter[n]) || relay.switches(self.next[n])
    }

    fn tick(&mut self, n: usize, input: f64, may_open: bool) -> u32 {
        match self.edge(n, input, may_open) {
            Some(edge) => self.switch(n, input, &edge),
            None => self.keep_state(n),
        }
    }

    fn end_pulse(&mut self, n: usize, input: f64) -> u32 {
        let at_us = self.valves.until_edge_us(n);
        if at_us >= self.valves.period_us() {
            return self.keep_state(n);
        }
        let exact_us = f64::from(at_us);
        self.switch(n, input, &Edge { at_us, exact_us })
    }

    fn force_close(&mut self, n: usize, _: f64) {
        self.valves.force_close(n);
        self.set_relay(n);
        self.next[n] = 0.0;
    }

    fn follow_one(&mut self, n: usize, on_time_us: u32) {
        if self.valves.follow(n, on_time_us) {
            self.set_relay(n);
        }
        self.next[n] = self.filter[n] * self.decay;
    }

    fn end(&mut self) {
        std::mem::swap(&mut self.filter, &mut self.next);
        self.valves.advance();
    }
}
