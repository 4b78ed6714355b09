//! Where the radar is, how it moves, and how well both are known.

use nalgebra::{Matrix3, UnitQuaternion, Vector3};

/// Pose of the radar when it measured. Its errors are taken as independent of those of the radar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OwnPose {
    /// m, world.
    pub position: Vector3<f64>,
    /// m/s, world.
    pub velocity: Vector3<f64>,
    /// Axes of the radar to world.
    pub attitude: UnitQuaternion<f64>,
    /// Of the position, m², world.
    pub position_covariance: Matrix3<f64>,
    /// Of the velocity, m²/s², world.
    pub velocity_covariance: Matrix3<f64>,
    /// Of the attitude error as a rotation vector, rad², world; small angles.
    pub attitude_covariance: Matrix3<f64>,
}

impl Default for OwnPose {
    /// At rest in the origin of the world, axes along its axes, all of it known exactly.
    fn default() -> Self {
        Self {
            position: Vector3::zeros(),
            velocity: Vector3::zeros(),
            attitude: UnitQuaternion::identity(),
            position_covariance: Matrix3::zeros(),
            velocity_covariance: Matrix3::zeros(),
            attitude_covariance: Matrix3::zeros(),
        }
    }
}

impl OwnPose {
    /// Whether every component is a finite number.
    #[must_use]
    pub fn is_finite(&self) -> bool {
        let vectors = [&self.position, &self.velocity];
        let matrices = [
            &self.position_covariance,
            &self.velocity_covariance,
            &self.attitude_covariance,
        ];
        let of_vectors = vectors.into_iter().flat_map(|v| v.iter());
        let of_matrices = matrices.into_iter().flat_map(|m| m.iter());
        of_vectors
            .chain(of_matrices)
            .chain(self.attitude.coords.iter())
            .all(|v| v.is_finite())
    }
}
