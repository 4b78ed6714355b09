//! Nozzles that take their level directly: no relay, no pulses.

use qiki_craft::NOZZLES;

use crate::rule::input;
use crate::valve::whole;

/// The throttled nozzles of a craft. The level is rounded down to microseconds of the tick; the
/// remainder is given later, so that small levels are not lost.
#[derive(Debug, Clone)]
pub(crate) struct Throttles {
    /// Bit n: nozzle n is one.
    mask: u16,
    /// The same as numbers, 0 or 1.
    is_throttled: [f64; NOZZLES],
    period_us: u32,
    /// A nozzle that has been above zero for longer closes, µs.
    open_most_us: u32,
    /// Power of each nozzle for a microsecond of the period, W/µs; zero where it is none of these.
    power_w_per_us: [f64; NOZZLES],
    /// Demanded in this tick, µs at full thrust.
    demanded_us: [f64; NOZZLES],
    /// Impulse residual, below one µs at full thrust.
    residual_us: [f64; NOZZLES],
    /// How long each has been above zero, µs.
    open_us: [u32; NOZZLES],
}

impl Throttles {
    /// Nozzles at rest. `max_on_us` is how long one may be above zero, at any level.
    pub(crate) fn new(mask: u16, period_us: u32, max_on_us: u32, power_w: [f64; NOZZLES]) -> Self {
        let is_throttled = std::array::from_fn(|n| f64::from(mask >> n & 1));
        Self {
            mask,
            is_throttled,
            period_us,
            open_most_us: max_on_us.saturating_sub(period_us),
            power_w_per_us: std::array::from_fn(|n| {
                is_throttled[n] * power_w[n] / f64::from(period_us)
            }),
            demanded_us: [0.0; NOZZLES],
            residual_us: [0.0; NOZZLES],
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

    /// Takes the levels of a tick; returns what they would draw, W. A nozzle of `closed` gets
    /// nothing, nor does one that would be above zero for longer than it may.
    pub(crate) fn demand(&mut self, level: &[f64; NOZZLES], closed: u16) -> f64 {
        let period_us = f64::from(self.period_us);
        for n in 0..NOZZLES {
            let demanded_us =
                (input(level[n]) * period_us + self.residual_us[n]) * self.is_throttled[n];
            let may_stay_open = self.open_us[n] <= self.open_most_us;
            self.demanded_us[n] = if may_stay_open { demanded_us } else { 0.0 };
        }
        for n in set_bits(self.mask & closed) {
            self.demanded_us[n] = 0.0;
        }
        dot(&self.demanded_us, &self.power_w_per_us)
    }

    /// Delivers what was demanded, the same share of all where `power_w` is less than `demanded_w`.
    /// What exceeds that is dropped, as at a nozzle that is at its full thrust.
    pub(crate) fn deliver(
        &mut self,
        demanded_w: f64,
        power_w: f64,
        on_time_us: &mut [u32; NOZZLES],
    ) {
        // `max` turns NaN into zero, and the division below is by more than zero.
        let power_w = power_w.max(0.0);
        let share = if demanded_w > power_w {
            power_w / demanded_w
        } else {
            1.0
        };
        for n in 0..NOZZLES {
            let delivered_us = self.demanded_us[n] * share;
            let whole_us = whole(delivered_us);
            self.residual_us[n] = delivered_us - f64::from(whole_us);
            // Adds zero for an on/off nozzle, whose on-time is set already.
            on_time_us[n] += whole_us;
            self.count(n, whole_us);
        }
    }

    /// One tick that somebody else commanded.
    pub(crate) fn follow(&mut self, on_time_us: &[u32; NOZZLES]) {
        for n in set_bits(self.mask) {
            self.residual_us[n] = 0.0;
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
