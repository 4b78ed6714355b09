//! The controller: what the craft should do next, from what it knows now.
//!
//! [`Controller::step`] is a pure function of the controller's state and its inputs. It reads no
//! clock, does no I/O, draws no random number and allocates nothing, so a recorded run replays
//! through it bit for bit. One tick goes through these files, in this order:
//!
//! 1. [`navigator`](self): `navigator.rs` carries the pose from fix to fix and knows its age;
//! 2. `health.rs` finds nozzles that do not do what they are told, by their feedback and by the
//!    craft's motion (`residual.rs`), and nodes that are lost; `authority.rs` says whether the
//!    nozzles that are left can hold the craft;
//! 3. `modes.rs` decides what is permitted, and takes commands (`command.rs`);
//! 4. `guidance.rs` moves the reference pose towards the goal within limits;
//!    a thrust profile goes by `profile.rs`, in flight (`burn.rs`) and on paper ([`preview`]);
//! 5. `law.rs` turns the pose error into a wrench;
//! 6. `allocation.rs` says with what the allocator (`qiki-alloc`), or the sets of the thrust map,
//!    find thrusts, within what heat (`thermal.rs`) and power (`energy.rs`) allow;
//!    `controller/pulsing.rs` says who makes pulses of them: the modulators (`qiki-pwpf`), windows
//!    (`qiki-pulse`) or sets of small pulses (`steady.rs`);
//! 7. `guard.rs` checks every pulse against the limits, independent of all of the above;
//! 8. `cycle.rs` encodes the whole tick as one protobuf record.

mod allocation;
mod authority;
mod burn;
mod calibration;
mod command;
mod config;
mod controller;
mod cycle;
mod energy;
mod guard;
mod guidance;
mod health;
mod law;
mod manual;
mod modes;
mod navigator;
mod offset;
mod power_record;
mod profile;
mod residual;
mod sets;
mod steady;
mod thermal;
mod tracker;

pub use allocation::AllocationMode;
pub use burn::BurnProgress;
pub use command::{Action, Axis, Command, Goal, Group, Segment, Target};
pub use config::{ConfigError, Geometry, geometry};
pub use controller::{
    Controller, Inputs, LimitHit, Outputs, Preview, PreviewError, SegmentPreview, Spent, Stores,
    preview,
};
pub use cycle::{CycleEncoder, Timing, feedback_from_record, status_number};
pub use guard::{Guard, Limits, Valve, Violation, level_permitted, permitted};
pub use health::NozzleFaults;
pub use manual::Firing;
pub use modes::{Mode, Reason, by_hand, confirmed, permits};
pub use power_record::{detail_from_message, detail_to_message};
pub use profile::End;
pub use tracker::{Reply, ReplyStatus};
