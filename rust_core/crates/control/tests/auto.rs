//! AUTO: closed loop by the sets of the thrust map alone, and what happens when one breaks.

use crate::common::references::Results;
use crate::common::*;
use qiki_command::{AllocationMode, Mode, Reason};
use qiki_craft::geometry;
use qiki_craft::{Craft, LoopAllocation, NOZZLES};
use qiki_maps::{Direction, ThrustMap};
use qiki_messages::commands::AllocationMode::{Adaptive, Auto};
use qiki_messages::commands::BodyAxis;
use qiki_plant::{InitialState, ValveFault};

fn table() -> Craft {
    Craft::from_json(include_str!("../../craft/fixtures/dodeca-table.json")).unwrap()
}

fn map(craft: &Craft) -> ThrustMap {
    let g = geometry(craft);
    ThrustMap::new(&g.effectiveness, &g.thrust_max_n, &[17.5; NOZZLES]).unwrap()
}

/// Armed, in AUTO, holding.
fn auto(craft: &Craft) -> Loop {
    auto_from(craft, &InitialState::default())
}

fn auto_from(craft: &Craft, initial: &InitialState) -> Loop {
    let mut craft = craft.clone();
    craft.control.allocation_mode = LoopAllocation::Auto;
    let mut l = Loop::from(&craft, 2000, initial);
    l.run(0.1);
    l.say(arm());
    l.run(0.9);
    l.say(hold());
    assert_eq!(l.outputs.allocation_mode, AllocationMode::Auto);
    l
}

/// The crafts that AUTO is flown with, by their names.
fn crafts() -> [(&'static str, Craft); 2] {
    [("dodeca-01", craft()), ("dodeca-table", table())]
}

/// What the scenarios `station_keeping` and `auto_sets` ask of a hold and of a motion.
const HELD: (f64, f64) = (0.2, 2.0);
const FOLLOWED: (f64, f64) = (0.25, 4.0);

/// The worst errors of position (m) and attitude (rad) against the reference while it runs.
fn worst(l: &mut Loop, seconds: f64) -> (f64, f64) {
    let mut worst: (f64, f64) = (0.0, 0.0);
    for _ in 0..l.ticks(seconds) {
        l.step(None);
        let truth = l.plant.truth();
        worst.0 = worst.0.max(distance(
            truth.position_m_world,
            l.outputs.reference_position,
        ));
        worst.1 = worst
            .1
            .max(angle(truth.attitude_xyzw, l.outputs.reference_attitude));
    }
    worst
}

#[test]
fn auto_holds_a_pose() {
    let drifting = InitialState {
        velocity_mps_world: [0.05, -0.03, 0.02],
        rates_rps_body: [0.01, -0.005, 0.007],
        ..InitialState::default()
    };
    let mut results = Results::of("auto_holds_a_pose");
    for (name, craft) in crafts() {
        let mut l = auto_from(&craft, &drifting);
        l.run(10.0);
        let before = l.waves.pulses;
        let (position_m, attitude_rad) = worst(&mut l, 60.0);
        let (attitude_deg, pulses) = (attitude_rad.to_degrees(), l.waves.pulses - before);
        results.add(
            name,
            &[
                ("position error", position_m, "m"),
                ("attitude error", attitude_deg, "deg"),
                ("pulses", pulses as f64, ""),
            ],
        );
        assert!(pulses > 0, "it held by doing nothing");
        assert!(position_m < HELD.0, "{position_m} m");
        assert!(attitude_deg < HELD.1, "{attitude_deg} deg");
        assert_eq!(l.outputs.allocation_mode, AllocationMode::Auto);
        assert_eq!(l.outputs.mode, Mode::Manoeuvre);
    }
    results.assert_as_committed();
}

#[test]
fn auto_flies_a_translation_and_a_turn_at_once() {
    let mut results = Results::of("auto_flies_a_translation_and_a_turn_at_once");
    for (name, craft) in crafts() {
        let mut l = auto(&craft);
        let goal = [4.0, -2.0, 1.0];
        let attitude = turn([0.6, 0.0, 0.8], 1.2);
        l.say(go_to(goal));
        let id = l.say(turn_to(attitude));
        let (position_m, attitude_rad) = worst(&mut l, 40.0);
        let attitude_deg = attitude_rad.to_degrees();
        let miss = distance(l.plant.truth().position_m_world, goal);
        let off = angle(l.plant.truth().attitude_xyzw, attitude);
        results.add(
            name,
            &[
                ("position error", position_m, "m"),
                ("attitude error", attitude_deg, "deg"),
                ("miss", miss, "m"),
                ("miss of the turn", off, "rad"),
                ("propellant left", l.plant.propellant_kg(), "kg"),
            ],
        );
        assert!(position_m < FOLLOWED.0, "{position_m} m");
        assert!(attitude_deg < FOLLOWED.1, "{attitude_deg} deg");
        assert!(l.confirmed(id));
        assert!(miss < HELD_M, "{miss} m");
        assert!(off < HELD_RAD, "{off} rad");
        assert_eq!(l.outputs.allocation_mode, AllocationMode::Auto);
    }
    results.assert_as_committed();
}

/// Nozzles of the sets of the directions that a wrench has a part along.
fn of_sets(map: &ThrustMap, asked: &[f64; 6]) -> u16 {
    asked.iter().enumerate().fold(0, |mask, (axis, amount)| {
        let direction = Direction::of(axis, *amount);
        let sets = map.economy(direction).nozzles | map.full(direction).nozzles;
        mask | if *amount == 0.0 { 0 } else { sets }
    })
}

#[test]
fn only_nozzles_of_the_sets_asked_for_are_given_thrust_and_only_they_open() {
    let craft = table();
    let map = map(&craft);
    let mut l = auto(&craft);
    let script = [
        go_to([3.0, 0.0, 0.0]),
        fire(BodyAxis::Up, 0.3, 1.0),
        turn_to(turn([0.0, 0.0, 1.0], 0.8)),
        brake(),
    ];
    let (mut opened, mut idle, mut last) = (0, 0, 0_u16);
    for action in script {
        l.say(action);
        for _ in 0..l.ticks(6.0) {
            l.step(None);
            let sets = of_sets(&map, &l.outputs.wrench_demanded);
            for n in 0..NOZZLES {
                let thrust_n = l.outputs.allocation.thrust_n[n];
                let open = l.outputs.command.on_time_us[n] > 0;
                if sets >> n & 1 == 0 {
                    assert_eq!(
                        thrust_n, 0.0,
                        "nozzle {n} for {:?}",
                        l.outputs.wrench_demanded
                    );
                    idle += 1;
                }
                if open && last >> n & 1 == 0 {
                    assert!(thrust_n > 0.0, "nozzle {n} opened without thrust");
                    opened += 1;
                }
                last = last & !(1 << n) | u16::from(open) << n;
            }
        }
    }
    let mut results =
        Results::of("only_nozzles_of_the_sets_asked_for_are_given_thrust_and_only_they_open");
    results.add(
        "",
        &[
            ("openings", f64::from(opened), ""),
            ("nozzle ticks outside of the sets", f64::from(idle), ""),
        ],
    );
    results.assert_as_committed();
}

#[test]
fn a_pure_push_in_auto_fires_the_set_of_its_axis_as_one() {
    let craft = table();
    let map = map(&craft);
    let mut l = auto(&craft);
    // Along +Z the craft of the table has one set, with all four nozzles at full thrust.
    let up = map.economy(Direction::of(2, 1.0));
    assert_eq!(up.nozzles, 0xF000);
    l.say(fire(BodyAxis::Up, 1.0, 1.0));
    let mut together = 0;
    for _ in 0..l.ticks(0.3) {
        l.step(None);
        let open = l.outputs.command.on_time_us;
        together += u32::from(open[12..].iter().all(|us| *us > 0));
    }
    let allocated_n = l.outputs.allocation.wrench[2];
    let mut results = Results::of("a_pure_push_in_auto_fires_the_set_of_its_axis_as_one");
    results.add(
        "",
        &[
            ("ticks with all four open", f64::from(together), ""),
            ("ceiling of the set", up.ceiling, "N"),
            ("force allocated", allocated_n, "N"),
        ],
    );
    results.assert_as_committed();
    assert!(allocated_n < up.ceiling * (1.0 + 1e-9), "{allocated_n} N");
}

#[test]
fn a_broken_set_sends_the_loop_to_adaptive_and_arming_anew_brings_auto_back() {
    let mut l = auto(&craft());
    l.plant
        .set_valve_fault(3, ValveFault::StuckClosed, true)
        .unwrap();
    l.say(go_to([3.0, 2.0, 1.0]));
    l.until("isolated", 20.0, |l| l.outputs.isolated == 1 << 3);
    assert_eq!(l.outputs.allocation_requested, AllocationMode::Auto);
    assert_eq!(l.outputs.allocation_mode, AllocationMode::Adaptive);
    assert_eq!(l.outputs.allocation_reason, Reason::ThrustMapMissing);
    assert_eq!(l.outputs.mode, Mode::Manoeuvre, "and it flies on");
    l.run(20.0);
    assert!(distance(l.plant.truth().position_m_world, [3.0, 2.0, 1.0]) < HELD_M);
    l.plant
        .set_valve_fault(3, ValveFault::StuckClosed, false)
        .unwrap();
    l.say(arm());
    assert_eq!(l.outputs.isolated, 0);
    assert_eq!(l.outputs.allocation_mode, AllocationMode::Auto);
    assert_eq!(l.outputs.allocation_reason, Reason::None);
    l.run(10.0);
    assert_eq!(l.outputs.allocation_mode, AllocationMode::Auto);
}

#[test]
fn what_no_set_can_make_up_for_is_adaptive_too() {
    let mut l = auto(&craft());
    l.plant
        .set_valve_fault(5, ValveFault::StuckOpen, true)
        .unwrap();
    l.until("isolated", 5.0, |l| l.outputs.isolated == 1 << 5);
    assert_eq!(l.outputs.allocation_mode, AllocationMode::Adaptive);
    assert_eq!(l.outputs.allocation_reason, Reason::ValveFault);
}

#[test]
fn the_mode_is_chosen_in_flight_and_stays_chosen() {
    let mut l = Loop::armed(2000);
    assert_eq!(l.outputs.allocation_mode, AllocationMode::Adaptive);
    l.say(hold());
    for (mode, expected) in [
        (Auto, AllocationMode::Auto),
        (Adaptive, AllocationMode::Adaptive),
    ] {
        let id = l.say(allocation(mode, false));
        assert!(l.confirmed(id));
        assert_eq!(l.outputs.allocation_mode, expected);
        assert_eq!(l.outputs.mode, Mode::Manoeuvre, "what is flown goes on");
        l.run(3.0);
        assert_eq!(l.outputs.allocation_requested, expected);
    }
}

#[test]
fn auto_stops_a_tumble_that_asks_for_more_than_its_sets_give() {
    let tumbling = InitialState {
        velocity_mps_world: [0.8, -0.6, 0.5],
        rates_rps_body: [0.3, -0.25, 0.3],
        ..InitialState::default()
    };
    let mut craft = craft();
    craft.control.allocation_mode = LoopAllocation::Auto;
    let mut l = Loop::from(&craft, 2000, &tumbling);
    l.run(0.1);
    l.say(arm());
    let id = l.say(brake());
    let took_s = l.until("still", 25.0, |l| l.confirmed(id));
    assert_eq!(l.outputs.allocation_mode, AllocationMode::Auto);
    let mut results = Results::of("auto_stops_a_tumble_that_asks_for_more_than_its_sets_give");
    results.add("", &[("time", took_s, "s")]);
    results.assert_as_committed();
}
