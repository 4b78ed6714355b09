//! A thrust profile in flight: its begin, its end, and what is told of it.

use nalgebra::Vector3;
use qiki_command::{Action, Axis, Group, Mode, Reason, ReplyStatus, SEGMENTS_MAX, Segment, Target};
use qiki_craft::{Craft, Fresh, NOZZLES};
use qiki_plant::{InitialState, Plant, ValveFault};
use qiki_power::RcsLimit;

use crate::Inputs;
use crate::mode_manager::burn_conditions;
use crate::tests::{Desk, flying};
use ReplyStatus::{Aborted, Accepted, EffectConfirmed, EffectTimeout, Inhibited, Rejected};

/// A craft that flies by what its nozzles do.
struct Flight {
    desk: Desk,
    plant: Plant,
    /// All that was said of the burn.
    said: Vec<(ReplyStatus, Reason)>,
}

impl Flight {
    fn of(craft: &Craft) -> Self {
        let mut flight = Self {
            desk: Desk::of(craft, 2000),
            plant: Plant::new(craft, 0.002, 42, &InitialState::default()).unwrap(),
            said: Vec::new(),
        };
        flight.run(50);
        flight.step(Some(Action::Arm));
        flight.run(50);
        flight.step(Some(Action::Hold));
        flight.run(500);
        assert_eq!(flight.desk.said(), []);
        flight.said.clear();
        flight
    }

    fn step(&mut self, action: Option<Action>) {
        self.plant.sense(&mut self.desk.feedback);
        self.desk.step(action);
        self.plant.command(&self.desk.outputs.command);
        self.said.extend(self.desk.said());
    }

    fn run(&mut self, ticks: u32) {
        for _ in 0..ticks {
            self.step(None);
        }
    }

    /// Until the burn is over; ticks.
    fn until_the_end(&mut self) -> u32 {
        let mut ticks = 0;
        while self.desk.outputs.mode == Mode::Burn {
            self.step(None);
            ticks += 1;
            assert!(ticks < 30_000, "no end: {:?}", self.said);
        }
        ticks
    }

    fn speed(&self) -> f64 {
        self.plant.truth().velocity_mps_world[0]
    }
}

fn burn(segments: &[Segment]) -> Action {
    let mut all = [Segment::IDLE; SEGMENTS_MAX];
    all[..segments.len()].copy_from_slice(segments);
    Action::Burn {
        segments: all,
        count: segments.len(),
    }
}

fn ahead(level: f64, duration_s: f64) -> Segment {
    Segment {
        level,
        duration_s,
        ..Segment::IDLE
    }
}

fn by_group(level: f64, duration_s: f64) -> Segment {
    Segment {
        target: Target::Group(Group {
            full: false,
            axis: Axis::Forward,
        }),
        ..ahead(level, duration_s)
    }
}

#[test]
fn a_burn_is_confirmed_when_its_speed_is_gained_and_ends_in_coast() {
    let mut flight = Flight::of(&flying());
    flight.step(Some(burn(&[ahead(0.5, 1.0)])));
    assert_eq!(flight.desk.outputs.mode, Mode::Burn);
    flight.until_the_end();
    assert_eq!(flight.desk.state(), (Mode::Coast, Reason::None));
    assert_eq!(flight.desk.outputs.burn, None);
    let said = [(Accepted, Reason::None), (EffectConfirmed, Reason::None)];
    assert_eq!(flight.said, said);
    let speed = flight.speed();
    let demanded = ahead_mps(&mut flight, 0.5, 1.0);
    assert!(
        (speed - demanded).abs() < 0.03 * demanded,
        "{speed}, not {demanded} m/s"
    );
}

/// What such a push should give.
fn ahead_mps(flight: &mut Flight, level: f64, duration_s: f64) -> f64 {
    let parts = flight.desk.controller.parts();
    let mode = qiki_command::AllocationMode::Adaptive;
    let ceiling_n = parts.allocation.ceiling(Vector3::x(), mode);
    level * ceiling_n * duration_s / (420.0 + parts.estimator.propellant_kg)
}

#[test]
fn thrust_is_demanded_while_it_burns_and_windows_may_end_for_three_quarters_of_a_second_after() {
    let mut flight = Flight::of(&flying());
    let since = |flight: &mut Flight| flight.desk.controller.parts().modes.since_burn;
    assert_eq!(since(&mut flight), u32::MAX);
    flight.step(Some(burn(&[ahead(0.5, 1.0)])));
    flight.run(5);
    assert_eq!(since(&mut flight), 0, "it pushes");
    flight.until_the_end();
    let ended = since(&mut flight);
    flight.run(10);
    assert_eq!(since(&mut flight), ended + 10);
    assert!(ended <= 1, "{ended}");
    flight.step(Some(Action::Hold));
    assert_eq!(
        since(&mut flight),
        u32::MAX,
        "that belongs to another motion"
    );
}

/// A window plans its pulses for 0.25 s; three of them may follow a push, while the craft drifts.
#[test]
fn windows_may_give_what_is_left_for_375_ticks_in_burn_and_coast_and_in_no_other_mode() {
    for (mode, since, burns) in [
        (Mode::Coast, 0, true),
        (Mode::Coast, 373, true),
        (Mode::Coast, 374, false),
        (Mode::Coast, u32::MAX, false),
        (Mode::Burn, 373, true),
        (Mode::Burn, 374, false),
        (Mode::Manoeuvre, 0, false),
        (Mode::Safe, 0, false),
    ] {
        let mut desk = Desk::armed();
        let feedback = desk.feedback;
        let parts = desk.controller.parts();
        (parts.modes.mode, parts.modes.since_burn) = (mode, since);
        let inputs = Inputs {
            tick: 100,
            period_ns: 2_000_000,
            feedback: &feedback,
            command: None,
        };
        let mut estimate = parts.estimate(&inputs);
        let decision = parts.decide(&inputs, &mut estimate);
        assert_eq!(decision.burns, burns, "{mode:?}, {since} ticks after");
    }
}

#[test]
fn a_segment_without_thrust_is_no_push() {
    let mut flight = Flight::of(&flying());
    let pause = ahead(0.0, 3.0);
    flight.step(Some(burn(&[ahead(0.5, 0.5), pause, ahead(0.5, 0.5)])));
    let mut longest = 0;
    for _ in 0..1500 {
        flight.step(None);
        longest = longest.max(flight.desk.controller.parts().modes.since_burn);
        assert_eq!(flight.desk.outputs.mode, Mode::Burn);
    }
    assert!((1000..1500).contains(&longest), "{longest} ticks");
}

#[test]
fn a_burn_that_gains_no_speed_is_late() {
    let mut desk = Desk::armed();
    desk.step(Some(burn(&[ahead(0.5, 0.5)])));
    let end = desk.ends(20_000);
    let (_, status, reason) = end.unwrap();
    assert_eq!((status, reason), (EffectTimeout, Reason::DeltaVMissed));
    assert_eq!(desk.state(), (Mode::Coast, Reason::None));
}

#[test]
fn a_group_that_loses_a_nozzle_is_given_up_and_refused_from_then_on() {
    let mut flight = Flight::of(&flying());
    flight.step(Some(burn(&[by_group(0.5, 4.0)])));
    assert!(flight.said.contains(&(Accepted, Reason::None)));
    flight.run(200);
    let pushing = flight.desk.outputs.command.on_time_us;
    let victim = (0..NOZZLES).find(|n| pushing[*n] > 0).unwrap();
    flight
        .plant
        .set_valve_fault(victim, ValveFault::StuckClosed, true)
        .unwrap();
    flight.until_the_end();
    let last = flight.said.last();
    assert_eq!(last, Some(&(Aborted, Reason::NozzleIsolated)));
    assert_eq!(flight.desk.outputs.mode, Mode::Coast);
    flight.step(Some(burn(&[by_group(0.5, 4.0)])));
    let last = flight.said.last();
    assert_eq!(last, Some(&(Rejected, Reason::NozzleIsolated)));
    // Anywhere in the profile.
    flight.step(Some(burn(&[ahead(0.5, 1.0), by_group(0.5, 1.0)])));
    let last = flight.said.last();
    assert_eq!(last, Some(&(Rejected, Reason::NozzleIsolated)));
    flight.step(Some(burn(&[ahead(0.5, 1.0)])));
    assert_eq!(flight.said.last(), Some(&(Accepted, Reason::None)));
}

#[test]
fn a_burn_that_waits_for_power_says_why_and_goes_on() {
    let mut flight = Flight::of(&flying());
    flight.step(Some(burn(&[ahead(0.5, 2.0)])));
    flight.run(200);
    flight.said.clear();
    let desk = &mut flight.desk;
    desk.feedback.supercap_soc = 0.1;
    desk.feedback.fresh = Fresh(u32::MAX);
    desk.step(None);
    assert_eq!(desk.said(), [(Inhibited, Reason::CapLow)]);
    desk.step(None);
    assert_eq!(desk.said(), [], "once");
    assert_eq!(desk.state(), (Mode::Burn, Reason::CapLow));
}

#[test]
fn what_a_plan_may_draw_and_why_it_is_no_more() {
    let mut desk = Desk::armed();
    let feedback = desk.feedback;
    let parts = desk.controller.parts();
    let context = parts.modes.flight_context();
    let mut estimate = parts.estimator.update(&feedback, 2_000_000, context);
    let low = 1 << RcsLimit::SupercapLow as u32;
    let other = !low;
    let table = [
        (None, 0, 30_000.0, Reason::PduPeakDenied),
        (None, other, 30_000.0, Reason::PduPeakDenied),
        (None, low, 30_000.0, Reason::CapLow),
        (None, u32::MAX, 30_000.0, Reason::CapLow),
        (
            Some(Reason::PowerTelemStale),
            0,
            0.0,
            Reason::PowerTelemStale,
        ),
        (
            Some(Reason::PowerTelemStale),
            low,
            0.0,
            Reason::PowerTelemStale,
        ),
        (Some(Reason::BatLow), 0, 0.0, Reason::BatLow),
    ];
    for (shortage, limits, power_w, reason) in table {
        estimate.power.limits = limits;
        estimate.power.available_w = 30_000.0;
        estimate.power.shortage = shortage;
        let (residual, pending) = (Vector3::new(1.0, 2.0, 3.0), Vector3::new(4.0, 5.0, 6.0));
        let now = burn_conditions(&estimate, &parts.allocation, 0.002, residual, pending);
        assert_eq!((now.power_w, now.power_reason), (power_w, reason));
        // The battery does not come back as a report or the supercapacitor does.
        let spent = shortage.filter(|reason| *reason == Reason::BatLow);
        assert_eq!(now.spent, spent);
        assert_eq!(
            (now.dt_s, now.residual_ns, now.pending_ns),
            (0.002, residual, pending)
        );
    }
}
