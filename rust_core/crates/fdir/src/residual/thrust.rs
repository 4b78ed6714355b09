//! How much each nozzle should have thrust in the last tick.

use qiki_craft::{Craft, NOZZLES, Thruster, nozzles_in};

use crate::evidence::Sources;

/// Ticks that are remembered: 64 ms at 1 kHz. A longer delay is cut to that.
const REMEMBERED: usize = 64;

/// Parts of the tick, 0..1, for every nozzle, that come out a delay after they went in.
#[derive(Debug, Clone)]
struct DelayLine {
    /// By the tick in which they come out, the present one at `now`, as a ring.
    rows: [[f64; NOZZLES]; REMEMBERED],
    now: usize,
    /// The delay as whole ticks and the rest; and what the rest leaves.
    ticks: [usize; NOZZLES],
    rest: [f64; NOZZLES],
    whole: [f64; NOZZLES],
}

impl DelayLine {
    fn new(delay_s: &[f64; NOZZLES], dt_s: f64) -> Self {
        #[allow(clippy::cast_precision_loss)]
        let delay = delay_s.map(|s| (s / dt_s).clamp(0.0, (REMEMBERED - 2) as f64));
        let rest = delay.map(|ticks| ticks - ticks.floor());
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let ticks = delay.map(|ticks| ticks as usize);
        Self {
            rows: [[0.0; NOZZLES]; REMEMBERED],
            now: 0,
            ticks,
            rest,
            whole: rest.map(|rest| 1.0 - rest),
        }
    }

    fn push(&mut self, row: &[f64; NOZZLES]) {
        self.now = (self.now + 1) % REMEMBERED;
        for n in 0..NOZZLES {
            self.rows[(self.now + self.ticks[n]) % REMEMBERED][n] = row[n];
        }
    }

    /// What went in a delay ago; between ticks the mean counts, which is right for all but the
    /// tick of an edge.
    fn out(&self) -> [f64; NOZZLES] {
        let later = &self.rows[self.now];
        let earlier = &self.rows[(self.now + REMEMBERED - 1) % REMEMBERED];
        std::array::from_fn(|n| self.whole[n] * later[n] + self.rest[n] * earlier[n])
    }

    /// All that is still to come out of nozzle `n` becomes `part`.
    fn hold(&mut self, n: usize, part: f64) {
        for ahead in 0..self.ticks[n] + 2 {
            self.rows[(self.now + REMEMBERED - 1 + ahead) % REMEMBERED][n] = part;
        }
    }
}

/// Of the last tick, as parts of full thrust.
pub(super) struct Levels {
    /// Mean thrust.
    pub(super) believed: [f64; NOZZLES],
    /// What the commands alone would have made of it.
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

    /// Takes in the reports of this tick, which tell of the last one.
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
        // What is believed for good is not to be mixed with what was believed before.
        for n in nozzles_in(sources.stuck_open | sources.stuck_closed) {
            self.position.hold(n, position[n]);
        }
        Levels {
            believed: self.position.out(),
            commanded,
        }
    }
}
