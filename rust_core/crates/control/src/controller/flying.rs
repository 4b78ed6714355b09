//! From the estimate to the valves: a wrench, thrusts for it, pulses for them.

use nalgebra::Vector3;
use qiki_alloc::{AXES, Bounds, Solution, Status};
use qiki_craft::{NOZZLES, ValveCommand, nozzles_in};
use qiki_pwpf::Gate;

use super::Controller;
use crate::manual_override::drawn_w;
use qiki_command::AllocationMode;
use qiki_command::{Mode, Reason};
use qiki_gnc::MotionLimits;
use qiki_gnc::{Wrench, wrench};

/// An approach to a port goes at this part of the free-flight limits.
const DOCK_PART: f64 = 0.1;

impl Controller {
    /// Translation and rotation limits of the present mode.
    pub(super) fn rates(&self) -> (MotionLimits, MotionLimits) {
        let (translation, rotation) = self.limits;
        if self.mode != Mode::Dock {
            return (translation, rotation);
        }
        let slow = |rate: MotionLimits| MotionLimits {
            speed_max: rate.speed_max * DOCK_PART,
            acceleration_max: rate.acceleration_max * DOCK_PART,
        };
        (slow(translation), slow(rotation))
    }

    pub(super) fn wanted_wrench(&mut self) -> Wrench {
        if !self.armed || !self.mode.thrusts() {
            return [0.0; AXES];
        }
        if self.hand.is_on() {
            // Nothing is tracked: the reference goes along with the craft.
            self.guidance.restart(&self.navigator.pose);
            return [0.0; AXES];
        }
        if self.mode == Mode::Safe {
            return self.damping();
        }
        let dt_s = self.dt_s();
        let (translation, rotation) = self.rates();
        self.guidance.rotate(rotation, dt_s);
        let pose = self.pose_at_work();
        let stabilise_only = self.power.stabilise_only() && self.mode != Mode::Brake;
        if matches!(
            self.hold_reason,
            Reason::None | Reason::CapLow | Reason::PowerTelemStale
        ) {
            self.hold_reason = if stabilise_only {
                self.power.why_not()
            } else {
                Reason::None
            };
        }
        let force = match self.mode {
            Mode::Burn => {
                self.guidance.drift(&pose);
                self.burn_force(stabilise_only)
            }
            _ if stabilise_only => {
                self.guidance.drift(&pose);
                Vector3::zeros()
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
        let reference = &self.guidance.reference;
        let turn = self.turns.between(&pose.attitude, &reference.pose.attitude);
        wrench(force, self.law.torque(&pose, reference, &turn))
    }

    /// SAFE: stop the rotation, as long as the rates are known.
    pub(super) fn damping(&self) -> Wrench {
        if self.navigator.rates_age_ticks() > self.nav_stale_ticks {
            return [0.0; AXES];
        }
        wrench(Vector3::zeros(), self.law.damping(&self.pose_at_work()))
    }

    /// Pure force that can surely be had along a direction, N: the attainable forces are a
    /// convex set, so a mix of the axes' ceilings is inside it.
    pub(super) fn ceiling(&self, direction: Vector3<f64>) -> f64 {
        let axis_force_n = match self.choice.in_effect() {
            AllocationMode::Auto => &self.sets.axis_force_n,
            _ => &self.axis_force_n,
        };
        let share = |i: usize| {
            let axis = 2 * i + usize::from(direction[i] < 0.0);
            direction[i].abs() / axis_force_n[axis].max(1e-9)
        };
        1.0 / (share(0) + share(1) + share(2)).max(1e-9)
    }

    pub(super) fn allocate(&mut self, asked: &Wrench) -> Solution<NOZZLES> {
        if self.hand.is_on() {
            return self.allocation_by_hand();
        }
        let bounds = self.bounds();
        self.choice.note(self.sets.short_of(&bounds));
        let solution = match (self.group_thrust_n(), self.choice.in_effect()) {
            _ if self.mode == Mode::Safe && self.health.stuck_open() != 0 => {
                let power_w = self.rcs_power_w();
                self.authority.torque_first(asked, &bounds, power_w)
            }
            (Some(group_n), _) => self.allocate_with_group(asked, &bounds, &group_n),
            (None, AllocationMode::Auto) => {
                self.sets.allocate(asked, &bounds, self.power.power_w())
            }
            (None, _) => self.allocate_exactly(asked, &bounds),
        };
        if !matches!(solution.status, Status::Optimal | Status::Saturated) && self.armed {
            self.enter_safe(Reason::AllocationFailed);
        }
        solution
    }

    fn allocate_exactly(&mut self, asked: &Wrench, bounds: &Bounds<NOZZLES>) -> Solution<NOZZLES> {
        self.allocator.set_power_max(self.rcs_power_w());
        self.allocator.solve(asked, bounds)
    }

    /// Power for all nozzles now, W. A valve that is stuck open draws its own, whatever the budget.
    pub(super) fn rcs_power_w(&self) -> f64 {
        self.power.power_w().max(self.stuck_open_w() * (1.0 + 1e-9))
    }

    /// What valves that cannot be closed draw, W.
    pub(super) fn stuck_open_w(&self) -> f64 {
        drawn_w(self.health.stuck_open(), &self.nozzle_w)
    }

    /// A nozzle that does not open gives nothing; one that does not close gives all it has; any
    /// other gives what its cluster's heat and its own rest leave it.
    pub(super) fn bounds(&self) -> Bounds<NOZZLES> {
        let full = &self.geometry.thrust_max_n;
        self.with_faults(std::array::from_fn(|n| full[n] * self.heat.share(n)))
    }

    /// The same, were all clusters cool and rested.
    pub(super) fn whole_bounds(&self) -> Bounds<NOZZLES> {
        self.with_faults(self.geometry.thrust_max_n)
    }

    fn with_faults(&self, most_n: [f64; NOZZLES]) -> Bounds<NOZZLES> {
        let mut bounds = Bounds {
            lo: [0.0; NOZZLES],
            hi: most_n,
        };
        let open = self.health.stuck_open();
        for n in nozzles_in(open) {
            let all_n = self.geometry.thrust_max_n[n];
            (bounds.lo[n], bounds.hi[n]) = (all_n, all_n);
        }
        for n in nozzles_in(self.health.isolated() & !open) {
            bounds.hi[n] = 0.0;
        }
        bounds
    }

    pub(super) fn modulate(
        &mut self,
        allocation: &mut Solution<NOZZLES>,
        isolated: u16,
    ) -> ValveCommand {
        let silent = !self.armed
            || !self.mode.thrusts()
            || self.hand.holds_valves()
            || std::mem::take(&mut self.resync);
        self.resting = self.heat.resting();
        let gate = Gate {
            closed: if silent { u16::MAX } else { isolated },
            no_opening: self.resting,
            power_max_w: self.power.power_w(),
        };
        let mut command = ValveCommand {
            armed: self.armed,
            on_time_us: [0; NOZZLES],
        };
        self.pulse(allocation, gate, &mut command.on_time_us);
        self.fire_by_hand(&mut command);
        if self.guard.check(&command, gate.closed).is_err() {
            self.resync = true;
            self.enter_safe(Reason::GuardTrip);
            command.on_time_us = [0; NOZZLES];
        }
        command
    }
}
