//! The crate's tests: one binary, a module a subject.
#![allow(clippy::expect_used)]

mod faults;
mod injector;
