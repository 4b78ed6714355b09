//! Faults by valve feedback: commanded against measured open time.

use qiki_craft::{NOZZLES, nozzles_in, nozzles_where};

use crate::fault::Fault;

/// Difference of commanded and measured open time that makes a fault, µs. Valve delays of up to 7
/// ms and two ticks on the bus (10 ms at 200 Hz) shift a pulse by 17 ms at most, and must stay
/// below it. A shortest pulse (30 ms) must exceed it, so that a nozzle that does not open is found
/// in its first pulse.
const MISMATCH_US: f64 = 20_000.0;
/// Allowance for every pulse, µs. Where a valve opens and closes with different delays every pulse
/// is longer or shorter than commanded, and these differences add up. The nominal delays are 4 ms
/// each (BotSpec), so this allows for one of them to be absent. A level that falls by a part of
/// full gets that part of it.
const DELAY_SPREAD_US: f64 = 4_000.0;
/// Most that a valve's own delays may make every pulse longer or shorter, µs; it is learnt from its
/// pulses. 10 ms: one edge 8 ms late and the other 2 ms early. Below half of a shortest pulse, so
/// that a valve that does not open is not taken for one that is slow.
const DELAY_BIAS_MAX_US: f64 = 10_000.0;
/// Part of a pulse's difference that goes into what is learnt, ratio. While it is learnt, 8 ms a
/// pulse come to `8 / 0.25` = 32 ms in all, which stays below [`MISMATCH_US`] and the allowance of
/// eight pulses. Lower learns too late, higher follows single pulses.
const LEARN: f64 = 0.25;
/// Time constant with which differences are forgotten, s, so that rounding does not add up: 1 µs in
/// every tick at 1 kHz comes to 2 ms, a tenth of [`MISMATCH_US`]. Shorter would forget differences
/// of a valve that fails now and then.
const FORGET_S: f64 = 2.0;
/// A valve that was stuck open has closed when it was measured closed for this long, s: four ticks
/// at 200 Hz, twice the time that a report may take on the bus.
const CLOSED_S: f64 = 0.02;

/// Compares what was commanded with what was measured.
#[derive(Debug, Clone)]
pub(super) struct ValveFeedbackMonitor {
    /// Commanded minus measured open time, µs, with exponential forgetting.
    mismatch_us: [f64; NOZZLES],
    /// Allowance for the pulses commanded so far, µs, forgotten alike.
    allowance_us: [f64; NOZZLES],
    /// Commanded minus measured open time of the present pulse, µs, and what is learnt of it.
    pulse_us: [f64; NOZZLES],
    bias_us: [f64; NOZZLES],
    /// Bit n: valve n was measured open in its present pulse.
    opened: u16,
    last_command_us: [u32; NOZZLES],
    /// How long each valve has been measured closed, s.
    closed_s: [f64; NOZZLES],
    keep: f64,
    /// Allowance for each microsecond by which an on-time falls.
    spread_per_us: f64,
    period_us: f64,
    dt_s: f64,
}

impl ValveFeedbackMonitor {
    pub(super) fn new(dt_s: f64) -> Self {
        Self {
            mismatch_us: [0.0; NOZZLES],
            allowance_us: [0.0; NOZZLES],
            pulse_us: [0.0; NOZZLES],
            bias_us: [0.0; NOZZLES],
            opened: 0,
            last_command_us: [0; NOZZLES],
            closed_s: [0.0; NOZZLES],
            keep: 1.0 - dt_s / FORGET_S,
            spread_per_us: DELAY_SPREAD_US / (dt_s * 1e6),
            period_us: dt_s * 1e6,
            dt_s,
        }
    }

    /// The same without any differences.
    pub(super) fn cleared(&self) -> Self {
        Self {
            last_command_us: self.last_command_us,
            ..Self::new(self.dt_s)
        }
    }

    /// Takes in the reports of the valves in `heard`. Those in `follows` should do what they are
    /// commanded, the others stay closed. Returns the valves whose difference is too large.
    pub(super) fn compare(&mut self, heard: u16, follows: u16, open_us: &[u32; NOZZLES]) -> u16 {
        let mut commanded_us = self.last_command_us;
        for n in nozzles_in(!follows) {
            commanded_us[n] = 0;
        }
        let before = (self.mismatch_us, self.allowance_us, self.pulse_us);
        let mut off = [false; NOZZLES];
        for n in 0..NOZZLES {
            let difference = f64::from(commanded_us[n]) - f64::from(open_us[n]);
            self.mismatch_us[n] = self.mismatch_us[n] * self.keep + difference;
            self.pulse_us[n] += difference;
            off[n] = self.mismatch_us[n].abs() > MISMATCH_US + self.allowance_us[n];
            self.allowance_us[n] *= self.keep;
        }
        for n in nozzles_in(!heard) {
            (self.mismatch_us[n], self.allowance_us[n]) = (before.0[n], before.1[n]);
            self.pulse_us[n] = before.2[n];
        }
        self.opened |= heard & nozzles_where(|n| open_us[n] > 0);
        heard & nozzles_where(|n| off[n])
    }

    /// The fault of a valve whose difference is too large.
    pub(super) fn fault(&self, n: usize) -> Fault {
        if self.mismatch_us[n] > 0.0 {
            Fault::StuckClosed
        } else {
            Fault::StuckOpen
        }
    }

    /// Takes in a report of a valve that was stuck open. Returns whether it has closed.
    pub(super) fn has_closed(&mut self, n: usize, open_us: u32) -> bool {
        self.closed_s[n] = if open_us == 0 {
            self.closed_s[n] + self.dt_s
        } else {
            0.0
        };
        self.closed_s[n] > CLOSED_S
    }

    /// Records what is commanded in this tick.
    pub(super) fn record_command(&mut self, on_time_us: &[u32; NOZZLES]) {
        for n in 0..NOZZLES {
            let fallen_us = self.last_command_us[n].saturating_sub(on_time_us[n]);
            self.allowance_us[n] += f64::from(fallen_us) * self.spread_per_us;
            self.mismatch_us[n] -= f64::from(fallen_us) * self.bias_us[n] / self.period_us;
            if self.last_command_us[n] == 0 && on_time_us[n] > 0 {
                self.learn(n);
            }
        }
        self.last_command_us = *on_time_us;
    }

    /// A pulse begins, so the one before it is over. A valve that did not open in it has no delay.
    fn learn(&mut self, n: usize) {
        if self.opened >> n & 1 == 1 {
            let difference_us = self.pulse_us[n].clamp(-DELAY_BIAS_MAX_US, DELAY_BIAS_MAX_US);
            self.bias_us[n] += LEARN * (difference_us - self.bias_us[n]);
        }
        self.pulse_us[n] = 0.0;
        self.opened &= !(1 << n);
    }

    /// Clears the differences of a valve.
    pub(super) fn reset(&mut self, n: usize) {
        self.mismatch_us[n] = 0.0;
        self.allowance_us[n] = 0.0;
        self.pulse_us[n] = 0.0;
        self.closed_s[n] = 0.0;
    }
}
