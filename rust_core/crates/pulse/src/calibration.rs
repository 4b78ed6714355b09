//! What short pulses of each nozzle really give, estimated while the craft holds still.
//!
//! Between two sets of pulses the craft coasts and its motion is measured well, so each set is a
//! measurement of the nozzles that took part. With p the planned impulses and g the part by which
//! each nozzle gives more than planned,
//!
//! ```text
//! m dv, J dw  =  B p  +  B diag(p) g  +  noise
//! ```
//!
//! a Kalman filter on g (constant but for a slow drift) takes the six components one after another.
//! The uncertainty of a plan has three parts: the covariance of g, what no gain explains (a nozzle
//! that points elsewhere, pulses that differ from each other), and the ratio of recent innovations
//! to what the filter expected of them. The ratio is there for crafts that the model does not
//! describe well.

use qiki_alloc::AXES;
use qiki_craft::NOZZLES;

/// Standard deviation of g before any measurement, ratio: thrust differs by 3 % (one sigma,
/// `rigs/campaigns/hold.yaml`). Delays of opening and closing that are off by up to 0.5 ms
/// each are 0.4 ms together (one sigma), 1.4 % of a pulse of 30 ms. In all 3.3 %, rounded down.
const PRIOR: f64 = 0.03;
/// Drift of g from one set to the next, standard deviation, ratio. Heat and supply pressure change
/// slowly; with it the filter never stops learning. Without measurements the variance is back at
/// the prior after `(0.03 / 0.001)²` = 900 sets. Higher follows changes faster and averages less.
const DRIFT: f64 = 0.001;
/// What no gain explains, in any direction, as a part of each pulse, standard deviation, ratio. It
/// stands for nozzles that point elsewhere and for pulses that differ from each other: a tilt of
/// 0.34 deg alone makes 0.006. Higher corrects less often, lower trusts the gains too much; the
/// innovation ratio makes good where it does not fit the craft.
const JITTER: f64 = 0.006;
/// Part of the newest innovation that goes into the running mean, ratio: a memory of about five
/// sets, `1 / 0.2`. Higher reacts to single sets, lower takes minutes to notice a bad model.
const INNOVATION_GAIN: f64 = 0.2;
/// Least innovation ratio that counts: the uncertainty is never below `sqrt(0.25)`, half of what
/// the model says, however well a few sets happened to fit.
const INNOVATION_RATIO_MIN: f64 = 0.25;
/// Greatest size of g, ratio: five standard deviations of [`PRIOR`]. A nozzle that is farther off
/// is for fault detection, and pulses must not be planned around it.
const GAIN_MAX: f64 = 0.15;
/// An innovation beyond this many standard deviations is not of a healthy nozzle and is not learnt:
/// by chance that happens once in 1.7 million measurements.
const OUTLIER_SIGMAS: f64 = 5.0;

/// Kalman filter on the gains of all nozzles.
#[derive(Debug, Clone)]
pub(crate) struct Calibration {
    gain: [f64; NOZZLES],
    covariance: [[f64; NOZZLES]; NOZZLES],
    /// Running mean of squared innovations over their expected variance; 1 where the model holds.
    innovation_ratio: f64,
}

impl Calibration {
    pub(crate) fn new() -> Self {
        let variance = PRIOR * PRIOR;
        Self {
            gain: [0.0; NOZZLES],
            covariance: std::array::from_fn(|i| {
                std::array::from_fn(|j| if i == j { variance } else { 0.0 })
            }),
            innovation_ratio: 1.0,
        }
    }

    /// What each nozzle gives of what its description says, about 1.
    pub(crate) fn factor(&self) -> [f64; NOZZLES] {
        self.gain.map(|g| 1.0 + g)
    }

    /// Takes in the effect of a set with the impulses `impulse_ns`. `rows` is the effectiveness,
    /// `surplus` the measured impulse minus the planned one, N·s and N·m·s, body, with its standard
    /// `deviation`.
    pub(crate) fn update(
        &mut self,
        rows: &[[f64; NOZZLES]; AXES],
        impulse_ns: &[f64; NOZZLES],
        surplus: &[f64; AXES],
        deviation: &[f64; AXES],
    ) {
        for n in 0..NOZZLES {
            self.covariance[n][n] = (self.covariance[n][n] + DRIFT * DRIFT).min(PRIOR * PRIOR);
        }
        self.update_innovation_ratio(rows, impulse_ns, surplus, deviation);
        let jitter = jitter(rows, impulse_ns);
        let before = self.gain;
        for i in 0..AXES {
            let part: [f64; NOZZLES] = std::array::from_fn(|n| rows[i][n] * impulse_ns[n]);
            // The plan was made with the gains from before: what earlier axes have changed since is
            // explained already.
            let explained: f64 = (0..NOZZLES)
                .map(|n| part[n] * (self.gain[n] - before[n]))
                .sum();
            let variance = deviation[i] * deviation[i] + jitter[i] * jitter[i];
            self.update_axis(&part, surplus[i] - explained, variance);
        }
    }

    fn update_innovation_ratio(
        &mut self,
        rows: &[[f64; NOZZLES]; AXES],
        impulse_ns: &[f64; NOZZLES],
        surplus: &[f64; AXES],
        deviation: &[f64; AXES],
    ) {
        let expected = self.variance(rows, impulse_ns);
        let sum: f64 = (0..AXES)
            .map(|i| surplus[i] * surplus[i] / (expected[i] + deviation[i] * deviation[i]))
            .sum();
        let mean = sum / AXES as f64;
        if mean.is_finite() {
            let bounded = mean.min(OUTLIER_SIGMAS * OUTLIER_SIGMAS);
            self.innovation_ratio += INNOVATION_GAIN * (bounded - self.innovation_ratio);
        }
    }

    /// The Kalman update by one component: `part` is its row of the measurement matrix.
    fn update_axis(&mut self, part: &[f64; NOZZLES], surplus: f64, variance: f64) {
        let cross: [f64; NOZZLES] = std::array::from_fn(|n| {
            self.covariance[n]
                .iter()
                .zip(part)
                .map(|(c, p)| c * p)
                .sum()
        });
        let expected = variance + cross.iter().zip(part).map(|(r, p)| r * p).sum::<f64>();
        // Written so that NaN is not plausible.
        let plausible = surplus * surplus < OUTLIER_SIGMAS * OUTLIER_SIGMAS * expected;
        if !plausible {
            return;
        }
        for n in 0..NOZZLES {
            let gain = self.gain[n] + cross[n] / expected * surplus;
            self.gain[n] = gain.clamp(-GAIN_MAX, GAIN_MAX);
            for k in 0..NOZZLES {
                self.covariance[n][k] -= cross[n] * cross[k] / expected;
            }
        }
    }

    /// Standard deviation of the effect of a plan, N·s and N·m·s, body.
    pub(crate) fn uncertainty(
        &self,
        rows: &[[f64; NOZZLES]; AXES],
        impulse_ns: &[f64; NOZZLES],
    ) -> [f64; AXES] {
        let ratio = self.innovation_ratio.max(INNOVATION_RATIO_MIN);
        self.variance(rows, impulse_ns).map(|v| (v * ratio).sqrt())
    }

    /// Variance of the effect of a plan by the model, N²·s² and N²·m²·s².
    fn variance(&self, rows: &[[f64; NOZZLES]; AXES], impulse_ns: &[f64; NOZZLES]) -> [f64; AXES] {
        let jitter = jitter(rows, impulse_ns);
        std::array::from_fn(|i| {
            let part: [f64; NOZZLES] = std::array::from_fn(|n| rows[i][n] * impulse_ns[n]);
            let variance: f64 = (0..NOZZLES)
                .map(|n| {
                    let row = self.covariance[n].iter().zip(&part);
                    part[n] * row.map(|(c, p)| c * p).sum::<f64>()
                })
                .sum();
            variance.max(0.0) + jitter[i] * jitter[i]
        })
    }
}

/// Standard deviation of what no gain explains, N·s and N·m·s: the same along all three axes of
/// force, and about all three of torque.
fn jitter(rows: &[[f64; NOZZLES]; AXES], impulse_ns: &[f64; NOZZLES]) -> [f64; AXES] {
    let square = |from: usize| -> f64 {
        (0..NOZZLES)
            .map(|n| {
                let column: f64 = (from..from + 3).map(|i| rows[i][n] * rows[i][n]).sum();
                column * impulse_ns[n] * impulse_ns[n]
            })
            .sum()
    };
    let part = |from: usize| JITTER * (square(from) / 3.0).sqrt();
    let (force, torque) = (part(0), part(3));
    [force, force, force, torque, torque, torque]
}

#[cfg(test)]
mod tests;
