//! The step that all modulators share. Most ticks have no edge, so these cost one pass over the
//! states; only where a relay switches is a valve looked at by itself.

use crate::gate::COUNT_MAX;
use crate::valve::Valves;
use crate::{Modulator, WideGate};

/// A firing rule: a state per valve, and a relay that switches where the state crosses a bound.
pub(crate) trait Rule: Modulator {
    fn valves(&self) -> &Valves;

    fn valves_mut(&mut self) -> &mut Valves;

    /// Integrates every state to the end of the tick as if no relay switched. Returns whether one
    /// does switch.
    fn integrate(&mut self, level: &[f64]) -> bool;

    /// Whether the relay of valve `n` switches in this tick, or should have already.
    fn will_switch(&self, n: usize) -> bool;

    /// The tick of valve `n`, whose relay switches or may not; its on-time, µs.
    fn tick(&mut self, n: usize, input: f64, may_open: bool) -> u32;

    /// The tick of valve `n`, which is open and closes as soon as its shortest opening is over; its
    /// on-time, µs.
    fn end_pulse(&mut self, n: usize, input: f64) -> u32;

    /// The tick of valve `n`, which must be closed at once.
    fn force_close(&mut self, n: usize, input: f64);

    /// The tick of valve `n`, which somebody else commanded.
    fn follow_one(&mut self, n: usize, on_time_us: u32);

    /// The tick is over.
    fn end(&mut self);
}

/// One tick of any rule.
#[inline]
pub(crate) fn step<R: Rule>(rule: &mut R, level: &[f64], gate: WideGate, on_time_us: &mut [u32]) {
    let count = rule.valves().count();
    if level.len() < count || on_time_us.len() < count {
        return step_short(rule, level, gate, on_time_us);
    }
    let (level, on_time_us) = (&level[..count], &mut on_time_us[..count]);
    let any_switches = rule.integrate(level) || rule.valves().any_must_close();
    on_time_us.copy_from_slice(rule.valves().steady_us());
    if any_switches || gate.closed != 0 || gate.ending & rule.valves().open_mask() != 0 {
        step_edges(rule, level, gate, on_time_us);
    }
    rule.end();
}

/// The valves that do not simply stay as they are. Those that come first get what the gate allows.
/// The first one that gets nothing comes first in the next tick, so that none waits for longer than
/// it takes all others to open once.
fn step_edges<R: Rule>(rule: &mut R, level: &[f64], gate: WideGate, on_time_us: &mut [u32]) {
    // A valve that closes inside this tick still counts as open until the next.
    let mut open = rule.valves().open_mask().count_ones();
    let mut refused = None;
    for n in rule.valves().in_priority() {
        if gate.closed >> n & 1 == 1 {
            rule.force_close(n, input(level[n]));
            on_time_us[n] = 0;
        } else if gate.ending >> n & 1 == 1 && rule.valves().is_open(n) {
            on_time_us[n] = rule.end_pulse(n, input(level[n]));
        } else if rule.will_switch(n) || rule.valves().must_close(n) {
            let was_open = rule.valves().is_open(n);
            let free = (gate.no_opening | gate.ending) >> n & 1 == 0;
            let room = open < gate.open_max;
            if free && !room && refused.is_none() && rule.valves().could_open(n) {
                refused = Some(n);
            }
            on_time_us[n] = rule.tick(n, input(level[n]), free && room);
            open += u32::from(rule.valves().is_open(n) && !was_open);
        }
    }
    if let Some(n) = refused {
        rule.valves_mut().set_first(n);
    }
}

/// One tick of any rule that somebody else commanded; missing on-times are zero.
pub(crate) fn follow<R: Rule>(rule: &mut R, on_time_us: &[u32]) {
    for n in 0..rule.valves().count() {
        rule.follow_one(n, on_time_us.get(n).copied().unwrap_or(0));
    }
    rule.end();
}

/// Slices shorter than `count`: missing levels are zero, missing on-times are not returned.
#[cold]
fn step_short<R: Rule>(rule: &mut R, level: &[f64], gate: WideGate, on_time_us: &mut [u32]) {
    let (mut levels, mut on_times) = ([0.0; COUNT_MAX], [0; COUNT_MAX]);
    let given = level.len().min(COUNT_MAX);
    levels[..given].copy_from_slice(&level[..given]);
    step(rule, &levels, gate, &mut on_times);
    let told = on_time_us.len().min(COUNT_MAX);
    on_time_us[..told].copy_from_slice(&on_times[..told]);
}

/// A level as the rules take it: 0..1, and zero where it is not a number.
#[inline]
pub(crate) fn input(level: f64) -> f64 {
    let number = if level.abs() < f64::INFINITY {
        level
    } else {
        0.0
    };
    number.clamp(0.0, 1.0)
}

/// What each valve's relay does now, and where it switches.
#[derive(Debug, Clone)]
pub(crate) struct Relays {
    output: Box<[f64]>,
    /// 1 where the relay switches at and above its threshold, -1 at and below.
    side: Box<[f64]>,
    /// `side * threshold`.
    bound: Box<[f64]>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Relay {
    pub(crate) output: f64,
    pub(crate) side: f64,
    pub(crate) bound: f64,
}

impl Relay {
    /// Whether this state switches the relay.
    #[inline]
    pub(crate) fn switches(&self, state: f64) -> bool {
        self.side * state >= self.bound
    }

    /// The state at which it switches.
    pub(crate) fn threshold(&self) -> f64 {
        self.side * self.bound
    }
}

impl Relays {
    /// Closed valves that open at `threshold`.
    pub(crate) fn closed(count: usize, threshold: f64) -> Self {
        Self {
            output: vec![0.0; count].into(),
            side: vec![1.0; count].into(),
            bound: vec![threshold; count].into(),
        }
    }

    pub(crate) fn lane(&self, n: usize) -> Relay {
        Relay {
            output: self.output[n],
            side: self.side[n],
            bound: self.bound[n],
        }
    }

    #[inline]
    pub(crate) fn lanes(&self) -> impl Iterator<Item = Relay> + '_ {
        let lanes = self.output.iter().zip(&self.side).zip(&self.bound);
        lanes.map(|((output, side), bound)| Relay {
            output: *output,
            side: *side,
            bound: *bound,
        })
    }

    /// The relay of valve `n` has switched and switches again at `threshold`.
    pub(crate) fn set(&mut self, n: usize, open: bool, threshold: f64) {
        let side = if open { -1.0 } else { 1.0 };
        self.output[n] = f64::from(u8::from(open));
        self.side[n] = side;
        self.bound[n] = side * threshold;
    }
}
