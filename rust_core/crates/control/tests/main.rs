//! The crate's tests: one binary, a module a subject.
#![allow(clippy::panic, clippy::unwrap_used, missing_docs, unreachable_pub)]

mod allocations;
mod auto;
mod by_hand;
mod closed_loop;
mod commands;
mod common;
mod contract;
mod energy;
mod faults;
mod heat;
mod limits;
mod modulators;
mod profile_faults;
mod profiles;
mod references;
mod replay;
mod safety;
mod sensor_lies;
