//! Stage 5: pulses for the thrusts that were found.
//!
//! There are three ways to make pulses, of which one is active at a time. The modulators
//! (`qiki-pwpf`) work nozzle by nozzle with the least delay, while the craft follows a moving
//! reference. The scheduler (`qiki-pulse`) keeps the mean wrench right over every window, for burns
//! and against a nozzle that is stuck open. Minimum-impulse hold (`qiki-pulse`) fires planned sets
//! while the craft holds still. The modulators follow the commands of the others, so that shortest
//! pulse and pause hold across a change.

use nalgebra::{Matrix3, Vector3};
use qiki_alloc::{AXES, Solution};
use qiki_command::Mode;
use qiki_craft::{NOZZLES, ValveCommand, nozzles_in};
use qiki_gnc::{Hold, Pose, PoseError};
use qiki_guard::{CloseReason, ForceClose};
use qiki_pulse::{Draw, HoldContext, MinimumImpulseHold, PulseScheduler, State};
use qiki_pwpf::{Bank, Gate};

use crate::allocation::{Allocation, AllocationStage, POWER_ROUNDING};
use crate::decision::Decision;
use crate::estimate::Estimate;
use crate::tracking::Demand;

/// Minimum-impulse hold hands back to the modulators at this many times the bounds at which it took
/// over, ratio. At 1 the two would alternate at the bound; 2 is above what a set that failed
/// leaves.
const HANDBACK_RATIO: f64 = 2.0;
/// Acceleration of the reference above which the modulators follow it, m/s²: a fortieth of the
/// largest one of the shipped crafts (0.4 m/s²). For 432 kg it is 4.3 N, which in a second makes
/// the 4.2 N·s from which the hold searches for a set: a faster change would need a set every
/// second.
const STEADY_MPS2: f64 = 0.01;
/// The same for the angular acceleration, rad/s²: a fiftieth of the largest one (0.2 rad/s²).
const STEADY_RPS2: f64 = 0.004;

/// How pulses are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PulseMode {
    /// The modulators, each nozzle by itself.
    Modulated,
    /// The scheduler, window after window.
    Windowed,
    /// Sets of minimum impulses.
    MinimumImpulse,
}

/// Valve command of a tick, before the guard.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PulseCommand {
    pub(crate) command: ValveCommand,
    /// The valves that are closed at once, and why.
    pub(crate) force_close: ForceClose,
    /// Mean wrench (N, N·m, body) and thrusts (N) of a planned set of pulses, where one is flown:
    /// the nozzles follow it instead of the allocation.
    pub(crate) planned: Option<([f64; AXES], [f64; NOZZLES])>,
}

impl PulseCommand {
    /// What the nozzles follow: the planned set where one is flown, else the allocation.
    pub(crate) fn flown(&self, allocation: &Allocation) -> Solution<NOZZLES> {
        let mut solution = allocation.solution;
        if let Some((wrench, thrust_n)) = self.planned {
            (solution.wrench, solution.thrust_n) = (wrench, thrust_n);
        }
        solution
    }
}

/// Makes pulses.
#[derive(Debug, Clone)]
pub(crate) struct PulseStage {
    bank: Bank,
    scheduler: PulseScheduler,
    minimum_impulse: MinimumImpulseHold,
    differential_pulses: bool,
    thrust_max_n: [f64; NOZZLES],
    inertia: Matrix3<f64>,
    inverse_inertia: Matrix3<f64>,
    mode: PulseMode,
    /// Bit n: nozzle n was kept closed in the last tick.
    closed_before: u16,
    /// The guard closed the valves in the last tick, which the modulators do not know.
    guard_tripped: bool,
    /// Bit n: a plan was given up that power or heat do not allow any more, and nozzle n ends its
    /// pulse.
    ends_pulses: u16,
}

/// Inputs of a tick.
struct Tick<'a> {
    estimate: &'a Estimate,
    decision: &'a Decision,
    demand: &'a Demand,
    allocation: &'a Allocation,
    gate: Gate,
    stage: &'a AllocationStage,
}

impl Tick<'_> {
    /// Power for planned pulses: the limit without what stuck-open nozzles draw.
    fn draw(&self) -> Draw {
        let stuck_w = self.stage.drawn_w(self.estimate.nozzles.stuck_open);
        Draw {
            power_w: self.stage.nozzle_w,
            power_max_w: self.estimate.power.available_w - stuck_w,
        }
    }
}

impl PulseStage {
    pub(crate) fn new(
        bank: Bank,
        scheduler: PulseScheduler,
        minimum_impulse: MinimumImpulseHold,
        differential_pulses: bool,
        stage: &AllocationStage,
        inverse_inertia: Matrix3<f64>,
    ) -> Self {
        Self {
            bank,
            scheduler,
            minimum_impulse,
            differential_pulses,
            thrust_max_n: stage.geometry.thrust_max_n,
            inertia: stage.geometry.inertia,
            inverse_inertia,
            mode: PulseMode::Modulated,
            closed_before: u16::MAX,
            guard_tripped: false,
            ends_pulses: 0,
        }
    }

    /// One tick. `stage` knows what nozzles draw.
    pub(crate) fn modulate(
        &mut self,
        estimate: &Estimate,
        decision: &Decision,
        demand: &Demand,
        allocation: &Allocation,
        stage: &AllocationStage,
    ) -> PulseCommand {
        let tripped = std::mem::take(&mut self.guard_tripped);
        let silent = !decision.thrusts() || decision.manual.holds_valves || tripped;
        let tick = Tick {
            estimate,
            decision,
            demand,
            allocation,
            gate: Gate {
                closed: if silent {
                    u16::MAX
                } else {
                    estimate.nozzles.isolated
                },
                no_opening: estimate.heat.resting,
                ending: estimate.heat.stopped,
                power_max_w: estimate.power.available_w,
            },
            stage,
        };
        let mut on_time_us = self.pulses(&tick);
        for n in nozzles_in(decision.manual.nozzles) {
            on_time_us[n] = decision.manual.on_time_us;
        }
        PulseCommand {
            command: ValveCommand {
                armed: decision.armed,
                on_time_us,
            },
            force_close: force_close(estimate, decision, tripped),
            planned: self.planned(),
        }
    }

    /// The guard refused the last command and closed the valves.
    pub(crate) fn note_guard_trip(&mut self) {
        self.guard_tripped = true;
    }

    /// Whether planned pulses stand down because they do not do what they should.
    pub(crate) fn stands_down(&self) -> bool {
        self.minimum_impulse.stands_down()
    }

    /// Bit n: the modulators have nozzle n open.
    #[cfg(test)]
    pub(crate) fn open_mask(&self) -> u16 {
        self.bank.open_mask()
    }

    /// The pose for which a wrench is computed: that of the moment at which it will act. A window
    /// is planned ahead, and the torque impulse that the present one still gives is known.
    pub(crate) fn predicted_pose(&self, pose: &Pose) -> Pose {
        if self.mode == PulseMode::Windowed {
            self.scheduler.predicted_pose(pose, &self.inverse_inertia)
        } else {
            *pose
        }
    }

    /// Force impulse that was demanded and is planned, but not given yet, N·s, body.
    pub(crate) fn pending_ns(&self) -> Vector3<f64> {
        if self.mode == PulseMode::Windowed {
            Vector3::from(self.scheduler.pending_ns())
        } else {
            Vector3::zeros()
        }
    }

    fn pulses(&mut self, tick: &Tick<'_>) -> [u32; NOZZLES] {
        self.minimum_impulse.tick();
        let mode = self.select_mode(tick);
        let hold = tick.demand.hold;
        let closed_before = std::mem::replace(&mut self.closed_before, tick.gate.closed);
        let hold_changed = mode == PulseMode::MinimumImpulse && hold != self.minimum_impulse.hold();
        let exceeded = self.exceeds(tick);
        let unchanged = !hold_changed && !exceeded && closed_before == tick.gate.closed;
        if mode != self.mode || !unchanged {
            if self.mode == PulseMode::MinimumImpulse && unchanged && self.may_hold(tick) {
                self.minimum_impulse.give_up();
            }
            // Plans are dropped. The modulators have followed the valves and end the open pulses.
            self.minimum_impulse.reset(hold);
            self.scheduler.reset();
            self.mode = PulseMode::Modulated;
            self.ends_pulses = if exceeded { u16::MAX } else { 0 };
        }
        let thrust_n = &tick.allocation.solution.thrust_n;
        if mode == PulseMode::Modulated {
            self.ends_pulses = 0;
            return self.modulated(thrust_n, tick.gate);
        }
        if self.mode == PulseMode::Modulated {
            if self.bank.open_mask() & !tick.gate.closed != 0 {
                let mut gate = tick.gate;
                gate.ending |= self.ends_pulses;
                return self.modulated(&[0.0; NOZZLES], gate);
            }
            self.ends_pulses = 0;
            self.mode = mode;
            if mode == PulseMode::Windowed {
                self.scheduler.restart(&self.window_demand(tick));
            }
        }
        let on_time_us = if mode == PulseMode::Windowed {
            let demand = self.window_demand(tick);
            self.scheduler.step(&demand)
        } else {
            self.hold_still(tick)
        };
        self.bank.follow(&on_time_us);
        on_time_us
    }

    /// Whether the coming tick of a plan opens a nozzle that has to end its pulse, or more nozzles
    /// than power allows: a plan is made for the limits of its time, and these may fall.
    fn exceeds(&self, tick: &Tick<'_>) -> bool {
        // Of the two only the one that is active has a plan.
        let opened = self.scheduler.opened_next() | self.minimum_impulse.opened_next();
        let limit_w = tick.draw().power_max_w.max(0.0) * POWER_ROUNDING;
        opened & tick.gate.ending != 0 || tick.stage.drawn_w(opened) > limit_w
    }

    fn select_mode(&self, tick: &Tick<'_>) -> PulseMode {
        let decision = tick.decision;
        let planned = plans(tick);
        if planned && (decision.burns || tick.estimate.nozzles.stuck_open != 0) {
            PulseMode::Windowed
        } else if planned && self.may_hold(tick) && self.holds_still(tick) {
            PulseMode::MinimumImpulse
        } else {
            PulseMode::Modulated
        }
    }

    /// Whether minimum-impulse hold is what is wanted, large as the error may be.
    fn may_hold(&self, tick: &Tick<'_>) -> bool {
        self.differential_pulses && !self.minimum_impulse.stands_down() && plans(tick)
    }

    /// Whether the error is small enough, and the reference steady enough, for minimum-impulse
    /// hold.
    fn holds_still(&self, tick: &Tick<'_>) -> bool {
        let demand = tick.demand;
        let rates_only = demand.hold == Hold::Rates;
        if rates_only && !tick.estimate.rates_fresh {
            return false;
        }
        let slack = if self.mode == PulseMode::MinimumImpulse {
            HANDBACK_RATIO
        } else {
            1.0
        };
        let reference = &demand.reference;
        let steady = rates_only
            || tick.decision.mode == Mode::Dock
            || (reference.acceleration.norm() < STEADY_MPS2 * slack
                && reference.angular_acceleration.norm() < STEADY_RPS2 * slack);
        let (pose, error) = (&tick.estimate.pose, &demand.attitude_error);
        steady && PoseError::new(pose, reference, error, demand.hold).small(slack)
    }

    fn modulated(&mut self, thrust_n: &[f64; NOZZLES], gate: Gate) -> [u32; NOZZLES] {
        let mut on_time_us = [0; NOZZLES];
        let level = std::array::from_fn(|n| thrust_n[n] / self.thrust_max_n[n]);
        self.bank.step(&level, gate, &mut on_time_us);
        on_time_us
    }

    fn hold_still(&mut self, tick: &Tick<'_>) -> [u32; NOZZLES] {
        let context = HoldContext {
            mass_kg: tick.estimate.mass_kg,
            inertia: self.inertia,
            state: State {
                mean_max_n: self.mean_max_n(tick),
                stuck: 0,
                open_us: [0; NOZZLES],
                ready: u16::MAX,
            },
            draw: tick.draw(),
        };
        let demand = tick.demand;
        self.minimum_impulse.step(
            &tick.estimate.pose,
            &demand.reference,
            &demand.attitude_error,
            &context,
        )
    }

    fn planned(&self) -> Option<([f64; AXES], [f64; NOZZLES])> {
        let hold = &self.minimum_impulse;
        (self.mode == PulseMode::MinimumImpulse).then(|| (hold.wrench(), hold.thrust_n()))
    }

    fn window_demand(&self, tick: &Tick<'_>) -> qiki_pulse::Demand {
        qiki_pulse::Demand {
            wrench: tick.allocation.solution.wrench,
            mean_max_n: self.mean_max_n(tick),
            stuck: tick.estimate.nozzles.stuck_open,
            draw: tick.draw(),
        }
    }

    /// Mean thrust that each nozzle may give, N; a nozzle that may not open gives none.
    fn mean_max_n(&self, tick: &Tick<'_>) -> [f64; NOZZLES] {
        let mut most_n = tick.estimate.nozzles.bounds.hi;
        let open = self.scheduler.plan().open_at_end();
        for n in nozzles_in(tick.gate.closed | (tick.gate.no_opening & !open)) {
            most_n[n] = 0.0;
        }
        most_n
    }
}

/// Whether pulses may be planned for all nozzles together. A group names its nozzles, but a plan
/// would choose others.
fn plans(tick: &Tick<'_>) -> bool {
    let silent = tick.gate.closed == u16::MAX;
    !silent && tick.decision.plans_pulses && tick.decision.group_n.is_none()
}

/// The valves that are closed at once, and why. Manual override opens the nozzles that it names.
fn force_close(estimate: &Estimate, decision: &Decision, tripped: bool) -> ForceClose {
    let all_but_named = !decision.manual.nozzles;
    let closed = |holds: bool| if holds { all_but_named } else { 0 };
    let isolated = estimate.nozzles.isolated & all_but_named;
    ForceClose::NONE
        .and(CloseReason::Disarmed, closed(!decision.armed))
        .and(CloseReason::NoThrustMode, closed(!decision.thrusts()))
        .and(
            CloseReason::ManualOverride,
            closed(decision.manual.holds_valves),
        )
        .and(CloseReason::GuardTripped, closed(tripped))
        .and(CloseReason::Isolated, isolated)
}
