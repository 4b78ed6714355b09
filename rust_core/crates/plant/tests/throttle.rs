//! A throttled nozzle: thrust follows its level, and so do power and what it reports.

use crate::common::{CLOSED, DT_S, at_rest, craft, only};
use qiki_craft::{Craft, NOZZLES, ValveCommand};
use qiki_plant::{Plant, ValveFault};

const NOZZLE: usize = 6;
const EXHAUST_MPS: f64 = 60.0 * 9.80665;

/// Every nozzle throttled.
fn throttled(open_delay_s: f64, close_delay_s: f64, rise_s: f64, fall_s: f64) -> Craft {
    let mut craft = craft();
    craft.mass.isp_s = 60.0;
    for thruster in &mut craft.thrusters {
        (thruster.open_delay_s, thruster.close_delay_s) = (open_delay_s, close_delay_s);
        (thruster.rise_s, thruster.fall_s) = (rise_s, fall_s);
        thruster.throttleable = true;
    }
    craft
}

fn at(level: f64) -> [f64; NOZZLES] {
    only(NOZZLE, level * DT_S)
}

/// Impulse over full thrust so far, s.
fn impulse_s(plant: &Plant, craft: &Craft) -> f64 {
    let burnt_kg = craft.mass.propellant_kg - plant.propellant_kg();
    burnt_kg * EXHAUST_MPS / craft.thrusters[NOZZLE].thrust_max_n
}

#[test]
fn a_level_is_the_thrust_for_the_whole_tick() {
    let craft = throttled(0.0, 0.0, 0.0, 0.0);
    let (mut plant, mut expected) = (at_rest(&craft), 0.0);
    for level in [0.25, 1.0, 0.001, 0.0, 0.6] {
        plant.step(&at(level));
        expected += level * DT_S;
        assert!((impulse_s(&plant, &craft) - expected).abs() < 1e-14);
        let share_us = plant.open_time_us()[NOZZLE];
        assert_eq!(f64::from(share_us), (level * 2000.0).round());
        assert_eq!(plant.valve_open()[NOZZLE], level > 0.0);
    }
}

#[test]
fn a_level_acts_after_the_delay_and_the_thrust_slews_to_it() {
    // 60 % of full thrust takes 60 % of the slope.
    let (open, close, rise, fall) = (0.0053, 0.0041, 0.0087, 0.0062);
    let craft = throttled(open, close, rise, fall);
    let mut plant = at_rest(&craft);
    let mut expected = 0.0;
    let mut last = 0.0;
    // Each level lasts for 40 ms, longer than delay and slope.
    for level in [0.6, 0.9, 0.3, 0.5, 0.0] {
        for _ in 0..20 {
            plant.step(&at(level));
        }
        let change: f64 = level - last;
        let (delay, slope) = if change > 0.0 {
            (open, rise)
        } else {
            (close, fall)
        };
        expected += level * 20.0 * DT_S - change * (delay + 0.5 * change.abs() * slope);
        last = level;
        let got = impulse_s(&plant, &craft);
        assert!(
            (got - expected).abs() < 1e-12,
            "{level}: {got}, not {expected}"
        );
    }
}

#[test]
fn shares_of_the_opening_add_up_to_the_commanded_ones_when_the_delays_are_equal() {
    let mut plant = at_rest(&throttled(0.0043217, 0.0043217, 0.008, 0.008));
    let (mut commanded, mut measured) = (0u64, 0u64);
    for tick in 0..5000u32 {
        let on_us = if tick < 4990 { tick * 977 % 2001 } else { 0 };
        let mut command = ValveCommand {
            armed: true,
            ..ValveCommand::default()
        };
        command.on_time_us[NOZZLE] = on_us;
        plant.command(&command);
        commanded += u64::from(on_us);
        measured += u64::from(plant.open_time_us()[NOZZLE]);
    }
    assert_eq!(measured, commanded);
}

#[test]
fn power_goes_with_the_level() {
    let craft = throttled(0.0, 0.0, 0.0, 0.0);
    for level in [0.0, 0.25, 1.0] {
        let mut plant = at_rest(&craft);
        for _ in 0..20 {
            plant.step(&at(level));
        }
        let thruster = &craft.thrusters[NOZZLE];
        let expected_w = level * thruster.power_w_per_n * thruster.thrust_max_n;
        let supplied_w = plant.power().rcs_w;
        assert!(
            (supplied_w - expected_w).abs() < 1e-9,
            "{supplied_w} W at {level}"
        );
    }
}

#[test]
fn a_fault_holds_it_at_one_of_its_ends() {
    let craft = throttled(0.0, 0.0, 0.0, 0.0);
    for (fault, share_us) in [(ValveFault::StuckClosed, 0), (ValveFault::StuckOpen, 2000)] {
        let mut plant = at_rest(&craft);
        plant.set_valve_fault(NOZZLE, fault, true).unwrap();
        for _ in 0..5 {
            plant.step(&at(0.5));
            assert_eq!(plant.open_time_us()[NOZZLE], share_us);
        }
        plant.set_valve_fault(NOZZLE, fault, false).unwrap();
        plant.step(&at(0.5));
        assert_eq!(plant.open_time_us()[NOZZLE], 1000);
        plant.step(&CLOSED);
        assert_eq!(plant.open_time_us()[NOZZLE], 0);
    }
}

#[test]
fn beside_it_a_nozzle_that_is_on_or_off_keeps_the_edge_rule() {
    let mut craft = throttled(0.0, 0.0, 0.0, 0.0);
    craft.thrusters[3].throttleable = false;
    let mut plant = at_rest(&craft);
    let mut open = Vec::new();
    for on_s in [0.0005, DT_S, 0.0005, 0.0] {
        let mut on = CLOSED;
        (on[3], on[NOZZLE]) = (on_s, on_s);
        plant.step(&on);
        open.push((plant.valve_open()[3], plant.valve_open()[NOZZLE]));
        assert_eq!(plant.open_time_us()[3], plant.open_time_us()[NOZZLE]);
    }
    // The one has closed inside the third tick, the other is a quarter open to its end.
    let expected = [(true, true), (true, true), (false, true), (false, false)];
    assert_eq!(open, expected);
}

#[test]
fn levels_that_change_in_every_tick_allocate_nothing() {
    let mut plant = at_rest(&throttled(0.0071, 0.0023, 0.004, 0.004));
    let counted = allocation_counter::measure(|| {
        for tick in 0..2000u32 {
            plant.step(&at(f64::from(tick * 977 % 2001) / 2000.0));
        }
    });
    assert_eq!(counted.count_total, 0);
}
