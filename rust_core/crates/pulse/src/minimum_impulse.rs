//! Minimum-impulse hold: the craft coasts, and is corrected by few sets of planned pulses.
//!
//! One shortest pulse turns the craft by 1.1 to 1.5 deg/s, more than an approach may drift, so a
//! modulator that fires nozzle by nozzle can only move it between two bounds. Here the craft coasts
//! while its motion is averaged. When a correction is worth its propellant, one set of pulses is
//! planned for all nozzles together. Nozzles that oppose each other fire at once, so that their
//! difference can be as small as needed (`qiki_alloc::PulseAllocator`).
//!
//! The demanded change of the motion, with e the error to the reference and v its rate of change,
//!
//! ```text
//! dv = v + e / tau        e / tau at most the return speed
//! ```
//!
//! closes e with the time constant tau. A search begins once |mass dv|, weighted with the price of
//! each axis, exceeds [`SEARCH_COST_NS`]. The search weighs propellant against error, and its
//! answer may be that no set pays. The uncertainty of a set counts against it (`calibration.rs`): a
//! correction that is no larger than its own error is not made. The longer the craft has coasted,
//! the less the uncertainty counts, for two reasons: a slow drift must end, and only a set that is
//! fired tells how exact sets are.
//!
//! Costs are in N·s of thrust, so that error and propellant can be added. Numbers below are those
//! of `dodeca-01`: 432 kg, about 210 kg·m², nozzles of 240 N that open for 30 ms at least, so a
//! shortest pulse of 7.2 N·s; a usual set costs 45 to 70 N·s (`docs/math/pulses.md`).

use crate::layout::{APART_US, Draw, schedule};
use crate::plan::Plan;
use crate::valves::{State, Valves};
use nalgebra::{Matrix3, Vector3};
use qiki_alloc::{AXES, AllocError, PulseAllocator, PulseBounds, Search};
use qiki_craft::NOZZLES;

use crate::calibration::Calibration;
use crate::fit::Fit;
use qiki_gnc::{AttitudeError, Hold, Pose, PoseError, Reference};

/// Price of an error where the pose is held: N·s of thrust per N·s of force impulse (1) and per
/// N·m·s of torque impulse (1/m). It sets the error at which a set of 45 N·s pays: `45 / 6` = 7.5
/// N·s is 0.017 m/s, one shortest pulse; `45 / 150` = 0.3 N·m·s is 0.08 deg/s, less than half of
/// the 0.2 deg/s that an approach to a port may have. Higher holds more closely and costs
/// propellant.
const POSE_PRICE: [f64; AXES] = [6.0, 6.0, 6.0, 150.0, 150.0, 150.0];
/// The same where only the rotation is held. In force it is below 1, because a newton-second of
/// error cannot be taken away with less than one of thrust: so no pulse is fired for force alone.
/// It is not zero, so that of two sets that are alike in torque the one that pushes the craft less
/// is taken.
const ROTATION_PRICE: [f64; AXES] = [0.4, 0.4, 0.4, 150.0, 150.0, 150.0];
/// Factor on the price of the error that a set leaves, during the search only. Whether a set pays
/// is decided without it. The coast that follows a set is as long as its error is small, so error
/// costs more than the price of this one set says. Higher leaves smaller errors with more
/// propellant in each set; at 1 sets are cheap and soon followed by the next. Times the 0.4 of
/// [`ROTATION_PRICE`] it is 1, and must not be more, for the reason given there.
const CARE: f64 = 2.5;
/// Cost of an error below which no search begins, N·s of thrust: 3.5 shortest pulses, half of what
/// a usual set costs. It is 4.2 N·s or 0.01 m/s, 0.17 N·m·s or 0.045 deg/s by [`POSE_PRICE`]. Lower
/// searches for errors that no set can pay for, higher delays corrections that would pay.
const SEARCH_COST_NS: f64 = 25.0;
/// Time constant in which the position error is closed, s. Averaging leaves 1 mm/s of velocity
/// error, which over this time is 1 cm, and the position held is as good as that. Longer drifts
/// more, shorter needs more sets and higher speeds.
const CLOSE_POSITION_S: f64 = 10.0;
/// The same for the attitude error, s: 0.01 deg/s of rate error over this time is 0.08 deg.
const CLOSE_ATTITUDE_S: f64 = 8.0;
/// Greatest speed at which the position error is closed, m/s: below the 0.04 m/s that an approach
/// to a port needs. It limits errors above 0.3 m.
const RETURN_MPS: f64 = 0.03;
/// Greatest rate at which the attitude error is closed, rad/s: 0.17 deg/s, below the 0.2 deg/s that
/// an approach to a port needs. It limits errors above 0.024 rad.
const RETURN_RPS: f64 = 0.003;
/// Time after a pulse in which nothing is averaged, s: the valve closes 7 ms late (4 ms delay, 3 ms
/// fall), and a velocity fix is up to 20 ms old (50 Hz). 27 ms, rounded up.
const SETTLE_S: f64 = 0.03;
/// The motion is averaged for at least this long before anything is decided, s: five velocity fixes
/// at 50 Hz, which leave `2 / sqrt(5)` = 0.9 mm/s of the receiver's 2 mm/s.
const MEASURE_S: f64 = 0.1;
/// Length of the average after that, s: 25 fixes leave 0.4 mm/s, about the receiver's bias of
/// 0.5 mm/s, which no average takes away. Longer would only lag behind the motion.
const MEMORY_S: f64 = 0.5;
/// After a search in which no set paid, the next one begins once the error costs this many times as
/// much, ratio ...
const RETRY_GROWTH: f64 = 1.1;
/// ... or after this time, s. A search takes up to 0.15 s, so an error that does not pay is
/// searched for during 7 % of the time. Lower computes the same answer more often, higher reacts
/// later.
const RETRY_S: f64 = 2.0;
/// Time of coasting in which the uncertainty of a set fades to nothing, s. At the smallest error
/// that is searched for, 0.01 m/s, the craft drifts by 0.24 m meanwhile: this is where the drift of
/// about 0.2 m that `docs/math/pulses.md` states comes from. Shorter corrects errors that the set
/// itself may exceed, longer drifts more.
const UNCERTAINTY_FADES_S: f64 = 25.0;
/// Mean size of a normal error in standard deviations: `sqrt(2 / pi)` = 0.798, rounded.
const MEAN_ERROR_SIGMAS: f64 = 0.8;
/// Standard deviation of a measured change of the motion, N·s and N·m·s: a difference of two
/// averages over [`MEASURE_S`], so `sqrt(2)` times one. Force: `432 kg * 0.9 mm/s * sqrt(2)` =
/// 0.55. Torque: 25 reports of the gyro at 250 Hz leave `0.2 / 5` = 0.04 mrad/s, so `210 kg·m² *
/// 0.04 mrad/s * sqrt(2)` = 0.012. Both are rounded up: too small a value makes the calibration
/// learn noise, too large a value makes it learn slowly.
const DEVIATION: [f64; AXES] = [0.6, 0.6, 0.6, 0.02, 0.02, 0.02];
/// Longest pulse of a set, s: 60 N·s, or 0.14 m/s from one nozzle, above the 0.12 m/s within which
/// the hold takes over (`qiki_gnc`). Longer pulses would end farther from the middle, about which a
/// set is balanced.
const PULSE_S: f64 = 0.25;
/// Programs of a search at most. Most searches end near it, with an answer that is good and not
/// proved (`docs/math/pulses.md`): more programs find little more and take longer.
const NODES_MAX: u32 = 600;
/// Programs a millisecond, at any rate of the loop: a search of [`NODES_MAX`] takes 0.15 s, in
/// which a craft at the bound of 0.12 m/s moves by 2 cm. A program costs 0.7 us, so 0.3 % of the
/// time.
const NODES_A_MS: u32 = 4;

/// What the hold gets of a tick besides the pose.
#[derive(Debug, Clone, Copy)]
pub struct HoldContext {
    /// With the propellant left, kg.
    pub mass_kg: f64,
    /// kg·m², body.
    pub inertia: Matrix3<f64>,
    /// What each nozzle may do.
    pub state: State,
    /// What each nozzle draws, and all of them may.
    pub draw: Draw,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Coasting, the motion is averaged.
    Coast,
    /// Coasting, a set of pulses is searched for.
    Search,
    /// A set of pulses is fired.
    Fire,
}

/// Holds a reference by sets of planned pulses.
#[derive(Debug, Clone)]
pub struct MinimumImpulseHold {
    valves: Valves,
    pose: PulseAllocator,
    rotation: PulseAllocator,
    period_us: u32,
    hold: Hold,
    phase: Phase,
    /// Time of coasting, ticks.
    coast_ticks: u32,
    /// A search begins where the error costs more than this, N·s ...
    search_cost_ns: f64,
    /// ... or more than [`SEARCH_COST_NS`] after this many ticks of coasting.
    retry_ticks: u32,
    /// Mean velocity while coasting, m/s, world.
    velocity: Vector3<f64>,
    /// Mean rates while coasting, rad/s, body.
    rates: Vector3<f64>,
    /// Velocity and rates from before the last set, until its effect has been measured.
    before: Option<(Vector3<f64>, Vector3<f64>)>,
    calibration: Calibration,
    fit: Fit,
    effectiveness: [[f64; NOZZLES]; AXES],
    /// Impulse demanded of the set, N·s and N·m·s, body.
    demanded: [f64; AXES],
    /// The same for the set that was fired last.
    fired_demand: [f64; AXES],
    /// Impulse of each nozzle in the set, N·s.
    impulse_ns: [f64; NOZZLES],
    bounds: PulseBounds,
    plan: Plan,
    /// Impulse that the set gives by the model, N·s and N·m·s, body.
    allocated: [f64; AXES],
    /// Time since the beginning of the plan, µs.
    at_us: u32,
}

impl MinimumImpulseHold {
    /// Holds with the nozzles of this effectiveness (force and torque per newton, body).
    ///
    /// # Errors
    /// [`AllocError`] where the effectiveness cannot be used.
    pub fn new(
        effectiveness: [[f64; NOZZLES]; AXES],
        valves: Valves,
        period_us: u32,
    ) -> Result<Self, AllocError> {
        Ok(Self {
            valves,
            pose: PulseAllocator::new(effectiveness, POSE_PRICE.map(|p| CARE * p), NODES_MAX)?,
            rotation: PulseAllocator::new(
                effectiveness,
                ROTATION_PRICE.map(|p| CARE * p),
                NODES_MAX,
            )?,
            period_us,
            hold: Hold::Pose,
            phase: Phase::Coast,
            coast_ticks: 0,
            search_cost_ns: SEARCH_COST_NS,
            retry_ticks: 0,
            velocity: Vector3::zeros(),
            rates: Vector3::zeros(),
            before: None,
            calibration: Calibration::new(),
            fit: Fit::new(),
            effectiveness,
            demanded: [0.0; AXES],
            fired_demand: [0.0; AXES],
            impulse_ns: [0.0; NOZZLES],
            bounds: PulseBounds::NONE,
            plan: Plan::EMPTY,
            allocated: [0.0; AXES],
            at_us: 0,
        })
    }

    /// Drops the plan and the averages, and begins to hold `hold`. The calibration is kept.
    pub fn reset(&mut self, hold: Hold) {
        self.hold = hold;
        self.phase = Phase::Coast;
        self.coast_ticks = 0;
        self.search_cost_ns = SEARCH_COST_NS;
        self.before = None;
        self.plan = Plan::EMPTY;
    }

    /// The hold is given up because the error has become too large. Where a set was fired before,
    /// and its effect has not been measured yet, it is the cause.
    pub fn give_up(&mut self) {
        if self.before.is_some() {
            let predicted_ns = self.error_cost_ns(&self.fired_demand);
            self.fit.observe(predicted_ns, 0.0);
        }
    }

    /// A tick goes by, whether this hold is active or not.
    pub fn tick(&mut self) {
        self.fit.tick(f64::from(self.period_us) * 1e-6);
    }

    /// Whether sets do not do what they are planned to do, and are not to be fired for a while.
    #[must_use]
    pub fn stands_down(&self) -> bool {
        self.fit.stands_down()
    }

    /// Which part of the pose is held.
    #[must_use]
    pub fn hold(&self) -> Hold {
        self.hold
    }

    /// Bit n: by the set that is being fired nozzle n is open in the coming tick.
    #[must_use]
    pub fn opened_next(&self) -> u16 {
        match self.phase {
            Phase::Fire => self.plan.opened(self.at_us, self.period_us),
            Phase::Coast | Phase::Search => 0,
        }
    }

    /// Mean wrench of the set that is being fired, N and N·m, body; zero while coasting.
    pub fn wrench(&self) -> [f64; AXES] {
        match self.phase {
            Phase::Fire => {
                let span_s = f64::from(self.plan.span_us.max(1)) * 1e-6;
                self.allocated.map(|g| g / span_s)
            }
            Phase::Coast | Phase::Search => [0.0; AXES],
        }
    }

    /// Mean thrusts of the set that is being fired, N; zero while coasting.
    pub fn thrust_n(&self) -> [f64; NOZZLES] {
        let firing = self.phase == Phase::Fire;
        std::array::from_fn(|n| {
            let duty = f64::from(self.plan.on_us[n]) / f64::from(self.plan.span_us.max(1));
            if firing {
                duty * self.valves.thrust_max_n[n]
            } else {
                0.0
            }
        })
    }

    /// On-times of this tick, µs. `attitude_error` is the one from the pose to the reference.
    pub fn step(
        &mut self,
        pose: &Pose,
        reference: &Reference,
        attitude_error: &AttitudeError,
        context: &HoldContext,
    ) -> [u32; NOZZLES] {
        match self.phase {
            Phase::Coast => self.coast(pose, reference, attitude_error, context),
            Phase::Search => self.search(context),
            Phase::Fire => {}
        }
        if self.phase == Phase::Fire {
            self.fire()
        } else {
            [0; NOZZLES]
        }
    }

    fn coast(
        &mut self,
        pose: &Pose,
        reference: &Reference,
        attitude_error: &AttitudeError,
        context: &HoldContext,
    ) {
        self.coast_ticks += 1;
        let Some(measured) = self.coast_ticks.checked_sub(self.ticks(SETTLE_S)) else {
            return;
        };
        let gain = 1.0 / f64::from((measured + 1).min(self.ticks(MEMORY_S)));
        self.velocity += gain * (pose.velocity - self.velocity);
        self.rates += gain * (pose.rates - self.rates);
        if measured < self.ticks(MEASURE_S) {
            return;
        }
        self.calibrate(pose, context);
        let motion = Pose {
            velocity: self.velocity,
            rates: self.rates,
            ..*pose
        };
        let error = PoseError::new(&motion, reference, attitude_error, self.hold);
        self.demanded = demanded_impulse(&error, context);
        let cost_ns = self.error_cost_ns(&self.demanded);
        let retries = cost_ns > SEARCH_COST_NS && self.coast_ticks >= self.retry_ticks;
        if cost_ns > self.search_cost_ns || retries {
            let span_us = micros(PULSE_S) + 2 * self.valves.min_off_us;
            self.bounds = self
                .calibrated_valves()
                .bounds(span_us, &context.state, false);
            let (demanded, bounds) = (self.demanded, self.bounds);
            self.allocator().begin(&demanded, &bounds);
            self.phase = Phase::Search;
        }
    }

    /// Compares the effect of the last set with its plan, once it has been measured.
    fn calibrate(&mut self, pose: &Pose, context: &HoldContext) {
        let Some((velocity, rates)) = self.before.take() else {
            return;
        };
        let force = context.mass_kg * (pose.attitude.inverse() * (self.velocity - velocity));
        let torque = context.inertia * (self.rates - rates);
        let measured = [force.x, force.y, force.z, torque.x, torque.y, torque.z];
        let fired = self.fired_demand;
        let left =
            |given: &[f64; AXES]| self.error_cost_ns(&std::array::from_fn(|i| fired[i] - given[i]));
        let before = self.error_cost_ns(&fired);
        let (predicted, obtained) = (before - left(&self.allocated), before - left(&measured));
        self.fit.observe(predicted, obtained);
        let surplus = std::array::from_fn(|i| measured[i] - self.allocated[i]);
        self.calibration
            .update(&self.effectiveness, &self.impulse_ns, &surplus, &DEVIATION);
    }

    /// Cost of an error (N·s and N·m·s, body), N·s of thrust.
    fn error_cost_ns(&self, error: &[f64; AXES]) -> f64 {
        let price = match self.hold {
            Hold::Pose => POSE_PRICE,
            Hold::Attitude | Hold::Rates => ROTATION_PRICE,
        };
        error.iter().zip(price).map(|(e, p)| e.abs() * p).sum()
    }

    /// The valves with the thrusts that the calibration has found.
    fn calibrated_valves(&self) -> Valves {
        let factor = self.calibration.factor();
        Valves {
            thrust_max_n: std::array::from_fn(|n| self.valves.thrust_max_n[n] * factor[n]),
            ..self.valves
        }
    }

    fn allocator(&mut self) -> &mut PulseAllocator {
        match self.hold {
            Hold::Pose => &mut self.pose,
            Hold::Attitude | Hold::Rates => &mut self.rotation,
        }
    }

    fn search(&mut self, context: &HoldContext) {
        self.coast_ticks += 1;
        let nodes = (NODES_A_MS * self.period_us).div_ceil(1000);
        let pulses = match self.allocator().search(nodes) {
            Search::Going => return,
            Search::Found(pulses) => pulses.impulse_ns,
            Search::Nothing => [0.0; NOZZLES],
        };
        let plan = self.schedule_set(&pulses, context);
        let Some(plan) = plan.filter(|_| self.pays(&pulses)) else {
            self.phase = Phase::Coast;
            self.search_cost_ns = RETRY_GROWTH * self.error_cost_ns(&self.demanded);
            self.retry_ticks = self.coast_ticks + self.ticks(RETRY_S);
            return;
        };
        self.plan = plan;
        self.allocated = self.allocator().impulse(&pulses);
        self.impulse_ns = pulses;
        self.fired_demand = self.demanded;
        self.before = Some((self.velocity, self.rates));
        self.at_us = 0;
        self.phase = Phase::Fire;
    }

    /// Whether a set pays: its propellant, the error it leaves and its uncertainty must together
    /// cost less than the error that is there.
    fn pays(&self, impulse_ns: &[f64; NOZZLES]) -> bool {
        let allocated: [f64; AXES] = std::array::from_fn(|i| {
            let row = self.effectiveness[i].iter().zip(impulse_ns);
            row.map(|(b, p)| b * p).sum()
        });
        let remaining = std::array::from_fn(|i| self.demanded[i] - allocated[i]);
        let uncertainty = self
            .calibration
            .uncertainty(&self.effectiveness, impulse_ns);
        let thrust: f64 = impulse_ns.iter().sum();
        let coasted_s = f64::from(self.coast_ticks) * f64::from(self.period_us) * 1e-6;
        let weight = MEAN_ERROR_SIGMAS * (1.0 - coasted_s / UNCERTAINTY_FADES_S).max(0.0);
        let cost =
            thrust + self.error_cost_ns(&remaining) + weight * self.error_cost_ns(&uncertainty);
        thrust > 0.0 && cost < self.error_cost_ns(&self.demanded)
    }

    /// Puts the pulses in time. None where a nozzle may not open any more, or has no room.
    fn schedule_set(&self, impulse_ns: &[f64; NOZZLES], context: &HoldContext) -> Option<Plan> {
        let valves = self.calibrated_valves();
        let on_us = valves.on_us(impulse_ns, &self.bounds, u32::MAX);
        let out = |n: usize| on_us[n] > 0 && context.state.mean_max_n[n] <= 0.0;
        if (0..NOZZLES).any(out) {
            return None;
        }
        let longest_us = on_us.iter().copied().max().unwrap_or(0);
        let together = schedule(&on_us, longest_us, 0, 0, &context.draw);
        if together.on_us == on_us {
            return Some(together);
        }
        // Room for all of them one after the other, where the power limit needs that.
        let span_us = on_us.iter().map(|on| on + 2 * APART_US).sum();
        let one_by_one = schedule(&on_us, span_us, 0, 0, &context.draw);
        (one_by_one.on_us == on_us).then_some(one_by_one)
    }

    fn fire(&mut self) -> [u32; NOZZLES] {
        let on_time_us = self.plan.on_time_us(self.at_us, self.period_us);
        self.at_us += self.period_us;
        if self.at_us >= self.plan.span_us {
            self.phase = Phase::Coast;
            self.coast_ticks = 0;
            self.search_cost_ns = SEARCH_COST_NS;
        }
        on_time_us
    }

    fn ticks(&self, seconds: f64) -> u32 {
        micros(seconds).div_ceil(self.period_us)
    }
}

/// The impulse after which the craft moves so that the error closes, N·s and N·m·s, body.
fn demanded_impulse(error: &PoseError, context: &HoldContext) -> [f64; AXES] {
    let dv = error.velocity + limited(error.position / CLOSE_POSITION_S, RETURN_MPS);
    let dw = error.rates + limited(error.attitude / CLOSE_ATTITUDE_S, RETURN_RPS);
    let (force, torque) = (context.mass_kg * dv, context.inertia * dw);
    [force.x, force.y, force.z, torque.x, torque.y, torque.z]
}

fn micros(seconds: f64) -> u32 {
    // Constants of this file, all far below an hour.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let us = (seconds * 1e6) as u32;
    us
}

/// The vector, shortened to `length_max` where it is longer.
fn limited(vector: Vector3<f64>, length_max: f64) -> Vector3<f64> {
    let length = vector.norm();
    if length > length_max {
        vector * (length_max / length)
    } else {
        vector
    }
}

#[cfg(test)]
mod tests;
