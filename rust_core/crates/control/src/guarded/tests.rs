//! What only happens when a part inside fails.
#![allow(clippy::unwrap_used, clippy::panic)]

use nalgebra::Vector3;
use qiki_craft::{Fresh, NOZZLES};

use super::{GuardedController, Inputs};
use crate::controller::Controller;
use crate::tests::{Desk, craft};
use qiki_alloc::Status;
use qiki_command::{Action, Mode, Reason};
use qiki_guard::{Guard, ValveLimits, Violation};

impl GuardedController {
    /// The controller behind the guard, to change what it knows.
    pub(crate) fn parts(&mut self) -> &mut Controller {
        &mut self.controller
    }
}

/// Armed and holding a pose half a metre off, so that something fires.
fn firing() -> Desk {
    let mut desk = Desk::armed();
    desk.step(Some(Action::Hold));
    desk.controller.controller.tracking.guidance.goal_position = Vector3::new(0.5, 0.0, 0.0);
    while desk.outputs.command.on_time_us == [0; NOZZLES] {
        desk.step(None);
        assert!(desk.tick < 2000, "nothing fires");
    }
    desk
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
    let mut desk = firing();
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
    let mut desk = firing();
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
    let mut desk = firing();
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
    let mut desk = firing();
    desk.feedback.cluster_temp_c = [150.0; 4];
    desk.step(None);
    desk.feedback.cluster_temp_c = [f64::NAN; 4];
    desk.step(None);
    assert_eq!(desk.outputs.resting, u16::MAX);
    assert_eq!(desk.outputs.allocation.thrust_n, [0.0; NOZZLES]);
}

#[test]
fn a_stalled_loop_does_not_throw_the_estimate() {
    let mut desk = firing();
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
        let mut desk = firing();
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
