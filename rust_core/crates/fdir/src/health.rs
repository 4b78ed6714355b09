//! State of each nozzle: whether it does what it is commanded, and whether its node is heard.
//!
//! There are two sources of evidence: the valve's own feedback (`health/valve_feedback.rs`) and the
//! craft's motion (`residual.rs`). The feedback is exact and comes first. Where the motion
//! contradicts it, the motion decides, and the feedback of that nozzle is not trusted until the
//! next arming. What follows from a fault, and how a nozzle comes back, is in
//! `docs/math/faults.md`.

use nalgebra::UnitQuaternion;
use qiki_craft::{Craft, Feedback, NOZZLES, nozzles_in};

use crate::evidence::{Findings, MotionState, Sources, Verdict};
use crate::fault::{Fault, NozzleFaults};
use crate::mismatch::MismatchMonitor;
use crate::residual::Residual;
use nodes::NodeWatch;
use nozzle_state::{NozzleState, NozzleStates, RecoveryTimes, ticks};
use qiki_craft::Geometry;
use valve_feedback::ValveFeedbackMonitor;

mod nodes;
mod nozzle_state;
mod valve_feedback;

pub use nodes::{ARMING_S, NodeStatus};

/// So many trials of a nozzle whose valve says that it did open follow soon after each other; each
/// that fails may be the finding that indicts the model (`mismatch.rs`).
const DOUBTED_TRIALS: u32 = 3;

/// What the monitors get of a tick besides the feedback.
#[derive(Debug, Clone, Copy)]
pub struct MonitorContext {
    /// Body to world.
    pub attitude: UnitQuaternion<f64>,
    /// With the propellant left, kg.
    pub mass_kg: f64,
    /// Nothing but the nozzles moves the craft, and the tank is not empty: motion is evidence.
    pub motion_is_evidence: bool,
    /// A nozzle may be tried again: a second failure now would do no harm.
    pub trials_allowed: bool,
    /// The nodes should be armed.
    pub armed: bool,
}

/// Monitors of the nozzles, and the state of each.
#[derive(Debug, Clone)]
pub struct NozzleHealth {
    feedback_monitor: ValveFeedbackMonitor,
    residual: Residual,
    mismatch: MismatchMonitor,
    states: NozzleStates,
    trials: [u32; NOZZLES],
    known: NozzleFaults,
    nodes: NodeWatch,
    recovery: RecoveryTimes,
}

const fn bit(n: usize) -> u16 {
    1 << n
}

impl NozzleHealth {
    /// All nozzles healthy, no node heard yet; one update a tick of `dt_s`.
    #[must_use]
    pub fn new(craft: &Craft, geometry: &Geometry, dt_s: f64) -> Self {
        Self {
            feedback_monitor: ValveFeedbackMonitor::new(dt_s),
            residual: Residual::new(craft, geometry, dt_s),
            mismatch: MismatchMonitor::new(dt_s),
            states: NozzleStates::new(),
            trials: [0; NOZZLES],
            known: NozzleFaults::default(),
            nodes: NodeWatch::new(
                ticks(craft.control.node_stale_s, dt_s),
                ticks(ARMING_S, dt_s),
            ),
            recovery: RecoveryTimes::new(dt_s),
        }
    }

    /// Takes in the feedback of this tick.
    pub fn observe(&mut self, feedback: &Feedback, context: &MonitorContext) {
        self.nodes.observe(feedback, context.armed);
        self.update_from_valves(feedback);
        self.update_from_motion(feedback, context);
        self.advance_recovery(feedback.valve_fault, context.trials_allowed);
    }

    /// Faults by the reports of nodes and valves.
    fn update_from_valves(&mut self, feedback: &Feedback) {
        let heard = feedback.fresh.nozzles_heard();
        let reported = heard & feedback.valve_fault;
        self.known.by_node |= reported;
        // A valve that is stuck open may report its own fault: that does not mean stuck closed.
        for n in nozzles_in(reported & !(self.states.open() | self.states.resting())) {
            self.declare_fault(n, Fault::StuckClosed);
        }
        let trusted = heard & !self.known.feedback_lies;
        let open = self.states.open();
        for n in nozzles_in(trusted & open) {
            if self
                .feedback_monitor
                .has_closed(n, feedback.open_time_us[n])
            {
                self.begin_rest(n);
            }
        }
        let off = self.feedback_monitor.compare(
            trusted & !open,
            self.nodes.follows,
            &feedback.open_time_us,
        );
        self.known.by_feedback |= off;
        for n in nozzles_in(off) {
            self.declare_fault(n, self.feedback_monitor.fault(n));
        }
    }

    /// Faults by the craft's motion.
    fn update_from_motion(&mut self, feedback: &Feedback, context: &MonitorContext) {
        if !context.motion_is_evidence || self.mismatch.indicted() {
            return self.residual.restart();
        }
        let sources = self.sources(feedback);
        let state = MotionState {
            attitude: context.attitude,
            mass_kg: context.mass_kg,
        };
        let found = self.residual.observe(feedback, &sources, &state);
        self.take_findings(&found, sources.reported);
    }

    /// Takes in what the motion shows; the valves in `reported` have said what they do.
    fn take_findings(&mut self, found: &Findings, reported: u16) {
        // Nozzles whose valves say that they do what they are commanded.
        let obedient = reported | self.known.feedback_lies;
        let mut contradicted = 0;
        for n in 0..NOZZLES {
            if let Some(verdict) = found.0[n] {
                contradicted |= obedient & bit(n);
                self.apply(n, verdict);
            }
        }
        self.known.feedback_lies |= contradicted;
        for n in nozzles_in(contradicted).filter(|n| self.trials[*n] < DOUBTED_TRIALS) {
            self.states.try_within(n, self.recovery.doubted());
        }
        if self.mismatch.observe(contradicted) {
            self.give_back();
        }
    }

    /// The model is indicted: nozzles that only the motion found are given back, and reports are
    /// believed again.
    fn give_back(&mut self) {
        let known = self.known;
        for n in nozzles_in(known.by_motion & !known.by_feedback & !known.by_node) {
            self.feedback_monitor.reset(n);
            self.states.set(n, NozzleState::Healthy);
            self.clear_evidence(n);
        }
        self.known.feedback_lies = 0;
    }

    fn apply(&mut self, n: usize, verdict: Verdict) {
        let fault = match verdict {
            Verdict::StuckClosed => Fault::StuckClosed,
            Verdict::StuckOpen => Fault::StuckOpen,
            Verdict::Obeys => {
                if (self.states.open() | self.states.closed()) & bit(n) != 0 {
                    self.begin_rest(n);
                }
                return;
            }
        };
        self.known.by_motion |= bit(n);
        self.declare_fault(n, fault);
    }

    /// Which evidence says how each nozzle thrusts.
    fn sources(&self, feedback: &Feedback) -> Sources {
        let reported = feedback.fresh.nozzles_heard() & !self.known.feedback_lies;
        let states = &self.states;
        Sources {
            reported,
            uncertain: self.nodes.failsafe & !states.out() & !reported,
            stuck_open: states.open() & !reported,
            stuck_closed: (states.closed() | states.resting()) & !reported,
        }
    }

    fn declare_fault(&mut self, n: usize, fault: Fault) {
        let state = match (self.states.of(n), fault) {
            (NozzleState::StuckOpen, Fault::StuckOpen)
            | (NozzleState::StuckClosed(_), Fault::StuckClosed) => return,
            (_, Fault::StuckOpen) => NozzleState::StuckOpen,
            _ => self.recovery.closed(self.trials[n]),
        };
        self.feedback_monitor.reset(n);
        self.states.set(n, state);
    }

    fn begin_rest(&mut self, n: usize) {
        self.feedback_monitor.reset(n);
        self.states.set(n, self.recovery.closing());
    }

    /// One tick for nozzles that wait to be used again.
    fn advance_recovery(&mut self, reported: u16, trials_allowed: bool) {
        let recovery = self.states.out() | self.states.on_trial();
        for n in nozzles_in(recovery & !self.nodes.lost & !reported) {
            let before = self.states.of(n);
            let after = before.next(trials_allowed);
            self.states.set(n, after);
            match (before, after) {
                (NozzleState::StuckClosed(_), NozzleState::OnTrial(_)) => self.trials[n] += 1,
                (_, NozzleState::Healthy) => self.clear_evidence(n),
                _ => {}
            }
        }
    }

    /// Clears the evidence against a nozzle. That its feedback is not trusted stays until arming.
    fn clear_evidence(&mut self, n: usize) {
        self.trials[n] = 0;
        self.known.by_feedback &= !bit(n);
        self.known.by_motion &= !bit(n);
        self.known.by_node &= !bit(n);
    }

    /// Records what is commanded in this tick.
    pub fn record_command(&mut self, on_time_us: &[u32; NOZZLES]) {
        self.feedback_monitor.record_command(on_time_us);
        let mut followed_us = *on_time_us;
        for n in nozzles_in(!self.nodes.follows) {
            followed_us[n] = 0;
        }
        for n in nozzles_in(self.states.on_trial()) {
            if let NozzleState::OnTrial(opened_us) = self.states.of(n) {
                self.states
                    .set(n, NozzleState::OnTrial(opened_us + followed_us[n]));
            }
        }
        self.residual.record_command(&followed_us);
    }

    /// Forgets every fault, and gives the nodes time to follow; arming is a fresh start.
    pub fn reset(&mut self) {
        self.nodes.begin_arming();
        self.feedback_monitor = self.feedback_monitor.cleared();
        self.residual.restart();
        self.mismatch.reset();
        self.states = NozzleStates::new();
        self.trials = [0; NOZZLES];
        self.known = NozzleFaults::default();
    }

    /// Whether motion is no evidence any more because it indicts the model.
    #[must_use]
    pub fn model_mismatch(&self) -> bool {
        self.mismatch.indicted()
    }

    /// Bit n: nozzle n does not close.
    pub fn stuck_open(&self) -> u16 {
        self.states.open()
    }

    /// What is known of the nozzles.
    pub fn faults(&self) -> NozzleFaults {
        NozzleFaults {
            closed: self.states.closed(),
            open: self.states.open(),
            returning: self.states.resting() | self.states.on_trial(),
            ..self.known
        }
    }

    /// How many nodes are in which state.
    #[must_use]
    pub fn nodes(&self) -> NodeStatus {
        self.nodes.status()
    }

    /// Bit n: nozzle n must not be used.
    pub fn isolated(&self) -> u16 {
        self.states.out() | self.nodes.lost
    }
}

#[cfg(test)]
mod tests;
