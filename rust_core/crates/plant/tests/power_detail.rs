//! What the plant reports of its power plane and its heat.

use crate::common::{CLOSED, DT_S, at_rest, craft};
use qiki_craft::{Feedback, Fresh, NOZZLES, PowerDetail};
use qiki_plant::Plant;
use qiki_power::{Demand, Load, Member, PowerReport, RcsLimit, ShedReason};

fn bit(load: Load) -> u8 {
    1 << load.index()
}

/// The detail of the next report.
fn told(plant: &mut Plant, on_s: &[f64; NOZZLES]) -> PowerDetail {
    let mut feedback = Feedback::default();
    for _ in 0..51 {
        plant.step(on_s);
        plant.sense(&mut feedback);
        if feedback.fresh.has(Fresh::POWER_DETAIL) {
            return feedback.power_detail;
        }
    }
    panic!("no report within a tenth of a second");
}

#[test]
fn detail_comes_with_power_and_nodes_with_the_clusters() {
    let mut plant = at_rest(&craft());
    let mut feedback = Feedback::default();
    let (mut details, mut nodes) = (0, 0);
    for _ in 0..1000 {
        plant.sense(&mut feedback);
        let has = |part| feedback.fresh.has(part);
        assert_eq!(has(Fresh::POWER_DETAIL), has(Fresh::POWER));
        assert_eq!(has(Fresh::NODES), has(Fresh::THERMAL));
        details += u32::from(has(Fresh::POWER_DETAIL));
        nodes += u32::from(has(Fresh::NODES));
        plant.step(&CLOSED);
    }
    // Once at the start, then ten and five times a second.
    assert_eq!((details, nodes), (21, 11));
}

#[test]
fn the_detail_is_the_report_of_the_power_plane() {
    let mut plant = at_rest(&craft());
    let detail = told(&mut plant, &[DT_S; NOZZLES]);
    let r: PowerReport = *plant.power_system().report();
    assert_eq!(detail.requested_w, Some(r.requested_w));
    assert_eq!(detail.supplied_w, r.loads_w);
    assert_eq!(detail.battery_w, r.battery_discharge_w - r.battery_charge_w);
    assert_eq!(
        detail.supercap_w,
        r.supercap_discharge_w - r.supercap_charge_w
    );
    assert_eq!(
        (detail.base_in_w, detail.dock_in_w),
        (r.base_in_w, r.dock_w)
    );
    assert_eq!(
        (detail.unserved_w, detail.spill_w),
        (r.unserved_w, r.spill_w)
    );
    assert_eq!((detail.bus_a, detail.pdu_limit_w), (r.bus_a, r.pdu_limit_w));
    assert_eq!(detail.rcs_allowance, r.rcs_allowance as u8);
    assert_eq!(detail.rcs_budget_w, r.rcs_budget.power_w);
    // All nozzles together are above the peak.
    assert_eq!(detail.throttled, bit(Load::Rcs));
    let overcurrent = detail.reduced_by[ShedReason::PduOvercurrent.index()];
    assert_eq!(overcurrent, bit(Load::Rcs));
    assert!(detail.supplied_w[Load::Rcs.index()] < detail.requested_w.unwrap()[Load::Rcs.index()]);
}

#[test]
fn a_low_battery_is_told_with_what_it_costs() {
    let mut low = craft();
    low.power.battery_soc_init = low.power.battery_shed_soc;
    (low.power.nbl_w, low.power.nbl_soc_min) = (20.0, 0.35);
    let detail = told(&mut at_rest(&low), &CLOSED);
    let by = |reason: ShedReason| detail.reduced_by[reason.index()];
    assert!(detail.low_soc);
    let emitters = bit(Load::Radar) | bit(Load::Transponder);
    assert_eq!(by(ShedReason::LowSoc), emitters);
    assert_eq!(by(ShedReason::NblBudget), bit(Load::Nbl));
    assert_eq!(detail.shed, emitters | bit(Load::Nbl));
    assert!(!detail.nbl_allowed);
}

#[test]
fn faults_are_bits_without_the_trips_of_nodes() {
    let mut empty = craft();
    empty.power.battery_soc_init = 0.0;
    empty.power.supercap_soc_init = 0.0;
    for node in &mut empty.thermal.nodes {
        node.init_c = node.trip_c;
    }
    let mut plant = at_rest(&empty);
    let detail = told(&mut plant, &CLOSED);
    assert_eq!(detail.faults & 8, 8, "BATTERY_EMPTY");
    assert_eq!(detail.faults & !0xF, 0);
    let low = 1 << RcsLimit::BatteryLow.index() | 1 << RcsLimit::SupercapLow.index();
    assert_eq!(
        detail.rcs_budget_limits & low,
        1 << RcsLimit::BatteryLow.index()
    );
}

#[test]
fn a_station_at_the_dock_is_told_with_its_soft_start() {
    let mut plant = at_rest(&craft());
    plant.set_power_demand(&Demand {
        dock_connected: true,
        ..Demand::default()
    });
    let first = told(&mut plant, &CLOSED);
    assert!(first.dock_connected && first.dock_closed);
    assert!(first.dock_soft_start > 0.0 && first.dock_soft_start < 0.1);
    for _ in 0..1500 {
        plant.step(&CLOSED);
    }
    let detail = told(&mut plant, &CLOSED);
    assert_eq!(detail.dock_soft_start, 1.0);
    assert!(detail.dock_in_w > 0.0 && detail.dock_in_w <= detail.dock_offer_w.unwrap());
    assert!((detail.dock_a * detail.dock_v - detail.dock_in_w).abs() < 1e-9);
}

#[test]
fn every_node_is_told_in_the_crafts_order_with_warnings_and_trips() {
    let mut hot = craft();
    let count = hot.thermal.nodes.len();
    hot.thermal.nodes[0].init_c = hot.thermal.nodes[0].trip_c;
    hot.thermal.nodes[2].init_c = hot.thermal.nodes[2].warn_c + 1.0;
    let mut plant = at_rest(&hot);
    let mut feedback = Feedback::default();
    plant.sense(&mut feedback);
    let nodes = feedback.nodes;
    let expected: Vec<f64> = hot.thermal.nodes.iter().map(|n| n.init_c).collect();
    assert_eq!(nodes.count, count);
    assert_eq!(nodes.temps_c(), expected);
    assert_eq!((nodes.tripped, nodes.warned), (1, 0b100));
}
