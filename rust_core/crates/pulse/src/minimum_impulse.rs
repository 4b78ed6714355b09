//! Holding still: few pulses, each set of them exact.
//!
//! One shortest pulse turns the craft by more than an approach may drift, so a modulator that
//! fires nozzle by nozzle can only bounce between two bounds. Here the craft coasts, its motion is
//! measured for as long as it coasts, and when correcting it is worth the propellant, one set of
//! pulses is planned that leaves the wanted motion: nozzles that oppose each other, whose
//! difference is as small as it must be (`qiki_alloc::PulseAllocator`).
//!
//! The wanted change of the motion, with e the way to the reference and v its rate of change,
//!
//! ```text
//! dv = v + e / tau        e / tau at most the return speed
//! ```
//!
//! closes the way in tau. Correcting is worth a look once |mass dv| at the price of each axis
//! exceeds the propellant of a set of pulses; the search then weighs exactly, and may well find
//! that nothing is the best. What a set can be off by counts against it (`calibration.rs`): a
//! correction that is no larger than its own error is not made. The longer the craft has coasted,
//! the less that counts: a slow drift must end some time, and only a set teaches how good sets are.

use crate::layout::{APART_US, Draw, schedule};
use crate::plan::Plan;
use crate::valves::{State, Valves};
use nalgebra::{Matrix3, Vector3};
use qiki_alloc::{AXES, AllocError, PulseAllocator, PulseBounds, Search};
use qiki_craft::NOZZLES;

use crate::calibration::Calibration;
use qiki_gnc::{AttitudeError, Hold, Pose, PoseError, Reference};

/// What an error of one N·s and one N·m·s is worth in N·s of thrust where the pose is held ...
const POSE_PRICE: [f64; AXES] = [6.0, 6.0, 6.0, 150.0, 150.0, 150.0];
/// ... and where only the rotation is.
const ROTATION_PRICE: [f64; AXES] = [0.4, 0.4, 0.4, 150.0, 150.0, 150.0];
/// Once pulses are fired, an error that they leave is worth this many times as much: the coast
/// that follows is as long as it is small.
const CARE: f64 = 2.5;
/// An error worth less than this in propellant is not looked at, N·s.
const WORTH_NS: f64 = 25.0;
/// The way to the reference is closed in this time, s ...
const CLOSE_POSITION_S: f64 = 10.0;
const CLOSE_ATTITUDE_S: f64 = 8.0;
/// ... but not faster than this.
const RETURN_MPS: f64 = 0.03;
const RETURN_RPS: f64 = 0.003;
/// After a pulse, until thrust and old measurements are gone, s.
const SETTLE_S: f64 = 0.03;
/// The motion is averaged for at least this long before anything is decided, s ...
const MEASURE_S: f64 = 0.1;
/// ... and over no more than about this, s.
const MEMORY_S: f64 = 0.5;
/// Where nothing was found better than doing nothing, the next search begins once the error is
/// worth this much more, or this much later, s.
const MORE: f64 = 1.1;
const RETRY_S: f64 = 2.0;
/// The doubt about a set counts less and less over this time of coasting, s.
const DOUBT_FADES_S: f64 = 25.0;
/// Mean of the size of a normal error, in standard deviations.
const DOUBT: f64 = 0.8;
/// Standard deviation of a measured change of the motion, N·s and N·m·s.
const DEVIATION: [f64; AXES] = [0.6, 0.6, 0.6, 0.02, 0.02, 0.02];
/// Longest pulse of a set, s.
const PULSE_S: f64 = 0.25;
/// Programs of a search: in all, and in a millisecond.
const NODES_MAX: u32 = 600;
const NODES_A_MS: u32 = 4;

/// What a plan is made for and under.
#[derive(Debug, Clone, Copy)]
pub struct Means {
    /// kg.
    pub mass_kg: f64,
    /// kg·m², body.
    pub inertia: Matrix3<f64>,
    /// What the nozzles are allowed.
    pub state: State,
    /// Power.
    pub draw: Draw,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Coasting, the motion is being measured.
    Watch,
    /// Pulses are being looked for.
    Search,
    /// Pulses are being fired.
    Fire,
}

/// Holds a reference by sets of pulses.
#[derive(Debug, Clone)]
pub struct MinimumImpulseHold {
    valves: Valves,
    pose: PulseAllocator,
    rotation: PulseAllocator,
    period_us: u32,
    hold: Hold,
    phase: Phase,
    /// Since the last thrust, ticks.
    quiet: u32,
    /// An error is worth looking at beyond this, N·s ...
    worth_ns: f64,
    /// ... or beyond [`WORTH_NS`] after this many ticks of coasting.
    retry: u32,
    /// Mean motion since then: m/s, world, and rad/s, body.
    velocity: Vector3<f64>,
    rates: Vector3<f64>,
    /// The same when the last set of pulses was decided on, until its effect has been measured.
    before: Option<(Vector3<f64>, Vector3<f64>)>,
    calibration: Calibration,
    effectiveness: [[f64; NOZZLES]; AXES],
    wanted: [f64; AXES],
    impulse_ns: [f64; NOZZLES],
    bounds: PulseBounds,
    plan: Plan,
    given: [f64; AXES],
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
            phase: Phase::Watch,
            quiet: 0,
            worth_ns: WORTH_NS,
            retry: 0,
            velocity: Vector3::zeros(),
            rates: Vector3::zeros(),
            before: None,
            calibration: Calibration::new(),
            effectiveness,
            wanted: [0.0; AXES],
            impulse_ns: [0.0; NOZZLES],
            bounds: PulseBounds::NONE,
            plan: Plan::EMPTY,
            given: [0.0; AXES],
            at_us: 0,
        })
    }

    /// Forgets the plan and what was measured; `hold` is what follows.
    pub fn reset(&mut self, hold: Hold) {
        self.hold = hold;
        self.phase = Phase::Watch;
        self.quiet = 0;
        self.worth_ns = WORTH_NS;
        self.before = None;
        self.plan = Plan::EMPTY;
    }

    /// What is being held.
    #[must_use]
    pub fn hold(&self) -> Hold {
        self.hold
    }

    /// The mean wrench of the pulses that are being fired, N and N·m.
    pub fn wrench(&self) -> [f64; AXES] {
        match self.phase {
            Phase::Fire => {
                let span_s = f64::from(self.plan.span_us.max(1)) * 1e-6;
                self.given.map(|g| g / span_s)
            }
            Phase::Watch | Phase::Search => [0.0; AXES],
        }
    }

    /// The mean thrusts of the pulses that are being fired, N.
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

    /// On-times of this tick, µs; `turn` is the one from the pose to the reference.
    pub fn step(
        &mut self,
        pose: &Pose,
        reference: &Reference,
        turn: &AttitudeError,
        means: &Means,
    ) -> [u32; NOZZLES] {
        match self.phase {
            Phase::Watch => self.watch(pose, reference, turn, means),
            Phase::Search => self.search(means),
            Phase::Fire => {}
        }
        if self.phase == Phase::Fire {
            self.fire()
        } else {
            [0; NOZZLES]
        }
    }

    fn watch(&mut self, pose: &Pose, reference: &Reference, turn: &AttitudeError, means: &Means) {
        self.quiet += 1;
        let Some(measured) = self.quiet.checked_sub(self.ticks(SETTLE_S)) else {
            return;
        };
        let gain = 1.0 / f64::from((measured + 1).min(self.ticks(MEMORY_S)));
        self.velocity += gain * (pose.velocity - self.velocity);
        self.rates += gain * (pose.rates - self.rates);
        if measured < self.ticks(MEASURE_S) {
            return;
        }
        self.learn(pose, means);
        let motion = Pose {
            velocity: self.velocity,
            rates: self.rates,
            ..*pose
        };
        self.wanted = wanted(&PoseError::new(&motion, reference, turn, self.hold), means);
        let worth_ns = self.worth(&self.wanted);
        if worth_ns > self.worth_ns || (worth_ns > WORTH_NS && self.quiet >= self.retry) {
            let span_us = micros(PULSE_S) + 2 * self.valves.min_off_us;
            self.bounds = self.valves_as_learnt().bounds(span_us, &means.state, false);
            let (wanted, bounds) = (self.wanted, self.bounds);
            self.allocator().begin(&wanted, &bounds);
            self.phase = Phase::Search;
        }
    }

    /// What the last set of pulses came to.
    fn learn(&mut self, pose: &Pose, means: &Means) {
        let Some((velocity, rates)) = self.before.take() else {
            return;
        };
        let force = means.mass_kg * (pose.attitude.inverse() * (self.velocity - velocity));
        let torque = means.inertia * (self.rates - rates);
        let measured = [force.x, force.y, force.z, torque.x, torque.y, torque.z];
        let surplus = std::array::from_fn(|i| measured[i] - self.given[i]);
        self.calibration
            .learn(&self.effectiveness, &self.impulse_ns, &surplus, &DEVIATION);
    }

    /// What an error is worth, N·s of thrust.
    fn worth(&self, error: &[f64; AXES]) -> f64 {
        let price = match self.hold {
            Hold::Pose => POSE_PRICE,
            Hold::Attitude | Hold::Rates => ROTATION_PRICE,
        };
        error.iter().zip(price).map(|(e, p)| e.abs() * p).sum()
    }

    fn valves_as_learnt(&self) -> Valves {
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

    fn search(&mut self, means: &Means) {
        self.quiet += 1;
        let nodes = (NODES_A_MS * self.period_us).div_ceil(1000);
        let pulses = match self.allocator().search(nodes) {
            Search::Going => return,
            Search::Found(pulses) => pulses.impulse_ns,
            Search::Nothing => [0.0; NOZZLES],
        };
        let plan = self.laid_out(&pulses, means);
        let Some(plan) = plan.filter(|_| self.pays(&pulses)) else {
            self.phase = Phase::Watch;
            self.worth_ns = MORE * self.worth(&self.wanted);
            self.retry = self.quiet + self.ticks(RETRY_S);
            return;
        };
        self.plan = plan;
        self.given = self.allocator().given(&pulses);
        self.impulse_ns = pulses;
        self.before = Some((self.velocity, self.rates));
        self.at_us = 0;
        self.phase = Phase::Fire;
    }

    /// Whether pulses are worth their propellant, what they leave, and what they may be off by.
    fn pays(&self, impulse_ns: &[f64; NOZZLES]) -> bool {
        let given: [f64; AXES] = std::array::from_fn(|i| {
            let row = self.effectiveness[i].iter().zip(impulse_ns);
            row.map(|(b, p)| b * p).sum()
        });
        let left = std::array::from_fn(|i| self.wanted[i] - given[i]);
        let doubt = self.calibration.doubt(&self.effectiveness, impulse_ns);
        let thrust: f64 = impulse_ns.iter().sum();
        let coasted_s = f64::from(self.quiet) * f64::from(self.period_us) * 1e-6;
        let counts = DOUBT * (1.0 - coasted_s / DOUBT_FADES_S).max(0.0);
        let cost = thrust + self.worth(&left) + counts * self.worth(&doubt);
        thrust > 0.0 && cost < self.worth(&self.wanted)
    }

    /// The pulses in time. None where a nozzle may not open any more, or has no room.
    fn laid_out(&self, impulse_ns: &[f64; NOZZLES], means: &Means) -> Option<Plan> {
        let valves = self.valves_as_learnt();
        let on_us = valves.on_us(impulse_ns, &self.bounds, u32::MAX);
        let out = |n: usize| on_us[n] > 0 && means.state.mean_max_n[n] <= 0.0;
        if (0..NOZZLES).any(out) {
            return None;
        }
        let longest_us = on_us.iter().copied().max().unwrap_or(0);
        let together = schedule(&on_us, longest_us, 0, 0, &means.draw);
        if together.on_us == on_us {
            return Some(together);
        }
        // Room for all of them in turns, where power asks for that.
        let span_us = on_us.iter().map(|on| on + 2 * APART_US).sum();
        let in_turns = schedule(&on_us, span_us, 0, 0, &means.draw);
        (in_turns.on_us == on_us).then_some(in_turns)
    }

    fn fire(&mut self) -> [u32; NOZZLES] {
        let on_time_us = self.plan.on_time_us(self.at_us, self.period_us);
        self.at_us += self.period_us;
        if self.at_us >= self.plan.span_us {
            self.phase = Phase::Watch;
            self.quiet = 0;
            self.worth_ns = WORTH_NS;
        }
        on_time_us
    }

    fn ticks(&self, seconds: f64) -> u32 {
        micros(seconds).div_ceil(self.period_us)
    }
}

/// The impulse that leaves the motion which closes the way, N·s and N·m·s, body.
fn wanted(offset: &PoseError, means: &Means) -> [f64; AXES] {
    let dv = offset.speed + limited(offset.way / CLOSE_POSITION_S, RETURN_MPS);
    let dw = offset.rate + limited(offset.turn / CLOSE_ATTITUDE_S, RETURN_RPS);
    let (force, torque) = (means.mass_kg * dv, means.inertia * dw);
    [force.x, force.y, force.z, torque.x, torque.y, torque.z]
}

fn micros(seconds: f64) -> u32 {
    // Constants of this file, all far below an hour.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let us = (seconds * 1e6) as u32;
    us
}

/// The vector, no longer than `most`.
fn limited(vector: Vector3<f64>, most: f64) -> Vector3<f64> {
    let length = vector.norm();
    if length > most {
        vector * (most / length)
    } else {
        vector
    }
}

#[cfg(test)]
mod tests;
