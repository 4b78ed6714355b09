//! Several failures in one tick: which of them is the reason for SAFE.

use qiki_alloc::Status;
use qiki_command::{Action, Mode, Reason, ReplyStatus};
use qiki_craft::{Fresh, NOZZLES};

use super::without;
use crate::tests::Desk;

/// The tick in which everything fails: navigation has been stale for more than a quarter of a
/// second.
const LAST: u64 = 126;
/// Ticks for which two nodes have not been heard when they count as lost.
const UNHEARD: u64 = 51;
/// Ticks from a valve that does not close to the finding that what is left does not hold the craft.
const UNHELD: u64 = 11;

/// What fails in the last tick, each for itself.
#[derive(Debug, Clone, Copy)]
struct Failures {
    guard: bool,
    allocation: bool,
    stall: bool,
    navigation: bool,
    nodes: bool,
    tank: bool,
    authority: bool,
}

/// Up to the last tick, which has not begun.
fn before_the_last(failures: Failures) -> Desk {
    let mut desk = Desk::armed();
    desk.reports = false;
    desk.feedback.open_time_us = [0; NOZZLES];
    desk.step(Some(Action::Hold));
    for tick in 1..=LAST {
        let mut dark = vec![];
        if failures.navigation {
            dark.push(Fresh::RATES);
        }
        if failures.nodes && tick > LAST - UNHEARD {
            dark.extend([Fresh::valves(1), Fresh::valves(2)]);
        }
        desk.feedback.fresh = without(&dark);
        if failures.authority && tick > LAST - UNHELD {
            // Nozzle 0 does not open and 2 does not close: no other nozzles make up for that.
            desk.feedback.valve_fault = 1;
            desk.feedback.open_time_us[2] = 2000;
        }
        if tick < LAST {
            desk.step(None);
            assert_eq!(
                desk.outputs.mode,
                Mode::Manoeuvre,
                "{failures:?}: tick {tick}"
            );
        }
    }
    if failures.tank {
        desk.feedback.propellant_kg = 0.001;
    }
    let manager = &mut desk.controller.parts().modes;
    // In the order of a tick: the guard comes after the allocation.
    if failures.allocation {
        manager.failure = Some(Reason::AllocationFailed);
    }
    if failures.guard {
        manager.note_guard_trip();
    }
    desk.passed = if failures.stall { 126 } else { 1 };
    desk
}

/// Every combination of failures: from the most to the least telling.
#[test]
fn of_all_failures_in_one_tick_the_first_in_order_is_the_reason() {
    for bits in 0..1 << 7 {
        let has = |n: u32| bits >> n & 1 == 1;
        let failures = Failures {
            guard: has(0),
            allocation: has(1),
            stall: has(2),
            navigation: has(3),
            nodes: has(4),
            tank: has(5),
            authority: has(6),
        };
        let order = [
            Reason::GuardTrip,
            Reason::AllocationFailed,
            Reason::Overrun,
            Reason::NavStale,
            Reason::NodeOffline,
            Reason::WorkingMassLow,
            Reason::ValveFault,
        ];
        let mut desk = before_the_last(failures);
        desk.step(None);
        desk.passed = 1;
        let Some(first) = (0..7).find(|n| has(*n)) else {
            assert_eq!(desk.state(), (Mode::Manoeuvre, Reason::None));
            continue;
        };
        let reason = order[first as usize];
        assert_eq!(desk.state(), (Mode::Safe, reason), "{failures:?}");
        assert_eq!(
            desk.said(),
            [(ReplyStatus::Aborted, reason)],
            "{failures:?}"
        );
        desk.run(3);
        assert_eq!(desk.state(), (Mode::Safe, reason), "{failures:?}: later");
    }
}

/// What a stage found in the tick before counts once: it does not wait for the next motion.
#[test]
fn a_failure_of_a_craft_that_does_not_fly_is_forgotten() {
    let mut desk = Desk::armed();
    desk.step(Some(Action::SetMode(Mode::Idle)));
    desk.controller.parts().modes.note_guard_trip();
    desk.step(None);
    assert_eq!(desk.outputs.mode, Mode::Idle);
    desk.step(Some(Action::Hold));
    assert_eq!(desk.state(), (Mode::Manoeuvre, Reason::None));
}

#[test]
fn an_empty_tank_closes_every_valve_and_only_where_something_flies_leads_to_safe() {
    for mode in [Mode::Idle, Mode::Bridge] {
        let mut desk = Desk::armed();
        desk.step(Some(Action::SetMode(mode)));
        desk.feedback.propellant_kg = 0.001;
        desk.run(3);
        assert_eq!(desk.outputs.mode, mode);
    }
    let mut desk = Desk::holding();
    desk.feedback.velocity_mps_world = [0.0, 20.0, 0.0];
    desk.run(20);
    assert!(desk.outputs.command.nozzles_opened() != 0);
    desk.feedback.propellant_kg = 0.001;
    desk.step(None);
    assert_eq!(desk.outputs.command.nozzles_opened(), 0, "at once");
    assert_eq!(desk.outputs.guard_violation, None);
    assert_eq!(desk.outputs.allocation.thrust_n, [0.0; NOZZLES]);
    // With something in the tank again nothing is locked but SAFE itself.
    desk.feedback.propellant_kg = 1.0;
    desk.step(Some(Action::Brake));
    assert_eq!(desk.outputs.mode, Mode::Brake);
}

/// The demand is not a number: the solver says so, and nothing is opened for it.
fn without_an_answer(desk: &mut Desk) {
    let guidance = &mut desk.controller.parts().tracking.guidance;
    guidance.goal_position = nalgebra::Vector3::new(f64::NAN, 0.0, 0.0);
    desk.step(None);
}

#[test]
fn an_allocation_without_an_answer_leads_to_safe_in_the_next_tick() {
    let mut desk = Desk::holding();
    without_an_answer(&mut desk);
    assert_eq!(desk.outputs.mode, Mode::Manoeuvre);
    desk.step(None);
    assert_eq!(desk.state(), (Mode::Safe, Reason::AllocationFailed));
}

#[test]
fn a_saturated_allocation_is_an_answer() {
    let mut desk = Desk::holding();
    desk.feedback.velocity_mps_world = [0.0, 20.0, 0.0];
    desk.run(20);
    assert_eq!(desk.outputs.allocation.status, Status::Saturated);
    assert_eq!(desk.outputs.mode, Mode::Manoeuvre);
}
