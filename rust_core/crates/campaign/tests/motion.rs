//! The watch over the nozzles by the craft's motion, on crafts that are not quite the nominal one:
//! thrust and mass 5 % off, thrusts tilted by a degree, valves 1 ms early to 2 ms late.

use crate::common::references::Results;
use nalgebra::ComplexField;
use prost::Message;
use qiki_campaign::{Case, ColumnSelection, Columns, Event, TimedEvent, fly};
use qiki_control::GuardedController;
use qiki_craft::{Craft, NOZZLES, Vec3};
use qiki_faults::Fault;
use qiki_messages::commands::{self, command::Action};
use qiki_plant::InitialState;
use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

const FLIGHT_S: f64 = 60.0;

pub struct Dice(Pcg64Mcg);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(Pcg64Mcg::seed_from_u64(seed))
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        let unit = (self.0.next_u64() >> 11) as f64 * (-53f64).exp2();
        low + (high - low) * unit
    }

    pub fn vector(&mut self, most: f64) -> Vec3 {
        std::array::from_fn(|_| self.between(-most, most))
    }
}

pub fn nominal() -> Craft {
    Craft::from_json(include_str!("../../craft/fixtures/dodeca-01.json")).expect("a craft")
}

pub fn unit(v: Vec3) -> Vec3 {
    let length = v.iter().map(|x| x * x).sum::<f64>().sqrt();
    v.map(|x| x / length)
}

/// Each number drawn anew, evenly within its tolerance.
fn dispersed(nominal: &Craft, dice: &mut Dice) -> Craft {
    let mut craft = nominal.clone();
    craft.mass.dry_kg *= 1.0 + dice.between(-0.05, 0.05);
    for axis in 0..3 {
        craft.mass.com_m_body[axis] += dice.between(-0.005, 0.005);
        craft.mass.inertia_kgm2[axis][axis] *= 1.0 + dice.between(-0.05, 0.05);
    }
    for thruster in &mut craft.thrusters {
        let ([x, y, z], [a, b, c]) = (thruster.force_direction_body, dice.vector(0.0175));
        thruster.force_direction_body =
            unit([x + b * z - c * y, y + c * x - a * z, z + a * y - b * x]);
        thruster.thrust_max_n *= 1.0 + dice.between(-0.05, 0.05);
        thruster.open_delay_s += dice.between(-0.001, 0.002);
        thruster.close_delay_s += dice.between(-0.001, 0.002);
    }
    craft
}

fn action(dice: &mut Dice) -> Action {
    let [x, y, z] = dice.vector(2.0);
    let position_m_world = Some(commands::Vector3 { x, y, z });
    let (sin, cos) = ComplexField::sin_cos(dice.between(-1.0, 1.0));
    let turned = commands::Quaternion {
        x: 0.6 * sin,
        y: 0.0,
        z: 0.8 * sin,
        w: cos,
    };
    match dice.between(0.0, 6.0) as u32 {
        0 => Action::HoldPose(commands::HoldPose {}),
        1 => Action::Brake(commands::Brake {}),
        2 => Action::FireAxis(commands::FireAxis {
            axis: 1 + dice.between(0.0, 6.0) as i32,
            level_ratio: dice.between(0.1, 1.0),
            duration_s: dice.between(0.2, 2.0),
        }),
        3 => Action::GoToPose(commands::GoToPose {
            position_m_world,
            attitude_xyzw: Some(turned),
        }),
        _ => Action::GoToPose(commands::GoToPose {
            position_m_world,
            attitude_xyzw: None,
        }),
    }
}

fn command(action: Action) -> Event {
    let message = commands::Command {
        command_id: 1,
        source: "test".to_owned(),
        action: Some(action),
    };
    Event::command(&message.encode_to_vec()).expect("a command")
}

/// A flight with something to do every few seconds, and maybe a fault in it.
fn flown(nominal: &Craft, period_us: u32, seed: u64, fault: Option<(f64, Fault)>) -> Columns {
    let mut dice = Dice::new(seed);
    let truth = dispersed(nominal, &mut dice);
    flown_as(nominal, &truth, period_us, seed, &mut dice, fault)
}

/// The same by a craft that is given.
pub fn flown_as(
    nominal: &Craft,
    truth: &Craft,
    period_us: u32,
    seed: u64,
    dice: &mut Dice,
    fault: Option<(f64, Fault)>,
) -> Columns {
    let tick = |seconds: f64| (seconds * 1e6 / f64::from(period_us)) as u64;
    let mut timeline = vec![TimedEvent {
        tick: tick(0.5),
        what: command(Action::Arm(commands::Arm {})),
    }];
    let mut at_s = 1.0;
    while at_s < FLIGHT_S - 5.0 {
        timeline.push(TimedEvent {
            tick: tick(at_s),
            what: command(action(dice)),
        });
        at_s += dice.between(1.0, 9.0);
    }
    timeline.extend(fault.map(|(at_s, fault)| TimedEvent {
        tick: tick(at_s),
        what: Event::Fault {
            fault,
            active: true,
        },
    }));
    timeline.sort_by_key(|event| event.tick);
    let case = Case {
        truth,
        controller: &GuardedController::new(nominal, period_us).expect("a controller"),
        seed,
        initial: InitialState {
            rates_rps_body: dice.vector(0.1),
            velocity_mps_world: dice.vector(0.2),
            ..InitialState::default()
        },
        ticks: tick(FLIGHT_S),
        timeline: &timeline,
    };
    fly(&case, &ColumnSelection::all()).expect("a flight")
}

/// What is held against nozzles in a row.
fn blamed(columns: &Columns, row: usize) -> u32 {
    columns.stuck_closed[row] | columns.stuck_open[row] | columns.feedback_lies[row]
}

/// Rows until the tank is nearly dry: then there is nothing to see.
pub fn rows(columns: &Columns) -> usize {
    let dry = columns.propellant_kg.iter().position(|kg| *kg < 0.25);
    dry.unwrap_or(columns.len)
}

#[test]
fn in_two_hours_of_flight_no_nozzle_is_blamed_that_works() {
    let mut silent = nominal();
    // A report every thousand seconds: as good as no accelerometer.
    silent.sensors.acceleration.rate_hz = 1e-3;
    let mut fired_s = 0.0;
    for (craft, period_us, flights) in [
        (&nominal(), 2000, 50),
        (&nominal(), 1000, 15),
        (&nominal(), 5000, 25),
        (&silent, 2000, 30),
    ] {
        for seed in 0..flights {
            let columns = flown(craft, period_us, seed, None);
            fired_s += columns
                .on_time_us
                .iter()
                .map(|us| f64::from(*us))
                .sum::<f64>()
                * 1e-6;
            for row in 0..columns.len {
                let at_s = columns.time_s[row];
                assert_eq!(
                    blamed(&columns, row),
                    0,
                    "seed {seed}, {period_us} us, {at_s} s"
                );
            }
        }
    }
    let mut results = Results::of("in_two_hours_of_flight_no_nozzle_is_blamed_that_works");
    results.add("", &[("open time of all nozzles", fired_s, "s")]);
    results.assert_as_committed();
}

/// Nozzles whose pushes nearly cancel: one that is open looks at first like the other one closed.
fn opposite(a: usize, b: usize) -> bool {
    let columns = qiki_craft::geometry(&nominal()).effectiveness;
    let dot = |a: usize, b: usize| columns.iter().map(|row| row[a] * row[b]).sum::<f64>();
    dot(a, b) < -0.75 * (dot(a, a) * dot(b, b)).sqrt()
}

/// Flies with the fault of a nozzle at a moment that the seed chooses: how often it was found, and
/// how often one that is opposite was blamed first; nobody else may be.
fn found(kind: &str, flights: u64) -> (u64, u64) {
    let (mut found, mut mistaken) = (0, 0);
    for seed in 0..flights {
        let mut dice = Dice::new(1000 + seed);
        let victim = dice.between(0.0, NOZZLES as f64) as u32;
        let fault = Fault::new(kind, victim.into(), "").expect("a fault");
        let columns = flown(
            &nominal(),
            2000,
            seed,
            Some((dice.between(3.0, 8.0), fault)),
        );
        let all = (0..rows(&columns)).fold(0, |all, row| all | blamed(&columns, row));
        found += u64::from(all >> victim & 1);
        for n in (0..NOZZLES).filter(|n| all >> n & 1 == 1 && *n != victim as usize) {
            assert!(
                opposite(n, victim as usize),
                "{kind} {victim}, seed {seed}: {n} is blamed"
            );
            mistaken += 1;
        }
    }
    (found, mistaken)
}

#[test]
fn a_nozzle_that_lies_is_found_on_a_craft_that_is_not_quite_nominal() {
    let mut results =
        Results::of("a_nozzle_that_lies_is_found_on_a_craft_that_is_not_quite_nominal");
    for (kind, always) in [
        ("stuck_open_unseen", true),
        ("sensor_open", true),
        // Some are never needed.
        ("stuck_closed_unseen", false),
        ("sensor_closed", false),
    ] {
        let (found, mistaken) = found(kind, 40);
        assert!(found == 40 || !always, "{kind}: {found} found");
        results.add(
            kind,
            &[
                ("found of 40", found as f64, ""),
                ("opposite ones blamed", mistaken as f64, ""),
            ],
        );
    }
    results.assert_as_committed();
}
