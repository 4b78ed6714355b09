//! Nozzles that do not do what they are told, and nodes that are not heard.
//!
//! Two witnesses say what a nozzle does: the valve's own feedback (`health/switch.rs`) and the
//! craft's motion (`residual.rs`). The feedback is exact and comes first; where the motion
//! contradicts it, the motion wins and the feedback of that nozzle is not believed until the next
//! arming. What follows from a fault, and how a nozzle comes back, is in `docs/math/faults.md`.

use nalgebra::UnitQuaternion;
use qiki_craft::{CLUSTERS, Craft, Feedback, Fresh, NOZZLES, NodeState, nozzles_in, nozzles_of};

use crate::config::Geometry;
use crate::residual::{Findings, Residual, Sources, State, Verdict};
use stand::{Stand, Stands, Waits, ticks};
use switch::Switches;

mod stand;
mod switch;

/// A node that has not been heard for this many ticks has closed its valves by itself.
const FAILSAFE_TICKS: u32 = 3;

/// What is wrong with a nozzle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Fault {
    #[default]
    None,
    /// Does not open.
    Closed,
    /// Does not close.
    Open,
}

/// What is known of the nozzles, bit n for nozzle n.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NozzleFaults {
    /// It does not open.
    pub closed: u16,
    /// It does not close.
    pub open: u16,
    /// It is coming back: at rest while it is out of the allocation, on trial while it is in it.
    pub returning: u16,
    /// Found by the valve's feedback.
    pub by_feedback: u16,
    /// Found by the craft's motion.
    pub by_motion: u16,
    /// Reported by the node.
    pub by_node: u16,
    /// Its feedback says what is not so, and is not believed.
    pub feedback_lies: u16,
}

/// What the controller knows besides the feedback.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scene {
    /// Body to world.
    pub(crate) attitude: UnitQuaternion<f64>,
    /// With the propellant left, kg.
    pub(crate) mass_kg: f64,
    /// The craft moves by its nozzles alone and there is something to burn: motion is evidence.
    pub(crate) free: bool,
    /// A nozzle that may fail again can be afforded.
    pub(crate) calm: bool,
}

/// Watches the nozzles.
#[derive(Debug, Clone)]
pub(crate) struct Health {
    switches: Switches,
    residual: Residual,
    stands: Stands,
    trials: [u32; NOZZLES],
    known: NozzleFaults,
    node_age: [u32; CLUSTERS],
    /// Bit n, of the node of nozzle n: it obeys, as far as is known; its valves may have closed by
    /// themselves; it is lost.
    obeys: u16,
    failsafe: u16,
    lost: u16,
    stale_ticks: u32,
    waits: Waits,
}

const fn bit(n: usize) -> u16 {
    1 << n
}

impl Health {
    pub(crate) fn new(craft: &Craft, geometry: &Geometry, dt_s: f64) -> Self {
        Self {
            switches: Switches::new(dt_s),
            residual: Residual::new(craft, geometry, dt_s),
            stands: Stands::new(),
            trials: [0; NOZZLES],
            known: NozzleFaults::default(),
            node_age: [u32::MAX; CLUSTERS],
            obeys: 0,
            failsafe: u16::MAX,
            lost: u16::MAX,
            stale_ticks: ticks(craft.control.node_stale_s, dt_s),
            waits: Waits::new(dt_s),
        }
    }

    /// Takes in the feedback of this tick.
    pub(crate) fn observe(&mut self, feedback: &Feedback, scene: &Scene) {
        self.hear_nodes(feedback);
        self.hear_valves(feedback);
        self.feel(feedback, scene);
        self.wait(feedback.valve_fault, scene.calm);
    }

    /// Which nodes are there, and which of them obey.
    fn hear_nodes(&mut self, feedback: &Feedback) {
        (self.failsafe, self.lost) = (0, 0);
        for c in 0..CLUSTERS {
            let nozzles = nozzles_of(c);
            if feedback.fresh.has(Fresh::valves(c)) {
                self.node_age[c] = 0;
                // A node that is not armed obeys nothing: its valves are closed, and rightly so.
                let armed = feedback.node_state[c] == NodeState::Armed;
                self.obeys = self.obeys & !nozzles | if armed { nozzles } else { 0 };
            } else {
                self.node_age[c] = self.node_age[c].saturating_add(1);
            }
            if self.node_age[c] > FAILSAFE_TICKS {
                self.failsafe |= nozzles;
            }
            if !self.node_alive(c) {
                self.lost |= nozzles;
            }
        }
    }

    /// What the feedback says of the nozzles.
    fn hear_valves(&mut self, feedback: &Feedback) {
        let heard = feedback.fresh.nozzles_heard();
        let reported = heard & feedback.valve_fault;
        self.known.by_node |= reported;
        // That a valve does not close, it may well say of itself too.
        for n in nozzles_in(reported & !(self.stands.open() | self.stands.resting())) {
            self.blame(n, Fault::Closed);
        }
        let believed = heard & !self.known.feedback_lies;
        let open = self.stands.open();
        for n in nozzles_in(believed & open) {
            if self.switches.has_closed(n, feedback.open_time_us[n]) {
                self.rest(n);
            }
        }
        let off = self
            .switches
            .compare(believed & !open, self.obeys, &feedback.open_time_us);
        self.known.by_feedback |= off;
        for n in nozzles_in(off) {
            self.blame(n, self.switches.fault(n));
        }
    }

    /// What the motion says of the nozzles.
    fn feel(&mut self, feedback: &Feedback, scene: &Scene) {
        if !scene.free {
            return self.residual.restart();
        }
        let sources = self.sources(feedback);
        let state = State {
            attitude: scene.attitude,
            mass_kg: scene.mass_kg,
        };
        let Findings(found) = self.residual.observe(feedback, &sources, &state);
        for n in 0..NOZZLES {
            if let Some(verdict) = found[n] {
                self.known.feedback_lies |= sources.reported & bit(n);
                self.take(n, verdict);
            }
        }
    }

    fn take(&mut self, n: usize, verdict: Verdict) {
        let fault = match verdict {
            Verdict::Closed => Fault::Closed,
            Verdict::Open => Fault::Open,
            Verdict::Obeys => {
                if (self.stands.open() | self.stands.closed()) & bit(n) != 0 {
                    self.rest(n);
                }
                return;
            }
        };
        self.known.by_motion |= bit(n);
        self.blame(n, fault);
    }

    /// From what it is taken how the nozzles thrust.
    fn sources(&self, feedback: &Feedback) -> Sources {
        let reported = feedback.fresh.nozzles_heard() & !self.known.feedback_lies;
        let stands = &self.stands;
        Sources {
            reported,
            doubtful: self.failsafe & !stands.out() & !reported,
            open: stands.open() & !reported,
            shut: (stands.closed() | stands.resting()) & !reported,
        }
    }

    fn blame(&mut self, n: usize, fault: Fault) {
        let stand = match (self.stands.of(n), fault) {
            (Stand::Open, Fault::Open) | (Stand::Closed(_), Fault::Closed) => return,
            (_, Fault::Open) => Stand::Open,
            _ => self.waits.closed(self.trials[n]),
        };
        self.switches.reset(n);
        self.stands.set(n, stand);
    }

    fn rest(&mut self, n: usize) {
        self.switches.reset(n);
        self.stands.set(n, self.waits.closing());
    }

    /// Time goes by for nozzles that wait to be used again.
    fn wait(&mut self, reported: u16, calm: bool) {
        let waits = self.stands.out() | self.stands.on_trial();
        for n in nozzles_in(waits & !self.lost & !reported) {
            let before = self.stands.of(n);
            let after = before.later(calm);
            self.stands.set(n, after);
            match (before, after) {
                (Stand::Closed(_), Stand::Trial(_)) => self.trials[n] += 1,
                (_, Stand::Works) => self.clear(n),
                _ => {}
            }
        }
    }

    /// Nothing is held against a nozzle any more; that its feedback lied is.
    fn clear(&mut self, n: usize) {
        self.trials[n] = 0;
        self.known.by_feedback &= !bit(n);
        self.known.by_motion &= !bit(n);
        self.known.by_node &= !bit(n);
    }

    /// Takes note of what is commanded in this tick.
    pub(crate) fn note(&mut self, on_time_us: &[u32; NOZZLES]) {
        self.switches.note(on_time_us);
        let mut obeyed = *on_time_us;
        for n in nozzles_in(!self.obeys) {
            obeyed[n] = 0;
        }
        for n in nozzles_in(self.stands.on_trial()) {
            if let Stand::Trial(opened_us) = self.stands.of(n) {
                self.stands.set(n, Stand::Trial(opened_us + obeyed[n]));
            }
        }
        self.residual.note(&obeyed);
    }

    /// Forgets every fault; arming is a fresh start.
    pub(crate) fn reset(&mut self) {
        self.switches = self.switches.fresh();
        self.residual.restart();
        self.stands = Stands::new();
        self.trials = [0; NOZZLES];
        self.known = NozzleFaults::default();
    }

    /// Bit n: nozzle n does not close.
    pub(crate) fn stuck_open(&self) -> u16 {
        self.stands.open()
    }

    /// What is known of the nozzles.
    pub(crate) fn faults(&self) -> NozzleFaults {
        NozzleFaults {
            closed: self.stands.closed(),
            open: self.stands.open(),
            returning: self.stands.resting() | self.stands.on_trial(),
            ..self.known
        }
    }

    /// Whether a cluster's node has been heard of late.
    pub(crate) fn node_alive(&self, cluster: usize) -> bool {
        self.node_age[cluster] <= self.stale_ticks
    }

    pub(crate) fn nodes_lost(&self) -> usize {
        (0..CLUSTERS).filter(|c| !self.node_alive(*c)).count()
    }

    /// Bit n: nozzle n must not be used.
    pub(crate) fn isolated(&self) -> u16 {
        self.stands.out() | self.lost
    }
}

#[cfg(test)]
mod recovery;
#[cfg(test)]
mod tests;
