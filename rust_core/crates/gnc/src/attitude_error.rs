//! The rotation from one attitude to another.

use nalgebra::{UnitQuaternion, Vector3};

/// The rotation from an attitude to another one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AttitudeError {
    /// From one attitude to the other, body to body.
    pub rotation: UnitQuaternion<f64>,
    /// The same as a vector along its axis, rad.
    pub vector: Vector3<f64>,
}

impl AttitudeError {
    /// The rotation that turns `from` into `to`.
    #[must_use]
    pub fn between(from: &UnitQuaternion<f64>, to: &UnitQuaternion<f64>) -> Self {
        let rotation = from.inverse() * to;
        Self {
            rotation,
            vector: rotation.scaled_axis(),
        }
    }
}

/// Keeps the last turn: in a tick law, hold and plan ask for the same one, and a reference at its
/// goal for the same one tick after tick.
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
        let asked = [from, to].map(bits);
        match self.last {
            Some((last, turn)) if last == asked => turn,
            _ => {
                let turn = AttitudeError::between(from, to);
                self.last = Some((asked, turn));
                turn
            }
        }
    }
}

fn bits(attitude: &UnitQuaternion<f64>) -> [u64; 4] {
    <[f64; 4]>::from(attitude.coords).map(f64::to_bits)
}
