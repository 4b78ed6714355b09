//! A power plane to test with, and short words for what the tests do often.

use qiki_craft::{Craft, HeatInput, HeatSource, PowerPlane, ThermalNode};
use qiki_power::{Demand, Fault, Load, PowerReport, PowerSystem, Set, ShedReason};

pub const SPAN_S: f64 = 0.02;
/// Avionics of the shipped craft with everything on, W.
pub const AVIONICS_W: f64 = 60.0 + 35.0 + 18.0 + 6.0 + 20.0;

/// The default craft as it ships.
pub fn craft() -> Craft {
    Craft::from_json(include_str!("../../../craft/fixtures/dodeca-01.json")).unwrap()
}

/// The same with another power plane.
pub fn craft_with(change: impl FnOnce(&mut PowerPlane)) -> Craft {
    let mut craft = craft();
    change(&mut craft.power);
    craft
}

pub fn system(craft: &Craft) -> PowerSystem {
    PowerSystem::new(&craft.power, &craft.thermal, SPAN_S).unwrap()
}

pub fn system_with(change: impl FnOnce(&mut PowerPlane)) -> PowerSystem {
    system(&craft_with(change))
}

/// The node of a craft, to be changed.
pub fn node<'a>(craft: &'a mut Craft, name: &str) -> &'a mut ThermalNode {
    let nodes = &mut craft.thermal.nodes;
    nodes.iter_mut().find(|n| n.name == name).unwrap()
}

/// No node cools, none heats another.
pub fn insulate(craft: &mut Craft) {
    craft.thermal.ambient_exchange_w_per_k = 0.0;
    craft.thermal.couplings.clear();
    for node in &mut craft.thermal.nodes {
        node.cooling_w_per_k = 0.0;
    }
}

pub fn heated(name: &str, cooling_w_per_k: f64, init_c: f64, source: HeatSource) -> ThermalNode {
    ThermalNode {
        name: name.to_owned(),
        heat_capacity_j_per_k: 40.0,
        cooling_w_per_k,
        init_c,
        warn_c: 80.0,
        trip_c: 90.0,
        hysteresis_k: 5.0,
        heat: vec![HeatInput { source, gain: 1.0 }],
    }
}

/// Nozzle power, evenly over the clusters.
pub fn burning(rcs_w: f64) -> Demand {
    Demand {
        rcs_cluster_w: [rcs_w / 4.0; 4],
        ..Demand::default()
    }
}

pub fn docked() -> Demand {
    Demand {
        dock_connected: true,
        ..Demand::default()
    }
}

pub fn shed(report: &PowerReport) -> Vec<&'static str> {
    report.shed.iter().map(Load::name).collect()
}

pub fn why(report: &PowerReport, load: Load) -> Vec<&'static str> {
    let reasons: Set<ShedReason> = report.reasons[load as usize];
    reasons.iter().map(ShedReason::name).collect()
}

pub fn codes(report: &PowerReport) -> Vec<&'static str> {
    report.faults.iter().map(Fault::code).collect()
}

/// Energy that a step should have brought into the stores by its report, J.
pub fn booked_j(r: &PowerReport, span_s: f64) -> f64 {
    (r.base_in_w + r.dock_w + r.unserved_w - r.spill_w - r.load_w) * span_s
}
