//! Pose error to wrench.
//!
//! Attitude: quaternion feedback with gyroscopic and acceleration feed-forward (Wie, Weiss and
//! Arapostathis, "Quaternion feedback regulator for spacecraft eigenaxis rotations", JGCD 12
//! (3), 1989). With phi the rotation vector from attitude to reference and e_w the rate error,
//!
//! ```text
//! torque = J (kp phi + kd e_w + alpha_ref) + w x (J w)
//! ```
//!
//! Scaling the gains by J makes the three axes alike and the closed loop, for small errors,
//! three second-order systems with natural frequency `bandwidth` and ratio `damping`.
//!
//! Position: the same in translation, `force = m R' (kp e_p + kd e_v + a_ref)`.

use nalgebra::{Matrix3, Vector3};
use qiki_craft::ControlConfig;

use crate::attitude_error::AttitudeError;
use crate::pose::Pose;
use crate::reference::Reference;

/// Gains of a second-order system.
#[derive(Debug, Clone, Copy)]
struct Gains {
    /// Proportional, 1/s²: the bandwidth squared.
    kp: f64,
    /// Derivative, 1/s: twice the damping ratio times the bandwidth.
    kd: f64,
}

impl Gains {
    fn new(bandwidth: f64, damping: f64) -> Self {
        Self {
            kp: bandwidth * bandwidth,
            kd: 2.0 * damping * bandwidth,
        }
    }
}

/// The control laws of one craft.
#[derive(Debug, Clone)]
pub struct Law {
    attitude: Gains,
    position: Gains,
    inertia: Matrix3<f64>,
}

impl Law {
    /// Laws with the gains of `config` for a craft of this inertia, kg·m², body.
    #[must_use]
    pub fn new(config: &ControlConfig, inertia: Matrix3<f64>) -> Self {
        Self {
            attitude: Gains::new(config.attitude.bandwidth_rps, config.attitude.damping),
            position: Gains::new(config.position.bandwidth_rps, config.position.damping),
            inertia,
        }
    }

    /// Torque that follows the reference attitude, N·m, body. `attitude_error` is the one from the
    /// pose to the reference.
    pub fn torque(
        &self,
        pose: &Pose,
        reference: &Reference,
        attitude_error: &AttitudeError,
    ) -> Vector3<f64> {
        let to_body = attitude_error.rotation;
        let rate_error = to_body * reference.pose.rates - pose.rates;
        let feed_forward = to_body * reference.angular_acceleration;
        let alpha =
            self.attitude.kp * attitude_error.vector + self.attitude.kd * rate_error + feed_forward;
        self.inertia * alpha + pose.rates.cross(&(self.inertia * pose.rates))
    }

    /// Torque that stops the rotation, N·m, body.
    pub fn damping(&self, pose: &Pose) -> Vector3<f64> {
        self.inertia * pose.rates * -self.attitude.kd
    }

    /// Force that follows the reference position, N, body.
    pub fn force(&self, pose: &Pose, reference: &Reference, mass_kg: f64) -> Vector3<f64> {
        let error = reference.pose.position - pose.position;
        let rate_error = reference.pose.velocity - pose.velocity;
        let acceleration =
            self.position.kp * error + self.position.kd * rate_error + reference.acceleration;
        pose.attitude.inverse() * (acceleration * mass_kg)
    }
}

#[cfg(test)]
mod tests;
