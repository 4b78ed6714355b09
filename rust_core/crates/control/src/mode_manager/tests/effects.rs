//! When an effect counts as seen and when as late, and why the craft goes to SAFE: to the tick.
//!
//! The feedback is made by hand, so that each condition is true in the tick in which it should be.

use qiki_command::{Action, AllocationMode, Firing, Goal, Mode, Reason, ReplyStatus};
use qiki_craft::{CLUSTERS, Craft, Feedback, Fresh, NodeState};

use super::without;
use crate::tests::{Desk, PERIODS_US, craft};
use ReplyStatus::{EffectConfirmed, EffectTimeout};

fn late(seconds: f64, period_us: u32) -> Option<(u64, ReplyStatus, Reason)> {
    let ticks = (seconds / (f64::from(period_us) * 1e-6)).ceil() as u64;
    Some((ticks, EffectTimeout, Reason::EffectTimeout))
}

fn seen_in(tick: u64) -> Option<(u64, ReplyStatus, Reason)> {
    Some((tick, EffectConfirmed, Reason::None))
}

#[test]
fn arming_and_silence_that_are_not_followed_are_late_after_one_second() {
    for (period_us, ticks) in PERIODS_US.into_iter().zip([200, 334, 500, 1000]) {
        let expected = Some((ticks, EffectTimeout, Reason::EffectTimeout));
        let mut desk = Desk::of(&craft(), period_us);
        desk.obeys = [false; CLUSTERS];
        assert_eq!(desk.effect(Action::Arm, 1001), expected, "{period_us} us");
        let mut desk = Desk::armed_of(&craft(), period_us);
        desk.obeys = [false; CLUSTERS];
        assert_eq!(desk.effect(Action::Disarm, 1001), expected, "{period_us}");
    }
}

#[test]
fn arming_is_seen_when_the_last_node_has_followed_be_it_in_the_last_tick() {
    let silent = Desk::of(&craft(), 2000);
    for node in 0..CLUSTERS {
        for follows_in in [2, 3, 499, 500, 501] {
            let mut desk = silent.clone();
            desk.obeys[node] = false;
            desk.step(Some(Action::Arm));
            for _ in 2..follows_in {
                assert_ne!(
                    desk.said().first().map(|said| said.0),
                    Some(EffectConfirmed)
                );
                desk.step(None);
            }
            desk.feedback.node_state[node] = NodeState::Armed;
            desk.step(None);
            let expected = if follows_in <= 500 {
                vec![(EffectConfirmed, Reason::None)]
            } else {
                vec![]
            };
            assert_eq!(desk.said(), expected, "node {node} in tick {follows_in}");
        }
    }
}

#[test]
fn a_node_that_is_neither_silent_nor_armed_has_followed_neither() {
    for state in [NodeState::Failsafe, NodeState::Offline] {
        for mut desk in [Desk::of(&craft(), 2000), Desk::armed()] {
            let action = if desk.outputs.command.armed {
                Action::Disarm
            } else {
                Action::Arm
            };
            desk.obeys[2] = false;
            desk.feedback.node_state[2] = state;
            assert_eq!(desk.effect(action, 600), late(1.0, 2000), "{state:?}");
        }
    }
}

#[test]
fn a_node_that_was_armed_when_it_was_last_heard_has_not_followed() {
    for action in [Action::Arm, Action::Disarm] {
        let mut desk = if action == Action::Arm {
            Desk::of(&craft(), 2000)
        } else {
            Desk::armed()
        };
        let arms = action == Action::Arm;
        desk.obeys[2] = false;
        desk.feedback.node_state[2] = if arms {
            NodeState::Armed
        } else {
            NodeState::Silent
        };
        desk.feedback.fresh = without(&[Fresh::valves(2)]);
        desk.run(60);
        assert_eq!(desk.effect(action, 600), late(1.0, 2000), "arms: {arms}");
    }
}

/// At rest at its goal all the time: only the nodes are missing.
#[test]
fn a_pose_is_held_only_while_three_nodes_are_armed() {
    let hold = |unarmed: usize| {
        let mut desk = Desk::armed();
        for node in 0..unarmed {
            desk.obeys[node] = false;
            desk.feedback.node_state[node] = NodeState::Failsafe;
        }
        desk.effect(Action::Hold, 600)
    };
    assert_eq!(hold(0), seen_in(150));
    assert_eq!(hold(1), seen_in(150));
    let aborted =
        |end: Option<(u64, ReplyStatus, Reason)>| end.map(|(_, status, why)| (status, why));
    let expected = Some((ReplyStatus::Aborted, Reason::NodeNotArmed));
    assert_eq!(aborted(hold(2)), expected);
    assert_eq!(aborted(hold(4)), expected);
}

/// Nodes that ceased to follow while others were still awaited: the arming that waits for them is
/// not taken for confirmed because all of them are silent.
#[test]
fn arming_that_is_withdrawn_while_it_is_awaited_is_aborted() {
    let mut desk = Desk::of(&craft(), 2000);
    desk.obeys = [false; CLUSTERS];
    desk.feedback.node_state[0] = NodeState::Armed;
    desk.feedback.node_state[1] = NodeState::Armed;
    desk.step(Some(Action::Arm));
    desk.step(None);
    desk.feedback.node_state = [NodeState::Silent; CLUSTERS];
    let end = desk.ends(600);
    let aborted = (53, ReplyStatus::Aborted, Reason::NodeNotArmed);
    assert_eq!(
        end.map(|(tick, status, why)| (tick + 1, status, why)),
        Some(aborted)
    );
    assert_eq!(desk.state(), (Mode::Safe, Reason::NodeNotArmed));
    assert!(!desk.outputs.command.armed);
}

fn to(metres: f64) -> Action {
    Action::GoTo(Goal {
        position: Some([0.0, metres, 0.0].into()),
        attitude: None,
    })
}

fn turned(angle_rad: f64) -> nalgebra::UnitQuaternion<f64> {
    nalgebra::UnitQuaternion::from_euler_angles(0.0, 0.0, angle_rad)
}

fn turn(angle_rad: f64) -> Action {
    Action::GoTo(Goal {
        position: None,
        attitude: Some(turned(angle_rad)),
    })
}

/// 1 m/s and 0.4 m/s², 0.17 rad/s and 0.2 rad/s²; a tenth of them in DOCK. Twice the ideal time,
/// and 10 s.
#[test]
fn a_motion_is_late_ten_seconds_after_twice_its_ideal_time() {
    let way = |metres: f64, speed: f64| 10.0 + 2.0 * (metres / speed + 2.5);
    let angle = |rad: f64| 10.0 + 2.0 * (rad / 0.17 + 0.17 / 0.2);
    let modes = [Mode::Manoeuvre, Mode::Dock, Mode::Emcon];
    let mut table = vec![
        (Mode::Idle, Action::Hold, 15.0),
        (Mode::Idle, to(0.0), way(0.0, 1.0)),
        (Mode::Idle, to(4.0), way(4.0, 1.0)),
        (Mode::Idle, to(-4.0), way(4.0, 1.0)),
        (Mode::Coast, to(4.0), way(4.0, 1.0)),
        (Mode::Emcon, to(4.0), way(4.0, 1.0)),
        (Mode::Dock, to(0.4), way(0.4, 0.1)),
        (Mode::Idle, turn(2.0), angle(2.0)),
        (Mode::Idle, turn(-2.0), angle(2.0)),
    ];
    table.extend(modes.map(|mode| (Mode::Idle, Action::SetMode(mode), 15.0)));
    let armed = Desk::armed_of(&craft(), 5000);
    for (mode, action, seconds) in table {
        let mut desk = armed.clone();
        desk.step(Some(Action::SetMode(mode)));
        // Never still.
        desk.feedback.velocity_mps_world = [0.1, 0.0, 0.0];
        let what = format!("{mode:?} {action:?}");
        let end = desk.effect(action, 20_000);
        assert_eq!(end, late(seconds, 5000), "{what}");
        assert_ne!(desk.outputs.mode, Mode::Safe);
    }
}

#[test]
fn a_brake_is_late_ten_seconds_after_twice_the_time_to_stop() {
    let at = |mps: f64, rps: f64, seconds: f64| (mps, rps, seconds);
    let armed = Desk::armed_of(&craft(), 5000);
    for (mps, rps, seconds) in [
        at(0.8, 0.0, 14.0),
        at(0.4, 0.5, 15.0),
        at(1.2, 0.5, 16.0),
        at(0.1, 0.0, 10.5),
    ] {
        for mode in [Mode::Idle, Mode::Safe] {
            let mut desk = armed.clone();
            desk.step(Some(Action::SetMode(mode)));
            desk.feedback.velocity_mps_world = [0.0, mps, 0.0];
            desk.feedback.rates_rps_body = [rps, 0.0, 0.0];
            let end = desk.effect(Action::Brake, 5000);
            assert_eq!(end, late(seconds, 5000), "{mps} m/s {rps} rad/s");
            assert_eq!(desk.outputs.mode, Mode::Brake, "it goes on");
        }
    }
}

#[test]
fn a_firing_is_seen_when_the_valve_was_open_for_half_of_it_and_late_half_a_second_after_it() {
    for (open_us, seen) in [(14_999, false), (15_000, true)] {
        let mut desk = Desk::armed();
        desk.step(Some(Action::SetAllocation {
            mode: AllocationMode::ManualOverride,
            confirmed: true,
        }));
        desk.run(50);
        desk.reports = false;
        desk.step(Some(Action::Fire {
            firing: Firing {
                nozzles: 1 << 5,
                level: 1.0,
                duration_s: 0.030,
            },
            confirmed: true,
        }));
        desk.feedback.open_time_us = [0; 16];
        // All of it in the reports of eight ticks, the pulse being over after fifteen.
        for tick in 0..8 {
            desk.feedback.open_time_us[5] = (open_us - 2000 * tick).min(2000);
            desk.step(None);
        }
        desk.feedback.open_time_us = [0; 16];
        let end = desk
            .ends(400)
            .map(|(tick, status, reason)| (tick + 8, status, reason));
        if seen {
            assert_eq!(end, seen_in(16), "the pulse took fifteen");
        } else {
            assert_eq!(end, late(0.530, 2000));
        }
        assert_eq!(desk.outputs.mode, Mode::Coast, "still in hand");
    }
}

/// A change of the feedback.
type Change = fn(&mut Feedback, f64);

fn moves(feedback: &mut Feedback, mps: f64) {
    feedback.velocity_mps_world[1] = mps;
}

fn turns(feedback: &mut Feedback, rps: f64) {
    feedback.rates_rps_body[2] = rps;
}

fn off_by(feedback: &mut Feedback, metres: f64) {
    feedback.position_m_world[0] = metres;
}

fn turned_by(feedback: &mut Feedback, angle_rad: f64) {
    feedback.attitude_xyzw = turned(angle_rad).coords.into();
}

/// When a hold is confirmed whose feedback is `change`d by `value` after its first tick.
fn settles(desk: &mut Desk, action: Action, change: Change, value: f64) -> Option<u64> {
    desk.step(Some(action));
    change(&mut desk.feedback, value);
    desk.step(None);
    let end = desk.ends(300)?;
    assert_eq!(end.1, EffectConfirmed);
    Some(end.0 + 1)
}

#[test]
fn a_pose_is_held_when_it_has_been_within_the_thresholds_for_three_tenths_of_a_second() {
    let table: [(Change, f64, f64); 4] = [
        (off_by, 0.2499, 0.25),
        (turned_by, 0.0499, 0.0501),
        (moves, 0.0199, 0.02),
        (turns, 0.0059, 0.006),
    ];
    let modes = [Mode::Manoeuvre, Mode::Dock, Mode::Emcon];
    let actions = [Action::Hold, to(0.0)].into_iter();
    for action in actions.chain(modes.map(Action::SetMode)) {
        for (change, within, beyond) in table {
            for sign in [1.0, -1.0] {
                let settled = settles(&mut Desk::armed(), action.clone(), change, sign * within);
                assert_eq!(settled, Some(150), "{action:?} {within}");
                let settled = settles(&mut Desk::armed(), action.clone(), change, sign * beyond);
                assert_eq!(settled, None, "{action:?} {beyond}");
            }
        }
    }
}

#[test]
fn the_thresholds_are_wider_where_single_pulses_are_all_there_is() {
    let with = |adjust: fn(&mut Craft)| {
        let mut craft = craft();
        adjust(&mut craft);
        craft
    };
    let fine = (0.02, 0.006);
    let coarse = (0.06, 0.04);
    let throttled = |craft: &mut Craft| {
        for thruster in &mut craft.thrusters {
            thruster.throttleable = true;
            thruster.min_on_s = 0.0;
            thruster.min_off_s = 0.0;
        }
    };
    let crafts = [
        (with(|_| {}), fine),
        (with(|c| c.control.differential_pulses = false), coarse),
        (
            with(|c| c.control.allocation_mode = qiki_craft::LoopAllocation::Auto),
            coarse,
        ),
        (with(throttled), coarse),
    ];
    for (craft, (mps, rps)) in crafts {
        let armed = Desk::armed_of(&craft, 2000);
        for (change, limit) in [(moves as Change, mps), (turns as Change, rps)] {
            let settled = settles(&mut armed.clone(), Action::Hold, change, limit - 1e-4);
            assert_eq!(settled, Some(150), "below {limit}");
            let settled = settles(&mut armed.clone(), Action::Hold, change, limit);
            assert_eq!(settled, None, "at {limit}");
        }
    }
}

#[test]
fn a_brake_is_done_when_the_craft_is_still_wherever_it_is() {
    for (change, value, settled) in [
        (off_by as Change, 5.0, Some(150)),
        (turned_by, 1.0, Some(150)),
        (moves, 0.02, None),
        (turns, 0.006, None),
    ] {
        let done = settles(&mut Desk::armed(), Action::Brake, change, value);
        assert_eq!(done, settled, "{value}");
    }
}

#[test]
fn after_a_brake_comes_the_pose_and_out_of_safe_safe_again() {
    for (before, after) in [
        (Mode::Idle, (Mode::Manoeuvre, Reason::None)),
        (Mode::Coast, (Mode::Manoeuvre, Reason::None)),
        (Mode::Safe, (Mode::Safe, Reason::Operator)),
    ] {
        let mut desk = Desk::armed();
        desk.step(Some(Action::SetMode(before)));
        desk.step(Some(Action::Brake));
        assert_eq!(desk.outputs.mode, Mode::Brake);
        desk.run(148);
        assert_eq!(desk.outputs.mode, Mode::Brake);
        desk.step(None);
        assert_eq!(desk.state(), after, "after {before:?}");
        desk.run(5);
        assert_eq!(desk.state(), after, "and it stays so");
    }
}

#[test]
fn a_brake_out_of_safe_unlocks_nothing() {
    let mut desk = Desk::armed();
    desk.step(Some(Action::Safe));
    desk.step(Some(Action::Brake));
    desk.step(Some(Action::Hold));
    assert_eq!(desk.said(), [(ReplyStatus::Rejected, Reason::SafeLocked)]);
    let mut desk = Desk::armed();
    desk.step(Some(Action::Brake));
    desk.step(Some(Action::Hold));
    assert_eq!(
        desk.said().last().map(|said| said.0),
        Some(ReplyStatus::Accepted)
    );
}

/// Ticks until SAFE and the reason for it; none within 300.
fn until_safe(desk: &mut Desk) -> Option<(u64, Reason)> {
    (1..=300).find_map(|tick| {
        desk.step(None);
        let safe = desk.outputs.mode == Mode::Safe;
        safe.then_some((tick, desk.outputs.inhibit_reason))
    })
}

#[test]
fn one_lost_node_is_missed_and_two_are_too_many() {
    for a in 0..CLUSTERS {
        let mut desk = Desk::holding();
        desk.feedback.fresh = without(&[Fresh::valves(a)]);
        assert_eq!(until_safe(&mut desk), None, "{a}");
        for b in (0..CLUSTERS).filter(|b| *b != a) {
            let mut desk = Desk::holding();
            desk.feedback.fresh = without(&[Fresh::valves(a), Fresh::valves(b)]);
            // Lost is what has not been heard for more than 0.1 s.
            let expected = Some((51, Reason::NodeOffline));
            assert_eq!(until_safe(&mut desk), expected, "{a} {b}");
        }
    }
}

#[test]
fn each_part_of_navigation_leads_to_safe_when_it_is_older_than_a_quarter_of_a_second() {
    for part in [
        Fresh::POSITION,
        Fresh::VELOCITY,
        Fresh::ATTITUDE,
        Fresh::RATES,
    ] {
        let mut desk = Desk::holding();
        desk.feedback.fresh = without(&[part]);
        assert_eq!(until_safe(&mut desk), Some((126, Reason::NavStale)));
    }
}

#[test]
fn a_loop_that_stood_still_for_more_than_a_quarter_of_a_second_leads_to_safe() {
    for (passed, expected) in [(125, None), (126, Some((1, Reason::Overrun)))] {
        let mut desk = Desk::holding();
        desk.passed = passed;
        desk.step(None);
        desk.passed = 1;
        let safe = (desk.outputs.mode == Mode::Safe).then_some((1, desk.outputs.inhibit_reason));
        assert_eq!(safe, expected, "{passed} ticks");
    }
}

/// The loop stands still, navigation is stale, two nodes are lost: all in the same tick.
#[test]
fn of_several_reasons_for_safe_the_first_in_order_is_given() {
    let nodes = [Fresh::valves(1), Fresh::valves(2)];
    for (stalls, stale, lost, reason) in [
        (true, true, true, Reason::Overrun),
        (true, false, true, Reason::Overrun),
        (true, true, false, Reason::Overrun),
        (false, true, true, Reason::NavStale),
        (false, false, true, Reason::NodeOffline),
    ] {
        let mut desk = Desk::holding();
        let navigation = if stale {
            Fresh::RATES
        } else {
            Fresh::default()
        };
        desk.feedback.fresh = without(&[navigation]);
        desk.run(75);
        if lost {
            desk.feedback.fresh = without(&[navigation, nodes[0], nodes[1]]);
        }
        desk.run(50);
        assert_eq!(desk.outputs.mode, Mode::Manoeuvre, "{reason:?}");
        desk.passed = if stalls { 126 } else { 1 };
        desk.step(None);
        assert_eq!(desk.state(), (Mode::Safe, reason));
    }
}

#[test]
fn where_nothing_thrusts_there_is_nothing_to_make_safe() {
    for (mode, armed) in [
        (Mode::Idle, true),
        (Mode::Bridge, true),
        (Mode::Idle, false),
    ] {
        let mut desk = Desk::armed();
        // BRIDGE is entered from rest.
        desk.step(Some(Action::SetMode(mode)));
        assert_eq!(desk.outputs.mode, mode);
        if !armed {
            desk.step(Some(Action::Disarm));
        }
        desk.feedback.fresh = without(&[Fresh::RATES, Fresh::valves(0), Fresh::valves(1)]);
        desk.passed = 126;
        assert_eq!(until_safe(&mut desk), None, "{mode:?}");
    }
}

#[test]
fn why_safe_was_entered_stays_though_more_goes_wrong() {
    let mut desk = Desk::holding();
    desk.step(Some(Action::Safe));
    desk.feedback.fresh = without(&[Fresh::RATES, Fresh::valves(0), Fresh::valves(1)]);
    desk.run(200);
    assert_eq!(desk.state(), (Mode::Safe, Reason::Operator));
}

#[test]
fn safe_gives_up_the_motion_for_the_same_reason() {
    let mut desk = Desk::armed();
    desk.step(Some(to(3.0)));
    desk.passed = 126;
    desk.step(None);
    assert_eq!(desk.said(), [(ReplyStatus::Aborted, Reason::Overrun)]);
}
