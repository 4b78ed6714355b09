//! The rotation from one attitude to another.

use nalgebra::{UnitQuaternion, Vector3};

/// The rotation from an attitude to another one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AttitudeError {
    /// Maps vectors of the body frame at the second attitude to the body frame at the first.
    pub rotation: UnitQuaternion<f64>,
    /// The same as a rotation vector: along the axis, as long as the angle, rad.
    pub vector: Vector3<f64>,
}

impl AttitudeError {
    /// The rotation from `from` to `to`.
    #[must_use]
    pub fn between(from: &UnitQuaternion<f64>, to: &UnitQuaternion<f64>) -> Self {
        let rotation = from.inverse() * to;
        Self {
            rotation,
            vector: rotation.scaled_axis(),
        }
    }
}

/// Keeps the last result, because the logarithm is costly and the same pair comes again: law, hold
/// and plan of a tick ask for the same one, and a reference that rests at its goal asks for the
/// same one every tick.
#[derive(Debug, Clone, Default)]
pub struct AttitudeErrorCache {
    last: Option<([[u64; 4]; 2], AttitudeError)>,
}

impl AttitudeErrorCache {
    /// [`AttitudeError::between`], computed once for the same two attitudes in a row.
    pub fn between(
        &mut self,
        from: &UnitQuaternion<f64>,
        to: &UnitQuaternion<f64>,
    ) -> AttitudeError {
        let key = [from, to].map(bits);
        match self.last {
            Some((last, error)) if last == key => error,
            _ => {
                let error = AttitudeError::between(from, to);
                self.last = Some((key, error));
                error
            }
        }
    }
}

fn bits(attitude: &UnitQuaternion<f64>) -> [u64; 4] {
    <[f64; 4]>::from(attitude.coords).map(f64::to_bits)
}
