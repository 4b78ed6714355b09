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

/// Second-order gains.
#[derive(Debug, Clone, Copy)]
struct Gains {
    kp: f64,
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

    /// Torque that tracks the reference attitude, N·m, body; `turn` is the one from the pose to it.
    pub fn torque(&self, pose: &Pose, reference: &Reference, turn: &AttitudeError) -> Vector3<f64> {
        let rate_error = turn.rotation * reference.pose.rates - pose.rates;
        let feed_forward = turn.rotation * reference.angular_acceleration;
        let wanted = self.attitude.kp * turn.vector + self.attitude.kd * rate_error + feed_forward;
        self.inertia * wanted + pose.rates.cross(&(self.inertia * pose.rates))
    }

    /// Torque that stops the rotation, N·m, body.
    pub fn damping(&self, pose: &Pose) -> Vector3<f64> {
        self.inertia * pose.rates * -self.attitude.kd
    }

    /// Force that tracks the reference position, N, body.
    pub fn force(&self, pose: &Pose, reference: &Reference, mass_kg: f64) -> Vector3<f64> {
        let error = reference.pose.position - pose.position;
        let rate_error = reference.pose.velocity - pose.velocity;
        let wanted =
            self.position.kp * error + self.position.kd * rate_error + reference.acceleration;
        pose.attitude.inverse() * (wanted * mass_kg)
    }
}

#[cfg(test)]
mod tests;
