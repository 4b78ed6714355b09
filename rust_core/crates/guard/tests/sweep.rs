//! The last check: one boolean, swept densely against waveforms drawn microsecond by microsecond.

use qiki_craft::{NOZZLES, ValveCommand};
use qiki_guard::{CloseReason, ForceClose, Guard, Valve, ValveLimits, Violation};
use qiki_guard::{level_permitted, permitted};

use crate::common::{LIMITS, NONE, THROTTLED, command, opened};

fn isolated(nozzles: u16) -> ForceClose {
    NONE.and(CloseReason::Isolated, nozzles)
}

/// A small world: every combination of these can be drawn.
const SMALL: ValveLimits = ValveLimits {
    period_us: 5,
    min_on_us: 7,
    min_off_us: 6,
    max_on_us: 17,
    throttleable: 0,
    power_w: [1.0; NOZZLES],
    power_max_w: 16.0,
};

/// How long a valve was open, closed, open ... and which of them, µs. The last run goes on; every
/// other one has ended, be its length 0.
struct Wave(Vec<(bool, u32)>);

impl Wave {
    /// A valve that is `open` since its last edge, `since_us` ago.
    fn new(open: bool, since_us: u32) -> Self {
        Self(vec![(open, since_us)])
    }

    /// One tick, by the edge rule of `ValveCommand`: an open valve closes after its on-time, a
    /// closed one opens so that it is open for its on-time at the tick's end.
    fn tick(&mut self, on_time_us: u32, period_us: u32) {
        let (open, length_us) = self.0.last_mut().unwrap();
        let open = *open;
        let closed_us = period_us - on_time_us;
        let (first_us, rest_us) = if open {
            (on_time_us, closed_us)
        } else {
            (closed_us, on_time_us)
        };
        *length_us += first_us;
        if rest_us > 0 {
            self.0.push((!open, rest_us));
        }
    }

    /// Whether it keeps the limits: every run that has ended, and every opening so far.
    fn keeps(&self, limits: &ValveLimits) -> bool {
        let long_enough = |(open, length_us): &(bool, u32)| {
            let shortest_us = if *open {
                limits.min_on_us
            } else {
                limits.min_off_us
            };
            *length_us >= shortest_us
        };
        let ended = &self.0[..self.0.len() - 1];
        let short_enough =
            |(open, length_us): &(bool, u32)| !open || *length_us <= limits.max_on_us;
        ended.iter().all(long_enough) && self.0.iter().all(short_enough)
    }
}

/// What a valve does in one tick, by the drawn wave.
fn drawn(open: bool, since_us: u32, on_time_us: u32, limits: &ValveLimits) -> Wave {
    let mut wave = Wave::new(open, since_us);
    wave.tick(on_time_us, limits.period_us);
    wave
}

#[test]
fn the_rule_is_what_the_waveform_says_over_the_whole_small_world() {
    let mut counts = [0; 2];
    for armed in [false, true] {
        for open in [false, true] {
            for since_edge_us in 0..=25 {
                for on_time_us in 0..=8 {
                    let valve = Valve {
                        open,
                        since_edge_us,
                    };
                    let verdict = permitted(armed, on_time_us, valve, &SMALL).is_ok();
                    let expected = on_time_us <= SMALL.period_us
                        && (armed || on_time_us == 0)
                        && drawn(open, since_edge_us, on_time_us, &SMALL).keeps(&SMALL);
                    assert_eq!(
                        verdict, expected,
                        "armed {armed} {valve:?} on-time {on_time_us}"
                    );
                    counts[usize::from(verdict)] += 1;
                }
            }
        }
    }
    assert!(
        counts[0] > 100 && counts[1] > 100,
        "both verdicts are met often: {counts:?}"
    );
}

#[test]
fn every_sequence_of_ticks_that_passes_keeps_the_limits() {
    // All sequences of five on-times, from closed for long; the guard's own memory is used.
    let on_times = SMALL.period_us + 1;
    let mut passed = 0;
    for code in 0..on_times.pow(5) {
        let mut guard = Guard::new(SMALL);
        let mut wave = Wave::new(false, 50);
        let mut ok = true;
        for tick in 0..5 {
            let on_time_us = code / on_times.pow(tick) % on_times;
            wave.tick(on_time_us, SMALL.period_us);
            ok = guard.check(&command(on_time_us, 3..4), &NONE).is_ok();
            assert_eq!(ok, wave.keeps(&SMALL), "{code}: {:?}", wave.0);
            if !ok {
                break;
            }
        }
        passed += usize::from(ok);
    }
    assert!(passed > 10, "{passed}");
}

#[test]
fn a_valve_does_not_open_unarmed() {
    let mut guard = Guard::new(LIMITS);
    let unarmed = ValveCommand {
        armed: false,
        ..command(1, 4..5)
    };
    assert_eq!(guard.check(&unarmed, &NONE), Err(Violation::NotArmed));
    assert_eq!(guard.check(&ValveCommand::default(), &NONE), Ok(()));
}

#[test]
fn an_on_time_does_not_exceed_the_tick() {
    let mut guard = Guard::new(LIMITS);
    assert_eq!(
        guard.check(&command(2001, 0..1), &NONE),
        Err(Violation::OnTime)
    );
    assert_eq!(
        guard.check(&command(u32::MAX, 15..16), &NONE),
        Err(Violation::OnTime)
    );
    assert_eq!(guard.check(&command(2000, 0..1), &NONE), Ok(()));
}

#[test]
fn a_valve_does_not_close_before_its_shortest_opening() {
    assert_eq!(
        opened(0..1, 14).check(&command(1999, 0..1), &NONE),
        Err(Violation::PulseTooShort)
    );
    assert_eq!(opened(0..1, 15).check(&command(0, 0..1), &NONE), Ok(()));
    let mut guard = Guard::new(LIMITS);
    guard.check(&command(500, 0..1), &NONE).unwrap();
    for _ in 0..14 {
        guard.check(&command(2000, 0..1), &NONE).unwrap();
    }
    let mut late = guard.clone();
    assert_eq!(
        guard.check(&command(1499, 0..1), &NONE),
        Err(Violation::PulseTooShort)
    );
    assert_eq!(late.check(&command(1500, 0..1), &NONE), Ok(()));
}

#[test]
fn a_valve_does_not_open_before_its_shortest_pause() {
    let paused = |ticks: u32| {
        let mut guard = opened(0..1, 20);
        for _ in 0..ticks {
            guard.check(&command(0, 0..1), &NONE).unwrap();
        }
        guard
    };
    assert_eq!(
        paused(14).check(&command(1, 0..1), &NONE),
        Err(Violation::PauseTooShort)
    );
    assert_eq!(paused(15).check(&command(2000, 0..1), &NONE), Ok(()));
}

#[test]
fn a_valve_is_not_open_for_longer_than_allowed() {
    assert_eq!(
        opened(0..1, 1500).check(&command(1, 0..1), &NONE),
        Err(Violation::PulseTooLong)
    );
    assert_eq!(opened(0..1, 1500).check(&command(0, 0..1), &NONE), Ok(()));
    assert_eq!(
        opened(0..1, 1499).check(&command(2000, 0..1), &NONE),
        Ok(())
    );
}

#[test]
fn all_open_valves_together_stay_within_the_power() {
    assert_eq!(Guard::new(LIMITS).check(&command(1, 0..10), &NONE), Ok(()));
    assert_eq!(
        Guard::new(LIMITS).check(&command(1, 0..11), &NONE),
        Err(Violation::Power)
    );
}

#[test]
fn a_valve_that_closes_in_a_tick_counts_against_one_that_opens_in_it() {
    let mut guard = opened(0..10, 20);
    let mut hand_over = command(1900, 0..10);
    // Nozzle 10 opens 100 us into the tick, 1800 us before the others close.
    hand_over.on_time_us[10] = 1900;
    assert_eq!(guard.check(&hand_over, &NONE), Err(Violation::Power));
}

#[test]
fn a_valve_that_closes_as_the_tick_begins_draws_nothing_in_it() {
    let mut guard = opened(0..10, 20);
    assert_eq!(guard.check(&command(1900, 10..16), &NONE), Ok(()));
}

#[test]
fn closing_on_purpose_needs_no_shortest_opening_but_opening_on_purpose_does_not_exist() {
    let mut guard = opened(0..2, 3);
    assert_eq!(
        guard.clone().check(&command(0, 0..2), &isolated(0b01)),
        Err(Violation::PulseTooShort)
    );
    assert_eq!(
        guard.clone().check(&command(0, 0..2), &isolated(0b11)),
        Ok(())
    );
    let mut one_left = command(0, 0..1);
    one_left.on_time_us[1] = 1000;
    assert_eq!(
        guard.check(&one_left, &isolated(0b11)),
        Err(Violation::ForceClose)
    );
}

#[test]
fn after_a_violation_the_guard_remembers_closed_valves() {
    let mut guard = opened(0..4, 20);
    assert_eq!(
        guard.check(&command(2001, 0..1), &NONE),
        Err(Violation::OnTime)
    );
    assert_eq!(
        guard.check(&command(2000, 0..1), &NONE),
        Err(Violation::PauseTooShort)
    );
    for _ in 0..14 {
        guard.check(&command(0, 0..1), &NONE).unwrap();
    }
    assert_eq!(guard.check(&command(2000, 0..1), &NONE), Ok(()));
}

#[test]
fn a_level_may_change_from_tick_to_tick_where_a_pulse_may_not() {
    let mut guard = Guard::new(THROTTLED);
    for level in [300, 0, 2000, 1, 0, 1999] {
        assert_eq!(guard.check(&command(level, 4..5), &NONE), Ok(()));
    }
    let mut guard = Guard::new(THROTTLED);
    assert_eq!(guard.check(&command(300, 5..6), &NONE), Ok(()));
    let verdict = guard.check(&command(0, 5..6), &NONE);
    assert_eq!(verdict, Err(Violation::PulseTooShort));
}

#[test]
fn a_level_is_permitted_where_it_is_no_longer_than_the_tick_armed_and_not_for_too_long() {
    let mut counts = [0; 2];
    for armed in [false, true] {
        for open in [false, true] {
            for since_edge_us in (0..=25).step_by(5) {
                for on_time_us in 0..=8 {
                    let valve = Valve {
                        open,
                        since_edge_us,
                    };
                    let verdict = level_permitted(armed, on_time_us, valve, &SMALL).is_ok();
                    // Above zero for whole ticks of 5 us: three fit in 17 us.
                    let before = if open { since_edge_us / 5 } else { 0 };
                    let expected = on_time_us == 0 || (on_time_us <= 5 && armed && before < 3);
                    assert_eq!(verdict, expected, "armed {armed} {valve:?} {on_time_us}");
                    counts[usize::from(verdict)] += 1;
                }
            }
        }
    }
    assert!(counts[0] > 50 && counts[1] > 20, "{counts:?}");
}

#[test]
fn a_level_above_zero_does_not_last_for_longer_than_allowed_however_small() {
    let mut guard = Guard::new(THROTTLED);
    for tick in 0..1500 {
        let level = 1 + tick % 2000;
        assert_eq!(
            guard.check(&command(level, 2..3), &NONE),
            Ok(()),
            "tick {tick}"
        );
    }
    let mut rested = guard.clone();
    let verdict = guard.check(&command(1, 2..3), &NONE);
    assert_eq!(verdict, Err(Violation::PulseTooLong));
    rested.check(&command(0, 2..3), &NONE).unwrap();
    assert_eq!(rested.check(&command(2000, 2..3), &NONE), Ok(()));
}

#[test]
fn an_unarmed_level_and_one_above_the_tick_are_refused() {
    let unarmed = ValveCommand {
        armed: false,
        ..command(1, 4..5)
    };
    let mut guard = Guard::new(THROTTLED);
    assert_eq!(guard.check(&unarmed, &NONE), Err(Violation::NotArmed));
    let verdict = guard.check(&command(2001, 4..5), &NONE);
    assert_eq!(verdict, Err(Violation::OnTime));
}

#[test]
fn a_throttled_nozzle_draws_its_level_of_the_power_and_another_all_of_it() {
    // 44,861 W are 10.68 nozzles of 4200 W: two of the odd, and all of the even at the rest.
    let with = |level: u32| {
        let mut mixed = command(1, 1..4);
        for n in (0..NOZZLES).step_by(2) {
            mixed.on_time_us[n] = level;
        }
        Guard::new(THROTTLED).check(&mixed, &NONE)
    };
    assert_eq!(with(2000), Ok(()), "two and eight");
    let mut all = command(2000, 0..NOZZLES);
    let verdict = Guard::new(THROTTLED).check(&all, &NONE);
    assert_eq!(verdict, Err(Violation::Power));
    for n in (0..NOZZLES).step_by(2) {
        all.on_time_us[n] = 670;
    }
    assert_eq!(Guard::new(THROTTLED).check(&all, &NONE), Ok(()));
    for n in (0..NOZZLES).step_by(2) {
        all.on_time_us[n] = 671;
    }
    let verdict = Guard::new(THROTTLED).check(&all, &NONE);
    assert_eq!(verdict, Err(Violation::Power));
}
