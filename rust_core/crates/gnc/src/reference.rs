//! The pose that the laws follow, and how fast it may change.

use nalgebra::Vector3;

use crate::pose::Pose;

/// Speed and acceleration limits of a reference: linear in m, angular in rad.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MotionLimits {
    /// m/s or rad/s.
    pub speed_max: f64,
    /// m/s² or rad/s².
    pub acceleration_max: f64,
}

/// Pose and acceleration that the laws follow in this tick.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reference {
    /// The pose that the craft follows.
    pub pose: Pose,
    /// m/s², world.
    pub acceleration: Vector3<f64>,
    /// rad/s², body.
    pub angular_acceleration: Vector3<f64>,
}
