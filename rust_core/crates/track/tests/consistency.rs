//! Consistency on matched simulations: targets move as a model says, the radar measures as it says,
//! and errors over covariance (NEES) and innovations over theirs (NIS) are within 95 % of what chi
//! square allows.

use nalgebra::{Matrix3, SMatrix, SVector, Vector3};
use qiki_track::{Converter, Gaussian, Motion, OwnPose, Transition, update};

use crate::common::{Dice, polar, radar};

const RUNS: u32 = 300;
const STEPS: u32 = 40;
const STEP_S: f64 = 0.2;

/// Draws a state; covariances with zeros have roots too.
fn drawn(dice: &mut Dice, mean: [Vector3<f64>; 3], root: &Matrix3<f64>) -> [Vector3<f64>; 3] {
    let normal: [Vector3<f64>; 3] = std::array::from_fn(|_| dice.vector(1.0));
    std::array::from_fn(|i| (0..3).fold(mean[i], |sum, k| sum + root[(i, k)] * normal[k]))
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
            let by_truth = transition(&truth);
            let moved = std::array::from_fn(|i| {
                (0..3).fold(Vector3::zeros(), |sum, k| {
                    sum + by_truth.f[(i, k)] * truth[k]
                })
            });
            truth = drawn(&mut dice, moved, &root(&by_truth.q));
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

fn check(name: &str, (nees, nis): (f64, f64)) {
    // A mean of n chi squares of d degrees has variance 2 d / n.
    let bound = |degrees: f64, count: u32| 1.96 * libm::sqrt(2.0 * degrees / f64::from(count));
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
