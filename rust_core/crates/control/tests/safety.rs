//! Silence until armed, lost sensors, lost nodes and broken valves.

use crate::common::references::Results;
use crate::common::*;
use qiki_command::{Mode, Reason, ReplyStatus};
use qiki_craft::{Fresh, NodeState};
use qiki_messages::commands::{BodyAxis, FlightMode};
use qiki_plant::{InitialState, ValveFault};

fn bits(parts: &[Fresh]) -> Fresh {
    Fresh(parts.iter().fold(0, |bits, part| bits | part.0))
}

#[test]
fn nothing_but_arming_makes_the_controller_talk() {
    let mut l = Loop::new(2000);
    l.run(0.1);
    for action in [
        hold(),
        go_to([5.0, 0.0, 0.0]),
        brake(),
        fire(BodyAxis::Up, 1.0, 2.0),
        safe(),
        mode(FlightMode::Coast),
    ] {
        l.say(action);
        for _ in 0..l.ticks(0.5) {
            l.step(None);
            assert!(!l.outputs.command.armed && l.closed());
        }
    }
    assert_eq!(norm(l.plant.truth().velocity_mps_world), 0.0);
}

#[test]
fn arming_needs_navigation() {
    let mut l = Loop::new(2000);
    l.deaf = Fresh::ATTITUDE;
    l.run(0.5);
    let id = l.say(arm());
    assert_eq!(l.said(id), [(ReplyStatus::Rejected, Reason::NavStale)]);
    assert!(!l.outputs.command.armed);
    l.deaf = Fresh::default();
    l.run(0.1);
    let id = l.say(arm());
    assert_eq!(l.said(id)[0], (ReplyStatus::Accepted, Reason::None));
}

#[test]
fn arming_that_no_node_follows_times_out() {
    let mut l = Loop::new(2000);
    l.nodes = Some(NodeState::Silent);
    l.run(0.1);
    let id = l.say(arm());
    l.run(0.99);
    assert_eq!(l.said(id).len(), 1);
    l.run(0.02);
    let late = (ReplyStatus::EffectTimeout, Reason::EffectTimeout);
    assert_eq!(l.said(id).last(), Some(&late));
}

/// Regression: with all nodes in FAULT the controller flew on for the whole run, and confirmed a
/// hold of a craft that had not moved.
#[test]
fn nodes_that_refuse_to_be_armed_end_in_safe_and_disarmed() {
    for refused in [NodeState::Fault, NodeState::Silent, NodeState::Failsafe] {
        let mut l = Loop::new(2000);
        l.nodes = Some(refused);
        l.run(0.1);
        let arming = l.say(arm());
        let holding = l.say(hold());
        l.run(0.97);
        assert_eq!(l.said(holding), [(ReplyStatus::Accepted, Reason::None)]);
        assert_eq!(l.outputs.mode, Mode::Manoeuvre);
        l.run(0.06);
        let late = (ReplyStatus::EffectTimeout, Reason::EffectTimeout);
        assert_eq!(l.said(arming).last(), Some(&late));
        let aborted = (ReplyStatus::Aborted, Reason::NodeNotArmed);
        assert_eq!(l.said(holding).last(), Some(&aborted), "{refused:?}");
        assert_eq!(l.outputs.mode, Mode::Safe);
        assert_eq!(l.outputs.inhibit_reason, Reason::NodeNotArmed);
        assert!(!l.outputs.command.armed && l.closed());
        let braking = l.say(brake());
        assert_eq!(l.said(braking), [(ReplyStatus::Rejected, Reason::NotArmed)]);
        l.run(1.0);
        assert_eq!(l.outputs.inhibit_reason, Reason::NodeNotArmed, "it stays");
    }
}

#[test]
fn nodes_that_cease_to_be_armed_in_flight_are_lost_within_a_tenth_of_a_second() {
    for (unarmed, mode) in [
        (0..1, Mode::Manoeuvre),
        (0..2, Mode::Safe),
        (0..4, Mode::Safe),
    ] {
        let mut l = Loop::armed(2000);
        l.say(hold());
        l.run(1.0);
        let count = unarmed.len();
        l.tamper = Some(Box::new(move |feedback| {
            feedback.node_state[unarmed.clone()].fill(NodeState::Fault);
        }));
        l.run(0.098);
        assert_eq!((l.outputs.mode, l.outputs.isolated), (Mode::Manoeuvre, 0));
        l.run(0.006);
        assert_eq!(l.outputs.mode, mode, "{count} nodes");
        assert_eq!(l.outputs.command.armed, count == 1, "{count} nodes");
        if count == 1 {
            assert_eq!(l.outputs.isolated, 0x000F);
            l.tamper = None;
            l.run(0.01);
            assert_eq!(l.outputs.isolated, 0, "it is armed again");
        }
    }
}

#[test]
fn a_craft_whose_nodes_were_repaired_can_be_armed_again() {
    let mut l = Loop::new(2000);
    l.nodes = Some(NodeState::Fault);
    l.run(0.1);
    l.say(arm());
    l.run(1.1);
    assert_eq!(l.outputs.inhibit_reason, Reason::NodeNotArmed);
    l.nodes = None;
    l.say(mode(FlightMode::Idle));
    let id = l.say(arm());
    l.run(0.1);
    assert!(l.confirmed(id));
    l.run(2.0);
    let id = l.say(hold());
    l.run(1.0);
    assert!(l.confirmed(id));
    assert_eq!(l.outputs.mode, Mode::Manoeuvre);
}

#[test]
fn a_lost_navigation_sensor_leads_to_safe_and_closed_valves() {
    let mut results = Results::of("a_lost_navigation_sensor_leads_to_safe_and_closed_valves");
    for (name, lost) in [
        ("rates", Fresh::RATES),
        ("attitude", Fresh::ATTITUDE),
        ("position", Fresh::POSITION),
        ("velocity", Fresh::VELOCITY),
    ] {
        let mut l = Loop::armed(2000);
        let id = l.say(go_to([5.0, 0.0, 0.0]));
        l.run(1.0);
        l.deaf = lost;
        let took_s = l.until("safe", 1.0, |l| l.outputs.mode == Mode::Safe);
        // From the last report, which is up to 20 ms old, on; and one tick.
        assert!((0.23..0.253).contains(&took_s), "{name}: {took_s} s");
        results.add(name, &[("until SAFE", took_s, "s")]);
        assert_eq!(l.outputs.inhibit_reason, Reason::NavStale);
        assert_eq!(
            l.said(id).last(),
            Some(&(ReplyStatus::Aborted, Reason::NavStale))
        );
        assert!(l.outputs.nav_age_ticks > 125);
        // What is left of the rotation is damped where the rates are known; then nothing fires.
        l.run(8.0);
        for _ in 0..l.ticks(1.0) {
            l.step(None);
            assert!(l.closed(), "{lost:?}");
        }
        let id = l.say(hold());
        assert_eq!(l.said(id), [(ReplyStatus::Rejected, Reason::SafeLocked)]);
    }
    results.assert_as_committed();
}

#[test]
fn all_sensors_lost_at_once_closes_the_valves_within_a_pulse() {
    let mut l = Loop::armed(2000);
    l.say(fire(BodyAxis::Forward, 1.0, 10.0));
    l.run(1.0);
    assert!(!l.closed());
    l.deaf = bits(&[
        Fresh::RATES,
        Fresh::ATTITUDE,
        Fresh::POSITION,
        Fresh::VELOCITY,
    ]);
    l.until("safe", 0.3, |l| l.outputs.mode == Mode::Safe);
    l.run(0.06);
    for _ in 0..l.ticks(2.0) {
        l.step(None);
        assert!(l.closed());
        assert_eq!(l.outputs.wrench_demanded, [0.0; 6]);
    }
}

#[test]
fn a_gap_shorter_than_stale_changes_nothing() {
    let mut l = Loop::armed(2000);
    l.say(hold());
    l.run(1.0);
    l.deaf = bits(&[Fresh::ATTITUDE, Fresh::POSITION, Fresh::VELOCITY]);
    l.run(0.2);
    l.deaf = Fresh::default();
    l.run(5.0);
    assert_eq!(l.outputs.mode, Mode::Manoeuvre);
    assert!(norm(l.plant.truth().position_m_world) < HELD_M);
}

#[test]
fn a_lost_node_takes_its_cluster_out_and_the_craft_still_flies() {
    let mut results = Results::of("a_lost_node_takes_its_cluster_out_and_the_craft_still_flies");
    for cluster in 0..4 {
        let mut l = Loop::armed(2000);
        let goal = [1.0, 1.0, -1.0];
        l.say(go_to(goal));
        l.run(0.5);
        l.deaf = Fresh::valves(cluster);
        let nozzles = 0xF << (4 * cluster);
        let took_s = l.until("isolation", 1.0, |l| l.outputs.isolated == nozzles);
        assert!((0.09..0.12).contains(&took_s), "{took_s} s");
        for _ in 0..l.ticks(40.0) {
            l.step(None);
            let on = &l.outputs.command.on_time_us[4 * cluster..4 * cluster + 4];
            assert_eq!(on, [0; 4], "cluster {cluster}");
        }
        assert_eq!(l.outputs.mode, Mode::Manoeuvre);
        let left = distance(l.plant.truth().position_m_world, goal);
        let rate = norm(l.plant.truth().rates_rps_body);
        results.add(
            &format!("without {cluster}"),
            &[
                ("until isolation", took_s, "s"),
                ("miss", left, "m"),
                ("rate", rate, "rad/s"),
                ("propellant left", l.plant.propellant_kg(), "kg"),
            ],
        );
        assert!(
            left < HELD_M && rate < SETTLED_RPS,
            "without cluster {cluster}: {left} m, {rate} rad/s"
        );
        l.deaf = Fresh::default();
        l.run(0.01);
        assert_eq!(
            l.outputs.isolated, 0,
            "a node that is heard again is used again"
        );
    }
    results.assert_as_committed();
}

#[test]
fn two_lost_nodes_lead_to_safe() {
    let mut l = Loop::armed(2000);
    l.say(hold());
    l.run(1.0);
    l.deaf = bits(&[Fresh::valves(0), Fresh::valves(3)]);
    let took_s = l.until("safe", 1.0, |l| l.outputs.mode == Mode::Safe);
    assert!((0.09..0.12).contains(&took_s), "{took_s} s");
    assert_eq!(l.outputs.inhibit_reason, Reason::NodeOffline);
    assert_eq!(l.outputs.isolated, 0xF00F);
}

#[test]
fn a_valve_stuck_closed_is_found_and_worked_around() {
    let mut l = Loop::armed(2000);
    l.say(go_to([4.0, 0.0, 0.0]));
    let victim = 14;
    l.plant
        .set_valve_fault(victim, ValveFault::StuckClosed, true)
        .unwrap();
    let start = l.until("an order", 5.0, |l| l.outputs.command.on_time_us[14] > 0);
    let took_s = l.until("isolation", 1.0, |l| l.outputs.isolated == 1 << 14);
    assert!(
        took_s < 0.030,
        "found {took_s} s after the order at {start} s"
    );
    l.run(30.0);
    let faults = l.outputs.faults;
    assert_eq!(
        faults.closed | faults.returning,
        1 << victim,
        "never proved"
    );
    let miss = distance(l.plant.truth().position_m_world, [4.0, 0.0, 0.0]);
    assert!(miss < HELD_M, "{miss} m");
    let mut results = Results::of("a_valve_stuck_closed_is_found_and_worked_around");
    let figures = [("until isolation", took_s, "s"), ("miss", miss, "m")];
    results.add("", &figures);
    results.assert_as_committed();
}

#[test]
fn a_valve_stuck_open_is_found_and_worked_against() {
    let mut results = Results::of("a_valve_stuck_open_is_found_and_worked_against");
    for victim in [0, 5, 10, 15] {
        let mut fastest = 0.0f64;
        let mut l = Loop::armed(2000);
        l.say(hold());
        l.run(1.0);
        l.plant
            .set_valve_fault(victim, ValveFault::StuckOpen, true)
            .unwrap();
        let took_s = l.until("isolation", 1.0, |l| l.outputs.isolated == 1 << victim);
        assert!(took_s < 0.025, "{took_s} s");
        assert_eq!(l.outputs.allocation.thrust_n[victim], 240.0);
        assert_eq!(l.outputs.command.on_time_us[victim], 0);
        for _ in 0..l.ticks(5.0) {
            l.step(None);
            assert_eq!(
                l.outputs.command.on_time_us[victim], 0,
                "not even asked to open"
            );
            let rate = norm(l.plant.truth().rates_rps_body);
            fastest = fastest.max(rate);
        }
        // Not faster than the craft may turn on purpose.
        let rate_max = craft().control.attitude.limits.rate_max_rps;
        assert!(fastest < rate_max, "{victim}: {fastest} rad/s");
        let figures = [
            ("until isolation", took_s, "s"),
            ("highest rate", fastest, "rad/s"),
        ];
        results.add(&format!("nozzle {victim}"), &figures);
    }
    results.assert_as_committed();
}

#[test]
fn healthy_valves_are_never_suspected() {
    let tumbling = InitialState {
        velocity_mps_world: [0.5, 0.5, -0.5],
        rates_rps_body: [0.2, -0.2, 0.1],
        ..InitialState::default()
    };
    for period_us in PERIODS_US {
        let mut l = Loop::from(&craft(), period_us, &tumbling);
        l.run(0.1);
        l.say(arm());
        l.say(brake());
        for goal in [[3.0, 0.0, 0.0], [0.0, -3.0, 1.0], [0.0, 0.0, 0.0]] {
            for _ in 0..l.ticks(10.0) {
                l.step(None);
                assert_eq!(l.outputs.isolated, 0);
            }
            l.say(go_to(goal));
        }
        assert!(l.waves.pulses > 200);
    }
}

#[test]
fn a_repaired_valve_is_used_again_after_a_rest_or_when_armed_again() {
    for (arms_again, back_s) in [(false, 1.02), (true, 0.3)] {
        let mut l = Loop::armed(2000);
        l.say(hold());
        l.plant
            .set_valve_fault(3, ValveFault::StuckOpen, true)
            .unwrap();
        l.run(0.1);
        assert_eq!(l.outputs.isolated, 1 << 3);
        l.plant
            .set_valve_fault(3, ValveFault::StuckOpen, false)
            .unwrap();
        l.run(0.2);
        assert_eq!(l.outputs.isolated, 1 << 3, "not at once");
        if arms_again {
            l.say(disarm());
            l.run(0.1);
            l.say(arm());
        }
        let took_s = l.until("use", 2.0, |l| l.outputs.isolated == 0);
        assert!(took_s < back_s, "{took_s} s");
    }
}
