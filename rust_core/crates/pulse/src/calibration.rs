//! What each nozzle's short pulses really give, learnt while the craft holds still.
//!
//! Between two sets of pulses the craft coasts and its motion is measured well, so each set is a
//! measurement of the nozzles that took part. With p the planned impulses and g the part by which
//! each nozzle gives more,
//!
//! ```text
//! m dv, J dw  =  B p  +  B diag(p) g  +  noise
//! ```
//!
//! a Kalman filter on g (constant but for a slow drift) takes the six numbers one after another.
//! Its variance also says how sure the outcome of a plan is: that, and what no gain explains (a
//! nozzle that points elsewhere, pulses that differ from each other), and how much larger than
//! expected the surprises have been of late.

use qiki_alloc::AXES;
use qiki_craft::NOZZLES;

/// Standard deviation of g before anything is known: thrust scatter and unlike valve delays.
const PRIOR: f64 = 0.03;
/// Drift of g from one set to the next, standard deviation.
const DRIFT: f64 = 0.001;
/// What no gain explains, a part of each pulse in any direction, standard deviation.
const JITTER: f64 = 0.006;
/// How much of the latest surprise is taken over.
const SURPRISE_GAIN: f64 = 0.2;
/// Doubt never becomes smaller than by the root of this.
const CALM: f64 = 0.25;
/// A nozzle is not believed to be further off than this.
const GAIN_MAX: f64 = 0.15;
/// A measurement further off than this many standard deviations is not of a healthy nozzle.
const OUTLIER: f64 = 5.0;

/// The gains of all nozzles.
#[derive(Debug, Clone)]
pub(crate) struct Calibration {
    gain: [f64; NOZZLES],
    covariance: [[f64; NOZZLES]; NOZZLES],
    /// Mean square of what was measured over what was expected to be off; 1 where the model holds.
    surprise: f64,
}

impl Calibration {
    pub(crate) fn new() -> Self {
        let variance = PRIOR * PRIOR;
        Self {
            gain: [0.0; NOZZLES],
            covariance: std::array::from_fn(|i| {
                std::array::from_fn(|j| if i == j { variance } else { 0.0 })
            }),
            surprise: 1.0,
        }
    }

    /// What each nozzle gives of what it is thought to, about 1.
    pub(crate) fn factor(&self) -> [f64; NOZZLES] {
        self.gain.map(|g| 1.0 + g)
    }

    /// Takes in what came of `impulse_ns`: `rows` is the effectiveness, `surplus` measured less
    /// planned, N·s and N·m·s, each with its standard deviation.
    pub(crate) fn learn(
        &mut self,
        rows: &[[f64; NOZZLES]; AXES],
        impulse_ns: &[f64; NOZZLES],
        surplus: &[f64; AXES],
        deviation: &[f64; AXES],
    ) {
        for n in 0..NOZZLES {
            self.covariance[n][n] = (self.covariance[n][n] + DRIFT * DRIFT).min(PRIOR * PRIOR);
        }
        self.be_surprised(rows, impulse_ns, surplus, deviation);
        let jitter = jitter(rows, impulse_ns);
        let before = self.gain;
        for i in 0..AXES {
            let part: [f64; NOZZLES] = std::array::from_fn(|n| rows[i][n] * impulse_ns[n]);
            // The plan was made with the gains of before; what is left is what they change now.
            let known: f64 = (0..NOZZLES)
                .map(|n| part[n] * (self.gain[n] - before[n]))
                .sum();
            let variance = deviation[i] * deviation[i] + jitter[i] * jitter[i];
            self.take(&part, surplus[i] - known, variance);
        }
    }

    fn be_surprised(
        &mut self,
        rows: &[[f64; NOZZLES]; AXES],
        impulse_ns: &[f64; NOZZLES],
        surplus: &[f64; AXES],
        deviation: &[f64; AXES],
    ) {
        let expected = self.spread(rows, impulse_ns);
        let sum: f64 = (0..AXES)
            .map(|i| surplus[i] * surplus[i] / (expected[i] + deviation[i] * deviation[i]))
            .sum();
        let mean = sum / AXES as f64;
        if mean.is_finite() {
            self.surprise += SURPRISE_GAIN * (mean.min(OUTLIER * OUTLIER) - self.surprise);
        }
    }

    fn take(&mut self, part: &[f64; NOZZLES], surplus: f64, variance: f64) {
        let reach: [f64; NOZZLES] = std::array::from_fn(|n| {
            self.covariance[n]
                .iter()
                .zip(part)
                .map(|(c, p)| c * p)
                .sum()
        });
        let spread = variance + reach.iter().zip(part).map(|(r, p)| r * p).sum::<f64>();
        let usual = surplus * surplus < OUTLIER * OUTLIER * spread;
        if !usual {
            return;
        }
        for n in 0..NOZZLES {
            let gain = self.gain[n] + reach[n] / spread * surplus;
            self.gain[n] = gain.clamp(-GAIN_MAX, GAIN_MAX);
            for k in 0..NOZZLES {
                self.covariance[n][k] -= reach[n] * reach[k] / spread;
            }
        }
    }

    /// How far the outcome of a plan may be off, a standard deviation of each axis, N·s and N·m·s.
    pub(crate) fn doubt(
        &self,
        rows: &[[f64; NOZZLES]; AXES],
        impulse_ns: &[f64; NOZZLES],
    ) -> [f64; AXES] {
        let larger = self.surprise.max(CALM);
        self.spread(rows, impulse_ns).map(|v| (v * larger).sqrt())
    }

    /// The variance that the model expects.
    fn spread(&self, rows: &[[f64; NOZZLES]; AXES], impulse_ns: &[f64; NOZZLES]) -> [f64; AXES] {
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

/// What no gain explains, standard deviation of each axis: of a pulse in any direction, and of its
/// torque about any axis.
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
