//! What is asked for, what becomes of it, and the transitions that nobody asked for.

use qiki_craft::{Feedback, NodeState};

use super::Controller;
use crate::command_tracker::EffectKind;
use crate::modes::{by_hand, confirmed, permits};
use qiki_command::{Action, Command, Goal};
use qiki_command::{Mode, Reason};
use qiki_gnc::MotionLimits;

/// What a motion must come down to before it counts as done.
const SETTLED_M: f64 = 0.25;
const SETTLED_RAD: f64 = 0.05;
const SETTLED_MPS: f64 = 0.02;
const SETTLED_RPS: f64 = 0.006;
/// The same where single pulses of the modulators are all there is to come to rest with.
const SETTLED_COARSE_MPS: f64 = 0.06;
const SETTLED_COARSE_RPS: f64 = 0.04;
/// ... and for how long, s.
const SETTLED_FOR_S: f64 = 0.3;
/// Time a node may take to follow arming, s.
const ARMING_S: f64 = 1.0;
/// More lost nodes than this and the craft cannot be controlled.
const NODES_LOST_MAX: usize = 1;

impl Controller {
    pub(super) fn take_command(&mut self, command: &Command) {
        let Some(action) = &command.action else {
            return self.tracker.reject(command.id, Reason::CmdValidationFailed);
        };
        let verdict = permits(self.locked_mode(), self.armed, self.nav_fresh(), action)
            .and_then(|()| by_hand(self.hand.is_on(), action))
            .and_then(|()| self.affords(action))
            .and_then(|()| self.can_burn(action))
            .and_then(|()| self.in_hand_limits(action))
            .and_then(|()| confirmed(action));
        match verdict {
            Err(reason) => self.tracker.reject(command.id, reason),
            Ok(()) => self.begin(command.id, action),
        }
    }

    /// Below the supercapacitor's hold level nothing new is begun that costs a push; and no burn
    /// while a cluster has tripped or its temperature is unknown.
    pub(super) fn affords(&self, action: &Action) -> Result<(), Reason> {
        let push = match action {
            Action::Burn { .. } => true,
            Action::GoTo(goal) => goal.position.is_some(),
            _ => false,
        };
        if push && self.power.stabilise_only() {
            Err(self.power.why_not())
        } else if matches!(action, Action::Burn { .. }) && self.heat.forbids_burns() {
            Err(Reason::RcsClusterHot)
        } else {
            Ok(())
        }
    }

    /// The mode that permissions go by: a brake out of SAFE unlocks nothing.
    pub(super) fn locked_mode(&self) -> Mode {
        if self.mode == Mode::Brake && self.brake_from_safe {
            Mode::Safe
        } else {
            self.mode
        }
    }

    pub(super) fn begin(&mut self, id: u64, action: &Action) {
        match action {
            Action::Arm => self.arm(id),
            Action::Disarm => self.disarm(id),
            Action::Safe | Action::SetMode(Mode::Safe) => {
                self.enter_safe(Reason::Operator);
                self.tracker.done(id);
            }
            Action::SetMode(mode) => self.set_mode(id, *mode),
            Action::Hold => self.go(
                id,
                Mode::Manoeuvre,
                &Goal {
                    position: None,
                    attitude: None,
                },
                true,
            ),
            Action::GoTo(goal) => self.go(id, self.pose_mode(), goal, false),
            Action::Brake => self.brake(id),
            Action::Burn { segments, count } => self.begin_burn(id, segments, *count),
            Action::StopThrust => {
                if self.mode == Mode::Burn {
                    self.enter(Mode::Coast);
                    self.tracker.abort(EffectKind::Motion, Reason::Superseded);
                }
                if self.hand.is_on() {
                    self.hand.stop();
                    self.tracker.abort(EffectKind::Motion, Reason::Superseded);
                }
                self.tracker.done(id);
            }
            Action::SetAllocation { mode, .. } => self.set_allocation(id, *mode),
            Action::Fire { firing, .. } => self.fire(id, firing),
        }
    }

    /// The mode in which a change of pose is flown from here.
    pub(super) fn pose_mode(&self) -> Mode {
        if self.mode.holds_pose() {
            self.mode
        } else {
            Mode::Manoeuvre
        }
    }

    pub(super) fn arm(&mut self, id: u64) {
        self.health.reset();
        self.armed = true;
        if self.hold_reason == Reason::NotArmed {
            self.hold_reason = Reason::None;
        }
        self.tracker
            .accept(EffectKind::Arming, id, self.ticks(ARMING_S));
    }

    pub(super) fn disarm(&mut self, id: u64) {
        self.armed = false;
        self.enter(Mode::Idle);
        self.tracker.abort(EffectKind::Motion, Reason::Superseded);
        self.tracker
            .accept(EffectKind::Arming, id, self.ticks(ARMING_S));
    }

    pub(super) fn set_mode(&mut self, id: u64, mode: Mode) {
        match mode {
            Mode::Manoeuvre | Mode::Dock | Mode::Emcon => {
                let keep = Goal {
                    position: None,
                    attitude: None,
                };
                return self.go(id, mode, &keep, !self.mode.holds_pose());
            }
            Mode::Coast => self.keep_attitude(),
            _ => {}
        }
        self.enter(mode);
        self.tracker.abort(EffectKind::Motion, Reason::Superseded);
        self.tracker.done(id);
    }

    /// Starts a change of pose. `here`: the goal becomes the present pose first.
    pub(super) fn go(&mut self, id: u64, mode: Mode, goal: &Goal, here: bool) {
        if here || !self.mode.holds_pose() {
            self.guidance.restart(&self.navigator.pose);
        }
        self.enter(mode);
        if let Some(position) = goal.position {
            self.guidance.goal_position = position;
        }
        if let Some(attitude) = goal.attitude {
            self.guidance.goal_attitude = attitude;
        }
        let (metres, radians) = self.guidance.left();
        let (translation, rotation) = self.rates();
        let time = |way: f64, rate: MotionLimits| {
            way / rate.speed_max + rate.speed_max / rate.acceleration_max
        };
        self.expect(
            id,
            10.0 + 2.0 * time(metres, translation).max(time(radians, rotation)),
        );
    }

    pub(super) fn brake(&mut self, id: u64) {
        let seconds = self.begin_brake();
        self.expect(id, seconds);
    }

    /// A brake that nobody asked for.
    pub(super) fn brake_by_itself(&mut self) {
        let seconds = self.begin_brake();
        self.tracker.follow(EffectKind::Motion, self.ticks(seconds));
    }

    /// Begins to stop all motion; within how many seconds that must be seen.
    fn begin_brake(&mut self) -> f64 {
        self.brake_from_safe = self.locked_mode() == Mode::Safe;
        self.guidance.restart(&self.navigator.pose);
        self.guidance.stop(self.limits.0, self.limits.1);
        let pose = &self.navigator.pose;
        let time = |speed: f64, rate: MotionLimits| speed / rate.acceleration_max;
        let stop_s =
            time(pose.velocity.norm(), self.limits.0).max(time(pose.rates.norm(), self.limits.1));
        self.enter(Mode::Brake);
        10.0 + 2.0 * stop_s
    }

    /// A motion whose effect must come within `seconds`.
    pub(super) fn expect(&mut self, id: u64, seconds: f64) {
        self.tracker
            .accept(EffectKind::Motion, id, self.ticks(seconds));
    }

    pub(super) fn ticks(&self, seconds: f64) -> u64 {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let ticks = (seconds / self.dt_s()).ceil() as u64;
        ticks.max(1)
    }

    pub(super) fn enter(&mut self, mode: Mode) {
        self.release_nozzles(Reason::Operator);
        self.mode = mode;
        if mode != Mode::Burn {
            self.burn = None;
            // What the windows still owe is of a push that is over.
            self.since_burn = u32::MAX;
        }
        if mode != Mode::Safe {
            self.hold_reason = if self.armed {
                Reason::None
            } else {
                Reason::NotArmed
            };
        }
    }

    pub(super) fn enter_safe(&mut self, reason: Reason) {
        self.release_nozzles(reason);
        self.enter(Mode::Safe);
        self.hold_reason = reason;
        self.tracker.abort(EffectKind::Motion, reason);
    }

    /// Attitude is held from here on, where it is not being controlled already.
    pub(super) fn keep_attitude(&mut self) {
        if !(self.mode.holds_pose() || matches!(self.mode, Mode::Burn | Mode::Coast)) {
            self.guidance.restart(&self.navigator.pose);
            self.guidance.stop(self.limits.0, self.limits.1);
        }
    }

    /// Transitions nobody asked for, and effects that are waited for.
    pub(super) fn watch(&mut self, feedback: &Feedback) {
        self.watch_authority();
        if self.armed && self.mode.thrusts() && self.mode != Mode::Safe {
            if self.stalled {
                // The nodes have closed the valves long ago, and what was being flown is history.
                self.enter_safe(Reason::Overrun);
            } else if !self.nav_fresh() {
                self.enter_safe(Reason::NavStale);
            } else if self.health.nodes_lost() > NODES_LOST_MAX {
                self.enter_safe(Reason::NodeOffline);
            } else if self.authority.lost() {
                self.enter_safe(Reason::ValveFault);
            }
        }
        let wanted = if self.armed {
            NodeState::Armed
        } else {
            NodeState::Silent
        };
        let obeyed = feedback.node_state.iter().all(|state| *state == wanted);
        self.tracker.watch(EffectKind::Arming, obeyed, 1);
        self.watch_hand(feedback);
        if self.mode != Mode::Burn && !self.hand.is_on() && self.tracker.waits(EffectKind::Motion) {
            self.watch_motion();
        }
    }

    /// Whether the craft can still be held with the nozzles that are left.
    fn watch_authority(&mut self) {
        let (isolated, open) = (self.health.isolated(), self.health.stuck_open());
        self.authority.set_failures(isolated, open);
        if isolated != 0 {
            let (whole, bounds) = (self.whole_bounds(), self.bounds());
            self.authority
                .check_next(&whole, &bounds, self.rcs_power_w());
        }
    }

    pub(super) fn watch_motion(&mut self) {
        let seen = match self.mode {
            Mode::Brake => self.still(),
            mode if mode.holds_pose() => self.still() && self.settled(),
            _ => true,
        };
        #[allow(clippy::cast_possible_truncation)]
        let needed = self.ticks(SETTLED_FOR_S) as u32;
        let confirmed = self.tracker.watch(EffectKind::Motion, seen, needed);
        if confirmed && self.mode == Mode::Brake {
            if self.brake_from_safe {
                self.enter(Mode::Safe);
                self.hold_reason = Reason::Operator;
            } else {
                self.enter(Mode::Manoeuvre);
            }
        }
    }

    pub(super) fn still(&self) -> bool {
        let pose = &self.navigator.pose;
        let (speed, rate) = if self.plans_pulses() && self.differential_pulses {
            (SETTLED_MPS, SETTLED_RPS)
        } else {
            (SETTLED_COARSE_MPS, SETTLED_COARSE_RPS)
        };
        pose.velocity.norm() < speed && pose.rates.norm() < rate
    }

    pub(super) fn settled(&self) -> bool {
        let pose = &self.navigator.pose;
        let way = (self.guidance.goal_position - pose.position).norm();
        let turn = pose.attitude.angle_to(&self.guidance.goal_attitude);
        way < SETTLED_M && turn < SETTLED_RAD
    }
}
