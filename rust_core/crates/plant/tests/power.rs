//! The electrical side: balance of energy, limits, who carries a peak.

use crate::common::{CLOSED, DT_S, at_rest, craft};
use qiki_craft::{Craft, NOZZLES, PowerPlane};
use qiki_plant::Plant;
use qiki_power::{Demand, Load};

/// Ticks of one power step at 500 Hz.
const STEP_TICKS: usize = 10;
const STEADY_W: f64 = 60.0 + 35.0 + 18.0 + 6.0;

/// To the end of the next power step; its length, s. The first one ends with the first tick.
fn power_step(plant: &mut Plant, on_s: &[f64; NOZZLES]) -> f64 {
    let ticks = match plant.tick() as usize {
        0 => 1,
        tick => STEP_TICKS - tick % STEP_TICKS,
    };
    for _ in 0..ticks {
        plant.step(on_s);
    }
    ticks as f64 * DT_S
}

fn stored_j(plant: &Plant, plane: &PowerPlane) -> f64 {
    let power = plant.power();
    3600.0
        * (power.battery_soc * plane.battery_capacity_wh
            + power.supercap_soc * plane.supercap_capacity_wh)
}

fn open(nozzles: usize) -> [f64; NOZZLES] {
    std::array::from_fn(|n| if n < nozzles { DT_S } else { 0.0 })
}

fn power_craft(change: impl Fn(&mut PowerPlane)) -> Craft {
    let mut craft = craft();
    change(&mut craft.power);
    craft
}

#[test]
fn what_leaves_the_stores_is_what_the_loads_take_less_the_source() {
    let craft = power_craft(|p| {
        p.battery_capacity_wh = 40.0;
        p.supercap_capacity_wh = 8.0;
    });
    let mut plant = at_rest(&craft);
    let plane = &craft.power;
    for round in 0..600 {
        let before = stored_j(&plant, plane);
        let span = power_step(&mut plant, &open([0, 8, 3, 16, 0, 1][round / 7 % 6]));
        let p = plant.power();
        let net_w = plane.base_in_w - p.load_w + p.unserved_w - p.spill_w;
        let gained = stored_j(&plant, plane) - before;
        assert!(
            (gained - net_w * span).abs() < 1e-6,
            "{gained} J, not {} J",
            net_w * span
        );
        assert!((0.0..=1.0).contains(&p.battery_soc) && (0.0..=1.0).contains(&p.supercap_soc));
        assert!(p.battery_w <= plane.battery_discharge_max_w);
        assert!(p.supercap_w <= plane.supercap_discharge_max_w);
        assert!(-p.supercap_w <= plane.supercap_charge_max_w);
    }
    assert!(
        plant.power().battery_soc < 1e-9,
        "the test drained the battery"
    );
    assert!(plant.power().unserved_w > 0.0);
}

#[test]
fn nozzles_draw_their_power_while_open_and_only_then() {
    let mut plant = at_rest(&craft());
    assert_eq!(plant.power().load_w, STEADY_W);
    power_step(&mut plant, &CLOSED);
    assert_eq!(plant.power().rcs_w, 0.0);
    power_step(&mut plant, &open(1));
    power_step(&mut plant, &open(1));
    let power = plant.power();
    assert!((power.rcs_w - 17.5 * 260.0).abs() < 1e-9);
    assert!((power.load_w - STEADY_W - 17.5 * 260.0).abs() < 1e-9);
}

#[test]
fn the_supercapacitor_carries_the_peak_above_the_battery_and_is_refilled_by_it() {
    let craft = craft();
    let mut plant = at_rest(&craft);
    for _ in 0..3 {
        power_step(&mut plant, &open(8));
    }
    let peak = plant.power();
    assert_eq!(peak.battery_w, 22_500.0);
    let need_w = peak.load_w - craft.power.base_in_w;
    assert!((peak.supercap_w - (need_w - 22_500.0)).abs() < 1e-9);
    assert_eq!(peak.unserved_w, 0.0);
    power_step(&mut plant, &CLOSED);
    power_step(&mut plant, &CLOSED);
    let rest = plant.power();
    assert_eq!(rest.supercap_w, -10_000.0);
    assert!((rest.battery_w - (10_000.0 + STEADY_W - 30.0)).abs() < 1e-9);
    assert!(rest.supercap_soc > peak.supercap_soc);
}

#[test]
fn what_neither_store_can_give_is_unserved() {
    let craft = power_craft(|p| p.supercap_soc_init = 0.0);
    let mut plant = at_rest(&craft);
    power_step(&mut plant, &open(16));
    power_step(&mut plant, &open(16));
    let power = plant.power();
    assert!((power.unserved_w - (power.load_w - 30.0 - 22_500.0)).abs() < 1e-9);
}

#[test]
fn a_surplus_fills_the_supercapacitor_then_the_battery_and_spills_the_rest() {
    let craft = power_craft(|p| {
        p.base_in_w = 20_000.0;
        p.supercap_soc_init = 1.0;
    });
    let mut plant = at_rest(&craft);
    power_step(&mut plant, &CLOSED);
    let power = plant.power();
    assert_eq!(power.supercap_w, 0.0);
    assert_eq!(power.battery_w, -5_000.0);
    assert!((power.spill_w - (20_000.0 - STEADY_W - 5_000.0)).abs() < 1e-9);
}

#[test]
fn bus_voltage_falls_linearly_with_the_battery() {
    for (soc, volts) in [(0.0, 22.0), (0.5, 25.0), (1.0, 28.0)] {
        let plant = at_rest(&power_craft(|p| p.battery_soc_init = soc));
        assert!((plant.power().bus_v - volts).abs() < 1e-12);
    }
}

#[test]
fn switches_and_the_dock_act_from_the_next_power_step_on() {
    let mut plant = at_rest(&craft());
    power_step(&mut plant, &CLOSED);
    plant.set_power_demand(&Demand {
        radar_on: false,
        dock_connected: true,
        ..Demand::default()
    });
    assert_eq!(plant.power().load_w, STEADY_W);
    power_step(&mut plant, &CLOSED);
    assert_eq!(plant.power().load_w, STEADY_W - 18.0);
    assert!(plant.power_system().report().dock_w > 0.0);
}

#[test]
fn speed_and_nozzle_power_are_the_plants_own() {
    let mut plant = at_rest(&power_craft(|p| p.motion_w_per_mps = 10.0));
    plant.set_power_demand(&Demand {
        speed_mps: 1.0,
        rcs_cluster_w: [1e4; 4],
        ..Demand::default()
    });
    power_step(&mut plant, &CLOSED);
    let report = *plant.power_system().report();
    assert_eq!(report.supplied_w(Load::Motion), 0.0);
    assert_eq!(report.supplied_w(Load::Rcs), 0.0);
}

#[test]
fn a_low_battery_sheds_loads_of_the_plant_too() {
    let plant = at_rest(&power_craft(|p| p.battery_soc_init = 0.1));
    assert_eq!(plant.power().load_w, STEADY_W - 18.0 - 6.0);
}
