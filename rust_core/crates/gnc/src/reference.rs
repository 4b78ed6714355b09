//! Where the craft should be, and how fast that may change.

use nalgebra::Vector3;

use crate::pose::Pose;

/// Speed and acceleration limits of a reference, m or rad.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MotionLimits {
    /// m/s or rad/s.
    pub speed_max: f64,
    /// m/s² or rad/s².
    pub acceleration_max: f64,
}

/// Where the craft should be now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reference {
    /// The pose that is tracked.
    pub pose: Pose,
    /// m/s², world.
    pub acceleration: Vector3<f64>,
    /// rad/s², body.
    pub angular_acceleration: Vector3<f64>,
}
