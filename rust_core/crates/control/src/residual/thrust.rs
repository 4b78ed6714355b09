//! How much each nozzle should have thrust in the last tick.

use qiki_craft::{Craft, NOZZLES, Thruster};

use super::Source;

/// Ticks that are remembered: 64 ms at 1 kHz. A longer delay is cut to that.
const REMEMBERED: usize = 64;

/// A delay as whole ticks and the rest.
#[derive(Debug, Clone, Copy)]
struct Delay {
    ticks: usize,
    rest: f64,
}

impl Delay {
    fn new(seconds: f64, dt_s: f64) -> Self {
        #[allow(clippy::cast_precision_loss)]
        let ticks = (seconds / dt_s).clamp(0.0, (REMEMBERED - 2) as f64);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let whole = ticks as usize;
        Self {
            ticks: whole,
            rest: ticks - ticks.floor(),
        }
    }
}

/// The last ticks of every nozzle, as parts of the tick, 0..1.
#[derive(Debug, Clone)]
struct Past {
    rows: [[f64; NOZZLES]; REMEMBERED],
    newest: usize,
}

impl Past {
    fn new() -> Self {
        Self {
            rows: [[0.0; NOZZLES]; REMEMBERED],
            newest: 0,
        }
    }

    fn push(&mut self, row: [f64; NOZZLES]) {
        self.newest = (self.newest + 1) % REMEMBERED;
        self.rows[self.newest] = row;
    }

    fn place(&self, ticks_ago: usize) -> usize {
        (self.newest + REMEMBERED - ticks_ago) % REMEMBERED
    }

    /// What was there a delay ago; between ticks the mean counts, which is right for all but
    /// the tick of an edge.
    fn at(&self, n: usize, delay: Delay) -> f64 {
        let row = |ticks: usize| self.rows[self.place(ticks)][n];
        let later = row(delay.ticks);
        if delay.rest == 0.0 {
            return later;
        }
        (1.0 - delay.rest) * later + delay.rest * row(delay.ticks + 1)
    }
}

/// From commands and reports to thrust: the valve's position follows the command after a delay,
/// the thrust follows the position after half its rise.
#[derive(Debug, Clone)]
pub(super) struct Thrust {
    period_us: f64,
    to_position: [Delay; NOZZLES],
    to_thrust: [Delay; NOZZLES],
    commanded: Past,
    position: Past,
}

impl Thrust {
    pub(super) fn new(craft: &Craft, dt_s: f64) -> Self {
        let mean = |a: f64, b: f64| 0.5 * (a + b);
        let delay = |n: usize, seconds: fn(&Thruster) -> (f64, f64)| {
            let (a, b) = craft.thrusters.get(n).map_or((0.0, 0.0), seconds);
            Delay::new(mean(a, b), dt_s)
        };
        Self {
            period_us: dt_s * 1e6,
            to_position: std::array::from_fn(|n| delay(n, |t| (t.open_delay_s, t.close_delay_s))),
            to_thrust: std::array::from_fn(|n| delay(n, |t| (0.5 * t.rise_s, 0.5 * t.fall_s))),
            commanded: Past::new(),
            position: Past::new(),
        }
    }

    pub(super) fn note(&mut self, on_time_us: &[u32; NOZZLES]) {
        self.commanded
            .push(on_time_us.map(|us| f64::from(us) / self.period_us));
    }

    /// Mean thrust of the last tick, as parts of full thrust.
    pub(super) fn levels(&mut self, sources: &[Source; NOZZLES]) -> [f64; NOZZLES] {
        let position = std::array::from_fn(|n| match sources[n] {
            Source::Reported(us) => (f64::from(us) / self.period_us).min(1.0),
            Source::Commanded | Source::Doubtful => self.commanded.at(n, self.to_position[n]),
            Source::Open => 1.0,
            Source::Shut => 0.0,
        });
        self.position.push(position);
        for n in 0..NOZZLES {
            // What is believed for good is not to be mixed with what was believed before.
            if matches!(sources[n], Source::Open | Source::Shut) {
                self.forget(n, position[n]);
            }
        }
        std::array::from_fn(|n| self.position.at(n, self.to_thrust[n]))
    }

    /// What the commands alone would have made of the last tick.
    pub(super) fn told(&self) -> [f64; NOZZLES] {
        std::array::from_fn(|n| self.commanded.at(n, self.to_position[n]))
    }

    fn forget(&mut self, n: usize, position: f64) {
        let Delay { ticks, .. } = self.to_thrust[n];
        for age in 0..=ticks + 1 {
            let place = self.position.place(age);
            self.position.rows[place][n] = position;
        }
    }
}
