//! A thrust profile in flight: when it may begin, and what becomes of it.

use nalgebra::Vector3;
use qiki_burn::{Burn, End, Motion, Now, Order, Plan};
use qiki_command::{Action, Mode, Reason, SEGMENTS_MAX, Segment, Target};
use qiki_power::RcsLimit;

use super::Deciding;
use crate::allocation::AllocationStage;
use crate::command_tracker::EffectKind;
use crate::estimate::Estimate;

impl Deciding<'_> {
    pub(super) fn begin_burn(&mut self, id: u64, segments: &[Segment; SEGMENTS_MAX], count: usize) {
        self.keep_attitude();
        let burn = Burn::new(Plan::new(self.state.plan_limits, *segments, count));
        // The plan itself knows when it is late.
        let commands = &mut self.state.commands;
        commands.accept(EffectKind::Motion, id, u64::MAX);
        self.enter(Mode::Burn);
        self.state.burn = Some(burn);
    }

    /// Takes in the impulse that the nozzles gave in the last tick.
    pub(super) fn observe_burn(&mut self) {
        let Some(burn) = &mut self.state.burn else {
            return;
        };
        let motion = Motion {
            attitude: self.estimate.pose.attitude,
            mass_kg: self.estimate.mass_before_kg,
        };
        let impulse_ns = self.allocation.geometry.measured_impulse_ns(self.feedback);
        burn.observe(self.feedback, impulse_ns, &motion);
    }

    /// The order of this tick; none where no profile is flown, or where it ends.
    pub(super) fn continue_burn(&mut self) -> Option<Order> {
        let mut burn = self.state.burn.take()?;
        let motion = self.motion();
        let mode = self.state.allocation_mode();
        let now = burn_conditions(
            self.estimate,
            self.allocation,
            self.state.dt_s(),
            burn.residual_ns(&motion),
            self.pending_ns,
        );
        let (allocation, estimate) = (&mut *self.allocation, &*self.estimate);
        let order = burn.step(&now, |segment| {
            allocation.push_of(segment, now.power_w, estimate, mode)
        });
        if let Some(reason) = burn.newly_inhibited() {
            self.state.commands.inhibit(EffectKind::Motion, reason);
        }
        let end = burn.end();
        self.state.burn = Some(burn);
        if let Some(end) = end {
            self.end_burn(end);
        }
        order
    }

    fn end_burn(&mut self, end: End) {
        self.enter(Mode::Coast);
        self.state.burn_ended = true;
        let commands = &mut self.state.commands;
        match end {
            End::Given => {
                // The last window may end.
                self.state.since_burn = 0;
                commands.watch(EffectKind::Motion, true, 1);
            }
            End::Late(reason) => commands.time_out(EffectKind::Motion, reason),
            End::Broken => commands.abort(EffectKind::Motion, Reason::NozzleIsolated),
        }
    }
}

/// With an empty tank nothing that takes thrust is begun. Below the supercapacitor's hold level, with
/// a low battery, and while sensors contradict each other, no new push is begun, and no burn while a
/// cluster has tripped or its temperature is unknown.
pub fn may_push(action: &Action, estimate: &Estimate) -> Result<(), Reason> {
    if estimate.tank_empty && action.takes_thrust() {
        return Err(Reason::WorkingMassLow);
    }
    let push = match action {
        Action::Burn { .. } => true,
        Action::GoTo(goal) => goal.position.is_some(),
        _ => false,
    };
    if let Some(reason) = estimate.stabilise_reason().filter(|_| push) {
        Err(reason)
    } else if matches!(action, Action::Burn { .. }) && estimate.heat.forbids_burns {
        Err(Reason::RcsClusterHot)
    } else {
        Ok(())
    }
}

/// Whether a profile can be begun with the groups that it names.
pub fn may_burn(
    action: &Action,
    estimate: &Estimate,
    allocation: &AllocationStage,
) -> Result<(), Reason> {
    let Action::Burn { segments, count } = action else {
        return Ok(());
    };
    for segment in &segments[..*count] {
        if let Target::Group(group) = segment.target {
            let set = allocation.set(group).ok_or(Reason::ThrustMapMissing)?;
            if set.nozzles & allocation.out_of_use(estimate) != 0 {
                return Err(Reason::NozzleIsolated);
            }
        }
    }
    Ok(())
}

/// Inputs of a plan for a step of `dt_s`. `pending_ns`: impulse that is planned and still to come.
pub fn burn_conditions(
    estimate: &Estimate,
    allocation: &AllocationStage,
    dt_s: f64,
    residual_ns: Vector3<f64>,
    pending_ns: Vector3<f64>,
) -> Now {
    let power = &estimate.power;
    let supercap_low = power.limits >> RcsLimit::SupercapLow as u32 & 1 == 1;
    let (power_w, power_reason) = if let Some(reason) = estimate.stabilise_reason() {
        (0.0, reason)
    } else if supercap_low {
        (power.available_w, Reason::CapLow)
    } else {
        (power.available_w, Reason::PduPeakDenied)
    };
    Now {
        dt_s,
        residual_ns,
        pending_ns,
        power_w,
        power_reason,
        resting: estimate.heat.resting,
        warm: estimate.heat.warm,
        ready: estimate.heat.ready,
        impaired: allocation.impaired(estimate),
        spent: estimate.spent(),
    }
}
