//! Allocation modes: asking for one, nozzles in the operator's hand, and giving them back.

use qiki_alloc::{Solution, Status};
use qiki_craft::{Feedback, NOZZLES, ValveCommand, nozzles_in, nozzles_where};

use super::Controller;
use crate::command_tracker::EffectKind;
use crate::manual_override::{PulseTrain, Readiness, drawn_w, judge, push};
use qiki_command::Action;
use qiki_command::AllocationMode;
use qiki_command::Firing;
use qiki_command::{Mode, Reason};

/// After the last pulse its report may take this long, s.
const REPORTED_S: f64 = 0.5;

impl Controller {
    /// What is asked for: manual override while it is on, else the loop's mode.
    pub(super) fn allocation_asked(&self) -> AllocationMode {
        if self.hand.is_on() {
            AllocationMode::ManualOverride
        } else {
            self.choice.asked()
        }
    }

    /// What is in effect.
    pub(super) fn allocation_mode(&self) -> AllocationMode {
        if self.hand.is_on() {
            AllocationMode::ManualOverride
        } else {
            self.choice.in_effect()
        }
    }

    /// The limits of manual override that are not a matter of modes.
    pub(super) fn in_hand_limits(&self, action: &Action) -> Result<(), Reason> {
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
        if self.tracker.waits(EffectKind::Motion) {
            return Err(Reason::NozzlesBusy);
        }
        if self.power.stabilise_only() {
            return Err(self.power.why_not());
        }
        let ready = Readiness {
            isolated: self.health.isolated(),
            stuck_open: self.health.stuck_open(),
            resting: self.warm_or_resting(),
            power_w: self.power.power_w(),
        };
        judge(
            firing,
            &self.hand_limits,
            &ready,
            &self.geometry,
            &self.nozzle_w,
        )
    }

    pub(super) fn set_allocation(&mut self, id: u64, mode: AllocationMode) {
        if mode == AllocationMode::ManualOverride {
            if !self.hand.is_on() {
                self.tracker.abort(EffectKind::Motion, Reason::Superseded);
                self.enter(Mode::Coast);
                self.hold_reason = Reason::ManualOverrideActive;
            }
            self.hand.take(self.health.isolated());
        } else if self.hand.is_on() {
            self.enter(Mode::Coast);
            self.guidance.restart(&self.navigator.pose);
            self.guidance.stop(self.limits.0, self.limits.1);
        }
        self.choice.choose(mode);
        self.tracker.done(id);
    }

    pub(super) fn fire(&mut self, id: u64, firing: &Firing) {
        // Judged before; a limit cannot have changed since.
        match self.judged(firing) {
            Err(reason) => self.tracker.reject(id, reason),
            Ok(train) => {
                self.hand.fire(train);
                self.expect(id, firing.duration_s + REPORTED_S);
            }
        }
    }

    /// Whoever leaves the flight mode that manual override began in leaves it too.
    pub(super) fn release_nozzles(&mut self, reason: Reason) {
        if self.hand.is_on() {
            self.hand.release();
            self.choice.ended(reason);
            self.tracker.abort(EffectKind::Motion, reason);
        }
    }

    /// Ends manual override where it gets out of hand, and confirms what was fired.
    pub(super) fn watch_hand(&mut self, feedback: &Feedback) {
        if !self.hand.is_on() {
            return;
        }
        self.hand
            .observe(&feedback.open_time_us, feedback.fresh.nozzles_heard());
        let over = if self.turns_too_fast() {
            Some(Reason::RateLimit)
        } else if self.hand.lost_one(self.health.isolated()) {
            Some(Reason::ValveFault)
        } else if self.hand.unused() {
            Some(Reason::ManualTimeout)
        } else {
            None
        };
        self.hand.know_again(self.health.isolated());
        if let Some(reason) = over {
            self.release_nozzles(reason);
            return self.brake_by_itself();
        }
        self.watch_firing();
    }

    fn watch_firing(&mut self) {
        let nozzles = self.hand.firing();
        let short = nozzles != 0
            && drawn_w(nozzles | self.health.stuck_open(), &self.nozzle_w) > self.power.power_w();
        if short {
            self.hand.stop();
            self.tracker
                .abort(EffectKind::Motion, Reason::PduPeakDenied);
        }
        self.tracker.watch(EffectKind::Motion, self.hand.seen(), 1);
    }

    fn turns_too_fast(&self) -> bool {
        self.navigator.pose.rates.norm() > self.hand_limits.rate_max_rps
    }

    /// Bit n: nozzle n rests, or its cluster is not known to be below its warning temperature.
    fn warm_or_resting(&self) -> u16 {
        self.heat.resting() | nozzles_where(|n| self.heat.share(n) < 1.0)
    }

    /// The pulses of the operator's hand; the modulators keep their valves closed meanwhile.
    pub(super) fn fire_by_hand(&mut self, command: &mut ValveCommand) {
        let nozzles = self.hand.firing();
        let on_us = self.hand.step(self.period_us);
        for n in nozzles_in(nozzles) {
            command.on_time_us[n] = on_us;
        }
    }

    /// What the operator's hand does, told in the words of an allocation.
    pub(super) fn allocation_by_hand(&self) -> Solution<NOZZLES> {
        let mut level = self.hand.levels();
        for n in nozzles_in(self.health.stuck_open()) {
            level[n] = 1.0;
        }
        let (thrust_n, wrench) = push(&level, &self.geometry);
        Solution {
            thrust_n,
            wrench,
            status: Status::Optimal,
            iterations: 0,
        }
    }
}
