//! Where a pose change goes and what a burn pushes along.

use nalgebra::{UnitQuaternion, Vector3};

/// A body axis with its sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// +X.
    Forward,
    /// -X.
    Aft,
    /// +Y.
    Port,
    /// -Y.
    Starboard,
    /// +Z.
    Up,
    /// -Z.
    Down,
}

impl Axis {
    /// Unit vector, body.
    #[must_use]
    pub fn direction(self) -> Vector3<f64> {
        match self {
            Self::Forward => Vector3::x(),
            Self::Aft => -Vector3::x(),
            Self::Port => Vector3::y(),
            Self::Starboard => -Vector3::y(),
            Self::Up => Vector3::z(),
            Self::Down => -Vector3::z(),
        }
    }
}

/// Where to go; what is None is kept as it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Goal {
    /// m, world.
    pub position: Option<Vector3<f64>>,
    /// Body to world.
    pub attitude: Option<UnitQuaternion<f64>>,
}

/// A set of the thrust map that pushes along a body axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// The full thrust group, not the zero-torque translation set.
    pub full: bool,
    /// Where it pushes.
    pub axis: Axis,
}

/// What a segment pushes along, or with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Target {
    /// Any nozzles, along a unit vector, body.
    Direction(Vector3<f64>),
    /// The nozzles of a set and no others.
    Group(Group),
}
