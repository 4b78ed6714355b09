//! One valve: impulse of a pulse, delays, faults, and what its position switch reports.
//!
//! The impulse is read off the tank: propellant burnt times exhaust speed.

use crate::common::{CLOSED, DT_S, at_rest, craft, only};
use qiki_craft::{Craft, Feedback, NodeState, ValveCommand};
use qiki_plant::{Plant, PlantError, ValveFault};

const NOZZLE: usize = 6;
const EXHAUST_MPS: f64 = 60.0 * 9.80665;

fn slow_valves(open_delay_s: f64, close_delay_s: f64, rise_s: f64, fall_s: f64) -> Craft {
    let mut craft = craft();
    craft.mass.isp_s = 60.0;
    for thruster in &mut craft.thrusters {
        (thruster.open_delay_s, thruster.close_delay_s) = (open_delay_s, close_delay_s);
        (thruster.rise_s, thruster.fall_s) = (rise_s, fall_s);
    }
    craft
}

/// Opens `first_s` before the end of a tick, stays open for `whole` ticks and closes `last_s`
/// into the next one; then waits until everything has died away. Impulse over full thrust, s.
fn pulse(craft: &Craft, first_s: f64, whole: u32, last_s: f64) -> f64 {
    let mut plant = at_rest(craft);
    plant.step(&only(NOZZLE, first_s));
    for _ in 0..whole {
        plant.step(&only(NOZZLE, DT_S));
    }
    plant.step(&only(NOZZLE, last_s));
    for _ in 0..100 {
        plant.step(&CLOSED);
    }
    let burnt_kg = craft.mass.propellant_kg - plant.propellant_kg();
    burnt_kg * EXHAUST_MPS / craft.thrusters[NOZZLE].thrust_max_n
}

#[test]
fn impulse_of_a_long_pulse_is_the_closed_form_wherever_its_edges_fall() {
    let (open, close, rise, fall) = (0.0053, 0.0041, 0.0087, 0.0062);
    let craft = slow_valves(open, close, rise, fall);
    for step in 0..20 {
        let (first, last) = (0.0001 * f64::from(step), 0.0019 - 0.00007 * f64::from(step));
        if first == 0.0 {
            continue;
        }
        let on = first + 15.0 * DT_S + last;
        let expected = on + close - open - 0.5 * rise + 0.5 * fall;
        let got = pulse(&craft, first, 15, last);
        assert!((got - expected).abs() < 1e-13, "{got} s, not {expected} s");
    }
}

#[test]
fn impulse_of_a_pulse_too_short_for_full_thrust_is_that_of_two_triangles() {
    let (rise, fall) = (0.012, 0.009);
    let craft = slow_valves(0.004, 0.004, rise, fall);
    for (first, whole, last) in [(0.0013, 1, 0.0004), (0.002, 0, 0.0011), (0.0007, 3, 0.0)] {
        let on = first + f64::from(whole) * DT_S + last;
        let peak = on / rise;
        let expected = 0.5 * peak * on + 0.5 * peak * peak * fall;
        let got = pulse(&craft, first, whole, last);
        assert!((got - expected).abs() < 1e-13, "{got} s, not {expected} s");
    }
}

#[test]
fn instant_valves_give_exactly_the_commanded_on_time() {
    let got = pulse(&slow_valves(0.0, 0.0, 0.0, 0.0), 0.0012, 2, 0.0003);
    assert!((got - 0.0055).abs() < 1e-14);
}

#[test]
fn a_valve_opens_only_when_its_delay_has_passed() {
    let mut plant = at_rest(&slow_valves(0.005, 0.005, 0.0, 0.0));
    let mut open = Vec::new();
    for _ in 0..4 {
        plant.step(&only(NOZZLE, DT_S));
        open.push(plant.open_time_us()[NOZZLE]);
    }
    assert_eq!(open, [0, 0, 1000, 2000]);
}

#[test]
fn a_close_that_overtakes_its_open_keeps_the_valve_closed() {
    // Opens after 10 ms and closes after 1 ms: a command of 4 ms never moves it.
    assert_eq!(
        pulse(&slow_valves(0.010, 0.001, 0.0, 0.0), 0.002, 0, 0.002),
        0.0
    );
}

#[test]
fn open_times_add_up_to_the_commanded_on_times_when_the_delays_are_equal() {
    let mut plant = at_rest(&slow_valves(0.0043217, 0.0043217, 0.008, 0.008));
    let (mut commanded, mut measured) = (0u64, 0u64);
    for pulse in 0..200u32 {
        let (first, last) = (1 + (pulse * 37) % 2000, (pulse * 61) % 2000);
        for (ticks, on_us) in [(1, first), (16, 2000), (1, last), (20, 0)] {
            for _ in 0..ticks {
                let mut command = ValveCommand {
                    armed: true,
                    ..ValveCommand::default()
                };
                command.on_time_us[NOZZLE] = on_us;
                plant.command(&command);
                commanded += u64::from(on_us);
                measured += u64::from(plant.open_time_us()[NOZZLE]);
            }
        }
    }
    assert_eq!(measured, commanded);
}

#[test]
fn unarmed_commands_close_the_valves() {
    let mut plant = at_rest(&slow_valves(0.0, 0.0, 0.0, 0.0));
    let mut command = ValveCommand {
        armed: true,
        on_time_us: [2000; 16],
    };
    plant.command(&command);
    assert_eq!(plant.open_time_us(), [2000; 16]);
    command.armed = false;
    plant.command(&command);
    assert_eq!(plant.open_time_us(), [0; 16]);
    let mut feedback = qiki_craft::Feedback::default();
    plant.sense(&mut feedback);
    assert_eq!(feedback.node_state, [NodeState::Silent; 4]);
}

#[test]
fn the_whole_period_is_open_even_where_it_is_no_whole_number_of_microseconds() {
    let craft = slow_valves(0.0, 0.0, 0.0, 0.0);
    let mut plant =
        Plant::new(&craft, 1.0 / 300.0, 0, &qiki_plant::InitialState::default()).unwrap();
    let mut total_us = 0;
    for _ in 0..300 {
        plant.command(&ValveCommand {
            armed: true,
            on_time_us: [3333; 16],
        });
        total_us += plant.open_time_us()[0];
        assert!(plant.valve_open()[0]);
    }
    assert_eq!(total_us, 1_000_000);
}

#[test]
fn a_valve_stuck_closed_gives_no_thrust_and_reports_no_open_time() {
    let craft = slow_valves(0.0, 0.0, 0.0, 0.0);
    let mut plant = at_rest(&craft);
    plant
        .set_valve_fault(NOZZLE, ValveFault::StuckClosed, true)
        .unwrap();
    plant.step(&only(NOZZLE, DT_S));
    assert_eq!(plant.propellant_kg(), craft.mass.propellant_kg);
    assert_eq!(plant.open_time_us()[NOZZLE], 0);
    assert!(!plant.valve_open()[NOZZLE]);
    plant
        .set_valve_fault(NOZZLE, ValveFault::StuckClosed, false)
        .unwrap();
    plant.step(&only(NOZZLE, DT_S));
    assert_eq!(
        plant.open_time_us()[NOZZLE],
        2000,
        "repaired, it follows its command again"
    );
}

#[test]
fn a_valve_stuck_open_burns_without_a_command_and_says_so() {
    let craft = slow_valves(0.0, 0.0, 0.0, 0.0);
    let mut plant = at_rest(&craft);
    plant
        .set_valve_fault(NOZZLE, ValveFault::StuckOpen, true)
        .unwrap();
    for _ in 0..10 {
        plant.step(&CLOSED);
        assert_eq!(plant.open_time_us()[NOZZLE], 2000);
    }
    let impulse_s = (craft.mass.propellant_kg - plant.propellant_kg()) * EXHAUST_MPS / 260.0;
    assert!((impulse_s - 0.02).abs() < 1e-12);
    plant
        .set_valve_fault(NOZZLE, ValveFault::StuckOpen, false)
        .unwrap();
    plant.step(&CLOSED);
    assert!(!plant.valve_open()[NOZZLE]);
}

/// What a valve does and what its sensor says, each over 10 ticks, of on-time commanded or not.
fn done_and_said(fault: ValveFault, commanded: bool) -> (f64, u32) {
    let craft = slow_valves(0.0, 0.0, 0.0, 0.0);
    let mut plant = at_rest(&craft);
    plant.set_valve_fault(NOZZLE, fault, true).unwrap();
    let mut said_us = 0;
    for _ in 0..10 {
        plant.step(&only(NOZZLE, if commanded { DT_S } else { 0.0 }));
        said_us += plant.open_time_us()[NOZZLE];
    }
    let burnt_kg = craft.mass.propellant_kg - plant.propellant_kg();
    let thrust_s = burnt_kg * EXHAUST_MPS / craft.thrusters[NOZZLE].thrust_max_n;
    (thrust_s, said_us)
}

#[test]
fn a_sensor_can_say_what_its_valve_does_not_do() {
    for (fault, commanded, thrust_s, said_us) in [
        (ValveFault::StuckClosedUnseen, true, 0.0, 20_000),
        (ValveFault::StuckClosedUnseen, false, 0.0, 0),
        (ValveFault::StuckOpenUnseen, false, 0.02, 0),
        (ValveFault::StuckOpenUnseen, true, 0.02, 20_000),
        (ValveFault::SensorClosed, true, 0.02, 0),
        (ValveFault::SensorClosed, false, 0.0, 0),
        (ValveFault::SensorOpen, false, 0.0, 20_000),
        (ValveFault::SensorOpen, true, 0.02, 20_000),
    ] {
        let (thrust, said) = done_and_said(fault, commanded);
        assert!(
            (thrust - thrust_s).abs() < 1e-12,
            "{fault:?}: {thrust} s of thrust"
        );
        assert_eq!(said, said_us, "{fault:?}, commanded {commanded}");
    }
}

/// What the valve does and says in one tick, commanded open and commanded closed: whether it gives
/// thrust, and its reported open time in µs. The valve follows its command at once.
fn behaviour(plant: &mut Plant) -> [(bool, u32); 2] {
    [DT_S, 0.0].map(|on_s| {
        let before_kg = plant.propellant_kg();
        plant.step(&only(NOZZLE, on_s));
        (
            plant.propellant_kg() < before_kg,
            plant.open_time_us()[NOZZLE],
        )
    })
}

/// The same with these faults, begun one after the other.
fn behaviour_with(faults: &[ValveFault]) -> [(bool, u32); 2] {
    let mut plant = at_rest(&slow_valves(0.0, 0.0, 0.0, 0.0));
    for fault in faults {
        plant.set_valve_fault(NOZZLE, *fault, true).unwrap();
    }
    behaviour(&mut plant)
}

#[test]
fn each_fault_lasts_to_its_own_end_whatever_begins_and_ends_meanwhile() {
    for first in ValveFault::ALL {
        for second in ValveFault::ALL {
            for (ends, stays) in [(first, second), (second, first)] {
                let mut plant = at_rest(&slow_valves(0.0, 0.0, 0.0, 0.0));
                plant.set_valve_fault(NOZZLE, first, true).unwrap();
                plant.set_valve_fault(NOZZLE, second, true).unwrap();
                plant.set_valve_fault(NOZZLE, ends, false).unwrap();
                let case = format!("{first:?}, {second:?}, without {ends:?}");
                assert_eq!(behaviour(&mut plant), behaviour_with(&[stays]), "{case}");
                plant.set_valve_fault(NOZZLE, stays, false).unwrap();
                assert_eq!(behaviour(&mut plant), behaviour_with(&[]), "{case}");
            }
        }
    }
}

#[test]
fn of_faults_that_do_the_same_thing_the_one_that_began_last_counts() {
    use ValveFault::{
        SensorClosed, SensorOpen, StuckClosed, StuckClosedUnseen, StuckOpen, StuckOpenUnseen,
    };
    let (opens, closes) = ([(true, 2000); 2], [(false, 0); 2]);
    assert_eq!(behaviour_with(&[StuckClosed, StuckOpen]), opens);
    assert_eq!(behaviour_with(&[StuckOpen, StuckClosed]), closes);
    assert_eq!(behaviour_with(&[StuckOpen, StuckClosed, StuckOpen]), opens);
    // A valve and its sensor break apart from each other.
    let stuck_and_lies = [(false, 2000); 2];
    assert_eq!(behaviour_with(&[StuckClosed, SensorOpen]), stuck_and_lies);
    assert_eq!(behaviour_with(&[SensorOpen, StuckClosed]), stuck_and_lies);
    let lies_last = behaviour_with(&[StuckOpenUnseen, SensorClosed]);
    assert_eq!(lies_last, [(true, 0); 2]);
    let unseen = [(false, 2000), (false, 0)];
    assert_eq!(behaviour_with(&[SensorClosed, StuckClosedUnseen]), unseen);
}

#[test]
fn the_end_of_a_fault_that_is_not_on_changes_nothing() {
    let mut plant = at_rest(&slow_valves(0.0, 0.0, 0.0, 0.0));
    plant
        .set_valve_fault(NOZZLE, ValveFault::StuckOpen, false)
        .unwrap();
    plant
        .set_valve_fault(NOZZLE, ValveFault::StuckOpen, true)
        .unwrap();
    assert_eq!(behaviour(&mut plant), [(true, 2000); 2]);
}

#[test]
fn every_fault_has_a_name() {
    for (name, fault) in [
        ("stuck_closed", ValveFault::StuckClosed),
        ("stuck_open", ValveFault::StuckOpen),
        ("stuck_closed_unseen", ValveFault::StuckClosedUnseen),
        ("stuck_open_unseen", ValveFault::StuckOpenUnseen),
        ("sensor_closed", ValveFault::SensorClosed),
        ("sensor_open", ValveFault::SensorOpen),
    ] {
        assert_eq!(ValveFault::from_name(name), Some(fault));
    }
    assert_eq!(ValveFault::from_name("meteorite"), None);
}

#[test]
fn a_nozzle_that_is_not_there_is_refused() {
    let mut plant = at_rest(&craft());
    let error = plant
        .set_valve_fault(16, ValveFault::StuckOpen, true)
        .unwrap_err();
    assert_eq!(error, PlantError::Nozzle(16));
    assert_eq!(error.to_string(), "plant: nozzle 16 given, needs 0 to 15");
}

#[test]
fn an_on_time_that_is_the_period_but_for_rounding_is_the_period() {
    let craft = slow_valves(0.004, 0.004, 0.0, 0.0);
    for (whole, nothing) in [
        (DT_S, 0.0),
        (DT_S.next_down(), f64::MIN_POSITIVE),
        (DT_S - 0.9e-9, 0.9e-9),
        (DT_S + 1e-3, -1e-3),
    ] {
        let mut plant = at_rest(&craft);
        plant.step(&only(NOZZLE, nothing));
        for _ in 0..20 {
            plant.step(&only(NOZZLE, whole));
        }
        let mut feedback = Feedback::default();
        plant.sense(&mut feedback);
        let open_us = feedback.open_time_us[NOZZLE];
        assert_eq!(
            open_us, 2000,
            "{whole:e}: closed and opened anew in every tick"
        );
    }
}
