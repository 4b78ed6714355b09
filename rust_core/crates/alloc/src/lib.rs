//! Thrust allocation: which nozzle pushes how hard for a wrench.
//!
//! ```text
//! minimise |S (B f - w)|   subject to   lo <= f <= hi
//! ```
//!
//! with `B` the effectiveness (6 rows: force N and torque N·m per newton; one column a nozzle),
//! `S` a diagonal of weights, `w` the wrench and `f` the thrust of each nozzle in newtons.
//!
//! Method: the bounded-variable least squares of Stark and Parker (Computational Statistics 10,
//! 1995), an active set method that ends at the exact optimum. A nozzle leaves its bound only
//! when the gradient says so, and then its column is independent of the free ones, so at most
//! six nozzles are between their bounds and every sub-problem is a small Cholesky solve.
//! Nothing is allocated, every loop has a cap, and every way to end has a name; a solve that
//! fails gives zero thrust.

mod solver;

pub use solver::{AllocError, Allocator, Bounds, Solution, Status};

/// Rows of a wrench: force x, y, z then torque x, y, z.
pub const AXES: usize = 6;
