//! Commands of the controller and its replies. Types only: no logic, no state.
//!
//! The numbers of the enumerations are those of the protobuf contract in `protos/qiki/commands`.

mod action;
mod allocation_mode;
mod firing;
mod mode;
mod reason;
mod reply;
mod segment;
mod target;

pub use action::{Action, Command};
pub use allocation_mode::AllocationMode;
pub use firing::Firing;
pub use mode::Mode;
pub use reason::Reason;
pub use reply::{REPLIES_MAX, Reply, ReplyStatus};
pub use segment::{SEGMENTS_MAX, Segment};
pub use target::{Axis, Goal, Group, Target};
