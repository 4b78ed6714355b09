//! One valve: command edges, delays, thrust that slews, and faults. Exact inside the tick.
//!
//! Three things follow each other. The *command* has at most one edge a tick. The *position*
//! follows the command after the opening or closing delay; it is what the valve's own switch
//! reports. The *thrust* (a fraction of full) slews towards the position, linearly in time.

use std::collections::VecDeque;

use qiki_craft::Thruster;

/// What is wrong with a valve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ValveFault {
    /// Nothing.
    #[default]
    None,
    /// Closed whatever is commanded.
    StuckClosed,
    /// Open whatever is commanded.
    StuckOpen,
}

/// A change of position that is still under way.
#[derive(Debug, Clone, Copy)]
struct Edge {
    /// From the start of the present tick, s.
    due_s: f64,
    open: bool,
}

/// What a valve did in one tick.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ValveTick {
    /// Time integral of the thrust fraction, s.
    pub(crate) thrust_s: f64,
    /// How long the position was open, s.
    pub(crate) open_s: f64,
}

#[derive(Debug, Clone)]
pub(crate) struct Valve {
    open_delay_s: f64,
    close_delay_s: f64,
    rise_s: f64,
    fall_s: f64,
    /// Command at the end of the last tick.
    commanded: bool,
    /// Where the command, delayed, has moved the valve; a fault may hold it elsewhere.
    position: bool,
    /// Thrust fraction, 0..1.
    level: f64,
    fault: ValveFault,
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
            commanded: false,
            position: false,
            level: 0.0,
            fault: ValveFault::None,
            pending: VecDeque::with_capacity(room),
        }
    }

    pub(crate) fn set_fault(&mut self, fault: ValveFault) {
        self.fault = fault;
    }

    /// Whether the valve is open at this instant, faults included.
    pub(crate) fn is_open(&self) -> bool {
        match self.fault {
            ValveFault::None => self.position,
            ValveFault::StuckClosed => false,
            ValveFault::StuckOpen => true,
        }
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
            self.position = edge.open;
        }
        self.hold(dt_s - now_s, &mut done);
        for edge in &mut self.pending {
            edge.due_s -= dt_s;
        }
        done
    }

    /// The edge rule: an open valve closes after its on-time, a closed one opens so that its
    /// on-time ends with the tick.
    fn take_command(&mut self, on_s: f64, dt_s: f64) {
        if self.commanded && on_s < dt_s {
            self.push(Edge {
                due_s: on_s + self.close_delay_s,
                open: false,
            });
        } else if !self.commanded && on_s > 0.0 {
            self.push(Edge {
                due_s: dt_s - on_s + self.open_delay_s,
                open: true,
            });
        }
    }

    /// A new edge overrules those that would act after it, which can be where the two delays
    /// differ: the latest command is the one that lasts.
    fn push(&mut self, edge: Edge) {
        self.commanded = edge.open;
        while self
            .pending
            .back()
            .is_some_and(|last| last.due_s >= edge.due_s)
        {
            self.pending.pop_back();
        }
        self.pending.push_back(edge);
    }

    /// Stays where it is for `span_s` while the thrust slews.
    fn hold(&mut self, span_s: f64, done: &mut ValveTick) {
        if self.is_open() {
            done.open_s += span_s;
            // The missing thrust 1 - level falls like the level of a closing valve.
            let (missing_s, missing) = slewed_to_zero(1.0 - self.level, self.rise_s, span_s);
            done.thrust_s += span_s - missing_s;
            self.level = 1.0 - missing;
        } else {
            let (area_s, level) = slewed_to_zero(self.level, self.fall_s, span_s);
            done.thrust_s += area_s;
            self.level = level;
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
