//! The five stages of control, each with its own state.

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

    /// Takes in the command that is sent to the rig: `command`, or closed valves where the guard
    /// refused it. The mode follows in the next tick.
    pub(crate) fn sent(&mut self, command: &ValveCommand, refused: bool) {
        if refused {
            self.modes.note_guard_trip();
            self.pulses.note_guard_trip();
        }
        self.estimator.record_command(command);
    }

    /// Stage 1: what is known.
    pub(crate) fn estimate(&mut self, inputs: &Inputs<'_>) -> Estimate {
        let context = self.modes.flight_context();
        self.estimator
            .update(inputs.feedback, inputs.period_ns, context)
    }

    /// Stage 2: what the craft is to do.
    pub(crate) fn decide(&mut self, inputs: &Inputs<'_>, estimate: &mut Estimate) -> Decision {
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

    /// Stage 3: the wrench that is demanded.
    pub(crate) fn demand(&mut self, estimate: &Estimate, decision: &Decision) -> Demand {
        let predicted_pose = self.pulses.predicted_pose(&estimate.pose);
        let demand = self.tracking.demand(estimate, decision, &predicted_pose);
        self.modes.account_burn(&demand, estimate);
        demand
    }

    /// Stage 4: thrusts for it.
    pub(crate) fn allocate(
        &mut self,
        estimate: &Estimate,
        decision: &Decision,
        demand: &Demand,
    ) -> Allocation {
        let allocation = self.allocation.allocate(estimate, decision, demand);
        self.modes.note_allocation(&allocation);
        allocation
    }

    /// Stage 5: pulses for them.
    pub(crate) fn modulate(
        &mut self,
        estimate: &Estimate,
        decision: &Decision,
        demand: &Demand,
        allocation: &Allocation,
    ) -> PulseCommand {
        self.pulses
            .modulate(estimate, decision, demand, allocation, &self.allocation)
    }

    /// What the record of the tick says, but for the command that was sent and the thrusts that it
    /// follows.
    pub(crate) fn report(
        &self,
        estimate: &Estimate,
        decision: &Decision,
        demand: &Demand,
        outputs: &mut Outputs,
    ) {
        let (pose, reference) = (&estimate.pose, &demand.reference.pose);
        outputs.mode = decision.mode;
        outputs.inhibit_reason = decision.inhibit_reason;
        outputs.position = pose.position.into();
        outputs.velocity = pose.velocity.into();
        outputs.attitude = pose.attitude.coords.into();
        outputs.rates = pose.rates.into();
        outputs.reference_position = reference.position.into();
        outputs.reference_attitude = reference.attitude.coords.into();
        outputs.wrench_demanded = demand.wrench;
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
        let (pulses, motion) = (self.pulses.stands_down(), self.estimator.model_mismatch());
        outputs.model_mismatch = u8::from(pulses) | u8::from(motion) << 1;
    }

    fn report_modes(&self, decision: &Decision, outputs: &mut Outputs) {
        let replies = self.modes.replies();
        outputs.reply_count = replies.len();
        outputs.replies[..replies.len()].copy_from_slice(replies);
        outputs.burn = self.modes.burn_progress();
        outputs.allocation_requested = self.modes.allocation_mode_requested();
        outputs.allocation_mode = decision.allocation_mode;
        outputs.allocation_reason = self.modes.allocation_reason();
    }
}
