//! How a thrust profile is flown: which push when, and when to wait.
//!
//! Controller and preview use the same [`Plan`]. A profile demands an impulse: each segment its
//! force times its duration. A limit never reduces that impulse, it only makes the profile take
//! longer.
//!
//! * **Clock.** Every segment has a clock. It runs while the impulse residual is below [`LAG_S`] of
//!   the segment's ceiling, and stands still otherwise. So a push that is weaker than planned,
//!   whatever the reason (power, heat, a lost nozzle, the modulators' dead zone), lasts longer.
//! * **Catching up.** The impulse residual is demanded in addition to the plan, over
//!   [`CATCH_UP_S`]. The sum never exceeds the ceiling, the available power, or what the nozzles
//!   can give.
//! * **Splitting.** A push stops where it would keep a nozzle open beyond its longest opening, and
//!   where it has brought a cluster to its warning temperature, from which its thrust would fade.
//!   Then the nozzles rest: at least [`REST_MIN_S`] after a longest opening, and until each of
//!   their clusters is cool enough for one more. The clock stands still meanwhile.
//! * **End.** After the last segment the plan demands the impulse residual alone, until that has
//!   been within [`Plan::tolerance_ns`] for [`SETTLED_S`]. A profile that takes too long is
//!   [`End::Late`].
//!
//! A nozzle counts as open without pauses where its level leaves no room for one: pulses of
//! level `E` with pauses of at least `min_off` are at least `min_off E / (1 - E)` long, which is
//! the longest opening at `E = max_on / (max_on + min_off)`. A throttleable nozzle has no pauses.

use nalgebra::Vector3;
use qiki_craft::NOZZLES;

use qiki_command::Reason;
use qiki_command::{SEGMENTS_MAX, Segment};
use qiki_power::{REST_MAX_S, REST_MIN_S};

use crate::terms::{End, Now, Order, PlanLimits, Push};

/// Impulse residual above which the clock stands still, s of the ceiling. A modulator that works as
/// it should is behind by a shortest pulse and a pause, 60 ms, and must not stop the clock. Larger
/// lets a weak push fall behind farther before its segment is prolonged.
pub(crate) const LAG_S: f64 = 0.1;
/// Time over which the impulse residual is demanded, s: at [`LAG_S`] it adds half of the ceiling to
/// the plan. Shorter overshoots, because thrust follows a demand only in pulses of 30 ms and more;
/// longer prolongs the end of every burn.
pub(crate) const CATCH_UP_S: f64 = 0.2;
/// Time for which the impulse residual must be within tolerance, s: five velocity fixes at 50 Hz,
/// so that the noise of one does not end a burn.
pub(crate) const SETTLED_S: f64 = 0.1;
/// Tolerance of the impulse as a part of all that was demanded, ratio. Of 1 m/s it is 5 mm/s, ten
/// times the bias of the velocity receiver (0.5 mm/s) and of the noise that is left of its fixes.
pub(crate) const TOLERANCE: f64 = 0.005;
/// Tolerance of the impulse besides, s of the last segment's ceiling: two thirds of a shortest
/// pulse of 30 ms. Rounding to whole pulses leaves up to half of one, 15 ms, which it must exceed;
/// a whole one would let a missing pulse pass.
pub(crate) const TOLERANCE_S: f64 = 0.02;
/// A profile may take this many times its duration, ratio, and [`TIME_MARGIN_S`] more; rests do not
/// count. A push with a third of its force still ends in time. Higher goes on longer with a push
/// that hardly moves the craft.
const TIME_RATIO_MAX: f64 = 3.0;
/// Time beyond [`TIME_RATIO_MAX`], s: what short profiles need for their end ([`CLOSING_S`]) and
/// for power to come back.
const TIME_MARGIN_S: f64 = 10.0;
/// Time for the impulse residual after the last segment, s: 15 times [`CATCH_UP_S`]. A residual
/// that is still there then does not close, because its force cannot be had.
const CLOSING_S: f64 = 3.0;
/// Change of the available power from which the push is computed anew, ratio. It saves an
/// allocation in every tick; a smaller change makes the force wrong by less than this, and the
/// impulse residual makes that good.
const POWER_CHANGE: f64 = 0.01;
/// Difference below which two forces are equal, ratio: far above rounding (1e-16), far below any
/// limit.
const SAME: f64 = 1e-6;

/// A rest between two pieces of a profile.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Rest {
    reason: Reason,
    min_s: f64,
    since_s: f64,
}

/// A profile that is flown or previewed.
#[derive(Debug, Clone)]
pub struct Plan {
    limits: PlanLimits,
    segments: [Segment; SEGMENTS_MAX],
    count: usize,
    current: usize,
    clock_s: f64,
    push: Option<Push>,
    /// Impaired nozzles and power that the push was computed for.
    impaired: u16,
    power_w: f64,
    rest: Option<Rest>,
    /// How long each nozzle has been open without a pause, s.
    open_s: [f64; NOZZLES],
    /// Impulse demanded so far, sizes of all directions summed up, N·s.
    demanded_ns: f64,
    /// Time until the profile is late, s.
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
            late_in_s: TIME_RATIO_MAX * duration_s + TIME_MARGIN_S,
            closing_s: 0.0,
            settled_s: 0.0,
            inhibited_by: Reason::None,
            end: None,
        }
    }

    /// One step; None when the plan is over. `resolve` computes what a segment pushes with. It is
    /// called when a segment begins, and when nozzles or power are lost or come back.
    pub fn step(&mut self, now: &Now, resolve: impl FnOnce(&Segment) -> Push) -> Option<Order> {
        if self.end.is_some() {
            return None;
        }
        self.advance(now.dt_s);
        let closing = self.current == self.count;
        let push = self.current_push(now, resolve);
        if push.group_broken {
            return self.finish(End::Broken);
        }
        if let Some(reason) = now.spent {
            return self.finish(End::Late(reason));
        }
        if closing && self.settled(now) {
            return self.finish(End::Given);
        }
        let order = match self.rest_reason(now, &push) {
            Some(reason) => self.rest(reason),
            None => self.push_on(now, &push, closing),
        };
        self.inhibited_by = order.inhibited_by;
        if !order.resting && self.is_late(now.dt_s, closing) {
            let reason = if self.inhibited_by == Reason::None {
                Reason::DeltaVMissed
            } else {
                self.inhibited_by
            };
            return self.finish(End::Late(reason));
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

    /// The segment under way, from 0, and its clock, s; the last segment at the end.
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

    fn finish(&mut self, end: End) -> Option<Order> {
        self.end = Some(end);
        None
    }

    /// Goes on to the segment that the clock is in. Half a tick of slack, because clocks are sums
    /// of ticks with rounding.
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

    fn current_push(&mut self, now: &Now, resolve: impl FnOnce(&Segment) -> Push) -> Push {
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
    fn rest_reason(&mut self, now: &Now, push: &Push) -> Option<Reason> {
        let nozzles = push.nozzles();
        if self.rest.is_none() {
            self.rest = self.rest_needed(now, nozzles);
        }
        let Some(rest) = &mut self.rest else {
            // A group needs all of its nozzles; along a direction others can push.
            let barred = push.group_only && nozzles & now.resting != 0;
            return barred.then_some(Reason::NozzleResting);
        };
        let cool = nozzles & !now.ready == 0 || rest.since_s >= REST_MAX_S;
        if rest.since_s > rest.min_s - 0.5 * now.dt_s && cool {
            self.rest = None;
            return None;
        }
        rest.since_s += now.dt_s;
        Some(rest.reason)
    }

    fn rest_needed(&self, now: &Now, nozzles: u16) -> Option<Rest> {
        let rest = |reason, min_s| Rest {
            reason,
            min_s,
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
            resting: true,
            idle: inhibited_by == Reason::RcsClusterHot,
        }
    }

    fn push_on(&mut self, now: &Now, push: &Push, closing: bool) -> Order {
        let planned_n = if closing {
            0.0
        } else {
            let segment = &self.segments[self.current];
            push.ceiling_n * segment.level_at(self.clock_s + 0.5 * now.dt_s)
        };
        let available_n = push.ceiling_n.min(push.available_n);
        let inhibited_by = if planned_n <= available_n * (1.0 + SAME) {
            Reason::None
        } else if push.power_limited {
            now.power_reason
        } else if now.resting != 0 {
            Reason::NozzleResting
        } else {
            Reason::NozzleIsolated
        };
        self.count_open(&push.thrust_n(planned_n.min(available_n)), now.dt_s);
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
                Self::force(now, push, planned_n, available_n)
            },
            demanded_ns: push.direction * demanded_ns,
            inhibited_by,
            resting: false,
            idle,
        }
    }

    /// Force of plan and impulse residual, N, body, at most `available_n`. Along the push it comes
    /// first: what is left of the limit goes to the residual across.
    fn force(now: &Now, push: &Push, planned_n: f64, available_n: f64) -> Vector3<f64> {
        let catch_up = now.missing_ns() / CATCH_UP_S;
        let along_n = (planned_n + catch_up.dot(&push.direction)).clamp(-available_n, available_n);
        let across = catch_up - push.direction * catch_up.dot(&push.direction);
        let room_n = (available_n * available_n - along_n * along_n)
            .max(0.0)
            .sqrt();
        let size_n = across.norm();
        let part = if size_n > room_n {
            room_n / size_n
        } else {
            1.0
        };
        push.direction * along_n + across * part
    }

    fn count_open(&mut self, thrust_n: &[f64; NOZZLES], dt_s: f64) {
        let open = self.limits.without_pause(thrust_n);
        for (n, open_s) in self.open_s.iter_mut().enumerate() {
            *open_s = if open >> n & 1 == 1 {
                *open_s + dt_s
            } else {
                0.0
            };
        }
    }
}

#[cfg(test)]
mod tests;
