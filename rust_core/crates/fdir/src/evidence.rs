//! Inputs and results of the motion test.

use nalgebra::UnitQuaternion;
use qiki_craft::NOZZLES;

/// Time constant with which the window forgets, s. Longer than a shortest pulse (30 ms), of which
/// it holds 75 % when the pulse ends, `(1 - exp(-0.6)) / 0.6`. Not much longer, because an earlier
/// fault-free pulse of a nozzle hides that the present one is missing.
pub(crate) const FORGET_S: f64 = 0.05;

/// Which evidence says how each nozzle thrusts: sets of nozzles, bit n for nozzle n. A nozzle in
/// none of them is expected to do what it was commanded, after its valve's delays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Sources {
    /// Its valve's report of the last tick is trusted.
    pub(crate) reported: u16,
    /// The command counts, but it is not known whether the node follows it.
    pub(crate) uncertain: u16,
    /// It thrusts, whatever is commanded.
    pub(crate) stuck_open: u16,
    /// It does not thrust, whatever is commanded.
    pub(crate) stuck_closed: u16,
}

/// What the motion shows of a nozzle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It does what it was commanded, though its feedback or its state says otherwise.
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

    /// Whether a nozzle is said to thrust when it should not.
    pub(crate) fn stuck_open(&self) -> bool {
        self.0.contains(&Some(Verdict::StuckOpen))
    }
}

/// State of the craft by which sensor values become impulses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MotionState {
    /// Body to world.
    pub(crate) attitude: UnitQuaternion<f64>,
    /// With the propellant left, kg.
    pub(crate) mass_kg: f64,
}
