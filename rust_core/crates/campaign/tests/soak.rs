//! Random commands of every kind with random arguments: whatever is asked for, no cluster trips, the
//! battery never runs empty and the guard finds nothing.

use crate::common::references::Results;
use crate::motion::{Dice, unit};
use nalgebra::ComplexField;
use qiki_command::{AllocationMode, Mode};
use qiki_control::{GuardedController, Inputs, Outputs};
use qiki_craft::{Craft, Feedback};
use qiki_messages::command_from_message;
use qiki_messages::commands::{self as wire, command::Action};
use qiki_plant::{InitialState, Plant};
use qiki_power::Fault;

const SHORT: u64 = 40;
const LONG: u64 = 2000;
/// 200 and 500 Hz.
const PERIODS_US: [u32; 2] = [5000, 2000];
/// Between two commands, s: from one that cuts the last one short to one that lets it end.
const PAUSES_S: [f64; 4] = [0.05, 0.5, 3.0, 12.0];

fn bots() -> [Craft; 2] {
    let read = |json| Craft::from_json(json).expect("a craft");
    [
        read(include_str!("../../craft/fixtures/dodeca-01.json")),
        read(include_str!("../../craft/fixtures/dodeca-table.json")),
    ]
}

/// Charges, temperatures and tank that a long flight may leave: nothing below the reserve, and no
/// cluster that has tripped.
fn used(bot: &Craft, dice: &mut Dice) -> Craft {
    let mut craft = bot.clone();
    craft.power.battery_soc_init = dice.between(0.07, 0.5);
    craft.power.supercap_soc_init = dice.between(0.0, 1.0);
    craft.mass.propellant_kg = dice.between(0.05, 12.0);
    for node in &mut craft.thermal.nodes {
        if node.name.starts_with("rcs_c") {
            node.init_c = dice.between(-20.0, 115.0);
        }
    }
    craft
}

/// What must not happen, and how near it came.
#[derive(Debug, Default)]
struct Seen {
    cluster_trips: u64,
    batteries_empty: u64,
    guard_trips: u64,
    hottest_c: f64,
    /// Flights in which a cluster was derated; in which power was short of a boost.
    hot: u64,
    short_of_power: u64,
}

impl Seen {
    fn add(&mut self, other: &Self) {
        self.cluster_trips += other.cluster_trips;
        self.batteries_empty += other.batteries_empty;
        self.guard_trips += other.guard_trips;
        self.hottest_c = self.hottest_c.max(other.hottest_c);
        self.hot += other.hot;
        self.short_of_power += other.short_of_power;
    }
}

fn pick<T: Copy>(dice: &mut Dice, of: &[T]) -> T {
    of[dice.between(0.0, of.len() as f64) as usize]
}

fn position(dice: &mut Dice) -> Option<wire::Vector3> {
    let far_m = pick(dice, &[0.5, 5.0, 1000.0]);
    let [x, y, z] = dice.vector(far_m);
    Some(wire::Vector3 { x, y, z })
}

fn attitude(dice: &mut Dice) -> Option<wire::Quaternion> {
    let [x, y, z] = unit(dice.vector(1.0));
    let (sin, w) = ComplexField::sin_cos(dice.between(-1.6, 1.6));
    let [x, y, z] = [x * sin, y * sin, z * sin];
    Some(wire::Quaternion { x, y, z, w })
}

/// Full as often as not.
fn level(dice: &mut Dice) -> f64 {
    dice.between(0.0, 2.0).min(1.0)
}

fn duration_s(dice: &mut Dice) -> f64 {
    let most_s = pick(dice, &[0.2, 3.0, 60.0]);
    dice.between(0.01, most_s)
}

fn segment(dice: &mut Dice) -> wire::ThrustSegment {
    let duration_s = duration_s(dice);
    let [x, y, z] = unit(dice.vector(1.0));
    let by_group = dice.between(0.0, 1.0) < 0.4;
    wire::ThrustSegment {
        duration_s,
        level_ratio: level(dice),
        direction_body: (!by_group).then_some(wire::Vector3 { x, y, z }),
        ramp_in_s: pick(dice, &[0.0, 0.4]) * duration_s,
        ramp_out_s: pick(dice, &[0.0, 0.4]) * duration_s,
        group: if by_group {
            dice.between(1.0, 13.0) as i32
        } else {
            0
        },
    }
}

/// Nozzles of one cluster, or any.
fn nozzles(dice: &mut Dice) -> Vec<u32> {
    let cluster = dice.between(0.0, 8.0) as u32;
    let share = dice.between(0.1, 1.0);
    let named = |n: &u32| cluster > 3 || n / 4 == cluster;
    let of: Vec<u32> = (0..16).filter(named).collect();
    let some = of.iter().filter(|_| dice.between(0.0, 1.0) < share);
    some.copied().collect()
}

/// One of the commands of the grammar, weighted so that the craft mostly flies.
fn action(dice: &mut Dice, seen: &Outputs) -> Action {
    let by_hand = seen.allocation_requested == AllocationMode::ManualOverride;
    let kind = match seen.mode {
        Mode::Safe if dice.between(0.0, 1.0) < 0.7 => 20,
        Mode::Idle if dice.between(0.0, 1.0) < 0.5 => 0,
        _ if by_hand && dice.between(0.0, 1.0) < 0.8 => 18,
        _ => dice.between(0.0, 20.0) as u32,
    };
    match kind {
        0 => Action::Arm(wire::Arm {}),
        1 => Action::HoldPose(wire::HoldPose {}),
        2 => Action::Brake(wire::Brake {}),
        3 => Action::StopThrust(wire::StopThrust {}),
        4 if dice.between(0.0, 1.0) < 0.5 => Action::Disarm(wire::Disarm {}),
        4 => Action::Safe(wire::Safe {}),
        5..=7 => Action::GoToPose(wire::GoToPose {
            position_m_world: position(dice),
            attitude_xyzw: None,
        }),
        8 => Action::GoToPose(wire::GoToPose {
            position_m_world: position(dice),
            attitude_xyzw: attitude(dice),
        }),
        9 => Action::GoToPose(wire::GoToPose {
            position_m_world: None,
            attitude_xyzw: attitude(dice),
        }),
        10..=13 => Action::FireAxis(wire::FireAxis {
            axis: dice.between(1.0, 7.0) as i32,
            level_ratio: level(dice),
            duration_s: duration_s(dice),
        }),
        14..=15 => {
            let count = dice.between(1.0, 7.0) as usize;
            let segments = (0..count).map(|_| segment(dice)).collect();
            Action::ThrustProfile(wire::ThrustProfile { segments })
        }
        16 => Action::SetMode(wire::SetMode {
            mode: dice.between(1.0, 10.0) as i32,
        }),
        17 => Action::SetAllocationMode(wire::SetAllocationMode {
            mode: dice.between(1.0, 4.0) as i32,
            confirmed: dice.between(0.0, 1.0) < 0.9,
        }),
        18..=19 => Action::FireNozzles(wire::FireNozzles {
            nozzles: nozzles(dice),
            level_ratio: level(dice),
            duration_s: duration_s(dice).min(4.0),
            confirmed: dice.between(0.0, 1.0) < 0.9,
        }),
        _ => Action::SetMode(wire::SetMode {
            mode: wire::FlightMode::Idle.into(),
        }),
    }
}

/// One flight of one to two minutes. Bot, rate, begin and tank go by the number: one that lasts lets heat
/// and charge decide.
fn fly(number: u64) -> Seen {
    let mut dice = Dice::new(number);
    let mut bot = bots()[(number % 2) as usize].clone();
    if (number / 8).is_multiple_of(2) {
        bot.mass.isp_s *= 100.0;
    }
    let bot = &bot;
    let period_us = PERIODS_US[(number / 2 % 2) as usize];
    let craft = if (number / 4).is_multiple_of(2) {
        bot.clone()
    } else {
        used(bot, &mut dice)
    };
    let period_s = f64::from(period_us) * 1e-6;
    let mut controller = GuardedController::new(bot, period_us).expect("a controller");
    let begin = InitialState::default();
    let mut plant = Plant::new(&craft, period_s, number, &begin).expect("a plant");
    let (mut feedback, mut outputs) = (Feedback::default(), Outputs::default());
    let mut seen = Seen::default();
    let mut next_tick = (0.1 / period_s) as u64;
    for tick in 0..(dice.between(60.0, 120.0) / period_s) as u64 {
        let due = tick == next_tick;
        if due {
            let pause_s = dice.between(0.0, 1.0) * pick(&mut dice, &PAUSES_S);
            next_tick += 1 + (pause_s / period_s) as u64;
        }
        let command = due.then(|| {
            command_from_message(&wire::Command {
                command_id: tick,
                source: "soak".to_owned(),
                action: Some(action(&mut dice, &outputs)),
            })
        });
        plant.sense(&mut feedback);
        let inputs = Inputs {
            tick,
            period_ns: i64::from(period_us) * 1000,
            feedback: &feedback,
            command: command.as_ref(),
        };
        controller.step(&inputs, &mut outputs);
        plant.command(&outputs.command);
        note(&mut seen, &plant, &outputs);
    }
    seen
}

/// Once a flight.
fn note(seen: &mut Seen, plant: &Plant, outputs: &Outputs) {
    let power = plant.power_system();
    let clusters = power.thermal().clusters();
    let hottest_c = clusters.iter().map(|node| node.temp_c());
    seen.hottest_c = hottest_c.fold(seen.hottest_c, f64::max);
    let once = |count: &mut u64, holds: bool| *count = (*count).max(u64::from(holds));
    let empty = power.report().faults.has(Fault::BatteryEmpty);
    once(
        &mut seen.cluster_trips,
        clusters.iter().any(|node| node.tripped()),
    );
    once(&mut seen.batteries_empty, empty);
    once(&mut seen.guard_trips, outputs.guard_violation.is_some());
    once(
        &mut seen.hot,
        outputs.cluster_limits.iter().any(|bits| bits & 1 == 1),
    );
    once(&mut seen.short_of_power, outputs.rcs_power_max_w < 20_000.0);
}

/// All of them, on every core.
fn fly_all(count: u64) -> Seen {
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
    let share = |first: u64| {
        let mut seen = Seen::default();
        (first..count)
            .step_by(threads as usize)
            .for_each(|number| seen.add(&fly(number)));
        seen
    };
    std::thread::scope(|scope| {
        let parts: Vec<_> = (0..threads)
            .map(|first| scope.spawn(move || share(first)))
            .collect();
        let mut seen = Seen::default();
        parts
            .into_iter()
            .for_each(|part| seen.add(&part.join().expect("a share")));
        seen
    })
}

fn assert_unharmed(seen: &Seen) {
    let harm = (seen.cluster_trips, seen.batteries_empty, seen.guard_trips);
    assert_eq!(harm, (0, 0, 0), "{seen:?}");
    assert!(
        seen.hot > 0 && seen.short_of_power > 0,
        "the limits are met: {seen:?}"
    );
}

#[test]
fn random_commands_trip_no_cluster_and_empty_no_battery() {
    let seen = fly_all(SHORT);
    assert_unharmed(&seen);
    let mut results = Results::of("random_commands_trip_no_cluster_and_empty_no_battery");
    results.add(
        "",
        &[
            ("flights", SHORT as f64, ""),
            ("hottest cluster", seen.hottest_c, "°C"),
            ("flights with a derated cluster", seen.hot as f64, ""),
            ("flights short of power", seen.short_of_power as f64, ""),
        ],
    );
    results.assert_as_committed();
}

#[test]
#[ignore = "minutes long: make soak"]
fn two_thousand_random_flights_trip_no_cluster_and_empty_no_battery() {
    assert_unharmed(&fly_all(LONG));
}
