//! Fault detection, isolation and recovery (FDIR) for nozzles and their nodes.
//!
//! * `fault`, `evidence`: faults of a nozzle; inputs and results of the motion test.
//! * `health`: the state of each nozzle, from the valve's own feedback (`health/valve_feedback`),
//!   from the craft's motion and from the nodes (`health/nodes`); how a nozzle comes back
//!   (`health/nozzle_state`).
//! * `residual`: the motion test. Does the craft move as its nozzles are expected to push?
//! * `mismatch`: whether the motion indicts the model of the craft instead of its nozzles.
//! * `nozzle_status`: which nozzles can be used, and the bounds of their thrusts.
//! * `authority`: whether the nozzles that are left can hold the craft.
//!
//! Equations, thresholds and limits: `docs/math/faults.md`.

mod authority;
mod evidence;
mod fault;
mod health;
mod mismatch;
mod nozzle_status;
mod residual;

pub use authority::Authority;
pub use fault::NozzleFaults;
pub use health::{ARMING_S, MonitorContext, NodeStatus, NozzleHealth};
pub use nozzle_status::NozzleStatus;
