//! The controller: what the craft should do next, from what it knows now.
//!
//! [`Controller::step`] is a pure function of the controller's state and its inputs. It reads no
//! clock, does no I/O, draws no random number and allocates nothing, so a recorded run replays
//! through it bit for bit. One tick goes through these files, in this order:
//!
//! 1. [`navigator`](self): `navigator.rs` carries the pose from fix to fix and knows its age;
//! 2. `health.rs` finds nozzles that do not do what they are told, and nodes that are lost;
//! 3. `modes.rs` decides what is permitted, and takes commands (`command.rs`);
//! 4. `guidance.rs` moves the reference pose towards the goal within limits;
//! 5. `law.rs` turns the pose error into a wrench;
//! 6. the allocator finds thrusts (`qiki-alloc`), the modulators find pulses (`qiki-pwpf`);
//! 7. `guard.rs` checks every pulse against the limits, independent of all of the above;
//! 8. `cycle.rs` encodes the whole tick as one protobuf record.

mod burn;
mod command;
mod config;
mod controller;
mod cycle;
mod energy;
mod guard;
mod guidance;
mod health;
mod law;
mod modes;
mod navigator;
mod tracker;

pub use command::{Action, Axis, Command, Goal, Segment};
pub use config::{ConfigError, Geometry, geometry};
pub use controller::{Controller, Inputs, Outputs};
pub use cycle::{CycleEncoder, Timing, feedback_from_record};
pub use guard::{Guard, Limits, Valve, Violation, permitted};
pub use modes::{Mode, Reason, permits};
pub use tracker::{Reply, ReplyStatus};
