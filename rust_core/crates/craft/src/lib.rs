//! The craft as numbers, and the two things that pass between a rig and the controller.
//!
//! * [`Craft`] is the part of a BotSpec that physics and control need. Python validates the
//!   specification and hands it over as one JSON object; this crate only checks that it can be
//!   read and that its sizes fit. Nothing here knows a file, a clock or Python.
//! * [`Feedback`] is all that a rig tells the controller in one tick.
//! * [`ValveCommand`] is all that the controller tells a rig in one tick.
//!
//! Frames: body +X forward, +Y left, +Z up; world +X east, +Y north, +Z up. Quaternions are
//! scalar-last `(x, y, z, w)` and turn body vectors into world vectors. SI units throughout.

mod craft;
mod feedback;
mod geometry;
mod nozzles;
mod power_detail;

pub use craft::{
    Attitude, AttitudeLimits, ControlConfig, Craft, CraftError, HeatInput, HeatSource,
    LoopAllocation, Mass, ModulatorConfig, Position, PowerPlane, STANDARD_GRAVITY_MPS2,
    SensorConfig, Sensors, ThermalCoupling, ThermalNode, ThermalPlane, Thruster,
};
pub use feedback::{Feedback, Fresh, NodeState, Truth, ValveCommand};
pub use geometry::{Geometry, geometry, per_nozzle, throttleable_nozzles};
pub use nozzles::{levels, nozzles_in, nozzles_of, nozzles_where};
pub use power_detail::{LOADS, NODES_MAX, NodeTemps, PowerDetail};

/// Nozzles of the craft.
pub const NOZZLES: usize = 16;
/// Clusters of nozzles; one CAN node drives one cluster.
pub const CLUSTERS: usize = 4;
/// Nozzles of one cluster.
pub const NOZZLES_PER_CLUSTER: usize = NOZZLES / CLUSTERS;
/// Rows of a wrench: force x, y, z, then torque x, y, z.
pub const AXES: usize = 6;
/// Shortest tick of a control loop, µs: 1000 Hz.
pub const PERIOD_MIN_US: u32 = 1000;
/// Longest tick of a control loop, µs: 200 Hz. A valve has at most one edge a tick, and pulses are
/// 30 ms and longer.
pub const PERIOD_MAX_US: u32 = 5000;
/// A vector in three dimensions; the name it is bound to gives unit and frame.
pub type Vec3 = [f64; 3];
/// A unit quaternion, scalar last `(x, y, z, w)`, body to world.
pub type Quat = [f64; 4];
