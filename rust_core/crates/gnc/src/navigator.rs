//! Dead reckoning: the estimate is propagated every tick and corrected by every fix that arrives.
//!
//! Fixes come at 50 Hz, the loop runs at 200 to 1000 Hz, so most ticks have no fix. Rates and
//! velocity are taken as they come; position and attitude are filtered. A sample that cannot be
//! true is not used, so that its age grows; rates are compared with attitude fixes and velocity
//! with position fixes, and a lasting difference is a conflict. Derivations:
//! `docs/math/navigation.md`.

use nalgebra::{Quaternion, UnitQuaternion, Vector3};
use qiki_craft::{Feedback, Fresh};

use crate::consistency::Consistency;
use crate::pose::Pose;
use crate::sample_gate::{SampleGate, Verdict};
use crate::sensor_limits::SensorLimits;

/// Sensors whose age counts: rates, attitude, position, velocity.
const AGED: [Fresh; 4] = [
    Fresh::RATES,
    Fresh::ATTITUDE,
    Fresh::POSITION,
    Fresh::VELOCITY,
];
const RATES: usize = 0;
const ATTITUDE: usize = 1;
const POSITION: usize = 2;
const VELOCITY: usize = 3;
/// Part of an attitude fix's residual that corrects the estimate, ratio. A first-order filter with
/// gain g leaves `sqrt(g / (2 - g))` of white noise: 0.58 for 0.5, so 0.17 mrad of the star
/// tracker's 0.3 mrad (BotSpec). An error is halved with every fix, every 20 ms at 50 Hz. Lower
/// smooths more and lets a bias of the rates build up a larger error between the fixes.
const ATTITUDE_GAIN: f64 = 0.5;
/// The same for position: 2.9 mm of the receiver's 5 mm.
const POSITION_GAIN: f64 = 0.5;
/// How far the squared length of an attitude quaternion may be from 1. A unit quaternion in any
/// encoding in use here is far nearer; an all-zero or a corrupt one is not.
const NORM_TOLERANCE: f64 = 0.1;
/// Weight of the newest attitude residual in the mean, ratio: eight fixes, 0.16 s at 50 Hz. A gyro
/// with the wrong sign doubles the rates in 0.17 s (`2 damping bandwidth` = 4 rad/s).
const RATE_WEIGHT: f64 = 1.0 / 8.0;
/// The same weight for position, whose loop is slower: 24 fixes, 0.48 s at 50 Hz.
const SPEED_WEIGHT: f64 = 1.0 / 24.0;

/// Dead reckoning between fixes.
#[derive(Debug, Clone)]
pub struct Navigator {
    /// The estimate.
    pub pose: Pose,
    /// Ticks since each of [`AGED`] arrived; the maximum before the first time.
    ages: [u32; 4],
    gates: [SampleGate; 4],
    /// Since the last fix that was used, s.
    attitude_since_s: f64,
    position_since_s: f64,
    rotation: Consistency,
    translation: Consistency,
}

impl Navigator {
    /// Nothing has arrived yet: all ages are at their maximum.
    #[must_use]
    pub fn new(limits: &SensorLimits) -> Self {
        let (attitude_s, position_s) = (limits.attitude_period_s, limits.position_period_s);
        Self {
            pose: Pose::default(),
            ages: [u32::MAX; 4],
            gates: [
                SampleGate::new(limits.rates),
                SampleGate::new(limits.attitude),
                SampleGate::new(limits.position),
                SampleGate::new(limits.velocity),
            ],
            attitude_since_s: 0.0,
            position_since_s: 0.0,
            rotation: Consistency::new(
                limits.rate_difference_rps,
                attitude_s,
                ATTITUDE_GAIN,
                RATE_WEIGHT,
            ),
            translation: Consistency::new(
                limits.speed_difference_mps,
                position_s,
                POSITION_GAIN,
                SPEED_WEIGHT,
            ),
        }
    }

    /// Age of the oldest value in use, ticks.
    pub fn age_ticks(&self) -> u32 {
        self.ages.into_iter().max().unwrap_or(u32::MAX)
    }

    /// Age of the rates, ticks: enough to damp a tumble.
    pub fn rates_age_ticks(&self) -> u32 {
        self.ages[RATES]
    }

    /// Whether two sensors differ at the moment, or the samples of one have been refused for a
    /// while.
    pub fn suspected(&self) -> bool {
        self.rotation.suspected()
            || self.translation.suspected()
            || self.gates.iter().any(SampleGate::suspected)
    }

    /// Whether two sensors have differed for so long that one of them is wrong.
    pub fn conflict(&self) -> bool {
        self.rotation.conflict() || self.translation.conflict()
    }

    /// Whether the rates may be what is wrong: they differ from the attitude, and that is not
    /// known to be wrong by itself.
    pub fn rates_in_doubt(&self) -> bool {
        let attitude = &self.gates[ATTITUDE];
        (self.rotation.conflict() || attitude.suspected()) && !attitude.impossible()
    }

    /// Sensors whose last sample was refused.
    pub fn refused(&self) -> Fresh {
        let mut refused = Fresh::default();
        for (gate, sensor) in self.gates.iter().zip(AGED) {
            if gate.refuses() {
                refused.set(sensor);
            }
        }
        refused
    }

    /// One tick of `dt_s`: propagates the estimate, then corrects it by what arrived.
    pub fn step(&mut self, feedback: &Feedback, dt_s: f64) {
        self.propagate(dt_s);
        for (age, gate) in self.ages.iter_mut().zip(&mut self.gates) {
            *age = age.saturating_add(1);
            gate.tick(dt_s);
        }
        self.attitude_since_s += dt_s;
        self.position_since_s += dt_s;
        self.take_rates(feedback);
        self.take_attitude(feedback);
        self.take_position(feedback);
        self.take_velocity(feedback);
        if !self.pose.is_finite() {
            self.restart();
        }
    }

    /// Begins with the next samples, whatever they are: what is not a number would stay so.
    fn restart(&mut self) {
        (self.pose, self.ages) = (Pose::default(), [u32::MAX; 4]);
        self.gates.iter_mut().for_each(SampleGate::restart);
    }

    fn propagate(&mut self, dt_s: f64) {
        let pose = &mut self.pose;
        pose.position += pose.velocity * dt_s;
        pose.attitude *= UnitQuaternion::from_scaled_axis(pose.rates * dt_s);
        pose.attitude.renormalize_fast();
    }

    fn take_rates(&mut self, feedback: &Feedback) {
        let rates = Vector3::from(feedback.rates_rps_body);
        let deviation = rates - self.pose.rates;
        match self.check(
            RATES,
            feedback,
            padded(&feedback.rates_rps_body),
            &deviation,
        ) {
            verdict if verdict.refuses() => return,
            Verdict::Restarted => self.rotation.distrust(),
            _ => {}
        }
        self.pose.rates = rates;
    }

    fn take_attitude(&mut self, feedback: &Feedback) {
        if !feedback.fresh.has(Fresh::ATTITUDE) {
            return;
        }
        let residual = match rotation(&feedback.attitude_xyzw) {
            Some(fix) => (self.pose.attitude.inverse() * fix).scaled_axis(),
            None => Vector3::repeat(f64::NAN),
        };
        let gain = match self.check(ATTITUDE, feedback, feedback.attitude_xyzw, &residual) {
            verdict if verdict.refuses() => return,
            Verdict::First => 1.0,
            Verdict::Restarted => {
                self.rotation.distrust();
                1.0
            }
            _ => {
                self.rotation.observe(&residual, self.attitude_since_s);
                ATTITUDE_GAIN
            }
        };
        self.attitude_since_s = 0.0;
        self.pose.attitude *= UnitQuaternion::from_scaled_axis(gain * residual);
    }

    fn take_position(&mut self, feedback: &Feedback) {
        let residual = Vector3::from(feedback.position_m_world) - self.pose.position;
        let sample = padded(&feedback.position_m_world);
        let gain = match self.check(POSITION, feedback, sample, &residual) {
            verdict if verdict.refuses() => return,
            Verdict::First => 1.0,
            Verdict::Restarted => {
                self.translation.distrust();
                1.0
            }
            _ => {
                self.translation.observe(&residual, self.position_since_s);
                POSITION_GAIN
            }
        };
        self.position_since_s = 0.0;
        self.pose.position += gain * residual;
    }

    fn take_velocity(&mut self, feedback: &Feedback) {
        let velocity = Vector3::from(feedback.velocity_mps_world);
        let deviation = velocity - self.pose.velocity;
        match self.check(
            VELOCITY,
            feedback,
            padded(&feedback.velocity_mps_world),
            &deviation,
        ) {
            verdict if verdict.refuses() => return,
            Verdict::Restarted => self.translation.distrust(),
            _ => {}
        }
        self.pose.velocity = velocity;
    }

    /// Judges the sample of a sensor, where one arrived; a sample that is used makes it young.
    fn check(
        &mut self,
        sensor: usize,
        feedback: &Feedback,
        sample: [f64; 4],
        deviation: &Vector3<f64>,
    ) -> Verdict {
        if !feedback.fresh.has(AGED[sensor]) {
            return Verdict::Unexpected;
        }
        let verdict = self.gates[sensor].check(sample, deviation);
        if !verdict.refuses() {
            self.ages[sensor] = 0;
        }
        verdict
    }
}

/// Three components as the gates take them.
fn padded(v: &[f64; 3]) -> [f64; 4] {
    [v[0], v[1], v[2], 0.0]
}

/// None where the components are no rotation.
fn rotation(attitude_xyzw: &[f64; 4]) -> Option<UnitQuaternion<f64>> {
    let [x, y, z, w] = *attitude_xyzw;
    let norm = attitude_xyzw.iter().map(|q| q * q).sum::<f64>();
    let unit = (norm - 1.0).abs() < NORM_TOLERANCE;
    unit.then(|| UnitQuaternion::from_quaternion(Quaternion::new(w, x, y, z)))
}

#[cfg(test)]
mod tests;
