//! Thrust, propellant and the moving centre of mass.

use crate::common::{
    CLOSED, DT_S, at_rest, craft, diagonal, distance, norm, only, spinning, to_world,
};
use qiki_craft::{Craft, NOZZLES, Vec3};
use qiki_plant::Plant;

const STANDARD_GRAVITY_MPS2: f64 = 9.80665;

/// Burns fuel, and keeps its centre of mass in the geometric centre.
fn centred(isp_s: f64) -> Craft {
    let mut craft = craft();
    craft.mass.isp_s = isp_s;
    craft.mass.com_m_body = [0.0; 3];
    craft.mass.tank_m_body = [0.0; 3];
    craft.mass.inertia_kgm2 = diagonal([215.0, 210.0, 205.0]);
    craft
}

/// The four nozzles of the first cluster: backwards, each 45 degrees off the axis.
fn backwards() -> [f64; NOZZLES] {
    std::array::from_fn(|n| if n < 4 { DT_S } else { 0.0 })
}

#[test]
fn constant_thrust_follows_the_rocket_equation() {
    let mut plant = at_rest(&centred(60.0));
    let full_kg = plant.truth().mass_kg;
    for _ in 0..3000 {
        plant.step(&backwards());
    }
    let truth = plant.truth();
    let burnt_kg = 4.0 * 260.0 * 6.0 / (60.0 * STANDARD_GRAVITY_MPS2);
    assert!((full_kg - truth.mass_kg - burnt_kg).abs() < 1e-10);
    let exhaust = 60.0 * STANDARD_GRAVITY_MPS2;
    let expected = -exhaust * (full_kg / truth.mass_kg).ln() * 0.5f64.sqrt();
    let [vx, vy, vz] = truth.velocity_mps_world;
    assert!(
        (vx / expected - 1.0).abs() < 1e-9,
        "{vx} m/s, not {expected} m/s"
    );
    assert!(vy.abs() < 1e-12 && vz.abs() < 1e-12);
}

#[test]
fn an_empty_tank_gives_no_thrust_and_its_last_tick_only_what_was_left() {
    let mut craft = centred(60.0);
    craft.mass.propellant_kg = 1.5 * 4.0 * 260.0 * DT_S / (60.0 * STANDARD_GRAVITY_MPS2);
    let mut plant = at_rest(&craft);
    let mut speeds = Vec::new();
    for _ in 0..4 {
        plant.step(&backwards());
        speeds.push(norm(plant.truth().velocity_mps_world));
    }
    // The craft gets lighter by some millionths meanwhile.
    assert!((speeds[1] / speeds[0] - 1.5).abs() < 1e-5);
    assert_eq!(speeds[2], speeds[1]);
    assert_eq!(speeds[3], speeds[1]);
    assert_eq!(plant.propellant_kg(), 0.0);
    assert_eq!(plant.truth().mass_kg, craft.mass.dry_kg);
    assert!(plant.valve_open()[0], "the valve obeys all the same");
}

#[test]
fn on_times_outside_the_tick_are_held_to_it_and_nan_is_none() {
    let craft = craft();
    let (mut odd, mut plain) = (at_rest(&craft), at_rest(&craft));
    let mut on = CLOSED;
    (on[0], on[1], on[2], on[3]) = (f64::NAN, -1.0, 99.0, f64::INFINITY);
    let mut held = CLOSED;
    (held[2], held[3]) = (DT_S, DT_S);
    odd.step(&on);
    plain.step(&held);
    assert_eq!(odd.truth(), plain.truth());
    assert_eq!(odd.open_time_us(), plain.open_time_us());
}

/// The geometric centre, fixed in the hull: where it is and how it moves, world.
fn hull(plant: &Plant) -> (Vec3, Vec3) {
    let truth = plant.truth();
    let (c, w) = (plant.com_m_body(), truth.rates_rps_body);
    let spin = [
        w[1] * c[2] - w[2] * c[1],
        w[2] * c[0] - w[0] * c[2],
        w[0] * c[1] - w[1] * c[0],
    ];
    let (arm, spin) = (
        to_world(truth.attitude_xyzw, c),
        to_world(truth.attitude_xyzw, spin),
    );
    (
        std::array::from_fn(|i| truth.position_m_world[i] - arm[i]),
        std::array::from_fn(|i| truth.velocity_mps_world[i] - spin[i]),
    )
}

#[test]
fn the_hull_neither_jumps_nor_is_pushed_when_propellant_leaves_without_thrust() {
    let mut craft = craft();
    craft.mass.tank_m_body = [0.5, 0.4, -0.3];
    // Opposed nozzles in one place: no force, no torque, and half the tank in one short tick.
    craft.thrusters[1] = craft.thrusters[0].clone();
    craft.thrusters[1].force_direction_body = craft.thrusters[0].force_direction_body.map(|c| -c);
    let dt_s = 1e-5;
    craft.mass.isp_s = 2.0 * 260.0 * dt_s / (6.0 * STANDARD_GRAVITY_MPS2);
    let mut plant = spinning(&craft, dt_s, [0.3, -0.5, 0.8]);
    let (com, before) = (plant.com_m_body(), hull(&plant));
    let mut on = only(0, dt_s);
    on[1] = dt_s;
    plant.step(&on);
    let after = hull(&plant);
    assert!((plant.propellant_kg() - 6.0).abs() < 1e-9);
    assert!(
        distance(&plant.com_m_body(), &com) > 5e-3,
        "the centre of mass does move"
    );
    assert!(distance(&after.0, &before.0) < 2e-6, "a tick's travel");
    assert!(
        distance(&after.1, &before.1) < 2e-6,
        "a tick's centripetal acceleration"
    );
}

#[test]
fn centre_of_mass_and_inertia_are_those_of_two_point_loaded_bodies() {
    let craft = craft();
    let plant = at_rest(&craft);
    let (m, p) = (craft.mass.dry_kg, craft.mass.propellant_kg);
    let (c, t) = (craft.mass.com_m_body, craft.mass.tank_m_body);
    let com: Vec3 = std::array::from_fn(|i| (m * c[i] + p * t[i]) / (m + p));
    assert!(distance(&plant.com_m_body(), &com) < 1e-15);
    let mut inertia = craft.mass.inertia_kgm2;
    for (kg, place) in [(m, c), (p, t)] {
        let a: Vec3 = std::array::from_fn(|i| place[i] - com[i]);
        for i in 0..3 {
            for j in 0..3 {
                let square = if i == j {
                    a.iter().map(|x| x * x).sum()
                } else {
                    0.0
                };
                inertia[i][j] += kg * (square - a[i] * a[j]);
            }
        }
    }
    for (row, expected) in plant.inertia_kgm2().iter().zip(inertia) {
        assert!(distance(row, &expected) < 1e-12);
    }
}
