//! The states of a nozzle: what time makes of them, and who is in which set.

use qiki_craft::NOZZLES;

use crate::health::nozzle_state::{NozzleState, NozzleStates, RecoveryTimes, ticks};
use NozzleState::{Healthy, OnTrial, Resting, StuckClosed, StuckOpen};

#[test]
fn what_a_tick_makes_of_every_state() {
    // State, what it becomes, and what it becomes where trials are not allowed.
    let table = [
        (Healthy, Healthy, Healthy),
        (OnTrial(0), OnTrial(0), OnTrial(0)),
        (OnTrial(99_999), OnTrial(99_999), OnTrial(99_999)),
        (OnTrial(100_000), Healthy, Healthy),
        (OnTrial(u32::MAX), Healthy, Healthy),
        (StuckClosed(None), StuckClosed(None), StuckClosed(None)),
        (StuckClosed(Some(0)), OnTrial(0), StuckClosed(Some(0))),
        (
            StuckClosed(Some(1)),
            StuckClosed(Some(0)),
            StuckClosed(Some(0)),
        ),
        (
            StuckClosed(Some(9)),
            StuckClosed(Some(8)),
            StuckClosed(Some(8)),
        ),
        (StuckOpen, StuckOpen, StuckOpen),
        (Resting(0), Healthy, Healthy),
        (Resting(1), Resting(0), Resting(0)),
        (Resting(9), Resting(8), Resting(8)),
    ];
    for (state, allowed, not_allowed) in table {
        assert_eq!(state.next(true), allowed, "{state:?}");
        assert_eq!(state.next(false), not_allowed, "{state:?} without trials");
    }
}

/// Closed, open, resting, on trial, out of the allocation.
fn sets(states: &NozzleStates) -> [u16; 5] {
    [
        states.closed(),
        states.open(),
        states.resting(),
        states.on_trial(),
        states.out(),
    ]
}

#[test]
fn a_nozzle_is_in_the_sets_of_its_state_and_in_no_other_whatever_it_was_before() {
    let table = [
        (Healthy, [0, 0, 0, 0, 0]),
        (StuckClosed(None), [1, 0, 0, 0, 1]),
        (StuckClosed(Some(7)), [1, 0, 0, 0, 1]),
        (StuckOpen, [0, 1, 0, 0, 1]),
        (Resting(7), [0, 0, 1, 0, 1]),
        (OnTrial(7), [0, 0, 0, 1, 0]),
    ];
    for n in [0, 6, NOZZLES - 1] {
        for (before, _) in table {
            for (state, expected) in table {
                let mut states = NozzleStates::new();
                states.set(n, before);
                states.set(n, state);
                assert_eq!(states.of(n), state);
                assert_eq!(
                    sets(&states),
                    expected.map(|member| member << n),
                    "{state:?}"
                );
            }
        }
    }
}

#[test]
fn a_nozzle_leaves_the_others_where_they_are() {
    let mut states = NozzleStates::new();
    states.set(1, StuckClosed(None));
    states.set(2, StuckOpen);
    states.set(3, Resting(1));
    states.set(4, OnTrial(1));
    let before = sets(&states);
    assert_eq!(before, [0b10, 0b100, 0b1000, 0b1_0000, 0b1110]);
    for state in [
        StuckClosed(None),
        StuckOpen,
        Resting(1),
        OnTrial(1),
        Healthy,
    ] {
        states.set(9, state);
    }
    assert_eq!(sets(&states), before);
    assert_eq!(states.of(2), StuckOpen);
}

#[test]
fn a_rest_is_a_second_and_trials_come_after_five_ten_twenty_forty_and_eighty() {
    for (dt_s, second) in [(0.001, 1000), (0.002, 500), (0.005, 200)] {
        let times = RecoveryTimes::new(dt_s);
        assert_eq!(times.closing(), Resting(second));
        for (trials, seconds) in [(0, 5), (1, 10), (2, 20), (3, 40), (4, 80)] {
            assert_eq!(times.closed(trials), StuckClosed(Some(seconds * second)));
        }
        for trials in [5, 6, u32::MAX] {
            assert_eq!(times.closed(trials), StuckClosed(None));
        }
    }
}

#[test]
fn a_time_is_rounded_up_to_ticks() {
    assert_eq!([0.0, 0.25, 0.26, 0.5].map(|s| ticks(s, 0.25)), [0, 1, 2, 2]);
}
