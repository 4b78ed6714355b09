//! A PWPF bank without any shortcut, to hold the fast one against.
#![allow(dead_code, missing_docs, unreachable_pub)]

use qiki_craft::NOZZLES;
use qiki_pwpf::{Gate, Params, ValveTimes};

/// One nozzle's modulator.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Channel {
    /// Filter output.
    filter: f64,
    /// Relay output: the valve is commanded open.
    open: bool,
    /// Time since the last edge, µs, saturating.
    since_edge_us: u32,
}

/// The bank as one would write it down: nozzle after nozzle, every tick in full.
#[derive(Debug, Clone)]
pub struct PlainBank {
    params: Params,
    period_us: u32,
    decay: f64,
    min_on_us: u32,
    min_off_us: u32,
    max_on_us: u32,
    channels: [Channel; NOZZLES],
}

/// An edge to come within the tick, µs from its start.
type Edge = Option<u32>;

fn micros(seconds: f64) -> u32 {
    (seconds * 1e6).round().min(4e9) as u32
}

impl PlainBank {
    pub fn new(params: Params, times: ValveTimes, period_us: u32) -> Self {
        let dt_s = f64::from(period_us) * 1e-6;
        Self {
            params,
            period_us,
            decay: libm::exp(-dt_s / params.tau_s),
            min_on_us: micros(times.min_on_s),
            min_off_us: micros(times.min_off_s),
            max_on_us: micros(times.max_on_s),
            channels: [Channel {
                filter: 0.0,
                open: false,
                since_edge_us: u32::MAX,
            }; NOZZLES],
        }
    }

    /// One tick: `level` (thrust over maximum, 0..1) in, on-times in µs out. A level that is
    /// not a number counts as zero.
    pub fn step(&mut self, level: &[f64; NOZZLES], gate: Gate, on_time_us: &mut [u32; NOZZLES]) {
        let mut open = self.channels.iter().filter(|c| c.open).count();
        for n in 0..NOZZLES {
            let closed = gate.closed >> n & 1 == 1;
            let room = open < gate.open_max as usize;
            let may_open = room && gate.no_opening >> n & 1 == 0;
            let input = if level[n].is_finite() {
                level[n].clamp(0.0, 1.0)
            } else {
                0.0
            };
            let was_open = self.channels[n].open;
            on_time_us[n] = if closed {
                self.shut(n)
            } else {
                self.tick(n, input, may_open)
            };
            // A nozzle that closes inside this tick still counts as open until the next.
            open += usize::from(self.channels[n].open && !was_open);
        }
    }

    /// Bit n: nozzle n is commanded open at this instant.
    pub fn open_mask(&self) -> u16 {
        (0..NOZZLES).fold(0, |mask, n| mask | u16::from(self.channels[n].open) << n)
    }

    /// Closes a nozzle at once and empties its filter.
    fn shut(&mut self, n: usize) -> u32 {
        let channel = &mut self.channels[n];
        channel.filter = 0.0;
        let elapsed = if channel.open {
            0
        } else {
            channel.since_edge_us
        };
        channel.open = false;
        channel.since_edge_us = elapsed.saturating_add(self.period_us);
        0
    }

    fn tick(&mut self, n: usize, input: f64, may_open: bool) -> u32 {
        match self.edge(n, input, may_open) {
            Some(at_us) => self.switch(n, input, at_us),
            None => self.stay(n, input),
        }
    }

    /// Where in this tick the relay switches, if it does.
    fn edge(&self, n: usize, input: f64, may_open: bool) -> Edge {
        let channel = &self.channels[n];
        let (target, threshold, rest_us) = if channel.open {
            (
                self.params.km * (input - 1.0),
                self.params.u_off,
                self.min_on_us,
            )
        } else if may_open {
            (self.params.km * input, self.params.u_on, self.min_off_us)
        } else {
            return None;
        };
        let crossing = self.crossing_us(channel, target, threshold)?;
        let earliest = rest_us.saturating_sub(channel.since_edge_us);
        let mut at_us = crossing.max(earliest);
        if channel.open {
            at_us = at_us.min(self.max_on_us.saturating_sub(channel.since_edge_us));
        }
        (at_us < self.period_us).then_some(at_us)
    }

    /// When the filter, on its way to `target`, passes `threshold`; 0 where it is beyond it
    /// already, the period where it does not get there in this tick.
    fn crossing_us(&self, channel: &Channel, target: f64, threshold: f64) -> Edge {
        let beyond = |f: f64| {
            if channel.open {
                f <= threshold
            } else {
                f >= threshold
            }
        };
        if beyond(channel.filter) {
            return Some(0);
        }
        let end = target + (channel.filter - target) * self.decay;
        if !beyond(end) {
            // An open valve may still have to close for its longest opening.
            return channel.open.then_some(self.period_us.max(self.max_on_us));
        }
        let ratio = (channel.filter - target) / (threshold - target);
        Some(micros(self.params.tau_s * libm::log(ratio)))
    }

    fn switch(&mut self, n: usize, input: f64, at_us: u32) -> u32 {
        let remaining_us = self.period_us - at_us;
        let was_open = self.channels[n].open;
        let before = self.flow(self.channels[n].filter, input, was_open, at_us);
        let after = self.flow(before, input, !was_open, remaining_us);
        self.channels[n] = Channel {
            filter: after,
            open: !was_open,
            since_edge_us: remaining_us,
        };
        if was_open { at_us } else { remaining_us }
    }

    fn stay(&mut self, n: usize, input: f64) -> u32 {
        let channel = &mut self.channels[n];
        let target = self.params.km * (input - f64::from(u8::from(channel.open)));
        let end = target + (channel.filter - target) * self.decay;
        // A relay that is held must not wind its filter up beyond the threshold.
        channel.filter = if channel.open {
            end.max(self.params.u_off)
        } else {
            end.min(self.params.u_on)
        };
        channel.since_edge_us = channel.since_edge_us.saturating_add(self.period_us);
        if channel.open { self.period_us } else { 0 }
    }

    /// The filter after `duration_us` with constant input and relay.
    fn flow(&self, filter: f64, input: f64, open: bool, duration_us: u32) -> f64 {
        let target = self.params.km * (input - f64::from(u8::from(open)));
        let ratio = f64::from(duration_us) * 1e-6 / self.params.tau_s;
        target + (filter - target) * libm::exp(-ratio)
    }
}
