//! Allocation mode: sets of the thrust map, any combination of nozzles, or manual override.
//!
//! AUTO and ADAPTIVE are the modes of the control loop; MANUAL_OVERRIDE (`manual_override.rs`)
//! takes the nozzles out of the loop for a while. AUTO needs a set for every axis. Where an
//! isolated nozzle leaves an axis without one, the controller goes on in ADAPTIVE by itself, and
//! returns to AUTO when the sets are whole again. The requested mode stays AUTO meanwhile.

use qiki_command::{AllocationMode, Reason};
use qiki_craft::LoopAllocation;

/// The loop's allocation mode: requested, in effect, and why the two differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AllocationModeState {
    auto_requested: bool,
    /// What AUTO is short of; None where its sets are whole.
    shortage: Reason,
    /// Why manual override ended by itself, until the next request.
    override_end: Reason,
}

impl AllocationModeState {
    pub(crate) fn new(mode: LoopAllocation) -> Self {
        Self {
            auto_requested: mode == LoopAllocation::Auto,
            shortage: Reason::None,
            override_end: Reason::None,
        }
    }

    /// Takes a request. MANUAL_OVERRIDE does not change the mode that follows it.
    pub(crate) fn request(&mut self, mode: AllocationMode) {
        if mode != AllocationMode::ManualOverride {
            self.auto_requested = mode == AllocationMode::Auto;
        }
        self.override_end = Reason::None;
    }

    /// Sets what AUTO is short of in this tick.
    pub(crate) fn set_shortage(&mut self, shortage: Reason) {
        self.shortage = shortage;
    }

    /// Records that manual override ended by itself.
    pub(crate) fn record_override_end(&mut self, reason: Reason) {
        self.override_end = reason;
    }

    /// What the loop was requested to allocate with.
    pub(crate) fn requested(&self) -> AllocationMode {
        if self.auto_requested {
            AllocationMode::Auto
        } else {
            AllocationMode::Adaptive
        }
    }

    /// The mode of the loop in effect.
    pub(crate) fn in_effect(&self) -> AllocationMode {
        if self.auto_requested && self.shortage == Reason::None {
            AllocationMode::Auto
        } else {
            AllocationMode::Adaptive
        }
    }

    /// Why the two differ; else why manual override ended by itself.
    pub(crate) fn reason(&self) -> Reason {
        if self.auto_requested && self.shortage != Reason::None {
            self.shortage
        } else {
            self.override_end
        }
    }
}
