//! The last check between controller and rig.
mod guard;
pub use guard::{Guard, Limits, Valve, Violation, level_permitted, permitted};
