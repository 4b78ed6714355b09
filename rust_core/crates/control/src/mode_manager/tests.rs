//! The mode manager in a controller on a desk.
#![allow(clippy::unwrap_used, clippy::panic)]

mod effects;
