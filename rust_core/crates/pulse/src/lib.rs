//! Planned pulses: which nozzle opens when, and for how long.
//!
//! A modulator decides for each nozzle by itself, tick by tick. A plan decides for all nozzles
//! together and in advance, so it can do two things that a modulator cannot:
//!
//! - give less than the shortest pulse: nozzles that oppose each other fire together, each for at
//!   least its shortest pulse, and the craft gets the difference (`qiki_alloc::PulseAllocator`
//!   finds which nozzles, and weighs the error against the propellant);
//! - keep the mean wrench right over a window ([`PulseScheduler`]): what a window could not give is
//!   added to the demand of the next, and pulses come one after the other where the power limit
//!   does not let all fire at once.
//!
//! [`MinimumImpulseHold`] uses the first, with gains that `calibration.rs` learns. [`Valves`] says
//! what the nozzles can give in a span of time, `layout.rs` puts pulses into it.

mod calibration;
mod fit;
mod layout;
mod minimum_impulse;
mod plan;
mod scheduler;
mod train;
mod valves;

pub use layout::{APART_US, Draw, schedule};
pub use minimum_impulse::{HoldContext, MinimumImpulseHold};
pub use plan::Plan;
pub use scheduler::{Demand, PulseScheduler, WINDOW_S};
pub use train::{PulseLimits, PulseTrain};
pub use valves::{State, Valves};
