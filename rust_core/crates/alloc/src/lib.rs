//! Thrust allocation: which nozzle pushes how hard for a wrench.
//!
//! ```text
//! stage one   minimise |S (B f - w)|   subject to   lo <= f <= hi,  p'f <= P
//! stage two   minimise sum f           among the answers of stage one
//! ```
//!
//! with `B` the effectiveness (6 rows: force N and torque N·m per newton; one column a nozzle),
//! `S` a diagonal of weights, `w` the wrench, `f` the thrust of each nozzle in newtons, and `p`
//! the electrical power of each per newton. Both stages are exact.
//!
//! A wrench within reach needs stage two alone: a linear program (`fuel.rs`), solved by a dual
//! simplex (`simplex.rs`) that goes on from the basis of the last tick. Where that finds no
//! answer the wrench is out of reach; then the nearest one is found first, by bounded least squares
//! (`least_squares.rs`), or, where power is what limits, as the nearest point of a polytope
//! (`nearest.rs`). `allocator.rs` puts the stages together.
//!
//! Nothing is allocated after construction, every loop has a cap, and every way to end has a
//! name; a solve that fails gives zero thrust.

mod allocator;
mod elimination;
mod fuel;
mod least_squares;
mod nearest;
mod problem;
mod pulses;
mod rows;
mod simplex;
mod vector;

pub use allocator::Allocator;
pub use problem::{AllocError, Bounds, Power, Solution, Status};
pub use pulses::{PulseAllocator, PulseBounds, Pulses, Search};

/// Rows of a wrench: force x, y, z then torque x, y, z.
pub const AXES: usize = 6;
