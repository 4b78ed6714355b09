//! The reference pose: moves towards the goal within speed and acceleration limits.
//!
//! Position and attitude follow the same rule. With e the distance to the goal, the demanded
//! speed is the one from which the reference can still stop at the goal,
//!
//! ```text
//! v(e) = k e                          for e <= a/k²
//! v(e) = sqrt(2 a (e - a/(2 k²)))     beyond, at most v_max
//! ```
//!
//! and the reference's velocity changes towards it by at most `a dt`. From rest this is a
//! straight line or an eigen-axis slew with a trapezoidal speed profile. A goal that changes
//! during the motion, or a start in motion, needs no special case. The acceleration of the
//! reference is the feed-forward of the control law.
//!
//! The reference moves and not the goal, because a law that saw a goal far away would demand more
//! than the nozzles have.

use nalgebra::{UnitQuaternion, Vector3};

use crate::attitude_error::AttitudeErrorCache;
use crate::pose::Pose;
use crate::reference::{MotionLimits, Reference};

/// Gain k of the linear part, 1/s: the last part of a motion ends with a time constant of 1 s. It
/// lies between the bandwidths of the laws (0.8 rad/s in position, 2.0 rad/s in attitude,
/// BotSpec). Higher ends sooner, but faster than the position loop can follow; lower takes longer
/// for every motion. The linear part begins `a'/k²` before the goal: 0.36 m, 0.18 rad.
const APPROACH_GAIN: f64 = 1.0;
/// Part of the acceleration limit that stopping is planned with, ratio. The last tenth is left to
/// the reference, which corrects its speed only once a tick and would otherwise pass the goal, and
/// to the law, which needs thrust beside the feed-forward. Lower makes every motion longer:
/// stopping takes `1/0.9`, 11 % more distance than the limit would.
const STOP_MARGIN: f64 = 0.9;
/// Speeds and rates below this count as rest, m/s and rad/s: only to keep a division by zero out.
const REST: f64 = 1e-9;
/// Distances below this count as none, m and rad: only to keep a division by zero out.
const AT_GOAL: f64 = 1e-12;

/// Moves a reference to a goal.
#[derive(Debug, Clone)]
pub struct Guidance {
    /// What the laws follow in this tick.
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

    /// Sets the translation reference to where the craft is, so that the law demands no force.
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
        if speed > REST {
            self.goal_position =
                pose.position + pose.velocity * (stopping_distance(speed, translation) / speed);
        }
        let rate = pose.rates.norm();
        if rate > REST {
            let rotation = pose.rates * (stopping_distance(rate, rotation) / rate);
            self.goal_attitude = pose.attitude * UnitQuaternion::from_scaled_axis(rotation);
        }
    }

    /// One tick of the translation.
    pub fn translate(&mut self, limit: MotionLimits, dt_s: f64) {
        let pose = &mut self.reference.pose;
        let to_goal = self.goal_position - pose.position;
        let demanded = approach_velocity(to_goal, limit);
        let velocity = limit_change(pose.velocity, demanded, limit.acceleration_max * dt_s);
        self.reference.acceleration = (velocity - pose.velocity) / dt_s;
        pose.position += (velocity + pose.velocity) * (0.5 * dt_s);
        pose.velocity = velocity;
    }

    /// One tick of the rotation.
    pub fn rotate(&mut self, limit: MotionLimits, dt_s: f64) {
        let pose = &mut self.reference.pose;
        let goal = nearer_sign(pose.attitude, self.goal_attitude);
        let to_goal = self.errors.between(&pose.attitude, &goal).vector;
        let demanded = approach_velocity(to_goal, limit);
        let rates = limit_change(pose.rates, demanded, limit.acceleration_max * dt_s);
        self.reference.angular_acceleration = (rates - pose.rates) / dt_s;
        let rotation = (rates + pose.rates) * (0.5 * dt_s);
        pose.attitude *= UnitQuaternion::from_scaled_axis(rotation);
        pose.attitude.renormalize_fast();
        pose.rates = rates;
    }

    /// Distance and angle from the reference to the goal, m and rad.
    pub fn remaining(&self) -> (f64, f64) {
        let pose = &self.reference.pose;
        (
            (self.goal_position - pose.position).norm(),
            pose.attitude.angle_to(&self.goal_attitude),
        )
    }
}

/// Of the two quaternions of the attitude `goal`, the one that is nearer to `from`: the other one
/// would slew by more than half a turn.
fn nearer_sign(from: UnitQuaternion<f64>, goal: UnitQuaternion<f64>) -> UnitQuaternion<f64> {
    if from.coords.dot(&goal.coords) < 0.0 {
        UnitQuaternion::new_unchecked(-goal.into_inner())
    } else {
        goal
    }
}

/// Greatest velocity from which the reference can still stop after `to_goal`, within the limits.
fn approach_velocity(to_goal: Vector3<f64>, limit: MotionLimits) -> Vector3<f64> {
    let distance = to_goal.norm();
    if distance < AT_GOAL {
        return Vector3::zeros();
    }
    let a = limit.acceleration_max * STOP_MARGIN;
    let knee = a / (APPROACH_GAIN * APPROACH_GAIN);
    let speed = if distance <= knee {
        APPROACH_GAIN * distance
    } else {
        (2.0 * a * (distance - 0.5 * knee)).sqrt()
    };
    to_goal * (speed.min(limit.speed_max) / distance)
}

/// Distance in which the reference stops from `speed`: the inverse of [`approach_velocity`], so
/// that a stop never begins with speeding up.
fn stopping_distance(speed: f64, limit: MotionLimits) -> f64 {
    let a = limit.acceleration_max * STOP_MARGIN;
    let knee = a / (APPROACH_GAIN * APPROACH_GAIN);
    if speed <= APPROACH_GAIN * knee {
        speed / APPROACH_GAIN
    } else {
        speed * speed / (2.0 * a) + 0.5 * knee
    }
}

/// `from`, changed to `to` as far as a change of length `step` allows.
fn limit_change(from: Vector3<f64>, to: Vector3<f64>, step: f64) -> Vector3<f64> {
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
