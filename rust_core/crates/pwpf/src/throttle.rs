//! Nozzles that take their level directly: no relay, no pulses.

use qiki_craft::NOZZLES;

use crate::rule::input;
use crate::valve::whole;

/// The throttled nozzles of a craft. What is given is the level in microseconds of the tick; the
/// part of a microsecond that this leaves is given later, so that small levels are not lost.
#[derive(Debug, Clone)]
pub(crate) struct Throttles {
    /// Bit n: nozzle n is one.
    mask: u16,
    /// The same as numbers, 0 or 1.
    takes: [f64; NOZZLES],
    period_us: u32,
    /// One that has been above zero for longer closes.
    open_most_us: u32,
    /// Power of each nozzle for a microsecond of the period, W/µs; zero where it is none of these.
    power_w_per_us: [f64; NOZZLES],
    /// What each is to give in this tick, µs at full thrust.
    wanted_us: [f64; NOZZLES],
    /// Asked for and not given yet, below a microsecond.
    owed_us: [f64; NOZZLES],
    /// For how long each has been above zero.
    open_us: [u32; NOZZLES],
}

impl Throttles {
    /// Nozzles at rest. `max_on_us` is how long one may be above zero, at any level.
    pub(crate) fn new(mask: u16, period_us: u32, max_on_us: u32, power_w: [f64; NOZZLES]) -> Self {
        let takes = std::array::from_fn(|n| f64::from(mask >> n & 1));
        Self {
            mask,
            takes,
            period_us,
            open_most_us: max_on_us.saturating_sub(period_us),
            power_w_per_us: std::array::from_fn(|n| takes[n] * power_w[n] / f64::from(period_us)),
            wanted_us: [0.0; NOZZLES],
            owed_us: [0.0; NOZZLES],
            open_us: [0; NOZZLES],
        }
    }

    pub(crate) fn mask(&self) -> u16 {
        self.mask
    }

    /// Bit n: nozzle n was above zero in the last tick.
    pub(crate) fn open_mask(&self) -> u16 {
        (0..NOZZLES).fold(0, |mask, n| mask | u16::from(self.open_us[n] > 0) << n)
    }

    /// Takes the levels of a tick; what they would draw, W. A nozzle of `closed` gets nothing, nor
    /// does one that would be above zero for longer than it may.
    pub(crate) fn ask(&mut self, level: &[f64; NOZZLES], closed: u16) -> f64 {
        let period_us = f64::from(self.period_us);
        for n in 0..NOZZLES {
            let wanted_us = (input(level[n]) * period_us + self.owed_us[n]) * self.takes[n];
            let goes_on = self.open_us[n] <= self.open_most_us;
            self.wanted_us[n] = if goes_on { wanted_us } else { 0.0 };
        }
        for n in set_bits(self.mask & closed) {
            self.wanted_us[n] = 0.0;
        }
        dot(&self.wanted_us, &self.power_w_per_us)
    }

    /// Gives what was asked for, the same share of all where `power_w` is not enough for
    /// `asked_w`. What is beyond that is dropped, as at a nozzle that is at its most.
    pub(crate) fn give(&mut self, asked_w: f64, power_w: f64, on_time_us: &mut [u32; NOZZLES]) {
        // `max` drops what is no number, and what is left divides by more than zero.
        let power_w = power_w.max(0.0);
        let share = if asked_w > power_w {
            power_w / asked_w
        } else {
            1.0
        };
        for n in 0..NOZZLES {
            let given_us = self.wanted_us[n] * share;
            let whole_us = whole(given_us);
            self.owed_us[n] = given_us - f64::from(whole_us);
            // Zero where it is none of these, whose on-times stand already.
            on_time_us[n] += whole_us;
            self.count(n, whole_us);
        }
    }

    /// One tick that somebody else commanded.
    pub(crate) fn follow(&mut self, on_time_us: &[u32; NOZZLES]) {
        for n in set_bits(self.mask) {
            self.owed_us[n] = 0.0;
            self.count(n, on_time_us[n]);
        }
    }

    fn count(&mut self, n: usize, on_time_us: u32) {
        self.open_us[n] = if on_time_us > 0 {
            self.open_us[n].saturating_add(self.period_us)
        } else {
            0
        };
    }
}

/// The numbers of the bits that are set.
pub(crate) fn set_bits(mask: u16) -> impl Iterator<Item = usize> {
    (0..NOZZLES).filter(move |n| mask >> n & 1 == 1)
}

/// Sum of products, in four partial sums that need not wait for each other.
pub(crate) fn dot(a: &[f64; NOZZLES], b: &[f64; NOZZLES]) -> f64 {
    let mut sums = [0.0; 4];
    for (a, b) in a.chunks_exact(4).zip(b.chunks_exact(4)) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3])
}
