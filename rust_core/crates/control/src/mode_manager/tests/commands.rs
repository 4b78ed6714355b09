//! What a command that is taken makes of mode, goal and pending effects.

use nalgebra::{UnitQuaternion, Vector3};
use qiki_command::{Action, Goal, Mode, Reason, ReplyStatus, SEGMENTS_MAX, Segment};

use crate::tests::Desk;
use ReplyStatus::{Aborted, Accepted, EffectConfirmed, Rejected};

const DONE: [(ReplyStatus, Reason); 2] =
    [(Accepted, Reason::None), (EffectConfirmed, Reason::None)];

/// The craft moves and turns, so that where it is and where it stops are apart.
fn moving() -> Desk {
    let mut desk = Desk::armed();
    desk.feedback.position_m_world = [5.0, 0.0, 0.0];
    desk.feedback.velocity_mps_world = [0.0, 0.4, 0.0];
    desk.feedback.rates_rps_body = [0.0, 0.0, 0.1];
    desk.run(200);
    desk
}

/// A change of what is reported.
type Prepare = fn(&mut Desk);

fn goal(desk: &mut Desk) -> (Vector3<f64>, f64) {
    let guidance = &desk.controller.parts().tracking.guidance;
    (guidance.goal_position, guidance.goal_attitude.angle())
}

fn near(is: (Vector3<f64>, f64), position: [f64; 3], angle_rad: f64) {
    let off = (is.0 - Vector3::from(position)).norm() + (is.1 - angle_rad).abs();
    assert!(off < 0.01, "{is:?}, not {position:?} {angle_rad}");
}

fn burn(level: f64, duration_s: f64) -> Action {
    let mut segments = [Segment::IDLE; SEGMENTS_MAX];
    (segments[0].level, segments[0].duration_s) = (level, duration_s);
    Action::Burn { segments, count: 1 }
}

fn go_to(position: Option<[f64; 3]>, angle_rad: Option<f64>) -> Action {
    Action::GoTo(Goal {
        position: position.map(Vector3::from),
        attitude: angle_rad.map(|angle| UnitQuaternion::from_euler_angles(0.0, 0.0, angle)),
    })
}

#[test]
fn hold_keeps_what_is_and_a_brake_what_can_be_stopped_at() {
    let mut desk = moving();
    desk.step(Some(Action::Hold));
    assert_eq!(desk.outputs.mode, Mode::Manoeuvre);
    near(goal(&mut desk), [5.0, 0.0, 0.0], 0.0);
    // At a time constant of a second 0.4 m/s take 0.4 m and 0.1 rad/s take 0.1 rad.
    let mut desk = moving();
    desk.step(Some(Action::Brake));
    assert_eq!(desk.outputs.mode, Mode::Brake);
    near(goal(&mut desk), [5.0, 0.4, 0.0], 0.1);
}

#[test]
fn hold_gives_up_the_goal_of_before() {
    let mut desk = moving();
    desk.step(Some(go_to(Some([9.0, 9.0, 9.0]), Some(1.0))));
    near(goal(&mut desk), [9.0, 9.0, 9.0], 1.0);
    desk.step(Some(Action::Hold));
    near(goal(&mut desk), [5.0, 0.0, 0.0], 0.0);
}

#[test]
fn a_pose_far_from_the_origin_is_held_as_well() {
    let mut desk = Desk::armed();
    desk.feedback.position_m_world = [40.0, -30.0, 20.0];
    desk.run(200);
    let confirmed = Some((150, EffectConfirmed, Reason::None));
    assert_eq!(desk.effect(Action::Hold, 300), confirmed);
    let here = go_to(Some([40.0, -30.0, 20.0]), None);
    assert_eq!(desk.effect(here, 300), confirmed);
}

#[test]
fn a_goal_keeps_what_it_leaves_out_be_it_the_goal_of_before_or_where_the_craft_is() {
    let mut desk = moving();
    desk.step(Some(go_to(Some([7.0, 1.0, 0.0]), None)));
    near(goal(&mut desk), [7.0, 1.0, 0.0], 0.0);
    desk.step(Some(go_to(None, Some(0.5))));
    near(goal(&mut desk), [7.0, 1.0, 0.0], 0.5);
    desk.step(Some(Action::SetMode(Mode::Coast)));
    desk.step(Some(go_to(None, Some(0.7))));
    near(goal(&mut desk), [5.0, 0.0, 0.0], 0.7);
}

#[test]
fn a_goal_is_flown_in_the_mode_that_holds_a_pose_already_and_else_in_manoeuvre() {
    for (before, after) in [
        (Mode::Idle, Mode::Manoeuvre),
        (Mode::Coast, Mode::Manoeuvre),
        (Mode::Manoeuvre, Mode::Manoeuvre),
        (Mode::Dock, Mode::Dock),
        (Mode::Emcon, Mode::Emcon),
    ] {
        let mut desk = Desk::armed();
        desk.step(Some(Action::SetMode(before)));
        desk.step(Some(go_to(Some([1.0, 0.0, 0.0]), None)));
        assert_eq!(desk.outputs.mode, after, "{before:?}");
    }
}

#[test]
fn a_mode_that_holds_a_pose_takes_the_goal_along_and_begins_here_from_any_other() {
    for mode in [Mode::Manoeuvre, Mode::Dock, Mode::Emcon] {
        let mut desk = moving();
        desk.step(Some(Action::SetMode(mode)));
        near(goal(&mut desk), [5.0, 0.0, 0.0], 0.0);
        desk.step(Some(go_to(Some([9.0, 0.0, 0.0]), None)));
        for other in [Mode::Manoeuvre, Mode::Dock, Mode::Emcon] {
            desk.step(Some(Action::SetMode(other)));
            assert_eq!(desk.outputs.mode, other);
            near(goal(&mut desk), [9.0, 0.0, 0.0], 0.0);
        }
    }
}

/// From a mode without control of the attitude it is stopped and held; from any other the
/// attitude that is held stays.
#[test]
fn coasting_and_burning_keep_the_attitude_that_is_controlled_or_stop_the_rotation() {
    let actions = [Action::SetMode(Mode::Coast), burn(0.5, 1.0)];
    for action in actions {
        for before in [Mode::Idle, Mode::Bridge, Mode::Safe] {
            let mut desk = moving();
            desk.step(Some(Action::SetMode(before)));
            desk.step(Some(Action::SetMode(Mode::Idle)));
            desk.step(Some(action.clone()));
            near((Vector3::zeros(), goal(&mut desk).1), [0.0; 3], 0.1);
        }
        for before in [Mode::Manoeuvre, Mode::Dock, Mode::Emcon, Mode::Coast] {
            let mut desk = moving();
            desk.step(Some(Action::SetMode(before)));
            desk.controller.parts().tracking.guidance.goal_attitude =
                UnitQuaternion::from_euler_angles(0.0, 0.0, 0.3);
            desk.step(Some(action.clone()));
            near((Vector3::zeros(), goal(&mut desk).1), [0.0; 3], 0.3);
        }
    }
    let mut desk = moving();
    desk.step(Some(burn(0.5, 1.0)));
    desk.controller.parts().tracking.guidance.goal_attitude =
        UnitQuaternion::from_euler_angles(0.0, 0.0, 0.3);
    desk.step(Some(Action::SetMode(Mode::Coast)));
    near((Vector3::zeros(), goal(&mut desk).1), [0.0; 3], 0.3);
}

#[test]
fn what_ends_a_motion_says_so_before_it_is_done() {
    let superseded = (Aborted, Reason::Superseded);
    let accepted = (Accepted, Reason::None);
    for (action, replies) in [
        (
            Action::SetMode(Mode::Idle),
            vec![superseded, DONE[0], DONE[1]],
        ),
        (
            Action::SetMode(Mode::Coast),
            vec![superseded, DONE[0], DONE[1]],
        ),
        (
            Action::SetMode(Mode::Bridge),
            vec![superseded, DONE[0], DONE[1]],
        ),
        (Action::Disarm, vec![superseded, accepted]),
        (Action::Hold, vec![superseded, accepted]),
        (Action::Brake, vec![superseded, accepted]),
        (burn(0.5, 1.0), vec![superseded, accepted]),
        (
            Action::Safe,
            vec![(Aborted, Reason::Operator), DONE[0], DONE[1]],
        ),
        (Action::StopThrust, DONE.to_vec()),
    ] {
        let mut desk = moving();
        desk.step(Some(Action::Hold));
        desk.step(Some(action.clone()));
        assert_eq!(desk.said(), replies, "{action:?}");
    }
}

#[test]
fn thrust_that_is_stopped_ends_a_burn_in_coast_and_no_other_mode() {
    let mut desk = Desk::armed();
    desk.step(Some(burn(0.5, 5.0)));
    desk.run(100);
    assert!(desk.outputs.burn.is_some());
    desk.step(Some(Action::StopThrust));
    let superseded = (Aborted, Reason::Superseded);
    assert_eq!(desk.said(), [superseded, DONE[0], DONE[1]]);
    assert_eq!((desk.outputs.mode, desk.outputs.burn), (Mode::Coast, None));
    let mut desk = Desk::holding();
    desk.step(Some(Action::StopThrust));
    assert_eq!(desk.outputs.mode, Mode::Manoeuvre);
}

#[test]
fn disarming_leads_to_idle_and_arming_forgets_faults() {
    let mut desk = Desk::holding();
    desk.feedback.valve_fault = 1 << 4;
    desk.run(2);
    desk.feedback.valve_fault = 0;
    desk.step(Some(Action::Disarm));
    assert_eq!(desk.state(), (Mode::Idle, Reason::NotArmed));
    assert!(!desk.outputs.command.armed);
    assert_eq!(desk.outputs.isolated, 1 << 4);
    desk.run(2);
    desk.step(Some(Action::Arm));
    assert!(desk.outputs.command.armed);
    assert_eq!(desk.outputs.isolated, 0, "in the very tick");
    assert_eq!(desk.state(), (Mode::Idle, Reason::None));
}

#[test]
fn a_command_without_an_action_is_refused_with_its_number() {
    let mut desk = Desk::armed();
    let command = qiki_command::Command {
        id: 77,
        action: None,
    };
    let inputs = crate::Inputs {
        tick: desk.tick,
        period_ns: 2_000_000,
        feedback: &desk.feedback,
        command: Some(&command),
    };
    desk.controller.step(&inputs, &mut desk.outputs);
    assert_eq!(desk.said(), [(Rejected, Reason::CmdValidationFailed)]);
    assert_eq!(desk.outputs.replies[0].id, 77);
}

/// Each rule alone refuses: flight mode, manual override, stores, heat, tank, rate, confirmation.
#[test]
fn a_command_is_refused_by_the_first_rule_that_it_breaks() {
    let empty = |desk: &mut Desk| desk.feedback.supercap_soc = 0.1;
    let hot = |desk: &mut Desk| desk.feedback.cluster_temp_c[3] = 121.0;
    let dry = |desk: &mut Desk| desk.feedback.propellant_kg = 0.001;
    let weak = |desk: &mut Desk| desk.feedback.battery_soc = 0.19;
    let none = |_: &mut Desk| {};
    let turn = || go_to(None, Some(0.5));
    let table: [(Prepare, Action, Option<Reason>); 20] = [
        (empty, burn(0.5, 1.0), Some(Reason::CapLow)),
        (empty, go_to(Some([1.0; 3]), None), Some(Reason::CapLow)),
        (empty, turn(), None),
        (empty, Action::Hold, None),
        (hot, burn(0.5, 1.0), Some(Reason::RcsClusterHot)),
        (hot, go_to(Some([1.0; 3]), None), None),
        (hot, Action::Hold, None),
        (dry, burn(0.5, 1.0), Some(Reason::WorkingMassLow)),
        (
            dry,
            go_to(Some([1.0; 3]), None),
            Some(Reason::WorkingMassLow),
        ),
        (dry, turn(), Some(Reason::WorkingMassLow)),
        (dry, Action::Hold, Some(Reason::WorkingMassLow)),
        (dry, Action::Brake, Some(Reason::WorkingMassLow)),
        (
            dry,
            Action::SetMode(Mode::Emcon),
            Some(Reason::WorkingMassLow),
        ),
        (dry, Action::SetMode(Mode::Idle), None),
        (weak, burn(0.5, 1.0), Some(Reason::BatLow)),
        (weak, turn(), None),
        (none, burn(0.5, 1.0), None),
        (
            none,
            Action::SetMode(Mode::Burn),
            Some(Reason::ModeNotReachable),
        ),
        (
            none,
            Action::SetAllocation {
                mode: qiki_command::AllocationMode::ManualOverride,
                confirmed: false,
            },
            Some(Reason::ConfirmRequired),
        ),
        (
            none,
            Action::Fire {
                firing: qiki_command::Firing {
                    nozzles: 1,
                    level: 1.0,
                    duration_s: 0.1,
                },
                confirmed: true,
            },
            Some(Reason::ManualOverrideOff),
        ),
    ];
    for (case, (prepare, action, reason)) in table.into_iter().enumerate() {
        let mut desk = Desk::armed();
        prepare(&mut desk);
        desk.run(2);
        desk.step(Some(action));
        let expected = reason.map_or((Accepted, Reason::None), |reason| (Rejected, reason));
        assert_eq!(desk.said()[0], expected, "case {case}");
    }
}

#[test]
fn why_motion_is_inhibited_is_said_for_every_state() {
    let mut desk = Desk::of(&crate::tests::craft(), 2000);
    assert_eq!(desk.state(), (Mode::Idle, Reason::NotArmed));
    let mut low = Desk::armed();
    low.feedback.supercap_soc = 0.1;
    low.run(2);
    assert_eq!(low.state(), (Mode::Idle, Reason::None), "nothing thrusts");
    for (action, reason) in [
        (Action::Hold, Reason::CapLow),
        (Action::SetMode(Mode::Coast), Reason::CapLow),
        (Action::Brake, Reason::None),
        (Action::SetMode(Mode::Bridge), Reason::None),
        (Action::Safe, Reason::Operator),
    ] {
        let mut desk = low.clone();
        desk.step(Some(action.clone()));
        assert_eq!(desk.outputs.inhibit_reason, reason, "{action:?}");
    }
    desk.step(Some(Action::Safe));
    assert_eq!(
        desk.state(),
        (Mode::Safe, Reason::Operator),
        "silent as well"
    );
}

/// A failure is taken out of use while armed, tried again only where that does no harm, and judged
/// by the motion only where nothing else moves the craft.
#[test]
fn what_the_monitors_may_conclude_depends_on_the_flight() {
    let table = [
        (Mode::Idle, true, true),
        (Mode::Manoeuvre, true, true),
        (Mode::Coast, true, true),
        (Mode::Dock, true, false),
        (Mode::Emcon, true, true),
        (Mode::Bridge, false, true),
        (Mode::Safe, true, false),
    ];
    for (mode, free, trials_allowed) in table {
        let mut desk = Desk::armed();
        desk.step(Some(Action::SetMode(mode)));
        let context = desk.controller.parts().modes.flight_context();
        let is = (context.free, context.trials_allowed);
        assert_eq!(is, (free, trials_allowed), "{mode:?}");
        desk.step(Some(Action::Disarm));
        let context = desk.controller.parts().modes.flight_context();
        assert!(!context.trials_allowed, "{mode:?}, silent");
    }
    let mut desk = Desk::armed();
    desk.step(Some(Action::SetAllocation {
        mode: qiki_command::AllocationMode::ManualOverride,
        confirmed: true,
    }));
    let context = desk.controller.parts().modes.flight_context();
    assert_eq!((context.free, context.trials_allowed), (true, false));
}
