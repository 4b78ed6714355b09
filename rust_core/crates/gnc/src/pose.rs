//! A pose and its rate of change.

use nalgebra::{UnitQuaternion, Vector3};

/// Position, velocity, attitude and rates: of the estimate or of the reference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pose {
    /// Centre of mass, m, world.
    pub position: Vector3<f64>,
    /// m/s, world.
    pub velocity: Vector3<f64>,
    /// Body to world.
    pub attitude: UnitQuaternion<f64>,
    /// rad/s, body.
    pub rates: Vector3<f64>,
}

impl Pose {
    /// Whether every component is a finite number.
    #[must_use]
    pub fn is_finite(&self) -> bool {
        let vectors = [&self.position, &self.velocity, &self.rates];
        let components = vectors.into_iter().flat_map(|v| v.iter());
        components
            .chain(self.attitude.coords.iter())
            .all(|v| v.is_finite())
    }
}

impl Default for Pose {
    fn default() -> Self {
        Self {
            position: Vector3::zeros(),
            velocity: Vector3::zeros(),
            attitude: UnitQuaternion::identity(),
            rates: Vector3::zeros(),
        }
    }
}
