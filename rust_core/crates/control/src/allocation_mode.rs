//! How a wrench becomes thrusts: by the sets of the thrust map, by any combination, or by hand.
//!
//! AUTO and ADAPTIVE are what the control loop allocates with; MANUAL_OVERRIDE (`manual.rs`) takes
//! the nozzles out of the loop for a while. AUTO needs a set for every axis. Where a nozzle that
//! is out of use leaves an axis without one, the controller goes on in ADAPTIVE by itself, and
//! comes back to AUTO when the sets are whole again. What is asked for stays as it was.

use qiki_command::{AllocationMode, Reason};
use qiki_craft::LoopAllocation;

/// What the loop is asked to allocate with, and what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AllocationModeState {
    auto: bool,
    /// Why AUTO is not what it should be; None where it is.
    short: Reason,
    /// Why manual override ended by itself, until the next choice.
    ended: Reason,
}

impl AllocationModeState {
    pub(crate) fn new(mode: LoopAllocation) -> Self {
        Self {
            auto: mode == LoopAllocation::Auto,
            short: Reason::None,
            ended: Reason::None,
        }
    }

    /// Takes a choice; MANUAL_OVERRIDE leaves what is to come after it as it was.
    pub(crate) fn choose(&mut self, mode: AllocationMode) {
        if mode != AllocationMode::ManualOverride {
            self.auto = mode == AllocationMode::Auto;
        }
        self.ended = Reason::None;
    }

    /// Takes in what is short of whole sets in this tick.
    pub(crate) fn note(&mut self, short: Reason) {
        self.short = short;
    }

    /// Takes note that manual override ended by itself.
    pub(crate) fn ended(&mut self, reason: Reason) {
        self.ended = reason;
    }

    /// What the loop was requested to allocate with.
    pub(crate) fn requested(&self) -> AllocationMode {
        if self.auto {
            AllocationMode::Auto
        } else {
            AllocationMode::Adaptive
        }
    }

    /// What the loop allocates with.
    pub(crate) fn in_effect(&self) -> AllocationMode {
        if self.auto && self.short == Reason::None {
            AllocationMode::Auto
        } else {
            AllocationMode::Adaptive
        }
    }

    /// Why the two differ, else why manual override ended by itself.
    pub(crate) fn reason(&self) -> Reason {
        if self.auto && self.short != Reason::None {
            self.short
        } else {
            self.ended
        }
    }
}
