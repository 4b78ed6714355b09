//! Which tick a report is due in.

/// Reports per second against ticks per second.
///
/// Report number `n` comes in the tick in which `n` periods of it have passed at the tick's end:
/// tick `k` reports where `floor((k + 1) r / R) > floor(k r / R)`. A rate at or above the loop's
/// reports in every tick, and everything reports in tick 0.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Schedule {
    rate_hz: f64,
    loop_hz: f64,
}

impl Schedule {
    pub(crate) fn new(rate_hz: f64, dt_s: f64) -> Self {
        Self {
            rate_hz,
            loop_hz: loop_rate_hz(dt_s),
        }
    }

    /// The number of the report due in `tick`, if any: 0 in tick 0, then up by one from report to
    /// report.
    pub(crate) fn due(&self, tick: u64) -> Option<u64> {
        if self.rate_hz >= self.loop_hz {
            return Some(tick);
        }
        let before = (tick as f64 * self.rate_hz / self.loop_hz).floor();
        let after = ((tick + 1) as f64 * self.rate_hz / self.loop_hz).floor();
        (tick == 0 || after > before).then_some(after as u64)
    }
}

/// 1/dt is often a whole number that the division just misses; the rule needs the whole one.
fn loop_rate_hz(dt_s: f64) -> f64 {
    let rate = 1.0 / dt_s;
    let whole = rate.round();
    if (rate - whole).abs() < 1e-9 * rate {
        whole
    } else {
        rate
    }
}
