//! Protobuf messages of the core, and recorded cycles turned into columns.
//!
//! The types under [`commands`] and [`telemetry`] are generated from `protos/` at build time,
//! so they cannot drift from the contracts.

mod columns;
mod command;
mod cycle;
mod power_detail;

#[allow(missing_docs, unreachable_pub, clippy::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/messages.rs"));
}

pub use columns::{ColumnError, Columns};
pub use command::command_from_message;
pub use cycle::{CycleEncoder, Timing, feedback_from_record, status_number};
pub use generated::qiki::commands::v1 as commands;
pub use generated::qiki::telemetry::v1 as telemetry;
pub use power_detail::{detail_from_message, detail_to_message};
