//! After construction nothing is allocated.

use crate::common::{SPAN_S, burning, craft, node, system};
use qiki_power::{RcsConditions, RcsGate, rcs_power_available_w};

#[test]
fn stepping_reading_and_budgeting_allocate_nothing() {
    let mut craft = craft();
    craft.power.battery_capacity_wh = 20.0;
    node(&mut craft, "core").init_c = 110.0;
    let mut system = system(&craft);
    let mut gate = RcsGate::new(&craft.power);
    let counted = allocation_counter::measure(|| {
        for round in 0..5000u32 {
            let mut demand = burning(f64::from(round % 60) * 1e3);
            demand.dock_connected = round % 500 > 250;
            let r = *system.step(&demand, SPAN_S);
            let allowance = gate.update(r.supercap_soc);
            let now = RcsConditions::cold(allowance, r.battery_soc, r.supercap_soc, r.load_w, 0.1);
            let budget = rcs_power_available_w(&craft.power, &now);
            let names = r.shed.iter().map(|load| load.name().len()).sum::<usize>();
            let seen = system.fault_names().count() + system.thermal().nodes().count() + names;
            assert!(seen > 0 && budget.power_w >= 0.0);
        }
    });
    assert_eq!(counted.count_total, 0);
}
