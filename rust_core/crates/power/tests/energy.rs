//! Storage: balance of energy, limits, who carries a peak, what is lost.

use crate::common::{AVIONICS_W, SPAN_S, booked_j, burning, codes, docked, system_with};
use qiki_power::{Demand, Load, PowerSystem};

fn run(system: &mut PowerSystem, demand: &Demand, steps: usize) {
    for _ in 0..steps {
        system.step(demand, SPAN_S);
    }
}

#[test]
fn every_step_books_the_energy_that_the_stores_gain_or_lose() {
    let mut system = system_with(|p| p.battery_capacity_wh = 40.0);
    let (mut start_j, mut booked) = (system.stored_j(), 0.0);
    let first_j = start_j;
    for round in 0..3000 {
        let mut demand = burning([0.0, 9e3, 30e3, 60e3, 0.0, 1e3][round / 7 % 6]);
        demand.dock_connected = round % 1000 > 900;
        let gained = booked_j(system.step(&demand, SPAN_S), SPAN_S);
        assert!((system.stored_j() - start_j - gained).abs() < 1e-9);
        start_j = system.stored_j();
        booked += gained;
    }
    assert!((start_j - first_j - booked).abs() < 1e-9 * first_j);
    assert!(
        system.report().battery_soc < 0.01,
        "the test drained the battery"
    );
}

#[test]
fn sources_and_sinks_of_the_report_balance() {
    let mut system = system_with(|p| p.battery_capacity_wh = 10.0);
    for round in 0..2000 {
        let r = system.step(&burning(f64::from(round % 50) * 1e3), SPAN_S);
        let open_w = r.power_in_w() + r.battery_w() + r.unserved_w - r.spill_w - r.power_out_w();
        assert!(open_w.abs() < 1e-9, "{open_w} W");
    }
}

#[test]
fn the_battery_serves_first_and_the_supercapacitor_what_is_above_its_limit() {
    let mut system = system_with(|_| ());
    let modest = *system.step(&burning(20e3), SPAN_S);
    assert_eq!(modest.supercap_discharge_w, 0.0);
    let peak = *system.step(&burning(40e3), SPAN_S);
    assert_eq!(peak.battery_discharge_w, 22_500.0);
    let above_w = 40e3 + AVIONICS_W - 30.0 - 22_500.0;
    assert!((peak.supercap_discharge_w - above_w).abs() < 1e-9);
    assert_eq!((peak.unserved_w, codes(&peak)), (0.0, vec![]));
}

#[test]
fn the_supercapacitor_is_refilled_by_the_battery_within_its_charge_limit() {
    let mut system = system_with(|p| p.supercap_soc_init = 0.5);
    let r = *system.step(&Demand::default(), SPAN_S);
    assert_eq!(r.supplied_w(Load::SupercapCharge), 3000.0);
    assert!((r.battery_discharge_w - (3000.0 + AVIONICS_W - 30.0)).abs() < 1e-9);
    run(&mut system, &Demand::default(), 500);
    assert_eq!(system.report().supercap_soc, 1.0);
    assert_eq!(system.report().supplied_w(Load::SupercapCharge), 0.0);
}

#[test]
fn charging_stays_within_the_peak_of_the_bot() {
    let mut system = system_with(|p| {
        p.supercap_soc_init = 0.5;
        p.peak_max_w = 1000.0;
    });
    let r = system.step(&Demand::default(), SPAN_S);
    assert_eq!(r.power_out_w(), 1000.0);
}

#[test]
fn what_the_stores_cannot_give_is_unserved_and_a_discharge_fault() {
    let mut system = system_with(|p| p.supercap_soc_init = 0.0);
    let r = *system.step(&burning(30e3), SPAN_S);
    assert!((r.unserved_w - (30e3 + AVIONICS_W - 30.0 - 22_500.0)).abs() < 1e-9);
    assert_eq!(codes(&r), ["BATTERY_DISCHARGE_LIMIT"]);
}

#[test]
fn an_empty_battery_is_a_fault_and_serves_nothing() {
    let mut system = system_with(|p| {
        (p.battery_soc_init, p.supercap_soc_init) = (0.0, 0.0);
    });
    let r = *system.step(&Demand::default(), SPAN_S);
    assert_eq!(codes(&r), ["BATTERY_EMPTY"]);
    assert_eq!(r.battery_discharge_w, 0.0);
    assert!((r.unserved_w - (r.load_w - 30.0)).abs() < 1e-9);
    assert_eq!(r.bus_v, 22.0);
}

#[test]
fn a_surplus_fills_the_supercapacitor_then_the_battery_and_spills_the_rest() {
    let mut system = system_with(|p| {
        (p.base_in_w, p.supercap_soc_init) = (20_000.0, 0.0);
    });
    let first = *system.step(&Demand::default(), SPAN_S);
    assert_eq!(
        (first.supercap_charge_w, first.battery_charge_w),
        (3000.0, 120.0)
    );
    assert!((first.spill_w - (20_000.0 - AVIONICS_W - 3120.0)).abs() < 1e-9);
    assert_eq!(codes(&first), ["BATTERY_CHARGE_LIMIT"]);
}

#[test]
fn a_full_battery_spills_without_a_fault() {
    let mut system = system_with(|p| {
        p.base_in_w = 200.0;
        (p.battery_soc_init, p.supercap_soc_init) = (1.0, 1.0);
    });
    let r = *system.step(&Demand::default(), SPAN_S);
    assert!((r.spill_w - (200.0 - AVIONICS_W)).abs() < 1e-9);
    assert_eq!(codes(&r), [""; 0]);
}

#[test]
fn bus_voltage_and_limit_follow_the_battery_linearly() {
    for (soc, volts) in [(0.0, 22.0), (0.5, 25.0), (0.8, 26.8), (1.0, 28.0)] {
        let system = system_with(|p| p.battery_soc_init = soc);
        let r = system.report();
        assert!((r.bus_v - volts).abs() < 1e-12);
        assert!((r.pdu_limit_w - 6.0 * volts).abs() < 1e-9);
        assert!((r.bus_a * r.bus_v - (r.load_w - r.supplied_w(Load::Rcs))).abs() < 1e-9);
    }
}

#[test]
fn the_dock_can_charge_what_the_craft_alone_could_not() {
    let mut system = system_with(|p| (p.battery_soc_init, p.supercap_soc_init) = (0.5, 1.0));
    run(&mut system, &docked(), 200);
    let r = *system.report();
    // 139 W of loads less 30 W of its own; the rest of 250 W is more than the charge limit.
    assert_eq!(r.battery_charge_w, 120.0);
    assert!((r.dock_w - (AVIONICS_W - 30.0 + 120.0)).abs() < 1e-9);
    assert_eq!((r.spill_w, codes(&r)), (0.0, vec![]));
}
