//! Plans of pulses: which nozzle opens when, and for how long.
//!
//! A modulator decides about each nozzle by itself and in each tick. A plan decides about all
//! nozzles together and ahead, so it can do two things that a modulator cannot:
//!
//! - give less than the shortest pulse: nozzles that oppose each other fire together, each for at
//!   least its shortest pulse, and what is left is their difference (`qiki_alloc::PulseAllocator`
//!   finds which, weighed against their propellant);
//! - keep the mean wrench right over a window ([`PulseScheduler`]): what a window could not give is
//!   carried into the next, and pulses take turns where power does not let all fire at once.
//!
//! [`Valves`] says what the nozzles can give in a span of time, `layout.rs` puts pulses into it.

mod calibration;
mod layout;
mod minimum_impulse;
mod plan;
mod scheduler;
mod train;
mod valves;

pub use layout::{APART_US, Draw, schedule};
pub use minimum_impulse::{Means, MinimumImpulseHold};
pub use plan::Plan;
pub use scheduler::{Demand, PulseScheduler, WINDOW_S};
pub use train::{PulseLimits, PulseTrain};
pub use valves::{State, Valves};
