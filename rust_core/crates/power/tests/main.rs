//! The crate's tests: one binary, a module a subject.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod allocation;
mod common;
mod construction;
mod dock;
mod energy;
mod gates;
mod properties;
mod shedding;
mod thermal;
