//! What the nozzles are believed to have done, and how far off that may be.

use qiki_craft::{NOZZLES, nozzles_in};

use super::thrust::Levels;
use crate::evidence::FORGET_S;

/// What a nozzle's thrust may be off by, all causes together, as a part of it (one sigma).
const SCATTER: f64 = 0.06;
/// What an edge of the thrust may be off by, s (one sigma).
const TIMING_S: f64 = 0.002;
/// Sums over the window, forgotten alike.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    dt_s: f64,
    keep: f64,
    /// How long each nozzle is believed to have thrust, and was commanded to, at full thrust, s.
    pub(super) believed_s: [f64; NOZZLES],
    pub(super) commanded_s: [f64; NOZZLES],
    /// Length of the window, s.
    pub(super) length_s: f64,
    /// Variance of the impulse by edges, N²·s².
    edges: f64,
    /// Impulse of nozzles that may or may not obey, N·s.
    doubt_ns: f64,
    /// The levels of the last tick.
    level: [f64; NOZZLES],
}

impl Window {
    pub(super) fn new(dt_s: f64) -> Self {
        Self {
            dt_s,
            keep: (1.0 - dt_s / FORGET_S).max(0.0),
            believed_s: [0.0; NOZZLES],
            commanded_s: [0.0; NOZZLES],
            length_s: 0.0,
            edges: 0.0,
            doubt_ns: 0.0,
            level: [0.0; NOZZLES],
        }
    }

    /// Nothing has happened yet.
    pub(super) fn begin(&mut self) {
        *self = Self {
            level: self.level,
            ..Self::new(self.dt_s)
        };
    }

    /// One tick at these levels; whether the nozzles of `doubtful` obey is not known.
    pub(super) fn add(&mut self, levels: &Levels, doubtful: u16, full_n: &[f64; NOZZLES]) {
        let level = &levels.believed;
        let (keep, dt_s) = (self.keep, self.dt_s);
        self.length_s = self.length_s * keep + dt_s;
        self.edges *= keep * keep;
        self.doubt_ns *= keep;
        for n in 0..NOZZLES {
            self.believed_s[n] = self.believed_s[n] * keep + level[n] * dt_s;
            self.commanded_s[n] = self.commanded_s[n] * keep + levels.commanded[n] * dt_s;
        }
        for n in 0..NOZZLES {
            let edge_ns = (level[n] - self.level[n]) * full_n[n] * TIMING_S;
            self.edges += edge_ns * edge_ns;
        }
        for n in nozzles_in(doubtful) {
            self.doubt_ns += level[n] * full_n[n] * dt_s;
        }
        self.level = *level;
    }

    /// Variance of the impulse believed, along any direction, N²·s².
    pub(super) fn model_variance(&self, full_n: &[f64; NOZZLES]) -> f64 {
        let scatter: f64 = (0..NOZZLES)
            .map(|n| (SCATTER * full_n[n] * self.believed_s[n]).powi(2))
            .sum();
        scatter + self.edges + self.doubt_ns * self.doubt_ns
    }
}
