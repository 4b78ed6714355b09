//! The dock bridge: soft start, limits, reopening.

use crate::common::{SPAN_S, codes, craft, docked, insulate, node, system, system_with};
use qiki_power::{Demand, PowerSystem};

#[test]
fn the_offer_rises_linearly_over_the_soft_start_with_the_exact_energy() {
    let mut system = system_with(|_| ());
    let mut energy_j = 0.0;
    for step in 0..200 {
        let r = system.step(&docked(), SPAN_S);
        energy_j += r.dock_offer_w * SPAN_S;
        let middle_s = (f64::from(step) + 0.5) * SPAN_S;
        assert!((r.dock_offer_w - 250.0 * (middle_s / 2.0).min(1.0)).abs() < 1e-9);
        let end_s = f64::from(step + 1) * SPAN_S;
        assert!((r.dock_soft_start - (end_s / 2.0).min(1.0)).abs() < 1e-12);
    }
    // Two seconds of ramp, two of full power.
    assert!((energy_j - 250.0 * 3.0).abs() < 1e-9);
}

#[test]
fn a_soft_start_that_ends_inside_a_step_gives_its_exact_energy() {
    let mut system = system_with(|p| p.dock_soft_start_s = 0.05);
    let energy_j: f64 = (0..5)
        .map(|_| system.step(&docked(), SPAN_S).dock_offer_w * SPAN_S)
        .sum();
    assert!((energy_j - 250.0 * (0.1 - 0.025)).abs() < 1e-12);
}

#[test]
fn without_a_soft_start_the_offer_is_full_at_once() {
    let mut system = system_with(|p| p.dock_soft_start_s = 0.0);
    let r = system.step(&docked(), SPAN_S);
    assert_eq!((r.dock_offer_w, r.dock_soft_start), (250.0, 1.0));
}

#[test]
fn the_current_limit_binds_where_it_is_below_the_station() {
    let mut system = system_with(|p| {
        (p.dock_current_max_a, p.dock_soft_start_s) = (5.0, 0.0);
    });
    let r = system.step(&docked(), SPAN_S);
    assert_eq!((r.dock_offer_w, r.dock_v), (5.0 * 28.0, 28.0));
    assert!(r.dock_a <= 5.0);
}

#[test]
fn the_bridge_carries_only_what_somebody_takes() {
    let mut system = system_with(|p| {
        (p.battery_soc_init, p.supercap_soc_init) = (1.0, 1.0);
        p.dock_soft_start_s = 0.0;
    });
    let r = *system.step(&docked(), SPAN_S);
    assert!((r.dock_w - (r.load_w - 30.0)).abs() < 1e-9);
    assert_eq!((r.dock_offer_w, r.spill_w, codes(&r)), (250.0, 0.0, vec![]));
    assert!((r.dock_a * 28.0 - r.dock_w).abs() < 1e-9);
}

#[test]
fn every_closing_starts_the_ramp_anew() {
    let mut system = system_with(|_| ());
    let run = |system: &mut PowerSystem, demand: &Demand, steps| {
        for _ in 0..steps {
            system.step(demand, SPAN_S);
        }
        *system.report()
    };
    assert_eq!(run(&mut system, &docked(), 150).dock_soft_start, 1.0);
    let open = run(&mut system, &Demand::default(), 1);
    assert_eq!(
        (open.dock_w, open.dock_v, open.dock_soft_start),
        (0.0, 0.0, 0.0)
    );
    assert!((run(&mut system, &docked(), 50).dock_soft_start - 0.5).abs() < 1e-12);
}

#[test]
fn a_hot_bridge_opens_until_it_has_cooled_and_then_starts_softly() {
    let mut craft = craft();
    insulate(&mut craft);
    let bridge = node(&mut craft, "dock_bridge");
    (bridge.init_c, bridge.cooling_w_per_k) = (121.0, 10.0);
    let mut system = system(&craft);
    let hot = *system.step(&docked(), SPAN_S);
    assert!(hot.dock_connected && !hot.dock_closed);
    assert_eq!((hot.dock_w, codes(&hot)), (0.0, vec!["THERMAL_TRIP"]));
    let mut steps = 0;
    while !system.step(&docked(), SPAN_S).dock_closed {
        steps += 1;
        assert!(steps < 2000);
    }
    assert!(system.thermal().watch("dock_bridge").unwrap().temp_c() <= 115.0);
    assert!((system.report().dock_soft_start - 0.01).abs() < 1e-12);
}
