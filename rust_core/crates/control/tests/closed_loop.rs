//! What the craft does when it is told to, in closed loop with the simulated plant.

use crate::common::burns::{LEFT, end_tolerance_mps, on_paper};
use crate::common::references::Results;
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
    let mut results = Results::of("a_pose_is_held_within_bounds_at_every_rate");
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
        results.add(
            &format!("{period_us} us"),
            &[
                ("way", way, "m"),
                ("turn", turn, "rad"),
                ("propellant used", used_kg, "kg"),
                ("pulses", l.waves.pulses as f64, ""),
            ],
        );
        assert!(l.confirmed(id));
        assert_eq!(l.outputs.mode, Mode::Manoeuvre);
        assert!(
            way < HELD_M && turn < HELD_RAD,
            "{period_us} us: {way} m, {turn} rad"
        );
    }
    results.assert_as_committed();
}

#[test]
fn a_transfer_arrives_within_its_speed_limit_at_every_rate() {
    let speed_max = craft().control.position.speed_max_mps + SETTLED_MPS;
    let mut results = Results::of("a_transfer_arrives_within_its_speed_limit_at_every_rate");
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
        let miss = distance(truth.position_m_world, goal);
        let turned = angle(truth.attitude_xyzw, [0.0, 0.0, 0.0, 1.0]);
        results.add(
            &format!("{period_us} us"),
            &[
                ("highest speed", speed, "m/s"),
                ("miss", miss, "m"),
                ("attitude error", turned, "rad"),
                ("propellant left", l.plant.propellant_kg(), "kg"),
            ],
        );
        assert!(l.confirmed(id));
        assert!(speed < speed_max, "{period_us} us: {speed} m/s");
        assert!(miss < HELD_M, "{:?}", truth.position_m_world);
        assert!(turned < HELD_RAD, "{turned} rad");
    }
    results.assert_as_committed();
}

#[test]
fn a_turn_arrives_within_its_rate_limit_at_every_rate() {
    let rate_max = craft().control.attitude.limits.rate_max_rps + SETTLED_RPS;
    let mut results = Results::of("a_turn_arrives_within_its_rate_limit_at_every_rate");
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
        let miss = angle(truth.attitude_xyzw, goal);
        let way = norm(truth.position_m_world);
        results.add(
            &format!("{period_us} us"),
            &[
                ("highest rate", rate, "rad/s"),
                ("miss", miss, "rad"),
                ("way", way, "m"),
                ("propellant left", l.plant.propellant_kg(), "kg"),
            ],
        );
        assert!(l.confirmed(id));
        assert!(rate < rate_max, "{period_us} us: {rate} rad/s");
        assert!(miss < HELD_RAD, "{miss} rad");
        assert!(way < HELD_M, "{way} m");
    }
    results.assert_as_committed();
}

#[test]
fn a_burn_gives_its_impulse_and_ends_in_coast() {
    let mut l = Loop::armed(2000);
    l.say(hold());
    l.run(1.0);
    let (before, before_kg) = (l.plant.truth().velocity_mps_world, l.plant.propellant_kg());
    let id = l.say(fire(BodyAxis::Port, 0.5, 2.0));
    assert_eq!(l.outputs.mode, Mode::Burn);
    let demanded_n = l.outputs.wrench_demanded[1];
    l.run(2.5);
    assert!(l.confirmed(id));
    assert_eq!(l.outputs.mode, Mode::Coast);
    let after = l.plant.truth();
    let gained = std::array::from_fn(|i| after.velocity_mps_world[i] - before[i]);
    let said = on_paper(&craft(), &[segment(LEFT, 0.5, 2.0)]).unwrap();
    let error = distance(gained, said.total.delta_v_mps);
    let turned = angle(after.attitude_xyzw, [0.0, 0.0, 0.0, 1.0]);
    let mut results = Results::of("a_burn_gives_its_impulse_and_ends_in_coast");
    results.add(
        "",
        &[
            ("demanded", demanded_n, "N"),
            ("gained", gained[1], "m/s"),
            ("gained on paper", said.total.delta_v_mps[1], "m/s"),
            ("error of speed", error, "m/s"),
            ("attitude error", turned, "rad"),
            ("propellant used", before_kg - l.plant.propellant_kg(), "kg"),
        ],
    );
    let allowed = end_tolerance_mps(&craft(), &said, demanded_n / 0.5);
    assert!(error < allowed, "{error} m/s off, {allowed} allowed");
    assert!(turned < HELD_RAD, "{turned} rad");
    results.assert_as_committed();
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
    // The impulse residual across is demanded too, and that is little.
    let ahead = l.outputs.wrench_demanded;
    assert!(ahead[0] > 10.0 * ahead[2].abs(), "{ahead:?}");
    l.run(0.9);
    let down = l.outputs.wrench_demanded;
    assert!(-down[2] > 10.0 * down[0].abs(), "{down:?}");
    let mut results = Results::of("a_profile_flies_its_segments_in_order");
    for (segment, [x, _, z, ..]) in [("ahead", ahead), ("down", down)] {
        results.add(segment, &[("force x", x, "N"), ("force z", z, "N")]);
    }
    results.assert_as_committed();
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
    let change = l.plant.truth().velocity_mps_world[0] - speed;
    assert!(change.abs() < SETTLED_MPS, "{change} m/s while it drifts");
    let mut results = Results::of("stop_thrust_ends_a_burn_and_drifts_on");
    let figures = [("speed", speed, "m/s"), ("change", change, "m/s")];
    results.add("", &figures);
    results.assert_as_committed();
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
    let mut results = Results::of("a_brake_stops_all_motion_then_holds");
    for period_us in PERIODS_US {
        let mut l = Loop::from(&craft(), period_us, &moving());
        l.run(0.1);
        l.say(arm());
        let id = l.say(brake());
        assert_eq!(l.outputs.mode, Mode::Brake);
        let first = norm(l.plant.truth().velocity_mps_world);
        let mut fastest = 0.0f64;
        for _ in 0..l.ticks(15.0) {
            l.step(None);
            fastest = fastest.max(norm(l.plant.truth().velocity_mps_world));
        }
        assert!(fastest < first + SETTLED_MPS, "it sped up: {fastest} m/s");
        assert!(l.confirmed(id), "{period_us} us");
        assert_eq!(l.outputs.mode, Mode::Manoeuvre);
        let truth = l.plant.truth();
        let (speed, rate) = (norm(truth.velocity_mps_world), norm(truth.rates_rps_body));
        assert!(speed < SETTLED_MPS, "{speed} m/s");
        assert!(rate < SETTLED_RPS, "{rate} rad/s");
        results.add(
            &format!("{period_us} us"),
            &[
                ("highest speed", fastest, "m/s"),
                ("speed", speed, "m/s"),
                ("rate", rate, "rad/s"),
                ("way", norm(truth.position_m_world), "m"),
                ("propellant left", l.plant.propellant_kg(), "kg"),
            ],
        );
    }
    results.assert_as_committed();
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
    let rate = norm(after.rates_rps_body);
    assert!(rate < SETTLED_RPS, "{rate} rad/s");
    let change = distance(after.velocity_mps_world, before.velocity_mps_world);
    assert_eq!(l.outputs.wrench_demanded[..3], [0.0; 3]);
    let mut results = Results::of("safe_damps_the_rotation_and_lets_the_craft_drift");
    let figures = [("rate", rate, "rad/s"), ("change", change, "m/s")];
    results.add("", &figures);
    results.assert_as_committed();
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
    assert!(norm(l.plant.truth().velocity_mps_world) < SETTLED_MPS);
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
    assert!(distance(l.plant.truth().position_m_world, [0.0, 1.0, 0.0]) < HELD_M);
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
    assert!(distance(truth.position_m_world, [2.0, 0.0, 0.0]) < HELD_M);
    assert!(angle(truth.attitude_xyzw, there) < HELD_RAD);
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
    let speed_max = 0.1 * craft().control.position.speed_max_mps + SETTLED_MPS;
    assert!(speed < speed_max, "{speed} m/s");
    let miss = distance(l.plant.truth().position_m_world, [1.0, 0.0, 0.0]);
    assert!(miss < HELD_M, "{miss} m");
    let mut results = Results::of("docking_goes_at_a_tenth_of_the_speed");
    results.add("", &[("highest speed", speed, "m/s"), ("miss", miss, "m")]);
    results.assert_as_committed();
}

#[test]
fn emcon_forbids_emissions_and_keeps_the_pose() {
    let mut l = Loop::armed(2000);
    assert!(l.outputs.emissions_allowed);
    l.say(mode(FlightMode::Emcon));
    assert!(!l.outputs.emissions_allowed);
    l.run(10.0);
    assert!(norm(l.plant.truth().position_m_world) < HELD_M);
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
