//! A plant that cannot be built says which number was wrong and what would be right.

use crate::common::{DT_S, craft};
use qiki_craft::{Craft, ThermalCoupling};
use qiki_plant::{InitialState, Plant};

fn refusal(dt_s: f64, initial: &InitialState, change: impl Fn(&mut Craft)) -> String {
    let mut craft = craft();
    change(&mut craft);
    Plant::new(&craft, dt_s, 0, initial)
        .unwrap_err()
        .to_string()
}

#[test]
fn a_step_outside_its_range_is_refused() {
    for dt_s in [0.0, -0.002, 0.0201, f64::NAN, f64::INFINITY] {
        let message = refusal(dt_s, &InitialState::default(), |_| ());
        let expected =
            format!("plant: dt_s: {dt_s} given, needs a number above 0 and at most 0.02 s");
        assert_eq!(message, expected);
    }
    assert!(Plant::new(&craft(), 0.02, 0, &InitialState::default()).is_ok());
}

#[test]
fn an_initial_state_that_is_not_finite_is_refused_by_name() {
    let good = InitialState::default();
    let nan = [0.0, f64::NAN, 0.0];
    for (initial, expected) in [
        (
            InitialState {
                position_m_world: nan,
                ..good
            },
            "position_m_world: NaN",
        ),
        (
            InitialState {
                velocity_mps_world: nan,
                ..good
            },
            "velocity_mps_world: NaN",
        ),
        (
            InitialState {
                rates_rps_body: nan,
                ..good
            },
            "rates_rps_body: NaN",
        ),
        (
            InitialState {
                attitude_xyzw: [f64::INFINITY; 4],
                ..good
            },
            "attitude_xyzw: inf",
        ),
    ] {
        let message = refusal(DT_S, &initial, |_| ());
        assert_eq!(
            message,
            format!("plant: initial {expected} given, needs finite numbers")
        );
    }
}

#[test]
fn a_craft_that_turns_too_fast_for_its_step_is_refused() {
    let turning = |rate: f64| InitialState {
        rates_rps_body: [0.0, 0.6 * rate, -0.8 * rate],
        ..InitialState::default()
    };
    let message = refusal(0.002, &turning(5e4), |_| ());
    assert_eq!(
        message,
        "plant: initial rates_rps_body: 50000 rad/s given, at most 500 rad/s can be stepped"
    );
    assert!(Plant::new(&craft(), 0.002, 0, &turning(499.0)).is_ok());
    assert!(Plant::new(&craft(), 0.001, 0, &turning(999.0)).is_ok());
}

#[test]
fn an_attitude_without_direction_is_refused_and_a_long_one_normalised() {
    let long = |k: f64| InitialState {
        attitude_xyzw: [0.0, 0.0, 0.0, k],
        ..Default::default()
    };
    let message = refusal(DT_S, &long(0.0), |_| ());
    assert_eq!(
        message,
        "plant: initial attitude_xyzw: norm 0 given, needs a quaternion that can be normalised"
    );
    let plant = Plant::new(&craft(), DT_S, 0, &long(7.0)).unwrap();
    assert_eq!(plant.truth().attitude_xyzw, [0.0, 0.0, 0.0, 1.0]);
}

/// A way to break a craft.
type Change = fn(&mut Craft);

#[test]
fn each_unusable_number_of_a_craft_is_named() {
    let cases: [(Change, &str); 14] = [
        (
            |c| c.mass.dry_kg = 0.0,
            "mass.dry_kg: 0 given, needs a mass above 0 kg",
        ),
        (
            |c| c.mass.propellant_kg = -1.0,
            "mass.propellant_kg: -1 given, needs 0 kg or more",
        ),
        (
            |c| c.mass.isp_s = 0.0,
            "mass.isp_s: 0 given, needs a specific impulse above 0 s",
        ),
        (
            |c| c.mass.inertia_kgm2[0][1] = 4.0,
            "mass.inertia_kgm2: 1 given, needs a symmetric matrix",
        ),
        (
            |c| c.mass.inertia_kgm2[0][0] = -5.0,
            "mass.inertia_kgm2: -5 given, needs a positive definite matrix",
        ),
        (
            |c| c.thrusters[3].open_delay_s = 2.0,
            "thrusters[3].open_delay_s: 2 given, needs 0 to 1 s and at most 10000 ticks",
        ),
        (
            |c| c.thrusters[2].rise_s = -0.1,
            "thrusters[2].rise_s: -0.1 given, needs 0 s or more",
        ),
        (
            |c| c.thrusters[1].cluster = 4,
            "thrusters[1].cluster: 4 given, needs 0 to 3",
        ),
        (
            |c| c.thrusters[0].force_direction_body = [0.0, 0.0, 2.0],
            "thrusters[0].force_direction_body: 2 given, needs a vector of length 1",
        ),
        (
            |c| c.power.battery_soc_init = 80.0,
            "power.battery_soc_init: 80 given, needs 0 to 1",
        ),
        (
            |c| c.power.radar_w = f64::NAN,
            "power.radar_w: NaN given, needs 0 or more",
        ),
        (
            |c| c.sensors.rates.rate_hz = 0.0,
            "sensors.rates.rate_hz: 0 given, needs a rate above 0 Hz",
        ),
        (
            |c| c.sensors.position.noise_std = -1.0,
            "sensors.position.noise_std: -1 given, needs 0 or more",
        ),
        (
            |c| c.thermal.nodes[0].heat_capacity_j_per_k = 0.0,
            "thermal.nodes \"rcs_c01\" heat_capacity_j_per_k: 0 given, \
             needs a heat capacity above 0 J/K",
        ),
    ];
    for (change, expected) in cases {
        let message = refusal(DT_S, &InitialState::default(), change);
        assert_eq!(message, format!("plant: craft {expected}"));
    }
}

#[test]
fn the_number_of_thrusters_is_fixed() {
    let message = refusal(DT_S, &InitialState::default(), |c| {
        c.thrusters.pop();
    });
    assert_eq!(message, "plant: craft thrusters: 15 given, needs 16");
}

#[test]
fn thermal_nodes_must_be_there_once_and_stable() {
    let cases: [(Change, &str); 4] = [
        (
            |c| c.thermal.nodes[2].name = "rcs_c3".to_owned(),
            "plant: craft thermal.nodes: no node named \"rcs_c03\"",
        ),
        (
            |c| c.thermal.nodes[2].name = "rcs_c01".to_owned(),
            "plant: craft thermal.nodes: two nodes named \"rcs_c01\"",
        ),
        (
            |c| {
                let between = ["rcs_c01".to_owned(), "hull".to_owned()];
                c.thermal.couplings = vec![ThermalCoupling {
                    between,
                    conductance_w_per_k: 1.0,
                }];
            },
            "plant: craft thermal.nodes: no node named \"hull\"",
        ),
        (
            |c| c.thermal.nodes[0].heat_capacity_j_per_k = 0.01,
            "plant: craft thermal.nodes \"rcs_c01\": heat capacity 0.01 J/K given, \
             needs at least 0.0484 J/K for its conductances at 50 Hz",
        ),
    ];
    for (change, expected) in cases {
        assert_eq!(refusal(DT_S, &InitialState::default(), change), expected);
    }
}
