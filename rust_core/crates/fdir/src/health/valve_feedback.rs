//! What the valves say of themselves: commanded against measured open time.

use qiki_craft::{NOZZLES, nozzles_in, nozzles_where};

use crate::fault::Fault;

/// Commanded minus measured open time that makes a fault, µs. The valve's delays and one or
/// two ticks on the bus shift feedback by a few milliseconds; the shortest pulse is 30 ms.
const MISMATCH_US: f64 = 20_000.0;
/// A valve may open and close with delays this far apart, and then every pulse is longer or
/// shorter than commanded, and they add up, µs. A level that falls by a part does so by that part.
const DELAY_SPREAD_US: f64 = 4_000.0;
/// Rounding of measured times is forgotten with this time constant, s.
const FORGET_S: f64 = 2.0;
/// A valve that was stuck open has closed when it has been measured closed for this long, s.
const CLOSED_S: f64 = 0.02;

/// Compares what was commanded with what was measured.
#[derive(Debug, Clone)]
pub(super) struct ValveFeedbackMonitor {
    /// Commanded minus measured open time, µs, slowly forgotten.
    mismatch_us: [f64; NOZZLES],
    /// What the pulses commanded so far may be off by, µs, forgotten as slowly.
    allowance_us: [f64; NOZZLES],
    last_command_us: [u32; NOZZLES],
    /// How long each valve has been measured closed, s.
    closed_s: [f64; NOZZLES],
    keep: f64,
    /// Allowance for each microsecond by which an on-time falls.
    spread_per_us: f64,
    dt_s: f64,
}

impl ValveFeedbackMonitor {
    pub(super) fn new(dt_s: f64) -> Self {
        Self {
            mismatch_us: [0.0; NOZZLES],
            allowance_us: [0.0; NOZZLES],
            last_command_us: [0; NOZZLES],
            closed_s: [0.0; NOZZLES],
            keep: 1.0 - dt_s / FORGET_S,
            spread_per_us: DELAY_SPREAD_US / (dt_s * 1e6),
            dt_s,
        }
    }

    /// The same with nothing held against any valve.
    pub(super) fn fresh(&self) -> Self {
        Self {
            last_command_us: self.last_command_us,
            ..Self::new(self.dt_s)
        }
    }

    /// Takes in the reports of the valves in `heard`, which should do what they are commanded where
    /// they are in `obeys`; the valves that are too far off.
    pub(super) fn compare(&mut self, heard: u16, obeys: u16, open_us: &[u32; NOZZLES]) -> u16 {
        let mut commanded_us = self.last_command_us;
        for n in nozzles_in(!obeys) {
            commanded_us[n] = 0;
        }
        let before = (self.mismatch_us, self.allowance_us);
        let mut off = [false; NOZZLES];
        for n in 0..NOZZLES {
            let difference = f64::from(commanded_us[n]) - f64::from(open_us[n]);
            self.mismatch_us[n] = self.mismatch_us[n] * self.keep + difference;
            off[n] = self.mismatch_us[n].abs() > MISMATCH_US + self.allowance_us[n];
            self.allowance_us[n] *= self.keep;
        }
        for n in nozzles_in(!heard) {
            (self.mismatch_us[n], self.allowance_us[n]) = (before.0[n], before.1[n]);
        }
        heard & nozzles_where(|n| off[n])
    }

    /// What is wrong with a valve that is too far off.
    pub(super) fn fault(&self, n: usize) -> Fault {
        if self.mismatch_us[n] > 0.0 {
            Fault::StuckClosed
        } else {
            Fault::StuckOpen
        }
    }

    /// Whether a valve that was stuck open has been closed for a while.
    pub(super) fn has_closed(&mut self, n: usize, open_us: u32) -> bool {
        self.closed_s[n] = if open_us == 0 {
            self.closed_s[n] + self.dt_s
        } else {
            0.0
        };
        self.closed_s[n] > CLOSED_S
    }

    /// Takes note of what is commanded in this tick.
    pub(super) fn record_command(&mut self, on_time_us: &[u32; NOZZLES]) {
        for n in 0..NOZZLES {
            let fallen_us = self.last_command_us[n].saturating_sub(on_time_us[n]);
            self.allowance_us[n] += f64::from(fallen_us) * self.spread_per_us;
        }
        self.last_command_us = *on_time_us;
    }

    /// Nothing is held against a valve any more.
    pub(super) fn reset(&mut self, n: usize) {
        self.mismatch_us[n] = 0.0;
        self.allowance_us[n] = 0.0;
        self.closed_s[n] = 0.0;
    }
}
