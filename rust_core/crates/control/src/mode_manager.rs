//! Stage 2: what the craft is to do. The only place where mode, arming, burn and manual override
//! change.
//!
//! [`ModeManager`] is the state; [`Deciding`] is one tick of it, with what it may look at and act
//! on:
//!
//! 1. `commands`: a command is checked and begun, or rejected;
//! 2. `supervision`: transitions that nobody asked for, and effects that are waited for;
//! 3. `burning`: a thrust profile goes on, or ends.
//!
//! `manual` is the part of it that concerns manual override. What a later stage finds (an
//! allocation without an answer, a command that the guard refuses) is taken up in the next tick.

use nalgebra::Vector3;
use qiki_alloc::Status;
use qiki_burn::{Burn, BurnProgress, Motion, Order, PlanLimits};
use qiki_command::{AllocationMode, Command, Mode, Reason, Reply};
use qiki_craft::{Craft, Feedback};
use qiki_pulse::PulseLimits;

use crate::allocation::{Allocation, AllocationStage};
use crate::allocation_mode::AllocationModeState;
use crate::command_tracker::CommandTracker;
use crate::config::Parts;
use crate::decision::Decision;
use crate::estimate::{Estimate, Estimator, FlightContext};
use crate::manual_override::{ManualLimits, ManualOverride};
use crate::tracking::{Demand, Tracking};

mod burning;
mod commands;
mod manual;
mod supervision;

pub use burning::{burn_conditions, may_burn, may_push};

/// Time after a burn in which windows may still give their impulse residual, s: three windows of
/// 0.25 s. The residual is limited to two shortest pulses an axis, which one window can give; three
/// leave room for pulses that find no power.
const FLUSH_S: f64 = 0.75;

/// Flight mode, arming, burn and manual override.
#[derive(Debug, Clone)]
pub(crate) struct ModeManager {
    period_us: u32,
    /// Whether all nozzles need pulses: one that takes a level needs no plan.
    pulsed: bool,
    differential_pulses: bool,
    manual_limits: ManualLimits,
    plan_limits: PlanLimits,
    mode: Mode,
    armed: bool,
    /// Why SAFE was entered.
    safe_reason: Reason,
    brake_from_safe: bool,
    burn: Option<Burn>,
    /// The burn ended in this tick.
    burn_ended: bool,
    /// Since the last burn, ticks.
    since_burn: u32,
    manual: ManualOverride,
    allocation_mode: AllocationModeState,
    commands: CommandTracker,
    /// Failure that a later stage of the last tick found.
    failure: Option<Reason>,
}

/// One tick of the mode manager.
pub(crate) struct Deciding<'a> {
    pub(crate) state: &'a mut ModeManager,
    /// Arming gives its nozzles a fresh start; nothing else in it changes.
    pub(crate) estimate: &'a mut Estimate,
    pub(crate) feedback: &'a Feedback,
    pub(crate) estimator: &'a mut Estimator,
    pub(crate) tracking: &'a mut Tracking,
    pub(crate) allocation: &'a mut AllocationStage,
    /// Force that is planned and will come by itself, N·s, body.
    pub(crate) pending_ns: Vector3<f64>,
}

impl ModeManager {
    /// Silent, in IDLE.
    pub(crate) fn new(craft: &Craft, parts: &Parts, period_us: u32) -> Self {
        let (control, limits) = (&craft.control, &parts.limits);
        Self {
            period_us,
            pulsed: limits.throttleable == 0,
            differential_pulses: control.differential_pulses,
            manual_limits: ManualLimits {
                // Throttleable nozzles have no shortest pulse; a tick has one edge.
                pulses: PulseLimits {
                    min_on_us: limits.min_on_us.max(period_us),
                    min_off_us: limits.min_off_us.max(period_us),
                    max_on_us: limits.max_on_us,
                },
                torque_max_nm: control.manual_torque_max_nm,
                rate_max_rps: control.attitude.limits.rate_max_rps,
            },
            plan_limits: PlanLimits::new(craft, f64::from(limits.max_on_us) * 1e-6),
            mode: Mode::Idle,
            armed: false,
            safe_reason: Reason::None,
            brake_from_safe: false,
            burn: None,
            burn_ended: false,
            since_burn: u32::MAX,
            manual: ManualOverride::new(limits.min_off_us),
            allocation_mode: AllocationModeState::new(control.allocation_mode),
            commands: CommandTracker::new(),
            failure: None,
        }
    }

    /// What the monitor of the nozzles has to know.
    pub(crate) fn flight_context(&self) -> FlightContext {
        let risky = matches!(self.mode, Mode::Safe | Mode::Dock);
        FlightContext {
            free: self.mode != Mode::Bridge,
            trials_allowed: self.armed && !self.manual.is_on() && !risky,
            armed: self.armed,
        }
    }

    /// Adds what was demanded in this tick to the burn.
    pub(crate) fn account_burn(&mut self, demand: &Demand, estimate: &Estimate) {
        if let Some(burn) = &mut self.burn {
            burn.add_demand(&demand.reference.pose.attitude, estimate.mass_kg);
        }
    }

    /// Records an allocation without an answer; the next tick decides what follows.
    pub(crate) fn note_allocation(&mut self, allocation: &Allocation) {
        let status = allocation.solution.status;
        if self.armed && !matches!(status, Status::Optimal | Status::Saturated) {
            self.failure = Some(Reason::AllocationFailed);
        }
    }

    /// Records that the guard refused a command; the next tick decides what follows.
    pub(crate) fn note_guard_trip(&mut self) {
        self.failure = Some(Reason::GuardTrip);
    }

    /// Replies to commands in this tick.
    pub(crate) fn replies(&self) -> &[Reply] {
        self.commands.replies()
    }

    /// How far a thrust profile has come; none but in BURN.
    pub(crate) fn burn_progress(&self) -> Option<BurnProgress> {
        self.burn.as_ref().map(Burn::progress)
    }

    /// The allocation mode that is asked for: manual override while it is on, else the loop's.
    pub(crate) fn allocation_mode_requested(&self) -> AllocationMode {
        if self.manual.is_on() {
            AllocationMode::ManualOverride
        } else {
            self.allocation_mode.requested()
        }
    }

    /// Why the allocation mode is not the one asked for, or why manual override ended by itself.
    pub(crate) fn allocation_reason(&self) -> Reason {
        self.allocation_mode.reason()
    }

    /// The allocation mode in effect.
    fn allocation_mode(&self) -> AllocationMode {
        if self.manual.is_on() {
            AllocationMode::ManualOverride
        } else {
            self.allocation_mode.in_effect()
        }
    }

    fn plans_pulses(&self) -> bool {
        self.pulsed && !self.manual.is_on() && self.allocation_mode() != AllocationMode::Auto
    }

    fn dt_s(&self) -> f64 {
        f64::from(self.period_us) * 1e-6
    }

    fn ticks(&self, seconds: f64) -> u64 {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let ticks = (seconds / self.dt_s()).ceil() as u64;
        ticks.max(1)
    }
}

impl Deciding<'_> {
    /// The tick: command, supervision, burn.
    pub(crate) fn run(mut self, command: Option<&Command>) -> Decision {
        self.state.commands.clear();
        self.state.burn_ended = false;
        self.observe_burn();
        if let Some(command) = command {
            self.process_command(command);
        }
        self.supervise();
        let order = self.continue_burn();
        self.decision(order)
    }

    fn decision(&mut self, order: Option<Order>) -> Decision {
        let (estimate, state) = (&*self.estimate, &mut *self.state);
        if !state.manual.is_on() {
            let shortfall = self.allocation.short_of(&estimate.nozzles.bounds);
            state.allocation_mode.set_shortage(shortfall);
        }
        let pushes = state.burn.as_ref().is_some_and(|burn| !burn.idles());
        state.since_burn = if pushes {
            0
        } else {
            state.since_burn.saturating_add(1)
        };
        let drifts = matches!(state.mode, Mode::Burn | Mode::Coast);
        let flushes = drifts && u64::from(state.since_burn) < state.ticks(FLUSH_S);
        let stabilise = estimate.stabilise_reason();
        let stabilise = stabilise.filter(|_| state.mode != Mode::Brake);
        Decision {
            mode: state.mode,
            armed: state.armed,
            inhibit_reason: state.inhibit_reason(stabilise),
            tank_empty: estimate.tank_empty,
            stabilise_only: stabilise.is_some(),
            allocation_mode: state.allocation_mode(),
            plans_pulses: state.plans_pulses(),
            burn_force_n: order.map_or_else(Vector3::zeros, |order| order.force_n),
            group_n: state.burn.as_ref().and_then(Burn::group_thrust_n),
            burns: pushes || flushes,
            manual: state.manual.next_pulses(state.period_us),
        }
    }

    /// Enters a mode, and leaves what belongs to another one.
    fn enter(&mut self, mode: Mode) {
        self.end_manual_override(Reason::Operator);
        self.state.mode = mode;
        if mode != Mode::Burn {
            self.state.burn = None;
            // The impulse residual of the windows belongs to a push that is over.
            self.state.since_burn = u32::MAX;
        }
    }

    fn enter_safe(&mut self, reason: Reason) {
        self.end_manual_override(reason);
        self.enter(Mode::Safe);
        self.state.safe_reason = reason;
        self.state.abort_motion(reason);
    }

    fn motion(&self) -> Motion {
        Motion {
            attitude: self.estimate.pose.attitude,
            mass_kg: self.estimate.mass_kg,
        }
    }
}

impl ModeManager {
    fn inhibit_reason(&self, stabilise: Option<Reason>) -> Reason {
        if self.manual.is_on() {
            return Reason::ManualOverrideActive;
        }
        if self.mode == Mode::Safe {
            return self.safe_reason;
        }
        if !self.armed {
            return Reason::NotArmed;
        }
        if let Some(burn) = &self.burn {
            return burn.inhibited_by();
        }
        let limited = self.mode.thrusts() && !self.burn_ended;
        stabilise.filter(|_| limited).unwrap_or_default()
    }

    fn abort_motion(&mut self, reason: Reason) {
        self.commands
            .abort(crate::command_tracker::EffectKind::Motion, reason);
    }
}

#[cfg(test)]
mod tests;
