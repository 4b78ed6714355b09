//! The laws against their closed forms.
#![allow(clippy::unwrap_used, clippy::panic)]

use nalgebra::{Matrix3, UnitQuaternion, Vector3};
use qiki_craft::Craft;

use super::Law;
use crate::attitude_error::AttitudeError;
use crate::guidance::Guidance;
use crate::pose::Pose;
use crate::reference::Reference;
use crate::wrench::wrench;

const KP_A: f64 = 1.6 * 1.6;
const KD_A: f64 = 2.0 * 1.6;
const KP_P: f64 = 0.8 * 0.8;
const KD_P: f64 = 2.0 * 0.8;

fn inertia() -> Matrix3<f64> {
    Matrix3::new(215.0, 3.0, -2.0, 3.0, 210.0, 4.0, -2.0, 4.0, 205.0)
}

impl Law {
    fn torque_at(&self, pose: &Pose, reference: &Reference) -> Vector3<f64> {
        let error = AttitudeError::between(&pose.attitude, &reference.pose.attitude);
        self.torque(pose, reference, &error)
    }
}

fn law() -> Law {
    let mut craft =
        Craft::from_json(include_str!("../../../craft/fixtures/dodeca-01.json")).unwrap();
    let control = &mut craft.control;
    (control.attitude.bandwidth_rps, control.attitude.damping) = (1.6, 1.0);
    (control.position.bandwidth_rps, control.position.damping) = (0.8, 1.0);
    Law::new(control, inertia())
}

fn at_rest() -> Reference {
    Guidance::new().reference
}

fn near(a: Vector3<f64>, b: Vector3<f64>, part: f64) {
    assert!(
        (a - b).norm() <= part * (1.0 + b.norm()),
        "{a:?}, {b:?} expected"
    );
}

#[test]
fn no_error_asks_for_nothing() {
    assert_eq!(
        law().torque_at(&Pose::default(), &at_rest()),
        Vector3::zeros()
    );
    assert_eq!(
        law().force(&Pose::default(), &at_rest(), 432.0),
        Vector3::zeros()
    );
    assert_eq!(law().damping(&Pose::default()), Vector3::zeros());
}

#[test]
fn a_turned_craft_is_turned_back_in_proportion_to_its_inertia() {
    for turned in [Vector3::new(0.01, 0.0, 0.0), Vector3::new(-0.3, 0.8, 1.1)] {
        let attitude = UnitQuaternion::from_scaled_axis(turned);
        let torque = law().torque_at(
            &Pose {
                attitude,
                ..Pose::default()
            },
            &at_rest(),
        );
        near(torque, inertia() * turned * -KP_A, 1e-12);
    }
}

#[test]
fn a_tiny_error_is_not_lost_in_rounding() {
    let turned = Vector3::new(3e-9, -2e-9, 1e-9);
    let attitude = UnitQuaternion::from_scaled_axis(turned);
    let torque = law().torque_at(
        &Pose {
            attitude,
            ..Pose::default()
        },
        &at_rest(),
    );
    let expected = inertia() * turned * -KP_A;
    assert!(
        (torque - expected).norm() < 1e-6 * expected.norm(),
        "{torque:?}"
    );
}

#[test]
fn a_turning_craft_is_damped_and_its_gyroscopic_torque_made_good() {
    let rates = Vector3::new(0.3, -0.2, 0.5);
    let torque = law().torque_at(
        &Pose {
            rates,
            ..Pose::default()
        },
        &at_rest(),
    );
    let gyroscopic = rates.cross(&(inertia() * rates));
    near(torque, inertia() * rates * -KD_A + gyroscopic, 1e-12);
    assert!(gyroscopic.norm() > 0.1, "the term is there to be seen");
}

#[test]
fn a_craft_that_follows_its_reference_gets_the_feed_forward_alone() {
    let rates = Vector3::new(0.1, 0.05, -0.08);
    let attitude = UnitQuaternion::from_euler_angles(0.3, 0.2, -1.0);
    let pose = Pose {
        rates,
        attitude,
        ..Pose::default()
    };
    let angular_acceleration = Vector3::new(0.1, -0.15, 0.05);
    let reference = Reference {
        pose,
        angular_acceleration,
        acceleration: Vector3::zeros(),
    };
    let expected = inertia() * angular_acceleration + rates.cross(&(inertia() * rates));
    near(law().torque_at(&pose, &reference), expected, 1e-12);
}

#[test]
fn the_references_rate_and_acceleration_are_turned_into_the_crafts_frame() {
    // The reference is a quarter turn about z ahead; its x is the craft's y.
    let quarter = Vector3::z() * 0.5 * std::f64::consts::PI;
    let mut reference = at_rest();
    reference.pose.attitude = UnitQuaternion::from_scaled_axis(quarter);
    reference.pose.rates = Vector3::new(0.1, 0.0, 0.0);
    reference.angular_acceleration = Vector3::new(0.0, 0.2, 0.0);
    let torque = law().torque_at(&Pose::default(), &reference);
    let wanted = quarter * KP_A + Vector3::y() * 0.1 * KD_A - Vector3::x() * 0.2;
    near(torque, inertia() * wanted, 1e-12);
}

#[test]
fn the_sign_of_a_quaternion_does_not_matter() {
    let attitude = UnitQuaternion::from_scaled_axis(Vector3::new(0.5, -1.0, 0.2));
    let flipped = UnitQuaternion::new_unchecked(-attitude.into_inner());
    let (pose, other) = (
        Pose {
            attitude,
            ..Pose::default()
        },
        Pose {
            attitude: flipped,
            ..Pose::default()
        },
    );
    let mut reference = at_rest();
    reference.pose.rates = Vector3::new(0.01, 0.02, 0.03);
    near(
        law().torque_at(&other, &reference),
        law().torque_at(&pose, &reference),
        1e-12,
    );
    near(
        law().force(&other, &reference, 430.0),
        law().force(&pose, &reference, 430.0),
        1e-12,
    );
}

#[test]
fn force_is_a_spring_and_a_damper_in_the_world_seen_from_the_body() {
    let attitude = UnitQuaternion::from_euler_angles(0.4, -0.3, 1.2);
    let position = Vector3::new(0.2, -0.1, 0.05);
    let velocity = Vector3::new(-0.02, 0.03, 0.01);
    let pose = Pose {
        position,
        velocity,
        attitude,
        ..Pose::default()
    };
    let mut reference = at_rest();
    reference.pose.velocity = Vector3::new(0.5, 0.0, 0.0);
    reference.acceleration = Vector3::new(0.0, 0.4, 0.0);
    let world =
        KP_P * (-position) + KD_P * (reference.pose.velocity - velocity) + reference.acceleration;
    near(
        law().force(&pose, &reference, 425.0),
        attitude.inverse() * world * 425.0,
        1e-12,
    );
}

#[test]
fn damping_opposes_the_rotation_alone() {
    let rates = Vector3::new(0.2, 0.1, -0.4);
    near(
        law().damping(&Pose {
            rates,
            ..Pose::default()
        }),
        inertia() * rates * -KD_A,
        1e-12,
    );
    let turned = UnitQuaternion::from_scaled_axis(Vector3::new(1.0, 0.0, 0.0));
    assert_eq!(
        law().damping(&Pose {
            attitude: turned,
            ..Pose::default()
        }),
        Vector3::zeros()
    );
}

/// Error over time under the law with an ideal actuator: one axis, from 0.01 at rest.
fn response(seconds: f64) -> f64 {
    let (law, dt_s) = (law(), 1e-4);
    let invert = inertia().try_inverse().unwrap();
    let mut pose = Pose {
        attitude: UnitQuaternion::from_scaled_axis(Vector3::x() * 0.01),
        ..Pose::default()
    };
    for _ in 0..(seconds / dt_s) as u32 {
        let torque = law.torque_at(&pose, &at_rest());
        let momentum = inertia() * pose.rates;
        pose.rates += invert * (torque - pose.rates.cross(&momentum)) * dt_s;
        pose.attitude *= UnitQuaternion::from_scaled_axis(pose.rates * dt_s);
    }
    pose.attitude.scaled_axis().x
}

#[test]
fn the_closed_loop_is_critically_damped_at_its_bandwidth() {
    for t in [0.5, 1.0, 2.0, 4.0] {
        let expected = 0.01 * (1.0 + 1.6 * t) * (-1.6f64 * t).exp();
        let measured = response(t);
        assert!(
            (measured - expected).abs() < 2e-6,
            "t {t}: {measured}, {expected} expected"
        );
    }
}

#[test]
fn a_wrench_is_force_then_torque() {
    let w = wrench(Vector3::new(1.0, 2.0, 3.0), Vector3::new(4.0, 5.0, 6.0));
    assert_eq!(w, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
}
