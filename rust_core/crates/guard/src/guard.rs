//! The last check between controller and rig.
//!
//! The guard knows nothing of modes, laws or modulators. It remembers what it let through and
//! checks each command against the limits of the valves and the bus. A command that breaks one
//! is replaced by closed valves.

use qiki_craft::{NOZZLES, ValveCommand, nozzles_in};

/// What a command may not exceed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// The tick, µs.
    pub period_us: u32,
    /// Shortest opening, µs. Closing everything early is always allowed.
    pub min_on_us: u32,
    /// Shortest pause, µs.
    pub min_off_us: u32,
    /// Longest opening, µs.
    pub max_on_us: u32,
    /// Bit n: nozzle n is throttled; its on-time is its level.
    pub throttleable: u16,
    /// Electrical power of each open nozzle, of a throttled one at full thrust, W.
    pub power_w: [f64; NOZZLES],
    /// Most power of all open nozzles, W.
    pub power_max_w: f64,
}

impl Limits {
    fn throttled(&self, n: usize) -> bool {
        self.throttleable >> n & 1 == 1
    }

    /// What nozzle `n` draws in a tick, W: all of it where it is open at any moment, because two
    /// pulses that only touch could still overlap; its level of it where it is throttled.
    fn drawn_w(&self, n: usize, on_time_us: u32) -> f64 {
        let share = if self.throttled(n) {
            f64::from(on_time_us) / f64::from(self.period_us)
        } else {
            f64::from(u8::from(on_time_us > 0))
        };
        share * self.power_w[n]
    }
}

/// Which limit a command breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Violation {
    /// A valve is to open while not armed.
    NotArmed,
    /// An on-time is longer than the tick.
    OnTime,
    /// A valve is to close before its shortest opening.
    PulseTooShort,
    /// A valve is to open before its shortest pause.
    PauseTooShort,
    /// A valve is open for longer than allowed.
    PulseTooLong,
    /// All open nozzles together draw too much.
    Power,
}

/// One valve as the guard has let it be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Valve {
    /// Open at the end of the last tick.
    pub open: bool,
    /// Time since its last edge, µs, saturating.
    pub since_edge_us: u32,
}

/// The rule for one valve in one tick: is `on_time_us` within the limits?
///
/// # Errors
/// The limit that is broken.
pub fn permitted(
    armed: bool,
    on_time_us: u32,
    valve: Valve,
    limits: &Limits,
) -> Result<(), Violation> {
    if on_time_us > limits.period_us {
        return Err(Violation::OnTime);
    }
    if on_time_us > 0 && !armed {
        return Err(Violation::NotArmed);
    }
    let edge_after = if valve.open {
        on_time_us
    } else {
        limits.period_us - on_time_us
    };
    let at_edge = valve.since_edge_us.saturating_add(edge_after);
    let closes = valve.open && on_time_us < limits.period_us;
    let opens = !valve.open && on_time_us > 0;
    if closes && at_edge < limits.min_on_us {
        return Err(Violation::PulseTooShort);
    }
    if opens && at_edge < limits.min_off_us {
        return Err(Violation::PauseTooShort);
    }
    if valve.open && at_edge > limits.max_on_us {
        return Err(Violation::PulseTooLong);
    }
    Ok(())
}

/// The rule for one throttled nozzle in one tick: is its level, `on_time_us` of the period, within
/// the limits? It has no shortest opening and pause, and is open for the whole tick at any level.
///
/// # Errors
/// The limit that is broken.
pub fn level_permitted(
    armed: bool,
    on_time_us: u32,
    valve: Valve,
    limits: &Limits,
) -> Result<(), Violation> {
    if on_time_us > limits.period_us {
        return Err(Violation::OnTime);
    }
    if on_time_us > 0 && !armed {
        return Err(Violation::NotArmed);
    }
    let open_us = if valve.open { valve.since_edge_us } else { 0 };
    if on_time_us > 0 && open_us.saturating_add(limits.period_us) > limits.max_on_us {
        return Err(Violation::PulseTooLong);
    }
    Ok(())
}

/// Before every edge that can have been, µs.
const LONG_AGO_US: i64 = -(1 << 40);

/// Remembers the valves and checks every command.
#[derive(Debug, Clone)]
pub struct Guard {
    limits: Limits,
    now_us: i64,
    /// Bit n: valve n is open at the end of the last tick.
    open: u16,
    /// When each valve had its last edge.
    edge_at_us: [i64; NOZZLES],
}

impl Guard {
    /// A guard with all valves closed for long.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            now_us: 0,
            open: 0,
            edge_at_us: [LONG_AGO_US; NOZZLES],
        }
    }

    /// Checks a command, and remembers it where it passes. `shut` (bit n: nozzle n) are the
    /// valves that are closed on purpose, for which the shortest opening does not count.
    ///
    /// # Errors
    /// The first limit that is broken; then the rig must get closed valves, and that is what
    /// the guard remembers.
    pub fn check(&mut self, command: &ValveCommand, shut: u16) -> Result<(), Violation> {
        let verdict = self.verdict(command, shut);
        if verdict.is_ok() {
            self.remember(command);
        } else {
            self.remember(&ValveCommand::default());
        }
        verdict
    }

    fn verdict(&self, command: &ValveCommand, shut: u16) -> Result<(), Violation> {
        let limits = &self.limits;
        let mut power_w = 0.0;
        // A valve that stays closed breaks no limit.
        for n in nozzles_in(self.open | command.nozzles_opened()) {
            let (on_time_us, valve) = (command.on_time_us[n], self.valve(n));
            let closing_on_purpose = on_time_us == 0 && shut >> n & 1 == 1;
            if limits.throttled(n) {
                level_permitted(command.armed, on_time_us, valve, limits)?;
            } else if !closing_on_purpose {
                permitted(command.armed, on_time_us, valve, limits)?;
            }
            power_w += limits.drawn_w(n, on_time_us);
        }
        if power_w > limits.power_max_w {
            Err(Violation::Power)
        } else {
            Ok(())
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
