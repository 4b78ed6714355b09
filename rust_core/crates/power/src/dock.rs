//! The dock bridge: a source with a soft start.

use qiki_craft::PowerPlane;

#[derive(Debug, Clone)]
pub(crate) struct DockBridge {
    pub(crate) station_v: f64,
    full_w: f64,
    soft_start_s: f64,
    closed: bool,
    closed_s: f64,
}

impl DockBridge {
    pub(crate) fn new(plane: &PowerPlane) -> Self {
        let current_w = plane.dock_current_max_a * plane.dock_station_v;
        Self {
            station_v: plane.dock_station_v,
            full_w: plane.dock_station_max_w.min(current_w),
            soft_start_s: plane.dock_soft_start_s,
            closed: false,
            closed_s: 0.0,
        }
    }

    /// `span_s` with the bridge closed or open; the mean power it can give meanwhile, W. Each
    /// closing starts the ramp anew.
    pub(crate) fn step(&mut self, closed: bool, span_s: f64) -> f64 {
        if closed != self.closed {
            self.closed = closed;
            self.closed_s = 0.0;
        }
        if !closed {
            return 0.0;
        }
        let before_s = self.ramped_s();
        self.closed_s += span_s;
        self.full_w * (self.ramped_s() - before_s) / span_s
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed
    }

    /// How far the soft start is, 0..1.
    pub(crate) fn soft_start(&self) -> f64 {
        if !self.closed {
            0.0
        } else if self.closed_s < self.soft_start_s {
            self.closed_s / self.soft_start_s
        } else {
            1.0
        }
    }

    /// Integral of the ramp since closing, s: the mean over a step is exact wherever it ends.
    fn ramped_s(&self) -> f64 {
        if self.closed_s < self.soft_start_s {
            0.5 * self.closed_s * self.closed_s / self.soft_start_s
        } else {
            self.closed_s - 0.5 * self.soft_start_s
        }
    }
}
