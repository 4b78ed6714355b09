//! One measurement: against the textbook's matrices, and against sampling.

use nalgebra::{Matrix3, SMatrix, SVector, Vector3};
use qiki_track::{Converter, Gaussian, Measurement, OwnPose, update};

use crate::common::{Dice, polar, radar};

fn flat(state: &Gaussian) -> (SVector<f64, 9>, SMatrix<f64, 9, 9>) {
    let mut mean = SVector::<f64, 9>::zeros();
    let mut covariance = SMatrix::<f64, 9, 9>::zeros();
    for i in 0..3 {
        mean.fixed_rows_mut::<3>(3 * i).copy_from(&state.mean[i]);
        for j in 0..3 {
            let block = &state.covariance[i][j];
            covariance
                .fixed_view_mut::<3, 3>(3 * i, 3 * j)
                .copy_from(block);
        }
    }
    (mean, covariance)
}

fn measurement(place: Vector3<f64>, noise: Matrix3<f64>, vr_mps: f64, vr_std: f64) -> Measurement {
    Measurement {
        position: place,
        covariance: noise,
        vr_mps,
        vr_variance: vr_std * vr_std,
        even_density: 1.0,
    }
}

/// So far away that the line of sight is the same all over the state: all is linear, and the
/// joint update of four rows by the textbook must give the same.
#[test]
fn far_away_both_updates_are_the_joint_one_of_kalman() {
    let mut dice = Dice::new(81);
    let far = Vector3::new(3e9, -2e9, 1e9);
    let own = OwnPose {
        velocity: Vector3::new(3.0, -1.0, 2.0),
        velocity_covariance: Matrix3::from_diagonal_element(0.04),
        ..OwnPose::default()
    };
    for _ in 0..100 {
        let root = SMatrix::<f64, 9, 9>::from_fn(|_, _| dice.normal());
        let dense = root * root.transpose();
        let prior = Gaussian {
            mean: [far, dice.vector(50.0), dice.vector(5.0)],
            covariance: std::array::from_fn(|i| {
                std::array::from_fn(|j| dense.fixed_view::<3, 3>(3 * i, 3 * j).into_owned())
            }),
        };
        let noise = Matrix3::from_diagonal(&Vector3::new(4.0, 9.0, 1.0));
        let seen = measurement(far + dice.vector(3.0), noise, 12.0 + dice.normal(), 0.5);
        let got = update(&prior, &seen, &own).unwrap();

        let (mean, p) = flat(&prior);
        let sight = far.normalize();
        let mut h = SMatrix::<f64, 4, 9>::zeros();
        h.fixed_view_mut::<3, 3>(0, 0)
            .copy_from(&Matrix3::identity());
        h.fixed_view_mut::<1, 3>(3, 3).copy_from(&sight.transpose());
        let mut r = SMatrix::<f64, 4, 4>::zeros();
        r.fixed_view_mut::<3, 3>(0, 0).copy_from(&noise);
        r[(3, 3)] = 0.25 + 0.04;
        let s = h * p * h.transpose() + r;
        let mut innovation = SVector::<f64, 4>::zeros();
        innovation
            .fixed_rows_mut::<3>(0)
            .copy_from(&(seen.position - far));
        innovation[3] = seen.vr_mps - sight.dot(&(prior.mean[1] - own.velocity));
        let inverse = s.try_inverse().unwrap();
        let gain = p * h.transpose() * inverse;
        let (want_mean, want_p) = (mean + gain * innovation, p - gain * s * gain.transpose());
        let nis = (innovation.transpose() * inverse * innovation)[0];
        let log =
            -0.5 * (nis + libm::log(s.determinant()) + 4.0 * libm::log(std::f64::consts::TAU));

        let (got_mean, got_p) = flat(&got.state);
        assert!(
            (got_mean - want_mean).norm() < 1e-5,
            "{}",
            got_mean - want_mean
        );
        assert!(
            (got_p - want_p).norm() < 1e-5 * want_p.norm(),
            "{got_p}{want_p}"
        );
        assert!((got.nis - nis).abs() < 1e-5 * nis, "{} {nis}", got.nis);
        assert!((got.log_likelihood - log).abs() < 1e-5 * log.abs());
    }
}

/// A target that is nearly certain in place but may move across by 70 m/s: the range rate is not
/// linear, and the innovation must have the variance that is stated.
#[test]
fn the_second_order_states_the_variance_of_the_range_rate() {
    const RUNS: u32 = 40_000;
    let mut dice = Dice::new(82);
    let (place, speed) = (
        Vector3::new(6_000.0, 4_000.0, 2_000.0),
        Vector3::new(20.0, -30.0, 5.0),
    );
    let (place_std, speed_std) = (60.0, 67.0);
    let prior = Gaussian::independent(
        [place, speed, Vector3::zeros()],
        [place_std, speed_std, 1.0].map(|std: f64| Matrix3::from_diagonal_element(std * std)),
    );
    let own = OwnPose::default();
    let mut radar = radar();
    // As exact as can be, so that nothing hides the second order.
    radar.vr_std_mps = 0.01;
    let converter = Converter::new(radar, own).unwrap();
    let mut nis = 0.0;
    for _ in 0..RUNS {
        let truth = polar(
            &(place + dice.vector(place_std)),
            &(speed + dice.vector(speed_std)),
        );
        let seen = converter.convert(&dice.seen(&radar, &truth)).unwrap();
        nis += update(&prior, &seen, &own).unwrap().nis / f64::from(RUNS);
    }
    // Mean 4, variance 8 / RUNS, 95 %.
    let bound = 1.96 * libm::sqrt(8.0 / f64::from(RUNS));
    assert!((nis - 4.0).abs() < bound, "{nis} +- {bound}");
}

#[test]
fn a_covariance_that_is_not_positive_gives_no_state() {
    let prior = Gaussian::independent([Vector3::x(); 3], [-Matrix3::identity(); 3]);
    let seen = measurement(Vector3::x(), 0.5 * Matrix3::identity(), 0.0, 0.5);
    assert!(update(&prior, &seen, &OwnPose::default()).is_none());
}
