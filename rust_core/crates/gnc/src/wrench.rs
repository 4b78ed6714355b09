//! Force and torque as one row of six.

use nalgebra::Vector3;
use qiki_craft::AXES;

/// A force and a torque about the centre of mass, N and N·m, body.
pub type Wrench = [f64; AXES];

/// Force and torque as one wrench.
pub fn wrench(force: Vector3<f64>, torque: Vector3<f64>) -> Wrench {
    [force.x, force.y, force.z, torque.x, torque.y, torque.z]
}
