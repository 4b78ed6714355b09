//! What the sensors report: when, with which errors, and that chance is an argument.

use crate::common::{CLOSED, DT_S, at_rest, craft, distance};
use qiki_craft::{Craft, Feedback, Fresh, Quat, SensorConfig, Vec3};
use qiki_plant::{InitialState, Plant};

fn noisy(noise_std: f64, bias_std: f64) -> Craft {
    let mut craft = craft();
    let s = &mut craft.sensors;
    for sensor in [
        &mut s.rates,
        &mut s.acceleration,
        &mut s.attitude,
        &mut s.position,
        &mut s.velocity,
    ] {
        (sensor.noise_std, sensor.bias_std) = (noise_std, bias_std);
    }
    craft
}

fn moving(craft: &Craft, dt_s: f64, seed: u64) -> Plant {
    let initial = InitialState {
        position_m_world: [4.0, 5.0, 6.0],
        velocity_mps_world: [0.1, 0.2, 0.3],
        attitude_xyzw: [0.5, -0.5, 0.5, 0.5],
        rates_rps_body: [0.02, -0.03, 0.01],
    };
    Plant::new(craft, dt_s, seed, &initial).unwrap()
}

/// Every report with `part` fresh, in `ticks` ticks.
fn reports(plant: &mut Plant, part: Fresh, ticks: u64) -> Vec<Feedback> {
    let mut feedback = Feedback::default();
    let mut found = Vec::new();
    for _ in 0..ticks {
        plant.sense(&mut feedback);
        if feedback.fresh.has(part) {
            found.push(feedback);
        }
        plant.step(&CLOSED);
    }
    found
}

fn mean_and_std(values: &[f64]) -> (f64, f64) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let square = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / values.len() as f64;
    (mean, square.sqrt())
}

/// White, of the stated standard deviation, within five standard errors.
fn assert_white(values: &[f64], std: f64) {
    let n = values.len() as f64;
    let (mean, measured) = mean_and_std(values);
    assert!(mean.abs() < 5.0 * std / n.sqrt(), "mean {mean}");
    assert!(
        (measured - std).abs() < 5.0 * std / (2.0 * n).sqrt(),
        "std {measured}, not {std}"
    );
    let lagged: f64 = values.windows(2).map(|w| w[0] * w[1]).sum::<f64>() / (n * std * std);
    assert!(
        lagged.abs() < 5.0 / n.sqrt(),
        "neighbours correlate by {lagged}"
    );
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let product: f64 = a.iter().zip(b).map(|(x, y)| x * y).sum();
    product / (a.len() as f64 * mean_and_std(a).1 * mean_and_std(b).1)
}

#[test]
fn noise_is_white_and_normal_on_every_axis_of_every_vector_sensor() {
    let std = 0.01;
    let mut craft = noisy(std, 0.0);
    craft.sensors.position.rate_hz = 500.0;
    craft.sensors.velocity.rate_hz = 500.0;
    craft.sensors.rates.rate_hz = 500.0;
    let mut plant = at_rest(&craft);
    let found = reports(&mut plant, Fresh::POSITION, 20_000);
    let mut series: Vec<Vec<f64>> = Vec::new();
    for pick in [
        (|f| f.rates_rps_body) as fn(&Feedback) -> Vec3,
        |f| f.position_m_world,
        |f| f.velocity_mps_world,
    ] {
        for axis in 0..3 {
            series.push(found.iter().map(|f| pick(f)[axis]).collect());
        }
    }
    for (i, values) in series.iter().enumerate() {
        assert_white(values, std);
        let within = values.iter().filter(|x| x.abs() < std).count() as f64 / values.len() as f64;
        assert!((within - 0.6827).abs() < 0.017, "{within} within one sigma");
        for other in &series[..i] {
            assert!(correlation(values, other).abs() < 5.0 / (values.len() as f64).sqrt());
        }
    }
}

/// Rotation vector from `truth` to `seen`, small angles, body.
fn turn_between(t: Quat, s: Quat) -> Vec3 {
    [
        2.0 * (t[3] * s[0] - t[0] * s[3] - t[1] * s[2] + t[2] * s[1]),
        2.0 * (t[3] * s[1] + t[0] * s[2] - t[1] * s[3] - t[2] * s[0]),
        2.0 * (t[3] * s[2] - t[0] * s[1] + t[1] * s[0] - t[2] * s[3]),
    ]
}

#[test]
fn attitude_noise_is_a_small_white_turn_of_unit_quaternions() {
    let std = 1e-3;
    let mut craft = noisy(std, 0.0);
    craft.sensors.attitude.rate_hz = 500.0;
    let initial = InitialState {
        attitude_xyzw: [0.5, -0.5, 0.5, 0.5],
        ..InitialState::default()
    };
    let mut plant = Plant::new(&craft, DT_S, 3, &initial).unwrap();
    let truth = plant.truth().attitude_xyzw;
    let found = reports(&mut plant, Fresh::ATTITUDE, 20_000);
    for axis in 0..3 {
        let turns: Vec<f64> = found
            .iter()
            .map(|f| turn_between(truth, f.attitude_xyzw)[axis])
            .collect();
        assert_white(&turns, std);
    }
    for feedback in found {
        let norm: f64 = feedback.attitude_xyzw.iter().map(|c| c * c).sum();
        assert!((norm - 1.0).abs() < 1e-14);
    }
}

#[test]
fn bias_is_drawn_once_per_seed_with_the_stated_deviation() {
    let std = 0.2;
    let mut biases = Vec::new();
    for seed in 0..3000 {
        let mut plant = Plant::new(&noisy(0.0, std), DT_S, seed, &InitialState::default()).unwrap();
        let found = reports(&mut plant, Fresh::RATES, 4);
        assert!(
            found
                .iter()
                .all(|f| f.rates_rps_body == found[0].rates_rps_body)
        );
        biases.push(found[0].rates_rps_body[1]);
    }
    assert_white(&biases, std);
}

#[test]
fn without_noise_and_bias_the_sensors_tell_exactly_the_truth() {
    let mut plant = moving(&craft(), DT_S, 9);
    let mut feedback = Feedback::default();
    for _ in 0..500 {
        plant.sense(&mut feedback);
        let truth = plant.truth();
        for (part, seen, so) in [
            (
                Fresh::RATES,
                &feedback.rates_rps_body[..],
                &truth.rates_rps_body[..],
            ),
            (
                Fresh::ATTITUDE,
                &feedback.attitude_xyzw,
                &truth.attitude_xyzw,
            ),
            (
                Fresh::POSITION,
                &feedback.position_m_world,
                &truth.position_m_world,
            ),
            (
                Fresh::VELOCITY,
                &feedback.velocity_mps_world,
                &truth.velocity_mps_world,
            ),
        ] {
            assert!(!feedback.fresh.has(part) || seen == so);
        }
        plant.step(&[DT_S; 16]);
    }
}

#[test]
fn accelerometer_reports_the_mean_specific_force_of_the_last_tick() {
    let craft = craft();
    let mut plant = at_rest(&craft);
    let mut feedback = Feedback::default();
    plant.sense(&mut feedback);
    assert_eq!(feedback.acceleration_mps2_body, [0.0; 3]);
    let mut on = CLOSED;
    on[0] = DT_S / 4.0;
    plant.step(&on);
    plant.sense(&mut feedback);
    let expected = craft.thrusters[0]
        .force_direction_body
        .map(|c| c * 0.25 * 260.0 / 432.0);
    assert!(distance(&feedback.acceleration_mps2_body, &expected) < 1e-15);
}

fn run(craft: &Craft, seed: u64) -> Vec<Feedback> {
    reports(&mut moving(craft, DT_S, seed), Fresh::default(), 300)
}

#[test]
fn one_seed_gives_one_run_and_another_seed_another() {
    let craft = noisy(0.1, 0.1);
    assert_eq!(run(&craft, 5), run(&craft, 5));
    let (a, b) = (run(&craft, 5), run(&craft, 6));
    assert!(
        a.iter()
            .zip(&b)
            .all(|(x, y)| x.rates_rps_body != y.rates_rps_body)
    );
}

#[test]
fn asking_twice_in_a_tick_gives_the_same_and_asking_seldom_shifts_nothing() {
    let craft = noisy(0.1, 0.1);
    let every = run(&craft, 5);
    let mut plant = moving(&craft, DT_S, 5);
    for (tick, expected) in every.iter().enumerate() {
        if tick % 7 == 3 {
            let mut twice = [Feedback::default(); 2];
            plant.sense(&mut twice[0]);
            plant.sense(&mut twice[1]);
            assert_eq!(twice[0], twice[1]);
            assert_eq!(twice[0].fresh, expected.fresh);
            if expected.fresh.has(Fresh::RATES) {
                assert_eq!(twice[0].rates_rps_body, expected.rates_rps_body);
            }
        }
        plant.step(&CLOSED);
    }
}

#[test]
fn the_schedule_of_one_sensor_does_not_shift_the_noise_of_another() {
    let plain = noisy(0.1, 0.1);
    let mut busy = plain.clone();
    busy.sensors.rates = SensorConfig {
        rate_hz: 500.0,
        ..busy.sensors.rates
    };
    let attitudes = |craft| -> Vec<Quat> {
        let found = reports(&mut moving(craft, DT_S, 5), Fresh::ATTITUDE, 500);
        found.iter().map(|f| f.attitude_xyzw).collect()
    };
    assert_eq!(attitudes(&plain), attitudes(&busy));
}

/// The rule in whole numbers: floor((k + 1) r / R) > floor(k r / R), and tick 0.
fn due(tick: u64, rate_hz: u64, loop_hz: u64) -> bool {
    tick == 0 || rate_hz >= loop_hz || (tick + 1) * rate_hz / loop_hz > tick * rate_hz / loop_hz
}

#[test]
fn reports_come_in_the_ticks_of_the_schedule_rule_at_every_loop_rate() {
    for loop_hz in [200, 250, 300, 333, 400, 500, 700, 999, 1000] {
        let craft = craft();
        let mut plant = moving(&craft, 1.0 / loop_hz as f64, 0);
        let mut feedback = Feedback::default();
        for tick in 0..2 * loop_hz {
            plant.sense(&mut feedback);
            for (part, rate_hz) in [
                (Fresh::RATES, 250),
                (Fresh::ACCELERATION, 250),
                (Fresh::ATTITUDE, 50),
                (Fresh::POSITION, 50),
                (Fresh::VELOCITY, 50),
                (Fresh::POWER, 10),
                (Fresh::THERMAL, 5),
                (Fresh::valves(0), loop_hz),
                (Fresh::valves(3), loop_hz),
            ] {
                let expected = due(tick, rate_hz, loop_hz);
                assert_eq!(
                    feedback.fresh.has(part),
                    expected,
                    "{part:?} at {loop_hz}, {tick}"
                );
            }
            plant.step(&CLOSED);
        }
    }
}

#[test]
fn what_is_not_due_is_not_fresh_and_keeps_its_value() {
    let mut plant = moving(&craft(), DT_S, 0);
    let mut feedback = Feedback {
        fresh: Fresh(u32::MAX),
        ..Feedback::default()
    };
    plant.step(&CLOSED);
    plant.step(&CLOSED);
    plant.sense(&mut feedback);
    assert!(!feedback.fresh.has(Fresh::POSITION));
    assert_eq!(feedback.position_m_world, [0.0; 3]);
}
