//! The crate's tests: one binary, a module a subject.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub)]

mod common;
mod force_close;
mod memory;
mod not_a_number;
mod sweep;
