//! The difference between reference and estimate.

use nalgebra::Vector3;

use crate::attitude_error::AttitudeError;
use crate::pose::Pose;
use crate::reference::Reference;

/// Position error below which minimum-impulse hold may take over, m. Above what the modulators
/// leave (0.15 m, `docs/math/control.md`) and twice the drift that the hold itself allows (0.2 m),
/// so that the hold is reached and not left again. The hold closes an error at 0.03 m/s at most:
/// 0.4 m takes 13 s. Lower delays the hand-over, higher makes the return slow.
const SMALL_M: f64 = 0.4;
/// The same for the velocity error, m/s. For 432 kg it is 52 N·s, less than one nozzle gives in the
/// longest pulse of a set (0.25 s of 240 N, 60 N·s), so that one set can end it.
const SMALL_MPS: f64 = 0.12;
/// The same for the attitude error, rad: three times what the modulators leave (0.04 rad). The hold
/// closes it at 0.003 rad/s at most, in 40 s.
const SMALL_RAD: f64 = 0.12;
/// The same for the rates, rad/s. About 210 kg·m² it is 12.6 N·m·s, two to three shortest pulses
/// (7.2 N·s at 0.58 to 0.77 m). It also bounds the gyroscopic torque, which the hold leaves out.
const SMALL_RPS: f64 = 0.06;

/// Which part of the pose is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// Position and attitude.
    Pose,
    /// Attitude only: position and velocity are free.
    Attitude,
    /// Zero rates only: position and attitude are free.
    Rates,
}

/// Reference minus estimate, in the body frame. What is not held is zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PoseError {
    /// Position error, m.
    pub position: Vector3<f64>,
    /// Velocity error, m/s.
    pub velocity: Vector3<f64>,
    /// Attitude error as a rotation vector, rad.
    pub attitude: Vector3<f64>,
    /// Error of the rates, rad/s.
    pub rates: Vector3<f64>,
}

impl PoseError {
    /// `attitude_error` is the one from the pose to the reference: the caller has it already.
    pub fn new(
        pose: &Pose,
        reference: &Reference,
        attitude_error: &AttitudeError,
        hold: Hold,
    ) -> Self {
        let to_body = pose.attitude.inverse();
        let mut error = Self {
            position: to_body * (reference.pose.position - pose.position),
            velocity: to_body * (reference.pose.velocity - pose.velocity),
            attitude: attitude_error.vector,
            rates: attitude_error.rotation * reference.pose.rates - pose.rates,
        };
        if hold != Hold::Pose {
            error.position = Vector3::zeros();
            error.velocity = Vector3::zeros();
        }
        if hold == Hold::Rates {
            error.attitude = Vector3::zeros();
            error.rates = -pose.rates;
        }
        error
    }

    /// Whether minimum-impulse hold can hold the craft from here. `slack` scales the bounds: above
    /// 1 for a hold that is on already, so that noise does not switch it on and off.
    pub fn small(&self, slack: f64) -> bool {
        self.position.norm() < SMALL_M * slack
            && self.velocity.norm() < SMALL_MPS * slack
            && self.attitude.norm() < SMALL_RAD * slack
            && self.rates.norm() < SMALL_RPS * slack
    }
}
