//! What the motion makes of a nozzle's state, on a craft whose valves fail unseen.

use nalgebra::UnitQuaternion;
use qiki_craft::{Craft, Feedback, Fresh, NOZZLES, ValveCommand, geometry};
use qiki_plant::{InitialState, Plant, ValveFault};

use crate::fault::NozzleFaults;
use crate::health::{MonitorContext, NozzleHealth};

const VICTIM: usize = 6;
const BIT: u16 = 1 << VICTIM;

struct Bench {
    plant: Plant,
    health: NozzleHealth,
    feedback: Feedback,
    motion_is_evidence: bool,
    /// Parts of the feedback that do not arrive.
    deaf: Fresh,
}

impl Bench {
    fn new(fault: ValveFault) -> Self {
        let craft =
            Craft::from_json(include_str!("../../../../craft/fixtures/dodeca-01.json")).unwrap();
        let mut bench = Self {
            plant: Plant::new(&craft, 0.002, 11, &InitialState::default()).unwrap(),
            health: NozzleHealth::new(&craft, &geometry(&craft), 0.002),
            feedback: Feedback::default(),
            motion_is_evidence: true,
            deaf: Fresh::default(),
        };
        bench.run(150, false);
        assert_eq!(bench.health.faults(), NozzleFaults::default());
        assert_eq!(bench.health.isolated(), 0);
        bench.plant.set_valve_fault(VICTIM, fault, true).unwrap();
        bench
    }

    /// So many ticks in which the victim is commanded open, or closed.
    fn run(&mut self, ticks: u32, open: bool) {
        for _ in 0..ticks {
            let mut on_time_us = [0; NOZZLES];
            on_time_us[VICTIM] = u32::from(open) * 2000;
            self.health.record_command(&on_time_us);
            self.plant.command(&ValveCommand {
                armed: true,
                on_time_us,
            });
            self.plant.sense(&mut self.feedback);
            self.feedback.fresh.0 &= !self.deaf.0;
            let context = MonitorContext {
                attitude: UnitQuaternion::identity(),
                mass_kg: 420.0 + self.plant.propellant_kg(),
                motion_is_evidence: self.motion_is_evidence,
                trials_allowed: true,
                armed: true,
            };
            self.health.observe(&self.feedback, &context);
        }
    }
}

#[test]
fn a_nozzle_that_does_not_open_unseen_is_closed_by_motion_and_its_feedback_lies() {
    let mut bench = Bench::new(ValveFault::StuckClosedUnseen);
    bench.run(15, true);
    bench.run(10, false);
    let expected = NozzleFaults {
        closed: BIT,
        by_motion: BIT,
        feedback_lies: BIT,
        ..NozzleFaults::default()
    };
    assert_eq!(bench.health.faults(), expected);
}

#[test]
fn a_nozzle_that_does_not_close_unseen_is_open_by_motion_and_its_feedback_lies() {
    let mut bench = Bench::new(ValveFault::StuckOpenUnseen);
    bench.run(25, false);
    let expected = NozzleFaults {
        open: BIT,
        by_motion: BIT,
        feedback_lies: BIT,
        ..NozzleFaults::default()
    };
    assert_eq!(bench.health.faults(), expected);
}

#[test]
fn the_feedback_of_a_node_that_is_not_heard_has_not_lied() {
    let mut bench = Bench::new(ValveFault::StuckOpenUnseen);
    bench.deaf = Fresh::valves(VICTIM / 4);
    bench.run(40, false);
    let expected = NozzleFaults {
        open: BIT,
        by_motion: BIT,
        ..NozzleFaults::default()
    };
    assert_eq!(bench.health.faults(), expected);
}

#[test]
fn without_evidence_of_motion_the_same_is_not_seen() {
    for fault in [ValveFault::StuckClosedUnseen, ValveFault::StuckOpenUnseen] {
        let mut bench = Bench::new(fault);
        bench.motion_is_evidence = false;
        bench.run(15, true);
        bench.run(50, false);
        assert_eq!(bench.health.faults(), NozzleFaults::default(), "{fault:?}");
    }
}

/// Whether the feedback or the motion is faster depends on the valve's delays.
#[test]
fn a_sensor_that_lies_about_a_nozzle_that_works_is_found_out_and_nothing_else_is_blamed() {
    for (fault, open) in [
        (ValveFault::SensorClosed, true),
        (ValveFault::SensorOpen, false),
    ] {
        let mut bench = Bench::new(fault);
        bench.run(30, open);
        let faults = bench.health.faults();
        let expected = NozzleFaults {
            feedback_lies: BIT,
            by_feedback: faults.by_feedback & BIT,
            returning: faults.returning & BIT,
            ..NozzleFaults::default()
        };
        assert_eq!(faults, expected, "{fault:?}");
    }
}
