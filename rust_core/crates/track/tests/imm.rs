//! Models side by side.

use nalgebra::{Rotation3, Vector3};
use qiki_track::{Converter, Gaussian, Imm, Motion, OwnPose, Step, Transition, update};

use crate::common::{Dice, polar, radar};

const STEP_S: f64 = 0.2;
const MOTION: Motion = Motion::CRAFT;

/// Straight for 20 s, a turn of 0.1 rad/s about a slanted axis for 10 s, straight for 10 s.
fn route() -> Vec<[Vector3<f64>; 2]> {
    let axis = Vector3::new(0.3, -0.4, 1.0).normalize();
    let mut place = Vector3::new(3_000.0, 5_000.0, 1_000.0);
    let mut speed = 110.0 * axis.cross(&Vector3::x()).normalize();
    let mut route = Vec::new();
    for k in 0..200 {
        route.push([place, speed]);
        let rate = if (100..150).contains(&k) { 0.1 } else { 0.0 };
        let half = Rotation3::from_scaled_axis(axis * (0.5 * rate * STEP_S));
        // The chord of the arc, exactly.
        let chord = if rate > 0.0 {
            libm::sin(0.5 * rate * STEP_S) * 2.0 / rate
        } else {
            STEP_S
        };
        place += half * speed * chord;
        speed = half * (half * speed);
    }
    route
}

fn squared(state: &Gaussian, truth: &[Vector3<f64>; 2]) -> f64 {
    (state.mean[0] - truth[0]).norm_squared()
}

/// Mean square error of the position of the models together, of each alone, and the mean
/// probability of steady motion before and within the turn.
fn flown() -> (f64, [f64; 2], [f64; 2]) {
    let (radar, own) = (radar(), OwnPose::default());
    let converter = Converter::new(radar, own).unwrap();
    let step = Step::new(STEP_S, &MOTION);
    let alone = [
        Transition::steady(STEP_S, &MOTION),
        Transition::manoeuvre(STEP_S, &MOTION),
    ];
    let (mut together, mut single, mut steady) = (0.0, [0.0; 2], [0.0; 2]);
    let runs = 50;
    for run in 0..runs {
        let mut dice = Dice::new(100 + run);
        let mut see = |truth: &[Vector3<f64>; 2]| {
            let seen = dice.seen(&radar, &polar(&truth[0], &truth[1]));
            converter.convert(&seen).unwrap()
        };
        let route = route();
        let mut imm = Imm::begin(&see(&route[0]), &own, &MOTION).unwrap();
        let mut states = [imm.states[0]; 2];
        for (k, truth) in route.iter().enumerate().skip(1) {
            let seen = see(truth);
            imm = imm.predict(&step).update(&seen, &own).unwrap();
            for (state, transition) in states.iter_mut().zip(&alone) {
                *state = update(&state.predict(transition), &seen, &own)
                    .unwrap()
                    .state;
            }
            if k >= 20 {
                together += squared(&imm.gaussian(), truth);
                single[0] += squared(&states[0], truth);
                single[1] += squared(&states[1], truth);
            }
            match k {
                50..100 => steady[0] += imm.weights[0] / 50.0,
                110..150 => steady[1] += imm.weights[0] / 40.0,
                _ => {}
            }
        }
    }
    let count = runs as f64;
    (
        together / (180.0 * count),
        single.map(|sum| sum / (180.0 * count)),
        steady.map(|sum| sum / count),
    )
}

#[test]
fn models_together_follow_a_turning_target_better_than_each_alone() {
    let (together, single, steady) = flown();
    assert!(
        together < single[0] && together < single[1],
        "{together} {single:?}"
    );
    assert!(
        steady[0] > 0.5 && steady[1] < 0.1,
        "probability of steady motion {steady:?}"
    );
}

/// Mixing before a step keeps mean and covariance of the whole, and weights follow the chain.
#[test]
fn probabilities_settle_where_the_time_of_each_model_says() {
    let (radar, own) = (radar(), OwnPose::default());
    let converter = Converter::new(radar, own).unwrap();
    let truth = polar(&Vector3::new(4e3, 1e3, 5e2), &Vector3::zeros());
    let mut imm = Imm::begin(&converter.convert(&truth).unwrap(), &own, &MOTION).unwrap();
    imm.weights = [0.0, 1.0, 0.0];
    let step = Step::new(STEP_S, &MOTION);
    for _ in 0..2_000 {
        imm = imm.predict(&step);
        assert!((imm.weights.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }
    let whole = MOTION.steady_time_s + 2.0 * MOTION.manoeuvre_time_s;
    let want = MOTION.steady_time_s / whole;
    // A chain of steps leaves a model by 1 - exp(-t/T), not t/T: 1 % at 0.2 s.
    assert!(
        (imm.weights[0] - want).abs() < 0.01 * want,
        "{:?}",
        imm.weights
    );
}
