//! The rule for one valve in one tick.

use crate::limits::ValveLimits;

/// Which limit a command breaks; the numbers are those of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Violation {
    /// A valve is to open while not armed.
    NotArmed = 1,
    /// An on-time is longer than the tick.
    OnTime = 2,
    /// A valve is to close before its shortest opening.
    PulseTooShort = 3,
    /// A valve is to open before its shortest pause.
    PauseTooShort = 4,
    /// A valve is open for longer than allowed.
    PulseTooLong = 5,
    /// All open nozzles together draw too much.
    Power = 6,
    /// A valve is closed early for a reason that does not hold.
    ForceClose = 7,
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
    limits: &ValveLimits,
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
    limits: &ValveLimits,
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
