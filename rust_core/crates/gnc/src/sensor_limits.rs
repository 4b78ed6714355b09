//! What can be true of a craft's sensors.

use nalgebra::Vector3;
use qiki_craft::{Craft, Geometry, NOZZLES, SensorConfig};

use crate::sample_gate::Plausible;

/// Rates that no gyro of this class measures, rad/s: 573 deg/s.
const RATE_RANGE_RPS: f64 = 10.0;
/// Speed and distance that no mission of this craft has, m/s and m, in the local frame.
const SPEED_RANGE_MPS: f64 = 1e4;
const POSITION_RANGE_M: f64 = 1e7;
/// Components of a unit quaternion, with the tolerance of its norm.
const QUATERNION_RANGE: f64 = 1.1;
/// How much more than the strongest nozzles together may accelerate the craft, ratio: model errors.
const AGILITY_MARGIN: f64 = 1.5;
/// Deviations that the last digit of a coded value, or a sample that is a tick late, may make.
const RATE_TOLERANCE_RPS: f64 = 0.02;
const SPEED_TOLERANCE_MPS: f64 = 0.1;
const ATTITUDE_TOLERANCE_RAD: f64 = 0.01;
const POSITION_TOLERANCE_M: f64 = 0.2;
/// Difference between rates and attitude that is no conflict, rad/s: 1.15 deg/s, a ninth of the
/// fastest turn. The craft turns unseen no faster than that.
const RATE_DIFFERENCE_RPS: f64 = 0.02;
/// Difference between velocity and position that is no conflict, m/s: a tenth of the fastest
/// transit.
const SPEED_DIFFERENCE_MPS: f64 = 0.1;
/// How many standard deviations of a sensor's bias are no conflict: 4 cover 99.99 % of sensors.
const BIAS_SIGMAS: f64 = 4.0;
/// Errors of rates and velocity that build up in attitude and position without a fix. Above the
/// differences that are a conflict.
const RATE_ERROR_RPS: f64 = 0.1;
const SPEED_ERROR_MPS: f64 = 1.0;

/// What can be true of each sensor, and of two together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SensorLimits {
    /// Gyro, rad/s.
    pub rates: Plausible,
    /// Star tracker: quaternion, and its deviation in rad.
    pub attitude: Plausible,
    /// Position fixes, m.
    pub position: Plausible,
    /// Velocity fixes, m/s.
    pub velocity: Plausible,
    /// Difference between rates and attitude that is no conflict, rad/s.
    pub rate_difference_rps: f64,
    /// Difference between velocity and position that is no conflict, m/s.
    pub speed_difference_mps: f64,
    /// Time between two attitude fixes, s.
    pub attitude_period_s: f64,
    /// Time between two position fixes, s.
    pub position_period_s: f64,
}

impl SensorLimits {
    /// Of a craft whose nozzles are all that moves it.
    #[must_use]
    pub fn new(craft: &Craft, geometry: &Geometry) -> Self {
        let sensors = &craft.sensors;
        let lightest_kg = craft.mass.dry_kg;
        let smallest_kgm2 = geometry.inertia.symmetric_eigenvalues().min();
        let force_n = strongest(geometry, 0);
        let torque_nm = strongest(geometry, 3);
        let plausible = |sensor: &SensorConfig, range, tolerance, growth_per_s| Plausible {
            range,
            tolerance: tolerance + BIAS_SIGMAS * sensor.bias_std,
            growth_per_s,
            noise_std: sensor.noise_std,
        };
        Self {
            rates: plausible(
                &sensors.rates,
                RATE_RANGE_RPS,
                RATE_TOLERANCE_RPS,
                AGILITY_MARGIN * torque_nm / smallest_kgm2,
            ),
            attitude: plausible(
                &sensors.attitude,
                QUATERNION_RANGE,
                ATTITUDE_TOLERANCE_RAD,
                RATE_ERROR_RPS,
            ),
            position: plausible(
                &sensors.position,
                POSITION_RANGE_M,
                POSITION_TOLERANCE_M,
                SPEED_ERROR_MPS,
            ),
            velocity: plausible(
                &sensors.velocity,
                SPEED_RANGE_MPS,
                SPEED_TOLERANCE_MPS,
                AGILITY_MARGIN * force_n / lightest_kg,
            ),
            rate_difference_rps: RATE_DIFFERENCE_RPS + BIAS_SIGMAS * sensors.rates.bias_std,
            speed_difference_mps: SPEED_DIFFERENCE_MPS + BIAS_SIGMAS * sensors.velocity.bias_std,
            attitude_period_s: 1.0 / sensors.attitude.rate_hz,
            position_period_s: 1.0 / sensors.position.rate_hz,
        }
    }
}

/// Most that all nozzles together give along or about an axis of the body, N or N·m: the components
/// from row `first` of the effectiveness on.
fn strongest(geometry: &Geometry, first: usize) -> f64 {
    let most = Vector3::from_fn(|i, _| {
        let row = &geometry.effectiveness[first + i];
        let parts = (0..NOZZLES).map(|n| row[n] * geometry.thrust_max_n[n]);
        let (ahead, back) = parts.fold((0.0, 0.0), |(ahead, back): (f64, f64), part| {
            (ahead + part.max(0.0), back - part.min(0.0))
        });
        ahead.max(back)
    });
    most.max()
}
