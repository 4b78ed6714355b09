//! Nothing is allocated in the step, nor in the record of a tick without a command.

use crate::common::*;
use allocation_counter::measure;
use qiki_control::Inputs;
use qiki_messages::Timing;
use qiki_messages::command_from_message;
use qiki_messages::commands::AllocationMode::{Auto, ManualOverride};
use qiki_messages::commands::command::Action::FireNozzles;
use qiki_messages::commands::{self as wire, BodyAxis, FlightMode};
use qiki_plant::{InitialState, ValveFault};

/// One tick; allocations of the step and of the record.
fn counted(l: &mut Loop, command: Option<&wire::Command>) -> (u64, u64) {
    l.plant.sense(&mut l.feedback);
    let decoded = command.map(command_from_message);
    let inputs = Inputs {
        tick: l.tick,
        period_ns: 2_000_000,
        feedback: &l.feedback,
        command: decoded.as_ref(),
    };
    let step = measure(|| l.controller.step(&inputs, &mut l.outputs)).count_total;
    let (timing, truth) = (Timing::default(), l.plant.truth());
    let push = measure(|| {
        l.encoder.clear();
        l.encoder
            .push(0, &inputs, command, &l.outputs, Some(&truth), Some(&timing));
    })
    .count_total;
    l.plant.command(&l.outputs.command);
    l.tick += 1;
    (step, push)
}

fn message(action: wire::command::Action) -> wire::Command {
    wire::Command {
        command_id: 1,
        source: "test".to_owned(),
        action: Some(action),
    }
}

#[test]
fn ticks_without_a_command_allocate_nothing_after_the_first() {
    let moving = InitialState {
        velocity_mps_world: [0.5, 0.0, 0.0],
        rates_rps_body: [0.1, 0.0, -0.1],
        ..InitialState::default()
    };
    let mut l = Loop::from(&craft(), 2000, &moving);
    counted(&mut l, None);
    let script = [
        arm(),
        brake(),
        go_to([3.0, 0.0, 0.0]),
        fire(BodyAxis::Up, 1.0, 0.5),
        safe(),
        disarm(),
    ];
    for (round, action) in script.into_iter().enumerate() {
        for _ in 0..1000 {
            assert_eq!(counted(&mut l, None), (0, 0), "tick {}", l.tick);
        }
        if round == 3 {
            l.plant
                .set_valve_fault(1, ValveFault::StuckOpen, true)
                .unwrap();
        }
        counted(&mut l, Some(&message(action)));
    }
}

#[test]
fn the_step_itself_allocates_nothing_from_the_very_first_tick() {
    let mut l = Loop::new(2000);
    assert_eq!(counted(&mut l, None).0, 0);
    let all = vec![segment([1.0, 0.0, 0.0], 0.5, 1.0); 32];
    for action in [
        arm(),
        hold(),
        profile(all),
        fire(BodyAxis::Up, 2.0, 1.0),
        stop_thrust(),
        allocation(Auto, false),
        go_to([1.0, 0.0, 0.0]),
        brake(),
        mode(FlightMode::Idle),
        allocation(ManualOverride, true),
        FireNozzles(nozzles(&[1, 7], 0.5, 0.1)),
        disarm(),
    ] {
        for _ in 0..20 {
            counted(&mut l, None);
        }
        assert_eq!(counted(&mut l, Some(&message(action))).0, 0);
    }
}

#[test]
fn a_command_costs_the_record_its_copy_and_nothing_else() {
    let mut l = Loop::new(2000);
    counted(&mut l, None);
    // The name of its source, and the segments of a profile.
    assert_eq!(counted(&mut l, Some(&message(arm()))), (0, 1));
    let two = vec![segment([1.0, 0.0, 0.0], 0.5, 1.0); 2];
    assert_eq!(counted(&mut l, Some(&message(profile(two)))), (0, 2));
}

#[test]
fn the_encoder_has_room_for_the_packet_it_was_made_for() {
    let mut l = Loop::armed(2000);
    l.encoder = qiki_messages::CycleEncoder::new(8);
    l.plant.sense(&mut l.feedback);
    let inputs = Inputs {
        tick: 0,
        period_ns: 0,
        feedback: &l.feedback,
        command: None,
    };
    let counted = measure(|| {
        for _ in 0..8 {
            l.encoder.push(0, &inputs, None, &l.outputs, None, None);
        }
    });
    assert_eq!(counted.count_total, 0);
    assert!(l.encoder.packet().len() > 8 * 300);
}
