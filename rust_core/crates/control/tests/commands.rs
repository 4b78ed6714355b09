//! Commands from the wire: what makes sense is taken, all else is refused with its number.

use crate::common::*;
use qiki_command::{Action, Axis, Group, Mode, Reason, ReplyStatus, Segment, Target};
use qiki_messages::command_from_message;
use qiki_messages::commands::command::Action as Wire;
use qiki_messages::commands::{self as wire, BodyAxis, FlightMode, ThrustGroup};

fn read(action: Wire) -> Option<Action> {
    let message = wire::Command {
        command_id: 9,
        source: String::new(),
        action: Some(action),
    };
    let command = command_from_message(&message);
    assert_eq!(command.id, 9);
    command.action
}

const NOT_NUMBERS: [f64; 3] = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];

/// Everything that must be refused.
fn nonsense() -> Vec<(String, Wire)> {
    let mut all: Vec<(String, Wire)> = Vec::new();
    let mut add = |what: String, action: Wire| all.push((what, action));
    for value in NOT_NUMBERS {
        for i in 0..3 {
            let mut v = [0.0; 3];
            v[i] = value;
            add(format!("position {v:?}"), go_to(v));
            add(
                format!("direction {v:?}"),
                profile(vec![segment(v, 0.5, 1.0)]),
            );
        }
        add(
            format!("attitude with {value}"),
            turn_to([value, 0.0, 0.0, 1.0]),
        );
        add(format!("level {value}"), fire(BodyAxis::Up, value, 1.0));
        add(format!("duration {value}"), fire(BodyAxis::Up, 0.5, value));
        add(
            format!("level {value}"),
            profile(vec![segment([1.0, 0.0, 0.0], value, 1.0)]),
        );
        let mut ramp = segment([1.0, 0.0, 0.0], 0.5, 1.0);
        ramp.ramp_in_s = value;
        add(format!("ramp {value}"), profile(vec![ramp]));
    }
    for level in [-0.01, 1.01] {
        add(format!("level {level}"), fire(BodyAxis::Up, level, 1.0));
    }
    for duration in [0.0, -1.0, 3600.1] {
        add(
            format!("duration {duration}"),
            fire(BodyAxis::Up, 0.5, duration),
        );
    }
    add("no axis".to_owned(), fire(BodyAxis::Unspecified, 0.5, 1.0));
    add(
        "attitude of length 1.1".to_owned(),
        turn_to([0.0, 0.0, 0.0, 1.1]),
    );
    add("attitude of length 0".to_owned(), turn_to([0.0; 4]));
    add(
        "nowhere".to_owned(),
        Wire::GoToPose(wire::GoToPose::default()),
    );
    add("no segments".to_owned(), profile(vec![]));
    add(
        "33 segments".to_owned(),
        profile(vec![segment([1.0, 0.0, 0.0], 0.5, 1.0); 33]),
    );
    add(
        "direction of length 2".to_owned(),
        profile(vec![segment([2.0, 0.0, 0.0], 0.5, 1.0)]),
    );
    let mut without = segment([1.0, 0.0, 0.0], 0.5, 1.0);
    without.direction_body = None;
    add(
        "neither direction nor group".to_owned(),
        profile(vec![without]),
    );
    let mut both = segment([1.0, 0.0, 0.0], 0.5, 1.0);
    both.group = ThrustGroup::ZttForward.into();
    add("direction and group".to_owned(), profile(vec![both]));
    let mut unknown = without;
    unknown.group = 77;
    add("group 77".to_owned(), profile(vec![unknown]));
    let mut ramps = segment([1.0, 0.0, 0.0], 0.5, 1.0);
    (ramps.ramp_in_s, ramps.ramp_out_s) = (0.6, 0.6);
    add(
        "ramps longer than the segment".to_owned(),
        profile(vec![ramps]),
    );
    ramps.ramp_in_s = -0.1;
    add("negative ramp".to_owned(), profile(vec![ramps]));
    let second = vec![
        segment([1.0, 0.0, 0.0], 0.5, 1.0),
        segment([1.0, 0.0, 0.0], 2.0, 1.0),
    ];
    add("second segment wrong".to_owned(), profile(second));
    add("mode 0".to_owned(), mode(FlightMode::Unspecified));
    for by_hand in [
        nozzles(&[], 0.5, 1.0),
        nozzles(&[16], 0.5, 1.0),
        nozzles(&[u32::MAX], 0.5, 1.0),
        nozzles(&[3, 7, 3], 0.5, 1.0),
        nozzles(&[3], 0.0, 1.0),
        nozzles(&[3], 1.01, 1.0),
        nozzles(&[3], f64::NAN, 1.0),
        nozzles(&[3], 0.5, 0.0),
        nozzles(&[3], 0.5, f64::INFINITY),
    ] {
        add(format!("{by_hand:?}"), Wire::FireNozzles(by_hand));
    }
    for mode in [0, 4] {
        let message = wire::SetAllocationMode {
            mode,
            confirmed: true,
        };
        add(
            format!("allocation mode {mode}"),
            Wire::SetAllocationMode(message),
        );
    }
    add(
        "mode 77".to_owned(),
        Wire::SetMode(wire::SetMode { mode: 77 }),
    );
    add(
        "axis 77".to_owned(),
        Wire::FireAxis(wire::FireAxis {
            axis: 77,
            level_ratio: 0.5,
            duration_s: 1.0,
        }),
    );
    all
}

#[test]
fn a_command_that_makes_no_sense_has_no_action() {
    for (what, action) in nonsense() {
        assert_eq!(read(action), None, "{what}");
    }
    assert_eq!(command_from_message(&wire::Command::default()).action, None);
}

#[test]
fn the_controller_rejects_it_with_a_reason_and_goes_on_as_before() {
    let mut l = Loop::armed(2000);
    l.say(hold());
    l.run(1.0);
    for (what, action) in nonsense() {
        let id = l.say(action);
        assert_eq!(
            l.said(id),
            [(ReplyStatus::Rejected, Reason::CmdValidationFailed)],
            "{what}"
        );
        assert_eq!(l.outputs.mode, Mode::Manoeuvre);
        let numbers = [l.outputs.reference_position, l.outputs.position];
        assert!(numbers.iter().flatten().all(|v| v.is_finite()), "{what}");
    }
    l.run(5.0);
    assert!(norm(l.plant.truth().position_m_world) < 0.15);
}

#[test]
fn axes_are_what_their_words_say() {
    let directions = [
        (BodyAxis::Forward, Axis::Forward, [1.0, 0.0, 0.0]),
        (BodyAxis::Aft, Axis::Aft, [-1.0, 0.0, 0.0]),
        (BodyAxis::Port, Axis::Port, [0.0, 1.0, 0.0]),
        (BodyAxis::Starboard, Axis::Starboard, [0.0, -1.0, 0.0]),
        (BodyAxis::Up, Axis::Up, [0.0, 0.0, 1.0]),
        (BodyAxis::Down, Axis::Down, [0.0, 0.0, -1.0]),
    ];
    for (wire, axis, direction) in directions {
        assert_eq!(<[f64; 3]>::from(axis.direction()), direction);
        let Some(Action::Burn { segments, count }) = read(fire(wire, 0.25, 1.5)) else {
            panic!("{wire:?} is a burn");
        };
        assert_eq!(count, 1);
        assert_eq!(segments[0].target, Target::Direction(direction.into()));
        assert_eq!((segments[0].level, segments[0].duration_s), (0.25, 1.5));
    }
}

#[test]
fn a_goal_has_what_is_set_and_nothing_else() {
    let Some(Action::GoTo(goal)) = read(go_to([1.0, 2.0, 3.0])) else {
        panic!("a goal")
    };
    assert_eq!(goal.position.map(<[f64; 3]>::from), Some([1.0, 2.0, 3.0]));
    assert_eq!(goal.attitude, None);
    let almost = [0.0, 0.0, 0.0, 1.0005];
    let Some(Action::GoTo(goal)) = read(turn_to(almost)) else {
        panic!("a goal")
    };
    assert_eq!(goal.position, None);
    assert!((goal.attitude.unwrap().norm() - 1.0).abs() < 1e-15);
}

#[test]
fn groups_are_what_their_words_say() {
    let axes = [
        Axis::Forward,
        Axis::Aft,
        Axis::Port,
        Axis::Starboard,
        Axis::Up,
        Axis::Down,
    ];
    for (i, axis) in axes.into_iter().enumerate() {
        for (full, word) in [(false, "ZTT"), (true, "FTG")] {
            let name = format!("THRUST_GROUP_{word}_{axis:?}").to_uppercase();
            let wire = ThrustGroup::from_str_name(&name).unwrap();
            assert_eq!(wire as usize, 1 + i + 6 * usize::from(full));
            let Some(Action::Burn { segments, .. }) = read(profile(vec![group(wire, 0.5, 1.0)]))
            else {
                panic!("{name} is a burn")
            };
            assert_eq!(segments[0].target, Target::Group(Group { full, axis }));
        }
    }
}

#[test]
fn a_profile_of_thirty_two_segments_is_taken_whole() {
    let given = (0..32)
        .map(|i| segment([0.0, 1.0, 0.0], f64::from(i) / 32.0, 1.0))
        .collect();
    let Some(Action::Burn { segments, count }) = read(profile(given)) else {
        panic!("a burn")
    };
    assert_eq!(count, 32);
    assert_eq!(segments[31].level, 31.0 / 32.0);
}

#[test]
fn ramps_rise_and_fall_in_straight_lines() {
    let mut message = segment([0.0, 0.0, 1.0], 0.8, 4.0);
    (message.ramp_in_s, message.ramp_out_s) = (1.0, 2.0);
    let Some(Action::Burn { segments, .. }) = read(profile(vec![message])) else {
        panic!("a burn")
    };
    let segment: Segment = segments[0];
    for (t, level) in [
        (-1.0, 0.0),
        (0.0, 0.0),
        (0.5, 0.4),
        (1.0, 0.8),
        (2.0, 0.8),
        (3.0, 0.4),
        (4.0, 0.0),
        (5.0, 0.0),
    ] {
        assert!(
            (segment.level_at(t) - level).abs() < 1e-12,
            "t {t}: {}",
            segment.level_at(t)
        );
    }
}
