//! A PWPF bank without any shortcut, to hold the fast one against.

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

/// The bank as one would write it down: nozzle after nozzle, every tick in full. A nozzle takes
/// 1 W.
#[derive(Debug, Clone)]
pub struct PlainBank {
    params: Params,
    period_us: u32,
    decay: f64,
    min_on_us: u32,
    min_off_us: u32,
    max_on_us: u32,
    channels: [Channel; NOZZLES],
    /// The order in which nozzles are asked.
    order: [usize; NOZZLES],
}

/// An edge within the tick, µs from its start: as commanded, and for the filter.
#[derive(Debug, Clone, Copy)]
struct Edge {
    at_us: u32,
    exact_us: f64,
}

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
            order: std::array::from_fn(|n| n),
        }
    }

    /// One tick: `level` (thrust over maximum, 0..1) in, on-times in µs out. A level that is
    /// not a number counts as zero.
    pub fn step(&mut self, level: &[f64; NOZZLES], gate: Gate, on_time_us: &mut [u32; NOZZLES]) {
        let mut open = self.channels.iter().filter(|c| c.open).count();
        let mut refused = None;
        let ending = gate.ending | self.surplus(level, gate.power_max_w);
        for (place, n) in self.order.into_iter().enumerate() {
            let closed = gate.closed >> n & 1 == 1;
            let room = open < gate.power_max_w as usize;
            let ends = ending >> n & 1 == 1;
            let free = gate.no_opening >> n & 1 == 0 && !ends;
            let input = if level[n].is_finite() {
                level[n].clamp(0.0, 1.0)
            } else {
                0.0
            };
            if free && !room && !closed && refused.is_none() && self.wants_to_open(n, input) {
                refused = Some(place);
            }
            let was_open = self.channels[n].open;
            on_time_us[n] = if closed {
                self.force_close(n)
            } else if ends && self.channels[n].open {
                self.end_pulse(n, input)
            } else {
                self.tick(n, input, free && room)
            };
            // A nozzle that closes inside this tick still counts as open until the next.
            open += usize::from(self.channels[n].open && !was_open);
        }
        self.order.rotate_left(refused.unwrap_or(0));
    }

    /// Bit n: nozzle n is commanded open at this instant.
    pub fn open_mask(&self) -> u16 {
        (0..NOZZLES).fold(0, |mask, n| mask | u16::from(self.channels[n].open) << n)
    }

    fn wants_to_open(&self, n: usize, input: f64) -> bool {
        let channel = &self.channels[n];
        let rested = channel.since_edge_us.saturating_add(self.period_us) > self.min_off_us;
        !channel.open && rested && self.crossing_us(channel, input).is_some()
    }

    /// The open nozzles beyond the power, the smallest levels first.
    fn surplus(&self, level: &[f64; NOZZLES], power_max_w: f64) -> u16 {
        let level = level.map(|level| if level.is_finite() { level } else { 0.0 });
        let mut open: Vec<usize> = (0..NOZZLES).filter(|n| self.channels[*n].open).collect();
        open.sort_by(|a, b| {
            level[*b]
                .clamp(0.0, 1.0)
                .total_cmp(&level[*a].clamp(0.0, 1.0))
                .then(b.cmp(a))
        });
        let stay = open.len().min(power_max_w as usize);
        open[stay..].iter().fold(0, |mask, n| mask | 1 << n)
    }

    /// Closes a nozzle as soon as its shortest opening is over.
    fn end_pulse(&mut self, n: usize, input: f64) -> u32 {
        let at_us = self
            .min_on_us
            .saturating_sub(self.channels[n].since_edge_us);
        if at_us >= self.period_us {
            return self.stay(n, input);
        }
        let exact_us = f64::from(at_us);
        self.switch(n, input, Edge { at_us, exact_us })
    }

    /// Closes a nozzle at once and empties its filter.
    fn force_close(&mut self, n: usize) -> u32 {
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
            Some(edge) => self.switch(n, input, edge),
            None => self.stay(n, input),
        }
    }

    /// Where in this tick the relay switches, if it does.
    fn edge(&self, n: usize, input: f64, may_open: bool) -> Option<Edge> {
        let channel = &self.channels[n];
        if !(channel.open || may_open) {
            return None;
        }
        let shortest_us = if channel.open {
            self.min_on_us
        } else {
            self.min_off_us
        };
        let earliest_us = shortest_us.saturating_sub(channel.since_edge_us);
        let crossing = self.crossing_us(channel, input);
        let wanted_us = crossing.map_or(u32::MAX, |us| us as u32);
        let mut at_us = wanted_us.max(earliest_us);
        if channel.open {
            at_us = at_us.min(self.max_on_us.saturating_sub(channel.since_edge_us));
        }
        let exact_us = match crossing {
            Some(us) if us as u32 == at_us => us,
            _ => f64::from(at_us),
        };
        (at_us < self.period_us).then_some(Edge { at_us, exact_us })
    }

    /// When the filter passes its threshold: 0 where it is beyond it already, `None` where it does
    /// not get there in this tick.
    fn crossing_us(&self, channel: &Channel, input: f64) -> Option<f64> {
        let threshold = if channel.open {
            self.params.u_off
        } else {
            self.params.u_on
        };
        let beyond = |f: f64| {
            if channel.open {
                f <= threshold
            } else {
                f >= threshold
            }
        };
        let target = self.params.km * (input - f64::from(u8::from(channel.open)));
        if beyond(channel.filter) {
            return Some(0.0);
        }
        if !beyond(target + (channel.filter - target) * self.decay) {
            return None;
        }
        let ratio = (channel.filter - target) / (threshold - target);
        Some(self.params.tau_s * libm::log(ratio) * 1e6)
    }

    fn switch(&mut self, n: usize, input: f64, edge: Edge) -> u32 {
        let remaining_us = self.period_us - edge.at_us;
        let after_us = f64::from(self.period_us) - edge.exact_us;
        let was_open = self.channels[n].open;
        let before = self.integrate(self.channels[n].filter, input, was_open, edge.exact_us);
        let after = self.integrate(before, input, !was_open, after_us);
        self.channels[n] = Channel {
            filter: after,
            open: !was_open,
            since_edge_us: remaining_us,
        };
        if was_open { edge.at_us } else { remaining_us }
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
    fn integrate(&self, filter: f64, input: f64, open: bool, duration_us: f64) -> f64 {
        let target = self.params.km * (input - f64::from(u8::from(open)));
        target + (filter - target) * libm::exp(-(duration_us * 1e-6 / self.params.tau_s))
    }
}
