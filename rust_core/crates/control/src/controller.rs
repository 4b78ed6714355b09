//! One tick of control, from feedback to valve command.

use qiki_command::Mode;
use qiki_craft::{Craft, ValveCommand};
use qiki_gnc::Law;

use crate::allocation::{Allocation, AllocationStage};
use crate::config::Parts;
use crate::decision::Decision;
use crate::estimate::{Estimate, Estimator};
use crate::io::{Inputs, Outputs};
use crate::mode_manager::{Deciding, ModeManager};
use crate::pulses::{PulseCommand, PulseStage};
use crate::tracking::{Demand, Tracking};

/// What the stages of a tick came to, in their order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stages {
    pub(crate) estimate: Estimate,
    pub(crate) decision: Decision,
    pub(crate) demand: Demand,
    pub(crate) allocation: Allocation,
    pub(crate) pulses: PulseCommand,
}

/// The five stages of control of one craft.
#[derive(Debug, Clone)]
pub(crate) struct Controller {
    pub(crate) estimator: Estimator,
    pub(crate) modes: ModeManager,
    pub(crate) tracking: Tracking,
    pub(crate) allocation: AllocationStage,
    pub(crate) pulses: PulseStage,
}

impl Controller {
    /// Silent, in IDLE.
    pub(crate) fn new(craft: &Craft, parts: Parts, period_us: u32) -> Self {
        let (control, dt_s) = (&craft.control, f64::from(period_us) * 1e-6);
        let estimator = Estimator::new(craft, &parts, period_us);
        let modes = ModeManager::new(craft, &parts, period_us);
        let law = Law::new(control, parts.geometry.inertia);
        let allocation = AllocationStage::new(&parts);
        let pulses = PulseStage::new(
            parts.bank,
            parts.scheduler,
            parts.minimum_impulse,
            control.differential_pulses,
            &allocation,
            parts.inverse_inertia,
        );
        Self {
            estimator,
            modes,
            tracking: Tracking::new(control, law, dt_s),
            allocation,
            pulses,
        }
    }

    /// One tick, up to the command that the guard is to check.
    pub(crate) fn step(&mut self, inputs: &Inputs<'_>) -> Stages {
        let mut estimate = self.estimate(inputs);
        let decision = self.decide(inputs, &mut estimate);
        let demand = self.demand(&estimate, &decision);
        let allocation = self.allocate(&estimate, &decision, &demand);
        let pulses = self.modulate(&estimate, &decision, &demand, &allocation);
        Stages {
            estimate,
            decision,
            demand,
            allocation,
            pulses,
        }
    }

    /// Takes in what the rig is really told: `command`, or closed valves where the guard refused it.
    /// The mode follows in the next tick.
    pub(crate) fn sent(&mut self, command: &ValveCommand, refused: bool) {
        if refused {
            self.modes.note_guard_trip();
            self.pulses.note_guard_trip();
        }
        self.estimator.record_command(command);
    }

    fn estimate(&mut self, inputs: &Inputs<'_>) -> Estimate {
        let context = self.modes.flight_context();
        self.estimator
            .update(inputs.feedback, inputs.period_ns, context)
    }

    fn decide(&mut self, inputs: &Inputs<'_>, estimate: &mut Estimate) -> Decision {
        let deciding = Deciding {
            state: &mut self.modes,
            estimate,
            feedback: inputs.feedback,
            estimator: &mut self.estimator,
            tracking: &mut self.tracking,
            allocation: &mut self.allocation,
            pending_ns: self.pulses.pending_ns(),
        };
        deciding.run(inputs.command)
    }

    fn demand(&mut self, estimate: &Estimate, decision: &Decision) -> Demand {
        let pose_at_work = self.pulses.pose_at_work(&estimate.pose);
        let demand = self.tracking.demand(estimate, decision, &pose_at_work);
        self.modes.account_burn(&demand, estimate);
        demand
    }

    fn allocate(
        &mut self,
        estimate: &Estimate,
        decision: &Decision,
        demand: &Demand,
    ) -> Allocation {
        let allocation = self.allocation.allocate(estimate, decision, demand);
        self.modes.note_allocation(&allocation);
        allocation
    }

    fn modulate(
        &mut self,
        estimate: &Estimate,
        decision: &Decision,
        demand: &Demand,
        allocation: &Allocation,
    ) -> PulseCommand {
        self.pulses
            .modulate(estimate, decision, demand, allocation, &self.allocation)
    }

    /// What the record of the tick says, but for the command that was sent.
    pub(crate) fn report(&self, stages: &Stages, outputs: &mut Outputs) {
        let Stages {
            estimate,
            decision,
            demand,
            allocation,
            pulses,
        } = stages;
        let (pose, reference) = (&estimate.pose, &demand.reference.pose);
        outputs.mode = decision.mode;
        outputs.hold_reason = decision.inhibit_reason;
        outputs.position = pose.position.into();
        outputs.velocity = pose.velocity.into();
        outputs.attitude = pose.attitude.coords.into();
        outputs.rates = pose.rates.into();
        outputs.reference_position = reference.position.into();
        outputs.reference_attitude = reference.attitude.coords.into();
        outputs.wrench_asked = demand.wrench;
        outputs.allocation = allocation.solution;
        if let Some((wrench, thrust_n)) = pulses.planned {
            (outputs.allocation.wrench, outputs.allocation.thrust_n) = (wrench, thrust_n);
        }
        outputs.nav_age_ticks = estimate.nav_age_ticks;
        outputs.emissions_allowed = decision.mode != Mode::Emcon;
        outputs.rcs_power_w = self.allocation.mean_w(&outputs.allocation.thrust_n);
        self.report_limits(estimate, outputs);
        self.report_modes(decision, outputs);
    }

    fn report_limits(&self, estimate: &Estimate, outputs: &mut Outputs) {
        outputs.isolated = estimate.nozzles.isolated;
        outputs.faults = self.estimator.faults();
        outputs.rcs_power_max_w = estimate.power.available_w;
        outputs.rcs_power_limits = estimate.power.limits;
        outputs.cluster_limits = self.estimator.cluster_limits();
        outputs.resting = estimate.heat.resting;
        outputs.working_mass_low = estimate.tank_empty;
    }

    fn report_modes(&self, decision: &Decision, outputs: &mut Outputs) {
        let replies = self.modes.replies();
        outputs.reply_count = replies.len();
        outputs.replies[..replies.len()].copy_from_slice(replies);
        outputs.burn = self.modes.burn_progress();
        outputs.allocation_asked = self.modes.allocation_mode_requested();
        outputs.allocation_mode = decision.allocation_mode;
        outputs.allocation_reason = self.modes.allocation_reason();
    }
}
