//! The last check between controller and rig.
//!
//! The guard depends on nothing but the craft's description. It knows no modes, laws or modulators
//! and shares no state with the controller. It remembers what it let through and checks each
//! command against the limits of valves and bus. A command that breaks one is replaced by closed
//! valves.
//!
//! * `limits`: what a command may not exceed. `rule`: the rule for one valve in one tick.
//! * `force_close`: why a valve may close before its shortest opening, one list, checked.
//! * `guard`: all valves, tick after tick.
//!
//! A comparison here refuses what is not a number: `!(x <= max)`, never `x > max`.

mod force_close;
mod guard;
mod limits;
mod rule;

pub use force_close::{CloseReason, ForceClose};
pub use guard::Guard;
pub use limits::ValveLimits;
pub use rule::{Valve, Violation, level_permitted, permitted};
