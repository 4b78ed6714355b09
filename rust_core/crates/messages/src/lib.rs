//! Protobuf messages of the core, and recorded cycles turned into columns.
//!
//! The types under [`commands`] and [`telemetry`] are generated from `protos/` at build time,
//! so they cannot drift from the contracts.

mod columns;

#[allow(missing_docs, unreachable_pub, clippy::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/messages.rs"));
}

pub use columns::{ColumnError, Columns};
pub use generated::qiki::commands::v1 as commands;
pub use generated::qiki::telemetry::v1 as telemetry;
