//! Faults that are put into a rig on purpose.
//!
//! * `kind`: every kind of fault by name, what it is put on and what it does.
//! * `fault`: one fault on one target. A valve fault is carried out by the craft itself; all
//!   others are link faults, between the rig and the controller.
//! * `injector`: carries out link faults. It stands between a rig and a controller, takes reports
//!   away from the feedback and closes the valves of silent nodes in the command.
//!
//! Faults may overlap: each lasts to its own end. The same seed loses the same reports.

mod fault;
mod injector;
mod kind;

pub use fault::{Fault, FaultError, LinkFault};
pub use injector::Injector;
pub use kind::{DROPOUTS, Dropout, FaultKind, TargetKind};
