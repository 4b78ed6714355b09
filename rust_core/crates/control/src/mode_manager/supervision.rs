//! Transitions that no command asked for, and pending effects.

use qiki_command::{Mode, Reason};
use qiki_craft::CLUSTERS;

use super::Deciding;
use crate::command_tracker::EffectKind;

/// Distance to the goal within which a motion counts as done, m: half of what scenarios require,
/// and above the 0.15 m within which a pose is held (`docs/math/control.md`).
const SETTLED_M: f64 = 0.25;
/// The same for the angle, rad: 2.9°, above the 0.04 rad within which a pose is held.
const SETTLED_RAD: f64 = 0.05;
/// Speed below which the craft counts as at rest where pulses are planned, m/s. Planned pulses hold
/// it at 1 to 3 mm/s rms (`docs/math/pulses.md`): six times that, so that a set that closes an
/// error does not delay the confirmation.
const SETTLED_MPS: f64 = 0.02;
/// The same for the rate, rad/s: 0.34 deg/s, above the 0.2 to 0.04 deg/s that planned pulses leave.
const SETTLED_RPS: f64 = 0.006;
/// The same speed where only the modulators' pulses are available, m/s: three and a half shortest
/// pulses (240 N for 30 ms change the speed by 0.017 m/s).
const SETTLED_COARSE_MPS: f64 = 0.06;
/// The same rate, rad/s: one and a half of the largest change by a shortest pulse (0.026 rad/s).
const SETTLED_COARSE_RPS: f64 = 0.04;
/// Time for which a motion must be within these bounds, s. Ten shortest pulses: a craft that only
/// passes its goal or turns its direction round is outside again by then.
const SETTLED_FOR_S: f64 = 0.3;

impl Deciding<'_> {
    pub(super) fn supervise(&mut self) {
        self.allocation.check_authority(self.estimate);
        if self.state.armed && self.estimate.nodes.refuse() {
            self.withdraw_arming();
        }
        if let Some(reason) = self.safe_cause() {
            self.enter_safe(reason);
        }
        self.watch_arming();
        self.watch_manual_override();
        let watched = self.state.mode != Mode::Burn && !self.state.manual.is_on();
        if watched && self.state.commands.is_pending(EffectKind::Motion) {
            self.watch_motion();
        }
    }

    /// The reason to go to SAFE, where there is one.
    fn safe_cause(&mut self) -> Option<Reason> {
        let failure = self.state.failure.take();
        let flies = self.state.armed && self.state.mode.thrusts() && self.state.mode != Mode::Safe;
        if !flies {
            return None;
        }
        let estimate = &*self.estimate;
        if failure.is_some() {
            failure
        } else if estimate.stalled {
            // The nodes have closed the valves meanwhile, and the motion has not been controlled.
            Some(Reason::Overrun)
        } else if let Some(reason) = estimate.nav_fault() {
            Some(reason)
        } else if estimate.nodes.too_few() {
            Some(Reason::NodeOffline)
        } else if estimate.tank_empty && self.state.mode != Mode::Burn {
            // A burn ends by itself first, and says so.
            Some(Reason::WorkingMassLow)
        } else if self.allocation.authority_lost() {
            Some(Reason::ValveFault)
        } else {
            None
        }
    }

    /// Nodes that do not arm open no valve, whatever is commanded: the operator has to look.
    fn withdraw_arming(&mut self) {
        self.enter_safe(Reason::NodeNotArmed);
        self.state.armed = false;
        let commands = &mut self.state.commands;
        commands.abort(EffectKind::Arming, Reason::NodeNotArmed);
    }

    fn watch_arming(&mut self) {
        let nodes = &self.estimate.nodes;
        let followed = if self.state.armed {
            nodes.armed
        } else {
            nodes.silent
        };
        let commands = &mut self.state.commands;
        commands.watch(EffectKind::Arming, followed == CLUSTERS, 1);
    }

    fn watch_motion(&mut self) {
        // A motion is pending in BRAKE and in the modes that hold a pose alone.
        let holds = || self.estimate.nodes.fire() && self.at_goal();
        let observed = self.at_rest() && (self.state.mode == Mode::Brake || holds());
        #[allow(clippy::cast_possible_truncation)]
        let needed_ticks = self.state.ticks(SETTLED_FOR_S) as u32;
        let commands = &mut self.state.commands;
        let confirmed = commands.watch(EffectKind::Motion, observed, needed_ticks);
        if confirmed && self.state.mode == Mode::Brake {
            if self.state.brake_from_safe {
                self.enter(Mode::Safe);
                self.state.safe_reason = Reason::Operator;
            } else {
                self.enter(Mode::Manoeuvre);
            }
        }
    }

    /// Whether the craft is at rest.
    fn at_rest(&self) -> bool {
        let pose = &self.estimate.pose;
        let fine = self.state.plans_pulses() && self.state.differential_pulses;
        let (speed, rate) = if fine {
            (SETTLED_MPS, SETTLED_RPS)
        } else {
            (SETTLED_COARSE_MPS, SETTLED_COARSE_RPS)
        };
        pose.velocity.norm() < speed && pose.rates.norm() < rate
    }

    /// Whether the craft is at its goal.
    fn at_goal(&self) -> bool {
        let (pose, guidance) = (&self.estimate.pose, &self.tracking.guidance);
        let distance = (guidance.goal_position - pose.position).norm();
        let angle = pose.attitude.angle_to(&guidance.goal_attitude);
        distance < SETTLED_M && angle < SETTLED_RAD
    }
}
