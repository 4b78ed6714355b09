//! How a thrust profile is flown: which push when, and when to wait.
//!
//! One rule, [`Plan`], stands behind the controller and behind the preview. A profile asks for an
//! impulse: each segment for its force over its time. A limit never takes anything off that; it
//! takes time.
//!
//! * **Clock.** A segment has a clock of its own. It goes on while less than [`LAG_S`] of the
//!   segment's ceiling is left undelivered, and stands still else. So a push that is weaker than planned,
//!   whatever the reason (power, heat, a lost nozzle, the modulators' dead zone), lasts longer.
//! * **Catching up.** The impulse residual is demanded on top of the plan, over [`CATCH_UP_S`], but the
//!   two together never exceed the ceiling, the power there is, or what the nozzles have left.
//! * **Splitting.** A push that would keep a nozzle open beyond its longest opening stops there,
//!   and so does one that has brought a cluster to its warning temperature, from where its thrust
//!   would fade. Then the nozzles rest: at least [`REST_MIN_S`] after a longest opening, and until
//!   each of their clusters is cool enough for one more. The clock stands still meanwhile.
//! * **End.** After the last segment the plan goes on asking for the impulse residual, until that is
//!   within its [`Plan::tolerance_ns`] for [`SETTLED_S`]. What takes too long is [`End::Late`].
//!
//! A nozzle counts as open all the time where its level leaves no room for a pause: pulses of
//! level `E` with pauses of at least `min_off` are at least `min_off E / (1 - E)` long, which is
//! the longest opening at `E = max_on / (max_on + min_off)`. A throttleable nozzle has no pauses.

use nalgebra::Vector3;
use qiki_craft::NOZZLES;

use qiki_command::Reason;
use qiki_command::{SEGMENTS_MAX, Segment};
use qiki_power::{REST_MAX_S, REST_MIN_S};

use crate::terms::{End, Now, Order, PlanLimits, Push};

/// With a larger impulse residual than this much of full push, s, the clock waits.
pub(crate) const LAG_S: f64 = 0.1;
/// The impulse residual is demanded over this time, s.
pub(crate) const CATCH_UP_S: f64 = 0.2;
/// The impulse residual must be within tolerance for this long, s.
pub(crate) const SETTLED_S: f64 = 0.1;
/// Tolerance of the impulse: this part of all that was demanded for ...
pub(crate) const TOLERANCE: f64 = 0.005;
/// ... and this much of the last segment's ceiling, s: two thirds of a shortest pulse.
pub(crate) const TOLERANCE_S: f64 = 0.02;
/// A profile may take this many times its duration, and [`LATE_S`] more; rests do not count.
const LATE: f64 = 3.0;
const LATE_S: f64 = 10.0;
/// And the last of it must be given within this time, s.
const CLOSING_S: f64 = 3.0;
/// A power that changes by more than this part makes another push of it.
const POWER_CHANGE: f64 = 0.01;
/// A force that differs by less than this part is the same.
const SAME: f64 = 1e-6;

/// A rest between two pieces of a profile.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Rest {
    why: Reason,
    least_s: f64,
    since_s: f64,
}

/// A profile that is being flown, or previewed.
#[derive(Debug, Clone)]
pub struct Plan {
    limits: PlanLimits,
    segments: [Segment; SEGMENTS_MAX],
    count: usize,
    current: usize,
    clock_s: f64,
    push: Option<Push>,
    /// What the push was worked out for.
    impaired: u16,
    power_w: f64,
    rest: Option<Rest>,
    /// How long each nozzle has been open all the time, s.
    open_s: [f64; NOZZLES],
    /// Asked for so far, in whatever direction, N·s.
    demanded_ns: f64,
    late_in_s: f64,
    closing_s: f64,
    settled_s: f64,
    inhibited_by: Reason,
    end: Option<End>,
}

impl Plan {
    /// A plan at its beginning: the first `count` of `segments`.
    pub fn new(limits: PlanLimits, segments: [Segment; SEGMENTS_MAX], count: usize) -> Self {
        let duration_s: f64 = segments[..count].iter().map(|s| s.duration_s).sum();
        Self {
            limits,
            segments,
            count,
            current: 0,
            clock_s: 0.0,
            push: None,
            impaired: 0,
            power_w: 0.0,
            rest: None,
            open_s: [0.0; NOZZLES],
            demanded_ns: 0.0,
            late_in_s: LATE * duration_s + LATE_S,
            closing_s: 0.0,
            settled_s: 0.0,
            inhibited_by: Reason::None,
            end: None,
        }
    }

    /// One step; None when the plan is over. `resolve` says what a segment pushes with; it is
    /// demanded at the segment's beginning, and when nozzles or power are lost or come back.
    pub fn step(&mut self, now: &Now, resolve: impl FnOnce(&Segment) -> Push) -> Option<Order> {
        if self.end.is_some() {
            return None;
        }
        self.advance(now.dt_s);
        let closing = self.current == self.count;
        let push = self.pushes(now, resolve);
        if push.broken {
            return self.over(End::Broken);
        }
        if now.tank_empty {
            return self.over(End::Late(Reason::WorkingMassLow));
        }
        if closing && self.settled(now) {
            return self.over(End::Given);
        }
        let order = match self.rests(now, &push) {
            Some(why) => self.rest(why),
            None => self.go_on(now, &push, closing),
        };
        self.inhibited_by = order.inhibited_by;
        if !order.rests && self.is_late(now.dt_s, closing) {
            let why = if self.inhibited_by == Reason::None {
                Reason::DeltaVMissed
            } else {
                self.inhibited_by
            };
            return self.over(End::Late(why));
        }
        Some(order)
    }

    /// How it ended, once [`Plan::step`] has returned None.
    pub fn end(&self) -> Option<End> {
        self.end
    }

    /// The impulse residual that is allowed at the end, N·s.
    pub fn tolerance_ns(&self) -> f64 {
        let ceiling_n = self.push.map_or(0.0, |push| push.ceiling_n);
        TOLERANCE * self.demanded_ns + TOLERANCE_S * ceiling_n
    }

    /// The segment under way, from 0, and how far its clock is, s; the last one at the end.
    pub fn progress(&self) -> (usize, f64) {
        if self.current < self.count {
            (self.current, self.clock_s)
        } else {
            let last = self.count - 1;
            (last, self.segments[last].duration_s)
        }
    }

    /// What the segment under way pushes with.
    pub fn push(&self) -> Option<&Push> {
        self.push.as_ref()
    }

    fn over(&mut self, end: End) -> Option<Order> {
        self.end = Some(end);
        None
    }

    /// To the segment that the clock is in. Half a tick of slack: durations are sums of ticks,
    /// with rounding.
    fn advance(&mut self, dt_s: f64) {
        while self.current < self.count
            && self.clock_s > self.segments[self.current].duration_s - 0.5 * dt_s
        {
            self.clock_s -= self.segments[self.current].duration_s;
            self.current += 1;
            if self.current < self.count {
                self.push = None;
            }
        }
    }

    fn pushes(&mut self, now: &Now, resolve: impl FnOnce(&Segment) -> Push) -> Push {
        let segment = &self.segments[self.current.min(self.count - 1)];
        let change_w = (now.power_w - self.power_w).abs();
        if self.impaired != now.impaired || change_w > POWER_CHANGE * self.power_w {
            self.push = None;
        }
        *self.push.get_or_insert_with(|| {
            (self.impaired, self.power_w) = (now.impaired, now.power_w);
            resolve(segment)
        })
    }

    fn settled(&mut self, now: &Now) -> bool {
        self.settled_s = if now.residual_ns.norm() <= self.tolerance_ns() {
            self.settled_s + now.dt_s
        } else {
            0.0
        };
        self.settled_s >= SETTLED_S
    }

    fn is_late(&mut self, dt_s: f64, closing: bool) -> bool {
        self.late_in_s -= dt_s;
        if closing {
            self.closing_s += dt_s;
        }
        self.late_in_s < 0.0 || self.closing_s > CLOSING_S
    }

    /// Why the nozzles of a push rest in this step, if they do.
    fn rests(&mut self, now: &Now, push: &Push) -> Option<Reason> {
        let nozzles = push.nozzles();
        if self.rest.is_none() {
            self.rest = self.begins_to_rest(now, nozzles);
        }
        let Some(rest) = &mut self.rest else {
            // Without one of its nozzles a group is none; a direction is had from the others.
            let barred = push.exact && nozzles & now.resting != 0;
            return barred.then_some(Reason::NozzleResting);
        };
        let cool = nozzles & !now.ready == 0 || rest.since_s >= REST_MAX_S;
        if rest.since_s > rest.least_s - 0.5 * now.dt_s && cool {
            self.rest = None;
            return None;
        }
        rest.since_s += now.dt_s;
        Some(rest.why)
    }

    fn begins_to_rest(&self, now: &Now, nozzles: u16) -> Option<Rest> {
        let rest = |why, least_s| Rest {
            why,
            least_s,
            since_s: 0.0,
        };
        let pushing = (0..NOZZLES).filter(|n| nozzles >> n & 1 == 1);
        let longest_s = pushing.map(|n| self.open_s[n]).fold(0.0, f64::max);
        if nozzles & now.warm != 0 {
            Some(rest(Reason::RcsClusterHot, 0.0))
        } else if longest_s > self.limits.max_on_s - 0.5 * now.dt_s {
            Some(rest(Reason::NozzleResting, REST_MIN_S))
        } else {
            None
        }
    }

    fn rest(&mut self, inhibited_by: Reason) -> Order {
        self.open_s = [0.0; NOZZLES];
        Order {
            segment: self.current.min(self.count - 1),
            force_n: Vector3::zeros(),
            demanded_ns: Vector3::zeros(),
            inhibited_by,
            rests: true,
            idle: inhibited_by == Reason::RcsClusterHot,
        }
    }

    fn go_on(&mut self, now: &Now, push: &Push, closing: bool) -> Order {
        let planned_n = if closing {
            0.0
        } else {
            let segment = &self.segments[self.current];
            push.ceiling_n * segment.level_at(self.clock_s + 0.5 * now.dt_s)
        };
        let most_n = push.ceiling_n.min(push.most_n);
        let inhibited_by = if planned_n <= most_n * (1.0 + SAME) {
            Reason::None
        } else if push.starved {
            now.power_reason
        } else if now.resting != 0 {
            Reason::NozzleResting
        } else {
            Reason::NozzleIsolated
        };
        self.note_open(&push.thrust_n(planned_n.min(most_n)), now.dt_s);
        let waits = now.missing_ns().dot(&push.direction) > LAG_S * push.ceiling_n;
        let demanded_ns = if waits || closing {
            0.0
        } else {
            self.clock_s += now.dt_s;
            planned_n * now.dt_s
        };
        self.demanded_ns += demanded_ns;
        let pause = planned_n <= 0.0 && !closing;
        let idle = pause && now.missing_ns().norm() <= TOLERANCE_S * push.ceiling_n;
        Order {
            segment: self.current.min(self.count - 1),
            force_n: if idle {
                Vector3::zeros()
            } else {
                Self::wanted(now, push, planned_n, most_n)
            },
            demanded_ns: push.direction * demanded_ns,
            inhibited_by,
            rests: false,
            idle,
        }
    }

    /// The plan and the impulse residual, within what can be had.
    fn wanted(now: &Now, push: &Push, planned_n: f64, most_n: f64) -> Vector3<f64> {
        let catch_up = now.missing_ns() / CATCH_UP_S;
        let along_n = (planned_n + catch_up.dot(&push.direction)).clamp(-most_n, most_n);
        let across = catch_up - push.direction * catch_up.dot(&push.direction);
        let room_n = (most_n * most_n - along_n * along_n).max(0.0).sqrt();
        let size_n = across.norm();
        let part = if size_n > room_n {
            room_n / size_n
        } else {
            1.0
        };
        push.direction * along_n + across * part
    }

    fn note_open(&mut self, thrust_n: &[f64; NOZZLES], dt_s: f64) {
        let steady = self.limits.steady(thrust_n);
        for (n, open_s) in self.open_s.iter_mut().enumerate() {
            *open_s = if steady >> n & 1 == 1 {
                *open_s + dt_s
            } else {
                0.0
            };
        }
    }
}

#[cfg(test)]
mod tests;
