//! A craft to test with, and short words for what the tests do often.

use std::path::PathBuf;

use qiki_craft::{Craft, NOZZLES, Quat, Vec3};
use qiki_plant::{InitialState, Plant};
use serde_json::Value;

pub const DT_S: f64 = 0.002;
pub const CLOSED: [f64; NOZZLES] = [0.0; NOZZLES];

/// The data shared with the Python tests.
pub fn data(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../tests/plant/data");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

pub fn case() -> Value {
    serde_json::from_str(&data("basilisk_case.json")).unwrap()
}

/// Sixteen nozzles with instant valves; no propellant is lost and no sensor errs.
pub fn craft() -> Craft {
    Craft::from_json(&case()["craft"].to_string()).unwrap()
}

/// The same with an inertia of its own.
pub fn craft_with_inertia(inertia_kgm2: [Vec3; 3]) -> Craft {
    let mut craft = craft();
    craft.mass.propellant_kg = 0.0;
    craft.mass.inertia_kgm2 = inertia_kgm2;
    craft
}

pub fn diagonal(moments: Vec3) -> [Vec3; 3] {
    [
        [moments[0], 0.0, 0.0],
        [0.0, moments[1], 0.0],
        [0.0, 0.0, moments[2]],
    ]
}

pub fn spinning(craft: &Craft, dt_s: f64, rates_rps_body: Vec3) -> Plant {
    let initial = InitialState {
        rates_rps_body,
        ..InitialState::default()
    };
    Plant::new(craft, dt_s, 0, &initial).unwrap()
}

pub fn at_rest(craft: &Craft) -> Plant {
    Plant::new(craft, DT_S, 0, &InitialState::default()).unwrap()
}

/// One nozzle for `on_s`, the others closed.
pub fn only(nozzle: usize, on_s: f64) -> [f64; NOZZLES] {
    let mut on = CLOSED;
    on[nozzle] = on_s;
    on
}

pub fn dot(a: Vec3, b: Vec3) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

pub fn norm(a: Vec3) -> f64 {
    dot(a, a).sqrt()
}

pub fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter()
        .zip(b)
        .map(|(x, y)| (x - y) * (x - y))
        .sum::<f64>()
        .sqrt()
}

/// By the rotation matrix, so as not to share the plant's own formula.
pub fn to_world([x, y, z, w]: Quat, v: Vec3) -> Vec3 {
    let rows = [
        [
            1.0 - 2.0 * (y * y + z * z),
            2.0 * (x * y - w * z),
            2.0 * (x * z + w * y),
        ],
        [
            2.0 * (x * y + w * z),
            1.0 - 2.0 * (x * x + z * z),
            2.0 * (y * z - w * x),
        ],
        [
            2.0 * (x * z - w * y),
            2.0 * (y * z + w * x),
            1.0 - 2.0 * (x * x + y * y),
        ],
    ];
    rows.map(|row| dot(row, v))
}

/// Rotational energy, J, and angular momentum about the centre of mass, N·m·s, world.
pub fn energy_and_momentum(plant: &Plant) -> (f64, Vec3) {
    let truth = plant.truth();
    let w = truth.rates_rps_body;
    let h = plant.inertia_kgm2().map(|row| dot(row, w));
    (0.5 * dot(w, h), to_world(truth.attitude_xyzw, h))
}
