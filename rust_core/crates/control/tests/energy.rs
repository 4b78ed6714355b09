//! What the supercapacitor's charge allows.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use common::*;
use qiki_control::{Mode, Reason, ReplyStatus};
use qiki_craft::NOZZLES;
use qiki_messages::commands::{self as wire, BodyAxis, command::Action as Wire};

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
        assert_eq!(l.outputs.wrench_asked[..3], [0.0; 3]);
    }
    assert_eq!(l.outputs.mode, Mode::Manoeuvre);
    assert_eq!(l.outputs.hold_reason, Reason::CapLow);
}

#[test]
fn a_supercapacitor_that_has_charged_again_gives_back_the_right_to_push() {
    let mut l = with_charge(0.28, 3000.0);
    l.say(Wire::HoldPose(wire::HoldPose {}));
    l.step(None);
    assert_eq!(l.outputs.hold_reason, Reason::CapLow);
    l.until("charged", 5.0, |l| l.outputs.hold_reason == Reason::None);
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
