//! Whether two sensors tell of the same motion: a rate, integrated, against the fixes.
//!
//! A rate that is off by `d` moves every residual by `d T / g`, with the time `T` between fixes and
//! the gain `g` that takes part of each residual back. The mean of the residuals is tested against
//! that, axis by axis, and against what their own scatter explains.

use nalgebra::Vector3;

/// Weight of the newest residual in their scatter, ratio: 64 fixes, 1.3 s at 50 Hz. Longer than
/// the mean's, so that the scatter hardly follows a difference that begins.
const SCATTER_WEIGHT: f64 = 1.0 / 64.0;
/// Standard deviations of the mean that are no difference. Of a Gaussian 2e-9 of all means are
/// beyond, on either side; at 50 Hz and three axes a suspicion by chance comes once in 38 days, and
/// one that lasts for `SUSPECTED_S` needs several in a row.
const SIGMAS: f64 = 6.0;
/// Fixes until the scatter is known.
const LEARN_FIXES: u32 = 25;
/// A difference that lasts this long is a conflict, s.
const SUSPECTED_S: f64 = 0.1;
/// A conflict is over when there has been no difference for this long, s.
const CLEARED_S: f64 = 1.0;

/// Compares a rate with fixes.
#[derive(Debug, Clone)]
pub(crate) struct Consistency {
    /// Mean residual that a negligible difference of the rate makes.
    floor: f64,
    /// Time between fixes as described, s.
    period_s: f64,
    /// Weight of the newest residual in the mean, ratio.
    weight: f64,
    mean: Vector3<f64>,
    /// Mean square of the difference of two residuals.
    scatter: Vector3<f64>,
    last: Option<Vector3<f64>>,
    fixes: u32,
    suspected_s: f64,
    clear_s: f64,
    conflict: bool,
}

impl Consistency {
    /// `difference` of the rate is negligible; fixes come every `period_s` and correct by `gain`.
    pub(crate) fn new(difference: f64, period_s: f64, gain: f64, weight: f64) -> Self {
        Self {
            floor: difference * period_s / gain,
            period_s,
            weight,
            mean: Vector3::zeros(),
            scatter: Vector3::zeros(),
            last: None,
            fixes: 0,
            suspected_s: 0.0,
            clear_s: 0.0,
            conflict: false,
        }
    }

    /// Takes in the residual of a fix, `since_s` after the one before.
    pub(crate) fn observe(&mut self, residual: &Vector3<f64>, since_s: f64) {
        // After a pause the rate has been integrated for longer.
        let residual = residual * (self.period_s / since_s.max(self.period_s));
        if let Some(last) = self.last {
            let squared = (residual - last).map(|d| d * d);
            self.scatter +=
                SCATTER_WEIGHT.max(1.0 / f64::from(self.fixes)) * (squared - self.scatter);
        }
        self.mean += self.weight * (residual - self.mean);
        self.last = Some(residual);
        self.fixes = self.fixes.saturating_add(1);
        if self.differs() {
            (self.suspected_s, self.clear_s) = (self.suspected_s + since_s, 0.0);
        } else {
            (self.suspected_s, self.clear_s) = (0.0, self.clear_s + since_s);
        }
        self.conflict = if self.conflict {
            self.clear_s < CLEARED_S
        } else {
            self.suspected_s >= SUSPECTED_S
        };
    }

    /// One of the two began anew: they are in conflict until they have agreed for a while.
    pub(crate) fn distrust(&mut self) {
        (self.mean, self.last) = (Vector3::zeros(), None);
        (self.fixes, self.clear_s, self.conflict) = (0, 0.0, true);
    }

    /// Whether they differ at the moment.
    pub(crate) fn suspected(&self) -> bool {
        self.suspected_s > 0.0
    }

    /// Whether they have differed for so long that one of them is wrong.
    pub(crate) fn conflict(&self) -> bool {
        self.conflict
    }

    fn differs(&self) -> bool {
        // White residuals differ by twice their variance; a mean of weight w has w / (2 - w) of it.
        let of_mean = 0.5 * self.weight / (2.0 - self.weight);
        let beyond = |i: usize| self.mean[i].abs() > SIGMAS * (of_mean * self.scatter[i]).sqrt();
        self.fixes > LEARN_FIXES && (0..3).any(|i| self.mean[i].abs() > self.floor && beyond(i))
    }
}

#[cfg(test)]
mod tests;
