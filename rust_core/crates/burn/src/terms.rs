//! Inputs of a plan, its order of a step, how it ends, and its limits.

use nalgebra::Vector3;
use qiki_craft::{Craft, NOZZLES};

use qiki_command::Reason;

/// What a segment pushes with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Push {
    /// Unit vector, body.
    pub direction: Vector3<f64>,
    /// Net force at level 1, N.
    pub ceiling_n: f64,
    /// Net force that is available now: less than the ceiling where power is short or a nozzle is
    /// out, N.
    pub available_n: f64,
    /// Power is what limits it.
    pub power_limited: bool,
    /// Thrust of each nozzle per newton of net force.
    pub thrust_per_n: [f64; NOZZLES],
    /// These nozzles and no others are to push: the segment names a group.
    pub group_only: bool,
    /// A nozzle of the group is isolated.
    pub group_broken: bool,
}

impl Push {
    /// Bit n: nozzle n pushes.
    pub fn nozzles(&self) -> u16 {
        (0..NOZZLES).fold(0, |set, n| set | u16::from(self.thrust_per_n[n] > 0.0) << n)
    }

    /// Thrust of each nozzle for a net force, N.
    pub fn thrust_n(&self, force_n: f64) -> [f64; NOZZLES] {
        self.thrust_per_n.map(|per_n| per_n * force_n)
    }
}

/// State of the craft in this step. Sets are bits: bit n is nozzle n.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Now {
    /// Length of the step, s.
    pub dt_s: f64,
    /// Impulse residual: demanded so far and not given, N·s, body.
    pub residual_ns: Vector3<f64>,
    /// Part of it that is planned and will come by itself, N·s, body.
    pub pending_ns: Vector3<f64>,
    /// What all nozzles together may draw, W.
    pub power_w: f64,
    /// Why that is not more.
    pub power_reason: Reason,
    /// Have to rest.
    pub resting: u16,
    /// Their cluster is at its warning temperature or above.
    pub warm: u16,
    /// Their cluster is cool enough for one more longest opening.
    pub ready: u16,
    /// Resting, isolated, or limited to less than full thrust. Where this changes, the push is
    /// computed anew.
    pub impaired: u16,
    /// What a push takes is used up, and that is so for good: the reason.
    pub spent: Option<Reason>,
}

impl Now {
    /// Impulse residual without what is planned already, N·s, body.
    pub(crate) fn missing_ns(&self) -> Vector3<f64> {
        self.residual_ns - self.pending_ns
    }
}

/// What to do in this step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Order {
    /// Which segment, from 0.
    pub segment: usize,
    /// Net force to demand, N, body.
    pub force_n: Vector3<f64>,
    /// Impulse that the profile demands in this step, N·s, body: the impulse residual grows by it.
    pub demanded_ns: Vector3<f64>,
    /// Why less is demanded of the nozzles than the profile says; None where that is not so.
    pub inhibited_by: Reason,
    /// The nozzles rest: the profile is split here.
    pub resting: bool,
    /// No thrust is demanded, and not only for a moment: clusters cool, or the level is zero.
    pub idle: bool,
}

/// How a profile ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The impulse was given, within tolerance.
    Given,
    /// It was not given in time; the reason says what prevented it.
    Late(Reason),
    /// A nozzle of a segment's group is isolated.
    Broken,
}

/// Limits of the nozzles that a plan goes by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlanLimits {
    /// Most thrust of each nozzle, N.
    thrust_max_n: [f64; NOZZLES],
    /// From this level on a nozzle counts as open without pauses, ratio.
    no_pause_level: [f64; NOZZLES],
    /// Longest opening, s.
    pub(crate) max_on_s: f64,
}

impl PlanLimits {
    /// Of a craft whose valves may be open for `max_on_s`.
    pub fn new(craft: &Craft, max_on_s: f64) -> Self {
        let per_nozzle = |pick: &dyn Fn(&qiki_craft::Thruster) -> f64| {
            std::array::from_fn(|n| craft.thrusters.get(n).map_or(0.0, pick))
        };
        Self {
            thrust_max_n: per_nozzle(&|t| t.thrust_max_n),
            no_pause_level: per_nozzle(&|t| {
                if t.throttleable {
                    0.0
                } else {
                    max_on_s / (max_on_s + t.min_off_s)
                }
            }),
            max_on_s,
        }
    }

    /// Bit n: at these thrusts nozzle n is open without pauses.
    pub(crate) fn without_pause(&self, thrust_n: &[f64; NOZZLES]) -> u16 {
        (0..NOZZLES).fold(0, |set, n| {
            let level = thrust_n[n] / self.thrust_max_n[n];
            let open = level > 0.0 && level >= self.no_pause_level[n];
            set | u16::from(open) << n
        })
    }
}
