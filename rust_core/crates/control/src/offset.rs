//! How far the craft is from where it should be.

use nalgebra::Vector3;

use crate::guidance::Reference;
use crate::navigator::Pose;

/// Up to here single sets of pulses can hold the craft: m, m/s, rad, rad/s.
const SMALL_M: f64 = 0.4;
const SMALL_MPS: f64 = 0.12;
const SMALL_RAD: f64 = 0.12;
const SMALL_RPS: f64 = 0.06;

/// What is being held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hold {
    /// Position and attitude.
    Pose,
    /// Attitude; the craft drifts.
    Attitude,
    /// Nothing but rest in rotation.
    Rates,
}

/// How far the craft is from where it should be, body.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Offset {
    /// Way to the reference, m, and its rate, m/s.
    pub(crate) way: Vector3<f64>,
    pub(crate) speed: Vector3<f64>,
    /// Rotation to the reference, rad, and its rate, rad/s.
    pub(crate) turn: Vector3<f64>,
    pub(crate) rate: Vector3<f64>,
}

impl Offset {
    pub(crate) fn new(pose: &Pose, reference: &Reference, hold: Hold) -> Self {
        let to_body = pose.attitude.inverse();
        let to_reference = to_body * reference.pose.attitude;
        let mut offset = Self {
            way: to_body * (reference.pose.position - pose.position),
            speed: to_body * (reference.pose.velocity - pose.velocity),
            turn: to_reference.scaled_axis(),
            rate: to_reference * reference.pose.rates - pose.rates,
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
    pub(crate) fn small(&self, slack: f64) -> bool {
        self.way.norm() < SMALL_M * slack
            && self.speed.norm() < SMALL_MPS * slack
            && self.turn.norm() < SMALL_RAD * slack
            && self.rate.norm() < SMALL_RPS * slack
    }
}
