//! Time limits of the valves and gates, across ticks.

use crate::common::*;
use qiki_craft::NOZZLES;
use qiki_pwpf::{Gate, Params, ValveTimes};

/// The set that ships with the craft, and its valves.
const SHIPPED: Params = Params {
    km: 7.5,
    tau_s: 0.55,
    u_on: 0.45,
    u_off: 0.05,
};
const VALVE: ValveTimes = ValveTimes {
    min_on_s: 0.03,
    min_off_s: 0.03,
    max_on_s: 3.0,
};
const ALL_CLOSED: Gate = Gate {
    closed: u16::MAX,
    ..FREE
};
const NO_OPENING: Gate = Gate {
    no_opening: u16::MAX,
    ..FREE
};
const ENDING: Gate = Gate {
    ending: u16::MAX,
    ..FREE
};

/// Until every nozzle has just opened.
fn just_opened(params: Params, times: ValveTimes, period_us: u32) -> Bench {
    let mut bench = Bench::new(params, times, period_us);
    while !bench.waves[0].open {
        bench.run(1.0, FREE, f64::from(period_us) * 1e-6);
    }
    bench
}

#[test]
fn an_input_that_vanishes_does_not_cut_a_pulse_short() {
    let times = ValveTimes {
        min_on_s: 0.010,
        ..QUICK
    };
    for period_us in PERIODS_US {
        let mut bench = just_opened(PARAMS, times, period_us);
        let full_s = f64::from(bench.on_time_us[0]) * 1e-6;
        bench.run(0.0, FREE, 0.1);
        // The rest of the first tick at full input, then down; from u_on that takes 9.4 ms.
        let filter = PARAMS.u_on * (-full_s / PARAMS.tau_s).exp();
        let down = (filter + PARAMS.km) / (PARAMS.u_off + PARAMS.km);
        let wanted_us = (full_s + PARAMS.tau_s * down.ln()) * 1e6;
        let pulses = bench.waves[0].pulses();
        assert_eq!(pulses.len(), 1);
        let off = pulses[0] as f64 - wanted_us.max(10_000.0);
        assert!(off.abs() < 2.0, "tick {period_us} us: {pulses:?}");
    }
}

#[test]
fn a_full_input_does_not_cut_a_pause_short() {
    // Without the limit the filter would be full after 10.7 ms.
    let times = ValveTimes {
        min_off_s: 0.012,
        ..QUICK
    };
    for period_us in PERIODS_US {
        let mut bench = Bench::new(PARAMS, times, period_us);
        bench.run(1.0, FREE, 3.0);
        let pauses = bench.waves[0].pauses();
        assert!(pauses.len() > 10);
        assert!(
            pauses.iter().all(|p| *p == 12_000),
            "tick {period_us} us: {pauses:?}"
        );
    }
}

#[test]
fn an_opening_ends_at_its_longest_and_the_shortest_pause_follows() {
    let params = Params {
        u_off: -0.05,
        ..PARAMS
    };
    let times = ValveTimes {
        max_on_s: 0.5,
        ..QUICK
    };
    for period_us in PERIODS_US {
        let mut bench = Bench::new(params, times, period_us);
        bench.run(1.0, FREE, 5.0);
        let pulses = bench.waves[0].pulses();
        assert!(pulses.len() > 5);
        assert!(
            pulses.iter().all(|p| *p == 500_000),
            "tick {period_us} us: {pulses:?}"
        );
        let pauses = bench.waves[0].pauses();
        assert!(
            pauses.iter().all(|p| (8000..20_000).contains(p)),
            "{pauses:?}"
        );
    }
}

#[test]
fn limits_hold_under_any_input_and_any_gate_on_opening() {
    for period_us in PERIODS_US {
        let times = ValveTimes {
            max_on_s: 0.2,
            ..VALVE
        };
        let mut bench = Bench::new(SHIPPED, times, period_us);
        let mut dice = Dice::new(u64::from(period_us));
        let mut level = [0.0; NOZZLES];
        for tick in 0..20_000 {
            if tick % 10 == 0 {
                level = std::array::from_fn(|_| 2.0 * dice.unit() - 0.5);
            }
            let no_opening = (dice.unit() * 65536.0) as u16;
            bench.tick(&level, Gate { no_opening, ..FREE });
        }
        for wave in &bench.waves {
            let pulses = wave.pulses();
            assert!(pulses.len() > 50);
            assert!(
                pulses.iter().all(|p| (30_000..=200_000).contains(p)),
                "{pulses:?}"
            );
            assert!(
                wave.pauses().iter().all(|p| *p >= 30_000),
                "{:?}",
                wave.pauses()
            );
        }
    }
}

#[test]
fn a_closed_gate_closes_at_once_even_within_the_shortest_opening() {
    let mut bench = just_opened(SHIPPED, VALVE, 2000);
    bench.tick(&[1.0; NOZZLES], ALL_CLOSED);
    assert_eq!(bench.on_time_us, [0; NOZZLES]);
    assert_eq!(bench.bank.open_mask(), 0);
    assert!(bench.waves[0].pulses()[0] < 30_000);
}

#[test]
fn after_a_closed_gate_the_filter_is_empty_and_the_pause_is_kept() {
    let mut bench = just_opened(SHIPPED, VALVE, 2000);
    bench.tick(&[1.0; NOZZLES], ALL_CLOSED);
    bench.run(1.0, FREE, 0.2);
    let pause = bench.waves[0].pauses()[0] as f64;
    // From empty to u_on at full input, or the shortest pause, whichever is longer.
    let filling = -0.55 * (1.0 - 0.45 / 7.5f64).ln() * 1e6;
    assert!((pause - (filling + 2000.0)).abs() < 2.0, "{pause}");
    let times = ValveTimes {
        min_off_s: 0.1,
        ..VALVE
    };
    let mut bench = just_opened(SHIPPED, times, 2000);
    bench.tick(&[1.0; NOZZLES], ALL_CLOSED);
    bench.run(1.0, FREE, 0.2);
    assert_eq!(bench.waves[0].pauses()[0], 100_000);
}

#[test]
fn only_the_nozzles_of_the_closed_gate_are_closed() {
    let mut bench = just_opened(SHIPPED, VALVE, 2000);
    bench.tick(
        &[1.0; NOZZLES],
        Gate {
            closed: 0b101,
            ..FREE
        },
    );
    assert_eq!(bench.bank.open_mask(), !0b101);
}

#[test]
fn no_opening_keeps_the_closed_closed_and_lets_the_open_go_on() {
    let mut bench = just_opened(SHIPPED, VALVE, 2000);
    bench.run(1.0, NO_OPENING, 3.0);
    let wave = &bench.waves[0];
    assert_eq!(wave.edges.len(), 2, "one pulse, no other");
    let pulse = wave.pulses()[0] as f64;
    assert!(
        (pulse - SHIPPED.on_time_s(1.0) * 1e6).abs() < 1.0,
        "{pulse}"
    );
}

#[test]
fn a_nozzle_that_ends_its_pulse_keeps_its_shortest_opening_and_stays_closed() {
    for period_us in PERIODS_US {
        let mut bench = just_opened(SHIPPED, VALVE, period_us);
        bench.run(1.0, ENDING, 3.0);
        assert_eq!(bench.waves[0].pulses(), [30_000], "{period_us} us");
        assert_eq!(bench.bank.open_mask(), 0);

        // One that has been open for longer closes at the start of the tick.
        let mut bench = just_opened(SHIPPED, VALVE, period_us);
        bench.run(1.0, FREE, 0.1);
        bench.tick(&[1.0; NOZZLES], ENDING);
        assert_eq!(bench.on_time_us, [0; NOZZLES], "{period_us} us");
    }
}

#[test]
fn a_nozzle_that_may_not_open_does_not_wind_up() {
    for gate in [NO_OPENING, ENDING] {
        let mut bench = Bench::new(SHIPPED, VALVE, 2000);
        bench.run(1.0, gate, 10.0);
        bench.tick(&[1.0; NOZZLES], FREE);
        assert_eq!(
            bench.on_time_us, [2000; NOZZLES],
            "open from the first moment it may"
        );
        bench.run(1.0, FREE, 3.0);
        let pulse = bench.waves[0].pulses()[0] as f64;
        assert!(
            (pulse - SHIPPED.on_time_s(1.0) * 1e6).abs() < 1.0,
            "{pulse}"
        );
    }
}

#[test]
fn never_more_nozzles_are_open_than_the_gate_allows() {
    for open_max in [0u32, 1, 5, 10, 16] {
        let power_max_w = f64::from(open_max) + 0.9;
        let mut bench = Bench::new(SHIPPED, VALVE, 2000);
        let mut dice = Dice::new(u64::from(open_max));
        let mut most = 0;
        for _ in 0..10_000 {
            let level = std::array::from_fn(|_| dice.unit());
            bench.tick(
                &level,
                Gate {
                    power_max_w,
                    ..FREE
                },
            );
            // Every nozzle that is open at any moment of the tick.
            most = most.max(bench.on_time_us.iter().filter(|t| **t > 0).count());
        }
        assert_eq!(most, open_max as usize);
    }
}

#[test]
fn when_the_power_falls_the_smallest_levels_end_their_pulses() {
    let mut bench = just_opened(SHIPPED, VALVE, 2000);
    let level: [f64; NOZZLES] = std::array::from_fn(|n| 1.0 - 0.01 * n as f64);
    for _ in 0..50 {
        bench.tick(&level, FREE);
    }
    assert_eq!(bench.bank.open_mask(), u16::MAX);
    let five = Gate {
        power_max_w: 5.5,
        ..FREE
    };
    bench.tick(&level, five);
    assert_eq!(bench.bank.open_mask(), 0b1_1111);
    bench.tick(&level, five);
    assert_eq!(bench.bank.open_mask(), 0b1_1111, "what fits goes on");

    // Those that have just opened keep their shortest opening.
    let mut bench = just_opened(SHIPPED, VALVE, 2000);
    bench.run(1.0, five, 0.2);
    let shortest = bench.waves.iter().flat_map(|wave| wave.pulses()).min();
    assert_eq!(shortest, Some(30_000));
}

#[test]
fn a_level_that_is_not_a_number_counts_as_zero() {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -3.0] {
        let mut bench = Bench::new(SHIPPED, VALVE, 2000);
        let mut zero = Bench::new(SHIPPED, VALVE, 2000);
        for (given, meant) in [(0.7, 0.7), (value, 0.0), (0.9, 0.9), (value, 0.0)] {
            for _ in 0..200 {
                bench.tick(&[given; NOZZLES], FREE);
                zero.tick(&[meant; NOZZLES], FREE);
                assert_eq!(bench.on_time_us, zero.on_time_us);
            }
        }
    }
}

#[test]
fn a_level_above_one_counts_as_one() {
    let (mut above, mut full) = (
        Bench::new(SHIPPED, VALVE, 2000),
        Bench::new(SHIPPED, VALVE, 2000),
    );
    for _ in 0..2000 {
        above.tick(&[7.0; NOZZLES], FREE);
        full.tick(&[1.0; NOZZLES], FREE);
        assert_eq!(above.on_time_us, full.on_time_us);
    }
}

#[test]
fn a_tick_allocates_nothing() {
    let mut bank = Bench::new(SHIPPED, VALVE, 2000).bank;
    let mut on_time_us = [0; NOZZLES];
    let counted = allocation_counter::measure(|| {
        for _ in 0..1000 {
            bank.step(&[0.6; NOZZLES], FREE, &mut on_time_us);
        }
    });
    assert_eq!(counted.count_total, 0);
}
