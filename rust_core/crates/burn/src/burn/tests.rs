//! The account of a profile in flight.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::plan::LAG_S;
use crate::terms::PlanLimits;
use qiki_command::{SEGMENTS_MAX, Target};
use qiki_craft::{Craft, NOZZLES};

const MASS_KG: f64 = 432.0;
const FULL_N: f64 = 240.0;
const DT_S: f64 = 0.002;

fn burn() -> Burn {
    let craft = Craft::from_json(include_str!("../../../craft/fixtures/dodeca-01.json")).unwrap();
    let mut segments = [Segment::IDLE; SEGMENTS_MAX];
    segments[0] = Segment {
        duration_s: 2.0,
        level: 0.5,
        target: Target::Direction(Vector3::x()),
        ..Segment::IDLE
    };
    Burn::new(Plan::new(PlanLimits::new(&craft, 3.0), segments, 1))
}

fn push(_: &Segment) -> Push {
    Push {
        direction: Vector3::x(),
        ceiling_n: FULL_N,
        available_n: FULL_N,
        power_limited: false,
        thrust_per_n: [0.1; NOZZLES],
        group_only: false,
        group_broken: false,
    }
}

fn motion() -> Motion {
    Motion {
        attitude: UnitQuaternion::identity(),
        mass_kg: MASS_KG,
    }
}

fn now(residual_ns: Vector3<f64>) -> Now {
    Now {
        dt_s: DT_S,
        residual_ns,
        pending_ns: Vector3::zeros(),
        power_w: 40_000.0,
        power_reason: Reason::CapLow,
        resting: 0,
        warm: 0,
        ready: u16::MAX,
        impaired: 0,
        spent: None,
    }
}

fn step(burn: &mut Burn, motion: &Motion) -> Option<Order> {
    let residual_ns = burn.residual_ns(motion);
    let order = burn.step(&now(residual_ns), push);
    burn.add_demand(&motion.attitude, motion.mass_kg);
    order
}

fn fix(velocity: Vector3<f64>) -> Feedback {
    Feedback {
        fresh: Fresh::VELOCITY,
        velocity_mps_world: velocity.into(),
        ..Feedback::default()
    }
}

#[test]
fn what_is_asked_is_owed_until_the_valves_gave_it() {
    let mut burn = burn();
    let order = step(&mut burn, &motion()).unwrap();
    assert!((order.demanded_ns.x - 0.5 * FULL_N * DT_S).abs() < 1e-12);
    assert!((burn.residual_ns(&motion()) - order.demanded_ns).norm() < 1e-9);
    burn.observe(&Feedback::default(), order.demanded_ns, &motion());
    assert!(burn.residual_ns(&motion()).norm() < 1e-9);
    assert!((burn.progress().demanded_mps - order.demanded_ns.x / MASS_KG).abs() < 1e-15);
}

#[test]
fn valves_that_give_nothing_stop_the_clock() {
    let mut burn = burn();
    for _ in 0..2000 {
        step(&mut burn, &motion());
    }
    let clock_s = burn.progress().clock_s;
    // Half a push may be left undelivered for as long as a whole one.
    assert!((clock_s - LAG_S / 0.5).abs() < 0.01, "{clock_s}");
    assert!(burn.progress().residual_mps > 0.05);
}

#[test]
fn velocity_fixes_win_over_the_valves_in_the_long_run() {
    let mut burn = burn();
    let start = Vector3::new(3.0, -1.0, 0.5);
    let mut velocity = start;
    for tick in 0..1000 {
        step(&mut burn, &motion());
        // The nozzles give a tenth less than the valves tell.
        let told_ns = Vector3::x() * 0.24;
        velocity += 0.9 * told_ns / MASS_KG;
        let feedback = if tick % 10 == 9 {
            fix(velocity)
        } else {
            Feedback::default()
        };
        burn.observe(&feedback, told_ns, &motion());
    }
    let gained = velocity - start;
    let error = burn.gained - gained;
    assert!(error.norm() < 0.02 * gained.norm(), "{error:?}");
    assert!(gained.x > 0.4);
}

#[test]
fn the_start_is_the_velocity_before_the_first_push() {
    let mut burn = burn();
    step(&mut burn, &motion());
    burn.observe(&Feedback::default(), Vector3::x() * 43.2, &motion());
    // The first fix comes when 0.1 m/s have been gained already.
    burn.observe(
        &fix(Vector3::new(1.1, 0.0, 0.0)),
        Vector3::zeros(),
        &motion(),
    );
    assert!((burn.gained.x - 0.1).abs() < 1e-12);
    assert!((burn.start.unwrap().x - 1.0).abs() < 1e-12);
}

#[test]
fn a_velocity_that_is_not_a_number_changes_nothing() {
    let mut burn = burn();
    step(&mut burn, &motion());
    let before = burn.gained;
    let nan = Vector3::new(f64::NAN, 0.0, 0.0);
    burn.observe(&fix(nan), Vector3::zeros(), &motion());
    assert_eq!((burn.gained, burn.start), (before, None));
}

#[test]
fn the_account_is_in_world_and_the_plan_in_body() {
    let mut burn = burn();
    let yaw = UnitQuaternion::from_scaled_axis(Vector3::z() * std::f64::consts::FRAC_PI_2);
    let turned = Motion {
        attitude: yaw,
        mass_kg: MASS_KG,
    };
    step(&mut burn, &turned);
    assert!(burn.demanded.y > 0.0 && burn.demanded.x.abs() < 1e-12);
    assert!(burn.residual_ns(&turned).x > 0.0);
    burn.observe(&Feedback::default(), Vector3::x() * 0.24, &turned);
    assert!(burn.residual_ns(&turned).norm() < 1e-9);
}

#[test]
fn each_new_reason_is_told_once() {
    let mut burn = burn();
    let power_limited = |segment: &Segment| Push {
        available_n: 10.0,
        power_limited: true,
        ..push(segment)
    };
    let calm = now(Vector3::zeros());
    burn.step(&calm, power_limited);
    assert_eq!(burn.newly_inhibited(), Some(Reason::CapLow));
    burn.step(&calm, power_limited);
    assert_eq!(burn.newly_inhibited(), None);
    assert_eq!(burn.inhibited_by(), Reason::CapLow);
    // Power that comes and goes is not reported each time.
    let more = Now {
        power_w: 2.0 * calm.power_w,
        ..calm
    };
    burn.step(&more, push);
    assert_eq!(
        (burn.newly_inhibited(), burn.inhibited_by()),
        (None, Reason::None)
    );
    burn.step(&calm, power_limited);
    assert_eq!(
        (burn.newly_inhibited(), burn.inhibited_by()),
        (None, Reason::CapLow)
    );
    let warm = Now {
        warm: 1,
        ready: !1,
        ..calm
    };
    burn.step(&warm, power_limited);
    assert_eq!(burn.newly_inhibited(), Some(Reason::RcsClusterHot));
    assert!(burn.idles());
}
