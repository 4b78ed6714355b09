//! Transitions that nobody asked for, and effects that are waited for.

use qiki_command::{Mode, Reason};
use qiki_craft::NodeState;

use super::Deciding;
use crate::command_tracker::EffectKind;

/// What a motion must come down to before it counts as done: a quarter of a metre and 3 degrees, half
/// of what scenarios ask for, and rests that planned pulses reach with a margin of three.
const SETTLED_M: f64 = 0.25;
const SETTLED_RAD: f64 = 0.05;
const SETTLED_MPS: f64 = 0.02;
const SETTLED_RPS: f64 = 0.006;
/// The same where single pulses of the modulators are all there is to come to rest with: one shortest
/// pulse (240 N, 30 ms) changes the speed by 0.017 m/s and the rate by up to 0.03 rad/s.
const SETTLED_COARSE_MPS: f64 = 0.06;
const SETTLED_COARSE_RPS: f64 = 0.04;
/// ... and for how long, s: longer than a swing through zero lasts.
const SETTLED_FOR_S: f64 = 0.3;
/// With more lost nodes than this the craft cannot be controlled: any three clusters still hold all
/// six axes, two do not.
const NODES_LOST_MAX: usize = 1;

impl Deciding<'_> {
    pub(super) fn supervise(&mut self) {
        self.allocation.check_authority(self.estimate);
        if let Some(reason) = self.unsafe_because() {
            self.enter_safe(reason);
        }
        self.watch_arming();
        self.watch_manual_override();
        let watched = self.state.mode != Mode::Burn && !self.state.manual.is_on();
        if watched && self.state.commands.waits(EffectKind::Motion) {
            self.watch_motion();
        }
    }

    /// Why the craft must go to SAFE, where it must.
    fn unsafe_because(&mut self) -> Option<Reason> {
        let failure = self.state.failure.take();
        let flies = self.state.armed && self.state.mode.thrusts() && self.state.mode != Mode::Safe;
        if !flies {
            return None;
        }
        let estimate = &*self.estimate;
        if failure.is_some() {
            failure
        } else if estimate.stalled {
            // The nodes have closed the valves long ago, and what was being flown is history.
            Some(Reason::Overrun)
        } else if !estimate.nav_fresh {
            Some(Reason::NavStale)
        } else if estimate.nodes_lost > NODES_LOST_MAX {
            Some(Reason::NodeOffline)
        } else if self.allocation.authority_lost() {
            Some(Reason::ValveFault)
        } else {
            None
        }
    }

    fn watch_arming(&mut self) {
        let wanted = if self.state.armed {
            NodeState::Armed
        } else {
            NodeState::Silent
        };
        let obeyed = self.feedback.node_state.iter().all(|node| *node == wanted);
        self.state.commands.watch(EffectKind::Arming, obeyed, 1);
    }

    fn watch_motion(&mut self) {
        let seen = match self.state.mode {
            Mode::Brake => self.still(),
            mode if mode.holds_pose() => self.still() && self.settled(),
            _ => true,
        };
        #[allow(clippy::cast_possible_truncation)]
        let needed = self.state.ticks(SETTLED_FOR_S) as u32;
        let confirmed = self.state.commands.watch(EffectKind::Motion, seen, needed);
        if confirmed && self.state.mode == Mode::Brake {
            if self.state.brake_from_safe {
                self.enter(Mode::Safe);
                self.state.safe_reason = Reason::Operator;
            } else {
                self.enter(Mode::Manoeuvre);
            }
        }
    }

    fn still(&self) -> bool {
        let pose = &self.estimate.pose;
        let fine = self.state.plans_pulses() && self.state.differential_pulses;
        let (speed, rate) = if fine {
            (SETTLED_MPS, SETTLED_RPS)
        } else {
            (SETTLED_COARSE_MPS, SETTLED_COARSE_RPS)
        };
        pose.velocity.norm() < speed && pose.rates.norm() < rate
    }

    fn settled(&self) -> bool {
        let (pose, guidance) = (&self.estimate.pose, &self.tracking.guidance);
        let way = (guidance.goal_position - pose.position).norm();
        let turn = pose.attitude.angle_to(&guidance.goal_attitude);
        way < SETTLED_M && turn < SETTLED_RAD
    }
}
