//! Thermal nodes against closed forms, and the rules that hold them.

use crate::common::{CLOSED, craft};
use qiki_craft::{Craft, HeatInput, HeatSource, ThermalCoupling, ThermalNode};
use qiki_plant::{InitialState, Plant};

const DT_S: f64 = 0.02;

fn node(name: &str, cooling_w_per_k: f64, init_c: f64, heat: &[(HeatSource, f64)]) -> ThermalNode {
    ThermalNode {
        name: name.to_owned(),
        heat_capacity_j_per_k: 40.0,
        cooling_w_per_k,
        init_c,
        warn_c: 80.0,
        trip_c: 90.0,
        hysteresis_k: 5.0,
        heat: heat
            .iter()
            .map(|&(source, gain)| HeatInput { source, gain })
            .collect(),
    }
}

fn with_nodes(nodes: Vec<ThermalNode>, coupling_w_per_k: f64) -> Craft {
    let mut craft = craft();
    if nodes.len() > 1 {
        craft.thermal.couplings.push(ThermalCoupling {
            between: [nodes[0].name.clone(), nodes[1].name.clone()],
            conductance_w_per_k: coupling_w_per_k,
        });
    }
    craft.thermal.nodes.extend(nodes);
    craft
}

fn coasted(craft: &Craft, seconds: f64) -> Plant {
    let mut plant = Plant::new(craft, DT_S, 0, &InitialState::default()).unwrap();
    for _ in 0..(seconds / DT_S) as u64 {
        plant.step(&CLOSED);
    }
    plant
}

fn temperature(plant: &Plant, name: &str) -> f64 {
    plant.temperatures_c().find(|(n, _)| *n == name).unwrap().1
}

#[test]
fn a_heated_node_ends_at_heat_over_conductance_above_the_environment() {
    let craft = with_nodes(
        vec![node("core", 1.2, 25.0, &[(HeatSource::McqpuW, 0.8)])],
        0.0,
    );
    let expected = -60.0 + 0.8 * 35.0 / (1.2 + 0.2);
    assert!((temperature(&coasted(&craft, 1200.0), "core") - expected).abs() < 1e-9);
}

#[test]
fn a_node_cools_exponentially_with_its_time_constant() {
    let plant = coasted(&with_nodes(vec![node("core", 1.8, 40.0, &[])], 0.0), 20.0);
    let expected = -60.0 + 100.0 * (-20.0 * 2.0 / 40.0f64).exp();
    // Explicit Euler is off by half a step of 20 ms over a time constant of 20 s.
    assert!((temperature(&plant, "core") - expected).abs() < 0.03);
}

#[test]
fn two_coupled_nodes_end_where_their_heat_flows_balance() {
    let heat = [(HeatSource::McqpuW, 2.0)];
    let craft = with_nodes(
        vec![node("a", 1.0, 0.0, &heat), node("b", 0.5, 0.0, &[])],
        0.4,
    );
    let plant = coasted(&craft, 2000.0);
    // (ga + c) a - c b = P and (gb + c) b - c a = 0, above the environment.
    let (ga, gb, c, p) = (1.2, 0.7, 0.4, 70.0);
    let a = p * (gb + c) / ((ga + c) * (gb + c) - c * c);
    assert!((temperature(&plant, "a") - (a - 60.0)).abs() < 1e-9);
    assert!((temperature(&plant, "b") - (a * c / (gb + c) - 60.0)).abs() < 1e-9);
}

#[test]
fn every_heat_source_reaches_its_node() {
    let steady_w = 60.0 + 35.0 + 18.0 + 6.0;
    let rcs_w = 17.5 * (2.0 * 260.0 + 220.0);
    let bus_v = 22.0 + 6.0 * 0.8f64;
    for (source, drive, tolerance) in [
        (HeatSource::McqpuW, 35.0, 1e-9),
        (HeatSource::NblW, 7.0, 1e-9),
        (HeatSource::PowerOutW, steady_w + 7.0 + rcs_w, 1e-6),
        (
            HeatSource::BusASquared,
            ((steady_w + 7.0) / bus_v).powi(2),
            1e-3,
        ),
        (HeatSource::SupercapW, 0.0, 1e-9),
        (HeatSource::BatteryW, steady_w + 7.0 + rcs_w - 30.0, 1e-6),
        (HeatSource::DockASquared, 0.0, 1e-9),
        (HeatSource::RcsW, rcs_w, 1e-6),
        (HeatSource::RcsCluster0W, 17.5 * 260.0, 1e-6),
        (HeatSource::RcsCluster1W, 17.5 * 260.0, 1e-6),
        (HeatSource::RcsCluster2W, 0.0, 1e-9),
        (HeatSource::RcsCluster3W, 17.5 * 220.0, 1e-6),
    ] {
        let mut craft = with_nodes(vec![node("probe", 0.0, 0.0, &[(source, 0.1)])], 0.0);
        craft.thermal.ambient_exchange_w_per_k = 0.0;
        craft.power.nbl_w = 7.0;
        craft.power.supercap_soc_init = 1.0;
        let mut plant = Plant::new(&craft, DT_S, 0, &InitialState::default()).unwrap();
        let mut on = CLOSED;
        (on[0], on[4], on[12]) = (DT_S, DT_S, DT_S);
        plant.step(&on);
        let heat_w = temperature(&plant, "probe") * 40.0 / DT_S;
        assert!(
            (heat_w - 0.1 * drive).abs() < tolerance,
            "{source:?}: {heat_w} W"
        );
    }
}

#[test]
fn cluster_temperatures_are_reported_in_cluster_order() {
    let mut craft = craft();
    craft.thermal.nodes.reverse();
    for (i, node) in craft.thermal.nodes.iter_mut().enumerate() {
        node.init_c = 4.0 - i as f64;
    }
    let mut plant = Plant::new(&craft, DT_S, 0, &InitialState::default()).unwrap();
    let mut feedback = qiki_craft::Feedback::default();
    plant.sense(&mut feedback);
    assert_eq!(feedback.cluster_temp_c, [1.0, 2.0, 3.0, 4.0]);
}

#[test]
fn temperatures_are_held_between_minus_120_and_160() {
    let hot = with_nodes(
        vec![node("core", 0.0, 25.0, &[(HeatSource::McqpuW, 1e4)])],
        0.0,
    );
    assert_eq!(temperature(&coasted(&hot, 1.0), "core"), 160.0);
    let cold = with_nodes(
        vec![node("core", 0.0, -100.0, &[(HeatSource::McqpuW, -1e4)])],
        0.0,
    );
    assert_eq!(temperature(&coasted(&cold, 1.0), "core"), -120.0);
}

#[test]
fn a_node_does_not_cool_below_the_environment_but_a_colder_one_is_left_alone() {
    let mut craft = with_nodes(
        vec![node("core", 1.2, -59.0, &[(HeatSource::McqpuW, -9.0)])],
        0.0,
    );
    assert_eq!(temperature(&coasted(&craft, 1.0), "core"), -60.0);
    let colder = craft.thermal.nodes.last_mut().unwrap();
    (colder.init_c, colder.cooling_w_per_k) = (-90.0, 0.0);
    colder.heat.clear();
    let after = temperature(&coasted(&craft, 0.02), "core");
    assert!(
        (-90.0..-89.9).contains(&after),
        "{after}: warms by exchange alone"
    );
}
