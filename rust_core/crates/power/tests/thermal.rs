//! Thermal nodes: steady states, trips and clearing, derating.

use crate::common::{SPAN_S, burning, craft, docked, heated, insulate, node, system, system_with};
use qiki_craft::{Craft, HeatSource};
use qiki_power::{Demand, HeatDrive, NodeWatch, ThermalNet, derating};

/// Solves `a x = b` by elimination with pivoting.
fn solve(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
    let n = b.len();
    for k in 0..n {
        let pivot = (k..n)
            .max_by(|i, j| a[*i][k].abs().total_cmp(&a[*j][k].abs()))
            .unwrap();
        a.swap(k, pivot);
        b.swap(k, pivot);
        for i in k + 1..n {
            let f = a[i][k] / a[k][k];
            for j in k..n {
                a[i][j] -= f * a[k][j];
            }
            b[i] -= f * b[k];
        }
    }
    for k in (0..n).rev() {
        let known: f64 = (k + 1..n).map(|j| a[k][j] * b[j]).sum();
        b[k] = (b[k] - known) / a[k][k];
    }
    b
}

/// Temperatures at which every node's heat flows cancel, °C: `G (T - T_env) = P`.
fn balance(craft: &Craft, heat_w: &[f64]) -> Vec<f64> {
    let t = &craft.thermal;
    let n = t.nodes.len();
    let mut g = vec![vec![0.0; n]; n];
    for (i, node) in t.nodes.iter().enumerate() {
        g[i][i] += node.cooling_w_per_k + t.ambient_exchange_w_per_k;
    }
    let index = |name: &String| t.nodes.iter().position(|n| n.name == *name).unwrap();
    for c in &t.couplings {
        let (a, b) = (index(&c.between[0]), index(&c.between[1]));
        for (i, j) in [(a, b), (b, a)] {
            g[i][i] += c.conductance_w_per_k;
            g[i][j] -= c.conductance_w_per_k;
        }
    }
    let above = solve(g, heat_w.to_vec());
    above.iter().map(|k| k + t.ambient_c).collect()
}

#[test]
fn the_shipped_network_ends_where_its_conductance_matrix_says() {
    let craft = craft();
    let drive = HeatDrive {
        mcqpu_w: 35.0,
        nbl_w: 20.0,
        power_out_w: 2000.0,
        bus_a_squared: 25.0,
        supercap_w: 500.0,
        battery_w: 2000.0,
        dock_a_squared: 80.0,
        rcs_cluster_w: [800.0, 600.0, 400.0, 200.0],
    };
    let of = |name: &str| match name {
        "core" => 0.8 * 35.0 + 0.7 * 20.0,
        "pdu" => 0.02 * 2000.0 + 0.4 * 25.0,
        "supercap" => 0.03 * 500.0,
        "battery" => 0.01 * 2000.0,
        "dock_bridge" => 0.25 * 80.0,
        "hull" => 0.1 * 2000.0,
        "rcs_c01" => 0.25 * 800.0,
        "rcs_c02" => 0.25 * 600.0,
        "rcs_c03" => 0.25 * 400.0,
        _ => 0.25 * 200.0,
    };
    let heat_w: Vec<f64> = craft.thermal.nodes.iter().map(|n| of(&n.name)).collect();
    let expected = balance(&craft, &heat_w);
    let mut net = ThermalNet::new(&craft.thermal, 10.0).unwrap();
    for _ in 0..10_000 {
        net.step(&drive, 10.0);
    }
    for (node, expected_c) in net.nodes().zip(expected) {
        let error = (node.watch.temp_c() - expected_c).abs();
        assert!(error < 1e-9, "{}: off by {error} K", node.name);
    }
}

#[test]
fn a_coasting_craft_never_comes_near_a_trip() {
    let craft = craft();
    let mut system = system(&craft);
    for _ in 0..50 * 600 {
        let r = system.step(&docked(), SPAN_S);
        assert_eq!((r.tripped, r.warned), (0, 0));
    }
}

#[test]
fn every_heat_source_reaches_its_node() {
    // Alone, uncooled, 40 J/K: a step of 20 ms shows the source in the temperature.
    let powers = [
        (HeatSource::McqpuW, 35.0),
        (HeatSource::NblW, 20.0),
        (HeatSource::PowerOutW, 139.0 + 40_000.0),
        (HeatSource::BusASquared, (139.0 / 26.8f64).powi(2)),
        (HeatSource::SupercapW, 40_000.0 + 139.0 - 30.0 - 22_500.0),
        (HeatSource::BatteryW, 22_500.0),
        (HeatSource::RcsW, 40_000.0),
        (HeatSource::RcsCluster0W, 10_000.0),
        (HeatSource::RcsCluster3W, 10_000.0),
    ];
    for (source, drive_w) in powers {
        let mut craft = craft();
        insulate(&mut craft);
        craft.thermal.nodes.push(heated("probe", 0.0, 0.0, source));
        let mut system = system(&craft);
        system.step(&burning(40e3), SPAN_S);
        let heat_w = system.thermal().watch("probe").unwrap().temp_c() * 40.0 / SPAN_S;
        assert!((heat_w - drive_w).abs() < 1e-6, "{source:?}: {heat_w} W");
    }
}

#[test]
fn the_dock_heats_its_bridge_by_the_square_of_its_current() {
    let mut craft = craft();
    craft.power.dock_soft_start_s = 0.0;
    insulate(&mut craft);
    let mut system = system(&craft);
    let amps = system.step(&docked(), SPAN_S).dock_a;
    assert!(amps > 1.0);
    let rise_k = system.thermal().watch("dock_bridge").unwrap().temp_c() + 60.0;
    assert!((rise_k - 0.25 * amps * amps * SPAN_S / 500.0).abs() < 1e-12);
}

#[test]
fn a_hot_start_trips_every_node_and_each_clears_at_its_own_threshold() {
    let mut craft = craft();
    insulate(&mut craft);
    for node in &mut craft.thermal.nodes {
        node.init_c = node.trip_c + 5.0;
        node.cooling_w_per_k = 0.3;
        node.heat.clear();
    }
    let mut system = system(&craft);
    let all = (1 << craft.thermal.nodes.len()) - 1;
    assert_eq!((system.report().tripped, system.report().warned), (all, 0));
    let mut cleared = 0u32;
    for _ in 0..50 * 3600 {
        let before: Vec<f64> = system.thermal().nodes().map(|n| n.watch.temp_c()).collect();
        let was = system.report().tripped;
        let now = system.step(&Demand::default(), SPAN_S).tripped;
        assert_eq!(now & !was, 0, "cooling trips nothing");
        for (i, n) in system.thermal().nodes().enumerate() {
            if was & !now & 1 << i != 0 {
                let clear_c = craft.thermal.nodes[i].trip_c - craft.thermal.nodes[i].hysteresis_k;
                assert!(
                    before[i] > clear_c && n.watch.temp_c() <= clear_c,
                    "{}",
                    n.name
                );
                // Above or below its warning, by the size of its hysteresis.
                assert_eq!(n.watch.warned(), clear_c > n.watch.warn_c());
                cleared += 1;
            }
        }
    }
    assert_eq!(cleared, craft.thermal.nodes.len() as u32);
    assert_eq!((system.report().tripped, system.report().warned), (0, 0));
}

#[test]
fn a_watch_warns_trips_and_clears_at_its_limits_themselves() {
    let mut craft = craft();
    let mut watch = NodeWatch::new(node(&mut craft, "rcs_c01"));
    for (temp_c, warned, tripped, share) in [
        (109.999, false, false, 1.0),
        (110.0, true, false, 1.0),
        (115.0, true, false, 0.5),
        (119.0, true, false, 0.1),
        (120.0, false, true, 0.0),
        (112.0, false, true, 0.0),
        (105.001, false, true, 0.0),
        (105.0, false, false, 1.0),
        (f64::NAN, false, true, 0.0),
        (f64::NAN, false, true, 0.0),
        (20.0, false, false, 1.0),
    ] {
        watch.update(temp_c);
        assert_eq!(
            (watch.warned(), watch.tripped()),
            (warned, tripped),
            "{temp_c} °C"
        );
        assert!((watch.derating() - share).abs() < 1e-12, "{temp_c} °C");
    }
}

#[test]
fn derating_falls_without_a_step_from_warning_to_trip() {
    let mut last = 1.0;
    for i in 0..=4000 {
        let share = derating(90.0 + f64::from(i) * 0.01, 110.0, 120.0);
        assert!((0.0..=last).contains(&share) && last - share < 1.1e-3);
        last = share;
    }
    assert_eq!(last, 0.0);
    assert_eq!(derating(f64::NAN, 110.0, 120.0), 0.0);
}

#[test]
fn the_longest_burn_of_a_cluster_warns_at_most_and_a_second_one_at_once_trips() {
    let craft = craft();
    let mut system = system(&craft);
    let mut demand = Demand::default();
    demand.rcs_cluster_w[1] = 17.5 * 4.0 * 240.0;
    let mut trips = Vec::new();
    for step in 0..300 {
        system.step(&demand, SPAN_S);
        let [_, second, ..] = system.thermal().clusters();
        if second.tripped() {
            trips.push(step);
        }
    }
    assert!(
        trips[0] >= 150,
        "3 s are 150 steps; tripped in step {}",
        trips[0]
    );
}

#[test]
fn a_craft_without_the_known_nodes_has_nothing_to_trip() {
    let mut craft = craft();
    craft.thermal.couplings.clear();
    craft.thermal.nodes.retain(|n| n.name.starts_with("rcs"));
    let r = *system(&craft).step(&Demand::default(), SPAN_S);
    assert!(r.nbl_allowed && r.faults.is_empty() && r.shed.is_empty());
    assert!(system_with(|_| ()).thermal().watch("nowhere").is_none());
}
