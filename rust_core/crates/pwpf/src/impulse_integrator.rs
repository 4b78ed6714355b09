//! Relays on the impulse residual: bang-bang with hysteresis, Schmitt, remainder.

use crate::rule::{Relays, Rule, follow, input, step};
use crate::valve::{Valves, whole};
use crate::{Modulator, ParamError, ValveTimes, WideGate};

/// At which impulse residual q a valve opens and closes, s at full thrust. `q' = level - output`:
/// the valve opens where q has risen to `open_at_s` and closes where q has fallen to `close_at_s`,
/// as far as its time limits allow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// Opens at and above.
    pub open_at_s: f64,
    /// Closes at and below.
    pub close_at_s: f64,
}

/// The rules that keep an impulse residual.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum IntegratorRule {
    /// On and off half a band above and below zero, so that the mean error is zero. The shortest
    /// pulse and the shortest pause are one band long.
    BangBang {
        /// Width of the hysteresis, s at full thrust.
        band_s: f64,
    },
    /// Fires once the residual is `level_on` of a shortest pulse, and goes on until it is
    /// `level_off` of one. It may give more than was demanded so far; the residual is negative
    /// then.
    Schmitt {
        /// 0..=1, of the shortest pulse.
        level_on: f64,
        /// 0..level_on, of the shortest pulse.
        level_off: f64,
    },
    /// Waits until the residual makes a shortest pulse. Under a constant level it never gives more
    /// than was demanded so far.
    Remainder,
}

impl IntegratorRule {
    /// The rule's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::BangBang { .. } => "bang_bang",
            Self::Schmitt { .. } => "schmitt",
            Self::Remainder => "remainder",
        }
    }

    /// The rule's thresholds for a valve.
    ///
    /// # Errors
    /// [`ParamError`] where they would need shorter pulses or pauses than the valve can do.
    pub fn thresholds(&self, times: &ValveTimes) -> Result<Thresholds, ParamError> {
        match *self {
            Self::BangBang { band_s } => band(band_s, times),
            Self::Schmitt {
                level_on,
                level_off,
            } => levels(level_on, level_off, times),
            Self::Remainder => Ok(Thresholds {
                open_at_s: times.min_on_s.max(times.min_off_s),
                close_at_s: 0.0,
            }),
        }
    }
}

fn band(band_s: f64, times: &ValveTimes) -> Result<Thresholds, ParamError> {
    if !(band_s.is_finite() && band_s > 0.0) {
        return Err(ParamError::NoBand(band_s));
    }
    let (min_on_s, min_off_s) = (times.min_on_s, times.min_off_s);
    if band_s < min_on_s || band_s < min_off_s {
        return Err(ParamError::BandTooNarrow {
            band_s,
            min_on_s,
            min_off_s,
        });
    }
    Ok(Thresholds {
        open_at_s: 0.5 * band_s,
        close_at_s: -0.5 * band_s,
    })
}

fn levels(level_on: f64, level_off: f64, times: &ValveTimes) -> Result<Thresholds, ParamError> {
    if !(level_off >= 0.0 && level_off < level_on && level_on <= 1.0) {
        return Err(ParamError::Levels {
            level_on,
            level_off,
        });
    }
    Ok(Thresholds {
        open_at_s: level_on * times.min_on_s,
        close_at_s: level_off * times.min_on_s,
    })
}

/// Relays of up to [`crate::COUNT_MAX`] valves on the impulse residual of each.
///
/// Edges are whole microseconds, and the residual takes the on-times that were really commanded, so
///
/// ```text
/// sum of level * period = sum of on-times + residual + dropped
/// ```
///
/// holds at every tick to rounding of the sums. Dropped is what was demanded of a valve while it
/// was kept closed, and what exceeds the threshold by more than a shortest pause: with a longest
/// opening, or inhibited by the gate, a valve cannot give it, and must not give it long afterwards.
#[derive(Debug, Clone)]
pub struct ImpulseIntegrator {
    period_us: f64,
    open_at_us: f64,
    close_at_us: f64,
    /// Greatest residual that is kept, µs at full thrust.
    residual_max_us: f64,
    valves: Valves,
    /// Impulse residual, µs at full thrust.
    residual_us: Box<[f64]>,
    /// The same at the end of the tick.
    next_us: Box<[f64]>,
    dropped_us: Box<[f64]>,
    relay: Relays,
}

impl ImpulseIntegrator {
    /// `count` modulators at rest: all closed, no residual, and allowed to open at once.
    ///
    /// # Errors
    /// [`ParamError`] where the rule cannot drive the valve, a tick is too long, or there are too
    /// many valves.
    pub fn new(
        count: usize,
        rule: IntegratorRule,
        times: ValveTimes,
        period_us: u32,
    ) -> Result<Self, ParamError> {
        let name = rule.name();
        times
            .check_tick(period_us)
            .map_err(|(dt_s, shortest_s)| ParamError::RuleTick {
                name,
                dt_s,
                shortest_s,
            })?;
        if !times.can_close() {
            let (max_on_s, min_on_s) = (times.max_on_s, times.min_on_s);
            return Err(ParamError::RuleOpening {
                name,
                max_on_s,
                min_on_s,
            });
        }
        ParamError::check_count(count)?;
        let thresholds = rule.thresholds(&times)?;
        let open_at_us = thresholds.open_at_s * 1e6;
        Ok(Self {
            period_us: f64::from(period_us),
            open_at_us,
            close_at_us: thresholds.close_at_s * 1e6,
            residual_max_us: open_at_us + times.min_off_s * 1e6,
            valves: Valves::new(count, &times, period_us),
            residual_us: vec![0.0; count].into(),
            next_us: vec![0.0; count].into(),
            dropped_us: vec![0.0; count].into(),
            relay: Relays::closed(count, open_at_us),
        })
    }

    /// Where in this tick the relay switches, if it does, µs.
    fn edge(&self, n: usize, input: f64, may_open: bool) -> Option<u32> {
        let (open, period_us) = (self.valves.is_open(n), self.valves.period_us());
        if !(open || may_open) {
            return None;
        }
        let until_edge_us = self.valves.until_edge_us(n);
        if until_edge_us >= period_us {
            return None;
        }
        let mut at_us = self.crossing_us(n, input).max(until_edge_us);
        if open {
            at_us = at_us.min(self.valves.until_close_us(n));
        }
        (at_us < period_us).then_some(at_us)
    }

    /// The first whole microsecond at which the residual switches the relay.
    fn crossing_us(&self, n: usize, input: f64) -> u32 {
        let (relay, residual_us) = (self.relay.lane(n), self.residual_us[n]);
        if relay.switches(residual_us) {
            return 0;
        }
        if !relay.switches(self.next_us[n]) {
            return u32::MAX;
        }
        whole(((relay.threshold() - residual_us) / (input - relay.output)).ceil())
    }

    /// The tick of valve `n` with this edge, if any; its on-time, µs.
    fn tick_with(&mut self, n: usize, input: f64, edge_us: Option<u32>) -> u32 {
        let on_time_us = match edge_us {
            Some(at_us) => self.valves.switch(n, at_us),
            None => self.valves.steady_us()[n],
        };
        self.set_relay(n);
        let demanded_us = input * self.period_us;
        self.keep_residual(n, self.residual_us[n] + demanded_us - f64::from(on_time_us));
        on_time_us
    }

    /// Keeps the residual after the tick, and drops what the valve cannot make good.
    fn keep_residual(&mut self, n: usize, residual_us: f64) {
        self.next_us[n] = residual_us.min(self.residual_max_us);
        self.dropped_us[n] += residual_us - self.next_us[n];
    }

    fn set_relay(&mut self, n: usize) {
        let open = self.valves.is_open(n);
        let threshold = if open {
            self.close_at_us
        } else {
            self.open_at_us
        };
        self.relay.set(n, open, threshold);
    }
}

impl Rule for ImpulseIntegrator {
    fn valves(&self) -> &Valves {
        &self.valves
    }

    fn valves_mut(&mut self) -> &mut Valves {
        &mut self.valves
    }

    fn integrate(&mut self, level: &[f64]) -> bool {
        let period_us = self.period_us;
        let lanes = self
            .relay
            .lanes()
            .zip(&self.residual_us)
            .zip(&mut self.next_us);
        let mut any = false;
        for (((relay, residual_us), next_us), level) in lanes.zip(level) {
            let end_us = *residual_us + (input(*level) - relay.output) * period_us;
            *next_us = end_us;
            any |= relay.switches(*residual_us) | relay.switches(end_us);
        }
        any
    }

    fn will_switch(&self, n: usize) -> bool {
        let relay = self.relay.lane(n);
        relay.switches(self.residual_us[n]) || relay.switches(self.next_us[n])
    }

    fn tick(&mut self, n: usize, input: f64, may_open: bool) -> u32 {
        let edge_us = self.edge(n, input, may_open);
        self.tick_with(n, input, edge_us)
    }

    fn end_pulse(&mut self, n: usize, input: f64) -> u32 {
        let at_us = self.valves.until_edge_us(n);
        self.tick_with(n, input, (at_us < self.valves.period_us()).then_some(at_us))
    }

    fn force_close(&mut self, n: usize, input: f64) {
        self.valves.force_close(n);
        self.set_relay(n);
        self.dropped_us[n] += self.residual_us[n] + input * self.period_us;
        self.next_us[n] = 0.0;
    }

    fn follow_one(&mut self, n: usize, on_time_us: u32) {
        if self.valves.follow(n, on_time_us) {
            self.set_relay(n);
        }
        self.dropped_us[n] += self.residual_us[n];
        self.next_us[n] = 0.0;
    }

    fn end(&mut self) {
        std::mem::swap(&mut self.residual_us, &mut self.next_us);
        self.valves.advance();
    }
}

impl Modulator for ImpulseIntegrator {
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

    fn residual_us(&self, n: usize) -> Option<f64> {
        self.residual_us.get(n).copied()
    }

    fn dropped_us(&self, n: usize) -> Option<f64> {
        self.dropped_us.get(n).copied()
    }
}
