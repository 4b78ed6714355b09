//! Expected thrust of each nozzle in the last tick.

use qiki_craft::{Craft, NOZZLES, Thruster, nozzles_in};

use crate::evidence::Sources;

/// Length of a delay line, ticks: 64 ms at 1 kHz, 16 times the nominal delay of a valve (4 ms). A
/// longer delay is cut to that.
const DELAY_TICKS_MAX: usize = 64;

/// Delay line for a value of each nozzle, a part of the tick, 0..1.
#[derive(Debug, Clone)]
struct DelayLine {
    /// A ring, by the tick in which values come out; `now` is the present one.
    rows: [[f64; NOZZLES]; DELAY_TICKS_MAX],
    now: usize,
    /// The delay: whole ticks, the fraction of one beyond these, and one minus that fraction.
    ticks: [usize; NOZZLES],
    fraction: [f64; NOZZLES],
    complement: [f64; NOZZLES],
}

impl DelayLine {
    fn new(delay_s: &[f64; NOZZLES], dt_s: f64) -> Self {
        #[allow(clippy::cast_precision_loss)]
        let delay = delay_s.map(|s| (s / dt_s).clamp(0.0, (DELAY_TICKS_MAX - 2) as f64));
        let fraction = delay.map(|ticks| ticks - ticks.floor());
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let ticks = delay.map(|ticks| ticks as usize);
        Self {
            rows: [[0.0; NOZZLES]; DELAY_TICKS_MAX],
            now: 0,
            ticks,
            fraction,
            complement: fraction.map(|fraction| 1.0 - fraction),
        }
    }

    fn push(&mut self, row: &[f64; NOZZLES]) {
        self.now = (self.now + 1) % DELAY_TICKS_MAX;
        for n in 0..NOZZLES {
            self.rows[(self.now + self.ticks[n]) % DELAY_TICKS_MAX][n] = row[n];
        }
    }

    /// What went in a delay ago, interpolated between ticks: exact but for the tick of an edge.
    fn out(&self) -> [f64; NOZZLES] {
        let later = &self.rows[self.now];
        let earlier = &self.rows[(self.now + DELAY_TICKS_MAX - 1) % DELAY_TICKS_MAX];
        std::array::from_fn(|n| self.complement[n] * later[n] + self.fraction[n] * earlier[n])
    }

    /// Replaces all that is still to come out for nozzle `n` by `part`.
    fn hold(&mut self, n: usize, part: f64) {
        for ahead in 0..self.ticks[n] + 2 {
            self.rows[(self.now + DELAY_TICKS_MAX - 1 + ahead) % DELAY_TICKS_MAX][n] = part;
        }
    }
}

/// Thrusts of the last tick, as parts of full thrust.
pub(super) struct Levels {
    /// By the evidence in use.
    pub(super) expected: [f64; NOZZLES],
    /// By the commands alone.
    pub(super) commanded: [f64; NOZZLES],
}

/// From commands and reports to thrust: the valve's position follows the command after a delay,
/// the thrust follows the position after half its rise.
#[derive(Debug, Clone)]
pub(super) struct Thrust {
    period_us: f64,
    commanded: DelayLine,
    position: DelayLine,
}

impl Thrust {
    pub(super) fn new(craft: &Craft, dt_s: f64) -> Self {
        let line = |seconds: fn(&Thruster) -> (f64, f64)| {
            let mean = |n: usize| {
                let (a, b) = craft.thrusters.get(n).map_or((0.0, 0.0), seconds);
                0.5 * (a + b)
            };
            DelayLine::new(&std::array::from_fn(mean), dt_s)
        };
        Self {
            period_us: dt_s * 1e6,
            commanded: line(|t| (t.open_delay_s, t.close_delay_s)),
            position: line(|t| (0.5 * t.rise_s, 0.5 * t.fall_s)),
        }
    }

    pub(super) fn record_command(&mut self, on_time_us: &[u32; NOZZLES]) {
        self.commanded
            .push(&on_time_us.map(|us| f64::from(us) / self.period_us));
    }

    /// Takes in the reports of this tick, which are about the last one.
    pub(super) fn levels(&mut self, open_time_us: &[u32; NOZZLES], sources: &Sources) -> Levels {
        let commanded = self.commanded.out();
        let mut position = open_time_us.map(|us| (f64::from(us) / self.period_us).min(1.0));
        for n in nozzles_in(!sources.reported) {
            position[n] = commanded[n];
        }
        for (set, part) in [(sources.stuck_open, 1.0), (sources.stuck_closed, 0.0)] {
            for n in nozzles_in(set) {
                position[n] = part;
            }
        }
        self.position.push(&position);
        // A stuck nozzle has no edge that a delay could shift.
        for n in nozzles_in(sources.stuck_open | sources.stuck_closed) {
            self.position.hold(n, position[n]);
        }
        Levels {
            expected: self.position.out(),
            commanded,
        }
    }
}
