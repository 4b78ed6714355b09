//! A thrust profile in flight: the plan, and the account of what it has given so far.
//!
//! The account is kept in speed, m/s, world. What the valves were measured open for carries it
//! from tick to tick; each velocity fix moves it a little towards the speed really gained, so
//! that neither a lost report nor a nozzle of another thrust adds up.

use nalgebra::{UnitQuaternion, Vector3};
use qiki_craft::{Feedback, Fresh};

use crate::modes::Reason;
use crate::profile::{End, Now, Order, Plan, Push};

use crate::command::Segment;

/// Part of the difference to the speed gained that a velocity fix takes away.
const FIX_GAIN: f64 = 0.1;

/// How far a profile has come.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct BurnProgress {
    /// The segment under way, from 0.
    pub segment: usize,
    /// Its clock, s.
    pub clock_s: f64,
    /// Speed asked for so far, the sizes of all changes summed up, m/s.
    pub asked_mps: f64,
    /// Asked for and not given, m/s.
    pub owed_mps: f64,
    /// Why less is asked of the nozzles than the profile wants; None where that is not so.
    pub held: Reason,
}

/// A profile that is being flown.
#[derive(Debug, Clone)]
pub(crate) struct Burn {
    plan: Plan,
    order: Option<Order>,
    /// Velocity before the first push, m/s, world; known from the first fix on.
    start: Option<Vector3<f64>>,
    /// Asked for and gained so far, m/s, world.
    asked: Vector3<f64>,
    gained: Vector3<f64>,
    asked_mps: f64,
    held: Reason,
    /// What was said last, and of which segment.
    told: Option<(usize, Reason)>,
}

/// The motion of this moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Motion {
    /// Body to world.
    pub(crate) attitude: UnitQuaternion<f64>,
    /// The attitude to be held.
    pub(crate) reference: UnitQuaternion<f64>,
    pub(crate) mass_kg: f64,
}

impl Burn {
    pub(crate) fn new(plan: Plan) -> Self {
        Self {
            plan,
            order: None,
            start: None,
            asked: Vector3::zeros(),
            gained: Vector3::zeros(),
            asked_mps: 0.0,
            held: Reason::None,
            told: None,
        }
    }

    /// Takes in what the nozzles gave in the last tick (N·s, body) and a velocity fix.
    pub(crate) fn observe(&mut self, feedback: &Feedback, impulse_ns: Vector3<f64>, now: &Motion) {
        self.gained += now.attitude * impulse_ns / now.mass_kg;
        let velocity = Vector3::from(feedback.velocity_mps_world);
        if feedback.fresh.has(Fresh::VELOCITY) && velocity.iter().all(|v| v.is_finite()) {
            let start = *self.start.get_or_insert(velocity - self.gained);
            self.gained += (velocity - start - self.gained) * FIX_GAIN;
        }
    }

    /// What is owed, N·s, body.
    pub(crate) fn owed_ns(&self, now: &Motion) -> Vector3<f64> {
        now.attitude.inverse() * ((self.asked - self.gained) * now.mass_kg)
    }

    /// One tick; None when the profile is over.
    pub(crate) fn step(
        &mut self,
        now: &Now,
        motion: &Motion,
        resolve: impl FnOnce(&Segment) -> Push,
    ) -> Option<Order> {
        self.order = self.plan.step(now, resolve);
        let order = self.order?;
        let asked = motion.reference * order.asked_ns / motion.mass_kg;
        self.asked += asked;
        self.asked_mps += asked.norm();
        Some(order)
    }

    /// What has begun to hold the order back in this tick, if it is worth a word: every rest is,
    /// a weaker push once in a segment.
    pub(crate) fn newly_held(&mut self) -> Option<Reason> {
        let order = self.order?;
        let before = std::mem::replace(&mut self.held, order.held);
        let now = (order.segment, order.held);
        let again = !order.rests && self.told == Some(now);
        if order.held == Reason::None || order.held == before || again {
            return None;
        }
        self.told = Some(now);
        Some(order.held)
    }

    /// Why less is asked of the nozzles than the profile wants.
    pub(crate) fn held(&self) -> Reason {
        self.held
    }

    /// Whether nothing is pushed, and not only for a moment.
    pub(crate) fn idles(&self) -> bool {
        self.order.is_some_and(|order| order.idle)
    }

    pub(crate) fn end(&self) -> Option<End> {
        self.plan.end()
    }

    /// The group that pushes alone in this tick, and its net force, N.
    pub(crate) fn group(&self) -> Option<(&Push, f64)> {
        let push = self.plan.push().filter(|push| push.exact)?;
        let order = self.order.filter(|order| !order.rests)?;
        Some((push, order.force_n.dot(&push.direction).max(0.0)))
    }

    pub(crate) fn progress(&self) -> BurnProgress {
        let (segment, clock_s) = self.plan.progress();
        BurnProgress {
            segment,
            clock_s,
            asked_mps: self.asked_mps,
            owed_mps: (self.asked - self.gained).norm(),
            held: self.held,
        }
    }
}

#[cfg(test)]
mod tests;
