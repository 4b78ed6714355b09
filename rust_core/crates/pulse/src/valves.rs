//! What nozzles can give in a span of time.

use qiki_alloc::PulseBounds;
use qiki_craft::NOZZLES;

/// Thrusts (N) and valve times (µs) that a plan goes by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Valves {
    /// Thrust of each open nozzle.
    pub thrust_max_n: [f64; NOZZLES],
    /// Shortest opening.
    pub min_on_us: u32,
    /// Shortest pause.
    pub min_off_us: u32,
    /// Longest opening.
    pub max_on_us: u32,
    /// How much longer than commanded each nozzle thrusts, s: closing delay minus opening delay,
    /// plus half of the difference between fall and rise.
    pub surplus_s: [f64; NOZZLES],
}

/// What each nozzle may do in a span.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct State {
    /// Mean thrust of each nozzle over the span, N; 0 for one that is out.
    pub mean_max_n: [f64; NOZZLES],
    /// Bit n: nozzle n cannot be closed.
    pub stuck: u16,
    /// How long each nozzle has been open at the beginning of the span, µs; 0 where it is closed.
    pub open_us: [u32; NOZZLES],
    /// Bit n: nozzle n has been closed for a shortest pause when the span begins, or is open.
    pub ready: u16,
}

/// Impulses up to this count as none, N·s: rounding of a program, far below a shortest pulse.
const NOTHING_NS: f64 = 1e-9;
/// Keeps a division by zero out where a nozzle has no thrust, N.
const THRUST_MIN_N: f64 = 1e-9;

fn has(mask: u16, n: usize) -> bool {
    mask >> n & 1 == 1
}

impl Valves {
    /// Bounds of the pulses in a span of `span_us`. With `joins` a nozzle may also be open from the
    /// beginning to the end, and stay open in the next span.
    #[must_use]
    pub fn bounds(&self, span_us: u32, state: &State, joins: bool) -> PulseBounds {
        let mut bounds = PulseBounds {
            stuck: state.stuck,
            ..PulseBounds::NONE
        };
        let span_s = f64::from(span_us) * 1e-6;
        for n in 0..NOZZLES {
            let thrust = self.thrust_max_n[n];
            let mean = state.mean_max_n[n].min(thrust);
            if has(state.stuck, n) {
                bounds.full_ns[n] = thrust * span_s;
            } else if mean > 0.0 {
                let remaining_us = self.max_on_us.saturating_sub(state.open_us[n]);
                // A shortest pause before the next pulse; and before this one, if it is not open.
                let pauses = if state.open_us[n] > 0 { 1 } else { 2 };
                let room_us = span_us
                    .saturating_sub(pauses * self.min_off_us)
                    .min(remaining_us);
                bounds.least_ns[n] = self.impulse_ns(n, self.min_on_us);
                bounds.most_ns[n] = self.impulse_ns(n, room_us).min(mean * span_s);
                let whole =
                    joins && has(state.ready, n) && span_us <= remaining_us && mean >= thrust;
                bounds.full_ns[n] = if whole {
                    thrust * span_s
                } else {
                    bounds.most_ns[n]
                };
            }
        }
        bounds
    }

    /// Impulse of a pulse of `on_us`, N·s.
    #[must_use]
    pub fn impulse_ns(&self, n: usize, on_us: u32) -> f64 {
        self.thrust_max_n[n] * (f64::from(on_us) * 1e-6 + self.surplus_s[n]).max(0.0)
    }

    /// On-times for impulses, µs, at least the shortest opening. `bounds` says which impulse means
    /// that a nozzle is open through the whole of `span_us`.
    #[must_use]
    pub fn on_us(
        &self,
        impulse_ns: &[f64; NOZZLES],
        bounds: &PulseBounds,
        span_us: u32,
    ) -> [u32; NOZZLES] {
        std::array::from_fn(|n| {
            let p = impulse_ns[n];
            if p <= NOTHING_NS || has(bounds.stuck, n) {
                return 0;
            }
            let thrust = self.thrust_max_n[n].max(THRUST_MIN_N);
            let whole = bounds.full_ns[n] > bounds.most_ns[n]
                && p > 0.5 * (bounds.full_ns[n] + bounds.most_ns[n]);
            if whole {
                span_us
            } else {
                micros(p / thrust - self.surplus_s[n]).max(self.min_on_us)
            }
        })
    }
}

fn micros(seconds: f64) -> u32 {
    // Spans are far below an hour, and what is negative becomes zero.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let us = (seconds * 1e6).round() as u32;
    us
}
