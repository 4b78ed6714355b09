//! Allocation modes: asking for one, manual override, and its end.

use qiki_command::{Action, AllocationMode, Firing, Mode, Reason};
use qiki_craft::nozzles_where;
use qiki_pulse::PulseTrain;

use super::Deciding;
use crate::command_tracker::EffectKind;
use crate::manual_override::{Readiness, judge};

/// After the last pulse its report may take this long, s: 25 reports of a valve node.
const REPORTED_S: f64 = 0.5;

impl Deciding<'_> {
    /// The limits of manual override that are not a matter of modes.
    pub(super) fn manual_limits_permit(&self, action: &Action) -> Result<(), Reason> {
        match action {
            Action::SetAllocation {
                mode: AllocationMode::ManualOverride,
                ..
            } if self.turns_too_fast() => Err(Reason::RateLimit),
            Action::Fire { firing, .. } => self.judged(firing).map(drop),
            _ => Ok(()),
        }
    }

    fn judged(&self, firing: &Firing) -> Result<PulseTrain, Reason> {
        let (estimate, power) = (&*self.estimate, &self.estimate.power);
        if self.state.commands.waits(EffectKind::Motion) {
            return Err(Reason::NozzlesBusy);
        }
        if power.stabilise_only {
            return Err(power.shortage);
        }
        let warm = nozzles_where(|n| estimate.heat.share[n] < 1.0);
        let ready = Readiness {
            isolated: estimate.nozzles.isolated,
            stuck_open: estimate.nozzles.stuck_open,
            resting: estimate.heat.resting | warm,
            power_w: power.available_w,
        };
        judge(firing, &self.state.manual_limits, &ready, self.allocation)
    }

    pub(super) fn set_allocation(&mut self, id: u64, mode: AllocationMode) {
        let isolated = self.estimate.nozzles.isolated;
        if mode == AllocationMode::ManualOverride {
            if !self.state.manual.is_on() {
                self.state.abort_motion(Reason::Superseded);
                self.enter(Mode::Coast);
            }
            self.state.manual.take(isolated);
        } else if self.state.manual.is_on() {
            self.enter(Mode::Coast);
            self.tracking.stop_from(&self.estimate.pose);
        }
        self.state.allocation_mode.choose(mode);
        self.state.commands.done(id);
    }

    pub(super) fn fire(&mut self, id: u64, firing: &Firing) {
        // Judged before; a limit cannot have changed since.
        match self.judged(firing) {
            Err(reason) => self.state.commands.reject(id, reason),
            Ok(train) => {
                self.state.manual.fire(train);
                self.expect_motion(id, firing.duration_s + REPORTED_S);
            }
        }
    }

    /// Leaving the flight mode in which manual override began ends it.
    pub(super) fn release_nozzles(&mut self, reason: Reason) {
        if self.state.manual.is_on() {
            self.state.manual.release();
            self.state.allocation_mode.ended(reason);
            self.state.abort_motion(reason);
        }
    }

    /// Ends manual override where a limit is broken, and confirms what was fired.
    pub(super) fn watch_manual_override(&mut self) {
        if !self.state.manual.is_on() {
            return;
        }
        let heard = self.feedback.fresh.nozzles_heard();
        let isolated = self.estimate.nozzles.isolated;
        let manual = &mut self.state.manual;
        manual.observe(&self.feedback.open_time_us, heard);
        let lost_one = manual.lost_one(isolated);
        manual.know_again(isolated);
        let over = if self.turns_too_fast() {
            Some(Reason::RateLimit)
        } else if lost_one {
            Some(Reason::ValveFault)
        } else if self.state.manual.unused() {
            Some(Reason::ManualTimeout)
        } else {
            None
        };
        if let Some(reason) = over {
            self.release_nozzles(reason);
            return self.brake_unasked();
        }
        self.watch_firing();
    }

    /// A brake that nobody asked for.
    fn brake_unasked(&mut self) {
        let seconds = self.begin_brake();
        let within = self.state.ticks(seconds);
        self.state.commands.follow(EffectKind::Motion, within);
    }

    fn watch_firing(&mut self) {
        let nozzles = self.state.manual.firing();
        let open = nozzles | self.estimate.nozzles.stuck_open;
        let affordable = self.allocation.drawn_w(open) <= self.estimate.power.available_w;
        if nozzles != 0 && !affordable {
            self.state.manual.stop();
            self.state.abort_motion(Reason::PduPeakDenied);
        }
        let seen = self.state.manual.seen();
        self.state.commands.watch(EffectKind::Motion, seen, 1);
    }

    fn turns_too_fast(&self) -> bool {
        let rate_rps = self.estimate.pose.rates.norm();
        // A rate that is not a number is not within the limit.
        let within = rate_rps <= self.state.manual_limits.rate_max_rps;
        !within
    }
}
