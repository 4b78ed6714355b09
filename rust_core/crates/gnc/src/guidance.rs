//! The reference pose: moves towards the goal within speed and acceleration limits.
//!
//! Position and attitude follow the same rule. With e the way left to the goal, the wanted
//! speed is the one from which the craft can still stop at the goal,
//!
//! ```text
//! v(e) = k e                          for e <= a/k²
//! v(e) = sqrt(2 a (e - a/(2 k²)))     beyond, at most v_max
//! ```
//!
//! and the reference's speed changes towards it by at most `a dt`. From rest this is a
//! straight line or an eigen-axis slew with a trapezoidal speed profile; a goal that changes
//! on the way, or a start in motion, needs no special case. The acceleration of the reference
//! is the feed-forward of the control law.

use nalgebra::{UnitQuaternion, Vector3};

use crate::attitude_error::AttitudeErrorCache;
use crate::pose::Pose;
use crate::reference::{MotionLimits, Reference};

/// Gain of the linear part, 1/s.
const APPROACH_GAIN: f64 = 1.0;
/// Part of the acceleration limit that stopping is planned with; the rest is for the loop.
const STOP_MARGIN: f64 = 0.9;

/// Moves a reference to a goal.
#[derive(Debug, Clone)]
pub struct Guidance {
    /// What is tracked now.
    pub reference: Reference,
    /// Where the reference moves to, m, world.
    pub goal_position: Vector3<f64>,
    /// Where the reference turns to, body to world.
    pub goal_attitude: UnitQuaternion<f64>,
    errors: AttitudeErrorCache,
}

impl Default for Guidance {
    fn default() -> Self {
        Self::new()
    }
}

impl Guidance {
    /// At the origin, at rest.
    #[must_use]
    pub fn new() -> Self {
        let pose = Pose::default();
        Self {
            reference: Reference {
                pose,
                acceleration: Vector3::zeros(),
                angular_acceleration: Vector3::zeros(),
            },
            goal_position: pose.position,
            goal_attitude: pose.attitude,
            errors: AttitudeErrorCache::default(),
        }
    }

    /// Starts over from where the craft is, with the goal there too.
    pub fn restart(&mut self, pose: &Pose) {
        *self = Self::new();
        self.reference.pose = *pose;
        self.goal_position = pose.position;
        self.goal_attitude = pose.attitude;
    }

    /// The translation reference goes along with the craft: nothing to correct.
    pub fn drift(&mut self, pose: &Pose) {
        self.reference.pose.position = pose.position;
        self.reference.pose.velocity = pose.velocity;
        self.reference.acceleration = Vector3::zeros();
        self.goal_position = pose.position;
    }

    /// Moves the goal to where the reference can stop at these limits.
    pub fn stop(&mut self, translation: MotionLimits, rotation: MotionLimits) {
        let pose = &self.reference.pose;
        let speed = pose.velocity.norm();
        if speed > 1e-9 {
            self.goal_position =
                pose.position + pose.velocity * (stopping(speed, translation) / speed);
        }
        let rate = pose.rates.norm();
        if rate > 1e-9 {
            let turn = pose.rates * (stopping(rate, rotation) / rate);
            self.goal_attitude = pose.attitude * UnitQuaternion::from_scaled_axis(turn);
        }
    }

    /// One tick of the translation.
    pub fn translate(&mut self, limit: MotionLimits, dt_s: f64) {
        let pose = &mut self.reference.pose;
        let way = self.goal_position - pose.position;
        let wanted = approach(way, limit);
        let velocity = towards(pose.velocity, wanted, limit.acceleration_max * dt_s);
        self.reference.acceleration = (velocity - pose.velocity) / dt_s;
        pose.position += (velocity + pose.velocity) * (0.5 * dt_s);
        pose.velocity = velocity;
    }

    /// One tick of the rotation.
    pub fn rotate(&mut self, limit: MotionLimits, dt_s: f64) {
        let pose = &mut self.reference.pose;
        let goal = shorter(pose.attitude, self.goal_attitude);
        let way = self.errors.between(&pose.attitude, &goal).vector;
        let wanted = approach(way, limit);
        let rates = towards(pose.rates, wanted, limit.acceleration_max * dt_s);
        self.reference.angular_acceleration = (rates - pose.rates) / dt_s;
        let turn = (rates + pose.rates) * (0.5 * dt_s);
        pose.attitude *= UnitQuaternion::from_scaled_axis(turn);
        pose.attitude.renormalize_fast();
        pose.rates = rates;
    }

    /// What is left of the way: m and rad.
    pub fn left(&self) -> (f64, f64) {
        let pose = &self.reference.pose;
        (
            (self.goal_position - pose.position).norm(),
            pose.attitude.angle_to(&self.goal_attitude),
        )
    }
}

/// Of the two quaternions of `goal`, the one on the shorter way from `from`.
fn shorter(from: UnitQuaternion<f64>, goal: UnitQuaternion<f64>) -> UnitQuaternion<f64> {
    if from.coords.dot(&goal.coords) < 0.0 {
        UnitQuaternion::new_unchecked(-goal.into_inner())
    } else {
        goal
    }
}

/// Velocity from which `way` is still long enough to stop.
fn approach(way: Vector3<f64>, limit: MotionLimits) -> Vector3<f64> {
    let distance = way.norm();
    if distance < 1e-12 {
        return Vector3::zeros();
    }
    let a = limit.acceleration_max * STOP_MARGIN;
    let knee = a / (APPROACH_GAIN * APPROACH_GAIN);
    let speed = if distance <= knee {
        APPROACH_GAIN * distance
    } else {
        (2.0 * a * (distance - 0.5 * knee)).sqrt()
    };
    way * (speed.min(limit.speed_max) / distance)
}

/// The way on which `speed` is given up: the inverse of [`approach`], so that a stop never
/// begins with speeding up.
fn stopping(speed: f64, limit: MotionLimits) -> f64 {
    let a = limit.acceleration_max * STOP_MARGIN;
    let knee = a / (APPROACH_GAIN * APPROACH_GAIN);
    if speed <= APPROACH_GAIN * knee {
        speed / APPROACH_GAIN
    } else {
        speed * speed / (2.0 * a) + 0.5 * knee
    }
}

/// `from`, moved towards `to` by at most `step`.
fn towards(from: Vector3<f64>, to: Vector3<f64>, step: f64) -> Vector3<f64> {
    let change = to - from;
    let size = change.norm();
    if size <= step {
        to
    } else {
        from + change * (step / size)
    }
}

#[cfg(test)]
mod tests;
