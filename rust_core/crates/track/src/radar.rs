//! What is known of the radar.

use std::f64::consts::{FRAC_PI_2, PI};

/// Largest standard deviation of an angle, rad. The conversion is exact for any; the filters take
/// what is converted as Gaussian, and at 0.1 rad the arc bends by 5 % of its length.
const ANGLE_STD_MAX_RAD: f64 = 0.1;

/// Why a [`RadarModel`] cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum RadarError {
    /// A standard deviation is not a positive finite number.
    #[error("{name}: {value} given, a positive finite number needed")]
    NotPositive {
        /// Field of the model.
        name: &'static str,
        /// What was given.
        value: f64,
    },
    /// A standard deviation of an angle is too large for a Gaussian in the world.
    #[error("{name}: {value} rad given, at most {ANGLE_STD_MAX_RAD} rad can be tracked with")]
    AngleTooCoarse {
        /// Field of the model.
        name: &'static str,
        /// What was given, rad.
        value: f64,
    },
    /// The probability of detection is not within 0 and 1.
    #[error("prob_detection: {0} given, above 0 and below 1 needed")]
    Probability(f64),
    /// The clutter is not a finite number, or negative.
    #[error("clutter_per_frame: {0} given, a finite number, not negative, needed")]
    Clutter(f64),
    /// An interval of the field of view is empty, or reaches too far.
    #[error("{name}: {from} to {to} given, {needed} needed")]
    Interval {
        /// Fields of the model.
        name: &'static str,
        /// Lower end.
        from: f64,
        /// Upper end.
        to: f64,
        /// What would be right.
        needed: &'static str,
    },
}

/// Noise, probability of detection and clutter of a radar. Noise is Gaussian and independent.
/// Clutter is Poisson, and even in range, bearing, elevation and range rate within the field of
/// view.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RadarModel {
    /// Standard deviation of the range, m.
    pub range_std_m: f64,
    /// Standard deviation of the bearing, rad.
    pub bearing_std_rad: f64,
    /// Standard deviation of the elevation, rad.
    pub elev_std_rad: f64,
    /// Standard deviation of the range rate, m/s.
    pub vr_std_mps: f64,
    /// Probability that a target is detected in a frame.
    pub prob_detection: f64,
    /// Mean number of false detections in a frame.
    pub clutter_per_frame: f64,
    /// Nearest range of the field of view, m.
    pub range_min_m: f64,
    /// Farthest range of the field of view, m.
    pub range_max_m: f64,
    /// Lowest elevation of the field of view, rad.
    pub elev_min_rad: f64,
    /// Highest elevation of the field of view, rad.
    pub elev_max_rad: f64,
    /// Range rates reach from minus this to this, m/s.
    pub vr_max_mps: f64,
}

impl RadarModel {
    /// Whether tracking with this model is possible.
    ///
    /// # Errors
    /// [`RadarError`] naming the first field that does not fit.
    pub fn check(&self) -> Result<(), RadarError> {
        self.check_noise()?;
        let p = self.prob_detection;
        if !(p > 0.0 && p < 1.0) {
            return Err(RadarError::Probability(p));
        }
        let clutter = self.clutter_per_frame;
        if !(clutter.is_finite() && clutter >= 0.0) {
            return Err(RadarError::Clutter(clutter));
        }
        self.check_field_of_view()
    }

    fn check_noise(&self) -> Result<(), RadarError> {
        let positive = [
            ("range_std_m", self.range_std_m),
            ("bearing_std", self.bearing_std_rad),
            ("elev_std", self.elev_std_rad),
            ("vr_std_mps", self.vr_std_mps),
            ("vr_max_mps", self.vr_max_mps),
        ];
        for (name, value) in positive {
            if !(value.is_finite() && value > 0.0) {
                return Err(RadarError::NotPositive { name, value });
            }
        }
        for (name, value) in [positive[1], positive[2]] {
            if value > ANGLE_STD_MAX_RAD {
                return Err(RadarError::AngleTooCoarse { name, value });
            }
        }
        Ok(())
    }

    fn check_field_of_view(&self) -> Result<(), RadarError> {
        let (from, to) = (self.range_min_m, self.range_max_m);
        if !(to.is_finite() && from >= 0.0 && from < to) {
            let (name, needed) = ("range_min_m, range_max_m", "0 <= from < to");
            return Err(RadarError::Interval {
                name,
                from,
                to,
                needed,
            });
        }
        let (from, to) = (self.elev_min_rad, self.elev_max_rad);
        // Degrees that became radians may be beyond the right angle by rounding.
        let right = FRAC_PI_2 * (1.0 + 1e-12);
        if !(from >= -right && from < to && to <= right) {
            let (name, needed) = ("elev_min, elev_max (rad)", "-pi/2 <= from < to <= pi/2");
            return Err(RadarError::Interval {
                name,
                from,
                to,
                needed,
            });
        }
        Ok(())
    }

    /// Volume of the field of view in range, bearing, elevation and range rate, m·rad²·m/s: what
    /// clutter and new targets are spread over.
    #[must_use]
    pub fn polar_volume(&self) -> f64 {
        let ranges = self.range_max_m - self.range_min_m;
        let elevations = self.elev_max_rad - self.elev_min_rad;
        ranges * 2.0 * PI * elevations * 2.0 * self.vr_max_mps
    }
}
