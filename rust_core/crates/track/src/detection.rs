//! One detection, as the radar gives it.

use std::f64::consts::FRAC_PI_2;

/// Polar coordinates in the axes of the radar: x right, y ahead, z up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Detection {
    /// Distance, m, above zero.
    pub range_m: f64,
    /// Clockwise from +Y, rad; every turn means the same.
    pub bearing_rad: f64,
    /// Up from the XY plane, rad, within a right angle.
    pub elev_rad: f64,
    /// Rate of the distance, m/s, negative when it shrinks.
    pub vr_mps: f64,
}

impl Detection {
    /// Whether every number can be true of a detection.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        let finite = self.range_m.is_finite() && self.bearing_rad.is_finite();
        finite && self.vr_mps.is_finite() && self.range_m > 0.0 && self.elev_rad.abs() <= FRAC_PI_2
    }
}
