//! How far the craft is from where it should be.

use nalgebra::Vector3;

use crate::attitude_error::AttitudeError;
use crate::pose::Pose;
use crate::reference::Reference;

/// Up to here single sets of pulses can hold the craft: m, m/s, rad, rad/s.
const SMALL_M: f64 = 0.4;
const SMALL_MPS: f64 = 0.12;
const SMALL_RAD: f64 = 0.12;
const SMALL_RPS: f64 = 0.06;

/// What is being held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// Position and attitude.
    Pose,
    /// Attitude; the craft drifts.
    Attitude,
    /// Nothing but rest in rotation.
    Rates,
}

/// How far the craft is from where it should be, body.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PoseError {
    /// PulseMode to the reference, m, and its rate, m/s.
    pub way: Vector3<f64>,
    /// Rate of change of `way`, m/s.
    pub speed: Vector3<f64>,
    /// Rotation to the reference, rad, and its rate, rad/s.
    pub turn: Vector3<f64>,
    /// Rate of change of `turn`, rad/s.
    pub rate: Vector3<f64>,
}

impl PoseError {
    /// `turn` is the one from the pose to the reference.
    pub fn new(pose: &Pose, reference: &Reference, turn: &AttitudeError, hold: Hold) -> Self {
        let to_body = pose.attitude.inverse();
        let mut offset = Self {
            way: to_body * (reference.pose.position - pose.position),
            speed: to_body * (reference.pose.velocity - pose.velocity),
            turn: turn.vector,
            rate: turn.rotation * reference.pose.rates - pose.rates,
        };
        if hold != Hold::Pose {
            offset.way = Vector3::zeros();
            offset.speed = Vector3::zeros();
        }
        if hold == Hold::Rates {
            offset.turn = Vector3::zeros();
            offset.rate = -pose.rates;
        }
        offset
    }

    /// Whether it is small enough to be held by single sets of pulses; `slack` times as much is
    /// allowed.
    pub fn small(&self, slack: f64) -> bool {
        self.way.norm() < SMALL_M * slack
            && self.speed.norm() < SMALL_MPS * slack
            && self.turn.norm() < SMALL_RAD * slack
            && self.rate.norm() < SMALL_RPS * slack
    }
}
