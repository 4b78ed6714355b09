//! One measurement taken into a state: the position first, which is linear, then the range rate.

use std::f64::consts::TAU;

use nalgebra::{Matrix3, Vector3};

use crate::gaussian::symmetric;
use crate::{Gaussian, Measurement, OwnPose};

/// A state after a measurement, and what that says of the state.
#[derive(Debug, Clone, Copy)]
pub struct Updated {
    /// The state given the measurement.
    pub state: Gaussian,
    /// Logarithm of the density of the measurement, 1/(m³·m/s).
    pub log_likelihood: f64,
    /// Normalised innovation squared, of position and range rate together: 4 degrees of freedom.
    pub nis: f64,
}

/// Takes a measurement from `own` into `prior`; None where a covariance is not positive.
#[must_use]
pub fn update(prior: &Gaussian, seen: &Measurement, own: &OwnPose) -> Option<Updated> {
    let placed = update_position(prior, seen)?;
    let rated = update_range_rate(&placed.state, seen, own)?;
    Some(Updated {
        state: rated.state,
        log_likelihood: placed.log_likelihood + rated.log_likelihood,
        nis: placed.nis + rated.nis,
    })
}

fn update_position(prior: &Gaussian, seen: &Measurement) -> Option<Updated> {
    let p = &prior.covariance;
    let spread = (p[0][0] + seen.covariance).cholesky()?;
    let innovation = seen.position - prior.mean[0];
    let gain: [Matrix3<f64>; 3] = std::array::from_fn(|i| spread.solve(&p[0][i]).transpose());
    let nis = innovation.dot(&spread.solve(&innovation));
    let log_root = spread.l_dirty().diagonal().map(libm::log).sum();
    Some(Updated {
        state: Gaussian {
            mean: std::array::from_fn(|i| prior.mean[i] + gain[i] * innovation),
            covariance: symmetric(|i, j| p[i][j] - gain[i] * p[0][j]),
        },
        log_likelihood: -0.5 * (nis + 3.0 * libm::log(TAU)) - log_root,
        nis,
    })
}

/// The range rate of a state, to second order: a target of which only the position is known moves
/// across the line of sight by as much as the range rate is exact, or more.
#[derive(Debug, Clone, Copy)]
struct RangeRate {
    /// Mean, m/s.
    mean: f64,
    /// By position and by velocity.
    gradient: [Vector3<f64>; 2],
    /// Line of sight.
    sight: Vector3<f64>,
    /// What the second order adds to the variance, m²/s².
    curvature: f64,
}

impl RangeRate {
    fn new(state: &Gaussian, own: &OwnPose) -> Option<Self> {
        let arm = state.mean[0] - own.position;
        let range = arm.norm();
        if range <= 0.0 {
            return None;
        }
        let (sight, relative) = (arm / range, state.mean[1] - own.velocity);
        let rate = sight.dot(&relative);
        let across = (relative - rate * sight) / range;
        let flat = (Matrix3::identity() - sight * sight.transpose()) / range;
        let turned = sight * across.transpose();
        let by_place = -(turned + turned.transpose() + rate * flat) / range;
        let p = &state.covariance;
        // Blocks of Hessian times covariance; that by velocity twice is zero.
        let pp = by_place * p[0][0] + flat * p[1][0];
        let pv = by_place * p[0][1] + flat * p[1][1];
        let (vp, vv) = (flat * p[0][0], flat * p[0][1]);
        Some(Self {
            mean: rate + 0.5 * (pp.trace() + vv.trace()),
            gradient: [across, sight],
            sight,
            curvature: 0.5 * ((pp * pp).trace() + 2.0 * (pv * vp).trace() + (vv * vv).trace()),
        })
    }
}

pub(crate) fn update_range_rate(
    prior: &Gaussian,
    seen: &Measurement,
    own: &OwnPose,
) -> Option<Updated> {
    let rate = RangeRate::new(prior, own)?;
    let p = &prior.covariance;
    let [by_place, by_speed] = rate.gradient;
    let cross: [Vector3<f64>; 3] = std::array::from_fn(|i| p[i][0] * by_place + p[i][1] * by_speed);
    let of_state = by_place.dot(&cross[0]) + by_speed.dot(&cross[1]);
    let of_own = rate.sight.dot(&(own.velocity_covariance * rate.sight));
    let spread = of_state + rate.curvature + of_own + seen.vr_variance;
    if !(spread > 0.0 && spread.is_finite()) {
        return None;
    }
    let innovation = seen.vr_mps - rate.mean;
    let nis = innovation * innovation / spread;
    Some(Updated {
        state: Gaussian {
            mean: std::array::from_fn(|i| prior.mean[i] + cross[i] * (innovation / spread)),
            covariance: symmetric(|i, j| p[i][j] - cross[i] * cross[j].transpose() / spread),
        },
        log_likelihood: -0.5 * (nis + libm::log(TAU * spread)),
        nis,
    })
}
