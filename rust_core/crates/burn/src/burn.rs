//! A thrust profile in flight: the plan, the speed that it demanded and the speed that was gained.
//!
//! Both are in m/s, world. The speed gained is propagated from tick to tick with the measured open
//! times of the valves. Each velocity fix corrects it a little, so that the error of a lost report
//! or of a nozzle with another thrust does not add up.

use nalgebra::{UnitQuaternion, Vector3};
use qiki_craft::{Feedback, Fresh, NOZZLES};

use crate::plan::Plan;
use crate::terms::{End, Now, Order, Push};
use qiki_command::Reason;

use qiki_command::Segment;

/// Part of the difference to the measured speed by which a fix corrects the speed gained, ratio: a
/// time constant of ten fixes, 0.2 s at 50 Hz. A first-order filter leaves `sqrt(0.1 / 1.9)` = 0.23
/// of white noise, 0.5 mm/s of the receiver's 2 mm/s, which is as much as its bias. Higher lets
/// noise into the demand, lower takes longer to notice a nozzle that gives less.
const FIX_GAIN: f64 = 0.1;

/// How far a profile has come.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct BurnProgress {
    /// The segment under way, from 0.
    pub segment: usize,
    /// Its clock, s.
    pub clock_s: f64,
    /// Speed demanded so far: the sizes of all changes summed up, m/s.
    pub demanded_mps: f64,
    /// Demanded and not gained, m/s.
    pub residual_mps: f64,
    /// Why less is demanded of the nozzles than the profile says; None where that is not so.
    pub inhibited_by: Reason,
}

/// A profile that is being flown.
#[derive(Debug, Clone)]
pub struct Burn {
    plan: Plan,
    order: Option<Order>,
    /// Velocity before the first push, m/s, world; known from the first fix on.
    start: Option<Vector3<f64>>,
    /// Speed demanded so far, m/s, world.
    demanded: Vector3<f64>,
    /// Speed gained so far, m/s, world.
    gained: Vector3<f64>,
    demanded_mps: f64,
    inhibited_by: Reason,
    /// What was reported last, and of which segment.
    reported: Option<(usize, Reason)>,
}

/// State of the craft by which impulse becomes speed.
#[derive(Debug, Clone, Copy)]
pub struct Motion {
    /// Body to world.
    pub attitude: UnitQuaternion<f64>,
    /// With the propellant left, kg.
    pub mass_kg: f64,
}

impl Burn {
    /// A burn at its beginning.
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        Self {
            plan,
            order: None,
            start: None,
            demanded: Vector3::zeros(),
            gained: Vector3::zeros(),
            demanded_mps: 0.0,
            inhibited_by: Reason::None,
            reported: None,
        }
    }

    /// Takes in what the nozzles gave in the last tick (N·s, body) and a velocity fix.
    pub fn observe(&mut self, feedback: &Feedback, impulse_ns: Vector3<f64>, now: &Motion) {
        self.gained += now.attitude * impulse_ns / now.mass_kg;
        let velocity = Vector3::from(feedback.velocity_mps_world);
        if feedback.fresh.has(Fresh::VELOCITY) && velocity.iter().all(|v| v.is_finite()) {
            let start = *self.start.get_or_insert(velocity - self.gained);
            self.gained += (velocity - start - self.gained) * FIX_GAIN;
        }
    }

    /// Impulse residual: demanded and not given, N·s, body.
    pub fn residual_ns(&self, now: &Motion) -> Vector3<f64> {
        now.attitude.inverse() * ((self.demanded - self.gained) * now.mass_kg)
    }

    /// One tick; None when the profile is over.
    pub fn step(&mut self, now: &Now, resolve: impl FnOnce(&Segment) -> Push) -> Option<Order> {
        self.order = self.plan.step(now, resolve);
        self.order
    }

    /// Adds the order of this tick to the speed demanded. `reference` is the attitude that is held,
    /// body to world.
    pub fn add_demand(&mut self, reference: &UnitQuaternion<f64>, mass_kg: f64) {
        if let Some(order) = self.order {
            let demanded = reference * order.demanded_ns / mass_kg;
            self.demanded += demanded;
            self.demanded_mps += demanded.norm();
        }
    }

    /// The inhibit reason that is to be reported in this tick, if any: of every rest, and of a
    /// weaker push once in a segment, so that power that comes and goes does not make a report each
    /// time.
    pub fn newly_inhibited(&mut self) -> Option<Reason> {
        let order = self.order?;
        let before = std::mem::replace(&mut self.inhibited_by, order.inhibited_by);
        let now = (order.segment, order.inhibited_by);
        let again = !order.resting && self.reported == Some(now);
        if order.inhibited_by == Reason::None || order.inhibited_by == before || again {
            return None;
        }
        self.reported = Some(now);
        Some(order.inhibited_by)
    }

    /// Why less is demanded of the nozzles than the profile says.
    pub fn inhibited_by(&self) -> Reason {
        self.inhibited_by
    }

    /// Whether no thrust is demanded, and not only for a moment.
    pub fn idles(&self) -> bool {
        self.order.is_some_and(|order| order.idle)
    }

    /// How it ended; None while it goes on.
    #[must_use]
    pub fn end(&self) -> Option<End> {
        self.plan.end()
    }

    /// Thrusts of the group that pushes alone in this tick, N.
    #[must_use]
    pub fn group_thrust_n(&self) -> Option<[f64; NOZZLES]> {
        let push = self.plan.push().filter(|push| push.group_only)?;
        let order = self.order.filter(|order| !order.resting)?;
        let force_n = order.force_n.dot(&push.direction).max(0.0);
        Some(push.thrust_n(force_n))
    }

    /// How far it has come.
    #[must_use]
    pub fn progress(&self) -> BurnProgress {
        let (segment, clock_s) = self.plan.progress();
        BurnProgress {
            segment,
            clock_s,
            demanded_mps: self.demanded_mps,
            residual_mps: (self.demanded - self.gained).norm(),
            inhibited_by: self.inhibited_by,
        }
    }
}

#[cfg(test)]
mod tests;
