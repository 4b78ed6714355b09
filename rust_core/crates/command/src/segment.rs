//! One segment of a thrust profile.

use nalgebra::Vector3;

use crate::target::Target;

/// Segments a thrust profile may have.
pub const SEGMENTS_MAX: usize = 32;

/// One piece of a burn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Segment {
    /// s.
    pub duration_s: f64,
    /// Part of the attainable force, 0..1.
    pub level: f64,
    /// What it pushes along, or with.
    pub target: Target,
    /// Linear ramp at the start, s.
    pub ramp_in_s: f64,
    /// Linear ramp at the end, s.
    pub ramp_out_s: f64,
}

impl Segment {
    /// No time at all: what the places of a profile hold that are not in use.
    pub const IDLE: Self = Self {
        duration_s: 0.0,
        level: 0.0,
        target: Target::Direction(Vector3::new(1.0, 0.0, 0.0)),
        ramp_in_s: 0.0,
        ramp_out_s: 0.0,
    };

    /// Part of the attainable force `t` seconds into the segment.
    #[must_use]
    pub fn level_at(&self, t: f64) -> f64 {
        let rising = if self.ramp_in_s > 0.0 {
            t / self.ramp_in_s
        } else {
            1.0
        };
        let left = self.duration_s - t;
        let falling = if self.ramp_out_s > 0.0 {
            left / self.ramp_out_s
        } else {
            1.0
        };
        self.level * rising.min(falling).clamp(0.0, 1.0)
    }
}
