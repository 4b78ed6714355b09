//! Sensors that report what is not so: how fast the craft turns at most, and where it ends.

use std::collections::VecDeque;
use std::f64::consts::PI;
use std::fmt::Write;
use std::path::Path;

use nalgebra::{Quaternion, UnitQuaternion, Vector3};
use qiki_command::{Mode, Reason, ReplyStatus};
use qiki_craft::{Feedback, Fresh};
use qiki_messages::commands::command::Action as Wire;
use qiki_messages::commands::{self as wire};

use crate::common::*;

/// Axis of a turn.
const AXIS: [f64; 3] = [0.6, 0.0, 0.8];
const SENSORS: [(&str, Fresh); 5] = [
    ("rates", Fresh::RATES),
    ("acceleration", Fresh::ACCELERATION),
    ("attitude", Fresh::ATTITUDE),
    ("position", Fresh::POSITION),
    ("velocity", Fresh::VELOCITY),
];
const WAYS: [&str; 10] = [
    "frozen", "step", "back", "drift", "sign", "spike", "late", "nan", "absurd", "noisy",
];
const LATE_S: f64 = 0.3;
const FLOWN_S: f64 = 15.0;

/// Values of a sensor: three numbers, or a quaternion.
fn values(feedback: &mut Feedback, sensor: Fresh) -> &mut [f64] {
    match sensor {
        Fresh::RATES => &mut feedback.rates_rps_body,
        Fresh::ACCELERATION => &mut feedback.acceleration_mps2_body,
        Fresh::ATTITUDE => &mut feedback.attitude_xyzw,
        Fresh::POSITION => &mut feedback.position_m_world,
        _ => &mut feedback.velocity_mps_world,
    }
}

/// Size of a step, and of a drift per second, in the sensor's unit.
fn sizes(sensor: Fresh) -> (f64, f64) {
    match sensor {
        Fresh::RATES => (0.3, 0.05),
        Fresh::ATTITUDE => (0.3, 0.05),
        Fresh::POSITION => (5.0, 0.5),
        _ => (1.0, 0.2),
    }
}

fn shifted(values: &mut [f64], by: f64) {
    if let [x, y, z, w] = values {
        let turned = UnitQuaternion::from_quaternion(Quaternion::new(*w, *x, *y, *z))
            * UnitQuaternion::from_scaled_axis(Vector3::new(0.6, -0.48, 0.64) * by);
        values.copy_from_slice(turned.coords.as_slice());
    } else {
        for (value, part) in values.iter_mut().zip([0.6, -0.48, 0.64]) {
            *value += part * by;
        }
    }
}

/// A sensor that lies from now on.
fn lie(sensor: Fresh, way: &'static str) -> Box<dyn FnMut(&mut Feedback)> {
    let (step, drift_per_s) = sizes(sensor);
    let mut seconds = 0.0;
    let mut before: VecDeque<Vec<f64>> = VecDeque::new();
    let mut first: Option<Vec<f64>> = None;
    let mut dice = Dice::new(5);
    Box::new(move |feedback| {
        seconds += 0.002;
        if !feedback.fresh.has(sensor) {
            return;
        }
        let values = values(feedback, sensor);
        let begins = first.is_none();
        let first = first.get_or_insert_with(|| values.to_vec());
        match way {
            "frozen" => values.copy_from_slice(first),
            "step" => shifted(values, step),
            "back" => shifted(values, -step),
            "drift" => shifted(values, drift_per_s * seconds),
            "sign" if sensor == Fresh::ATTITUDE => values[3] = -values[3],
            "sign" => values.iter_mut().for_each(|v| *v = -*v),
            "spike" if begins => shifted(values, 3.0 * step),
            "spike" => {}
            "late" => {
                before.push_back(values.to_vec());
                let rate_hz = if matches!(sensor, Fresh::RATES | Fresh::ACCELERATION) {
                    250.0
                } else {
                    50.0
                };
                if before.len() as f64 > LATE_S * rate_hz {
                    before.pop_front();
                }
                values.copy_from_slice(&before[0]);
            }
            "nan" => values.fill(f64::NAN),
            "absurd" => values.fill(1e160),
            _ => shifted(values, 0.02 * step * (dice.unit() - 0.5)),
        }
    })
}

/// What the craft does when the sensor begins to lie.
fn doing(what: &str) -> Loop {
    let mut l = Loop::armed(2000);
    match what {
        "hold" => l.say(hold()),
        "turn" => l.say(turn_to(turn(AXIS, 0.9 * PI))),
        _ => l.say(go_to([15.0, -10.0, 5.0])),
    };
    l.run(4.0);
    l
}

#[derive(Debug)]
struct End {
    fastest_dps: f64,
    mode: Mode,
    reason: Reason,
    safe_after_s: Option<f64>,
}

fn fly(l: &mut Loop) -> End {
    let begin = l.tick;
    let (mut fastest, mut safe_after_s) = (0.0f64, None);
    for _ in 0..l.ticks(FLOWN_S) {
        l.step(None);
        fastest = fastest.max(norm(l.plant.truth().rates_rps_body));
        if l.outputs.mode == Mode::Safe && safe_after_s.is_none() {
            safe_after_s = Some((l.tick - begin) as f64 * 0.002);
        }
    }
    End {
        fastest_dps: fastest * 180.0 / PI,
        mode: l.outputs.mode,
        reason: l.outputs.inhibit_reason,
        safe_after_s,
    }
}

/// Within which time a craft is in SAFE, s. A sign that is wrong and a delay show only in motion.
fn safe_within_s(sensor: Fresh, way: &str) -> Option<f64> {
    let most_s = match way {
        "nan" | "absurd" => 0.26,
        "step" | "back" => 0.4,
        "frozen" => 0.8,
        "drift" => 2.0,
        _ => return None,
    };
    (sensor != Fresh::ACCELERATION).then_some(most_s)
}

/// The fastest that a craft turns whose sensors are sound, deg/s, in a turn with a transit.
fn soundly_turned_dps() -> f64 {
    let mut l = Loop::armed(2000);
    let Wire::GoToPose(mut goal) = turn_to(turn(AXIS, 0.9 * PI)) else {
        panic!("a pose")
    };
    goal.position_m_world = Some(wire::Vector3 {
        x: 15.0,
        y: -10.0,
        z: 5.0,
    });
    l.say(Wire::GoToPose(goal));
    fly(&mut l).fastest_dps
}

#[test]
fn whatever_a_sensor_says_the_craft_turns_no_faster_than_it_does_by_itself() {
    let turning_dps = soundly_turned_dps();
    let mut table = String::from("doing,sensor,way,fastest_dps,mode,reason,safe_after_s\n");
    for what in ["hold", "turn", "transit"] {
        let most_dps = if what == "turn" { turning_dps } else { 10.0 };
        for (name, sensor) in SENSORS {
            for way in WAYS {
                let mut l = doing(what);
                l.tamper = Some(lie(sensor, way));
                let end = fly(&mut l);
                let after = end
                    .safe_after_s
                    .map_or(String::new(), |s| format!("{s:.3}"));
                let line = format!(
                    "{what},{name},{way},{:.2},{:?},{:?},{after}",
                    end.fastest_dps, end.mode, end.reason
                );
                assert!(end.fastest_dps <= most_dps, "{most_dps:.2} at most: {line}");
                if let Some(most_s) = safe_within_s(sensor, way) {
                    let in_time = end.safe_after_s.is_some_and(|s| s <= most_s);
                    assert!(in_time, "SAFE within {most_s} s: {line}");
                }
                if way == "spike" {
                    assert_eq!(end.safe_after_s, None, "{line}");
                }
                writeln!(table, "{line}").unwrap();
            }
        }
    }
    is_committed("sensor_lies.csv", &table);
}

/// Compares with the committed table. `UPDATE_REFS=1` writes it anew.
fn is_committed(name: &str, table: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name);
    if std::env::var_os("UPDATE_REFS").is_some() {
        std::fs::write(&path, table).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap();
    for (was, is) in committed.lines().zip(table.lines()) {
        assert_eq!(was, is, "{name}: UPDATE_REFS=1 writes it anew");
    }
    assert_eq!(committed.lines().count(), table.lines().count(), "{name}");
}

#[test]
fn arming_is_refused_while_sensors_contradict_each_other() {
    let mut l = Loop::new(2000);
    l.run(1.0);
    l.tamper = Some(lie(Fresh::VELOCITY, "drift"));
    l.run(4.0);
    let id = l.say(arm());
    assert_eq!(l.said(id), [(ReplyStatus::Rejected, Reason::NavConflict)]);
}

#[test]
fn a_craft_whose_sensors_agree_again_can_be_armed_and_flown_again() {
    let mut l = doing("hold");
    l.tamper = Some(lie(Fresh::POSITION, "step"));
    l.run(1.0);
    assert_eq!(
        (l.outputs.mode, l.outputs.inhibit_reason),
        (Mode::Safe, Reason::NavConflict)
    );
    l.tamper = None;
    l.run(2.5);
    let brake = l.say(brake());
    l.run(3.0);
    assert!(l.confirmed(brake), "{:?}", l.said(brake));
    let idle = l.say(Wire::SetMode(wire::SetMode {
        mode: wire::FlightMode::Idle.into(),
    }));
    let hold = l.say(hold());
    l.run(3.0);
    assert!(l.confirmed(hold), "{:?} {:?}", l.said(idle), l.said(hold));
}

#[test]
fn a_spike_neither_stops_a_transit_nor_is_blamed_on_a_nozzle() {
    let (mut sound, mut spiked) = (doing("transit"), doing("transit"));
    spiked.tamper = Some(lie(Fresh::RATES, "spike"));
    for l in [&mut sound, &mut spiked] {
        l.run(25.0);
        assert_eq!(l.outputs.inhibit_reason, Reason::None);
        assert_eq!(l.outputs.isolated, 0);
    }
    let apart_m = distance(
        sound.plant.truth().position_m_world,
        spiked.plant.truth().position_m_world,
    );
    assert!(apart_m < 0.05, "{apart_m} m");
}
