//! Conversion of detections: without bias, with the right covariance, from any pose.

use std::f64::consts::{FRAC_PI_2, TAU};

use nalgebra::{Matrix3, UnitQuaternion, Vector3};
use qiki_track::{Converter, Detection, OwnPose, RadarModel};

use crate::common::{Dice, cartesian, radar};

/// Angles so coarse that the bias is far above what sampling leaves.
fn coarse() -> RadarModel {
    RadarModel {
        bearing_std_rad: 0.05,
        elev_std_rad: 0.04,
        range_std_m: 30.0,
        ..radar()
    }
}

fn at(range_m: f64, bearing_deg: f64, elev_deg: f64) -> Detection {
    Detection {
        range_m,
        bearing_rad: bearing_deg.to_radians(),
        elev_rad: elev_deg.to_radians(),
        vr_mps: 0.0,
    }
}

fn converter(radar: RadarModel) -> Converter {
    Converter::new(radar, OwnPose::default()).unwrap()
}

const PLACES: [(f64, f64, f64); 6] = [
    (1_000.0, 0.0, 0.0),
    (5_000.0, 359.9, 10.0),
    (20_000.0, 123.0, -60.0),
    (8_000.0, 45.0, 90.0),
    (3_000.0, 270.0, -90.0),
    (12_000.0, 200.0, 88.0),
];

/// Mean and covariance of the position given a detection, by sums over the Gaussians: nodes 0.5
/// standard deviations apart, out to 8, are exact to rounding for what is as smooth as this.
fn by_quadrature(radar: &RadarModel, seen: &Detection) -> (Vector3<f64>, Matrix3<f64>) {
    let nodes: Vec<(f64, f64)> = (-16..=16)
        .map(|k| 0.5 * f64::from(k))
        .map(|x| (x, 0.5 * libm::exp(-0.5 * x * x) / libm::sqrt(TAU)))
        .collect();
    let (mut mean, mut square) = (Vector3::zeros(), Matrix3::zeros());
    let origin = cartesian(seen);
    for (x, p) in &nodes {
        for (y, q) in &nodes {
            for (z, w) in &nodes {
                let target = Detection {
                    range_m: seen.range_m - radar.range_std_m * x,
                    bearing_rad: seen.bearing_rad - radar.bearing_std_rad * y,
                    elev_rad: seen.elev_rad - radar.elev_std_rad * z,
                    ..*seen
                };
                let off = cartesian(&target) - origin;
                mean += p * q * w * off;
                square += p * q * w * off * off.transpose();
            }
        }
    }
    (origin + mean, square - mean * mean.transpose())
}

#[test]
fn the_covariance_is_that_of_the_target_given_the_detection() {
    for radar in [radar(), coarse()] {
        for (r, b, e) in PLACES {
            let seen = at(r, b, e);
            let (_, want) = by_quadrature(&radar, &seen);
            let got = converter(radar).convert(&seen).unwrap().covariance;
            let off = (got - want).norm() / want.norm();
            assert!(off < 1e-9, "{seen:?}: {off}\n{got}{want}");
        }
    }
}

/// The noise that a target causes is folded at the zenith by neither side: the position is the
/// same point, whichever way it is written.
#[test]
fn the_position_has_no_bias_and_the_covariance_is_its_error() {
    const RUNS: u32 = 100_000;
    let radar = coarse();
    let converter = converter(radar);
    let mut dice = Dice::new(71);
    for (r, b, e) in PLACES {
        let target = at(r, b, e);
        let there = cartesian(&target);
        let (mut mean, mut errors, mut stated) =
            (Vector3::zeros(), Matrix3::zeros(), Matrix3::zeros());
        for _ in 0..RUNS {
            let got = converter.convert(&dice.seen(&radar, &target)).unwrap();
            let error = got.position - there;
            mean += error / f64::from(RUNS);
            errors += error * error.transpose() / f64::from(RUNS);
            stated += got.covariance / f64::from(RUNS);
        }
        // Without the factors the bias would be 0.2 % of the range, 10 m in 5 km.
        let noise = libm::sqrt(errors.trace() / f64::from(RUNS));
        assert!(
            mean.norm() < 4.0 * noise,
            "{target:?}: bias {mean}, noise {noise}"
        );
        // What is stated at the detection, not at the target, is off by parts of std² = 0.4 %.
        let off = (stated - errors).norm() / errors.norm();
        assert!(off < 0.02, "{target:?}: {off}\n{stated}{errors}");
    }
}

#[test]
fn small_noise_far_away_keeps_a_positive_covariance() {
    let radar = RadarModel {
        range_std_m: 1e-3,
        bearing_std_rad: 1e-7,
        elev_std_rad: 1e-7,
        ..radar()
    };
    let got = converter(radar).convert(&at(1e8, 30.0, 20.0)).unwrap();
    let values = got.covariance.symmetric_eigenvalues();
    let (least, most) = (values.min(), values.max());
    assert!((libm::sqrt(least) - 1e-3).abs() < 1e-4, "{values}");
    assert!((libm::sqrt(most) - 10.0).abs() < 0.01, "{values}");
}

#[test]
fn a_bearing_means_the_same_after_any_turn() {
    let converter = converter(radar());
    let here = converter.convert(&at(9_000.0, 359.999, 5.0)).unwrap();
    let turned = converter.convert(&at(9_000.0, -0.001, 5.0)).unwrap();
    assert!((here.position - turned.position).norm() < 1e-8);
    assert!((here.covariance - turned.covariance).norm() < 1e-8);
}

#[test]
fn the_own_pose_moves_and_turns_what_is_seen() {
    let attitude = UnitQuaternion::from_euler_angles(0.3, -0.5, 2.0);
    let pose = OwnPose {
        position: Vector3::new(100.0, -200.0, 300.0),
        attitude,
        ..OwnPose::default()
    };
    let seen = at(4_000.0, 80.0, 20.0);
    let still = converter(radar()).convert(&seen).unwrap();
    let moved = Converter::new(radar(), pose)
        .unwrap()
        .convert(&seen)
        .unwrap();
    assert!((moved.position - pose.position - attitude * still.position).norm() < 1e-9);
    let turn = attitude.to_rotation_matrix();
    let want = turn * still.covariance * turn.inverse();
    assert!((moved.covariance - want).norm() < 1e-9 * want.norm());
}

#[test]
fn an_uncertain_pose_adds_its_own_share() {
    const RUNS: u32 = 50_000;
    let (place_std, turn_std) = (25.0, 0.01);
    let pose = OwnPose {
        attitude: UnitQuaternion::from_euler_angles(0.1, 0.7, -1.0),
        position_covariance: Matrix3::from_diagonal_element(place_std * place_std),
        attitude_covariance: Matrix3::from_diagonal_element(turn_std * turn_std),
        ..OwnPose::default()
    };
    let believed = Converter::new(radar(), pose).unwrap();
    let target = at(6_000.0, 10.0, 30.0);
    let there = pose.attitude * cartesian(&target);
    let stated = believed.convert(&target).unwrap().covariance;
    let mut dice = Dice::new(72);
    let mut errors = Matrix3::zeros();
    for _ in 0..RUNS {
        // The radar stands and looks a little otherwise than believed, and sees the same target.
        let off = UnitQuaternion::from_scaled_axis(dice.vector(turn_std)) * pose.attitude;
        let seen = dice.seen(&radar(), &target);
        let found = believed.convert(&seen).unwrap().position + dice.vector(place_std);
        let error = found - off * (pose.attitude.inverse() * there);
        errors += error * error.transpose() / f64::from(RUNS);
    }
    let off = (stated - errors).norm() / errors.norm();
    assert!(off < 0.03, "{off}\n{stated}{errors}");
}

#[test]
fn what_cannot_be_a_detection_is_not_converted() {
    let good = at(1_000.0, 10.0, 5.0);
    let bad = [
        Detection {
            range_m: 0.0,
            ..good
        },
        Detection {
            range_m: f64::NAN,
            ..good
        },
        Detection {
            bearing_rad: f64::INFINITY,
            ..good
        },
        Detection {
            elev_rad: FRAC_PI_2 + 1e-9,
            ..good
        },
        Detection {
            vr_mps: f64::NAN,
            ..good
        },
    ];
    let converter = converter(radar());
    assert!(converter.convert(&good).is_some());
    for detection in bad {
        assert!(converter.convert(&detection).is_none(), "{detection:?}");
    }
}

/// One of what fills the field of view evenly: its density, over a shell of space, is its share.
#[test]
fn the_even_density_fills_the_field_of_view_once() {
    let radar = radar();
    let converter = converter(radar);
    let (rings, layers) = (200, 200);
    let wide = (radar.range_max_m - radar.range_min_m) / f64::from(rings);
    let high = (radar.elev_max_rad - radar.elev_min_rad) / f64::from(layers);
    let mut sum = 0.0;
    for i in 0..rings {
        for k in 0..layers {
            let r = radar.range_min_m + wide * (f64::from(i) + 0.5);
            let elev_rad = radar.elev_min_rad + high * (f64::from(k) + 0.5);
            let place = Detection {
                elev_rad,
                ..at(r, 0.0, 0.0)
            };
            let volume = r * r * libm::cos(elev_rad) * wide * high * TAU * 2.0 * radar.vr_max_mps;
            sum += converter.convert(&place).unwrap().even_density * volume;
        }
    }
    assert!((sum - 1.0).abs() < 1e-9, "{sum}");
}
