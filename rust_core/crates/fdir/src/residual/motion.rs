//! What gyro and accelerometer show that the nozzles are not believed to have done.

use nalgebra::{Matrix3, Vector3};
use qiki_craft::{Feedback, Fresh, SensorConfig, Sensors};

use crate::evidence::MotionState;

/// Reports farther apart than this tell nothing of pulses between them, s.
const GAP_MAX_S: f64 = 0.05;
/// A bias is not known; it counts with this many of its standard deviations.
const BIAS_SIGMAS: f64 = 3.0;

/// Reports of one sensor against what was believed between them.
#[derive(Debug, Clone, Copy, Default)]
struct Channel {
    last: Option<Vector3<f64>>,
    /// Impulse believed since the last report.
    believed: Vector3<f64>,
    since_s: f64,
}

impl Channel {
    /// One tick in which the nozzles are believed to have given `impulse`.
    fn tick(&mut self, impulse: Vector3<f64>, dt_s: f64) {
        self.believed += impulse;
        self.since_s += dt_s;
        if self.since_s > GAP_MAX_S {
            self.last = None;
        }
    }

    /// A report; the change since the last one with the impulse believed and the time between.
    fn report(&mut self, value: Vector3<f64>) -> Option<(Vector3<f64>, Vector3<f64>, f64)> {
        let change = self
            .last
            .map(|last| (value - last, self.believed, self.since_s));
        *self = Self {
            last: Some(value),
            ..Self::default()
        };
        change
    }
}

/// Impulses that nobody believed in, over the window.
#[derive(Debug, Clone)]
pub(super) struct Motion {
    /// N·s and N·m·s, body.
    pub(super) force_ns: Vector3<f64>,
    pub(super) torque_nms: Vector3<f64>,
    inertia: Matrix3<f64>,
    dt_s: f64,
    keep: f64,
    rates: Channel,
    acceleration: Channel,
    velocity: Channel,
    /// Variances of the sensors alone: of the gyro's and the accelerometer's, N²·s² per kg² where
    /// it is a mass that turns them into impulse.
    gyro_variance: f64,
    accelerometer_variance: f64,
    velocity_variance: f64,
    by_velocity: bool,
    mass_kg: f64,
}

impl Motion {
    pub(super) fn new(sensors: &Sensors, inertia: Matrix3<f64>, dt_s: f64, forget_s: f64) -> Self {
        let largest = inertia.diagonal().max();
        // What a difference leaves behind in a window: the noise of its newest report, and the
        // forgotten part of all before it, which is less.
        let telescoped = |s: &SensorConfig| 2.0 * s.noise_std * s.noise_std;
        let period_s = |s: &SensorConfig| (1.0 / s.rate_hz).max(dt_s);
        let summed = |s: &SensorConfig| {
            let noise = s.noise_std * s.noise_std * forget_s * period_s(s);
            noise + (BIAS_SIGMAS * s.bias_std * forget_s).powi(2)
        };
        Self {
            force_ns: Vector3::zeros(),
            torque_nms: Vector3::zeros(),
            inertia,
            dt_s,
            keep: (1.0 - dt_s / forget_s).max(0.0),
            rates: Channel::default(),
            acceleration: Channel::default(),
            velocity: Channel::default(),
            gyro_variance: largest * largest * telescoped(&sensors.rates),
            accelerometer_variance: summed(&sensors.acceleration),
            velocity_variance: telescoped(&sensors.velocity),
            by_velocity: true,
            mass_kg: 0.0,
        }
    }

    /// Begins a new window with the next report of each sensor.
    pub(super) fn restart(&mut self) {
        for channel in [&mut self.rates, &mut self.acceleration, &mut self.velocity] {
            channel.last = None;
        }
    }

    /// Whether each sensor has a report to count from; until then there is no window.
    pub(super) fn started(&self) -> bool {
        let force = if self.by_velocity {
            &self.velocity
        } else {
            &self.acceleration
        };
        self.rates.last.is_some() && force.last.is_some()
    }

    pub(super) fn force_variance(&self) -> f64 {
        let per_mass = if self.by_velocity {
            self.velocity_variance
        } else {
            self.accelerometer_variance
        };
        self.mass_kg * self.mass_kg * per_mass
    }

    pub(super) fn torque_variance(&self) -> f64 {
        self.gyro_variance
    }

    /// One tick, in which the nozzles are believed to have given `force` N and `torque` N·m on
    /// average. Whether the sums are complete up to now.
    pub(super) fn observe(
        &mut self,
        feedback: &Feedback,
        state: &MotionState,
        force: Vector3<f64>,
        torque: Vector3<f64>,
    ) -> bool {
        self.mass_kg = state.mass_kg;
        self.force_ns *= self.keep;
        self.torque_nms *= self.keep;
        self.rates.tick(torque * self.dt_s, self.dt_s);
        self.acceleration.tick(force * self.dt_s, self.dt_s);
        self.velocity.tick(force * self.dt_s, self.dt_s);
        let forces = self.take_force(feedback, state, force);
        let torques = self.take_torque(feedback);
        if !self.started() {
            self.force_ns = Vector3::zeros();
            self.torque_nms = Vector3::zeros();
        }
        forces && (torques || self.rates.since_s < 1.5 * self.dt_s)
    }

    fn take_torque(&mut self, feedback: &Feedback) -> bool {
        let Some(rates) = fresh(feedback, Fresh::RATES, feedback.rates_rps_body) else {
            return false;
        };
        let Some((change, believed, span_s)) = self.rates.report(rates) else {
            return false;
        };
        let gyroscopic = rates.cross(&(self.inertia * rates)) * span_s;
        self.torque_nms += self.inertia * change + gyroscopic - believed;
        true
    }

    fn take_force(
        &mut self,
        feedback: &Feedback,
        state: &MotionState,
        force: Vector3<f64>,
    ) -> bool {
        let acceleration = feedback.acceleration_mps2_body;
        if let Some(measured) = fresh(feedback, Fresh::ACCELERATION, acceleration) {
            self.by_velocity = false;
            // The report is of the last tick, and states for those since the one before it.
            let Some((_, _, span_s)) = self.acceleration.report(measured) else {
                return false;
            };
            self.force_ns += (measured * state.mass_kg - force) * span_s;
            return true;
        }
        let by_velocity = self.acceleration.since_s > GAP_MAX_S;
        if by_velocity != self.by_velocity {
            self.by_velocity = by_velocity;
            self.restart();
        }
        self.by_velocity && self.take_velocity(feedback, state)
    }

    /// A rig without accelerometer: the change of velocity from fix to fix.
    fn take_velocity(&mut self, feedback: &Feedback, state: &MotionState) -> bool {
        let velocity = feedback.velocity_mps_world;
        let Some(velocity) = fresh(feedback, Fresh::VELOCITY, velocity) else {
            return false;
        };
        let Some((change, believed, _)) = self.velocity.report(velocity) else {
            return false;
        };
        self.force_ns += state.attitude.inverse() * change * state.mass_kg - believed;
        true
    }
}

fn fresh(feedback: &Feedback, part: Fresh, value: [f64; 3]) -> Option<Vector3<f64>> {
    let usable = feedback.fresh.has(part) && value.iter().all(|v| v.is_finite());
    usable.then(|| Vector3::from(value))
}
