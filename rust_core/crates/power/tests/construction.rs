//! A power plane that cannot be built says which number was wrong, what would be right, and the
//! code by which it is known.

use crate::common::{SPAN_S, craft, heated, node};
use qiki_craft::NODES_MAX;
use qiki_craft::{Craft, HeatSource};
use qiki_power::PowerSystem;

type Change = fn(&mut Craft);

fn refusal(change: Change) -> (String, String) {
    let mut craft = craft();
    change(&mut craft);
    let error = PowerSystem::new(&craft.power, &craft.thermal, SPAN_S).unwrap_err();
    (error.to_string(), error.code())
}

#[test]
fn each_unusable_number_is_named_with_its_code() {
    let cases: [(Change, &str, &str); 20] = [
        (
            |c| c.power.battery_capacity_wh = 0.0,
            "power.battery_capacity_wh: 0 given, needs an energy above 0 Wh",
            "BATTERY_CAPACITY_ZERO",
        ),
        (
            |c| c.power.battery_capacity_wh = f64::NAN,
            "power.battery_capacity_wh: NaN given, needs an energy above 0 Wh",
            "BATTERY_CAPACITY_INVALID",
        ),
        (
            |c| c.power.battery_soc_init = 80.0,
            "power.battery_soc_init: 80 given, needs 0 to 1",
            "BATTERY_SOC_INIT_INVALID",
        ),
        (
            |c| c.power.radar_w = -1.0,
            "power.radar_w: -1 given, needs 0 or more",
            "POWER_PLANE_PARAM_NEGATIVE:radar_w",
        ),
        (
            |c| c.power.radar_w = f64::NAN,
            "power.radar_w: NaN given, needs 0 or more",
            "POWER_PLANE_PARAM_INVALID:radar_w",
        ),
        (
            |c| c.power.bus_min_v = 0.0,
            "power.bus_min_v: 0 given, needs a voltage above 0 V",
            "BUS_V_ZERO",
        ),
        (
            |c| c.power.bus_min_v = -3.0,
            "power.bus_min_v: -3 given, needs a voltage above 0 V",
            "BUS_V_MIN_INVALID",
        ),
        (
            |c| c.power.bus_nominal_v = 21.0,
            "power.bus_nominal_v: 21 given, needs at least bus_min_v",
            "BUS_V_NOMINAL_INVALID",
        ),
        (
            |c| c.power.bus_current_max_a = 0.0,
            "power.bus_current_max_a: 0 given, needs a current above 0 A",
            "POWER_PLANE_PARAM_INVALID:bus_current_max_a",
        ),
        (
            |c| c.power.nbl_core_max_c = f64::INFINITY,
            "power.nbl_core_max_c: inf given, needs a finite number",
            "POWER_PLANE_PARAM_INVALID:nbl_core_max_c",
        ),
        (
            |c| c.power.battery_restore_soc = 0.2,
            "power.battery_restore_soc: 0.2 given, needs more than battery_shed_soc",
            "POWER_PLANE_PARAM_INVALID:battery_restore_soc",
        ),
        (
            |c| c.power.supercap_gate_hysteresis = 0.16,
            "power.supercap_gate_hysteresis: 0.16 given, needs at most half of \
             supercap_boost_soc - supercap_hold_soc",
            "POWER_PLANE_PARAM_INVALID:supercap_gate_hysteresis",
        ),
        (
            |c| node(c, "core").hysteresis_k = 0.0,
            "thermal.nodes \"core\" hysteresis_k: 0 given, needs a difference above 0 K",
            "THERMAL_PLANE_PARAM_INVALID:core:hys_zero",
        ),
        (
            |c| node(c, "core").warn_c = 90.0,
            "thermal.nodes \"core\" warn_c: 90 given, needs less than trip_c",
            "THERMAL_PLANE_PARAM_INVALID:core:warn_c",
        ),
        (
            |c| node(c, "hull").heat_capacity_j_per_k = 0.0,
            "thermal.nodes \"hull\" heat_capacity_j_per_k: 0 given, needs a heat capacity above \
             0 J/K",
            "THERMAL_PLANE_PARAM_INVALID:hull:heat_capacity_j_per_k",
        ),
        (
            |c| c.thermal.couplings[1].conductance_w_per_k = -1.0,
            "thermal.couplings[1].conductance_w_per_k: -1 given, needs 0 W/K or more",
            "THERMAL_PLANE_PARAM_INVALID:thermal.couplings[1].conductance_w_per_k",
        ),
        (
            |c| c.thermal.nodes.retain(|n| n.name != "hull"),
            "thermal.nodes: no node named \"hull\"",
            "THERMAL_PLANE_PARAM_INVALID:hull:missing",
        ),
        (
            |c| node(c, "pdu").name = "core".to_owned(),
            "thermal.nodes: two nodes named \"core\"",
            "THERMAL_PLANE_PARAM_INVALID:core:twin",
        ),
        (
            |c| node(c, "rcs_c01").heat_capacity_j_per_k = 0.01,
            "thermal.nodes \"rcs_c01\": heat capacity 0.01 J/K given, needs at least 0.084 J/K \
             for its conductances at 50 Hz",
            "THERMAL_PLANE_PARAM_INVALID:rcs_c01:heat_capacity_j_per_k",
        ),
        (
            |c| {
                for i in 0..=NODES_MAX {
                    let probe = heated(&format!("n{i}"), 0.0, 0.0, HeatSource::RcsW);
                    c.thermal.nodes.push(probe);
                }
            },
            "thermal.nodes: 43 given, needs at most 32",
            "THERMAL_PLANE_PARAM_INVALID:nodes",
        ),
    ];
    for (change, message, code) in cases {
        assert_eq!(
            refusal(change),
            (format!("power: craft {message}"), code.to_owned())
        );
    }
}
