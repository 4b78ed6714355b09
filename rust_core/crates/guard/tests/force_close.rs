//! The list of reasons to close early: each one, and each check of it.

use qiki_craft::ValveCommand;
use qiki_guard::{CloseReason, ForceClose, Guard, Violation};

use crate::common::{LIMITS, NONE, command, opened, tripped};

const CLOSED: ValveCommand = ValveCommand {
    armed: true,
    on_time_us: [0; qiki_craft::NOZZLES],
};
const DISARMED: ValveCommand = ValveCommand {
    armed: false,
    ..CLOSED
};

fn closes(reason: CloseReason, nozzles: u16) -> ForceClose {
    NONE.and(reason, nozzles)
}

/// A guard with nozzles 0 and 1 open for 6 ms of their 30.
fn open_for_a_moment() -> Guard {
    opened(0..2, 3)
}

#[test]
fn each_reason_alone_lets_the_listed_valves_close_early_where_it_holds() {
    let refused = Err(Violation::ForceClose);
    // Reason, verdict with an armed command, verdict with one that is not.
    let table = [
        (CloseReason::Disarmed, refused, Ok(())),
        (CloseReason::NoThrustMode, Ok(()), Ok(())),
        (CloseReason::ManualOverride, Ok(()), Ok(())),
        (CloseReason::Isolated, Ok(()), Ok(())),
        (CloseReason::GuardTripped, refused, refused),
    ];
    assert_eq!(table.map(|(reason, ..)| reason), CloseReason::ALL);
    for (reason, armed, disarmed) in table {
        for (command, expected) in [(CLOSED, armed), (DISARMED, disarmed)] {
            let verdict = open_for_a_moment().check(&command, &closes(reason, 0b11));
            assert_eq!(verdict, expected, "{reason:?}, armed {}", command.armed);
        }
    }
}

#[test]
fn a_reason_is_good_for_the_listed_valves_alone() {
    for reason in CloseReason::ALL {
        for command in [CLOSED, DISARMED] {
            let verdict = open_for_a_moment().check(&command, &closes(reason, 0b01));
            assert!(verdict.is_err(), "{reason:?}");
        }
    }
    let isolated = closes(CloseReason::Isolated, 0b01);
    assert_eq!(
        open_for_a_moment().check(&CLOSED, &isolated),
        Err(Violation::PulseTooShort)
    );
}

#[test]
fn a_listed_valve_is_not_opened_whatever_the_reason() {
    for reason in CloseReason::ALL {
        for mut guard in [Guard::new(LIMITS), tripped(LIMITS)] {
            let listed = closes(reason, 1 << 5);
            let verdict = guard.clone().check(&command(1, 5..6), &listed);
            assert_eq!(verdict, Err(Violation::ForceClose), "{reason:?}");
            let holds = matches!(
                reason,
                CloseReason::NoThrustMode | CloseReason::ManualOverride | CloseReason::Isolated
            );
            if holds {
                let beside = guard.check(&command(2000, 6..7), &listed);
                assert_eq!(beside, Ok(()), "{reason:?}: another valve");
            }
        }
    }
}

#[test]
fn a_valve_that_is_open_does_not_stay_open_for_a_while_as_it_is_closed_early() {
    let mut long_open = opened(0..1, 100);
    let isolated = closes(CloseReason::Isolated, 1);
    assert_eq!(
        long_open.check(&command(1, 0..1), &isolated),
        Err(Violation::ForceClose)
    );
}

#[test]
fn a_trip_excuses_the_closing_in_the_next_command_and_no_later() {
    let listed = closes(CloseReason::GuardTripped, 0b11);
    let mut guard = tripped(LIMITS);
    assert_eq!(guard.check(&CLOSED, &listed), Ok(()));
    assert_eq!(
        guard.check(&CLOSED, &listed),
        Err(Violation::ForceClose),
        "the trip is over"
    );
    assert_eq!(
        guard.check(&CLOSED, &listed),
        Ok(()),
        "that was a trip again"
    );
    let mut guard = tripped(LIMITS);
    assert_eq!(guard.check(&CLOSED, &NONE), Ok(()));
    assert_eq!(guard.check(&CLOSED, &listed), Err(Violation::ForceClose));
}

#[test]
fn a_reason_that_holds_does_not_cover_one_that_does_not() {
    let both = closes(CloseReason::Isolated, 0b11).and(CloseReason::Disarmed, 0b01);
    assert_eq!(
        open_for_a_moment().check(&CLOSED, &both),
        Err(Violation::ForceClose)
    );
    let both = closes(CloseReason::Isolated, 0b11).and(CloseReason::GuardTripped, 0b01);
    assert_eq!(
        open_for_a_moment().check(&CLOSED, &both),
        Err(Violation::ForceClose)
    );
}

#[test]
fn an_empty_list_excuses_nothing_and_stands_in_nobodys_way() {
    for reason in CloseReason::ALL {
        let empty = closes(reason, 0);
        assert_eq!(empty, NONE);
        let mut guard = Guard::new(LIMITS);
        assert_eq!(guard.check(&command(2000, 0..1), &empty), Ok(()));
        assert_eq!(guard.check(&CLOSED, &empty), Err(Violation::PulseTooShort));
    }
}

#[test]
fn the_list_adds_up_and_keeps_each_reason_apart() {
    let mut list = NONE;
    for (n, reason) in CloseReason::ALL.into_iter().enumerate() {
        list = list.and(reason, 1 << n).and(reason, 1 << n | 1 << 15);
    }
    for (n, reason) in CloseReason::ALL.into_iter().enumerate() {
        assert_eq!(list.of(reason), 1 << n | 1 << 15, "{reason:?}");
    }
    assert_eq!(list.nozzles(), 0x801F);
    let twice = closes(CloseReason::Isolated, 0b11).and(CloseReason::NoThrustMode, 0b10);
    assert_eq!(twice.nozzles(), 0b11, "one valve for two reasons");
}

#[test]
fn closing_early_spares_no_pause() {
    let mut guard = open_for_a_moment();
    let isolated = closes(CloseReason::Isolated, 0b11);
    assert_eq!(guard.check(&CLOSED, &isolated), Ok(()));
    for _ in 0..14 {
        let early = guard.clone().check(&command(1, 0..1), &NONE);
        assert_eq!(early, Err(Violation::PauseTooShort));
        guard.check(&CLOSED, &NONE).unwrap();
    }
    assert_eq!(guard.check(&command(2000, 0..1), &NONE), Ok(()));
}
