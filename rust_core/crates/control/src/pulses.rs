//! Stage 5: pulses for the thrusts that were found.
//!
//! Three can make pulses: the modulators (`qiki-pwpf`), nozzle by nozzle and with the least delay,
//! while a motion is being tracked; the scheduler (`qiki-pulse`), whose mean wrench is right over
//! every window, for burns and against a valve that is stuck open; and minimum-impulse sets
//! (`qiki-pulse`) where the craft holds still. Only one does at a time. The modulators follow what
//! the others command, so that pauses hold across the change.

use nalgebra::{Matrix3, UnitQuaternion, Vector3};
use qiki_alloc::{AXES, Solution};
use qiki_command::Mode;
use qiki_craft::{NOZZLES, ValveCommand, nozzles_in};
use qiki_gnc::{Hold, Pose, PoseError};
use qiki_guard::{CloseReason, ForceClose};
use qiki_pulse::{Draw, Means, MinimumImpulseHold, PulseScheduler, State};
use qiki_pwpf::{Bank, Gate};

use crate::allocation::{Allocation, AllocationStage};
use crate::decision::Decision;
use crate::estimate::Estimate;
use crate::tracking::Demand;

/// Minimum-impulse sets hold still what they have taken over at up to this many times the bounds for
/// that: without it the two would take turns at the bound.
const KEEP: f64 = 2.0;
/// A reference that changes its speed faster than this is tracked by the modulators, m/s², rad/s²: a
/// fortieth and a fiftieth of the largest acceleration of the shipped crafts' references.
const CALM_MPS2: f64 = 0.01;
const CALM_RPS2: f64 = 0.004;

/// Who makes the pulses.
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
    /// Mean wrench (N, N·m, body) and thrusts (N) of a planned set of pulses, where one is flown: the
    /// nozzles follow it instead of the allocation.
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
    /// The guard closed the valves behind the modulators' back.
    guard_tripped: bool,
}

/// What the stage goes by in a tick.
struct Tick<'a> {
    estimate: &'a Estimate,
    decision: &'a Decision,
    demand: &'a Demand,
    allocation: &'a Allocation,
    gate: Gate,
    stage: &'a AllocationStage,
}

impl Tick<'_> {
    /// Power for planned pulses: what valves that cannot be closed draw is gone.
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

    /// Bit n: the modulators have nozzle n open.
    #[cfg(test)]
    pub(crate) fn open_mask(&self) -> u16 {
        self.bank.open_mask()
    }

    /// The pose that a wrench is worked out from: that of the moment in which it will act. A window
    /// is planned ahead, and what the present one still gives in rotation is known.
    pub(crate) fn pose_at_work(&self, pose: &Pose) -> Pose {
        let mut pose = *pose;
        if self.mode == PulseMode::Windowed {
            let (impulse, lead_s) = self.scheduler.ahead();
            let torque = Vector3::new(impulse[3], impulse[4], impulse[5]);
            let change = self.inverse_inertia * torque;
            let turn = (pose.rates + 0.5 * change) * lead_s;
            pose.attitude *= UnitQuaternion::from_scaled_axis(turn);
            pose.rates += change;
        }
        pose
    }

    /// Force that was asked for and is planned, but not given yet, N·s, body.
    pub(crate) fn pending_ns(&self) -> Vector3<f64> {
        if self.mode == PulseMode::Windowed {
            Vector3::from(self.scheduler.pending_ns())
        } else {
            Vector3::zeros()
        }
    }

    fn pulses(&mut self, tick: &Tick<'_>) -> [u32; NOZZLES] {
        let mode = self.choose(tick);
        let hold = tick.demand.hold;
        let closed_before = std::mem::replace(&mut self.closed_before, tick.gate.closed);
        let held_otherwise =
            mode == PulseMode::MinimumImpulse && hold != self.minimum_impulse.hold();
        if mode != self.mode || held_otherwise || closed_before != tick.gate.closed {
            // What was planned is given up; the modulators know the valves and end what is open.
            self.minimum_impulse.reset(hold);
            self.scheduler.reset();
            self.mode = PulseMode::Modulated;
        }
        let thrust_n = &tick.allocation.solution.thrust_n;
        if mode == PulseMode::Modulated {
            return self.modulated(thrust_n, tick.gate);
        }
        if self.mode == PulseMode::Modulated {
            if self.bank.open_mask() & !tick.gate.closed != 0 {
                return self.modulated(&[0.0; NOZZLES], tick.gate);
            }
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

    fn choose(&self, tick: &Tick<'_>) -> PulseMode {
        let decision = tick.decision;
        let silent = tick.gate.closed == u16::MAX;
        // A group names its nozzles; a plan of pulses would choose others.
        let planned = !silent && decision.plans_pulses && decision.group_n.is_none();
        if planned && (decision.burns || tick.estimate.nozzles.stuck_open != 0) {
            PulseMode::Windowed
        } else if planned && self.differential_pulses && self.holds_still(tick) {
            PulseMode::MinimumImpulse
        } else {
            PulseMode::Modulated
        }
    }

    /// Whether the craft is near enough to a reference that is calm enough.
    fn holds_still(&self, tick: &Tick<'_>) -> bool {
        let demand = tick.demand;
        let rates_only = demand.hold == Hold::Rates;
        if rates_only && !tick.estimate.rates_fresh {
            return false;
        }
        let slack = if self.mode == PulseMode::MinimumImpulse {
            KEEP
        } else {
            1.0
        };
        let reference = &demand.reference;
        let calm = rates_only
            || tick.decision.mode == Mode::Dock
            || (reference.acceleration.norm() < CALM_MPS2 * slack
                && reference.angular_acceleration.norm() < CALM_RPS2 * slack);
        let (pose, error) = (&tick.estimate.pose, &demand.attitude_error);
        calm && PoseError::new(pose, reference, error, demand.hold).small(slack)
    }

    fn modulated(&mut self, thrust_n: &[f64; NOZZLES], gate: Gate) -> [u32; NOZZLES] {
        let mut on_time_us = [0; NOZZLES];
        let level = std::array::from_fn(|n| thrust_n[n] / self.thrust_max_n[n]);
        self.bank.step(&level, gate, &mut on_time_us);
        on_time_us
    }

    fn hold_still(&mut self, tick: &Tick<'_>) -> [u32; NOZZLES] {
        let means = Means {
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
            &means,
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

/// The valves that are closed at once, and why. Manual override opens the nozzles that it names.
fn force_close(estimate: &Estimate, decision: &Decision, tripped: bool) -> ForceClose {
    let all_but_named = !decision.manual.nozzles;
    let closed = |holds: bool| if holds { all_but_named } else { 0 };
    let isolated = estimate.nozzles.isolated & all_but_named;
    ForceClose::NONE
        .and(CloseReason::Disarmed, closed(!decision.armed))
        .and(CloseReason::NoThrustMode, closed(!decision.mode.thrusts()))
        .and(
            CloseReason::ManualOverride,
            closed(decision.manual.holds_valves),
        )
        .and(CloseReason::GuardTripped, closed(tripped))
        .and(CloseReason::Isolated, isolated)
}
