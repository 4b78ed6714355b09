//! One tick of control, from feedback to valve command.

use nalgebra::Matrix3;
use qiki_alloc::{AXES, Allocator, Solution};
use qiki_craft::{CLUSTERS, Craft, Feedback, Fresh, NOZZLES, ValveCommand};
use qiki_power::Set;
use qiki_pulse::PulseScheduler;
use qiki_pwpf::Bank;

use crate::allocation_mode::AllocationModeState;
use crate::command_tracker::CommandTracker;
use crate::config::{ConfigError, parts};
use crate::manual_override::{ManualLimits, ManualOverride};
use crate::sets::Sets;
use pulsing::PulseMode;
use qiki_burn::PlanLimits;
use qiki_burn::{Burn, BurnProgress};
use qiki_command::AllocationMode;
use qiki_command::Command;
use qiki_command::{Mode, Reason};
use qiki_command::{REPLIES_MAX, Reply};
use qiki_craft::Geometry;
use qiki_fdir::Authority;
use qiki_fdir::{MonitorContext, NozzleFaults, NozzleHealth};
use qiki_gnc::AttitudeErrorCache;
use qiki_gnc::Law;
use qiki_gnc::{Guidance, MotionLimits};
use qiki_gnc::{Navigator, Pose};
use qiki_guard::Guard;
use qiki_power::ThermalLimiter;
use qiki_power::{POWER_STALE_S, PowerBudget};
use qiki_pulse::MinimumImpulseHold;

/// m/s².
const STANDARD_GRAVITY_MPS2: f64 = 9.80665;
/// With less in the tank than this a nozzle may not thrust, however well it works, kg: what four
/// open nozzles burn between two reports of the tank.
const DRY_KG: f64 = 0.2;

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
    /// What is known of the nozzles.
    pub faults: NozzleFaults,
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
    /// What the allocated thrusts draw on average, W.
    pub rcs_power_w: f64,
    /// What holds each cluster back: bits of `qiki_power::ClusterLimit`.
    pub cluster_limits: [u8; CLUSTERS],
    /// Bit n: nozzle n may not open.
    pub resting: u16,
    /// The tank does not hold one shortest pulse: nothing comes out, whatever is allocated.
    pub working_mass_low: bool,
    /// How far a thrust profile has come; none but in BURN.
    pub burn: Option<BurnProgress>,
    /// Allocation mode that is asked for.
    pub allocation_asked: AllocationMode,
    /// Allocation mode in effect.
    pub allocation_mode: AllocationMode,
    /// Why the two differ, or why manual override ended by itself.
    pub allocation_reason: Reason,
}

/// The controller of one craft.
#[derive(Debug, Clone)]
pub struct Controller {
    // What the craft is.
    geometry: Geometry,
    inverse_inertia: Matrix3<f64>,
    /// Whether all nozzles need pulses: one that takes a level needs no plan.
    pulsed: bool,
    differential_pulses: bool,
    motion_evidence: bool,
    limits: (MotionLimits, MotionLimits),
    axis_force_n: [f64; 6],
    dry_kg: f64,
    /// What the shortest pulse of the strongest nozzle burns, kg.
    pulse_kg: f64,
    period_us: u32,
    nav_stale_ticks: u32,
    /// Power of each open nozzle, W.
    nozzle_w: [f64; NOZZLES],
    // What does the work.
    navigator: Navigator,
    health: NozzleHealth,
    guidance: Guidance,
    law: Law,
    allocator: Allocator<NOZZLES>,
    authority: Authority,
    sets: Sets,
    bank: Bank,
    scheduler: PulseScheduler,
    hold_pulses: MinimumImpulseHold,
    heat: ThermalLimiter,
    guard: Guard,
    tracker: CommandTracker,
    turns: AttitudeErrorCache,
    power: PowerBudget,
    hand_limits: ManualLimits,
    // What is going on.
    mode: Mode,
    armed: bool,
    hold_reason: Reason,
    burn: Option<Burn>,
    plan_limits: PlanLimits,
    brake_from_safe: bool,
    propellant_kg: f64,
    choice: AllocationModeState,
    hand: ManualOverride,
    /// Bit n: nozzle n may not open, as of the last tick.
    resting: u16,
    /// Who makes the pulses.
    way: PulseMode,
    /// Bit n: nozzle n was kept closed in the last tick.
    gone: u16,
    /// Since the last burn, ticks.
    since_burn: u32,
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
        let translation = MotionLimits {
            speed_max: control.position.speed_max_mps,
            acceleration_max: control.position.acceleration_max_mps2,
        };
        let rotation = MotionLimits {
            speed_max: control.attitude.limits.rate_max_rps,
            acceleration_max: control.attitude.limits.acceleration_max_rps2,
        };
        Ok(Self {
            inverse_inertia: parts.inverse_inertia,
            pulsed: parts.limits.throttleable == 0,
            differential_pulses: control.differential_pulses,
            motion_evidence: control.motion_evidence,
            limits: (translation, rotation),
            axis_force_n: parts.axis_force_n,
            dry_kg: craft.mass.dry_kg,
            pulse_kg: pulse_kg(craft),
            period_us,
            nav_stale_ticks: ticks(control.nav_stale_s),
            nozzle_w: parts.limits.power_w,
            power: PowerBudget::new(
                craft,
                parts.others_w,
                parts.limits.power_max_w,
                ticks(POWER_STALE_S),
            ),
            hand_limits: ManualLimits {
                // Throttleable nozzles have no shortest pulse; a tick has one edge.
                min_on_us: parts.limits.min_on_us.max(period_us),
                min_off_us: parts.limits.min_off_us.max(period_us),
                max_on_us: parts.limits.max_on_us,
                torque_max_nm: control.manual_torque_max_nm,
                rate_max_rps: control.attitude.limits.rate_max_rps,
            },
            navigator: Navigator::new(),
            health: NozzleHealth::new(craft, &parts.geometry, dt_s),
            guidance: Guidance::new(),
            law: Law::new(control, parts.geometry.inertia),
            allocator: parts.allocator,
            authority: parts.authority,
            sets: parts.sets,
            bank: parts.bank,
            scheduler: parts.scheduler,
            hold_pulses: parts.hold_pulses,
            heat: ThermalLimiter::new(craft, parts.limits.max_on_us, period_us),
            guard: Guard::new(parts.limits),
            tracker: CommandTracker::new(),
            turns: AttitudeErrorCache::default(),
            mode: Mode::Idle,
            armed: false,
            hold_reason: Reason::NotArmed,
            burn: None,
            plan_limits: PlanLimits::new(craft, f64::from(parts.limits.max_on_us) * 1e-6),
            brake_from_safe: false,
            propellant_kg: craft.mass.propellant_kg,
            choice: AllocationModeState::new(control.allocation_mode),
            hand: ManualOverride::new(parts.limits.min_off_us),
            resting: 0,
            way: PulseMode::Modulated,
            gone: u16::MAX,
            since_burn: u32::MAX,
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
        let mut allocation = self.allocate(&asked);
        let command = self.modulate(&mut allocation, isolated);
        self.health.record_command(&command.on_time_us);
        self.heat.note(&command);
        outputs.command = command;
        outputs.wrench_asked = asked;
        outputs.allocation = allocation;
        outputs.isolated = isolated;
        outputs.faults = self.health.faults();
        self.report(outputs);
    }

    /// Tick of the loop, µs.
    #[must_use]
    pub fn period_us(&self) -> u32 {
        self.period_us
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
        self.observe_burn(feedback);
        self.health.observe(feedback, &self.monitor_context());
        self.power.observe(feedback);
        self.heat.observe(feedback);
        if feedback.fresh.has(Fresh::POWER) && feedback.propellant_kg.is_finite() {
            self.propellant_kg = feedback.propellant_kg;
        }
    }

    /// What the watch over the nozzles has to know.
    fn monitor_context(&self) -> MonitorContext {
        MonitorContext {
            attitude: self.navigator.pose.attitude,
            mass_kg: self.dry_kg + self.propellant_kg,
            motion_is_evidence: self.motion_evidence
                && self.mode != Mode::Bridge
                && self.propellant_kg > DRY_KG,
            trials_allowed: self.armed
                && !self.hand.is_on()
                && !matches!(self.mode, Mode::Safe | Mode::Dock),
        }
    }

    fn nav_fresh(&self) -> bool {
        self.navigator.age_ticks() <= self.nav_stale_ticks
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
        outputs.rcs_power_max_w = self.power.power_w();
        outputs.rcs_power_limits = self.power.limits();
        outputs.rcs_power_w = self.mean_w(&outputs.allocation.thrust_n);
        outputs.cluster_limits = self.heat.limits().map(Set::bits);
        outputs.resting = self.resting;
        outputs.working_mass_low = self.propellant_kg < self.pulse_kg;
        outputs.allocation_asked = self.allocation_asked();
        outputs.allocation_mode = self.allocation_mode();
        outputs.allocation_reason = self.choice.reason();
        outputs.burn = self.burn.as_ref().map(Burn::progress);
        outputs.emissions_allowed = self.mode != Mode::Emcon;
    }
}

/// What the shortest pulse of the strongest nozzle burns, kg.
fn pulse_kg(craft: &Craft) -> f64 {
    let impulses_ns = craft.thrusters.iter().map(|t| t.thrust_max_n * t.min_on_s);
    impulses_ns.fold(0.0, f64::max) / (craft.mass.isp_s * STANDARD_GRAVITY_MPS2)
}

pub use previewing::{LimitHit, Preview, PreviewError, SegmentPreview, Spent, Stores, preview};

mod burning;
mod commanding;
mod flying;
mod manual;
mod previewing;
mod pulsing;
mod pushing;
#[cfg(test)]
mod tests;
