//! The crate's tests: one binary, a module a subject.
#![allow(clippy::panic, clippy::unwrap_used, missing_docs, unreachable_pub)]

mod closed_forms;
mod common;
mod fair;
mod follow;
mod impulse_integrator;
mod limits;
mod plain;
mod pwpf;
mod refused;
mod throttle;
