//! The crate's tests: one binary, a module a subject.
#![allow(clippy::panic, clippy::unwrap_used, missing_docs, unreachable_pub)]

mod allocation;
mod association;
mod common;
mod consistency;
mod conversion;
mod imm;
mod life;
mod models;
mod scenes;
mod transitions;
mod updates;
