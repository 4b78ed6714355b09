//! The crate's tests: one binary, a module a subject.
#![allow(clippy::panic, clippy::unwrap_used, missing_docs, unreachable_pub)]

mod common;
mod consistency;
mod conversion;
mod imm;
mod models;
mod transitions;
mod updates;
