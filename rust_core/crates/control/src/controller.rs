//! One tick of control, from feedback to valve command.

use nalgebra::Vector3;
use qiki_alloc::{AXES, Allocator, Bounds, Solution, Status};
use qiki_craft::{CLUSTERS, Craft, Feedback, Fresh, NOZZLES, NodeState, ValveCommand};
use qiki_pwpf::{Bank, Gate};

use crate::burn::{Burn, Cooldown};
use crate::command::{Action, Command, Goal};
use crate::config::{ConfigError, Geometry, parts};
use crate::energy::Energy;
use crate::guard::Guard;
use crate::guidance::{Guidance, Rate};
use crate::health::{Fault, Health};
use crate::law::{Law, Wrench, wrench};
use crate::modes::{Mode, Reason, permits};
use crate::navigator::{Navigator, Pose};
use crate::tracker::{REPLIES_MAX, Reply, Slot, Tracker};

/// All that a tick takes in.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// Number of the tick.
    pub tick: u64,
    /// Measured since the tick before, ns.
    pub period_ns: i64,
    /// What the rig says.
    pub feedback: &'a Feedback,
    /// What is asked for in this tick.
    pub command: Option<&'a Command>,
}

/// All that a tick gives out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outputs {
    /// To the rig.
    pub command: ValveCommand,
    /// Flight mode.
    pub mode: Mode,
    /// Why the controller holds back.
    pub hold_reason: Reason,
    /// Estimate: m, m/s, world; scalar last; rad/s, body.
    pub position: [f64; 3],
    /// See `position`.
    pub velocity: [f64; 3],
    /// See `position`.
    pub attitude: [f64; 4],
    /// See `position`.
    pub rates: [f64; 3],
    /// Reference that is tracked: m, world; scalar last.
    pub reference_position: [f64; 3],
    /// See `reference_position`.
    pub reference_attitude: [f64; 4],
    /// Wanted, N and N·m, body.
    pub wrench_asked: [f64; AXES],
    /// From the allocation.
    pub allocation: Solution<NOZZLES>,
    /// Bit n: nozzle n is out of the allocation.
    pub isolated: u16,
    /// The first `reply_count` are valid.
    pub replies: [Reply; REPLIES_MAX],
    /// Replies of this tick.
    pub reply_count: usize,
    /// Age of the oldest navigation value in use, ticks.
    pub nav_age_ticks: u32,
    /// Whether radar and transponder may emit.
    pub emissions_allowed: bool,
    /// What all nozzles together may draw, W.
    pub rcs_power_max_w: f64,
    /// Why that is less than it could be: bits of `qiki_power::RcsLimit`.
    pub rcs_power_limits: u32,
}

/// What a motion must come down to before it counts as done.
const SETTLED_M: f64 = 0.25;
const SETTLED_RAD: f64 = 0.05;
const SETTLED_MPS: f64 = 0.06;
const SETTLED_RPS: f64 = 0.04;
/// ... and for how long, s.
const SETTLED_FOR_S: f64 = 0.3;
/// Time a node may take to follow arming, s.
const ARMING_S: f64 = 1.0;
/// An approach to a port goes at this part of the free-flight limits.
const DOCK_PART: f64 = 0.1;
/// More lost nodes than this and the craft cannot be controlled.
const NODES_LOST_MAX: usize = 1;

/// The controller of one craft.
#[derive(Debug, Clone)]
pub struct Controller {
    // What the craft is.
    geometry: Geometry,
    limits: (Rate, Rate),
    axis_force_n: [f64; 6],
    dry_kg: f64,
    period_us: u32,
    nav_stale_ticks: u32,
    /// Power of each open nozzle, W.
    nozzle_w: [f64; NOZZLES],
    // What does the work.
    navigator: Navigator,
    health: Health,
    guidance: Guidance,
    law: Law,
    allocator: Allocator<NOZZLES>,
    bank: Bank,
    cooldown: Cooldown,
    guard: Guard,
    tracker: Tracker,
    energy: Energy,
    // What is going on.
    mode: Mode,
    armed: bool,
    hold_reason: Reason,
    burn: Option<Burn>,
    brake_from_safe: bool,
    propellant_kg: f64,
    cluster_temp_c: [f64; CLUSTERS],
    /// The guard closed the valves behind the modulators' back.
    resync: bool,
    /// This tick comes much too late.
    stalled: bool,
}

impl Controller {
    /// A silent controller in IDLE for a loop of `period_us`.
    ///
    /// # Errors
    /// [`ConfigError`] where the craft cannot be controlled at this period.
    pub fn new(craft: &Craft, period_us: u32) -> Result<Self, ConfigError> {
        let parts = parts(craft, period_us)?;
        let control = &craft.control;
        let dt_s = f64::from(period_us) * 1e-6;
        let ticks = |seconds: f64| {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let n = (seconds / dt_s).ceil() as u32;
            n
        };
        let translation = Rate {
            speed_max: control.position.speed_max_mps,
            acceleration_max: control.position.acceleration_max_mps2,
        };
        let rotation = Rate {
            speed_max: control.attitude.limits.rate_max_rps,
            acceleration_max: control.attitude.limits.acceleration_max_rps2,
        };
        Ok(Self {
            limits: (translation, rotation),
            axis_force_n: parts.axis_force_n,
            dry_kg: craft.mass.dry_kg,
            period_us,
            nav_stale_ticks: ticks(control.nav_stale_s),
            nozzle_w: parts.limits.power_w,
            energy: Energy::new(&craft.power, parts.others_w, parts.limits.power_max_w),
            navigator: Navigator::new(),
            health: Health::new(dt_s, ticks(control.node_stale_s)),
            guidance: Guidance::new(),
            law: Law::new(control, parts.geometry.inertia),
            allocator: parts.allocator,
            bank: parts.bank,
            cooldown: Cooldown::new(craft, parts.limits.max_on_us),
            guard: Guard::new(parts.limits),
            tracker: Tracker::new(),
            mode: Mode::Idle,
            armed: false,
            hold_reason: Reason::NotArmed,
            burn: None,
            brake_from_safe: false,
            propellant_kg: craft.mass.propellant_kg,
            cluster_temp_c: [f64::NEG_INFINITY; CLUSTERS],
            resync: false,
            stalled: false,
            geometry: parts.geometry,
        })
    }

    /// One tick.
    pub fn step(&mut self, inputs: &Inputs<'_>, outputs: &mut Outputs) {
        self.tracker.clear();
        self.take_feedback(inputs);
        if let Some(command) = inputs.command {
            self.take_command(command);
        }
        self.watch(inputs.feedback);
        let asked = self.wanted_wrench();
        let isolated = self.health.isolated();
        let allocation = self.allocate(&asked);
        let command = self.modulate(&allocation, isolated);
        self.health.note(&command.on_time_us);
        self.cooldown.note(&command.on_time_us, self.period_us);
        outputs.command = command;
        outputs.wrench_asked = asked;
        outputs.allocation = allocation;
        outputs.isolated = isolated;
        self.report(outputs);
    }

    fn dt_s(&self) -> f64 {
        f64::from(self.period_us) * 1e-6
    }

    fn take_feedback(&mut self, inputs: &Inputs<'_>) {
        let feedback = inputs.feedback;
        // A stalled loop must not throw the estimate: the carry is at most five periods.
        let ceiling = i64::from(self.period_us) * 5000;
        #[allow(clippy::cast_precision_loss)]
        let dt_s = inputs.period_ns.clamp(0, ceiling) as f64 * 1e-9;
        self.stalled =
            inputs.period_ns > i64::from(self.nav_stale_ticks) * i64::from(self.period_us) * 1000;
        self.navigator.step(feedback, dt_s);
        self.health.observe(feedback);
        self.energy.observe(feedback);
        if feedback.fresh.has(Fresh::POWER) && feedback.propellant_kg.is_finite() {
            self.propellant_kg = feedback.propellant_kg;
        }
        if feedback.fresh.has(Fresh::THERMAL) {
            // A value that is not a number must not clear a trip.
            for (last, new) in self.cluster_temp_c.iter_mut().zip(feedback.cluster_temp_c) {
                *last = if new.is_finite() { new } else { *last };
            }
        }
    }

    fn nav_fresh(&self) -> bool {
        self.navigator.age_ticks() <= self.nav_stale_ticks
    }

    fn take_command(&mut self, command: &Command) {
        let Some(action) = &command.action else {
            return self.tracker.reject(command.id, Reason::CmdValidationFailed);
        };
        let verdict = permits(self.locked_mode(), self.armed, self.nav_fresh(), action)
            .and_then(|()| self.affords(action));
        match verdict {
            Err(reason) => self.tracker.reject(command.id, reason),
            Ok(()) => self.begin(command.id, action),
        }
    }

    /// Below the supercapacitor's hold level nothing new is begun that costs a push.
    fn affords(&self, action: &Action) -> Result<(), Reason> {
        let push = match action {
            Action::Burn { .. } => true,
            Action::GoTo(goal) => goal.position.is_some(),
            _ => false,
        };
        if push && self.energy.stabilise_only() {
            Err(Reason::CapLow)
        } else {
            Ok(())
        }
    }

    /// The mode that permissions go by: a brake out of SAFE unlocks nothing.
    fn locked_mode(&self) -> Mode {
        if self.mode == Mode::Brake && self.brake_from_safe {
            Mode::Safe
        } else {
            self.mode
        }
    }

    fn begin(&mut self, id: u64, action: &Action) {
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
            Action::Burn { segments, count } => {
                self.keep_attitude();
                let burn = Burn::new(*segments, *count);
                self.expect(id, burn.duration_s() + 1.0);
                self.burn = Some(burn);
                self.enter(Mode::Burn);
            }
            Action::StopThrust => {
                if self.mode == Mode::Burn {
                    self.enter(Mode::Coast);
                    self.tracker.abort(Slot::Motion, Reason::Superseded);
                }
                self.tracker.done(id);
            }
        }
    }

    /// The mode in which a change of pose is flown from here.
    fn pose_mode(&self) -> Mode {
        if self.mode.holds_pose() {
            self.mode
        } else {
            Mode::Manoeuvre
        }
    }

    fn arm(&mut self, id: u64) {
        self.health.reset();
        self.armed = true;
        if self.hold_reason == Reason::NotArmed {
            self.hold_reason = Reason::None;
        }
        self.tracker.accept(Slot::Arming, id, self.ticks(ARMING_S));
    }

    fn disarm(&mut self, id: u64) {
        self.armed = false;
        self.enter(Mode::Idle);
        self.tracker.abort(Slot::Motion, Reason::Superseded);
        self.tracker.accept(Slot::Arming, id, self.ticks(ARMING_S));
    }

    fn set_mode(&mut self, id: u64, mode: Mode) {
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
        self.tracker.abort(Slot::Motion, Reason::Superseded);
        self.tracker.done(id);
    }

    /// Starts a change of pose. `here`: the goal becomes the present pose first.
    fn go(&mut self, id: u64, mode: Mode, goal: &Goal, here: bool) {
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
        let time =
            |way: f64, rate: Rate| way / rate.speed_max + rate.speed_max / rate.acceleration_max;
        self.expect(
            id,
            10.0 + 2.0 * time(metres, translation).max(time(radians, rotation)),
        );
    }

    fn brake(&mut self, id: u64) {
        self.brake_from_safe = self.locked_mode() == Mode::Safe;
        self.guidance.restart(&self.navigator.pose);
        self.guidance.stop(self.limits.0, self.limits.1);
        let pose = &self.navigator.pose;
        let time = |speed: f64, rate: Rate| speed / rate.acceleration_max;
        let stop_s =
            time(pose.velocity.norm(), self.limits.0).max(time(pose.rates.norm(), self.limits.1));
        self.enter(Mode::Brake);
        self.expect(id, 10.0 + 2.0 * stop_s);
    }

    /// A motion whose effect must come within `seconds`.
    fn expect(&mut self, id: u64, seconds: f64) {
        self.tracker.accept(Slot::Motion, id, self.ticks(seconds));
    }

    fn ticks(&self, seconds: f64) -> u64 {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let ticks = (seconds / self.dt_s()).ceil() as u64;
        ticks.max(1)
    }

    fn enter(&mut self, mode: Mode) {
        self.mode = mode;
        if mode != Mode::Burn {
            self.burn = None;
        }
        if mode != Mode::Safe {
            self.hold_reason = if self.armed {
                Reason::None
            } else {
                Reason::NotArmed
            };
        }
    }

    fn enter_safe(&mut self, reason: Reason) {
        self.enter(Mode::Safe);
        self.hold_reason = reason;
        self.tracker.abort(Slot::Motion, reason);
    }

    /// Attitude is held from here on, where it is not being controlled already.
    fn keep_attitude(&mut self) {
        if !(self.mode.holds_pose() || matches!(self.mode, Mode::Burn | Mode::Coast)) {
            self.guidance.restart(&self.navigator.pose);
            self.guidance.stop(self.limits.0, self.limits.1);
        }
    }

    /// Transitions nobody asked for, and effects that are waited for.
    fn watch(&mut self, feedback: &Feedback) {
        if self.armed && self.mode.thrusts() && self.mode != Mode::Safe {
            if self.stalled {
                // The nodes have closed the valves long ago, and what was being flown is history.
                self.enter_safe(Reason::Overrun);
            } else if !self.nav_fresh() {
                self.enter_safe(Reason::NavStale);
            } else if self.health.nodes_lost() > NODES_LOST_MAX {
                self.enter_safe(Reason::NodeOffline);
            }
        }
        let wanted = if self.armed {
            NodeState::Armed
        } else {
            NodeState::Silent
        };
        let obeyed = feedback.node_state.iter().all(|state| *state == wanted);
        self.tracker.watch(Slot::Arming, obeyed, 1);
        if self.mode != Mode::Burn && self.tracker.waits(Slot::Motion) {
            self.watch_motion();
        }
    }

    fn watch_motion(&mut self) {
        let seen = match self.mode {
            Mode::Brake => self.still(),
            mode if mode.holds_pose() => self.still() && self.settled(),
            _ => true,
        };
        #[allow(clippy::cast_possible_truncation)]
        let needed = self.ticks(SETTLED_FOR_S) as u32;
        let confirmed = self.tracker.watch(Slot::Motion, seen, needed);
        if confirmed && self.mode == Mode::Brake {
            if self.brake_from_safe {
                self.enter(Mode::Safe);
                self.hold_reason = Reason::Operator;
            } else {
                self.enter(Mode::Manoeuvre);
            }
        }
    }

    fn still(&self) -> bool {
        let pose = &self.navigator.pose;
        pose.velocity.norm() < SETTLED_MPS && pose.rates.norm() < SETTLED_RPS
    }

    fn settled(&self) -> bool {
        let pose = &self.navigator.pose;
        let way = (self.guidance.goal_position - pose.position).norm();
        let turn = pose.attitude.angle_to(&self.guidance.goal_attitude);
        way < SETTLED_M && turn < SETTLED_RAD
    }

    /// Translation and rotation limits of the present mode.
    fn rates(&self) -> (Rate, Rate) {
        let (translation, rotation) = self.limits;
        if self.mode != Mode::Dock {
            return (translation, rotation);
        }
        let slow = |rate: Rate| Rate {
            speed_max: rate.speed_max * DOCK_PART,
            acceleration_max: rate.acceleration_max * DOCK_PART,
        };
        (slow(translation), slow(rotation))
    }

    fn wanted_wrench(&mut self) -> Wrench {
        if !self.armed || !self.mode.thrusts() {
            return [0.0; AXES];
        }
        if self.mode == Mode::Safe {
            return self.damping();
        }
        let dt_s = self.dt_s();
        let (translation, rotation) = self.rates();
        self.guidance.rotate(rotation, dt_s);
        let pose = self.navigator.pose;
        let stabilise_only = self.energy.stabilise_only() && self.mode != Mode::Brake;
        if matches!(self.hold_reason, Reason::None | Reason::CapLow) {
            self.hold_reason = if stabilise_only {
                Reason::CapLow
            } else {
                Reason::None
            };
        }
        let force = match self.mode {
            _ if stabilise_only => {
                self.guidance.drift(&pose);
                Vector3::zeros()
            }
            Mode::Burn => {
                self.guidance.drift(&pose);
                self.burn_force(dt_s)
            }
            Mode::Coast => {
                self.guidance.drift(&pose);
                Vector3::zeros()
            }
            _ => {
                self.guidance.translate(translation, dt_s);
                self.law.force(
                    &pose,
                    &self.guidance.reference,
                    self.dry_kg + self.propellant_kg,
                )
            }
        };
        wrench(force, self.law.torque(&pose, &self.guidance.reference))
    }

    /// SAFE: stop the rotation, as long as the rates are known.
    fn damping(&self) -> Wrench {
        if self.navigator.rates_age_ticks() > self.nav_stale_ticks {
            return [0.0; AXES];
        }
        wrench(Vector3::zeros(), self.law.damping(&self.navigator.pose))
    }

    fn burn_force(&mut self, dt_s: f64) -> Vector3<f64> {
        if let Some((direction, level)) = self.burn.as_mut().and_then(|burn| burn.step(dt_s)) {
            return direction * (level * self.ceiling(direction));
        }
        self.enter(Mode::Coast);
        self.tracker.watch(Slot::Motion, true, 1);
        Vector3::zeros()
    }

    /// Pure force that can surely be had along a direction, N: the attainable forces are a
    /// convex set, so a mix of the axes' ceilings is inside it.
    fn ceiling(&self, direction: Vector3<f64>) -> f64 {
        let share = |i: usize| {
            let axis = 2 * i + usize::from(direction[i] < 0.0);
            direction[i].abs() / self.axis_force_n[axis].max(1e-9)
        };
        1.0 / (share(0) + share(1) + share(2)).max(1e-9)
    }

    fn allocate(&mut self, asked: &Wrench) -> Solution<NOZZLES> {
        let bounds = self.bounds();
        // A valve that is stuck open draws its power, whatever the budget.
        let stuck = |n: &usize| bounds.lo[*n] > 0.0;
        let drawn_w: f64 = (0..NOZZLES).filter(stuck).map(|n| self.nozzle_w[n]).sum();
        self.allocator
            .set_power_max(self.energy.power_w().max(drawn_w * (1.0 + 1e-9)));
        let solution = self.allocator.solve(asked, &bounds);
        if !matches!(solution.status, Status::Optimal | Status::Saturated) && self.armed {
            self.enter_safe(Reason::AllocationFailed);
        }
        solution
    }

    /// A nozzle that does not open gives nothing; one that does not close gives all it has.
    fn bounds(&self) -> Bounds<NOZZLES> {
        let mut bounds = Bounds {
            lo: [0.0; NOZZLES],
            hi: self.geometry.thrust_max_n,
        };
        let isolated = self.health.isolated();
        for n in 0..NOZZLES {
            if isolated >> n & 1 == 1 {
                let stuck = if self.health.fault(n) == Fault::Open {
                    bounds.hi[n]
                } else {
                    0.0
                };
                bounds.lo[n] = stuck;
                bounds.hi[n] = stuck;
            }
        }
        bounds
    }

    fn modulate(&mut self, allocation: &Solution<NOZZLES>, isolated: u16) -> ValveCommand {
        let level = std::array::from_fn(|n| allocation.thrust_n[n] / self.geometry.thrust_max_n[n]);
        let silent = !self.armed || !self.mode.thrusts() || std::mem::take(&mut self.resync);
        let gate = Gate {
            closed: if silent { u16::MAX } else { isolated },
            no_opening: self.cooldown.resting(&self.cluster_temp_c),
            open_max: self.open_max(),
        };
        let mut command = ValveCommand {
            armed: self.armed,
            on_time_us: [0; NOZZLES],
        };
        self.bank.step(&level, gate, &mut command.on_time_us);
        if self.guard.check(&command, gate.closed).is_err() {
            self.resync = true;
            self.enter_safe(Reason::GuardTrip);
            command.on_time_us = [0; NOZZLES];
        }
        command
    }

    /// Nozzles that the power budget can keep open at once.
    fn open_max(&self) -> u32 {
        let hungriest_w = self.nozzle_w.into_iter().fold(1.0, f64::max);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let count = (self.energy.power_w() / hungriest_w).clamp(0.0, 16.0) as u32;
        count
    }

    fn report(&self, outputs: &mut Outputs) {
        let pose: &Pose = &self.navigator.pose;
        let reference = &self.guidance.reference.pose;
        outputs.mode = self.mode;
        outputs.hold_reason = self.hold_reason;
        outputs.position = pose.position.into();
        outputs.velocity = pose.velocity.into();
        outputs.attitude = pose.attitude.coords.into();
        outputs.rates = pose.rates.into();
        outputs.reference_position = reference.position.into();
        outputs.reference_attitude = reference.attitude.coords.into();
        let replies = self.tracker.replies();
        outputs.reply_count = replies.len();
        outputs.replies[..replies.len()].copy_from_slice(replies);
        outputs.nav_age_ticks = self.navigator.age_ticks();
        outputs.rcs_power_max_w = self.energy.power_w();
        outputs.rcs_power_limits = self.energy.limits();
        outputs.emissions_allowed = self.mode != Mode::Emcon;
    }
}

#[cfg(test)]
mod tests;
