//! Who makes the pulses, and how one hands over to another.
//!
//! Three can: the relays of the modulators (`qiki-pwpf`), nozzle by nozzle and with the least
//! delay, while a motion is being tracked; the scheduler (`qiki-pulse`), whose mean wrench is
//! right over every window, for burns and against a valve that is stuck open; and sets of small
//! pulses (`steady.rs`) where the craft holds still. Only one does at a time. The relays follow
//! what the others command, so that pauses hold across the change.

use nalgebra::{UnitQuaternion, Vector3};
use qiki_alloc::Solution;
use qiki_craft::{NOZZLES, nozzles_in};
use qiki_pulse::{Demand, Draw, State};
use qiki_pwpf::Gate;

use super::Controller;
use qiki_command::AllocationMode;
use qiki_command::Mode;
use qiki_gnc::Pose;
use qiki_gnc::{AttitudeError, Hold, PoseError};
use qiki_pulse::Means;

/// Who makes the pulses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PulseMode {
    /// The modulators' relays.
    Modulated,
    /// Window after window.
    Windowed,
    /// Sets of small pulses.
    MinimumImpulse,
}

/// Single sets hold still what they have taken over at up to this many times the bounds for that.
const KEEP: f64 = 2.0;
/// A reference that changes its speed faster than this is tracked by the relays, m/s², rad/s².
const CALM_MPS2: f64 = 0.01;
const CALM_RPS2: f64 = 0.004;
/// After a burn the windows give what they still owe, s.
const FLUSH_S: f64 = 0.75;

impl Controller {
    /// On-times of this tick; `allocation` becomes what was planned where pulses are planned.
    pub(super) fn pulse(
        &mut self,
        allocation: &mut Solution<NOZZLES>,
        gate: Gate,
        on_time_us: &mut [u32; NOZZLES],
    ) {
        let failed = std::mem::replace(&mut self.gone, gate.closed) != gate.closed;
        let (way, hold) = self.way(gate.closed == u16::MAX);
        let changes = way != self.way
            || (way == PulseMode::MinimumImpulse && hold != self.hold_pulses.hold());
        if changes || failed {
            // What was planned is given up; the relays know the valves and end what is open.
            self.hold_pulses.reset(hold);
            self.scheduler.reset();
            self.way = PulseMode::Modulated;
        }
        if way == PulseMode::Modulated {
            let full = &self.geometry.thrust_max_n;
            let level = std::array::from_fn(|n| allocation.thrust_n[n] / full[n]);
            self.bank.step(&level, gate, on_time_us);
            return;
        }
        if self.way == PulseMode::Modulated {
            if self.bank.open_mask() & !gate.closed != 0 {
                self.bank.step(&[0.0; NOZZLES], gate, on_time_us);
                return;
            }
            self.way = way;
            if way == PulseMode::Windowed {
                let demand = self.demand(allocation, gate);
                self.scheduler.restart(&demand);
            }
        }
        *on_time_us = if way == PulseMode::Windowed {
            let demand = self.demand(allocation, gate);
            self.scheduler.step(&demand)
        } else {
            self.hold_still(allocation, gate)
        };
        self.bank.follow(on_time_us);
    }

    fn way(&mut self, silent: bool) -> (PulseMode, Hold) {
        let hold = match self.mode {
            Mode::Safe => Hold::Rates,
            Mode::Burn | Mode::Coast => Hold::Attitude,
            Mode::Brake => Hold::Pose,
            _ if self.power.stabilise_only() => Hold::Attitude,
            _ => Hold::Pose,
        };
        #[allow(clippy::cast_possible_truncation)]
        let flush_ticks = self.ticks(FLUSH_S) as u32;
        let pushes = self.pushes();
        self.since_burn = if pushes {
            0
        } else {
            self.since_burn.saturating_add(1)
        };
        // A group names its nozzles; a plan of pulses would choose others.
        let planned = !silent && self.plans_pulses() && self.group_thrust_n().is_none();
        let flushes =
            matches!(self.mode, Mode::Burn | Mode::Coast) && self.since_burn < flush_ticks;
        let burns = pushes || flushes;
        let way = if planned && (burns || self.health.stuck_open() != 0) {
            PulseMode::Windowed
        } else if planned && self.differential_pulses && self.holds_still(hold) {
            PulseMode::MinimumImpulse
        } else {
            PulseMode::Modulated
        };
        (way, hold)
    }

    /// Whether pulses may be planned for all nozzles together.
    pub(super) fn plans_pulses(&self) -> bool {
        self.pulsed && !self.hand.is_on() && self.allocation_mode() != AllocationMode::Auto
    }

    /// Whether the craft is near enough to a reference that is calm enough.
    fn holds_still(&mut self, hold: Hold) -> bool {
        if hold == Hold::Rates && self.navigator.rates_age_ticks() > self.nav_stale_ticks {
            return false;
        }
        let slack = if self.way == PulseMode::MinimumImpulse {
            KEEP
        } else {
            1.0
        };
        let reference = &self.guidance.reference;
        let calm = hold == Hold::Rates
            || self.mode == Mode::Dock
            || (reference.acceleration.norm() < CALM_MPS2 * slack
                && reference.angular_acceleration.norm() < CALM_RPS2 * slack);
        calm && self.offset(hold).small(slack)
    }

    fn offset(&mut self, hold: Hold) -> PoseError {
        let turn = self.turn();
        PoseError::new(&self.navigator.pose, &self.guidance.reference, &turn, hold)
    }

    /// From the craft to its reference.
    fn turn(&mut self) -> AttitudeError {
        let (pose, reference) = (&self.navigator.pose, &self.guidance.reference.pose);
        self.turns.between(&pose.attitude, &reference.attitude)
    }

    fn hold_still(&mut self, allocation: &mut Solution<NOZZLES>, gate: Gate) -> [u32; NOZZLES] {
        let means = Means {
            mass_kg: self.dry_kg + self.propellant_kg,
            inertia: self.geometry.inertia,
            state: State {
                mean_max_n: self.mean_max_n(gate),
                stuck: 0,
                open_us: [0; NOZZLES],
                ready: u16::MAX,
            },
            draw: self.draw(gate),
        };
        let turn = self.turn();
        let (pose, reference) = (&self.navigator.pose, &self.guidance.reference);
        let on_time_us = self.hold_pulses.step(pose, reference, &turn, &means);
        allocation.wrench = self.hold_pulses.wrench();
        allocation.thrust_n = self.hold_pulses.thrust_n();
        on_time_us
    }

    fn demand(&self, allocation: &Solution<NOZZLES>, gate: Gate) -> Demand {
        Demand {
            wrench: allocation.wrench,
            mean_max_n: self.mean_max_n(gate),
            stuck: self.health.stuck_open(),
            draw: self.draw(gate),
        }
    }

    /// Mean thrust that each nozzle may give, N; a nozzle that may not open gives none.
    fn mean_max_n(&self, gate: Gate) -> [f64; NOZZLES] {
        let mut most_n = self.bounds().hi;
        let open = self.scheduler.plan().open_at_end();
        for n in nozzles_in(gate.closed | (gate.no_opening & !open)) {
            most_n[n] = 0.0;
        }
        most_n
    }

    /// Power for pulses: what valves that cannot be closed draw is gone.
    fn draw(&self, gate: Gate) -> Draw {
        Draw {
            power_w: self.nozzle_w,
            power_max_w: gate.power_max_w - self.stuck_open_w(),
        }
    }

    /// The pose that a wrench is worked out from: that of the moment in which it will act. A window
    /// is planned ahead, and what the present one still gives in rotation is known.
    pub(super) fn pose_at_work(&self) -> Pose {
        let mut pose = self.navigator.pose;
        if self.way == PulseMode::Windowed {
            let (impulse, lead_s) = self.scheduler.ahead();
            let torque = Vector3::new(impulse[3], impulse[4], impulse[5]);
            let change = self.inverse_inertia * torque;
            let turn = (pose.rates + 0.5 * change) * lead_s;
            pose.attitude *= UnitQuaternion::from_scaled_axis(turn);
            pose.rates += change;
        }
        pose
    }
}
