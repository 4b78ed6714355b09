//! What the guard remembers after it has refused a command: closed valves, and the time.

use qiki_guard::{CloseReason, Guard, ValveLimits, Violation};

use crate::common::{LIMITS, NONE, THROTTLED, command, opened, tripped};

/// Commands that are refused, one for each limit, by a guard that has seen nozzles 0 to 3 open for
/// `ticks`.
fn refusals() -> [(
    Violation,
    Guard,
    qiki_craft::ValveCommand,
    qiki_guard::ForceClose,
); 6] {
    let unarmed = qiki_craft::ValveCommand {
        armed: false,
        ..command(2000, 0..4)
    };
    let soon = command(1999, 0..4);
    let closing = NONE.and(CloseReason::GuardTripped, 1);
    let [open, long_open] = [opened(0..4, 3), opened(0..4, 1500)];
    [
        (Violation::NotArmed, open.clone(), unarmed, NONE),
        (Violation::OnTime, open.clone(), command(2001, 0..4), NONE),
        (Violation::PulseTooShort, open.clone(), soon, NONE),
        (
            Violation::PulseTooLong,
            long_open,
            command(2000, 0..4),
            NONE,
        ),
        (Violation::Power, open.clone(), command(2000, 0..11), NONE),
        (Violation::ForceClose, open, command(2000, 0..4), closing),
    ]
}

#[test]
fn after_each_refusal_all_valves_are_closed_since_the_tick_began() {
    for (violation, mut guard, refused, list) in refusals() {
        assert_eq!(guard.check(&refused, &list), Err(violation));
        for tick in 0..14 {
            assert_eq!(
                guard.clone().check(&command(2000, 0..1), &NONE),
                Err(Violation::PauseTooShort),
                "{violation:?}, {tick}"
            );
            guard.check(&command(0, 0..1), &NONE).unwrap();
        }
        assert_eq!(guard.check(&command(2000, 0..4), &NONE), Ok(()));
    }
}

#[test]
fn a_valve_that_was_closed_when_a_command_was_refused_goes_on_resting() {
    let mut guard = tripped(LIMITS);
    assert_eq!(
        guard.check(&command(2000, 0..1), &NONE),
        Ok(()),
        "it has been closed for long, and the refused opening never was"
    );
}

#[test]
fn the_time_of_a_refused_tick_counts_as_pause() {
    let mut guard = opened(0..1, 15);
    for tick in 0..15 {
        let refused = guard.check(&command(2001, 5..6), &NONE);
        assert_eq!(refused, Err(Violation::OnTime), "{tick}");
    }
    assert_eq!(guard.check(&command(2000, 0..1), &NONE), Ok(()));
}

#[test]
fn the_longest_opening_of_a_level_begins_anew_after_a_refusal() {
    let short = ValveLimits {
        max_on_us: 6000,
        ..THROTTLED
    };
    let mut guard = Guard::new(short);
    for _ in 0..2 {
        for _ in 0..3 {
            guard.check(&command(700, 0..1), &NONE).unwrap();
        }
        assert_eq!(
            guard.check(&command(700, 0..1), &NONE),
            Err(Violation::PulseTooLong)
        );
    }
}
