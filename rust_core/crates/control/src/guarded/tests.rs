//! What only happens when a part inside fails.
#![allow(clippy::unwrap_used, clippy::panic)]

use nalgebra::Vector3;
use qiki_craft::{Craft, Feedback, Fresh, NOZZLES, NodeState};

use super::{GuardedController, Inputs, Outputs};
use qiki_alloc::Status;
use qiki_command::{Action, Command};
use qiki_command::{Mode, Reason};
use qiki_guard::{Guard, ValveLimits, Violation};

/// On a test stand: what its nozzles do does not show in its motion.
fn craft() -> Craft {
    let mut craft =
        Craft::from_json(include_str!("../../../craft/fixtures/dodeca-01.json")).unwrap();
    craft.control.motion_evidence = false;
    craft
}

/// A craft that stands still and says so in every tick, with valves that obey.
struct Desk {
    controller: GuardedController,
    feedback: Feedback,
    outputs: Outputs,
    tick: u64,
}

impl Desk {
    fn new() -> Self {
        Self {
            controller: GuardedController::new(&craft(), 2000).unwrap(),
            feedback: Feedback {
                fresh: Fresh(u32::MAX),
                attitude_xyzw: [0.0, 0.0, 0.0, 1.0],
                cluster_temp_c: [20.0; 4],
                propellant_kg: 12.0,
                battery_soc: 0.8,
                supercap_soc: 0.9,
                ..Feedback::default()
            },
            outputs: Outputs::default(),
            tick: 0,
        }
    }

    fn step(&mut self, action: Option<Action>) {
        let command = action.map(|action| Command {
            id: 1,
            action: Some(action),
        });
        let inputs = Inputs {
            tick: self.tick,
            period_ns: 2_000_000,
            feedback: &self.feedback,
            command: command.as_ref(),
        };
        self.controller.step(&inputs, &mut self.outputs);
        self.tick += 1;
        self.feedback.open_time_us = self.outputs.command.on_time_us;
        let armed = self.outputs.command.armed;
        let state = if armed {
            NodeState::Armed
        } else {
            NodeState::Silent
        };
        self.feedback.node_state = [state; 4];
    }

    /// Armed and holding a pose half a metre off, so that something fires.
    fn firing() -> Self {
        let mut desk = Self::new();
        desk.step(None);
        desk.step(Some(Action::Arm));
        desk.step(Some(Action::Hold));
        desk.controller.controller.tracking.guidance.goal_position = Vector3::new(0.5, 0.0, 0.0);
        while desk.outputs.command.on_time_us == [0; NOZZLES] {
            desk.step(None);
            assert!(desk.tick < 2000, "nothing fires");
        }
        desk
    }
}

/// Limits that the modulators do not know of.
fn stricter(controller: &GuardedController) -> Guard {
    Guard::new(ValveLimits {
        max_on_us: 10_000,
        ..crate::config::parts(&craft(), controller.period_us)
            .unwrap()
            .limits
    })
}

#[test]
fn a_command_that_the_guard_refuses_becomes_closed_valves_and_safe() {
    let mut desk = Desk::firing();
    desk.controller.guard = stricter(&desk.controller);
    while desk.outputs.guard_violation.is_none() {
        assert!(desk.outputs.command.on_time_us != [0; NOZZLES]);
        desk.step(None);
        assert!(desk.tick < 2000, "the guard does not trip");
    }
    assert_eq!(desk.outputs.guard_violation, Some(Violation::PulseTooLong));
    assert_eq!(desk.outputs.command.on_time_us, [0; NOZZLES]);
    assert_ne!(
        desk.outputs.mode,
        Mode::Safe,
        "the mode follows a tick later"
    );
    desk.step(None);
    assert_eq!(desk.outputs.mode, Mode::Safe);
    assert_eq!(desk.outputs.inhibit_reason, Reason::GuardTrip);
    assert_eq!(desk.outputs.command.on_time_us, [0; NOZZLES]);
    assert!(
        desk.outputs.command.armed,
        "the nodes go on obeying, the valves are closed"
    );
    assert_eq!(desk.outputs.replies[0].reason, Reason::GuardTrip);
    desk.step(None);
    assert_eq!(desk.outputs.command.on_time_us, [0; NOZZLES]);
    assert_eq!(
        desk.controller.controller.pulses.open_mask(),
        0,
        "modulators and guard agree again"
    );
}

#[test]
fn after_a_trip_the_craft_can_be_flown_again() {
    let mut desk = Desk::firing();
    desk.controller.guard = stricter(&desk.controller);
    while desk.outputs.mode != Mode::Safe {
        desk.step(None);
    }
    let limits = crate::config::parts(&craft(), 2000).unwrap().limits;
    desk.controller.guard = Guard::new(limits);
    desk.step(Some(Action::SetMode(Mode::Idle)));
    desk.step(Some(Action::Hold));
    desk.controller.controller.tracking.guidance.goal_position = Vector3::new(0.5, 0.0, 0.0);
    for _ in 0..1000 {
        desk.step(None);
        assert_eq!(
            desk.outputs.mode,
            Mode::Manoeuvre,
            "{:?}",
            desk.outputs.inhibit_reason
        );
    }
}

#[test]
fn an_allocation_that_fails_becomes_safe_and_no_thrust() {
    let mut desk = Desk::firing();
    desk.controller.controller.tracking.guidance.goal_position = Vector3::new(f64::NAN, 0.0, 0.0);
    desk.step(None);
    assert_eq!(desk.outputs.allocation.status, Status::BadInput);
    assert_eq!(desk.outputs.allocation.thrust_n, [0.0; NOZZLES]);
    desk.step(None);
    assert_eq!(
        (desk.outputs.mode, desk.outputs.inhibit_reason),
        (Mode::Safe, Reason::AllocationFailed)
    );
    assert_eq!(desk.outputs.allocation.thrust_n, [0.0; NOZZLES]);
}

#[test]
fn a_temperature_that_is_not_a_number_clears_no_trip() {
    let mut desk = Desk::firing();
    desk.feedback.cluster_temp_c = [150.0; 4];
    desk.step(None);
    desk.feedback.cluster_temp_c = [f64::NAN; 4];
    desk.step(None);
    assert_eq!(desk.outputs.resting, u16::MAX);
    assert_eq!(desk.outputs.allocation.thrust_n, [0.0; NOZZLES]);
}

#[test]
fn a_stalled_loop_does_not_throw_the_estimate() {
    let mut desk = Desk::firing();
    desk.feedback.fresh = Fresh(!Fresh::POSITION.0);
    desk.feedback.velocity_mps_world = [1.0, 0.0, 0.0];
    desk.step(None);
    let before = desk.outputs.position[0];
    for (period_ns, way_m) in [
        (60_000_000_000, 0.010),
        (i64::MAX, 0.010),
        (-5, 0.0),
        (i64::MIN, 0.0),
    ] {
        let start = desk.outputs.position[0];
        let inputs = Inputs {
            tick: desk.tick,
            period_ns,
            feedback: &desk.feedback,
            command: None,
        };
        desk.controller.step(&inputs, &mut desk.outputs);
        assert!((desk.outputs.position[0] - start - way_m).abs() < 1e-12);
    }
    assert!(before.is_finite());
}

/// Regression: a loop that had stood still for two seconds went on with its burn.
#[test]
fn a_loop_that_stood_still_for_long_goes_to_safe_and_gives_up_the_motion() {
    for (gap_ms, mode) in [(200, Mode::Manoeuvre), (300, Mode::Safe)] {
        let mut desk = Desk::firing();
        desk.tick += 1;
        let inputs = Inputs {
            tick: desk.tick,
            period_ns: gap_ms * 1_000_000,
            feedback: &desk.feedback,
            command: None,
        };
        desk.controller.step(&inputs, &mut desk.outputs);
        assert_eq!(desk.outputs.mode, mode, "{gap_ms} ms");
        if mode == Mode::Safe {
            assert_eq!(desk.outputs.inhibit_reason, Reason::Overrun);
            assert_eq!(desk.outputs.replies[0].reason, Reason::Overrun);
        }
    }
}
