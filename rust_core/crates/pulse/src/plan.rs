//! A plan of pulses, and the on-times of its ticks.

use qiki_craft::{NOZZLES, nozzles_where};

/// At most one pulse of each nozzle. Times count from the beginning of the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// When each nozzle opens, µs.
    pub start_us: [u32; NOZZLES],
    /// For how long, µs; 0 where it does not open.
    pub on_us: [u32; NOZZLES],
    /// Length of the plan, µs.
    pub span_us: u32,
}

impl Plan {
    /// Nothing opens.
    pub const EMPTY: Self = Self {
        start_us: [0; NOZZLES],
        on_us: [0; NOZZLES],
        span_us: 0,
    };

    /// Bit n: nozzle n is open at the end of the plan.
    #[must_use]
    pub fn open_at_end(&self) -> u16 {
        (0..NOZZLES).fold(0, |mask, n| {
            let open = self.on_us[n] > 0 && self.end_us(n) >= self.span_us;
            mask | u16::from(open) << n
        })
    }

    /// Bit n: nozzle n is open at some moment of the tick from `at_us` to `at_us + period_us`.
    #[must_use]
    pub fn opened(&self, at_us: u32, period_us: u32) -> u16 {
        let on_time_us = self.on_time_us(at_us, period_us);
        nozzles_where(|n| on_time_us[n] > 0)
    }

    /// When nozzle n closes, µs.
    #[must_use]
    pub fn end_us(&self, n: usize) -> u32 {
        self.start_us[n] + self.on_us[n]
    }

    /// On-times of the tick from `at_us` to `at_us + period_us`, µs. A pulse is longer than a tick,
    /// so a tick holds one edge at most, and its on-time says where.
    #[must_use]
    pub fn on_time_us(&self, at_us: u32, period_us: u32) -> [u32; NOZZLES] {
        std::array::from_fn(|n| {
            let from = at_us.max(self.start_us[n]);
            let to = (at_us + period_us).min(self.end_us(n));
            to.saturating_sub(from)
        })
    }
}
