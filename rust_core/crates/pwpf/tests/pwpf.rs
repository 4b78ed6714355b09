//! PWPF with edges that keep their fraction of a microsecond.

use crate::common::wide::WideBench;
use crate::common::{Dice, PARAMS, PERIODS_US, QUICK};
use qiki_pwpf::{COUNT_MAX, Modulator, Params, Pwpf, ValveTimes, WideGate};

const INPUTS: [f64; 4] = [0.12, 0.30, 0.50, 0.80];

fn bench(count: usize, period_us: u32) -> WideBench<Pwpf> {
    WideBench::new(Pwpf::new(count, PARAMS, QUICK, period_us).unwrap())
}

#[test]
fn every_pulse_and_pause_is_within_a_microsecond_of_its_closed_form() {
    for period_us in PERIODS_US {
        for input in INPUTS {
            let mut bench = bench(1, period_us);
            bench.run(input, 20.0);
            let (on_us, off_us) = (
                PARAMS.on_time_s(input) * 1e6,
                PARAMS.off_time_s(input) * 1e6,
            );
            let (pulses, pauses) = (bench.waves[0].pulses(), bench.waves[0].pauses());
            assert!(pulses.len() > 80);
            let what = format!("input {input}, tick {period_us} us");
            // The first pulse starts at u_on like all others, but not from u_off.
            for (values, expected) in [(&pulses, on_us), (&pauses, off_us)] {
                let worst = values.iter().map(|v| (*v as f64 - expected).abs());
                let worst = worst.fold(0.0, f64::max);
                assert!(worst < 1.0, "{what}: {worst} us off {expected} us");
            }
        }
    }
}

#[test]
fn edges_do_not_drift_from_the_exact_ones() {
    for period_us in PERIODS_US {
        for input in INPUTS {
            let mut bench = bench(1, period_us);
            bench.run(input, 60.0);
            let first = -PARAMS.tau_s * (1.0 - PARAMS.u_on / (PARAMS.km * input)).ln();
            let (on_s, off_s) = (PARAMS.on_time_s(input), PARAMS.off_time_s(input));
            for (k, edge) in bench.waves[0].edges.iter().enumerate() {
                let whole = (k / 2) as f64 * (on_s + off_s);
                let exact_us = (first + whole + (k % 2) as f64 * on_s) * 1e6;
                let early = exact_us - *edge as f64;
                assert!(
                    (-1e-3..1.001).contains(&early),
                    "edge {k}: {early} us early"
                );
            }
        }
    }
}

#[test]
fn the_duty_is_within_half_a_percent_of_its_closed_form() {
    for period_us in PERIODS_US {
        for input in INPUTS {
            let mut bench = bench(1, period_us);
            bench.run(input, 20.0);
            let edges = &bench.waves[0].edges;
            let last = edges.len() - 1 - edges.len().is_multiple_of(2) as usize;
            let open: u64 = bench.waves[0].pulses()[..last / 2].iter().sum();
            let duty = open as f64 / (edges[last] - edges[0]) as f64;
            let (on_s, off_s) = (PARAMS.on_time_s(input), PARAMS.off_time_s(input));
            let expected = on_s / (on_s + off_s);
            assert!(
                (duty / expected - 1.0).abs() < 1e-4,
                "{duty}, {expected} expected"
            );
        }
    }
}

#[test]
fn every_valve_of_a_bank_of_any_size_does_the_same() {
    for count in [1, 2, 3, 16, 17, COUNT_MAX] {
        let mut bench = bench(count, 2000);
        bench.run(0.5, 0.5);
        assert!(bench.waves[0].edges.len() > 10);
        assert!(bench.waves.iter().all(|w| w.edges == bench.waves[0].edges));
    }
}

#[test]
fn time_limits_hold_under_any_level_and_gate() {
    let params = Params {
        km: 7.5,
        tau_s: 0.55,
        u_on: 0.45,
        u_off: 0.05,
    };
    let times = ValveTimes {
        min_on_s: 0.03,
        min_off_s: 0.04,
        max_on_s: 0.2,
    };
    for period_us in PERIODS_US {
        let mut bench = WideBench::new(Pwpf::new(20, params, times, period_us).unwrap());
        let mut dice = Dice::new(u64::from(period_us));
        let mut level = [0.0; 20];
        for tick in 0..20_000 {
            if tick % 10 == 0 {
                level = std::array::from_fn(|_| 2.0 * dice.unit() - 0.5);
            }
            let no_opening = (dice.unit() * 1048576.0) as u64;
            bench.tick(
                &level,
                WideGate {
                    no_opening,
                    open_max: 12,
                    ..WideGate::FREE
                },
            );
        }
        for wave in &bench.waves {
            assert!(wave.pulses().len() > 50);
            assert!(wave.pulses().iter().all(|p| (30_000..=200_000).contains(p)));
            assert!(wave.pauses().iter().all(|p| *p >= 40_000));
        }
    }
}

#[test]
fn a_bank_of_no_valves_or_too_many_is_refused() {
    for count in [0, 65] {
        let error = Pwpf::new(count, PARAMS, QUICK, 2000).unwrap_err();
        let text = format!("modulator: {count} valves given, 1..=64 needed");
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn missing_levels_are_zero_and_missing_on_times_are_not_returned() {
    let mut short = Pwpf::new(4, PARAMS, QUICK, 2000).unwrap();
    let mut full = short.clone();
    let (mut two, mut four) = ([0; 2], [0; 4]);
    for _ in 0..1000 {
        short.step(&[0.7], WideGate::FREE, &mut two);
        full.step(&[0.7, 0.0, 0.0, 0.0], WideGate::FREE, &mut four);
        assert_eq!(two, four[..2]);
    }
    assert_eq!(short.residual_us(0), None);
    assert_eq!(short.dropped_us(0), None);
}
