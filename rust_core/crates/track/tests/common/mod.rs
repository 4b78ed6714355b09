//! A radar, and seeded numbers.

pub mod scene;

use nalgebra::Vector3;
use qiki_track::{Detection, RadarModel};
use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

pub fn radar() -> RadarModel {
    RadarModel {
        range_std_m: 10.0,
        bearing_std_rad: 0.2_f64.to_radians(),
        elev_std_rad: 0.2_f64.to_radians(),
        vr_std_mps: 0.5,
        prob_detection: 0.9,
        clutter_per_frame: 10.0,
        range_min_m: 500.0,
        range_max_m: 20_000.0,
        elev_min_rad: -0.6,
        elev_max_rad: 0.6,
        vr_max_mps: 150.0,
    }
}

/// Seeded numbers; the same on every machine.
pub struct Dice(Pcg64Mcg);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(Pcg64Mcg::seed_from_u64(seed))
    }

    /// Above 0, below 1.
    pub fn unit(&mut self) -> f64 {
        ((self.0.next_u64() >> 12) as f64 + 0.5) * (-52f64).exp2()
    }

    pub fn within(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// 0 to `count` - 1.
    pub fn below(&mut self, count: usize) -> usize {
        (self.unit() * count as f64) as usize
    }

    /// Mean 0, standard deviation 1.
    pub fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(self.unit()));
        radius * libm::cos(std::f64::consts::TAU * self.unit())
    }

    pub fn vector(&mut self, std: f64) -> Vector3<f64> {
        Vector3::from_fn(|_, _| std * self.normal())
    }

    /// What `radar` says of a target that is there: noise on every number.
    pub fn seen(&mut self, radar: &RadarModel, truth: &Detection) -> Detection {
        Detection {
            range_m: truth.range_m + radar.range_std_m * self.normal(),
            bearing_rad: truth.bearing_rad + radar.bearing_std_rad * self.normal(),
            elev_rad: truth.elev_rad + radar.elev_std_rad * self.normal(),
            vr_mps: truth.vr_mps + radar.vr_std_mps * self.normal(),
        }
        .folded()
    }
}

/// Elevations beyond the zenith come down on the other side.
trait Folded {
    fn folded(self) -> Self;
}

impl Folded for Detection {
    fn folded(self) -> Self {
        use std::f64::consts::{FRAC_PI_2, PI};
        if self.elev_rad.abs() <= FRAC_PI_2 {
            return self;
        }
        Self {
            bearing_rad: self.bearing_rad + PI,
            elev_rad: PI.copysign(self.elev_rad) - self.elev_rad,
            ..self
        }
    }
}

/// Position in the axes of the radar, by its definition.
pub fn cartesian(detection: &Detection) -> Vector3<f64> {
    let (sin_b, cos_b) = libm::sincos(detection.bearing_rad);
    let (sin_e, cos_e) = libm::sincos(detection.elev_rad);
    detection.range_m * Vector3::new(cos_e * sin_b, cos_e * cos_b, sin_e)
}

/// What an exact radar in the origin, at rest, says of a target.
pub fn polar(position: &Vector3<f64>, velocity: &Vector3<f64>) -> Detection {
    let range_m = position.norm();
    Detection {
        range_m,
        bearing_rad: libm::atan2(position.x, position.y),
        elev_rad: libm::asin(position.z / range_m),
        vr_mps: position.dot(velocity) / range_m,
    }
}
