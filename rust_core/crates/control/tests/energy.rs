//! What the supercapacitor's charge allows.

use crate::common::*;
use prost::Message;
use qiki_command::{Mode, Reason, ReplyStatus};
use qiki_craft::{Craft, Fresh, NOZZLES};
use qiki_messages::commands::{self as wire, BodyAxis, command::Action as Wire};
use qiki_messages::telemetry::LoopPacket;
use qiki_power::{Load, Member, RcsLimit};

/// A craft with this much in its supercapacitor, which charges at `charge_w`.
fn with_charge(soc: f64, charge_w: f64) -> Loop {
    let mut craft = craft();
    craft.power.supercap_soc_init = soc;
    craft.power.supercap_charge_max_w = charge_w;
    let mut l = Loop::from(&craft, 2000, &qiki_plant::InitialState::default());
    l.run(0.1);
    l.say(arm());
    l
}

fn go(x: f64) -> Wire {
    Wire::GoToPose(wire::GoToPose {
        position_m_world: Some(wire::Vector3 { x, y: 0.0, z: 0.0 }),
        attitude_xyzw: None,
    })
}

#[test]
fn below_the_hold_level_no_push_is_begun_and_the_reason_is_said() {
    let mut l = with_charge(0.2, 1.0);
    for action in [go(2.0), fire(BodyAxis::Forward, 0.5, 1.0)] {
        let id = l.say(action);
        assert_eq!(l.said(id), [(ReplyStatus::Rejected, Reason::CapLow)]);
    }
}

#[test]
fn below_the_hold_level_the_attitude_is_held_and_the_craft_is_not_pushed() {
    let mut l = with_charge(0.2, 1.0);
    l.say(Wire::HoldPose(wire::HoldPose {}));
    for _ in 0..l.ticks(5.0) {
        l.step(None);
        assert_eq!(l.outputs.wrench_demanded[..3], [0.0; 3]);
    }
    assert_eq!(l.outputs.mode, Mode::Manoeuvre);
    assert_eq!(l.outputs.inhibit_reason, Reason::CapLow);
}

#[test]
fn a_supercapacitor_that_has_charged_again_gives_back_the_right_to_push() {
    let mut l = with_charge(0.28, 3000.0);
    l.say(Wire::HoldPose(wire::HoldPose {}));
    l.step(None);
    assert_eq!(l.outputs.inhibit_reason, Reason::CapLow);
    l.until("charged", 5.0, |l| l.outputs.inhibit_reason == Reason::None);
    assert!(l.feedback.supercap_soc >= 0.35);
    let id = l.say(go(0.5));
    assert_eq!(l.said(id), [(ReplyStatus::Accepted, Reason::None)]);
}

#[test]
fn without_the_right_to_a_boost_the_battery_alone_sets_the_power() {
    let (boost, battery) = (with_charge(0.9, 1.0), with_charge(0.5, 1.0));
    assert!(boost.outputs.rcs_power_max_w > 40_000.0);
    assert!(battery.outputs.rcs_power_max_w < 22_500.0);
    assert_eq!(boost.outputs.rcs_power_limits & 8, 0);
    assert_eq!(battery.outputs.rcs_power_limits & 8, 8, "CAP_LOW");
}

/// A craft with this much in its battery.
fn with_battery(soc: f64) -> Loop {
    let mut craft = craft();
    craft.power.battery_soc_init = soc;
    let mut l = Loop::from(&craft, 2000, &qiki_plant::InitialState::default());
    l.run(0.1);
    l.say(arm());
    l
}

#[test]
fn a_push_ends_where_the_battery_is_low_and_none_is_begun_from_there_on() {
    let mut l = with_battery(0.205);
    let id = l.say(fire(BodyAxis::Port, 1.0, 20.0));
    l.until("low", 5.0, |l| l.outputs.mode != Mode::Burn);
    assert!(l.feedback.battery_soc <= 0.2);
    assert_eq!(l.outputs.mode, Mode::Coast);
    assert_eq!(
        l.said(id).last(),
        Some(&(ReplyStatus::EffectTimeout, Reason::BatLow))
    );
    for action in [go(2.0), fire(BodyAxis::Forward, 0.5, 1.0)] {
        let id = l.say(action);
        assert_eq!(l.said(id), [(ReplyStatus::Rejected, Reason::BatLow)]);
    }
    let low = bit(RcsLimit::BatteryLow) | bit(RcsLimit::SupercapLow);
    assert_eq!(l.outputs.rcs_power_limits & low, bit(RcsLimit::BatteryLow));
    // The attitude can be held, and is.
    l.say(Wire::HoldPose(wire::HoldPose {}));
    l.step(None);
    assert_eq!(l.outputs.mode, Mode::Manoeuvre);
    assert_eq!(l.outputs.inhibit_reason, Reason::BatLow);
    let id = l.say(brake());
    l.until("braked all the same", 30.0, |l| l.confirmed(id));
}

#[test]
fn nozzles_leave_the_battery_its_reserve_and_the_avionics_stay_up() {
    let craft = craft();
    let reserve = qiki_power::reserve_soc(&craft.power);
    // Half an hour of base and computer, less the steady source.
    assert!((reserve - 65.0 * 1800.0 / (500.0 * 3600.0)).abs() < 1e-12);
    let mut craft = craft;
    craft.power.battery_soc_init = reserve + 0.002;
    let spin = qiki_plant::InitialState {
        rates_rps_body: [2.0, -1.0, 1.5],
        ..qiki_plant::InitialState::default()
    };
    let mut l = Loop::from(&craft, 2000, &spin);
    l.run(0.1);
    l.say(arm());
    l.say(brake());
    l.run(60.0);
    assert!(l.waves.pulses > 0, "it stabilises above the reserve");
    assert_eq!(l.outputs.rcs_power_max_w, 0.0);
    assert!(l.closed());
    let report = l.plant.power_system().report();
    // Since then the avionics: a minute of 109 W.
    assert!(report.battery_soc > reserve - 109.0 * 60.0 / (500.0 * 3600.0) - 0.001);
    for load in [Load::Base, Load::Mcqpu] {
        let (asked_w, got_w) = (report.requested_w[load as usize], report.supplied_w(load));
        assert_eq!(got_w, asked_w);
    }
    assert!(report.faults.is_empty());
}

#[test]
fn pulses_that_were_begun_with_a_boost_end_with_it() {
    // Planned in windows, by nine nozzles at once; and modulated, for a pose far away.
    let planned = fire(BodyAxis::Port, 1.0, 10.0);
    let modulated = go_to([200.0, 400.0, -300.0]);
    for (bot, mut craft) in [("dodeca-01", craft()), ("dodeca-table", table())] {
        craft.power.supercap_soc_init = 0.61;
        craft.power.supercap_charge_max_w = 0.0;
        craft.control.position.speed_max_mps = 50.0;
        craft.control.position.acceleration_max_mps2 = 5.0;
        let full_w = |n: usize| craft.thrusters[n].power_w_per_n * craft.thrusters[n].thrust_max_n;
        let drawn_w = |l: &Loop| -> f64 {
            let open = (0..NOZZLES).filter(|n| l.outputs.command.on_time_us[*n] > 0);
            open.map(full_w).sum()
        };
        for (start, action) in [("planned", &planned), ("modulated", &modulated)] {
            let mut l = Loop::from(&craft, 2000, &qiki_plant::InitialState::default());
            l.run(0.1);
            l.say(arm());
            l.say(action.clone());
            let (mut most_w, mut over_ticks, mut fell) = (0.0f64, 0, false);
            for _ in 0..l.ticks(8.0) {
                l.step(None);
                most_w = most_w.max(drawn_w(&l));
                fell |= l.outputs.rcs_power_limits & bit(RcsLimit::SupercapLow) != 0;
                over_ticks += u32::from(drawn_w(&l) > l.outputs.rcs_power_max_w);
            }
            assert!(most_w > 25_000.0, "{bot} {start}: {most_w} W: a boost");
            assert!(fell, "{bot} {start}: the boost is over");
            // A shortest opening, and the tick in which the report comes.
            assert!(over_ticks <= 16, "{bot} {start}: {over_ticks} ticks");
        }
    }
}

#[test]
fn the_nozzles_never_draw_more_than_the_budget() {
    let mut l = with_charge(0.5, 1.0);
    l.say(fire(BodyAxis::Port, 1.0, 4.0));
    for _ in 0..l.ticks(5.0) {
        l.step(None);
        let open = (0..NOZZLES)
            .filter(|n| l.outputs.command.on_time_us[*n] > 0)
            .count();
        assert!(open as f64 * 4200.0 <= 22_500.0, "{open} open");
    }
}

fn bit(limit: RcsLimit) -> u32 {
    1 << limit.index()
}

/// Power of the nozzles that are commanded open in this tick, W.
fn drawn_w(l: &Loop) -> f64 {
    let open = l.outputs.command.on_time_us.iter().filter(|us| **us > 0);
    open.count() as f64 * 4200.0
}

/// A craft that wants more thrust than it has: far to go, and turning at the same time.
fn hurried(change: impl FnOnce(&mut Craft)) -> Loop {
    let mut craft = craft();
    craft.control.position.speed_max_mps = 50.0;
    craft.control.position.acceleration_max_mps2 = 5.0;
    craft.control.attitude.limits.rate_max_rps = 1.0;
    craft.control.attitude.limits.acceleration_max_rps2 = 3.0;
    change(&mut craft);
    let mut l = Loop::from(&craft, 2000, &qiki_plant::InitialState::default());
    l.run(0.1);
    l.say(arm());
    let [x, y, z, w] = turn([0.6, 0.0, 0.8], 3.0);
    l.say(Wire::GoToPose(wire::GoToPose {
        position_m_world: Some(wire::Vector3 {
            x: 200.0,
            y: 400.0,
            z: -300.0,
        }),
        attitude_xyzw: Some(wire::Quaternion { x, y, z, w }),
    }));
    l
}

#[test]
fn the_right_to_a_boost_is_spent_at_0_55_and_comes_back_at_0_6() {
    let mut l = hurried(|_| {});
    l.keep_records = true;
    let cap_low = bit(RcsLimit::SupercapLow);
    let mut most_w: f64 = 0.0;
    while l.outputs.rcs_power_limits & cap_low == 0 {
        assert!(l.feedback.supercap_soc >= 0.55, "kept until then");
        most_w = most_w.max(drawn_w(&l));
        l.step(None);
    }
    assert!(most_w > 40_000.0, "{most_w} W: a boost");
    // The report says so ten times a second, and a tenth of a second of boost is 0.05.
    let soc = l.feedback.supercap_soc;
    assert!((0.49..0.55).contains(&soc), "{soc}");
    let packet = LoopPacket::decode(l.records.last().unwrap().as_slice()).unwrap();
    let control = packet.cycles[0].control.clone().unwrap();
    assert_eq!(control.rcs_power_limits & 8, 8, "CAP_LOW is in the record");
    assert!(control.rcs_power_max_w < 22_500.0);

    // What is open stays open for its shortest pulse; then the battery alone sets the power.
    l.run(0.04);
    l.say(brake());
    while l.outputs.rcs_power_limits & cap_low != 0 {
        assert!(l.feedback.supercap_soc < 0.6, "no boost below");
        assert!(drawn_w(&l) <= 22_500.0, "{} W", drawn_w(&l));
        assert!(l.tick < 10_000, "charges again");
        l.step(None);
    }
    assert!(l.feedback.supercap_soc >= 0.6);
    assert!(l.outputs.rcs_power_max_w > 40_000.0);
}

#[test]
fn a_full_push_without_a_boost_never_draws_the_supercapacitor_down() {
    let mut l = hurried(|craft| {
        craft.power.supercap_soc_init = 0.5;
        craft.power.supercap_charge_max_w = 0.0;
    });
    for _ in 0..1000 {
        l.step(None);
        assert!(drawn_w(&l) <= 22_500.0);
    }
    let report = l.plant.power_system().report();
    assert_eq!(l.waves.most_open, 5);
    assert!((report.supercap_soc - 0.5).abs() < 1e-9);
}

#[test]
fn forty_five_kilowatts_are_all_that_nozzles_and_other_loads_draw_together() {
    for (base_w, most_open) in [(60.0, 10), (12_000.0, 7), (40_000.0, 1)] {
        let mut l = hurried(|craft| {
            craft.power.base_out_w = base_w;
            // A bus that carries it and does not heat up.
            craft.power.bus_current_max_a = 2000.0;
            let mut nodes = craft.thermal.nodes.iter_mut();
            nodes.find(|n| n.name == "pdu").unwrap().heat.clear();
        });
        let mut most_w: f64 = 0.0;
        for _ in 0..300 {
            l.step(None);
            let report = l.plant.power_system().report();
            assert!(report.load_w <= 45_000.0 + 1e-6, "{} W", report.load_w);
            assert!(!report.throttled.has(Load::Rcs) && report.unserved_w == 0.0);
            assert_ne!(l.outputs.rcs_power_limits & bit(RcsLimit::PeakShared), 0);
            most_w = most_w.max(report.load_w);
        }
        assert_eq!(l.waves.most_open, most_open, "beside {base_w} W");
        assert!(most_w > base_w + 4000.0 * most_open as f64, "{most_w} W");
    }
}

#[test]
fn states_of_charge_that_stay_away_leave_stabilisation_and_say_why() {
    let mut l = with_charge(0.9, 3000.0);
    l.say(go(2.0));
    l.run(0.5);
    l.deaf = Fresh::POWER;
    l.run(0.85);
    assert_eq!(l.outputs.inhibit_reason, Reason::None);
    l.run(0.3);
    assert_eq!(l.outputs.inhibit_reason, Reason::PowerTelemStale);
    assert_eq!(l.outputs.wrench_demanded[..3], [0.0; 3]);
    let stale = bit(RcsLimit::TelemetryStale) | bit(RcsLimit::SupercapLow);
    assert_eq!(l.outputs.rcs_power_limits & stale, stale);
    let id = l.say(go(1.0));
    assert_eq!(
        l.said(id),
        [(ReplyStatus::Rejected, Reason::PowerTelemStale)]
    );
    let id = l.say(brake());
    l.until("braked all the same", 20.0, |l| l.confirmed(id));
    l.deaf = Fresh::default();
    l.run(0.2);
    assert_eq!(l.outputs.inhibit_reason, Reason::None);
    assert_eq!(l.outputs.rcs_power_limits & stale, 0);
}
