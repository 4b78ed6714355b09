//! Result of stage 2: what the craft is to do in this tick.

use nalgebra::Vector3;
use qiki_command::{AllocationMode, Mode, Reason};
use qiki_craft::NOZZLES;

/// What manual override does in a tick.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ManualPulses {
    pub(crate) on: bool,
    /// Control has to leave all valves closed.
    pub(crate) holds_valves: bool,
    /// Bit n: nozzle n is being fired.
    pub(crate) nozzles: u16,
    /// How long these are open in this tick, µs.
    pub(crate) on_time_us: u32,
    /// Their mean level.
    pub(crate) level: f64,
}

/// What the craft is to do in this tick. Nothing in it changes until the next one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decision {
    pub(crate) mode: Mode,
    pub(crate) armed: bool,
    /// Why motion is inhibited.
    pub(crate) inhibit_reason: Reason,
    /// Nothing is left in the tank: every valve stays shut.
    pub(crate) tank_empty: bool,
    /// Too little power for anything but holding the attitude.
    pub(crate) stabilise_only: bool,
    /// Allocation mode in effect.
    pub(crate) allocation_mode: AllocationMode,
    /// Pulses may be planned for all nozzles together.
    pub(crate) plans_pulses: bool,
    /// Net force that a thrust profile demands, N, body; zero where none is flown.
    pub(crate) burn_force_n: Vector3<f64>,
    /// Thrusts of the group that a profile pushes with alone, N.
    pub(crate) group_n: Option<[f64; NOZZLES]>,
    /// A profile pushes now or in a moment, or the windows after it still give their residual.
    pub(crate) burns: bool,
    pub(crate) manual: ManualPulses,
}

impl Decision {
    /// Whether nozzles may fire at all.
    pub(crate) fn thrusts(&self) -> bool {
        self.armed && self.mode.thrusts() && !self.tank_empty
    }
}
