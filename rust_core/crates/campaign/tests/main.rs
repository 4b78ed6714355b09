//! The crate's tests: one binary, a module a subject.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]
#![allow(missing_docs, unreachable_pub)]

mod common;
mod flight;
mod hold;
mod mismatch;
mod motion;
mod soak;
