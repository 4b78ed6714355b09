//! A thrust profile in flight: what its segments push with, and what becomes of it.

use nalgebra::Vector3;
use qiki_craft::{Feedback, NOZZLES, nozzles_in};
use qiki_power::RcsLimit;

use super::Controller;
use super::pulsing::PulseMode;
use super::pushing::direction;
use crate::command_tracker::EffectKind;
use qiki_burn::{Burn, Motion};
use qiki_burn::{End, Now, Plan};
use qiki_command::{Action, SEGMENTS_MAX, Segment, Target};
use qiki_command::{Mode, Reason};

impl Controller {
    /// Whether a profile can be begun at all: with a full tank or less, and with its groups whole.
    pub(super) fn can_burn(&self, action: &Action) -> Result<(), Reason> {
        let Action::Burn { segments, count } = action else {
            return Ok(());
        };
        if self.propellant_kg < self.pulse_kg {
            return Err(Reason::WorkingMassLow);
        }
        let bounds = self.bounds();
        for segment in &segments[..*count] {
            if let Target::Group(group) = segment.target {
                let set = self.sets.set(group.full, direction(group));
                let set = set.ok_or(Reason::ThrustMapMissing)?;
                if set.nozzles & self.out_of_use(&bounds) != 0 {
                    return Err(Reason::NozzleIsolated);
                }
            }
        }
        Ok(())
    }

    pub(super) fn begin_burn(&mut self, id: u64, segments: &[Segment; SEGMENTS_MAX], count: usize) {
        self.keep_attitude();
        let burn = Burn::new(Plan::new(self.plan_limits, *segments, count));
        // The plan itself knows when it is late.
        self.tracker.accept(EffectKind::Motion, id, u64::MAX);
        self.enter(Mode::Burn);
        self.burn = Some(burn);
    }

    /// Takes in what the nozzles gave in the last tick.
    pub(super) fn observe_burn(&mut self, feedback: &Feedback) {
        if self.burn.is_none() {
            return;
        }
        let motion = self.motion();
        let mut impulse_ns = Vector3::zeros();
        for n in nozzles_in(feedback.fresh.nozzles_heard()) {
            let open_s = f64::from(feedback.open_time_us[n]) * 1e-6;
            let thrust_ns = open_s * self.geometry.thrust_max_n[n];
            impulse_ns += self.force_direction(n) * thrust_ns;
        }
        if let Some(burn) = &mut self.burn {
            burn.observe(feedback, impulse_ns, &motion);
        }
    }

    /// The force of this tick, N, body.
    pub(super) fn burn_force(&mut self, stabilise_only: bool) -> Vector3<f64> {
        let Some(mut burn) = self.burn.take() else {
            self.enter(Mode::Coast);
            return Vector3::zeros();
        };
        let motion = self.motion();
        let now = self.now(burn.residual_ns(&motion), stabilise_only);
        let order = burn.step(&now, &motion, |segment| self.push_of(segment, now.power_w));
        if let Some(reason) = burn.newly_inhibited() {
            self.tracker.hold(EffectKind::Motion, reason);
        }
        self.hold_reason = burn.inhibited_by();
        let end = burn.end();
        self.burn = Some(burn);
        if let Some(end) = end {
            self.end_burn(end);
        }
        order.map_or_else(Vector3::zeros, |order| order.force_n)
    }

    fn end_burn(&mut self, end: End) {
        self.enter(Mode::Coast);
        match end {
            End::Given => {
                // The last window may end.
                self.since_burn = 0;
                self.tracker.watch(EffectKind::Motion, true, 1);
            }
            End::Late(reason) => self.tracker.late(EffectKind::Motion, reason),
            End::Broken => self
                .tracker
                .abort(EffectKind::Motion, Reason::NozzleIsolated),
        }
    }

    fn motion(&self) -> Motion {
        Motion {
            attitude: self.navigator.pose.attitude,
            reference: self.guidance.reference.pose.attitude,
            mass_kg: self.dry_kg + self.propellant_kg,
        }
    }

    /// Force that was asked for and is planned, but not given yet, N·s, body.
    fn pending_ns(&self) -> Vector3<f64> {
        if self.way == PulseMode::Windowed {
            Vector3::from(self.scheduler.pending_ns())
        } else {
            Vector3::zeros()
        }
    }

    pub(super) fn now(&self, residual_ns: Vector3<f64>, stabilise_only: bool) -> Now {
        let scarce = self.power.limits() >> RcsLimit::SupercapLow as u32 & 1 == 1;
        let (power_w, power_reason) = if stabilise_only {
            (0.0, self.power.why_not())
        } else if scarce {
            (self.power.power_w(), Reason::CapLow)
        } else {
            (self.power.power_w(), Reason::PduPeakDenied)
        };
        Now {
            dt_s: self.dt_s(),
            residual_ns,
            pending_ns: self.pending_ns(),
            power_w,
            power_reason,
            resting: self.heat.resting(),
            warm: self.heat.warm(),
            ready: self.heat.ready(),
            impaired: self.impaired(&self.bounds()),
            tank_empty: self.propellant_kg < self.pulse_kg,
        }
    }

    /// Whether a profile is being flown that asks for a push now, or in a moment.
    pub(super) fn pushes(&self) -> bool {
        self.mode == Mode::Burn && self.burn.as_ref().is_some_and(|burn| !burn.idles())
    }

    /// Whether a group pushes alone in this tick; then its thrusts, N.
    pub(super) fn group_thrust_n(&self) -> Option<[f64; NOZZLES]> {
        let (push, force_n) = self.burn.as_ref()?.group()?;
        Some(push.thrust_n(force_n))
    }
}
