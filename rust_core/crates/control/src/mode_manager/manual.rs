//! Requests of allocation modes; manual override and its end.

use qiki_command::{Action, AllocationMode, Firing, Mode, Reason};
use qiki_craft::nozzles_where;
use qiki_pulse::PulseTrain;

use super::Deciding;
use crate::command_tracker::EffectKind;
use crate::manual_override::{Readiness, check_firing};

/// Time that the report of the last pulse may take, s: 25 reports of a valve node at 50 Hz, so that
/// lost ones do not matter.
const REPORTED_S: f64 = 0.5;

impl Deciding<'_> {
    /// Limits of manual override that do not depend on the flight mode.
    pub(super) fn manual_limits_permit(&self, action: &Action) -> Result<(), Reason> {
        match action {
            Action::SetAllocation {
                mode: AllocationMode::ManualOverride,
                ..
            } if self.turns_too_fast() => Err(Reason::RateLimit),
            Action::Fire { firing, .. } => self.check_firing(firing).map(drop),
            _ => Ok(()),
        }
    }

    fn check_firing(&self, firing: &Firing) -> Result<PulseTrain, Reason> {
        let estimate = &*self.estimate;
        if self.state.commands.is_pending(EffectKind::Motion) {
            return Err(Reason::NozzlesBusy);
        }
        if let Some(reason) = estimate.stabilise_reason() {
            return Err(reason);
        }
        let warm = nozzles_where(|n| estimate.heat.share[n] < 1.0);
        let ready = Readiness {
            isolated: estimate.nozzles.isolated,
            stuck_open: estimate.nozzles.stuck_open,
            resting: estimate.heat.resting | warm,
            power_w: estimate.power.available_w,
            room_j: estimate.heat.room_j,
        };
        check_firing(firing, &self.state.manual_limits, &ready, self.allocation)
    }

    pub(super) fn set_allocation(&mut self, id: u64, mode: AllocationMode) {
        let isolated = self.estimate.nozzles.isolated;
        if mode == AllocationMode::ManualOverride {
            if !self.state.manual.is_on() {
                self.state.abort_motion(Reason::Superseded);
                self.enter(Mode::Coast);
            }
            self.state.manual.start(isolated);
        } else if self.state.manual.is_on() {
            self.enter(Mode::Coast);
            self.tracking.stop_from(&self.estimate.pose);
        }
        self.state.allocation_mode.request(mode);
        self.state.commands.done(id);
    }

    pub(super) fn fire(&mut self, id: u64, firing: &Firing) {
        // Checked before; no limit has changed since.
        match self.check_firing(firing) {
            Err(reason) => self.state.commands.reject(id, reason),
            Ok(train) => {
                self.state.manual.fire(train);
                self.expect_motion(id, firing.duration_s + REPORTED_S);
            }
        }
    }

    /// Ends manual override, if it is on: every change of the flight mode does.
    pub(super) fn end_manual_override(&mut self, reason: Reason) {
        if self.state.manual.is_on() {
            self.state.manual.end();
            self.state.allocation_mode.record_override_end(reason);
            self.state.abort_motion(reason);
        }
    }

    /// Ends manual override where a limit is exceeded, and confirms firings.
    pub(super) fn watch_manual_override(&mut self) {
        if !self.state.manual.is_on() {
            return;
        }
        let heard = self.feedback.fresh.nozzles_heard();
        let isolated = self.estimate.nozzles.isolated;
        let manual = &mut self.state.manual;
        manual.observe(&self.feedback.open_time_us, heard);
        let has_new_fault = manual.has_new_fault(isolated);
        manual.forget_recovered(isolated);
        let end = if self.turns_too_fast() {
            Some(Reason::RateLimit)
        } else if has_new_fault {
            Some(Reason::ValveFault)
        } else if self.state.manual.timed_out() {
            Some(Reason::ManualTimeout)
        } else {
            None
        };
        if let Some(reason) = end {
            self.end_manual_override(reason);
            return self.brake_automatically();
        }
        self.watch_firing();
    }

    /// A brake that no command asked for.
    fn brake_automatically(&mut self) {
        let seconds = self.begin_brake();
        let within = self.state.ticks(seconds);
        self.state
            .commands
            .accept_internal(EffectKind::Motion, within);
    }

    fn watch_firing(&mut self) {
        let nozzles = self.state.manual.firing();
        let open = nozzles | self.estimate.nozzles.stuck_open;
        let power_within = self.allocation.drawn_w(open) <= self.estimate.power.available_w;
        if nozzles != 0 && !power_within {
            self.state.manual.stop();
            self.state.abort_motion(Reason::PduPeakDenied);
        }
        let observed = self.state.manual.effect_observed();
        self.state.commands.watch(EffectKind::Motion, observed, 1);
    }

    fn turns_too_fast(&self) -> bool {
        let rate_rps = self.estimate.pose.rates.norm();
        // Written so that NaN is not within the limit.
        let within = rate_rps <= self.state.manual_limits.rate_max_rps;
        !within
    }
}
