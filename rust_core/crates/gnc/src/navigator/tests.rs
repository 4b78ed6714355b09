//! Fixes, what comes between them, and how old they are.
#![allow(clippy::unwrap_used, clippy::panic)]

use nalgebra::{UnitQuaternion, Vector3};
use qiki_craft::{Feedback, Fresh};

use super::Navigator;
use crate::{Plausible, SensorLimits};

const ALL: Fresh = Fresh(1 | 4 | 8 | 16);
const NOTHING: Fresh = Fresh(0);

fn feedback(fresh: Fresh) -> Feedback {
    Feedback {
        fresh,
        rates_rps_body: [0.1, -0.2, 0.3],
        attitude_xyzw: [0.0, 0.6, 0.0, 0.8],
        position_m_world: [1.0, 2.0, 3.0],
        velocity_mps_world: [0.5, -0.25, 0.125],
        ..Feedback::default()
    }
}

/// Of sensors that may report anything.
fn anything() -> SensorLimits {
    let plausible = Plausible {
        range: 1e300,
        tolerance: 1e300,
        growth_per_s: 0.0,
        noise_std: 0.0,
    };
    SensorLimits {
        rates: plausible,
        attitude: plausible,
        position: plausible,
        velocity: plausible,
        rate_difference_rps: 1e300,
        speed_difference_mps: 1e300,
        attitude_period_s: 0.02,
        position_period_s: 0.02,
    }
}

/// After one complete fix.
fn started() -> Navigator {
    let mut n = Navigator::new(&anything());
    n.step(&feedback(ALL), 0.002);
    n
}

#[test]
fn nothing_is_known_before_the_first_fix() {
    let mut n = Navigator::new(&anything());
    assert_eq!((n.age_ticks(), n.rates_age_ticks()), (u32::MAX, u32::MAX));
    n.step(&feedback(NOTHING), 0.002);
    assert_eq!(n.age_ticks(), u32::MAX, "waiting does not make it fresh");
}

#[test]
fn the_first_fix_is_taken_whole() {
    let n = started();
    assert_eq!(n.age_ticks(), 0);
    assert_eq!(n.pose.position, Vector3::new(1.0, 2.0, 3.0));
    assert_eq!(n.pose.velocity, Vector3::new(0.5, -0.25, 0.125));
    assert_eq!(n.pose.rates, Vector3::new(0.1, -0.2, 0.3));
    let expected = UnitQuaternion::from_scaled_axis(Vector3::y() * 2.0 * 0.6f64.asin());
    assert!(n.pose.attitude.angle_to(&expected) < 1e-12);
}

#[test]
fn between_fixes_the_pose_is_carried_on_with_velocity_and_rates() {
    let mut n = started();
    let start = n.pose;
    for _ in 0..500 {
        n.step(&feedback(NOTHING), 0.002);
    }
    assert!((n.pose.position - start.position - start.velocity).norm() < 1e-12);
    let turned = (start.attitude.inverse() * n.pose.attitude).scaled_axis();
    assert!((turned - start.rates).norm() < 1e-9, "{turned:?}");
    assert!((n.pose.attitude.norm() - 1.0).abs() < 1e-12);
}

#[test]
fn the_measured_period_is_what_carries_the_pose() {
    let (mut slow, mut quick) = (started(), started());
    slow.step(&feedback(NOTHING), 0.004);
    quick.step(&feedback(NOTHING), 0.002);
    let way = |n: &Navigator| (n.pose.position - Vector3::new(1.0, 2.0, 3.0)).norm();
    assert!((way(&slow) / way(&quick) - 2.0).abs() < 1e-12);
}

#[test]
fn half_of_a_later_residual_is_taken_at_once() {
    let mut n = started();
    let mut f = feedback(Fresh::POSITION);
    f.position_m_world = [3.0, 2.0, 3.0];
    n.pose.velocity = Vector3::zeros();
    n.step(&f, 0.002);
    assert!((n.pose.position - Vector3::new(2.0, 2.0, 3.0)).norm() < 1e-12);
    n.pose.rates = Vector3::zeros();
    let before = n.pose.attitude;
    let fix = before * UnitQuaternion::from_scaled_axis(Vector3::x() * 0.2);
    f = feedback(Fresh::ATTITUDE);
    f.attitude_xyzw = fix.coords.into();
    n.step(&f, 0.002);
    let taken = (before.inverse() * n.pose.attitude).scaled_axis();
    assert!((taken - Vector3::x() * 0.1).norm() < 1e-9, "{taken:?}");
}

#[test]
fn the_age_is_that_of_the_oldest_value() {
    let mut n = started();
    for tick in 1..=10 {
        n.step(&feedback(Fresh(ALL.0 & !Fresh::VELOCITY.0)), 0.002);
        assert_eq!((n.age_ticks(), n.rates_age_ticks()), (tick, 0));
    }
    n.step(&feedback(Fresh(ALL.0 & !Fresh::RATES.0)), 0.002);
    assert_eq!((n.age_ticks(), n.rates_age_ticks()), (1, 1));
    n.step(&feedback(ALL), 0.002);
    assert_eq!(n.age_ticks(), 0);
}

#[test]
fn a_value_that_is_not_a_number_counts_as_not_arrived() {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        for i in 0..3 {
            let mut n = started();
            let mut f = feedback(ALL);
            f.rates_rps_body[i] = value;
            f.position_m_world[i] = value;
            f.velocity_mps_world[i] = value;
            f.attitude_xyzw[i] = value;
            n.step(&f, 0.002);
            assert_eq!((n.age_ticks(), n.rates_age_ticks()), (1, 1));
            assert!(
                n.pose
                    .position
                    .iter()
                    .chain(n.pose.velocity.iter())
                    .all(|v| v.is_finite())
            );
            assert!(
                n.pose
                    .rates
                    .iter()
                    .chain(n.pose.attitude.coords.iter())
                    .all(|v| v.is_finite())
            );
        }
    }
}

#[test]
fn an_attitude_that_is_no_rotation_counts_as_not_arrived() {
    for q in [
        [0.0; 4],
        [0.0, 0.0, 0.0, 0.9],
        [0.0, 0.0, 0.0, 1.1],
        [1.0, 1.0, 1.0, 1.0],
    ] {
        let mut n = started();
        let before = n.pose.attitude;
        n.pose.rates = Vector3::zeros();
        let mut f = feedback(Fresh::ATTITUDE);
        f.attitude_xyzw = q;
        n.step(&f, 0.002);
        assert_eq!(n.age_ticks(), 1, "{q:?}");
        assert!(n.pose.attitude.angle_to(&before) < 1e-9);
    }
}

#[test]
fn a_quaternion_that_flips_its_sign_from_fix_to_fix_is_the_same_attitude() {
    let (mut steady, mut flipping) = (started(), started());
    for tick in 0..200 {
        let mut f = feedback(ALL);
        let turn = UnitQuaternion::from_scaled_axis(
            Vector3::new(0.1, -0.2, 0.3) * 0.002 * f64::from(tick),
        );
        let attitude = UnitQuaternion::from_scaled_axis(Vector3::y() * 1.287) * turn;
        f.attitude_xyzw = attitude.coords.into();
        steady.step(&f, 0.002);
        if tick % 2 == 1 {
            f.attitude_xyzw = f.attitude_xyzw.map(|q| -q);
        }
        flipping.step(&f, 0.002);
        assert!(
            steady.pose.attitude.angle_to(&flipping.pose.attitude) < 1e-9,
            "tick {tick}"
        );
    }
}

#[test]
fn noise_in_the_fixes_is_smoothed() {
    let mut n = started();
    let mut worst = 0.0f64;
    for tick in 0..400 {
        let mut f = feedback(ALL);
        f.velocity_mps_world = [0.0; 3];
        f.rates_rps_body = [0.0; 3];
        f.position_m_world = [if tick % 2 == 0 { 1.01 } else { 0.99 }, 2.0, 3.0];
        n.step(&f, 0.002);
        worst = if tick > 20 {
            worst.max((n.pose.position.x - 1.0).abs())
        } else {
            0.0
        };
    }
    assert!(worst < 0.004, "{worst} m of 0.01 m left");
}
