//! What the heat of the clusters and of the stores leaves the nozzles, in closed loop.

use crate::common::references::Results;
use crate::common::*;
use prost::Message;
use qiki_command::{AllocationMode, Mode, Reason, ReplyStatus};
use qiki_control::{AllocationStage, parts};
use qiki_craft::{CLUSTERS, Craft, Fresh, NOZZLES, NOZZLES_PER_CLUSTER};
use qiki_messages::commands::{self as wire, BodyAxis, FlightMode};
use qiki_messages::telemetry::{Control, LoopPacket};
use qiki_power::{ClusterLimit, Member, RcsLimit};

const WARN_C: f64 = 110.0;
const TRIP_C: f64 = 120.0;
const CLEAR_C: f64 = 105.0;

fn bit(limit: ClusterLimit) -> u8 {
    1 << limit.index()
}

fn power_bit(limit: RcsLimit) -> u32 {
    1 << limit.index()
}

/// The craft with nodes whose names begin so at another first temperature.
fn warmed(name: &str, celsius: f64) -> Craft {
    let mut craft = craft();
    let nodes = craft.thermal.nodes.iter_mut();
    nodes
        .filter(|n| n.name.starts_with(name))
        .for_each(|n| n.init_c = celsius);
    craft
}

/// Armed, and a tenth of a second old.
fn loop_of(craft: &Craft) -> Loop {
    let mut l = Loop::from(craft, 2000, &qiki_plant::InitialState::default());
    l.run(0.1);
    l.say(arm());
    l
}

/// °C.
fn clusters(l: &Loop) -> [f64; CLUSTERS] {
    let thermal = l.plant.power_system().thermal();
    thermal.clusters().map(|node| node.temp_c())
}

fn hottest(l: &Loop) -> f64 {
    clusters(l).into_iter().fold(f64::MIN, f64::max)
}

fn has(l: &Loop, cluster: usize, limit: ClusterLimit) -> bool {
    l.outputs.cluster_limits[cluster] & bit(limit) != 0
}

/// The last record's control.
fn recorded(l: &Loop) -> Control {
    let packet = LoopPacket::decode(l.records.last().unwrap().as_slice()).unwrap();
    packet.cycles[0].control.clone().unwrap()
}

/// Pushes hard for as long as the tank lasts; what the clusters came to, and whether any faded
/// or tripped by what the controller says.
fn hard_push(craft: &Craft) -> (f64, bool, bool) {
    let mut l = loop_of(craft);
    let (mut most_c, mut derated, mut tripped) = (f64::MIN, false, false);
    for axis in [BodyAxis::Up, BodyAxis::Down, BodyAxis::Up, BodyAxis::Down] {
        l.say(fire(axis, 1.0, 1.5));
        for _ in 0..l.ticks(1.5) {
            l.step(None);
            most_c = most_c.max(hottest(&l));
            for c in 0..CLUSTERS {
                derated |= has(&l, c, ClusterLimit::HotDerated);
                tripped |= has(&l, c, ClusterLimit::HotTripped);
            }
        }
    }
    (most_c, derated, tripped)
}

#[test]
fn a_hot_cluster_fades_and_never_trips() {
    let (faded_c, derated, tripped) = hard_push(&warmed("rcs_c", 104.0));
    assert!(derated && !tripped);
    assert!(faded_c > WARN_C && faded_c < TRIP_C, "{faded_c} C");

    // Without a band to fade in, pulses end before the trip all the same.
    let mut steep = warmed("rcs_c", 104.0);
    for node in &mut steep.thermal.nodes {
        node.warn_c = node.trip_c - 1e-6;
    }
    let (most_c, _, tripped) = hard_push(&steep);
    assert!(!tripped && most_c < TRIP_C, "{most_c} C");
    let mut results = Results::of("a_hot_cluster_fades_and_never_trips");
    let figures = [("faded", faded_c, "°C"), ("not faded", most_c, "°C")];
    results.add("", &figures);
    results.assert_as_committed();
}

/// What came of a push at full level for a time.
struct Pushed {
    hottest_c: f64,
    /// Until a cluster was at its warning temperature first, s.
    warm_s: f64,
    /// Impulse along the push, as a part of the ceiling for all of the time.
    share: f64,
}

fn push(craft: &Craft, axis: BodyAxis, along: usize, ceiling_n: f64, seconds: f64) -> Pushed {
    let mut l = loop_of(craft);
    l.say(hold());
    l.run(0.5);
    l.say(fire(axis, 1.0, seconds));
    let (mut hottest_c, mut warm_s, mut impulse_ns) = (f64::MIN, seconds, 0.0);
    for tick in 0..l.ticks(seconds) {
        let before = l.plant.truth();
        l.step(None);
        let after = l.plant.truth();
        let gained_mps = after.velocity_mps_world[along] - before.velocity_mps_world[along];
        impulse_ns += after.mass_kg * gained_mps;
        hottest_c = hottest_c.max(hottest(&l));
        if hottest(&l) >= WARN_C {
            warm_s = warm_s.min(tick as f64 * 0.002);
        }
        assert!(hottest_c < TRIP_C, "{axis:?}: {hottest_c} C");
        assert_eq!(l.outputs.mode, Mode::Burn);
    }
    let share = impulse_ns.abs() / (ceiling_n * seconds);
    Pushed {
        hottest_c,
        warm_s,
        share,
    }
}

/// The promise of `docs/math/power.md`, with a tank that lasts.
#[test]
fn full_thrust_for_a_minute_trips_no_cluster_of_either_bot() {
    let mut results = Results::of("full_thrust_for_a_minute_trips_no_cluster_of_either_bot");
    for (bot, mut craft) in [("dodeca-01", craft()), ("dodeca-table", table())] {
        craft.mass.isp_s = 1e6;
        for (name, axis, along, direction) in [
            ("+X", BodyAxis::Forward, 0, [1.0, 0.0, 0.0]),
            ("-X", BodyAxis::Aft, 0, [-1.0, 0.0, 0.0]),
            ("+Z", BodyAxis::Up, 2, [0.0, 0.0, 1.0]),
            ("-Z", BodyAxis::Down, 2, [0.0, 0.0, -1.0]),
        ] {
            let stage = AllocationStage::new(&parts(&craft, 2000).unwrap());
            let ceiling_n = stage.ceiling(direction.into(), AllocationMode::Adaptive);
            let pushed = push(&craft, axis, along, ceiling_n, 60.0);
            results.add(
                &format!("{bot} {name}"),
                &[
                    ("ceiling", ceiling_n, "N"),
                    ("hottest cluster", pushed.hottest_c, "°C"),
                    ("warm after", pushed.warm_s, "s"),
                    ("share of the ceiling kept", pushed.share, ""),
                ],
            );
        }
    }
    results.assert_as_committed();
}

#[test]
fn a_cool_cluster_is_not_limited() {
    let (most_c, derated, tripped) = hard_push(&craft());
    assert!(!derated && !tripped, "up to {most_c} C");
}

#[test]
fn a_tripped_cluster_stays_closed_until_it_has_cleared_and_the_others_do_its_work() {
    let mut craft = warmed("rcs_c02", 125.0);
    craft.sensors.thermal_rate_hz = 50.0;
    let mut l = Loop::from(&craft, 2000, &qiki_plant::InitialState::default());
    l.keep_records = true;
    l.run(0.1);
    l.say(arm());
    l.say(go_to([1.0, 0.0, 0.0]));
    let mut pulses = 0;
    while has(&l, 1, ClusterLimit::HotTripped) {
        assert!(
            clusters(&l)[1] > CLEAR_C - 1.0,
            "stays tripped for too long"
        );
        assert_eq!(l.outputs.resting & 0x00F0, 0x00F0);
        let own = NOZZLES_PER_CLUSTER..2 * NOZZLES_PER_CLUSTER;
        assert_eq!(l.outputs.command.on_time_us[own.clone()], [0; 4]);
        assert_eq!(l.outputs.allocation.thrust_n[own], [0.0; 4]);
        pulses += l
            .outputs
            .command
            .on_time_us
            .iter()
            .filter(|us| **us > 0)
            .count();
        assert_eq!(recorded(&l).cluster_limits[1] & 2, 2);
        assert_eq!(recorded(&l).resting & 0x00F0, 0x00F0);
        l.step(None);
    }
    assert!(pulses > 100);
    assert!(clusters(&l)[1] <= CLEAR_C);
    assert_ne!(l.outputs.mode, Mode::Safe);
    assert_eq!(l.outputs.cluster_limits, [0; 4]);
    l.until("back in use", 20.0, |l| {
        l.outputs.command.on_time_us[4..8].iter().any(|us| *us > 0)
    });
}

#[test]
fn no_burn_is_begun_while_a_cluster_has_tripped_but_a_pose_may_be_held() {
    let mut l = loop_of(&warmed("rcs_c03", 130.0));
    let id = l.say(fire(BodyAxis::Forward, 0.2, 0.5));
    assert_eq!(l.said(id), [(ReplyStatus::Rejected, Reason::RcsClusterHot)]);
    let id = l.say(hold());
    assert_eq!(l.said(id), [(ReplyStatus::Accepted, Reason::None)]);
    l.until("cleared", 60.0, |l| !has(l, 2, ClusterLimit::HotTripped));
    let id = l.say(fire(BodyAxis::Forward, 0.2, 0.5));
    assert_eq!(l.said(id)[0], (ReplyStatus::Accepted, Reason::None));
}

#[test]
fn temperatures_that_stay_away_leave_stabilisation_and_no_burn() {
    let mut l = loop_of(&craft());
    l.say(hold());
    l.deaf = Fresh(Fresh::THERMAL.0 | Fresh::NODES.0);
    l.run(0.75);
    assert_eq!(l.outputs.cluster_limits, [0; 4]);
    l.run(0.5);
    assert_eq!(l.outputs.cluster_limits, [bit(ClusterLimit::Unknown); 4]);
    let id = l.say(fire(BodyAxis::Forward, 0.2, 0.5));
    assert_eq!(l.said(id), [(ReplyStatus::Rejected, Reason::RcsClusterHot)]);
    // What it may have for ever still turns the craft.
    let id = l.say(turn_to(turn([0.0, 0.0, 1.0], 0.3)));
    l.until("turned", 30.0, |l| l.confirmed(id));
    l.deaf = Fresh::default();
    l.run(0.3);
    assert_eq!(l.outputs.cluster_limits, [0; 4]);
}

#[test]
fn a_cluster_of_unknown_heat_never_reaches_its_warning_temperature() {
    // All the while asked for everything it has, with no propellant spent and a battery that
    // lasts.
    let mut craft = warmed("rcs_c", 100.0);
    craft.mass.isp_s = 1e6;
    craft.power.battery_capacity_wh = 1e6;
    let mut l = loop_of(&craft);
    l.say(go_to([500.0, 300.0, 400.0]));
    l.deaf = Fresh(Fresh::THERMAL.0 | Fresh::NODES.0);
    l.run(1.5);
    for _ in 0..120 {
        l.run(0.5);
        assert!(hottest(&l) < WARN_C, "{} C", hottest(&l));
    }
    assert!(l.waves.pulses > 100);
}

#[test]
fn after_a_longest_opening_a_nozzle_rests_and_the_record_says_so() {
    let mut craft = craft();
    craft.thrusters.iter_mut().for_each(|t| t.max_on_s = 0.06);
    // In a hurry, so that nozzles stay open.
    craft.control.position.speed_max_mps = 50.0;
    craft.control.position.acceleration_max_mps2 = 3.0;
    let mut l = loop_of(&craft);
    l.keep_records = true;
    l.say(go_to([0.0, 300.0, 0.0]));
    l.until("a longest opening", 3.0, |l| {
        l.outputs
            .cluster_limits
            .contains(&bit(ClusterLimit::Cooldown))
    });
    l.step(None);
    let control = recorded(&l);
    assert_eq!(control.resting, u32::from(l.outputs.resting));
    assert!(control.resting != 0);
    assert!(control.cluster_limits.contains(&4));
    for n in (0..NOZZLES).filter(|n| l.outputs.resting >> n & 1 == 1) {
        assert_eq!(
            l.outputs.allocation.thrust_n[n], 0.0,
            "nozzle {n} gets nothing to do"
        );
    }
}

#[test]
fn warm_stores_and_a_warm_distribution_give_less_before_they_trip() {
    let full_w = loop_of(&craft()).outputs.rcs_power_max_w;
    for (name, celsius, limit, left) in [
        // Half of the battery's 22.5 kW is gone, 4.5 of 22.5 kW of the supercapacitor's are left,
        // and a quarter of all that passes the distribution.
        ("battery", 65.0, RcsLimit::BatteryHot, 0.75),
        ("supercap", 83.0, RcsLimit::SupercapHot, 0.6),
        ("pdu", 92.5, RcsLimit::PduHot, 0.25),
        ("pdu", 95.0, RcsLimit::PduHot, 0.0),
    ] {
        let l = loop_of(&warmed(name, celsius));
        let share = l.outputs.rcs_power_max_w / full_w;
        assert!((share - left).abs() < 0.02, "{name}: {share}");
        assert_eq!(
            l.outputs.rcs_power_limits & power_bit(limit),
            power_bit(limit)
        );
        let others = power_bit(RcsLimit::BatteryHot)
            | power_bit(RcsLimit::SupercapHot)
            | power_bit(RcsLimit::PduHot);
        assert_eq!(
            l.outputs.rcs_power_limits & others,
            power_bit(limit),
            "{name}"
        );
    }
}

#[test]
fn a_dry_tank_is_said_to_be_dry() {
    let mut craft = craft();
    craft.mass.propellant_kg = 0.4;
    let mut l = loop_of(&craft);
    assert!(!l.outputs.working_mass_low);
    l.keep_records = true;
    l.say(fire(BodyAxis::Port, 1.0, 3.0));
    l.until("dry", 5.0, |l| l.outputs.working_mass_low);
    assert!(l.feedback.propellant_kg < 0.0123);
    assert!(recorded(&l).working_mass_low);
}

#[test]
fn with_a_dry_tank_valves_stay_shut_and_what_takes_thrust_is_refused() {
    let mut dry = craft();
    dry.mass.propellant_kg = 0.005;
    let mut l = Loop::from(&dry, 2000, &qiki_plant::InitialState::default());
    l.run(0.2);
    l.say(arm());
    for action in [
        hold(),
        go_to([1.0, 0.0, 0.0]),
        turn_to(turn([0.0, 0.0, 1.0], 0.3)),
        fire(BodyAxis::Forward, 1.0, 1.0),
        brake(),
        mode(FlightMode::Coast),
        mode(FlightMode::Dock),
        allocation(wire::AllocationMode::ManualOverride, true),
    ] {
        let id = l.say(action);
        assert_eq!(
            l.said(id),
            [(ReplyStatus::Rejected, Reason::WorkingMassLow)]
        );
        assert!(l.closed());
    }
    l.run(1.0);
    assert_eq!(l.waves.pulses, 0);
    assert!(l.outputs.guard_violation.is_none());
}

#[test]
fn a_tank_that_runs_dry_ends_every_flight_in_safe_with_closed_valves() {
    for start in [
        go_to([300.0, 100.0, -50.0]),
        fire(BodyAxis::Port, 1.0, 30.0),
        turn_to(turn([0.6, 0.0, 0.8], 3.0)),
    ] {
        let mut craft = craft();
        craft.mass.propellant_kg = 0.3;
        let mut l = loop_of(&craft);
        l.say(start);
        l.until("dry", 30.0, |l| l.outputs.working_mass_low);
        l.run(0.01);
        assert_eq!(l.outputs.mode, Mode::Safe);
        assert_eq!(l.outputs.inhibit_reason, Reason::WorkingMassLow);
        for _ in 0..l.ticks(2.0) {
            l.step(None);
            assert!(l.closed());
            assert_eq!(l.outputs.rcs_power_w, 0.0);
        }
        let id = l.say(brake());
        assert_eq!(
            l.said(id),
            [(ReplyStatus::Rejected, Reason::WorkingMassLow)]
        );
    }
}
