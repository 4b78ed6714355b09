//! Nozzles that take their level directly, alone and beside others.

use crate::common::*;
use qiki_craft::{ModulatorConfig, NOZZLES};
use qiki_pwpf::{Bank, Gate, Nozzles, ValveTimes};

const PERIOD_US: u32 = 2000;
const VALVE: ValveTimes = ValveTimes {
    min_on_s: 0.03,
    min_off_s: 0.03,
    max_on_s: 3.0,
};
/// Without a longest opening that is met.
const PATIENT: ValveTimes = ValveTimes {
    max_on_s: 1e3,
    ..VALVE
};
const RULE: ModulatorConfig = ModulatorConfig::Remainder {};
const ALL: u16 = u16::MAX;
/// Every second nozzle.
const EVEN: u16 = 0x5555;

fn bank(throttleable: u16, times: ValveTimes) -> Bank {
    let nozzles = Nozzles {
        throttleable,
        ..NOZZLES_1_W
    };
    Bank::new(&RULE, times, &nozzles, PERIOD_US).unwrap()
}

fn step(bank: &mut Bank, level: f64, gate: Gate) -> [u32; NOZZLES] {
    let mut on_time_us = [9; NOZZLES];
    bank.step(&[level; NOZZLES], gate, &mut on_time_us);
    on_time_us
}

/// Power of a tick, W: all of an open nozzle, the level of a throttled one.
fn drawn_w(on_time_us: &[u32; NOZZLES], throttleable: u16) -> f64 {
    (0..NOZZLES)
        .map(|n| {
            if throttleable >> n & 1 == 1 {
                f64::from(on_time_us[n]) / f64::from(PERIOD_US)
            } else {
                f64::from(u8::from(on_time_us[n] > 0))
            }
        })
        .sum()
}

#[test]
fn a_level_is_given_in_the_tick_in_which_it_is_demanded() {
    let mut bank = bank(ALL, VALVE);
    let ample = Gate {
        power_max_w: 16.1,
        ..FREE
    };
    for (level, on_time_us) in [(0.25, 500), (1.0, 2000), (0.0, 0), (0.5, 1000), (2.0, 2000)] {
        assert_eq!(step(&mut bank, level, ample), [on_time_us; NOZZLES]);
        assert_eq!(bank.open_mask(), if on_time_us > 0 { ALL } else { 0 });
    }
}

#[test]
fn a_level_that_is_not_a_number_counts_as_zero() {
    let mut bank = bank(ALL, VALVE);
    for level in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0] {
        assert_eq!(step(&mut bank, level, FREE), [0; NOZZLES]);
    }
}

#[test]
fn less_than_a_microsecond_is_carried_and_not_lost() {
    for level in [1e-5, 0.123_456_7, 0.499_99, 1.0 / 3.0] {
        let mut bank = bank(ALL, PATIENT);
        let (mut demanded_us, mut given_us) = (0.0, 0.0);
        for _ in 0..5000 {
            demanded_us += level * f64::from(PERIOD_US);
            given_us += f64::from(step(&mut bank, level, FREE)[5]);
            let residual_us: f64 = demanded_us - given_us;
            assert!(
                (-1e-6..1.0 + 1e-6).contains(&residual_us),
                "{level}: {residual_us} us"
            );
        }
    }
}

#[test]
fn no_level_lasts_for_longer_than_the_longest_opening() {
    let times = ValveTimes {
        max_on_s: 0.0211,
        ..VALVE
    };
    for level in [0.001, 0.7, 1.0] {
        let mut bank = bank(ALL, times);
        // Ten whole ticks fit.
        for tick in 0..110 {
            let open = step(&mut bank, level, FREE)[0] > 0;
            assert_eq!(open, tick % 11 != 10, "level {level}, tick {tick}");
        }
    }
}

#[test]
fn a_gate_closes_it_at_once_and_nothing_is_saved_up() {
    for gate in [
        Gate {
            closed: ALL,
            ..FREE
        },
        Gate {
            no_opening: ALL,
            ..FREE
        },
        Gate {
            ending: ALL,
            ..FREE
        },
    ] {
        let mut bank = bank(ALL, VALVE);
        step(&mut bank, 0.4999, FREE);
        for _ in 0..100 {
            assert_eq!(step(&mut bank, 1.0, gate), [0; NOZZLES]);
        }
        assert_eq!(step(&mut bank, 0.5, FREE), [1000; NOZZLES]);
    }
}

#[test]
fn throttled_nozzles_share_the_power_that_is_there() {
    let mut bank = bank(ALL, VALVE);
    let gate = Gate {
        power_max_w: 4.0,
        ..FREE
    };
    for _ in 0..100 {
        let on_time_us = step(&mut bank, 0.5, gate);
        assert!(drawn_w(&on_time_us, ALL) <= 4.0);
        assert!(
            on_time_us.iter().all(|us| (499..=500).contains(us)),
            "{on_time_us:?}"
        );
    }
    for power_max_w in [0.0, -1.0, f64::NAN] {
        let gate = Gate {
            power_max_w,
            ..FREE
        };
        assert_eq!(step(&mut bank, 0.5, gate), [0; NOZZLES]);
        assert_eq!(step(&mut bank, 0.0, gate), [0; NOZZLES]);
    }
}

#[test]
fn the_power_is_never_exceeded_whatever_is_demanded_of_both_kinds() {
    for throttleable in [EVEN, 0x00FF, 0x0001, ALL] {
        let mut bank = bank(throttleable, VALVE);
        let mut dice = Dice::new(u64::from(throttleable));
        let (mut level, mut most_w) = ([0.0; NOZZLES], 0.0f64);
        for tick in 0..20_000 {
            if tick % 5 == 0 {
                level = std::array::from_fn(|_| dice.unit());
            }
            let mut on_time_us = [0; NOZZLES];
            let gate = Gate {
                power_max_w: 5.5,
                ..FREE
            };
            bank.step(&level, gate, &mut on_time_us);
            most_w = most_w.max(drawn_w(&on_time_us, throttleable));
        }
        assert!(
            most_w <= 5.5 && most_w > 5.4,
            "{throttleable:x}: {most_w} W"
        );
    }
}

#[test]
fn beside_throttled_nozzles_the_others_pulse_as_they_do_alone() {
    let (mut mixed, mut alone) = (bank(EVEN, PATIENT), bank(0, PATIENT));
    let mut waves: [Wave; NOZZLES] = std::array::from_fn(|_| Wave::default());
    for tick in 0..5000 {
        let level = 0.3 + 0.2 * f64::sin(f64::from(tick) * 0.01);
        let (given, expected) = (step(&mut mixed, level, FREE), step(&mut alone, level, FREE));
        for n in 0..NOZZLES {
            if EVEN >> n & 1 == 1 {
                let asked = level * f64::from(PERIOD_US);
                assert!((f64::from(given[n]) - asked).abs() <= 1.0);
            } else {
                assert_eq!(given[n], expected[n]);
                waves[n].tick(given[n], PERIOD_US);
            }
        }
    }
    assert!(waves[1].pulses().len() > 20);
}

#[test]
fn what_is_followed_counts_for_the_longest_opening() {
    let times = ValveTimes {
        max_on_s: 0.04,
        ..VALVE
    };
    let mut bank = bank(EVEN, times);
    for _ in 0..19 {
        bank.follow(&[300; NOZZLES]);
    }
    assert_eq!(bank.open_mask() & EVEN, EVEN);
    assert_eq!(step(&mut bank, 0.5, FREE)[0], 1000, "the twentieth tick");
    assert_eq!(step(&mut bank, 0.5, FREE)[0], 0, "the twenty-first");
}

#[test]
fn where_all_are_throttled_no_rule_is_asked_for_anything() {
    let nozzles = Nozzles {
        throttleable: ALL,
        ..NOZZLES_1_W
    };
    let narrow = ModulatorConfig::BangBang { band_s: 1e-3 };
    Bank::new(&narrow, VALVE, &nozzles, PERIOD_US).unwrap();
    let one_pulses = Nozzles {
        throttleable: !1,
        ..nozzles
    };
    let error = Bank::new(&narrow, VALVE, &one_pulses, PERIOD_US).unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("bang_bang: shortest pulse"), "{text}");
}

#[test]
fn a_tick_that_is_longer_than_the_longest_opening_is_refused() {
    let nozzles = Nozzles {
        throttleable: ALL,
        ..NOZZLES_1_W
    };
    for (max_on_s, period_us) in [(0.0019, 2000), (f64::NAN, 2000), (3.0, 0)] {
        let times = ValveTimes { max_on_s, ..VALVE };
        let error = Bank::new(&RULE, times, &nozzles, period_us).unwrap_err();
        let dt_s = f64::from(period_us) * 1e-6;
        let text = format!(
            "throttled nozzles: longest opening {max_on_s} s must be at least the tick, {dt_s} s, \
             which must be positive"
        );
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn a_tick_allocates_nothing() {
    let mut bank = bank(EVEN, VALVE);
    let counted = allocation_counter::measure(|| {
        for _ in 0..1000 {
            step(&mut bank, 0.6, FREE);
            bank.follow(&[100; NOZZLES]);
        }
    });
    assert_eq!(counted.count_total, 0);
}
