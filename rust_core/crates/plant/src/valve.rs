//! One valve: command edges, delays, thrust that slews, and faults. Exact inside the tick.
//!
//! Three things follow each other. The *command*, 0..1, has at most one edge a tick: a valve that
//! is on or off knows only the two ends, a throttled one takes its level at the start of the tick.
//! The *position* follows the command after the opening or closing delay; it is what the valve's
//! own sensor reports. The *thrust* (a fraction of full) slews towards the position, linearly in
//! time.

use std::collections::VecDeque;

use qiki_craft::Thruster;

use crate::valve_fault::{ActiveFaults, Reading, ValveFault};

/// A change of position that is still under way.
#[derive(Debug, Clone, Copy)]
struct Edge {
    /// From the start of the present tick, s.
    due_s: f64,
    position: f64,
}

/// What a valve did in one tick.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ValveTick {
    /// Time integral of the thrust fraction, s.
    pub(crate) thrust_s: f64,
    /// Time integral of the position, s: how long it was open, where it is on or off.
    pub(crate) open_s: f64,
    /// The same by the valve's own sensor, s.
    pub(crate) reported_s: f64,
}

#[derive(Debug, Clone)]
pub(crate) struct Valve {
    open_delay_s: f64,
    close_delay_s: f64,
    rise_s: f64,
    fall_s: f64,
    throttleable: bool,
    /// Command at the end of the last tick, 0..1.
    commanded: f64,
    /// Where the command, delayed, has moved the valve, 0..1; a fault may hold it elsewhere.
    position: f64,
    /// Thrust fraction, 0..1.
    level: f64,
    faults: ActiveFaults,
    /// In order of time.
    pending: VecDeque<Edge>,
}

impl Valve {
    /// A closed valve. At most one edge a tick enters and each leaves after its delay, so the
    /// queue's room is known here and it never grows.
    pub(crate) fn new(thruster: &Thruster, dt_s: f64) -> Self {
        let longest = thruster.open_delay_s.max(thruster.close_delay_s);
        let room = (longest / dt_s) as usize + 3;
        Self {
            open_delay_s: thruster.open_delay_s,
            close_delay_s: thruster.close_delay_s,
            rise_s: thruster.rise_s,
            fall_s: thruster.fall_s,
            throttleable: thruster.throttleable,
            commanded: 0.0,
            position: 0.0,
            level: 0.0,
            faults: ActiveFaults::default(),
            pending: VecDeque::with_capacity(room),
        }
    }

    /// A fault begins, or ends.
    pub(crate) fn set_fault(&mut self, fault: ValveFault, active: bool) {
        self.faults.set(fault, active);
    }

    /// Whether it takes a level and not only on and off.
    pub(crate) fn throttleable(&self) -> bool {
        self.throttleable
    }

    /// Whether the valve is open at this instant, be it a little, faults included.
    pub(crate) fn is_open(&self) -> bool {
        self.place() > 0.0
    }

    /// The position at this instant, faults included.
    fn place(&self) -> f64 {
        self.faults.place.unwrap_or(self.position)
    }

    /// What the valve's own sensor says of this instant.
    fn reported(&self) -> f64 {
        match self.faults.reading {
            Some(Reading::Commanded) => self.position,
            Some(Reading::Always(position)) => position,
            None => self.place(),
        }
    }

    /// Whether it is closed, without thrust, and will be until it is commanded open.
    pub(crate) fn rests(&self) -> bool {
        self.pending.is_empty()
            && self.commanded == 0.0
            && self.level == 0.0
            && self.place() == 0.0
            && self.reported() == 0.0
    }

    /// One tick with `on_s` (within `0..=dt_s`) of commanded on-time.
    pub(crate) fn tick(&mut self, on_s: f64, dt_s: f64) -> ValveTick {
        self.take_command(on_s, dt_s);
        let mut done = ValveTick::default();
        let mut now_s = 0.0;
        while let Some(edge) = self.pending.front().copied().filter(|e| e.due_s < dt_s) {
            self.pending.pop_front();
            self.hold(edge.due_s - now_s, &mut done);
            now_s = edge.due_s;
            self.position = edge.position;
        }
        self.hold(dt_s - now_s, &mut done);
        for edge in &mut self.pending {
            edge.due_s -= dt_s;
        }
        done
    }

    fn take_command(&mut self, on_s: f64, dt_s: f64) {
        if self.throttleable {
            self.take_level(on_s / dt_s);
        } else {
            self.take_on_time(on_s, dt_s);
        }
    }

    /// The edge rule: an open valve closes after its on-time, a closed one opens so that its
    /// on-time ends with the tick.
    fn take_on_time(&mut self, on_s: f64, dt_s: f64) {
        let open = self.commanded > 0.0;
        if open && on_s < dt_s {
            self.push(on_s + self.close_delay_s, 0.0);
        } else if !open && on_s > 0.0 {
            self.push(dt_s - on_s + self.open_delay_s, 1.0);
        }
    }

    /// A level holds from the start of the tick.
    fn take_level(&mut self, level: f64) {
        if level > self.commanded {
            self.push(self.open_delay_s, level);
        } else if level < self.commanded {
            self.push(self.close_delay_s, level);
        }
    }

    /// A new edge overrules those that would act after it, which can be where the two delays
    /// differ: the latest command is the one that lasts.
    fn push(&mut self, due_s: f64, position: f64) {
        self.commanded = position;
        while self.pending.back().is_some_and(|last| last.due_s >= due_s) {
            self.pending.pop_back();
        }
        self.pending.push_back(Edge { due_s, position });
    }

    /// Stays where it is for `span_s` while the thrust slews.
    fn hold(&mut self, span_s: f64, done: &mut ValveTick) {
        let place = self.place();
        done.open_s += place * span_s;
        done.reported_s += self.reported() * span_s;
        if self.level < place {
            // The missing thrust falls like the level of a closing valve.
            let (missing_s, missing) = slewed_to_zero(place - self.level, self.rise_s, span_s);
            done.thrust_s += place * span_s - missing_s;
            self.level = place - missing;
        } else {
            let (excess_s, excess) = slewed_to_zero(self.level - place, self.fall_s, span_s);
            done.thrust_s += place * span_s + excess_s;
            self.level = place + excess;
        }
    }
}

/// Integral over `span_s` and value at its end of a level that falls at 1/`full_s` until zero.
fn slewed_to_zero(level: f64, full_s: f64, span_s: f64) -> (f64, f64) {
    let zero_after_s = level * full_s;
    if zero_after_s <= span_s {
        return (0.5 * level * zero_after_s, 0.0);
    }
    let end = level - span_s / full_s;
    (0.5 * (level + end) * span_s, end)
}
