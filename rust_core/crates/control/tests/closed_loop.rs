//! What the craft does when it is told to, in closed loop with the simulated plant.

use crate::common::*;
use qiki_command::{Mode, Reason, ReplyStatus};
use qiki_messages::commands::{BodyAxis, FlightMode};
use qiki_plant::InitialState;

#[test]
fn arming_is_confirmed_by_the_nodes_and_disarming_too() {
    let mut l = Loop::new(2000);
    l.run(0.1);
    let id = l.say(arm());
    assert_eq!(l.said(id), [(ReplyStatus::Accepted, Reason::None)]);
    l.run(0.01);
    assert!(l.confirmed(id));
    assert!(l.outputs.command.armed);
    assert_eq!(
        (l.outputs.mode, l.outputs.inhibit_reason),
        (Mode::Idle, Reason::None)
    );
    let id = l.say(disarm());
    assert!(!l.outputs.command.armed && l.closed());
    l.run(0.01);
    assert!(l.confirmed(id));
    assert_eq!(
        (l.outputs.mode, l.outputs.inhibit_reason),
        (Mode::Idle, Reason::NotArmed)
    );
}

#[test]
fn a_pose_is_held_within_bounds_at_every_rate() {
    let drifting = InitialState {
        velocity_mps_world: [0.03, -0.02, 0.02],
        rates_rps_body: [0.01, 0.015, -0.01],
        ..InitialState::default()
    };
    for period_us in PERIODS_US {
        let mut l = Loop::from(&craft(), period_us, &drifting);
        l.run(0.1);
        l.say(arm());
        let id = l.say(hold());
        let (start, before_kg) = (l.plant.truth(), l.plant.propellant_kg());
        let (mut way, mut turn) = (0.0f64, 0.0f64);
        for _ in 0..l.ticks(60.0) {
            l.step(None);
            let truth = l.plant.truth();
            way = way.max(distance(truth.position_m_world, start.position_m_world));
            turn = turn.max(angle(truth.attitude_xyzw, start.attitude_xyzw));
        }
        let used_kg = before_kg - l.plant.propellant_kg();
        println!("{period_us} us: {way:.4} m, {turn:.5} rad, {used_kg:.4} kg");
        assert!(l.confirmed(id));
        assert_eq!(l.outputs.mode, Mode::Manoeuvre);
        assert!(
            way < 0.15 && turn < 0.04,
            "{period_us} us: {way} m, {turn} rad"
        );
        assert!(used_kg < 1.2, "{period_us} us: {used_kg} kg");
    }
}

#[test]
fn a_transfer_arrives_within_its_speed_limit_at_every_rate() {
    for period_us in PERIODS_US {
        let mut l = Loop::armed(period_us);
        let goal = [6.0, -3.0, 2.0];
        let id = l.say(go_to(goal));
        let mut speed = 0.0f64;
        for _ in 0..l.ticks(25.0) {
            l.step(None);
            speed = speed.max(norm(l.plant.truth().velocity_mps_world));
        }
        let truth = l.plant.truth();
        println!(
            "{period_us} us: speed {speed:.3}, left {:.4}",
            distance(truth.position_m_world, goal)
        );
        assert!(l.confirmed(id));
        assert!(speed < 1.15, "{period_us} us: {speed} m/s");
        assert!(
            distance(truth.position_m_world, goal) < 0.15,
            "{:?}",
            truth.position_m_world
        );
        assert!(angle(truth.attitude_xyzw, [0.0, 0.0, 0.0, 1.0]) < 0.05);
    }
}

#[test]
fn a_turn_arrives_within_its_rate_limit_at_every_rate() {
    for period_us in PERIODS_US {
        let mut l = Loop::armed(period_us);
        let goal = turn([0.6, 0.0, 0.8], 2.0);
        let id = l.say(turn_to(goal));
        let mut rate = 0.0f64;
        for _ in 0..l.ticks(25.0) {
            l.step(None);
            rate = rate.max(norm(l.plant.truth().rates_rps_body));
        }
        let truth = l.plant.truth();
        println!(
            "{period_us} us: rate {rate:.3}, left {:.4}",
            angle(truth.attitude_xyzw, goal)
        );
        assert!(l.confirmed(id));
        assert!(rate < 0.23, "{period_us} us: {rate} rad/s");
        assert!(angle(truth.attitude_xyzw, goal) < 0.04);
        assert!(norm(truth.position_m_world) < 0.3);
    }
}

#[test]
fn a_burn_gives_its_impulse_and_ends_in_coast() {
    let mut l = Loop::armed(2000);
    l.say(hold());
    l.run(1.0);
    let before = l.plant.truth().velocity_mps_world;
    let id = l.say(fire(BodyAxis::Port, 0.5, 2.0));
    assert_eq!(l.outputs.mode, Mode::Burn);
    let asked_n = l.outputs.wrench_demanded[1];
    l.run(2.5);
    assert!(l.confirmed(id));
    assert_eq!(l.outputs.mode, Mode::Coast);
    let after = l.plant.truth().velocity_mps_world;
    let expected = asked_n * 2.0 / 432.0;
    let gained = after[1] - before[1];
    println!("asked {asked_n} N, gained {gained} m/s, {expected} expected");
    assert!(
        (gained / expected - 1.0).abs() < 0.25,
        "{gained} m/s, {expected} expected"
    );
    assert!((after[0] - before[0]).abs() < 0.1 && (after[2] - before[2]).abs() < 0.1);
    assert!(angle(l.plant.truth().attitude_xyzw, [0.0, 0.0, 0.0, 1.0]) < 0.1);
}

#[test]
fn a_profile_flies_its_segments_in_order() {
    let mut l = Loop::armed(2000);
    let segments = vec![
        segment([1.0, 0.0, 0.0], 0.6, 1.0),
        segment([0.0, 0.0, -1.0], 0.4, 0.5),
    ];
    let id = l.say(profile(segments));
    l.run(0.5);
    // What is owed across is asked for too, and that is little.
    let asked = l.outputs.wrench_demanded;
    assert!(asked[0] > 300.0 && asked[2].abs() < 20.0, "{asked:?}");
    l.run(0.9);
    let asked = l.outputs.wrench_demanded;
    assert!(asked[2] < -200.0 && asked[0].abs() < 20.0, "{asked:?}");
    assert!(!l.confirmed(id));
    l.run(0.6);
    assert!(l.confirmed(id));
    assert_eq!(l.outputs.mode, Mode::Coast);
    assert_eq!(l.outputs.wrench_demanded[..3], [0.0; 3]);
}

#[test]
fn stop_thrust_ends_a_burn_and_drifts_on() {
    let mut l = Loop::armed(2000);
    let burn = l.say(fire(BodyAxis::Forward, 1.0, 30.0));
    l.run(1.0);
    let id = l.say(stop_thrust());
    assert_eq!(l.outputs.mode, Mode::Coast);
    assert_eq!(
        l.said(burn).last(),
        Some(&(ReplyStatus::Aborted, Reason::Superseded))
    );
    assert!(l.confirmed(id));
    l.run(1.0);
    let speed = l.plant.truth().velocity_mps_world[0];
    l.run(2.0);
    assert!((l.plant.truth().velocity_mps_world[0] - speed).abs() < 0.05);
    assert!(speed > 0.2);
}

fn moving() -> InitialState {
    InitialState {
        velocity_mps_world: [0.8, -0.5, 0.4],
        rates_rps_body: [0.10, -0.12, 0.08],
        ..InitialState::default()
    }
}

#[test]
fn a_brake_stops_all_motion_then_holds() {
    for period_us in PERIODS_US {
        let mut l = Loop::from(&craft(), period_us, &moving());
        l.run(0.1);
        l.say(arm());
        let id = l.say(brake());
        assert_eq!(l.outputs.mode, Mode::Brake);
        let fastest = norm(l.plant.truth().velocity_mps_world);
        for _ in 0..l.ticks(15.0) {
            l.step(None);
            let speed = norm(l.plant.truth().velocity_mps_world);
            assert!(
                speed < fastest + 0.05,
                "a brake must not speed up: {speed} m/s"
            );
        }
        assert!(l.confirmed(id), "{period_us} us");
        assert_eq!(l.outputs.mode, Mode::Manoeuvre);
        let truth = l.plant.truth();
        assert!(
            norm(truth.velocity_mps_world) < 0.1,
            "{:?}",
            truth.velocity_mps_world
        );
        assert!(
            norm(truth.rates_rps_body) < 0.05,
            "{:?}",
            truth.rates_rps_body
        );
    }
}

#[test]
fn safe_damps_the_rotation_and_lets_the_craft_drift() {
    let mut l = Loop::from(&craft(), 2000, &moving());
    l.run(0.1);
    l.say(arm());
    l.say(safe());
    assert_eq!(
        (l.outputs.mode, l.outputs.inhibit_reason),
        (Mode::Safe, Reason::Operator)
    );
    let before = l.plant.truth();
    l.run(15.0);
    let after = l.plant.truth();
    assert!(
        norm(after.rates_rps_body) < 0.05,
        "{:?}",
        after.rates_rps_body
    );
    let change = distance(after.velocity_mps_world, before.velocity_mps_world);
    assert!(change < 0.15, "velocity changed by {change} m/s");
    assert_eq!(l.outputs.wrench_demanded[..3], [0.0; 3]);
}

#[test]
fn a_brake_out_of_safe_returns_to_safe_and_unlocks_nothing() {
    let mut l = Loop::from(&craft(), 2000, &moving());
    l.run(0.1);
    l.say(arm());
    l.say(safe());
    let first = l.say(brake());
    assert_eq!(l.outputs.mode, Mode::Brake);
    for refused in [
        hold(),
        go_to([1.0, 0.0, 0.0]),
        fire(BodyAxis::Up, 1.0, 1.0),
        mode(FlightMode::Manoeuvre),
    ] {
        let id = l.say(refused);
        assert_eq!(l.said(id), [(ReplyStatus::Rejected, Reason::SafeLocked)]);
        assert_eq!(l.outputs.mode, Mode::Brake);
    }
    let again = l.say(brake());
    assert_eq!(
        l.said(first).last(),
        Some(&(ReplyStatus::Aborted, Reason::Superseded))
    );
    l.until("brake", 20.0, |l| l.confirmed(again));
    assert_eq!(
        (l.outputs.mode, l.outputs.inhibit_reason),
        (Mode::Safe, Reason::Operator)
    );
    assert!(norm(l.plant.truth().velocity_mps_world) < 0.1);
    l.say(mode(FlightMode::Idle));
    let id = l.say(hold());
    assert_eq!(l.said(id), [(ReplyStatus::Accepted, Reason::None)]);
}

#[test]
fn a_later_motion_takes_over_from_an_earlier_one() {
    let mut l = Loop::armed(2000);
    let first = l.say(go_to([5.0, 0.0, 0.0]));
    l.run(3.0);
    let second = l.say(go_to([0.0, 1.0, 0.0]));
    assert_eq!(
        l.said(first).last(),
        Some(&(ReplyStatus::Aborted, Reason::Superseded))
    );
    l.until("transfer", 30.0, |l| l.confirmed(second));
    l.run(3.0);
    assert!(distance(l.plant.truth().position_m_world, [0.0, 1.0, 0.0]) < 0.15);
}

#[test]
fn a_goal_that_leaves_something_out_keeps_it() {
    let mut l = Loop::armed(2000);
    l.say(hold());
    let there = turn([0.0, 0.0, 1.0], 0.8);
    l.say(go_to([2.0, 0.0, 0.0]));
    let id = l.say(turn_to(there));
    l.until("turn", 30.0, |l| l.confirmed(id));
    l.run(3.0);
    let truth = l.plant.truth();
    assert!(distance(truth.position_m_world, [2.0, 0.0, 0.0]) < 0.15);
    assert!(angle(truth.attitude_xyzw, there) < 0.04);
}

#[test]
fn docking_goes_at_a_tenth_of_the_speed() {
    let mut l = Loop::armed(2000);
    l.say(mode(FlightMode::Dock));
    l.say(go_to([1.0, 0.0, 0.0]));
    let mut speed = 0.0f64;
    for _ in 0..l.ticks(30.0) {
        l.step(None);
        speed = speed.max(norm(l.plant.truth().velocity_mps_world));
    }
    assert_eq!(l.outputs.mode, Mode::Dock);
    assert!(speed < 0.2, "{speed} m/s");
    assert!(distance(l.plant.truth().position_m_world, [1.0, 0.0, 0.0]) < 0.2);
}

#[test]
fn emcon_forbids_emissions_and_keeps_the_pose() {
    let mut l = Loop::armed(2000);
    assert!(l.outputs.emissions_allowed);
    l.say(mode(FlightMode::Emcon));
    assert!(!l.outputs.emissions_allowed);
    l.run(10.0);
    assert!(norm(l.plant.truth().position_m_world) < 0.15);
    l.say(mode(FlightMode::Manoeuvre));
    assert!(l.outputs.emissions_allowed);
}

#[test]
fn a_bridge_closes_the_valves_and_forbids_motion() {
    let mut l = Loop::armed(2000);
    l.say(go_to([5.0, 0.0, 0.0]));
    l.until("thrust", 2.0, |l| !l.closed());
    l.say(mode(FlightMode::Bridge));
    assert!(l.closed());
    let id = l.say(go_to([0.0, 0.0, 0.0]));
    let why = Reason::BridgeActiveRestrictedMotion;
    assert_eq!(l.said(id), [(ReplyStatus::Rejected, why)]);
    for _ in 0..l.ticks(2.0) {
        l.step(None);
        assert!(l.closed());
    }
}
