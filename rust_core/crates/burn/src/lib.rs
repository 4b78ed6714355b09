//! Thrust profiles: the plan of a burn, and its account in flight.
//!
//! * `terms`: what a plan is told, what it orders, how it ends.
//! * `plan`: which push when, and when to wait. The same plan stands behind the controller and
//!   behind the preview.
//! * `burn`: a plan in flight, with the account of what the nozzles have given.
//!
//! What users see of it: `docs/profiles.md`.

mod burn;
mod plan;
mod terms;

pub use burn::{Burn, BurnProgress, Motion};
pub use plan::Plan;
pub use terms::{End, Now, Order, PlanLimits, Push};
