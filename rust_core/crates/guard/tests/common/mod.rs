//! Limits like those of a craft, and guards that have seen something.

use std::ops::Range;

use qiki_craft::{NOZZLES, ValveCommand};
use qiki_guard::{ForceClose, Guard, ValveLimits};

pub const LIMITS: ValveLimits = ValveLimits {
    period_us: 2000,
    min_on_us: 30_000,
    min_off_us: 30_000,
    max_on_us: 3_000_000,
    throttleable: 0,
    power_w: [4200.0; NOZZLES],
    power_max_w: 44_861.0,
};

/// Throttled nozzles: the even ones.
pub const THROTTLED: ValveLimits = ValveLimits {
    throttleable: 0x5555,
    ..LIMITS
};

pub const NONE: ForceClose = ForceClose::NONE;

/// Armed, with these nozzles open for so long.
pub fn command(on_time_us: u32, nozzles: Range<usize>) -> ValveCommand {
    let mut command = ValveCommand {
        armed: true,
        on_time_us: [0; NOZZLES],
    };
    command.on_time_us[nozzles].fill(on_time_us);
    command
}

/// A guard that has seen nozzles open for a number of whole ticks.
pub fn opened(nozzles: Range<usize>, ticks: u32) -> Guard {
    let mut guard = Guard::new(LIMITS);
    for _ in 0..ticks {
        guard.check(&command(2000, nozzles.clone()), &NONE).unwrap();
    }
    guard
}

/// A guard of these limits that has just refused a command, with all valves closed for long.
pub fn tripped(limits: ValveLimits) -> Guard {
    let mut guard = Guard::new(limits);
    guard.check(&command(2001, 0..1), &NONE).unwrap_err();
    guard
}
