//! Pulses and pauses against the closed forms of the modulator.

use crate::common::*;
use qiki_pwpf::Params;

/// Input, pulse ms, pause ms, duty: published check values for [`PARAMS`].
const TABLE: [[f64; 4]; 4] = [
    [0.12, 10.57, 219.95, 0.0458],
    [0.30, 13.05, 43.15, 0.2322],
    [0.50, 17.67, 23.12, 0.4331],
    [0.80, 37.70, 13.65, 0.7342],
];

#[test]
fn the_formulas_give_the_published_values() {
    for [input, on_ms, off_ms, duty] in TABLE {
        let (on, off) = (PARAMS.on_time_s(input), PARAMS.off_time_s(input));
        assert!((on * 1e3 - on_ms).abs() < 0.006, "pulse at {input}: {on}");
        assert!(
            (off * 1e3 - off_ms).abs() < 0.006,
            "pause at {input}: {off}"
        );
        assert!((on / (on + off) - duty).abs() < 6e-5, "duty at {input}");
    }
    assert!((PARAMS.dead_zone() - 0.1).abs() < 1e-12);
    assert!((PARAMS.saturation() - 1.0333).abs() < 5e-5);
    assert!((PARAMS.shortest_pulse_s() - 10.35e-3).abs() < 6e-6);
}

fn assert_all_near(what: &str, values: &[u64], seconds: f64, allowed_us: f64) {
    assert!(values.len() > 10, "{what}: {} only", values.len());
    for value in values {
        let off = *value as f64 - seconds * 1e6;
        assert!(
            off.abs() < allowed_us,
            "{what}: {value} us, {seconds} s expected"
        );
    }
}

#[test]
fn pulses_and_pauses_are_right_to_a_microsecond_whatever_the_tick() {
    for period_us in PERIODS_US {
        for [input, ..] in TABLE {
            let mut bench = Bench::new(PARAMS, QUICK, period_us);
            bench.run(input, FREE, 5.0);
            let what = format!("input {input}, tick {period_us} us");
            let (on_s, off_s) = (PARAMS.on_time_s(input), PARAMS.off_time_s(input));
            assert_all_near(&what, &bench.waves[5].pulses(), on_s, 1.0);
            assert_all_near(&what, &bench.waves[5].pauses(), off_s, 1.0);
        }
    }
}

#[test]
fn every_edge_of_a_minute_is_within_a_microsecond_of_its_place() {
    for period_us in [1000, 2000, 5000] {
        for [input, ..] in TABLE {
            let mut bench = Bench::new(PARAMS, QUICK, period_us);
            bench.run(input, FREE, 60.0);
            let first_s = -PARAMS.tau_s * (1.0 - PARAMS.u_on / (PARAMS.km * input)).ln();
            let (on_s, off_s) = (PARAMS.on_time_s(input), PARAMS.off_time_s(input));
            assert!(bench.waves[9].edges.len() > 500);
            for (k, edge) in bench.waves[9].edges.iter().enumerate() {
                let cycles_s = (k / 2) as f64 * (on_s + off_s);
                let exact_us = (first_s + cycles_s + (k % 2) as f64 * on_s) * 1e6;
                let early_us = exact_us - *edge as f64;
                // An edge is the last whole microsecond; a thousandth for what rounding adds up to.
                assert!(
                    (-1e-3..1.001).contains(&early_us),
                    "input {input}, edge {k}: {early_us} us early"
                );
            }
        }
    }
}

#[test]
fn the_duty_is_right_over_a_minute() {
    for [input, _, _, duty] in TABLE {
        let mut bench = Bench::new(PARAMS, QUICK, 2000);
        let mut open_us = 0;
        for _ in 0..30_000 {
            bench.tick(&[input; 16], FREE);
            open_us += u64::from(bench.on_time_us[0]);
        }
        let measured = open_us as f64 / 60e6;
        assert!(
            (measured / duty - 1.0).abs() < 5e-3,
            "input {input}: duty {measured}"
        );
    }
}

#[test]
fn the_first_pulse_comes_when_the_filter_is_full() {
    for period_us in PERIODS_US {
        for [input, ..] in TABLE {
            let mut bench = Bench::new(PARAMS, QUICK, period_us);
            bench.run(input, FREE, 1.0);
            let expected = -0.15 * (1.0 - 0.45 / (4.5 * input)).ln() * 1e6;
            let first = bench.waves[0].edges[0] as f64;
            assert!(
                (0.0..1.0).contains(&(expected - first)),
                "{input} at {period_us}: {first}"
            );
        }
    }
}

#[test]
fn nothing_fires_inside_the_dead_zone_and_something_does_outside() {
    let mut bench = Bench::new(PARAMS, QUICK, 2000);
    bench.run(0.0999, FREE, 60.0);
    assert!(bench.waves[0].edges.is_empty());
    bench.run(0.1002, FREE, 60.0);
    assert!(!bench.waves[0].edges.is_empty());
}

#[test]
fn a_pulse_at_the_edge_of_the_dead_zone_is_the_shortest() {
    let mut bench = Bench::new(PARAMS, QUICK, 2000);
    bench.run(0.10001, FREE, 60.0);
    let pulses = bench.waves[0].pulses();
    let shortest = PARAMS.shortest_pulse_s() * 1e6;
    assert!(pulses.len() > 10);
    assert!(
        pulses.iter().all(|p| (*p as f64 - shortest).abs() < 1.5),
        "{pulses:?}"
    );
}

#[test]
fn full_input_below_saturation_still_pulses() {
    let mut bench = Bench::new(PARAMS, QUICK, 2000);
    bench.run(1.0, FREE, 10.0);
    assert_all_near(
        "full input",
        &bench.waves[0].pulses(),
        PARAMS.on_time_s(1.0),
        1.0,
    );
}

#[test]
fn an_input_above_saturation_never_closes() {
    let params = Params {
        u_off: -0.05,
        ..PARAMS
    };
    assert!(params.saturation() < 0.99);
    let mut bench = Bench::new(params, QUICK, 2000);
    bench.run(0.995, FREE, 30.0);
    assert_eq!(bench.waves[0].edges.len(), 1);
    assert!(bench.waves[0].open);
}

/// Filter and relay in steps of a microsecond, with the input of each tick; a step in which the
/// filter passes its threshold is parted there. The last whole microsecond before each edge.
fn fine_steps(levels: &[f64], period_us: u32) -> Vec<u64> {
    let (mut f, mut open, mut edges) = (0.0f64, false, Vec::new());
    let part = -(-1e-6 / PARAMS.tau_s).exp_m1();
    let all_us = levels.len() as u64 * u64::from(period_us);
    for us in 0..all_us {
        let level = levels[(us / u64::from(period_us)) as usize];
        let change = |f: f64, open: bool| {
            let target = PARAMS.km * (level - f64::from(u8::from(open)));
            (target - f) * part
        };
        let (step, bound) = if open {
            (change(f, true), PARAMS.u_off)
        } else {
            (change(f, false), PARAMS.u_on)
        };
        let passes = if open {
            f + step <= bound
        } else {
            f + step >= bound
        };
        if !passes {
            f += step;
            continue;
        }
        let before = (bound - f) / step;
        open = !open;
        edges.push(us);
        f = bound + (1.0 - before) * change(bound, open);
    }
    edges
}

#[test]
fn edges_under_a_changing_input_agree_with_a_simulation_in_steps_of_a_microsecond() {
    for period_us in [1000, 2000, 5000] {
        let mut dice = Dice::new(u64::from(period_us));
        let levels: Vec<f64> = (0..4_000_000 / period_us).map(|_| dice.unit()).collect();
        let mut bench = Bench::new(PARAMS, QUICK, period_us);
        for level in &levels {
            bench.tick(&[*level; 16], FREE);
        }
        let expected = fine_steps(&levels, period_us);
        let edges = &bench.waves[0].edges;
        assert!(expected.len() > 100);
        assert_eq!(edges.len(), expected.len(), "tick {period_us} us");
        for (edge, expected) in edges.iter().zip(&expected) {
            assert!(
                edge.abs_diff(*expected) <= 1,
                "{edge} us, {expected} us expected"
            );
        }
    }
}
