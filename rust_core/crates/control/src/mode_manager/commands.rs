//! Commands: checked, then begun or rejected.

use qiki_command::{Action, Command, Goal, Mode, Reason};
use qiki_fdir::ARMING_S;
use qiki_gnc::MotionLimits;

use super::{Deciding, may_burn, may_push};
use crate::command_tracker::EffectKind;
use crate::modes::{confirmed, manual_override_permits, permits};

/// Time that every motion may take beyond twice its ideal time, s: the position loop (0.8 rad/s,
/// critically damped, BotSpec) settles to 2 % in `5.8 / 0.8` = 7.3 s, and the reference ends with a
/// time constant of 1 s.
const MOTION_MARGIN_S: f64 = 10.0;

/// A goal that keeps position and attitude.
const UNCHANGED: Goal = Goal {
    position: None,
    attitude: None,
};

impl Deciding<'_> {
    pub(super) fn process_command(&mut self, command: &Command) {
        let verdict = match &command.action {
            None => Err(Reason::CmdValidationFailed),
            Some(action) => self.check(action).map(|()| action),
        };
        match verdict {
            Err(reason) => self.state.commands.reject(command.id, reason),
            Ok(action) => self.begin(command.id, action),
        }
    }

    fn check(&self, action: &Action) -> Result<(), Reason> {
        let (state, estimate) = (&*self.state, &*self.estimate);
        permits(
            self.locked_mode(),
            state.armed,
            estimate.nav_fault(),
            action,
        )?;
        manual_override_permits(state.manual.is_on(), action)?;
        may_push(action, estimate)?;
        may_burn(action, estimate, self.allocation)?;
        self.manual_limits_permit(action)?;
        confirmed(action)
    }

    /// The mode that permissions go by: a brake out of SAFE unlocks nothing.
    pub(super) fn locked_mode(&self) -> Mode {
        if self.state.mode == Mode::Brake && self.state.brake_from_safe {
            Mode::Safe
        } else {
            self.state.mode
        }
    }

    fn begin(&mut self, id: u64, action: &Action) {
        match action {
            Action::Arm => self.arm(id),
            Action::Disarm => self.disarm(id),
            Action::Safe | Action::SetMode(Mode::Safe) => {
                self.enter_safe(Reason::Operator);
                self.state.commands.done(id);
            }
            Action::SetMode(mode) => self.set_mode(id, *mode),
            Action::Hold => self.go(id, Mode::Manoeuvre, &UNCHANGED, true),
            Action::GoTo(goal) => self.go(id, self.pose_mode(), goal, false),
            Action::Brake => {
                let seconds = self.begin_brake();
                self.expect_motion(id, seconds);
            }
            Action::Burn { segments, count } => self.begin_burn(id, segments, *count),
            Action::StopThrust => self.stop_thrust(id),
            Action::SetAllocation { mode, .. } => self.set_allocation(id, *mode),
            Action::Fire { firing, .. } => self.fire(id, firing),
        }
    }

    /// The mode in which a change of pose is flown from here.
    fn pose_mode(&self) -> Mode {
        if self.state.mode.holds_pose() {
            self.state.mode
        } else {
            Mode::Manoeuvre
        }
    }

    fn arm(&mut self, id: u64) {
        self.estimate.nozzles = self.estimator.forget_faults();
        self.state.armed = true;
        self.expect_arming(id);
    }

    fn disarm(&mut self, id: u64) {
        self.state.armed = false;
        self.enter(Mode::Idle);
        self.state.abort_motion(Reason::Superseded);
        self.expect_arming(id);
    }

    fn expect_arming(&mut self, id: u64) {
        let within = self.state.ticks(ARMING_S);
        let commands = &mut self.state.commands;
        commands.accept(EffectKind::Arming, id, within);
    }

    fn set_mode(&mut self, id: u64, mode: Mode) {
        match mode {
            Mode::Manoeuvre | Mode::Dock | Mode::Emcon => {
                return self.go(id, mode, &UNCHANGED, !self.state.mode.holds_pose());
            }
            Mode::Coast => self.keep_attitude(),
            _ => {}
        }
        self.enter(mode);
        self.state.abort_motion(Reason::Superseded);
        self.state.commands.done(id);
    }

    fn stop_thrust(&mut self, id: u64) {
        if self.state.mode == Mode::Burn {
            self.enter(Mode::Coast);
            self.state.abort_motion(Reason::Superseded);
        }
        if self.state.manual.is_on() {
            self.state.manual.stop();
            self.state.abort_motion(Reason::Superseded);
        }
        self.state.commands.done(id);
    }

    /// Starts a change of pose. With `here` the goal is set to the present pose first.
    fn go(&mut self, id: u64, mode: Mode, goal: &Goal, here: bool) {
        let guidance = &mut self.tracking.guidance;
        if here || !self.state.mode.holds_pose() {
            guidance.restart(&self.estimate.pose);
        }
        if let Some(position) = goal.position {
            guidance.goal_position = position;
        }
        if let Some(attitude) = goal.attitude {
            guidance.goal_attitude = attitude;
        }
        let (metres, radians) = guidance.remaining();
        self.enter(mode);
        let (translation, rotation) = self.tracking.limits(mode);
        let time = |distance: f64, limits: MotionLimits| {
            distance / limits.speed_max + limits.speed_max / limits.acceleration_max
        };
        let ideal_s = time(metres, translation).max(time(radians, rotation));
        self.expect_motion(id, MOTION_MARGIN_S + 2.0 * ideal_s);
    }

    /// Begins to stop all motion. Returns the time within which that must be observed, s.
    pub(super) fn begin_brake(&mut self) -> f64 {
        self.state.brake_from_safe = self.locked_mode() == Mode::Safe;
        let pose = self.estimate.pose;
        self.tracking.stop_from(&pose);
        let (translation, rotation) = self.tracking.limits(Mode::Brake);
        let time = |speed: f64, limits: MotionLimits| speed / limits.acceleration_max;
        let stop_s = time(pose.velocity.norm(), translation).max(time(pose.rates.norm(), rotation));
        self.enter(Mode::Brake);
        MOTION_MARGIN_S + 2.0 * stop_s
    }

    /// Accepts a command whose motion must end within `seconds`.
    pub(super) fn expect_motion(&mut self, id: u64, seconds: f64) {
        let within = self.state.ticks(seconds);
        let commands = &mut self.state.commands;
        commands.accept(EffectKind::Motion, id, within);
    }

    /// Holds the attitude from here on, where it is not controlled already.
    pub(super) fn keep_attitude(&mut self) {
        let controlled =
            self.state.mode.holds_pose() || matches!(self.state.mode, Mode::Burn | Mode::Coast);
        if !controlled {
            self.tracking.stop_from(&self.estimate.pose);
        }
    }
}
