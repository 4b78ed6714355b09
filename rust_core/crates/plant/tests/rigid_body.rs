//! Free motion against conservation laws and closed forms, and the order of the integrator.

use crate::common::{
    CLOSED, DT_S, at_rest, craft, craft_with_inertia, diagonal, distance, dot, energy_and_momentum,
    norm, only, spinning, to_world,
};
use qiki_craft::{Quat, Vec3};
use qiki_plant::{InitialState, Plant};

fn coast(plant: &mut Plant, seconds: f64) {
    let until = plant.tick() + (seconds / DT_S).round() as u64;
    while plant.tick() < until {
        plant.step(&CLOSED);
    }
}

#[test]
fn free_flight_is_a_straight_line_at_constant_velocity() {
    let initial = InitialState {
        position_m_world: [1.0, 2.0, 3.0],
        velocity_mps_world: [0.3, -0.2, 0.1],
        rates_rps_body: [0.2, 0.1, -0.3],
        ..InitialState::default()
    };
    let mut plant = Plant::new(&craft(), DT_S, 0, &initial).unwrap();
    coast(&mut plant, 100.0);
    let truth = plant.truth();
    assert!(distance(&truth.position_m_world, &[31.0, -18.0, 13.0]) < 1e-10);
    assert_eq!(truth.velocity_mps_world, [0.3, -0.2, 0.1]);
}

#[test]
fn tumbling_keeps_energy_and_angular_momentum_to_1e_11_over_ten_minutes() {
    let inertia = [[215.0, 3.0, -2.0], [3.0, 190.0, 1.5], [-2.0, 1.5, 160.0]];
    let mut plant = spinning(&craft_with_inertia(inertia), DT_S, [0.5, 0.9, -0.4]);
    let (energy, momentum) = energy_and_momentum(&plant);
    for _ in 0..60 {
        coast(&mut plant, 10.0);
        let (e, h) = energy_and_momentum(&plant);
        assert!(
            (e / energy - 1.0).abs() < 1e-11,
            "energy drifts by {}",
            e / energy - 1.0
        );
        assert!(
            distance(&h, &momentum) < 1e-11 * norm(momentum),
            "momentum turns away"
        );
        let q = plant.truth().attitude_xyzw;
        assert!((q.iter().map(|c| c * c).sum::<f64>() - 1.0).abs() < 1e-15);
    }
}

/// Complete elliptic integral of the first kind by the arithmetic-geometric mean.
fn elliptic_k(k_squared: f64) -> f64 {
    let (mut a, mut b) = (1.0, (1.0 - k_squared).sqrt());
    for _ in 0..40 {
        (a, b) = (0.5 * (a + b), (a * b).sqrt());
    }
    std::f64::consts::FRAC_PI_2 / a
}

/// Time between two flips of the middle axis, for H² > 2 E I2 (Landau, Lifshitz, Mechanics, §37).
fn flip_interval_s([i1, i2, i3]: Vec3, w: Vec3) -> f64 {
    let two_e = i1 * w[0] * w[0] + i2 * w[1] * w[1] + i3 * w[2] * w[2];
    let h2 = (i1 * w[0]).powi(2) + (i2 * w[1]).powi(2) + (i3 * w[2]).powi(2);
    assert!(h2 > two_e * i2);
    let rate = ((i3 - i2) * (h2 - two_e * i1) / (i1 * i2 * i3)).sqrt();
    let k2 = (i2 - i1) * (two_e * i3 - h2) / ((i3 - i2) * (h2 - two_e * i1));
    2.0 * elliptic_k(k2) / rate
}

#[test]
fn middle_axis_flips_with_the_period_of_the_jacobi_elliptic_solution() {
    let moments = [100.0, 200.0, 300.0];
    let rates = [0.0, 1.0, 0.01];
    let mut plant = spinning(&craft_with_inertia(diagonal(moments)), DT_S, rates);
    let (energy, momentum) = energy_and_momentum(&plant);
    let mut flips = Vec::new();
    let mut before = rates[1];
    while flips.len() < 7 {
        coast(&mut plant, DT_S);
        let now = plant.truth().rates_rps_body[1];
        if before * now < 0.0 {
            flips.push(plant.time_s() - DT_S * now / (now - before));
        }
        before = now;
    }
    let expected = flip_interval_s(moments, rates);
    let measured = (flips[6] - flips[0]) / 6.0;
    assert!(
        (measured - expected).abs() < 1e-7,
        "{measured} s between flips, not {expected} s"
    );
    let (e, h) = energy_and_momentum(&plant);
    assert!(
        (e / energy - 1.0).abs() < 1e-11,
        "energy drifts by {}",
        e / energy - 1.0
    );
    assert!(distance(&h, &momentum) < 1e-11 * norm(momentum));
}

fn turn(axis: Vec3, angle: f64) -> Quat {
    let (sin, cos) = (0.5 * angle).sin_cos();
    let k = sin / norm(axis);
    [k * axis[0], k * axis[1], k * axis[2], cos]
}

#[test]
fn axisymmetric_body_precesses_as_the_closed_form_says() {
    let (i1, i3) = (200.0, 120.0);
    let w0 = [0.4, 0.0, 1.1];
    let mut plant = spinning(&craft_with_inertia(diagonal([i1, i1, i3])), DT_S, w0);
    let time = 40.0;
    coast(&mut plant, time);
    let truth = plant.truth();
    let nutation = (i3 - i1) / i1 * w0[2] * time;
    let expected = [w0[0] * nutation.cos(), w0[0] * nutation.sin(), w0[2]];
    assert!(distance(&truth.rates_rps_body, &expected) < 1e-11);
    // The body turns about its momentum at H/I1 and within itself about its axis.
    let momentum = [i1 * w0[0], 0.0, i3 * w0[2]];
    let about_momentum = turn(momentum, norm(momentum) / i1 * time);
    let within = turn([0.0, 0.0, 1.0], -nutation);
    for axis in [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]] {
        let expected = to_world(about_momentum, to_world(within, axis));
        assert!(distance(&to_world(truth.attitude_xyzw, axis), &expected) < 1e-11);
    }
}

/// Position, attitude and rates after 4 s of tumbling under one nozzle, at a coarse step.
fn end_state(dt_s: f64, isp_s: f64) -> Vec<f64> {
    let mut craft = craft();
    craft.mass.isp_s = isp_s;
    craft.mass.tank_m_body = [0.4, -0.3, -0.2];
    let mut plant = spinning(&craft, dt_s, [1.5, 2.0, -1.0]);
    for _ in 0..(4.0 / dt_s).round() as u64 {
        plant.step(&only(2, dt_s));
    }
    let truth = plant.truth();
    let parts: [&[f64]; 3] = [
        &truth.position_m_world,
        &truth.attitude_xyzw,
        &truth.rates_rps_body,
    ];
    parts.concat()
}

fn order(isp_s: f64) -> f64 {
    let [coarse, middle, fine] = [0.02, 0.01, 0.005].map(|dt_s| end_state(dt_s, isp_s));
    (distance(&coarse, &middle) / distance(&middle, &fine)).log2()
}

#[test]
fn halving_the_step_shows_fourth_order_at_constant_mass() {
    let order = order(1e15);
    assert!(order > 3.8, "order {order}");
}

#[test]
fn halving_the_step_shows_second_order_while_mass_and_centre_move() {
    let order = order(12.0);
    assert!(order > 1.9, "order {order}");
}

#[test]
fn torque_acts_about_the_centre_of_mass_and_not_about_the_geometric_centre() {
    let craft = craft();
    let mut plant = at_rest(&craft);
    plant.step(&only(5, DT_S));
    let thruster = &craft.thrusters[5];
    let com = plant.com_m_body();
    let arm: Vec3 = std::array::from_fn(|i| thruster.position_m_body[i] - com[i]);
    let force = thruster
        .force_direction_body
        .map(|c| c * thruster.thrust_max_n);
    let torque = [
        arm[1] * force[2] - arm[2] * force[1],
        arm[2] * force[0] - arm[0] * force[2],
        arm[0] * force[1] - arm[1] * force[0],
    ];
    let rates = plant.truth().rates_rps_body;
    let gained = plant.inertia_kgm2().map(|row| dot(row, rates) / DT_S);
    assert!(
        distance(&gained, &torque) < 1e-4 * norm(torque),
        "{gained:?}, not {torque:?}"
    );
    assert!(norm(com) > 0.09);
}
