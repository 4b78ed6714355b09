//! How far the craft is from where it should be.

use nalgebra::{UnitQuaternion, Vector3};

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

/// The rotation from an attitude to another one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Turn {
    pub(crate) rotation: UnitQuaternion<f64>,
    /// The same as a vector along its axis, rad.
    pub(crate) vector: Vector3<f64>,
}

impl Turn {
    pub(crate) fn between(from: &UnitQuaternion<f64>, to: &UnitQuaternion<f64>) -> Self {
        let rotation = from.inverse() * to;
        Self {
            rotation,
            vector: rotation.scaled_axis(),
        }
    }
}

/// Keeps the last turn: in a tick law, hold and plan ask for the same one, and a reference at its
/// goal for the same one tick after tick.
#[derive(Debug, Clone, Default)]
pub(crate) struct Turns {
    last: Option<([[u64; 4]; 2], Turn)>,
}

impl Turns {
    pub(crate) fn between(&mut self, from: &UnitQuaternion<f64>, to: &UnitQuaternion<f64>) -> Turn {
        let asked = [from, to].map(bits);
        match self.last {
            Some((last, turn)) if last == asked => turn,
            _ => {
                let turn = Turn::between(from, to);
                self.last = Some((asked, turn));
                turn
            }
        }
    }
}

fn bits(attitude: &UnitQuaternion<f64>) -> [u64; 4] {
    <[f64; 4]>::from(attitude.coords).map(f64::to_bits)
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
    /// `turn` is the one from the pose to the reference.
    pub(crate) fn new(pose: &Pose, reference: &Reference, turn: &Turn, hold: Hold) -> Self {
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
    pub(crate) fn small(&self, slack: f64) -> bool {
        self.way.norm() < SMALL_M * slack
            && self.speed.norm() < SMALL_MPS * slack
            && self.turn.norm() < SMALL_RAD * slack
            && self.rate.norm() < SMALL_RPS * slack
    }
}
