//! Every valve command against the limits, tick after tick.

use qiki_craft::{NOZZLES, ValveCommand, nozzles_in};

use crate::force_close::ForceClose;
use crate::limits::ValveLimits;
use crate::rule::{Valve, Violation, level_permitted, permitted};

/// Before every edge that can have been, µs.
const LONG_AGO_US: i64 = -(1 << 40);

/// Remembers the valves and checks every command.
#[derive(Debug, Clone)]
pub struct Guard {
    limits: ValveLimits,
    /// The last command was refused.
    tripped: bool,
    now_us: i64,
    /// Bit n: valve n is open at the end of the last tick.
    open: u16,
    /// When each valve had its last edge.
    edge_at_us: [i64; NOZZLES],
}

impl Guard {
    /// A guard with all valves closed for long.
    #[must_use]
    pub fn new(limits: ValveLimits) -> Self {
        Self {
            limits,
            tripped: false,
            now_us: 0,
            open: 0,
            edge_at_us: [LONG_AGO_US; NOZZLES],
        }
    }

    /// Checks a command, and remembers it where it passes. For the nozzles of `closed` the shortest
    /// opening does not count.
    ///
    /// # Errors
    /// The first limit that is broken; then the rig must get closed valves, and that is what
    /// the guard remembers.
    pub fn check(&mut self, command: &ValveCommand, closed: &ForceClose) -> Result<(), Violation> {
        let verdict = self.verdict(command, closed);
        self.tripped = verdict.is_err();
        if verdict.is_ok() {
            self.remember(command);
        } else {
            self.remember(&ValveCommand::default());
        }
        verdict
    }

    fn verdict(&self, command: &ValveCommand, closed: &ForceClose) -> Result<(), Violation> {
        if !closed.holds(command, self.tripped) {
            return Err(Violation::ForceClose);
        }
        let (limits, early) = (&self.limits, closed.nozzles());
        let mut power_w = 0.0;
        // A valve that stays closed breaks no limit.
        for n in nozzles_in(self.open | command.nozzles_opened()) {
            let (on_time_us, valve) = (command.on_time_us[n], self.valve(n));
            if limits.throttled(n) {
                level_permitted(command.armed, on_time_us, valve, limits)?;
            } else if early >> n & 1 == 0 {
                permitted(command.armed, on_time_us, valve, limits)?;
            }
            power_w += limits.drawn_w(n, on_time_us);
        }
        if power_w <= limits.power_max_w {
            Ok(())
        } else {
            Err(Violation::Power)
        }
    }

    fn valve(&self, n: usize) -> Valve {
        Valve {
            open: self.open >> n & 1 == 1,
            since_edge_us: u32::try_from(self.now_us - self.edge_at_us[n]).unwrap_or(u32::MAX),
        }
    }

    /// The tick goes by with this command.
    fn remember(&mut self, command: &ValveCommand) {
        let period_us = self.limits.period_us;
        for n in nozzles_in(self.open | command.nozzles_opened()) {
            let (open, on_time_us) = (self.open >> n & 1 == 1, command.on_time_us[n]);
            let edge_after_us = if self.limits.throttled(n) {
                (open != (on_time_us > 0)).then_some(0)
            } else if open {
                (on_time_us < period_us).then_some(on_time_us)
            } else {
                Some(period_us - on_time_us)
            };
            if let Some(after_us) = edge_after_us {
                self.open ^= 1 << n;
                self.edge_at_us[n] = self.now_us + i64::from(after_us);
            }
        }
        self.now_us += i64::from(period_us);
    }
}
