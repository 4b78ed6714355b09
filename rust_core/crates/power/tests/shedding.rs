//! Low battery, heat, the budget of the narrow-band link, and bus overcurrent.

use crate::common::{
    AVIONICS_W, SPAN_S, burning, codes, craft, craft_with, docked, insulate, node, shed, system,
    system_with, why,
};
use qiki_power::{Demand, Load};

#[test]
fn nothing_is_shed_from_a_healthy_craft_down_to_the_low_threshold() {
    for soc in [1.0, 0.8, 0.5, 0.35] {
        let mut system = system_with(|p| p.battery_soc_init = soc);
        let r = *system.step(&Demand::default(), SPAN_S);
        assert_eq!((shed(&r), codes(&r)), (vec![], vec![]), "at {soc}");
        assert_eq!(r.load_w, AVIONICS_W);
    }
}

#[test]
fn a_low_battery_sheds_radar_and_transponder_until_it_has_recovered() {
    let mut system = system_with(|p| {
        p.battery_capacity_wh = 1.0;
        p.battery_soc_init = 0.21;
        p.supercap_soc_init = 1.0;
    });
    let mut off_at = None;
    for _ in 0..2000 {
        let before = system.report().battery_soc;
        if system.step(&Demand::default(), SPAN_S).low_soc {
            off_at = Some(before);
            break;
        }
    }
    assert!((0.199..=0.2).contains(&off_at.unwrap()), "{off_at:?}");
    let r = *system.report();
    assert_eq!(shed(&r), ["radar", "transponder", "nbl"]);
    assert_eq!(why(&r, Load::Radar), ["low_soc"]);
    assert_eq!(why(&r, Load::Transponder), ["low_soc"]);
    assert_eq!(why(&r, Load::Nbl), ["nbl_budget"]);
    let mut on_at = None;
    for _ in 0..2000 {
        let before = system.report().battery_soc;
        if !system.step(&docked(), SPAN_S).low_soc {
            on_at = Some(before);
            break;
        }
    }
    assert!((0.3..0.301).contains(&on_at.unwrap()), "{on_at:?}");
    assert_eq!(shed(system.report()), ["nbl"]);
}

#[test]
fn the_low_thresholds_themselves_belong_to_shedding_and_to_recovery() {
    for (soc, low) in [(0.2, true), (0.200_001, false)] {
        let mut system = system_with(|p| p.battery_soc_init = soc);
        assert_eq!(
            system.step(&Demand::default(), SPAN_S).low_soc,
            low,
            "at {soc}"
        );
    }
}

#[test]
fn what_asks_for_nothing_is_not_shed() {
    let mut system = system_with(|p| p.battery_soc_init = 0.1);
    let quiet = Demand {
        radar_on: false,
        nbl_active: false,
        ..Demand::default()
    };
    assert_eq!(shed(system.step(&quiet, SPAN_S)), ["transponder"]);
}

#[test]
fn a_hot_distribution_sheds_radar_transponder_and_link_from_the_next_step() {
    let mut craft = craft();
    insulate(&mut craft);
    node(&mut craft, "pdu").init_c = 94.999;
    let mut system = system(&craft);
    let before = *system.step(&burning(40e3), SPAN_S);
    assert_eq!(
        shed(&before),
        [""; 0],
        "the trip comes at the end of this step"
    );
    assert_eq!(codes(&before), ["THERMAL_TRIP"]);
    let after = *system.step(&Demand::default(), SPAN_S);
    assert_eq!(shed(&after), ["radar", "transponder", "nbl"]);
    for load in [Load::Radar, Load::Transponder, Load::Nbl] {
        assert_eq!(why(&after, load), ["thermal_overheat"]);
    }
}

#[test]
fn a_hot_core_sheds_the_link_alone() {
    let mut craft = craft();
    insulate(&mut craft);
    node(&mut craft, "core").init_c = 110.0;
    let mut system = system(&craft);
    let r = *system.step(&Demand::default(), SPAN_S);
    assert_eq!(shed(&r), ["nbl"]);
    assert_eq!(why(&r, Load::Nbl), ["thermal_overheat"]);
    assert!(r.nbl_active && !r.nbl_allowed);
    assert_eq!(
        system
            .fault_names()
            .map(|n| n.to_string())
            .collect::<Vec<_>>(),
        ["THERMAL_TRIP:core"]
    );
}

#[test]
fn the_link_has_a_core_limit_of_its_own() {
    let mut craft = craft_with(|p| p.nbl_core_max_c = 60.0);
    insulate(&mut craft);
    for (init_c, allowed) in [(60.0, true), (60.001, false)] {
        node(&mut craft, "core").init_c = init_c;
        assert_eq!(
            system(&craft).step(&Demand::default(), SPAN_S).nbl_allowed,
            allowed
        );
    }
}

#[test]
fn the_link_needs_charge_and_its_switch_and_keeps_the_operators_limit() {
    for (soc, active, max_w, supplied_w) in [
        (0.35, true, f64::INFINITY, 20.0),
        (0.349, true, f64::INFINITY, 0.0),
        (0.8, false, f64::INFINITY, 0.0),
        (0.8, true, 7.5, 7.5),
        (0.8, true, f64::NAN, 0.0),
        (0.8, true, -1.0, 0.0),
    ] {
        let mut system = system_with(|p| p.battery_soc_init = soc);
        let demand = Demand {
            nbl_active: active,
            nbl_max_w: max_w,
            ..Demand::default()
        };
        let r = system.step(&demand, SPAN_S);
        assert_eq!(
            r.supplied_w(Load::Nbl),
            supplied_w,
            "{soc} {active} {max_w}"
        );
        assert_eq!(r.nbl_budget_w, supplied_w);
    }
}

#[test]
fn a_hot_supercapacitor_is_not_charged() {
    let mut craft = craft_with(|p| p.supercap_soc_init = 0.2);
    insulate(&mut craft);
    node(&mut craft, "supercap").init_c = 85.0;
    let r = *system(&craft).step(&Demand::default(), SPAN_S);
    assert_eq!(
        (r.supercap_charge_w, shed(&r)),
        (0.0, vec!["supercap_charge"])
    );
    assert_eq!(why(&r, Load::SupercapCharge), ["thermal_overheat"]);
}

/// Loads and motion of 20 W on a bus of `limit_a` at 26.8 V.
fn on_a_bus_of(limit_a: f64) -> qiki_power::PowerReport {
    let mut system = system_with(|p| {
        p.bus_current_max_a = limit_a;
        p.motion_w_per_mps = 40.0;
        p.supercap_soc_init = 1.0;
    });
    let moving = Demand {
        speed_mps: 0.5,
        ..Demand::default()
    };
    *system.step(&moving, SPAN_S)
}

#[test]
fn an_overloaded_bus_sheds_one_load_at_a_time_in_order_and_looks_again() {
    // 159 W without limit; 26.8 V times the current is what it may carry.
    for (limit_w, gone, motion_w) in [
        (159.0, &[][..], 20.0),
        (158.0, &["nbl"][..], 20.0),
        (139.0, &["nbl"][..], 20.0),
        (138.0, &["radar", "nbl"][..], 20.0),
        (121.0, &["radar", "nbl"][..], 20.0),
        (120.0, &["radar", "transponder", "nbl"][..], 20.0),
        (115.0, &["radar", "transponder", "nbl"][..], 20.0),
        (105.0, &["radar", "transponder", "nbl"][..], 10.0),
        (95.0, &["radar", "transponder", "nbl"][..], 0.0),
    ] {
        let r = on_a_bus_of((limit_w + 1e-9) / 26.8);
        assert_eq!(shed(&r), gone, "at {limit_w} W");
        assert!((r.supplied_w(Load::Motion) - motion_w).abs() < 1e-6);
        assert_eq!(r.throttled.has(Load::Motion), motion_w < 20.0);
        assert_eq!(codes(&r), [""; 0]);
        assert!(r.load_w <= r.pdu_limit_w + 1e-9);
        for load in r.shed.iter().chain(r.throttled.iter()) {
            assert_eq!(why(&r, load), ["pdu_overcurrent"]);
        }
    }
}

#[test]
fn what_may_not_be_shed_overloads_the_bus_as_a_fault() {
    let r = on_a_bus_of(90.0 / 26.8);
    assert_eq!(codes(&r), ["PDU_OVERCURRENT"]);
    assert_eq!(r.load_w, 95.0);
    assert_eq!(r.supplied_w(Load::Motion), 0.0);
}

#[test]
fn a_load_that_is_off_already_is_passed_over() {
    let mut system = system_with(|p| {
        p.bus_current_max_a = 120.0 / 26.8;
        p.supercap_soc_init = 1.0;
    });
    let quiet = Demand {
        nbl_active: false,
        ..Demand::default()
    };
    // 119 W fit; with the link wanted, it alone goes.
    assert_eq!(shed(system.step(&quiet, SPAN_S)), [""; 0]);
    assert_eq!(shed(system.step(&Demand::default(), SPAN_S)), ["nbl"]);
}

#[test]
fn the_peak_is_shared_and_only_nozzles_are_throttled_for_it() {
    let mut system = system_with(|p| p.supercap_soc_init = 1.0);
    let mut demand = burning(0.0);
    demand.rcs_cluster_w = [16_800.0, 16_800.0, 16_800.0, 0.0];
    let r = *system.step(&demand, SPAN_S);
    assert!((r.load_w - 45_000.0).abs() < 1e-9);
    assert!((r.supplied_w(Load::Rcs) - (45_000.0 - AVIONICS_W)).abs() < 1e-9);
    assert!((r.rcs_cluster_w.iter().sum::<f64>() - r.supplied_w(Load::Rcs)).abs() < 1e-9);
    assert_eq!(r.rcs_cluster_w[3], 0.0);
    assert_eq!(r.throttled.iter().collect::<Vec<_>>(), [Load::Rcs]);
    assert_eq!(why(&r, Load::Rcs), ["pdu_overcurrent"]);
    assert_eq!((shed(&r), codes(&r)), (vec![], vec![]));
}

#[test]
fn a_peak_below_the_avionics_leaves_the_nozzles_nothing_and_is_a_fault() {
    let mut system = system_with(|p| p.peak_max_w = 100.0);
    let r = *system.step(&burning(5e3), SPAN_S);
    assert_eq!(r.supplied_w(Load::Rcs), 0.0);
    assert_eq!(codes(&r), ["PDU_OVERCURRENT"]);
}

#[test]
fn faults_have_one_order() {
    let mut craft = craft_with(|p| {
        (p.battery_soc_init, p.supercap_soc_init) = (0.0, 0.0);
        p.bus_current_max_a = 1.0;
    });
    insulate(&mut craft);
    for name in ["pdu", "battery", "core"] {
        node(&mut craft, name).init_c = 130.0;
    }
    let mut system = system(&craft);
    system.step(&Demand::default(), SPAN_S);
    assert_eq!(
        system
            .fault_names()
            .map(|n| n.to_string())
            .collect::<Vec<_>>(),
        [
            "PDU_OVERCURRENT",
            "BATTERY_EMPTY",
            "THERMAL_TRIP:battery",
            "THERMAL_TRIP:core",
            "THERMAL_TRIP:pdu",
        ]
    );
}

#[test]
fn several_reasons_for_one_load_are_all_named() {
    let mut craft = craft_with(|p| p.battery_soc_init = 0.1);
    insulate(&mut craft);
    node(&mut craft, "pdu").init_c = 120.0;
    let r = *system(&craft).step(&Demand::default(), SPAN_S);
    assert_eq!(why(&r, Load::Radar), ["low_soc", "thermal_overheat"]);
    assert_eq!(why(&r, Load::Nbl), ["thermal_overheat", "nbl_budget"]);
    let all: Vec<_> = r
        .shed_reasons()
        .iter()
        .map(|reason| reason.name())
        .collect();
    assert_eq!(all, ["low_soc", "thermal_overheat", "nbl_budget"]);
}
