//! A detection as a position in the world.
//!
//! Of a detection `r, b, e` with Gaussian noise the position
//!
//! ```text
//! z = r ( cos e sin b / (lb le),  cos e cos b / (lb le),  sin e / le ),   l = exp(-std² / 2)
//! ```
//!
//! has the position of the target as its mean, whatever the noise. Its covariance is that of the
//! target given the detection, in closed form. Both hold at every elevation: nothing is divided by
//! `cos e`, and of the bearing only sine and cosine are used.

use nalgebra::{Matrix3, Vector3};

use crate::{Detection, OwnPose, RadarError, RadarModel};

/// What a frame tells of one target, in the world.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measurement {
    /// m, world, without bias.
    pub position: Vector3<f64>,
    /// m², world: of the radar and of the own pose together.
    pub covariance: Matrix3<f64>,
    /// Rate of the distance, m/s.
    pub vr_mps: f64,
    /// Its variance without that of the own velocity, m²/s².
    pub vr_variance: f64,
    /// Density of what the field of view is filled with evenly, one in all of it: 1/(m³·m/s).
    pub even_density: f64,
}

/// Square and product moments of sine and cosine of a noisy angle; each is `exp(std²)` too large.
#[derive(Debug, Clone, Copy)]
struct Angle {
    sin: f64,
    cos: f64,
    /// `exp(std² / 2)`, by which the mean of sine and cosine is too small.
    gain: f64,
    /// `E[sin²] exp(std²) - sin²`.
    sin_excess: f64,
    /// `E[cos²] exp(std²) - cos²`.
    cos_excess: f64,
    /// `E[sin cos] exp(std²) - sin cos`.
    product_excess: f64,
}

impl Angle {
    fn new(angle: f64, variance: f64) -> Self {
        let (sin, cos) = libm::sincos(angle);
        // E[sin²] exp(std²) = sinh(std²) + exp(-std²) sin², and so for the cosine. Differences are
        // taken before they cancel.
        let (spread, loss) = (libm::sinh(variance), libm::expm1(-variance));
        Self {
            sin,
            cos,
            gain: libm::exp(0.5 * variance),
            sin_excess: spread + loss * sin * sin,
            cos_excess: spread + loss * cos * cos,
            product_excess: loss * sin * cos,
        }
    }

    /// `exp(-std²)`, which brings moments back to what they are.
    fn shrink(&self) -> f64 {
        1.0 / (self.gain * self.gain)
    }
}

/// Converts the detections of one frame.
#[derive(Debug, Clone, Copy)]
pub struct Converter {
    radar: RadarModel,
    pose: OwnPose,
}

impl Converter {
    /// For detections of `radar` from `pose`.
    ///
    /// # Errors
    /// [`RadarError`] where the model is not usable.
    pub fn new(radar: RadarModel, pose: OwnPose) -> Result<Self, RadarError> {
        radar.check()?;
        Ok(Self { radar, pose })
    }

    /// For detections of the same radar from another pose.
    #[must_use]
    pub fn moved(&self, pose: OwnPose) -> Self {
        Self { pose, ..*self }
    }

    /// Where the radar is.
    #[must_use]
    pub fn pose(&self) -> &OwnPose {
        &self.pose
    }

    /// The detection in the world; None where it [is not usable](Detection::is_usable).
    #[must_use]
    pub fn convert(&self, detection: &Detection) -> Option<Measurement> {
        if !detection.is_usable() {
            return None;
        }
        let bearing = Angle::new(detection.bearing_rad, self.radar.bearing_std_rad.powi(2));
        let elev = Angle::new(detection.elev_rad, self.radar.elev_std_rad.powi(2));
        let arm = position(detection.range_m, &bearing, &elev);
        let noise = covariance(
            detection.range_m,
            self.radar.range_std_m.powi(2),
            &bearing,
            &elev,
        );
        Some(Measurement {
            position: self.pose.position + self.pose.attitude * arm,
            covariance: self.in_world(&arm, &noise),
            vr_mps: detection.vr_mps,
            vr_variance: self.radar.vr_std_mps.powi(2),
            even_density: self.even_density(detection.range_m, elev.cos),
        })
    }

    /// Variance of a converted position at a distance, all axes together, m².
    pub(crate) fn noise_variance(&self, range_m: f64) -> f64 {
        let radar = &self.radar;
        let angles = radar.bearing_std_rad.powi(2) + radar.elev_std_rad.powi(2);
        let turned = angles + self.pose.attitude_covariance.trace();
        let own = self.pose.position_covariance.trace();
        radar.range_std_m.powi(2) + range_m * range_m * turned + own
    }

    /// The covariance turned into the world, with that of the own pose. An attitude error `d` moves
    /// the position by `d x arm`.
    fn in_world(&self, arm: &Vector3<f64>, noise: &Matrix3<f64>) -> Matrix3<f64> {
        let turn = self.pose.attitude.to_rotation_matrix();
        let lever = (turn * arm).cross_matrix();
        let turned = turn * noise * turn.inverse();
        let of_attitude = lever * self.pose.attitude_covariance * lever.transpose();
        let sum = turned + of_attitude + self.pose.position_covariance;
        0.5 * (sum + sum.transpose())
    }

    /// The field of view is filled evenly in polar coordinates; a cubic metre at a distance `r`
    /// takes `1/(r² cos e)` of them. Towards the zenith `cos e` ends where the noise does.
    fn even_density(&self, range_m: f64, cos_elev: f64) -> f64 {
        let cos = cos_elev.abs().max(self.radar.elev_std_rad);
        1.0 / (self.radar.polar_volume() * range_m * range_m * cos)
    }
}

fn position(range_m: f64, bearing: &Angle, elev: &Angle) -> Vector3<f64> {
    let level = range_m * elev.cos * elev.gain * bearing.gain;
    let up = range_m * elev.sin * elev.gain;
    Vector3::new(level * bearing.sin, level * bearing.cos, up)
}

/// Covariance of the target given the detection, axes of the radar, m².
///
/// With `C, S, X` the moments of cosine, sine and their product, `x² = r² C_e S_b` and so on: each
/// entry is `(r² + std_r²) C S - r² c² s²`, written without the difference of large numbers.
fn covariance(range_m: f64, range_variance: f64, bearing: &Angle, elev: &Angle) -> Matrix3<f64> {
    let r2 = range_m * range_m;
    // Excess of a product of two moments (a + da)(b + db) over a b, and the share of the range.
    let entry = |(a, da): (f64, f64), (b, db): (f64, f64)| {
        r2 * (da * b + a * db + da * db) + range_variance * (a + da) * (b + db)
    };
    let cos2 = (elev.cos * elev.cos, elev.cos_excess);
    let sin2 = (elev.sin * elev.sin, elev.sin_excess);
    let cross = (elev.sin * elev.cos, elev.product_excess);
    let level = elev.shrink() * bearing.shrink();
    let xx = level * entry(cos2, (bearing.sin * bearing.sin, bearing.sin_excess));
    let yy = level * entry(cos2, (bearing.cos * bearing.cos, bearing.cos_excess));
    let xy = level * entry(cos2, (bearing.sin * bearing.cos, bearing.product_excess));
    let zz = elev.shrink() * entry(sin2, (1.0, 0.0));
    // Sine and cosine of the bearing stand alone here: one mean instead of a square.
    let tilt = elev.shrink() / bearing.gain * entry(cross, (1.0, 0.0));
    let (xz, yz) = (tilt * bearing.sin, tilt * bearing.cos);
    Matrix3::new(xx, xy, xz, xy, yy, yz, xz, yz, zz)
}
