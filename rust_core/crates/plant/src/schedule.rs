//! Which tick a report is due in.

use std::ops::Range;

/// Longest step, s: one period of power and heat, which are stepped at 50 Hz and at most once a
/// tick; ten times the usual step of 2 ms.
pub(crate) const DT_MAX_S: f64 = 0.02;

/// Reports per second against ticks per second.
///
/// Report number `n` comes in the tick in which `n` periods of it have passed at the tick's end:
/// tick `k` reports where `floor((k + 1) r / R) > floor(k r / R)`. A rate at or above the loop's
/// reports in every tick, and everything reports in tick 0.
#[derive(Debug, Clone)]
pub(crate) struct Schedule {
    rate_hz: f64,
    loop_hz: f64,
    /// From a report to the first tick that may have the next one. Reports are R/r ticks apart, to
    /// the tick below or above; one more is left for rounding.
    pause: u64,
    /// The ticks of that pause after the last report, in which the rule need not be asked.
    quiet: Range<u64>,
}

impl Schedule {
    pub(crate) fn new(rate_hz: f64, dt_s: f64) -> Self {
        let loop_hz = loop_rate_hz(dt_s);
        Self {
            rate_hz,
            loop_hz,
            pause: ((loop_hz / rate_hz) as u64).saturating_sub(1),
            quiet: 0..0,
        }
    }

    /// The number of the report due in `tick`, if any: 0 in tick 0, then up by one from report to
    /// report.
    pub(crate) fn due(&mut self, tick: u64) -> Option<u64> {
        if self.quiet.contains(&tick) {
            return None;
        }
        let report = self.report_in(tick);
        if report.is_some() {
            self.quiet = tick + 1..tick + self.pause;
        }
        report
    }

    /// The rule.
    fn report_in(&self, tick: u64) -> Option<u64> {
        if self.rate_hz >= self.loop_hz {
            return Some(tick);
        }
        // Of a number that is not negative the conversion takes the floor.
        let periods = |ticks: u64| (ticks as f64 * self.rate_hz / self.loop_hz) as u64;
        let (before, after) = (periods(tick), periods(tick + 1));
        (tick == 0 || after > before).then_some(after)
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

#[cfg(test)]
mod tests {
    use super::Schedule;

    #[test]
    fn a_pause_hides_no_report() {
        for dt_s in [0.001, 0.002, 0.003003, 0.02] {
            for rate_hz in [
                0.3, 1.0, 7.0, 33.3, 50.0, 99.9, 124.9, 166.6, 250.0, 333.0, 499.0,
            ] {
                let mut schedule = Schedule::new(rate_hz, dt_s);
                for start in [0, 1 << 30] {
                    for tick in start..start + 20_000 {
                        let report = schedule.report_in(tick);
                        assert_eq!(schedule.due(tick), report, "{rate_hz} Hz in {tick}");
                        assert_eq!(schedule.due(tick), report, "asked again");
                    }
                }
            }
        }
    }
}
