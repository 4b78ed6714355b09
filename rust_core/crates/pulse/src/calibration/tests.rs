#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use qiki_craft::Craft;
use qiki_craft::geometry;

const DEVIATION: [f64; AXES] = [0.6, 0.6, 0.6, 0.02, 0.02, 0.02];

fn rows() -> [[f64; NOZZLES]; AXES] {
    let json = include_str!("../../../craft/fixtures/dodeca-01.json");
    geometry(&Craft::from_json(json).unwrap()).effectiveness
}

/// Five nozzles of a set, another five each time.
fn set(k: usize) -> [f64; NOZZLES] {
    let mut impulse_ns = [0.0; NOZZLES];
    for i in 0..5 {
        impulse_ns[(7 * k + 3 * i) % NOZZLES] = 7.2 + 0.3 * i as f64;
    }
    impulse_ns
}

fn surplus(
    rows: &[[f64; NOZZLES]; AXES],
    impulse_ns: &[f64; NOZZLES],
    gain: &[f64; NOZZLES],
) -> [f64; AXES] {
    std::array::from_fn(|i| {
        (0..NOZZLES)
            .map(|n| rows[i][n] * impulse_ns[n] * gain[n])
            .sum()
    })
}

fn norm(values: &[f64]) -> f64 {
    values.iter().map(|v| v * v).sum::<f64>().sqrt()
}

#[test]
fn the_gains_of_the_nozzles_are_learnt_from_their_sets() {
    let rows = rows();
    let truth: [f64; NOZZLES] = std::array::from_fn(|n| 0.05 * (2.4 * n as f64).sin());
    let mut calibration = Calibration::new();
    let first = surplus(&rows, &set(0), &truth);
    for k in 0..40 {
        let known = calibration.gain;
        let left: [f64; NOZZLES] = std::array::from_fn(|n| truth[n] - known[n]);
        calibration.update(&rows, &set(k), &surplus(&rows, &set(k), &left), &DEVIATION);
    }
    let left: [f64; NOZZLES] = std::array::from_fn(|n| truth[n] - calibration.gain[n]);
    let last = surplus(&rows, &set(0), &left);
    assert!(
        norm(&last[3..]) < 0.15 * norm(&first[3..]),
        "{first:?} {last:?}"
    );
}

#[test]
fn uncertainty_shrinks_with_what_is_learnt_and_with_nothing_else() {
    let rows = rows();
    let mut calibration = Calibration::new();
    let before = calibration.uncertainty(&rows, &set(0));
    // Five pulses of 7.2 N·s, 3 % each, at about 0.8 m.
    assert!((0.1..0.6).contains(&before[4]), "{before:?}");
    for k in 0..30 {
        calibration.update(&rows, &set(k), &[0.0; AXES], &DEVIATION);
    }
    let after = calibration.uncertainty(&rows, &set(0));
    for i in 3..AXES {
        assert!(after[i] < 0.4 * before[i], "{before:?} {after:?}");
    }
}

#[test]
fn what_no_healthy_nozzle_can_do_is_not_learnt() {
    let rows = rows();
    let mut calibration = Calibration::new();
    // One of the five pulses did not come.
    let mut lost = [0.0; NOZZLES];
    lost[0] = -1.0;
    calibration.update(&rows, &set(0), &surplus(&rows, &set(0), &lost), &DEVIATION);
    assert!(
        calibration.gain.iter().all(|g| g.abs() < 0.08),
        "{:?}",
        calibration.gain
    );
    calibration.update(&rows, &set(0), &[f64::NAN; AXES], &DEVIATION);
    assert!(calibration.gain.iter().all(|g| g.is_finite()));
}
