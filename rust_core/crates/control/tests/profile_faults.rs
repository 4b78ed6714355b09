//! Thrust profiles when something fails, lies or interrupts.

use qiki_control::GuardedController;

use crate::common::burns::*;
use crate::common::references::Results;
use crate::common::*;
use qiki_command::{Mode, Reason, ReplyStatus};
use qiki_craft::Fresh;
use qiki_messages::commands::{FlightMode, ThrustGroup};
use qiki_plant::{InitialState, ValveFault};

#[test]
fn a_group_without_one_of_its_nozzles_is_refused_or_given_up() {
    let ztt = [group(ThrustGroup::ZttForward, 0.5, 4.0)];
    let mut l = standing(&craft());
    l.plant
        .set_valve_fault(0, ValveFault::StuckClosed, true)
        .unwrap();
    let flown = fly(&mut l, &ztt);
    let last = flown.said.last();
    assert_eq!(last, Some(&(ReplyStatus::Aborted, Reason::NozzleIsolated)));
    assert_eq!(l.outputs.mode, Mode::Coast);
    let id = l.say(profile(ztt.to_vec()));
    assert_eq!(
        l.said(id),
        [(ReplyStatus::Rejected, Reason::NozzleIsolated)]
    );
    // Any direction is still had.
    let flown = fly(&mut l, &[segment(AHEAD, 0.3, 2.0)]);
    assert!(confirmed(&flown), "{flown:?}");
}

#[test]
fn a_nozzle_that_fails_in_a_push_costs_time_and_not_speed() {
    let mut results = Results::of("a_nozzle_that_fails_in_a_push_costs_time_and_not_speed");
    for (name, fault) in [
        ("stuck closed", ValveFault::StuckClosed),
        ("stuck open", ValveFault::StuckOpen),
    ] {
        let segments = [segment(AHEAD, 0.4, 3.0)];
        let said = on_paper(&craft(), &segments).unwrap();
        let mut l = standing(&craft());
        l.plant.set_valve_fault(14, fault, true).unwrap();
        let flown = fly(&mut l, &segments);
        assert_eq!(l.outputs.isolated, 1 << 14);
        // Against a valve that does not close the speed swings about what was asked for, and may
        // be outside of its tolerance for too long.
        assert!(confirmed(&flown) || fault == ValveFault::StuckOpen);
        let error = distance(flown.delta_v, said.total.delta_v_mps);
        assert!(error < promised_mps(&said), "{name}: {error} m/s");
        results.add(
            name,
            &[
                ("time", flown.time_s, "s"),
                ("error of speed", error, "m/s"),
                ("propellant used", flown.used_kg, "kg"),
                ("attitude error", flown.worst_rad, "rad"),
            ],
        );
    }
    results.assert_as_committed();
}

#[test]
fn nozzles_weaker_than_described_give_the_speed_all_the_same() {
    let mut weak = craft();
    for thruster in &mut weak.thrusters {
        thruster.thrust_max_n *= 0.9;
    }
    let segments = [segment(AHEAD, 0.6, 3.0)];
    let said = on_paper(&craft(), &segments).unwrap();
    let mut l = standing(&craft());
    let dt_s = 0.002;
    l.plant = qiki_plant::Plant::new(&weak, dt_s, 7, &InitialState::default()).unwrap();
    let flown = fly(&mut l, &segments);
    assert!(confirmed(&flown), "{flown:?}");
    let error = distance(flown.delta_v, said.total.delta_v_mps);
    assert!(error < promised_mps(&said), "{error} m/s: {flown:?}");
    let mut results = Results::of("nozzles_weaker_than_described_give_the_speed_all_the_same");
    let figures = [
        ("time", flown.time_s, "s"),
        ("error of speed", error, "m/s"),
    ];
    results.add("", &figures);
    results.assert_as_committed();
}

#[test]
fn lost_reports_of_valves_do_not_count_as_thrust_that_was_not_given() {
    let segments = [segment(AHEAD, 0.6, 3.0)];
    let said = on_paper(&craft(), &segments).unwrap();
    let mut l = standing(&craft());
    let id = l.say(profile(segments.to_vec()));
    let mut dice = Dice::new(3);
    while l.outputs.mode == Mode::Burn {
        l.deaf = Fresh(
            (0..4)
                .filter(|_| dice.unit() < 0.15)
                .fold(0, |bits, c| bits | Fresh::valves(c).0),
        );
        l.step(None);
    }
    l.deaf = Fresh::default();
    assert!(l.confirmed(id), "{:?}", l.said(id));
    let gained = l.plant.truth().velocity_mps_world;
    let error = distance(gained, said.total.delta_v_mps);
    assert!(error < promised_mps(&said), "{error} m/s");
    let mut results =
        Results::of("lost_reports_of_valves_do_not_count_as_thrust_that_was_not_given");
    results.add("", &[("error of speed", error, "m/s")]);
    results.assert_as_committed();
}

#[test]
fn a_push_whose_effect_is_not_seen_is_not_confirmed() {
    // The velocity sensor stands still while the craft does not, and is believed.
    let mut believing = craft();
    believe_all_sensors(&mut believing);
    let mut l = Loop::new(2000);
    l.controller = GuardedController::new(&believing, 2000).unwrap();
    let mut l = stand(l);
    let id = l.say(profile(vec![segment(AHEAD, 0.5, 1.0)]));
    let blind = l.feedback.velocity_mps_world;
    let mut seen = Vec::new();
    for _ in 0..l.ticks(40.0) {
        l.frozen_velocity = Some(blind);
        l.step(None);
        seen = l.said(id);
        if l.outputs.mode != Mode::Burn {
            break;
        }
    }
    let (status, reason) = seen.last().unwrap();
    assert_eq!(
        (*status, *reason),
        (ReplyStatus::EffectTimeout, Reason::DeltaVMissed)
    );
}

#[test]
fn brake_and_safe_interrupt_a_profile_at_once() {
    for (interrupt, mode) in [(brake(), Mode::Brake), (safe(), Mode::Safe)] {
        for at_s in [0.4, 3.4] {
            // The second moment is in the rest between two pieces.
            let mut l = standing(&craft());
            let id = l.say(profile(vec![segment(AHEAD, 1.0, 6.0)]));
            l.run(at_s);
            l.say(interrupt.clone());
            assert_eq!(l.outputs.mode, mode);
            assert_eq!(l.outputs.burn, None);
            let (status, _) = *l.said(id).last().unwrap();
            assert_eq!(status, ReplyStatus::Aborted);
            let speed = l.plant.truth().velocity_mps_world[0];
            l.run(0.5);
            let after = l.plant.truth().velocity_mps_world[0];
            assert!(after < speed + 0.02, "{mode:?}: {speed} m/s, then {after}");
        }
    }
}

#[test]
fn a_push_that_is_stopped_gives_no_more_than_what_is_open() {
    for interrupt in [stop_thrust(), mode(FlightMode::Coast)] {
        let mut l = standing(&craft());
        l.say(profile(vec![segment(AHEAD, 0.6, 30.0)]));
        l.run(1.0);
        l.say(interrupt);
        assert_eq!(l.outputs.mode, Mode::Coast);
        let speed = l.plant.truth().velocity_mps_world[0];
        l.run(1.5);
        let after = l.plant.truth().velocity_mps_world[0];
        // A shortest opening of all that was open, and the trim of the attitude.
        assert!(after < speed + 0.06, "{speed} m/s, then {after}");
    }
}
