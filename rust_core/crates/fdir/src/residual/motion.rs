//! Unexplained impulse: what gyro and accelerometer show beyond what the nozzles are expected to
//! give.

use nalgebra::{Matrix3, Vector3};
use qiki_craft::{Feedback, Fresh, SensorConfig, Sensors};

use crate::evidence::MotionState;

/// Longest time between two reports of a sensor that are compared, s: one window (`FORGET_S`), and
/// two and a half periods of the velocity fixes (50 Hz). A longer difference would mix several
/// pulses and cannot say which nozzle gave them.
const GAP_MAX_S: f64 = 0.05;
/// How many standard deviations of a sensor's bias count. The bias is drawn once a run and then
/// stays (BotSpec), so it adds up over the window like a thrust and not like noise; 3 covers 99.7 %
/// of sensors.
const BIAS_SIGMAS: f64 = 3.0;

/// Reports of one sensor, and the impulse expected between them.
#[derive(Debug, Clone, Copy, Default)]
struct Channel {
    last: Option<Vector3<f64>>,
    /// Impulse expected since the last report.
    expected: Vector3<f64>,
    since_s: f64,
}

impl Channel {
    /// One tick in which the nozzles are expected to have given `impulse`.
    fn tick(&mut self, impulse: Vector3<f64>, dt_s: f64) {
        self.expected += impulse;
        self.since_s += dt_s;
        if self.since_s > GAP_MAX_S {
            self.last = None;
        }
    }

    /// Takes in a report. Returns the change since the last one, the impulse expected and the time,
    /// s, between them.
    fn report(&mut self, value: Vector3<f64>) -> Option<(Vector3<f64>, Vector3<f64>, f64)> {
        let change = self
            .last
            .map(|last| (value - last, self.expected, self.since_s));
        *self = Self {
            last: Some(value),
            ..Self::default()
        };
        change
    }
}

/// Unexplained impulses over the window.
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
    /// Variances by the sensors alone. Gyro: N²·m²·s². Accelerometer and velocity: m²/s², to be
    /// multiplied by the squared mass.
    gyro_variance: f64,
    accelerometer_variance: f64,
    velocity_variance: f64,
    by_velocity: bool,
    mass_kg: f64,
}

impl Motion {
    pub(super) fn new(sensors: &Sensors, inertia: Matrix3<f64>, dt_s: f64, forget_s: f64) -> Self {
        let largest = inertia.diagonal().max();
        // Differences telescope: a window holds the noise of the newest report, and what is
        // forgotten of those before it, which is less. Two variances bound both.
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

    /// Whether each sensor has a first report; until then there is no window.
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

    /// One tick, in which the nozzles are expected to have given `force` N and `torque` N·m on
    /// average. Returns whether the sums are complete up to now.
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
        // Acceleration is compared with the force of now: nothing is summed up until its report.
        self.acceleration.tick(Vector3::zeros(), self.dt_s);
        self.velocity.tick(force * self.dt_s, self.dt_s);
        let forces = self.update_force(feedback, state, force);
        let torques = self.update_torque(feedback);
        if !self.started() {
            self.force_ns = Vector3::zeros();
            self.torque_nms = Vector3::zeros();
        }
        forces && (torques || self.rates.since_s < 1.5 * self.dt_s)
    }

    fn update_torque(&mut self, feedback: &Feedback) -> bool {
        let Some(rates) = fresh(feedback, Fresh::RATES, feedback.rates_rps_body) else {
            return false;
        };
        let Some((change, expected, span_s)) = self.rates.report(rates) else {
            return false;
        };
        let gyroscopic = rates.cross(&(self.inertia * rates)) * span_s;
        self.torque_nms += self.inertia * change + gyroscopic - expected;
        true
    }

    fn update_force(
        &mut self,
        feedback: &Feedback,
        state: &MotionState,
        force: Vector3<f64>,
    ) -> bool {
        let acceleration = feedback.acceleration_mps2_body;
        if let Some(measured) = fresh(feedback, Fresh::ACCELERATION, acceleration) {
            self.by_velocity = false;
            // The report is of the last tick, and stands for those since the one before it.
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
        self.by_velocity && self.update_force_by_velocity(feedback, state)
    }

    /// A rig without accelerometer: the change of velocity from fix to fix.
    fn update_force_by_velocity(&mut self, feedback: &Feedback, state: &MotionState) -> bool {
        let velocity = feedback.velocity_mps_world;
        let Some(velocity) = fresh(feedback, Fresh::VELOCITY, velocity) else {
            return false;
        };
        let Some((change, expected, _)) = self.velocity.report(velocity) else {
            return false;
        };
        self.force_ns += state.attitude.inverse() * change * state.mass_kg - expected;
        true
    }
}

fn fresh(feedback: &Feedback, part: Fresh, value: [f64; 3]) -> Option<Vector3<f64>> {
    let usable = feedback.fresh.has(part) && value.iter().all(|v| v.is_finite());
    usable.then(|| Vector3::from(value))
}
