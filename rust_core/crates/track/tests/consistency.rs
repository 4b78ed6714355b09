//! Consistency on matched simulations: targets move as a model says, the radar measures as it says,
//! and errors over covariance (NEES) and innovations over theirs (NIS) are within 95 % of what chi
//! square allows.

use nalgebra::{Matrix3, SMatrix, SVector, Vector3};
use qiki_track::{Converter, Gaussian, Imm, Motion, OwnPose, Step, Transition, update};

use crate::common::{Dice, polar, radar};

const RUNS: u32 = 300;
const STEPS: u32 = 40;
const STEP_S: f64 = 0.2;

/// The truth after a transition, drawn with its noise.
fn moved(dice: &mut Dice, transition: &Transition, truth: &[Vector3<f64>; 3]) -> [Vector3<f64>; 3] {
    let root = root(&transition.q);
    let normal: [Vector3<f64>; 3] = std::array::from_fn(|_| dice.vector(1.0));
    std::array::from_fn(|i| {
        (0..3).fold(Vector3::zeros(), |sum, k| {
            sum + transition.f[(i, k)] * truth[k] + root[(i, k)] * normal[k]
        })
    })
}

/// Root of a covariance of position, velocity, acceleration, by its eigenvectors.
fn root(q: &Matrix3<f64>) -> Matrix3<f64> {
    let eigen = q.symmetric_eigen();
    eigen.eigenvectors * Matrix3::from_diagonal(&eigen.eigenvalues.map(|v| libm::sqrt(v.max(0.0))))
}

fn nees(state: &Gaussian, truth: &[Vector3<f64>; 3]) -> f64 {
    let mut error = SVector::<f64, 6>::zeros();
    let mut p = SMatrix::<f64, 6, 6>::zeros();
    for i in 0..2 {
        error
            .fixed_rows_mut::<3>(3 * i)
            .copy_from(&(state.mean[i] - truth[i]));
        for j in 0..2 {
            p.fixed_view_mut::<3, 3>(3 * i, 3 * j)
                .copy_from(&state.covariance[i][j]);
        }
    }
    error.dot(&p.cholesky().unwrap().solve(&error))
}

/// Mean NEES at the end, and mean NIS over all steps.
fn flown(seed: u64, transition: impl Fn(&[Vector3<f64>; 3]) -> Transition) -> (f64, f64) {
    let (radar, own) = (radar(), OwnPose::default());
    let converter = Converter::new(radar, own).unwrap();
    let mut dice = Dice::new(seed);
    let (mut errors, mut innovations) = (0.0, 0.0);
    let stds = [50.0, 20.0, 4.0];
    for _ in 0..RUNS {
        let place = Vector3::new(
            dice.within(2e3, 1e4),
            dice.within(-8e3, 8e3),
            dice.within(0.0, 4e3),
        );
        let start = [
            place,
            Vector3::new(60.0, -80.0, 10.0),
            Vector3::new(4.0, 3.0, -2.0),
        ];
        let mut truth: [Vector3<f64>; 3] = std::array::from_fn(|i| start[i] + dice.vector(stds[i]));
        let parts = stds.map(|std: f64| Matrix3::from_diagonal_element(std * std));
        let mut state = Gaussian::independent(start, parts);
        for _ in 0..STEPS {
            truth = moved(&mut dice, &transition(&truth), &truth);
            state = state.predict(&transition(&state.mean));
            let seen = dice.seen(&radar, &polar(&truth[0], &truth[1]));
            let found = update(&state, &converter.convert(&seen).unwrap(), &own).unwrap();
            innovations += found.nis / f64::from(RUNS * STEPS);
            state = found.state;
        }
        errors += nees(&state, &truth) / f64::from(RUNS);
    }
    (errors, innovations)
}

/// 95 % of the means of `count` chi squares are as near to `degrees`: their variance is 2 d / n.
fn bound(degrees: f64, count: u32) -> f64 {
    1.96 * libm::sqrt(2.0 * degrees / f64::from(count))
}

fn check(name: &str, (nees, nis): (f64, f64)) {
    let (of_nees, of_nis) = (bound(6.0, RUNS), bound(4.0, RUNS * STEPS));
    assert!(
        (nees - 6.0).abs() < of_nees,
        "{name}: NEES {nees}, 6 +- {of_nees}"
    );
    assert!(
        (nis - 4.0).abs() < of_nis,
        "{name}: NIS {nis}, 4 +- {of_nis}"
    );
}

#[test]
fn a_steady_target_is_followed_as_exactly_as_the_covariance_says() {
    let transition = Transition::steady(STEP_S, &Motion::CRAFT);
    check("steady", flown(91, |_| transition));
}

#[test]
fn a_manoeuvring_target_is_followed_as_exactly_as_the_covariance_says() {
    let transition = Transition::manoeuvre(STEP_S, &Motion::CRAFT);
    check("manoeuvre", flown(92, |_| transition));
}

#[test]
fn a_turning_target_is_followed_as_exactly_as_the_covariance_says() {
    let transition = Transition::turn(STEP_S, &Motion::CRAFT, 0.06);
    check("turn", flown(93, |_| transition));
}

/// The transition of a model from a state, as the models together take it.
fn by_model(model: usize, truth: &[Vector3<f64>; 3]) -> Transition {
    let motion = Motion::CRAFT;
    let rate = truth[1].cross(&truth[2]).norm() / truth[1].norm_squared();
    match model {
        0 => Transition::steady(STEP_S, &motion),
        1 => Transition::turn(STEP_S, &motion, rate.min(motion.turn_rate_max_rps)),
        _ => Transition::manoeuvre(STEP_S, &motion),
    }
}

/// The next model: a model is left after its mean time, to the other two alike.
fn next(dice: &mut Dice, model: usize) -> usize {
    let motion = Motion::CRAFT;
    let mean_s = [
        motion.steady_time_s,
        motion.manoeuvre_time_s,
        motion.manoeuvre_time_s,
    ][model];
    if dice.unit() < libm::exp(-STEP_S / mean_s) {
        model
    } else {
        (model + 1 + dice.below(2)) % 3
    }
}

/// Targets that change their motion as often as the figures say; the models do not know when.
#[test]
fn targets_that_change_their_motion_are_followed_as_exactly_as_the_covariance_says() {
    let (radar, own) = (radar(), OwnPose::default());
    let converter = Converter::new(radar, own).unwrap();
    let step = Step::new(STEP_S, &Motion::CRAFT);
    let mut dice = Dice::new(94);
    let mut errors = 0.0;
    for _ in 0..RUNS {
        let place = Vector3::new(dice.within(2e3, 1e4), dice.within(-8e3, 8e3), 1e3);
        let accel = dice.vector(Motion::CRAFT.accel_std_mps2);
        let mut truth = [place, dice.vector(150.0 / libm::sqrt(5.0)), accel];
        let see = |truth: &[Vector3<f64>; 3], dice: &mut Dice| {
            let seen = dice.seen(&radar, &polar(&truth[0], &truth[1]));
            converter.convert(&seen).unwrap()
        };
        let mut imm = Imm::begin(&see(&truth, &mut dice), &own, &Motion::CRAFT).unwrap();
        let mut model = [0, 0, 1, 2][dice.below(4)];
        for _ in 0..100 {
            model = next(&mut dice, model);
            truth = moved(&mut dice, &by_model(model, &truth), &truth);
            imm = imm
                .predict(&step)
                .update(&see(&truth, &mut dice), &own)
                .unwrap();
        }
        errors += nees(&imm.gaussian(), &truth) / f64::from(RUNS);
    }
    let bound = bound(6.0, RUNS);
    assert!((errors - 6.0).abs() < bound, "NEES {errors}, 6 +- {bound}");
}
