//! The crate's tests: one binary, a module a subject.
#![allow(clippy::panic, clippy::unwrap_used, missing_docs, unreachable_pub)]

mod allocation;
mod basilisk;
mod common;
mod construction;
mod power;
mod power_detail;
mod propulsion;
mod rigid_body;
mod sensors;
mod thermal;
mod throttle;
mod valves;
