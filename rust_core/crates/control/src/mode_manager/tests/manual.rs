//! Manual override: when it may begin, what a firing needs, and how it ends, to the tick.

use nalgebra::Vector3;
use qiki_command::{Action, AllocationMode, Firing, Mode, Reason, ReplyStatus};
use qiki_craft::{Craft, Fresh, LoopAllocation, NOZZLES};

use crate::manual_override::UNUSED_MAX_S;
use crate::tests::{Desk, craft, credulous};
use ReplyStatus::{Aborted, Accepted, EffectConfirmed, Rejected};

/// Two nozzles whose torques cancel, but for a rest far below the limit.
const PAIR: u16 = 1 << 1 | 1 << 7;
const DONE: [(ReplyStatus, Reason); 2] =
    [(Accepted, Reason::None), (EffectConfirmed, Reason::None)];
/// The limit of the body rate, rad/s.
const RATE_RPS: f64 = 0.17;

fn allocate(mode: AllocationMode) -> Action {
    Action::SetAllocation {
        mode,
        confirmed: true,
    }
}

fn take() -> Action {
    allocate(AllocationMode::ManualOverride)
}

fn fire(nozzles: u16, duration_s: f64) -> Action {
    Action::Fire {
        firing: Firing {
            nozzles,
            level: 1.0,
            duration_s,
        },
        confirmed: true,
    }
}

/// What happens before a firing.
type Prepare = fn(&mut Desk);

fn on(desk: &Desk) -> bool {
    desk.outputs.allocation_mode == AllocationMode::ManualOverride
}

/// Nozzles in hand, and the first pause over.
fn in_hand() -> Desk {
    let mut desk = Desk::armed();
    desk.step(Some(take()));
    assert_eq!(desk.said(), DONE);
    assert_eq!(desk.state(), (Mode::Coast, Reason::ManualOverrideActive));
    desk.run(20);
    assert!(on(&desk));
    desk
}

/// In the middle of a firing of half a second.
fn firing() -> Desk {
    let mut desk = in_hand();
    desk.step(Some(fire(PAIR, 0.5)));
    assert_eq!(desk.said(), [(Accepted, Reason::None)]);
    desk.run(50);
    assert_eq!(open(&desk), PAIR);
    desk
}

fn open(desk: &Desk) -> u16 {
    let on_us = &desk.outputs.command.on_time_us;
    (0..NOZZLES).fold(0, |set, n| set | u16::from(on_us[n] > 0) << n)
}

fn refused(desk: &mut Desk, action: Action) -> Reason {
    desk.step(Some(action));
    let [(Rejected, reason)] = desk.said()[..] else {
        panic!("not refused: {:?}", desk.said());
    };
    reason
}

#[test]
fn it_begins_below_the_limit_of_the_rate() {
    for (rate_rps, begins) in [(0.1699, true), (0.1701, false), (-0.1701, false)] {
        let mut desk = Desk::armed();
        desk.feedback.rates_rps_body = [0.0, rate_rps, 0.0];
        desk.step(Some(take()));
        let expected = if begins {
            DONE.to_vec()
        } else {
            vec![(Rejected, Reason::RateLimit)]
        };
        assert_eq!(desk.said(), expected, "{rate_rps} rad/s");
        // The loop's own modes do not depend on it.
        desk.step(Some(allocate(AllocationMode::Auto)));
        assert_eq!(desk.said(), DONE, "{rate_rps} rad/s");
    }
}

#[test]
fn it_ends_a_motion_and_comes_to_coast_and_a_repeated_command_changes_nothing() {
    let mut desk = Desk::armed();
    desk.step(Some(Action::Hold));
    desk.step(Some(take()));
    assert_eq!(desk.said()[0], (Aborted, Reason::Superseded));
    let mut desk = firing();
    desk.step(Some(take()));
    assert_eq!(desk.said(), DONE, "the firing goes on");
    assert_eq!(open(&desk), PAIR);
}

#[test]
fn a_firing_is_refused_for_what_the_nozzles_and_the_stores_are_like() {
    let none = |_: &mut Desk| {};
    let busy = |desk: &mut Desk| desk.step(Some(fire(PAIR, 0.1)));
    let empty = |desk: &mut Desk| {
        desk.feedback.supercap_soc = 0.1;
        desk.step(None);
    };
    let warm = |desk: &mut Desk| {
        desk.feedback.cluster_temp_c[0] = 112.0;
        desk.step(None);
    };
    let tripped = |desk: &mut Desk| {
        desk.feedback.cluster_temp_c[1] = 121.0;
        desk.step(None);
    };
    let table: [(Prepare, u16, Option<Reason>); 7] = [
        (none, PAIR, None),
        (busy, PAIR, Some(Reason::NozzlesBusy)),
        (empty, PAIR, Some(Reason::CapLow)),
        (warm, PAIR, Some(Reason::NozzleResting)),
        (tripped, PAIR, Some(Reason::NozzleResting)),
        (none, 1 << 1 | 1 << 5, Some(Reason::TorqueLimit)),
        (none, u16::MAX, Some(Reason::PduPeakDenied)),
    ];
    for (case, (prepare, nozzles, reason)) in table.into_iter().enumerate() {
        let mut desk = in_hand();
        prepare(&mut desk);
        desk.step(Some(fire(nozzles, 0.1)));
        let expected = reason.map_or((Accepted, Reason::None), |reason| (Rejected, reason));
        assert_eq!(desk.said(), [expected], "case {case}");
    }
    // Of another cluster.
    let mut desk = in_hand();
    warm(&mut desk);
    desk.step(Some(fire(1 << 9, 0.1)));
    assert_eq!(desk.said(), [(Accepted, Reason::None)]);
}

#[test]
fn what_a_firing_lacks_is_said_before_its_confirmation_is_asked_for() {
    let unconfirmed = |nozzles| Action::Fire {
        firing: Firing {
            nozzles,
            level: 1.0,
            duration_s: 0.1,
        },
        confirmed: false,
    };
    let mut desk = in_hand();
    let reason = refused(&mut desk, unconfirmed(u16::MAX));
    assert_eq!(reason, Reason::PduPeakDenied);
    assert_eq!(
        refused(&mut desk, unconfirmed(PAIR)),
        Reason::ConfirmRequired
    );
}

#[test]
fn an_isolated_nozzle_is_not_fired_and_one_that_is_stuck_open_counts() {
    let mut desk = Desk::armed();
    desk.feedback.valve_fault = 1 << 3;
    desk.run(2);
    desk.step(Some(take()));
    assert_eq!(
        refused(&mut desk, fire(1 << 3, 0.1)),
        Reason::NozzleIsolated
    );
    desk.step(Some(fire(PAIR, 0.1)));
    assert_eq!(desk.said(), [(Accepted, Reason::None)]);
    let mut desk = Desk::armed();
    desk.reports = false;
    desk.feedback.open_time_us[5] = 2000;
    desk.run(20);
    assert_eq!(desk.outputs.isolated, 1 << 5);
    desk.step(Some(take()));
    assert_eq!(refused(&mut desk, fire(1 << 1, 0.1)), Reason::TorqueLimit);
}

#[test]
fn a_firing_is_confirmed_when_it_is_over_and_was_seen() {
    let mut desk = in_hand();
    assert_eq!(
        desk.effect(fire(PAIR, 0.1), 100),
        Some((51, EffectConfirmed, Reason::None))
    );
    assert!(on(&desk));
}

/// In the tick after `happens`: how it ended, of a firing that was under way.
fn ended(desk: &mut Desk, reason: Reason) {
    assert!(!on(desk));
    assert_eq!(desk.outputs.allocation_reason, reason);
    assert_eq!(desk.outputs.mode, Mode::Brake);
    assert_eq!(desk.said(), [(Aborted, reason)]);
    assert_eq!(open(desk), 0);
}

#[test]
fn too_high_a_rate_ends_it_with_a_brake_that_nobody_is_told_of() {
    let mut desk = firing();
    desk.feedback.rates_rps_body = [RATE_RPS - 1e-4, 0.0, 0.0];
    desk.step(None);
    assert!(on(&desk));
    desk.feedback.rates_rps_body = [RATE_RPS + 1e-4, 0.0, 0.0];
    desk.step(None);
    ended(&mut desk, Reason::RateLimit);
    desk.feedback.rates_rps_body = [0.0; 3];
    for tick in 1..200 {
        desk.step(None);
        assert_eq!(desk.said(), [], "tick {tick}");
    }
    assert_eq!(desk.state(), (Mode::Manoeuvre, Reason::None));
}

#[test]
fn a_nozzle_that_fails_ends_it_and_one_that_was_out_before_does_not() {
    let mut desk = Desk::armed();
    desk.feedback.valve_fault = 1 << 3;
    desk.run(2);
    desk.step(Some(take()));
    desk.run(20);
    desk.step(Some(fire(PAIR, 0.5)));
    desk.run(20);
    assert!(on(&desk), "nozzle 3 was out before");
    desk.feedback.valve_fault |= 1 << 12;
    desk.step(None);
    ended(&mut desk, Reason::ValveFault);
}

/// A node that is back brings its nozzles back; lost once more they are a new fault.
#[test]
fn a_nozzle_that_came_back_and_fails_again_is_a_new_fault() {
    let mut desk = Desk::armed();
    let heard = desk.feedback.fresh;
    let node = Fresh::valves(2);
    desk.feedback.fresh = heard.without(node);
    desk.run(60);
    assert_eq!(desk.outputs.isolated, 0x0F00);
    desk.step(Some(take()));
    desk.run(60);
    assert!(on(&desk));
    desk.feedback.fresh = heard;
    desk.run(5);
    assert_eq!(desk.outputs.isolated, 0);
    desk.feedback.fresh = heard.without(node);
    desk.run(50);
    assert!(on(&desk));
    desk.step(None);
    assert!(!on(&desk));
    assert_eq!(desk.outputs.allocation_reason, Reason::ValveFault);
}

#[test]
fn a_minute_without_a_firing_or_a_word_ends_it() {
    let ticks = (UNUSED_MAX_S / 0.005) as u64;
    let taken = || {
        let mut desk = Desk::armed_of(&craft(), 5000);
        desk.step(Some(take()));
        desk
    };
    let mut desk = taken();
    desk.run(ticks);
    assert!(on(&desk));
    let mut repeated = desk.clone();
    desk.step(None);
    assert!(!on(&desk));
    assert_eq!(desk.outputs.allocation_reason, Reason::ManualTimeout);
    assert_eq!(desk.outputs.mode, Mode::Brake);
    repeated.step(Some(take()));
    repeated.run(ticks);
    assert!(on(&repeated), "a repeated command is a sign of life");
}

#[test]
fn power_that_sinks_below_what_is_open_ends_the_firing_and_not_the_hand() {
    let mut desk = firing();
    desk.feedback.battery_soc = 0.0;
    desk.feedback.supercap_soc = 0.1;
    desk.step(None);
    assert_eq!(desk.said(), [(Aborted, Reason::PduPeakDenied)]);
    assert_eq!(open(&desk), 0);
    assert!(on(&desk));
}

#[test]
fn a_firing_that_is_over_needs_no_power_to_be_confirmed() {
    let mut desk = in_hand();
    desk.reports = false;
    desk.feedback.open_time_us = [0; NOZZLES];
    desk.step(Some(fire(PAIR, 0.03)));
    // Of half of the 30 ms, 14 are reported before the power is gone and 2 after.
    let report = |desk: &mut Desk, us: u32| {
        (desk.feedback.open_time_us[1], desk.feedback.open_time_us[7]) = (us, us);
        desk.step(None);
    };
    for tick in 1..=20 {
        report(&mut desk, if tick <= 7 { 2000 } else { 0 });
        assert!(on(&desk), "tick {tick}");
    }
    assert_eq!(open(&desk), 0);
    desk.feedback.battery_soc = 0.0;
    desk.feedback.supercap_soc = 0.1;
    report(&mut desk, 0);
    assert_eq!(desk.said(), [], "it waits for the report");
    report(&mut desk, 2000);
    assert_eq!(desk.said(), [(EffectConfirmed, Reason::None)]);
}

#[test]
fn thrust_is_stopped_and_the_nozzles_stay_in_hand() {
    let mut desk = firing();
    desk.step(Some(Action::StopThrust));
    let aborted = (Aborted, Reason::Superseded);
    assert_eq!(desk.said(), [aborted, DONE[0], DONE[1]]);
    assert_eq!(open(&desk), 0);
    assert!(on(&desk));
    desk.run(20);
    desk.step(Some(fire(PAIR, 0.1)));
    assert_eq!(desk.said(), [(Accepted, Reason::None)]);
}

#[test]
fn the_loop_gets_the_nozzles_back_in_coast_with_the_attitude_of_now() {
    for mode in [AllocationMode::Auto, AllocationMode::Adaptive] {
        let mut desk = in_hand();
        desk.feedback.rates_rps_body = [0.0, 0.0, 0.1];
        desk.run(3);
        desk.step(Some(allocate(mode)));
        assert_eq!(desk.said(), DONE, "{mode:?}");
        assert_eq!(
            (desk.state(), desk.outputs.allocation_mode),
            ((Mode::Coast, Reason::None), mode)
        );
        assert_eq!(desk.outputs.allocation_requested, mode);
        assert_eq!(desk.outputs.allocation_reason, Reason::None);
        // It stops the rotation there: at a time constant of a second 0.1 rad/s take 0.1 rad.
        let guidance = &desk.controller.parts().tracking.guidance;
        let angle = guidance.goal_attitude.angle();
        assert!((angle - 0.1).abs() < 0.002, "{angle} rad");
    }
}

#[test]
fn without_manual_override_a_change_of_allocation_touches_no_motion() {
    let mut desk = Desk::armed();
    desk.step(Some(Action::Hold));
    desk.controller.parts().tracking.guidance.goal_position = Vector3::new(3.0, 0.0, 0.0);
    desk.step(Some(allocate(AllocationMode::Auto)));
    assert_eq!(desk.said(), DONE);
    assert_eq!(desk.outputs.mode, Mode::Manoeuvre);
    let goal = desk.controller.parts().tracking.guidance.goal_position;
    assert_eq!(goal, Vector3::new(3.0, 0.0, 0.0));
    assert_eq!(desk.outputs.allocation_reason, Reason::None);
}

#[test]
fn every_change_of_mode_ends_it_and_says_who_did() {
    for (action, mode, replies) in [
        (Action::Brake, Mode::Brake, 2),
        (Action::Safe, Mode::Safe, 3),
        (Action::SetMode(Mode::Safe), Mode::Safe, 3),
        (Action::SetMode(Mode::Idle), Mode::Idle, 3),
        (Action::Disarm, Mode::Idle, 2),
    ] {
        let mut desk = firing();
        desk.step(Some(action.clone()));
        assert!(!on(&desk), "{action:?}");
        assert_eq!(desk.outputs.mode, mode, "{action:?}");
        assert_eq!(desk.outputs.allocation_reason, Reason::Operator);
        assert_eq!(desk.said()[0], (Aborted, Reason::Operator), "{action:?}");
        assert_eq!(desk.said().len(), replies, "{action:?}");
        assert_eq!(open(&desk), 0, "{action:?}");
    }
}

/// What AUTO is short of counts for the loop: in hand it stands as it was.
#[test]
fn a_set_that_is_broken_or_whole_again_changes_the_loop_and_not_the_hand() {
    let table = include_str!("../../../../craft/fixtures/dodeca-table.json");
    let mut craft = credulous(Craft::from_json(table).unwrap());
    craft.control.allocation_mode = LoopAllocation::Auto;
    let mut desk = Desk::armed_of(&craft, 2000);
    let (heard, node) = (desk.feedback.fresh, Fresh::valves(2));
    let state = |desk: &Desk| (desk.outputs.allocation_mode, desk.outputs.allocation_reason);
    let (auto, adaptive) = (AllocationMode::Auto, AllocationMode::Adaptive);
    assert_eq!(state(&desk), (auto, Reason::None));
    desk.feedback.fresh = heard.without(node);
    desk.run(60);
    assert_eq!(state(&desk), (adaptive, Reason::ThrustMapMissing));
    assert_eq!(desk.outputs.allocation_requested, auto);
    desk.step(Some(take()));
    desk.feedback.fresh = heard;
    desk.run(5);
    let in_hand = AllocationMode::ManualOverride;
    assert_eq!(state(&desk), (in_hand, Reason::ThrustMapMissing));
    desk.step(Some(allocate(auto)));
    assert_eq!(state(&desk), (auto, Reason::None));
}
