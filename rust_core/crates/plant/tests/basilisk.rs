//! The plant against the table that Basilisk, an independent simulator, made of the same
//! firing sequence (`tools/basilisk_reference.py`).

use crate::common::{CLOSED, case, craft, data, distance};
use qiki_craft::NOZZLES;
use qiki_plant::{InitialState, Plant};
use serde_json::Value;

const POSITION_TOLERANCE_M: f64 = 1e-9;
const VELOCITY_TOLERANCE_MPS: f64 = 1e-9;
const ATTITUDE_TOLERANCE: f64 = 1e-9;
const RATES_TOLERANCE_RPS: f64 = 1e-9;

fn numbers<const N: usize>(value: &Value) -> [f64; N] {
    std::array::from_fn(|i| value[i].as_f64().unwrap())
}

fn on_times(case: &Value, tick: u64, dt_s: f64) -> [f64; NOZZLES] {
    let mut on = CLOSED;
    for firing in case["firings"].as_array().unwrap() {
        let [nozzle, first, ticks] = std::array::from_fn(|i| firing[i].as_u64().unwrap());
        if (first..first + ticks).contains(&tick) {
            on[nozzle as usize] = dt_s;
        }
    }
    on
}

#[test]
fn trajectory_agrees_with_basilisk_to_the_stated_tolerances() {
    let case = case();
    let dt_s = case["dt_s"].as_f64().unwrap();
    let initial = InitialState {
        position_m_world: numbers(&case["position_m_world"]),
        velocity_mps_world: numbers(&case["velocity_mps_world"]),
        attitude_xyzw: numbers(&case["attitude_xyzw"]),
        rates_rps_body: numbers(&case["rates_rps_body"]),
    };
    let mut plant = Plant::new(&craft(), dt_s, 0, &initial).unwrap();
    let mut worst = [0.0f64; 4];
    let table = data("basilisk_firing.csv");
    for line in table.lines().skip(1) {
        let row: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
        let tick = (row[0] / dt_s).round() as u64;
        while plant.tick() < tick {
            plant.step(&on_times(&case, plant.tick(), dt_s));
        }
        let truth = plant.truth();
        let sign = if distance(&truth.attitude_xyzw, &row[7..11]) > 1.0 {
            -1.0
        } else {
            1.0
        };
        let off = [
            distance(&truth.position_m_world, &row[1..4]),
            distance(&truth.velocity_mps_world, &row[4..7]),
            distance(&truth.attitude_xyzw.map(|c| sign * c), &row[7..11]),
            distance(&truth.rates_rps_body, &row[11..14]),
        ];
        worst = std::array::from_fn(|i| worst[i].max(off[i]));
    }
    assert!(
        worst[0] < POSITION_TOLERANCE_M,
        "position off by {} m",
        worst[0]
    );
    assert!(
        worst[1] < VELOCITY_TOLERANCE_MPS,
        "velocity off by {} m/s",
        worst[1]
    );
    assert!(
        worst[2] < ATTITUDE_TOLERANCE,
        "attitude off by {}",
        worst[2]
    );
    assert!(
        worst[3] < RATES_TOLERANCE_RPS,
        "rates off by {} rad/s",
        worst[3]
    );
}
