//! Thrust profiles: the plan of a burn, and its impulse residual in flight.
//!
//! * `terms`: inputs of a plan, its order of a step, how it ends.
//! * `plan`: which push when, and when to wait. Controller and preview use the same plan.
//! * `burn`: a plan in flight, with the speed demanded and gained.
//!
//! What users see of it: `docs/profiles.md`.

mod burn;
mod plan;
mod terms;

pub use burn::{Burn, BurnProgress, Motion};
pub use plan::Plan;
pub use terms::{End, Now, Order, PlanLimits, Push};
