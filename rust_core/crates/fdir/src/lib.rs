//! Fault detection, isolation and recovery (FDIR) for nozzles and their nodes.
//!
//! * `fault`, `evidence`: faults of a nozzle; inputs and results of the motion test.
//! * `health`: the state of each nozzle, from the valve's own feedback (`health/valve_feedback`),
//!   from the craft's motion and from the nodes; how a nozzle comes back (`health/nozzle_state`).
//! * `residual`: the motion test. Does the craft move as its nozzles are expected to push?
//! * `authority`: whether the nozzles that are left can hold the craft.
//!
//! Equations, thresholds and limits: `docs/math/faults.md`.

mod authority;
mod evidence;
mod fault;
mod health;
mod residual;

pub use authority::Authority;
pub use fault::NozzleFaults;
pub use health::{MonitorContext, NozzleHealth};
