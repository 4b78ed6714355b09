//! What the motion test is told, and what it finds.

use nalgebra::UnitQuaternion;
use qiki_craft::NOZZLES;

/// The window forgets with this time constant, s: longer than a shortest pulse, so that one is
/// seen whole, and not by much, so that a nozzle's past does not hide its present.
pub(crate) const FORGET_S: f64 = 0.05;

/// Where it is taken from how each nozzle thrusts: sets of nozzles, bit n for nozzle n. Those in
/// none of them do what they were commanded, after their valves' delays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Sources {
    /// What the valve reported for the last tick.
    pub(crate) reported: u16,
    /// The command, but whether the node obeys is not known.
    pub(crate) doubtful: u16,
    /// It thrusts, whatever is commanded.
    pub(crate) stuck_open: u16,
    /// It does not thrust, whatever is commanded.
    pub(crate) stuck_closed: u16,
}

/// What the motion says of a nozzle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It does what it was commanded, though it was believed not to.
    Obeys,
    /// It does not thrust when it should.
    StuckClosed,
    /// It thrusts when it should not.
    StuckOpen,
}

/// Verdicts of one tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Findings(pub(crate) [Option<Verdict>; NOZZLES]);

impl Findings {
    pub(crate) fn none(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }
}

/// What is known of the craft's motion besides the sensors.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MotionState {
    /// Body to world.
    pub(crate) attitude: UnitQuaternion<f64>,
    /// With the propellant left, kg.
    pub(crate) mass_kg: f64,
}
