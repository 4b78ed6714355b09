//! The controller: from feedback and commands to valve commands.
//!
//! [`GuardedController::step`] is one tick. It is a pure function of the controller's state and its
//! inputs, so a recorded run replays through it bit for bit. A tick goes one way through these
//! files:
//!
//! | stage | file | result |
//! |---|---|---|
//! | 1 estimate | `estimate` | `Estimate`: pose, nozzles, heat, power, propellant |
//! | 2 decide | `mode_manager` | `Decision`: mode, arming, burn, manual override |
//! | 3 demand | `tracking` | `Demand`: the wrench that is demanded |
//! | 4 allocate | `allocation`, `sets` | `Allocation`: thrusts for it |
//! | 5 modulate | `pulses` | `PulseCommand`: on-times, and the valves that are closed at once |
//! | 6 guard | `guarded` | the command that is sent; `qiki-guard` checks it |
//!
//! No stage changes the result of an earlier one. Mode, arming, burn and manual override change in
//! stage 2 alone; what a later stage finds is taken up there in the next tick. `modes` is the rule
//! on what is permitted when, `command_tracker` commands until their effect. The stages that a
//! preview of a thrust profile needs (`qiki-preview`) are public.

mod allocation;
mod allocation_mode;
mod command_tracker;
mod config;
mod controller;
mod decision;
mod estimate;
mod guarded;
mod io;
mod manual_override;
mod mode_manager;
mod modes;
mod pulses;
mod sets;
mod tracking;

#[cfg(test)]
mod tests;

pub use allocation::AllocationStage;
pub use config::{ConfigError, Parts, parts};
pub use estimate::{Estimate, Estimator, FlightContext};
pub use guarded::GuardedController;
pub use io::{Inputs, Outputs};
pub use mode_manager::{burn_conditions, may_burn, may_push};
pub use modes::{confirmed, manual_override_permits, permits};
pub use qiki_fdir::NozzleStatus;
