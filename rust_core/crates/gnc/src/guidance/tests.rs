//! The reference: within its limits on the way, and at its goal in the end.
#![allow(clippy::unwrap_used, clippy::panic)]

use nalgebra::{Unit, UnitQuaternion, Vector3};
use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::Guidance;
use crate::pose::Pose;
use crate::reference::MotionLimits;

const TRANSLATION: MotionLimits = MotionLimits {
    speed_max: 1.0,
    acceleration_max: 0.4,
};
const ROTATION: MotionLimits = MotionLimits {
    speed_max: 0.17,
    acceleration_max: 0.2,
};
const DT_S: f64 = 0.002;

struct Dice(Pcg64Mcg);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(Pcg64Mcg::seed_from_u64(seed))
    }

    /// -1..1.
    fn sign(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 * (-52f64).exp2() - 1.0
    }

    /// Inside a ball.
    fn ball(&mut self, radius: f64) -> Vector3<f64> {
        loop {
            let v = Vector3::new(self.sign(), self.sign(), self.sign());
            if v.norm() <= 1.0 {
                return v * radius;
            }
        }
    }

    fn attitude(&mut self) -> UnitQuaternion<f64> {
        UnitQuaternion::from_scaled_axis(self.ball(std::f64::consts::PI))
    }

    /// In motion, within the limits.
    fn pose(&mut self) -> Pose {
        Pose {
            position: self.ball(10.0),
            velocity: self.ball(TRANSLATION.speed_max),
            attitude: self.attitude(),
            rates: self.ball(ROTATION.speed_max),
        }
    }
}

fn step(g: &mut Guidance, dt_s: f64) {
    g.translate(TRANSLATION, dt_s);
    g.rotate(ROTATION, dt_s);
}

/// One tick; the limits hold in it, and what is said of the acceleration is so.
fn checked_step(g: &mut Guidance, dt_s: f64) {
    let before = g.reference;
    step(g, dt_s);
    let after = g.reference;
    let slack = 1.0 + 1e-9;
    assert!(after.pose.velocity.norm() <= TRANSLATION.speed_max * slack);
    assert!(after.pose.rates.norm() <= ROTATION.speed_max * slack);
    let acceleration = (after.pose.velocity - before.pose.velocity) / dt_s;
    let angular = (after.pose.rates - before.pose.rates) / dt_s;
    assert!(acceleration.norm() <= TRANSLATION.acceleration_max * slack);
    assert!(angular.norm() <= ROTATION.acceleration_max * slack);
    assert!((after.acceleration - acceleration).norm() < 1e-9);
    assert!((after.angular_acceleration - angular).norm() < 1e-9);
    let moved = after.pose.position - before.pose.position;
    let mean = 0.5 * (after.pose.velocity + before.pose.velocity);
    assert!((moved - mean * dt_s).norm() < 1e-12);
    assert!((after.pose.attitude.norm() - 1.0).abs() < 1e-12);
}

#[test]
fn limits_hold_and_the_goal_is_reached_from_any_motion_and_through_any_change_of_mind() {
    let mut dice = Dice::new(1);
    for round in 0..60 {
        let dt_s = [0.001, 0.002, 0.003_003, 0.005][round % 4];
        let mut g = Guidance::new();
        g.restart(&dice.pose());
        for _ in 0..4 {
            g.goal_position = dice.ball(10.0);
            g.goal_attitude = dice.attitude();
            let ticks = (6.0 * (1.0 + dice.sign()) / dt_s) as u32;
            (0..ticks).for_each(|_| checked_step(&mut g, dt_s));
        }
        (0..(60.0 / dt_s) as u32).for_each(|_| checked_step(&mut g, dt_s));
        let (metres, radians) = g.remaining();
        assert!(
            metres < 1e-6 && radians < 1e-6,
            "round {round}: {metres} m, {radians} rad left"
        );
        assert!(g.reference.pose.velocity.norm() < 1e-6 && g.reference.pose.rates.norm() < 1e-6);
    }
}

#[test]
fn a_transfer_from_rest_is_a_straight_line() {
    let mut g = Guidance::new();
    let direction = Vector3::new(2.0, -1.0, 2.0) / 3.0;
    g.goal_position = direction * 8.0;
    for _ in 0..20_000 {
        checked_step(&mut g, DT_S);
        let off = g.reference.pose.position.cross(&direction).norm();
        assert!(off < 1e-9, "{off} m off the line");
        assert!(
            g.reference.pose.velocity.dot(&direction) >= -1e-12,
            "never back"
        );
    }
    assert!(g.remaining().0 < 1e-9);
}

#[test]
fn a_transfer_takes_hardly_longer_than_its_limits_demand() {
    let mut g = Guidance::new();
    g.goal_position = Vector3::new(10.0, 0.0, 0.0);
    let mut time_s = 0.0;
    while g.remaining().0 > 0.1 {
        step(&mut g, DT_S);
        time_s += DT_S;
    }
    // A trapezoid of 1 m/s and 0.4 m/s² takes 12.5 s; the exponential end costs the rest.
    assert!((11.5..14.5).contains(&time_s), "{time_s} s");
}

#[test]
fn a_slew_from_rest_to_rest_stays_on_its_eigen_axis() {
    let axis = Unit::new_normalize(Vector3::new(1.0, 2.0, -0.5));
    let start = UnitQuaternion::from_euler_angles(0.4, -0.9, 2.0);
    let mut g = Guidance::new();
    g.restart(&Pose {
        attitude: start,
        ..Pose::default()
    });
    g.goal_attitude = start * UnitQuaternion::from_axis_angle(&axis, 2.5);
    let mut last = 0.0;
    for _ in 0..20_000 {
        checked_step(&mut g, DT_S);
        let turned = (start.inverse() * g.reference.pose.attitude).scaled_axis();
        assert!(turned.cross(&axis).norm() < 1e-8, "off the axis");
        assert!(
            g.reference.pose.rates.cross(&axis).norm() < 1e-9,
            "off the axis"
        );
        assert!(turned.dot(&axis) >= last - 1e-9, "never back");
        last = turned.dot(&axis);
    }
    assert!((last - 2.5).abs() < 1e-8, "{last} rad turned");
}

#[test]
fn a_slew_takes_the_shorter_way_whatever_the_sign_of_the_quaternion() {
    for angle in [-3.0, -1.0, 1.0, 3.0, 3.5, 5.0] {
        for flip in [false, true] {
            let goal = UnitQuaternion::from_axis_angle(&Vector3::z_axis(), angle);
            let mut g = Guidance::new();
            g.goal_attitude = if flip {
                UnitQuaternion::new_unchecked(-goal.into_inner())
            } else {
                goal
            };
            let mut turned = 0.0;
            for _ in 0..20_000 {
                step(&mut g, DT_S);
                turned += g.reference.pose.rates.z * DT_S;
            }
            let shorter = (angle + std::f64::consts::PI).rem_euclid(std::f64::consts::TAU)
                - std::f64::consts::PI;
            assert!(
                (turned - shorter).abs() < 1e-3,
                "{turned} rad turned, {shorter} expected"
            );
        }
    }
}

#[test]
fn a_stop_ends_where_it_says_and_never_speeds_up_or_turns_back() {
    let mut dice = Dice::new(2);
    for _ in 0..50 {
        let pose = dice.pose();
        let mut g = Guidance::new();
        g.restart(&pose);
        g.stop(TRANSLATION, ROTATION);
        let (place, attitude) = (g.goal_position, g.goal_attitude);
        let line = pose.velocity.normalize();
        let (mut speed, mut rate) = (pose.velocity.norm(), pose.rates.norm());
        for _ in 0..15_000 {
            checked_step(&mut g, DT_S);
            let v = g.reference.pose.velocity;
            assert!(
                v.norm() <= speed + 1e-9 && v.dot(&line) >= -1e-9,
                "{v:?} after {speed}"
            );
            assert!(v.cross(&line).norm() < 1e-9);
            assert!(g.reference.pose.rates.norm() <= rate + 1e-9);
            (speed, rate) = (v.norm(), g.reference.pose.rates.norm());
        }
        assert_eq!((g.goal_position, g.goal_attitude), (place, attitude));
        assert!(
            g.remaining().0 < 1e-6 && g.remaining().1 < 1e-6,
            "{:?}",
            g.remaining()
        );
    }
}

#[test]
fn a_stop_from_three_times_the_limits_still_comes_to_rest_on_its_goal() {
    let mut dice = Dice::new(3);
    for _ in 0..20 {
        let mut g = Guidance::new();
        let fast = dice.pose();
        let velocity = fast.velocity.normalize() * 3.0;
        g.restart(&Pose {
            velocity,
            rates: fast.rates.normalize() * 0.5,
            ..fast
        });
        g.stop(TRANSLATION, ROTATION);
        (0..30_000).for_each(|_| step(&mut g, DT_S));
        assert!(
            g.remaining().0 < 1e-6 && g.remaining().1 < 1e-6,
            "{:?}",
            g.remaining()
        );
        assert!(g.reference.pose.velocity.norm() < 1e-6);
    }
}

#[test]
fn a_stop_at_rest_changes_nothing() {
    let mut g = Guidance::new();
    let pose = Pose {
        position: Vector3::new(1.0, 2.0, 3.0),
        ..Pose::default()
    };
    g.restart(&pose);
    g.stop(TRANSLATION, ROTATION);
    (0..100).for_each(|_| step(&mut g, DT_S));
    assert_eq!(g.reference.pose, pose);
}

#[test]
fn drifting_leaves_nothing_to_correct() {
    let mut g = Guidance::new();
    g.goal_position = Vector3::new(9.0, 9.0, 9.0);
    (0..100).for_each(|_| step(&mut g, DT_S));
    let pose = Dice::new(4).pose();
    g.drift(&pose);
    assert_eq!(g.reference.pose.position, pose.position);
    assert_eq!(g.reference.pose.velocity, pose.velocity);
    assert_eq!(g.reference.acceleration, Vector3::zeros());
    assert_eq!(g.remaining().0, 0.0);
}

#[test]
fn a_goal_out_of_this_world_does_no_harm() {
    let mut g = Guidance::new();
    g.goal_position = Vector3::new(1e300, -1e300, 0.0);
    (0..1000).for_each(|_| step(&mut g, DT_S));
    assert!(g.reference.pose.position.iter().all(|x| x.is_finite()));
    assert!(g.reference.pose.velocity.norm() <= 1.0 + 1e-9);
}
