//! The crate's tests: one binary, a module a subject.
#![allow(clippy::panic, clippy::unwrap_used, missing_docs, unreachable_pub)]

mod along;
mod common;
mod degenerate;
mod edges;
mod effort;
mod ends;
mod optimum;
mod power;
mod reach;
