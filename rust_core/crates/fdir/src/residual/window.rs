//! Expected thrust over the window, and its uncertainty.

use qiki_craft::{NOZZLES, nozzles_in};

use super::thrust::Levels;
use crate::evidence::FORGET_S;

/// Standard deviation of a nozzle's thrust, all causes together, ratio. It stands for thrust, mass
/// and inertia that are up to 5 % off each and for nozzles that are tilted by 1°: the errors of the
/// model with which false alarms were tested in flight (`docs/math/faults.md`). Higher finds faults
/// later, lower takes errors of the model for faults.
const SCATTER: f64 = 0.06;
/// Standard deviation of the time of an edge of the thrust, s: valves were tested 1 ms early to 2
/// ms late (`docs/math/faults.md`). Higher hides short pulses, which are all edge.
const TIMING_S: f64 = 0.002;

/// Sums over the window, all forgotten alike.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    dt_s: f64,
    keep: f64,
    /// Full thrust that was expected of each nozzle, and that it was commanded, s.
    pub(super) expected_s: [f64; NOZZLES],
    pub(super) commanded_s: [f64; NOZZLES],
    /// Length of the window, s.
    pub(super) length_s: f64,
    /// Variance of the impulse by the times of edges, N²·s².
    edges: f64,
    /// Impulse of nozzles of which it is not known whether they follow commands, N·s.
    uncertain_ns: f64,
    /// The levels of the last tick.
    level: [f64; NOZZLES],
}

impl Window {
    pub(super) fn new(dt_s: f64) -> Self {
        Self {
            dt_s,
            keep: (1.0 - dt_s / FORGET_S).max(0.0),
            expected_s: [0.0; NOZZLES],
            commanded_s: [0.0; NOZZLES],
            length_s: 0.0,
            edges: 0.0,
            uncertain_ns: 0.0,
            level: [0.0; NOZZLES],
        }
    }

    /// Begins a new window.
    pub(super) fn begin(&mut self) {
        *self = Self {
            level: self.level,
            ..Self::new(self.dt_s)
        };
    }

    /// One tick at these levels. Of the nozzles in `uncertain` it is not known whether they follow
    /// commands.
    pub(super) fn add(&mut self, levels: &Levels, uncertain: u16, full_n: &[f64; NOZZLES]) {
        let level = &levels.expected;
        let (keep, dt_s) = (self.keep, self.dt_s);
        self.length_s = self.length_s * keep + dt_s;
        self.edges *= keep * keep;
        self.uncertain_ns *= keep;
        for n in 0..NOZZLES {
            self.expected_s[n] = self.expected_s[n] * keep + level[n] * dt_s;
            self.commanded_s[n] = self.commanded_s[n] * keep + levels.commanded[n] * dt_s;
        }
        for n in 0..NOZZLES {
            let edge_ns = (level[n] - self.level[n]) * full_n[n] * TIMING_S;
            self.edges += edge_ns * edge_ns;
        }
        for n in nozzles_in(uncertain) {
            self.uncertain_ns += level[n] * full_n[n] * dt_s;
        }
        self.level = *level;
    }

    /// Variance of the expected impulse along any direction, N²·s².
    pub(super) fn model_variance(&self, full_n: &[f64; NOZZLES]) -> f64 {
        let scatter: f64 = (0..NOZZLES)
            .map(|n| (SCATTER * full_n[n] * self.expected_s[n]).powi(2))
            .sum();
        scatter + self.edges + self.uncertain_ns * self.uncertain_ns
    }
}
