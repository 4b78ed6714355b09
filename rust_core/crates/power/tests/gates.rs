//! What the supercapacitor permits the nozzles, and how much power they may have.

use crate::common::{AVIONICS_W, SPAN_S, burning, craft, insulate, node, system};
use qiki_power::RcsAllowance::{Full, Normal, StabiliseOnly};
use qiki_power::{
    ClusterLimit, Demand, Member, RcsAllowance, RcsBudget, RcsConditions, RcsGate, RcsLimit,
    rcs_power_available_w, reserve_soc,
};

/// A state of charge of `i` ten-thousandths.
fn soc(i: u32) -> f64 {
    f64::from(i) / 10_000.0
}

#[test]
fn a_rising_charge_leaves_hold_at_the_hysteresis_and_gets_boost_at_its_threshold() {
    let mut gate = RcsGate::new(&craft().power);
    for i in 0..=10_000 {
        let expected = match i {
            0..3500 => StabiliseOnly,
            3500..6000 => Normal,
            _ => Full,
        };
        assert_eq!(gate.update(soc(i)), expected, "rising through {}", soc(i));
    }
}

#[test]
fn a_falling_charge_keeps_boost_through_the_hysteresis_and_enters_hold_at_its_threshold() {
    let mut gate = RcsGate::new(&craft().power);
    // 0.6 - 0.05 rounds to 0.549999..., so 0.55 itself is above.
    for i in (0..=10_000).rev() {
        let expected = match i {
            0..3000 => StabiliseOnly,
            3000..5500 => Normal,
            _ => Full,
        };
        assert_eq!(gate.update(soc(i)), expected, "falling through {}", soc(i));
    }
}

#[test]
fn from_every_state_the_two_rules_hold_over_all_charges() {
    let plane = craft().power;
    for seed in [0.0, 0.32, 0.45, 0.57, 1.0] {
        for before in [0.0, 0.5, 1.0] {
            for i in 0..=10_000 {
                let mut gate = RcsGate::new(&plane);
                gate.update(before);
                gate.update(seed);
                let now = gate.update(soc(i));
                assert!(soc(i) < 0.6 || now == Full);
                assert!(soc(i) >= 0.3 || now == StabiliseOnly);
                assert!(soc(i) >= 0.55 - 1e-12 || now != Full);
                assert!(soc(i) < 0.35 || now != StabiliseOnly);
                assert_eq!(gate.allowance(), now);
            }
        }
    }
}

#[test]
fn noise_within_the_hysteresis_changes_nothing() {
    let mut gate = RcsGate::new(&craft().power);
    gate.update(0.6);
    let wiggle = |i: u32| if i.is_multiple_of(2) { 0.02 } else { -0.02 };
    assert!((0..100).all(|i| gate.update(0.58 + wiggle(i)) == Full));
    gate.update(0.29);
    assert!((0..100).all(|i| gate.update(0.32 + wiggle(i)) == StabiliseOnly));
}

#[test]
fn a_charge_that_is_no_number_counts_as_empty() {
    let mut gate = RcsGate::new(&craft().power);
    gate.update(1.0);
    assert_eq!(gate.update(f64::NAN), StabiliseOnly);
}

fn budget(allowance: RcsAllowance, change: impl FnOnce(&mut RcsConditions)) -> RcsBudget {
    let mut now = RcsConditions::cold(allowance, 0.8, 0.9, AVIONICS_W, 0.1);
    change(&mut now);
    rcs_power_available_w(&craft().power, &now)
}

fn limits(budget: &RcsBudget) -> Vec<&'static str> {
    budget.limits.iter().map(RcsLimit::code).collect()
}

#[test]
fn each_allowance_has_its_power_and_its_reason() {
    let full = budget(Full, |_| ());
    assert_eq!(full.power_w, 45_000.0 - AVIONICS_W);
    assert_eq!(limits(&full), ["PDU_PEAK_DENIED"]);
    let normal = budget(Normal, |_| ());
    assert_eq!(normal.power_w, 22_530.0 - AVIONICS_W);
    assert_eq!(limits(&normal), ["CAP_LOW"]);
    let hold = budget(StabiliseOnly, |_| ());
    assert_eq!(hold.power_w, 22_530.0 - AVIONICS_W - 3000.0);
    assert_eq!(limits(&hold), ["CAP_LOW"]);
}

#[test]
fn the_peak_is_shared_watt_for_watt_with_the_other_loads() {
    for others_w in [0.0, 100.0, 5e3, 44e3] {
        let given = budget(Full, |now| {
            (now.others_w, now.extra_source_w) = (others_w, 1e3);
        });
        assert_eq!(given.power_w, 45_000.0 - others_w);
    }
    assert_eq!(budget(Full, |now| now.others_w = 50e3).power_w, 0.0);
}

#[test]
fn only_energy_that_lasts_and_lies_above_hold_is_promised() {
    // 0.1 of 12 Wh above hold over a second.
    let thin = budget(Full, |now| (now.supercap_soc, now.span_s) = (0.4, 1.0));
    assert!((thin.power_w - (22_530.0 + 0.1 * 43_200.0 - AVIONICS_W)).abs() < 1e-6);
    assert_eq!(limits(&thin), ["CAP_LOW"]);
    let empty = budget(Full, |now| (now.battery_soc, now.supercap_soc) = (0.0, 0.2));
    assert_eq!(empty.power_w, 0.0);
    assert_eq!(limits(&empty), ["BAT_LOW", "CAP_LOW"]);
}

#[test]
fn hot_parts_give_less_and_say_so() {
    let battery = budget(Full, |now| now.battery_derating = 0.5);
    assert_eq!(battery.power_w, 11_250.0 + 22_530.0 - AVIONICS_W);
    assert_eq!(limits(&battery), ["BAT_HOT"]);
    let supercap = budget(Full, |now| now.supercap_derating = 0.0);
    assert_eq!(supercap.power_w, 22_530.0 - AVIONICS_W);
    assert_eq!(limits(&supercap), ["CAP_HOT"]);
    let pdu = budget(Full, |now| now.pdu_derating = 0.25);
    assert_eq!(pdu.power_w, 0.25 * (45_000.0 - AVIONICS_W));
    assert_eq!(limits(&pdu), ["PDU_PEAK_DENIED", "THERMAL_BLOCK"]);
}

#[test]
fn no_number_gives_no_power_of_its_own() {
    assert_eq!(budget(Full, |now| now.others_w = f64::NAN).power_w, 0.0);
    assert_eq!(budget(Full, |now| now.pdu_derating = f64::NAN).power_w, 0.0);
    let blind = budget(Full, |now| {
        (now.battery_soc, now.supercap_soc) = (f64::NAN, f64::NAN)
    });
    assert_eq!(blind.power_w, 0.0);
    for span_s in [0.0, -1.0, f64::NAN] {
        let power_w = budget(Full, |now| now.span_s = span_s).power_w;
        assert_eq!(power_w, 45_000.0 - AVIONICS_W);
    }
}

#[test]
fn a_craft_that_keeps_to_its_budget_is_served_in_full_until_the_charge_is_at_hold() {
    let mut craft = craft();
    insulate(&mut craft);
    let mut system = system(&craft);
    let mut seen = [0u32; 3];
    for _ in 0..400 {
        let budget_w = system.report().rcs_budget.power_w;
        let r = *system.step(&burning(budget_w), SPAN_S);
        assert!(r.unserved_w < 1e-6, "{} W", r.unserved_w);
        assert!(r.throttled.is_empty());
        assert!(r.supercap_soc > 0.3);
        seen[r.rcs_allowance as usize] += 1;
    }
    assert!(
        seen[Full as usize] > 20 && seen[Normal as usize] > 300,
        "{seen:?}"
    );
}

#[test]
fn a_low_battery_takes_the_boost_and_its_reserve_is_for_no_nozzle() {
    let reserve = reserve_soc(&craft().power);
    for (soc, allowance, power) in [
        (0.21, Full, true),
        (0.2, StabiliseOnly, true),
        (reserve + 0.001, StabiliseOnly, true),
        (reserve, StabiliseOnly, false),
        (0.0, StabiliseOnly, false),
    ] {
        let mut craft = craft();
        craft.power.battery_soc_init = soc;
        let r = *system(&craft).report();
        assert_eq!(r.rcs_allowance, allowance, "{soc}");
        assert_eq!(r.rcs_budget.power_w > 0.0, power, "{soc}");
        let low = r.rcs_budget.limits.has(RcsLimit::BatteryLow);
        assert_eq!(low, allowance == StabiliseOnly, "{soc}");
        assert!(!r.rcs_budget.limits.has(RcsLimit::SupercapLow), "{soc}");
    }
}

#[test]
fn the_supercapacitor_is_not_charged_with_the_reserve() {
    let mut craft = craft();
    craft.power.battery_soc_init = reserve_soc(&craft.power);
    craft.power.supercap_soc_init = 0.5;
    let mut system = system(&craft);
    for _ in 0..50 {
        let r = *system.step(&Demand::default(), SPAN_S);
        assert_eq!((r.supercap_charge_w, r.supercap_soc), (0.0, 0.5));
        assert!(r.battery_discharge_w > 0.0 && r.unserved_w == 0.0);
    }
}

#[test]
fn the_reserve_is_half_an_hour_of_what_is_never_shed_and_at_most_half_of_the_battery() {
    let mut plane = craft().power;
    assert!((reserve_soc(&plane) - 65.0 * 1800.0 / (500.0 * 3600.0)).abs() < 1e-12);
    plane.base_out_w = 1e5;
    assert_eq!(reserve_soc(&plane), 0.5);
    plane.base_in_w = 2e5;
    assert_eq!(reserve_soc(&plane), 0.0);
}

#[test]
fn the_report_derates_with_its_own_nodes() {
    let mut craft = craft();
    insulate(&mut craft);
    node(&mut craft, "battery").init_c = 65.0;
    let r = *system(&craft).report();
    assert_eq!(r.rcs_allowance, Full);
    let expected_w = 0.5 * 22_500.0 + 22_500.0 + 30.0 - AVIONICS_W;
    assert!((r.rcs_budget.power_w - expected_w).abs() < 1e-9);
    assert_eq!(limits(&r.rcs_budget), ["BAT_HOT"]);
}

#[test]
fn every_limit_has_a_code_of_its_own() {
    let mut codes: Vec<&str> = RcsLimit::ALL.iter().map(|limit| limit.code()).collect();
    codes.extend(ClusterLimit::ALL.iter().map(|limit| limit.code()));
    let count = codes.len();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!((codes.len(), count), (11, 11));
    for (index, limit) in ClusterLimit::ALL.iter().enumerate() {
        assert_eq!(limit.index(), index);
    }
}
