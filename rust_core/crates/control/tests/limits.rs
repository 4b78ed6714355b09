//! Limits of valves and bus over whole manoeuvres.

use crate::common::references::Results;
use crate::common::*;
use qiki_command::{Mode, Reason};
use qiki_control::{ConfigError, GuardedController};
use qiki_craft::{Craft, ModulatorConfig, NOZZLES};
use qiki_messages::commands::BodyAxis;

/// A tank that outlasts any flight.
fn outlasting(craft: &mut Craft) {
    craft.mass.isp_s = 1e4;
}

/// Long and hard: burns along all axes, transfers, turns, brakes at random moments.
fn rough_flight(period_us: u32) -> Loop {
    let mut craft = craft();
    outlasting(&mut craft);
    let mut l = Loop::from(&craft, period_us, &qiki_plant::InitialState::default());
    l.run(0.1);
    l.say(arm());
    l.run(0.9);
    let mut dice = Dice::new(u64::from(period_us));
    let axes = [
        BodyAxis::Forward,
        BodyAxis::Aft,
        BodyAxis::Port,
        BodyAxis::Up,
    ];
    for round in 0..40 {
        let action = match dice.below(4) {
            0 => fire(
                axes[dice.below(4) as usize],
                dice.unit(),
                0.1 + 4.0 * dice.unit(),
            ),
            1 => go_to(std::array::from_fn(|_| 10.0 * dice.unit() - 5.0)),
            2 => turn_to(turn([0.0, 0.6, 0.8], 3.0 * dice.unit())),
            _ => brake(),
        };
        l.say(action);
        l.run(0.5 + 2.0 * dice.unit());
        assert_ne!(
            l.outputs.mode,
            Mode::Safe,
            "round {round}: {:?}",
            l.outputs.inhibit_reason
        );
    }
    l
}

#[test]
fn a_rough_flight_keeps_every_limit_at_every_rate() {
    let mut results = Results::of("a_rough_flight_keeps_every_limit_at_every_rate");
    for period_us in PERIODS_US {
        let l = rough_flight(period_us);
        let w = &l.waves;
        results.add(
            &format!("{period_us} us"),
            &[
                ("pulses", w.pulses as f64, ""),
                ("shortest pulse", w.shortest_pulse_us as f64 * 1e-6, "s"),
                ("longest pulse", w.longest_pulse_us as f64 * 1e-6, "s"),
                ("shortest pause", w.shortest_pause_us as f64 * 1e-6, "s"),
                ("nozzles open at once", w.most_open as f64, ""),
                ("propellant left", l.plant.propellant_kg(), "kg"),
            ],
        );
        assert!(w.shortest_pulse_us >= 30_000);
        assert!(w.shortest_pause_us >= 30_000);
        assert!(w.longest_pulse_us <= 3_000_000);
        assert!(
            w.most_open <= 10,
            "45 kW less the other loads, over 4.2 kW a nozzle"
        );
    }
    results.assert_as_committed();
}

#[test]
fn the_bus_limits_how_many_nozzles_are_open_at_once() {
    for (power_w, most) in [(45_000.0, 10), (21_500.0, 5), (8_400.0, 2), (4_199.0, 0)] {
        let mut craft = craft();
        craft.control.rcs_power_max_w = power_w;
        let mut l = Loop::from(&craft, 2000, &qiki_plant::InitialState::default());
        l.run(0.1);
        l.say(arm());
        l.say(go_to([0.0, 50.0, 0.0]));
        l.say(turn_to(turn([1.0, 0.0, 0.0], 3.0)));
        l.run(5.0);
        l.say(fire(BodyAxis::Starboard, 1.0, 3.0));
        l.run(3.0);
        assert!(
            l.waves.most_open <= most,
            "{power_w} W: {} open",
            l.waves.most_open
        );
        assert_eq!(l.waves.pulses > 0, most > 0, "{power_w} W");
        assert_ne!(l.outputs.inhibit_reason, Reason::GuardTrip);
    }
}

#[test]
fn what_the_rest_of_the_bot_draws_is_taken_off_first() {
    let mut craft = craft();
    // 45 kW less 25 kW and the other steady loads leave 19.9 kW: four nozzles of 4.2 kW.
    craft.power.base_out_w = 25_000.0;
    // A distribution that does not heat up by it.
    let mut nodes = craft.thermal.nodes.iter_mut();
    nodes.find(|n| n.name == "pdu").unwrap().heat.clear();
    let mut l = Loop::from(&craft, 2000, &qiki_plant::InitialState::default());
    l.run(0.1);
    l.say(arm());
    l.say(fire(BodyAxis::Port, 1.0, 5.0));
    l.run(5.0);
    assert_eq!(l.waves.most_open, 4);
    craft.power.base_out_w = 50_000.0;
    let mut l = Loop::from(&craft, 2000, &qiki_plant::InitialState::default());
    l.run(0.1);
    l.say(arm());
    l.say(fire(BodyAxis::Port, 1.0, 5.0));
    l.run(5.0);
    assert_eq!(l.waves.most_open, 0, "nothing is left");
}

/// A craft whose modulators let a full input stay open.
fn without_pauses() -> Craft {
    let mut craft = craft();
    outlasting(&mut craft);
    craft.control.modulator = ModulatorConfig::Pwpf {
        km: 7.5,
        tau_s: 0.55,
        u_on: 0.45,
        u_off: -0.05,
    };
    craft
}

#[test]
fn a_nozzle_burns_for_three_seconds_at_most_and_then_rests_for_one() {
    let mut results =
        Results::of("a_nozzle_burns_for_three_seconds_at_most_and_then_rests_for_one");
    for period_us in PERIODS_US {
        let mut craft = without_pauses();
        let nodes = craft.thermal.nodes.iter_mut();
        nodes.for_each(|node| node.heat.clear());
        // In a hurry, so that nozzles stay open.
        craft.control.position.speed_max_mps = 50.0;
        craft.control.position.acceleration_max_mps2 = 3.0;
        let mut l = Loop::from(&craft, period_us, &qiki_plant::InitialState::default());
        l.run(0.1);
        l.say(arm());
        l.say(fire(BodyAxis::Forward, 1.0, 12.0));
        l.run(12.5);
        // Pulses are planned in windows of 0.25 s in whole ticks: twelve of them are the longest
        // opening, or somewhat less, for the first of them begins with a pause.
        let longest_us = l.waves.longest_pulse_us;
        assert!(
            (2_750_000..=3_000_000).contains(&longest_us),
            "{period_us} us: {longest_us} us"
        );
        let planned = ("longest planned pulse", longest_us as f64 * 1e-6, "s");
        // The modulators end theirs where they must.
        l.say(go_to([500.0, 0.0, 0.0]));
        l.run(12.0);
        let (longest_us, rest_us) = (l.waves.longest_pulse_us, l.waves.shortest_rest_us);
        assert_eq!(longest_us, 3_000_000, "{period_us} us");
        assert!(
            (1_000_000..1_300_000).contains(&rest_us),
            "{period_us} us: {rest_us} us"
        );
        results.add(&format!("{period_us} us"), &[planned]);
    }
    results.assert_as_committed();
}

#[test]
fn a_cluster_that_trips_finishes_its_pulses_and_rests_until_it_is_cool() {
    let mut l = Loop::from(
        &without_pauses(),
        2000,
        &qiki_plant::InitialState::default(),
    );
    l.run(0.1);
    l.say(arm());
    l.say(fire(BodyAxis::Port, 1.0, 30.0));
    let fires = |l: &Loop| l.outputs.command.on_time_us[8..12] != [0; 4];
    l.until("firing", 2.0, fires);
    // It trips by the report alone: no command makes it.
    l.tamper = Some(Box::new(|feedback| feedback.cluster_temp_c[2] = 121.0));
    l.until("its pulses are over", 0.25, |l| {
        l.feedback.cluster_temp_c[2] > 120.0 && !fires(l)
    });
    assert!(l.waves.shortest_pulse_us >= 30_000);
    for celsius in [121.0, 105.1] {
        l.tamper = Some(Box::new(move |feedback| {
            feedback.cluster_temp_c[2] = celsius;
        }));
        for _ in 0..l.ticks(1.0) {
            l.step(None);
            assert_eq!(l.outputs.mode, Mode::Burn);
            assert!(!fires(&l), "{celsius} C");
        }
    }
    l.tamper = Some(Box::new(|feedback| feedback.cluster_temp_c[2] = 80.0));
    l.until("firing again", 1.0, fires);
    assert!(l.waves.shortest_pulse_us >= 30_000);
}

#[test]
fn a_period_out_of_range_is_refused() {
    for period_us in [0, 999, 5001, u32::MAX] {
        let error = GuardedController::new(&craft(), period_us).unwrap_err();
        assert_eq!(error, ConfigError::Period(period_us));
        let text = format!("period: {period_us} us given, 1000..=5000 us (200..1000 Hz) needed");
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn a_craft_that_cannot_be_controlled_is_refused_with_the_reason() {
    let mut craft = craft();
    craft.control.modulator = ModulatorConfig::Pwpf {
        km: 7.5,
        tau_s: 0.15,
        u_on: 0.45,
        u_off: 0.05,
    };
    let text = GuardedController::new(&craft, 2000)
        .unwrap_err()
        .to_string();
    assert!(
        text.starts_with("pwpf: shortest pulse 0.0082 s is below"),
        "{text}"
    );
    let mut craft = crate::common::craft();
    craft.control.torque_weight_per_nm = 0.0;
    let text = GuardedController::new(&craft, 2000)
        .unwrap_err()
        .to_string();
    assert_eq!(text, "scale: row 3 must be a positive finite weight");
    let mut craft = crate::common::craft();
    craft.thrusters[7].position_m_body[1] = f64::NAN;
    let text = GuardedController::new(&craft, 2000)
        .unwrap_err()
        .to_string();
    assert_eq!(text, "effectiveness: column 7 is not finite");
}

#[test]
fn the_strictest_valve_of_all_sets_the_times() {
    let mut craft = craft();
    craft.thrusters[9].min_off_s = 0.05;
    craft.thrusters[2].max_on_s = 1.5;
    let mut l = Loop::from(&craft, 2000, &qiki_plant::InitialState::default());
    l.run(0.1);
    l.say(arm());
    l.say(go_to([3.0, 2.0, 1.0]));
    l.run(10.0);
    assert!(l.waves.shortest_pause_us >= 50_000);
    assert!(l.waves.longest_pulse_us <= 1_500_000);
}

#[test]
fn geometry_is_about_the_centre_of_mass_with_a_full_tank() {
    let mut craft = craft();
    craft.mass.tank_m_body = [0.36, 0.0, 0.1];
    let g = qiki_craft::geometry(&craft);
    let com = [0.01, 0.0, 0.1];
    for n in 0..NOZZLES {
        let t = &craft.thrusters[n];
        let (r, f) = (t.position_m_body, t.force_direction_body);
        let arm: [f64; 3] = std::array::from_fn(|i| r[i] - com[i]);
        let torque = [
            arm[1] * f[2] - arm[2] * f[1],
            arm[2] * f[0] - arm[0] * f[2],
            arm[0] * f[1] - arm[1] * f[0],
        ];
        for i in 0..3 {
            assert!((g.effectiveness[i][n] - f[i]).abs() < 1e-15);
            assert!((g.effectiveness[i + 3][n] - torque[i]).abs() < 1e-12);
        }
    }
    // Two points 0.36 m apart: their reduced mass times the square of it.
    let added = 420.0 * 12.0 / 432.0 * 0.36 * 0.36;
    assert!((g.inertia[(0, 0)] - 215.0).abs() < 1e-9);
    assert!((g.inertia[(1, 1)] - 210.0 - added).abs() < 1e-9);
    assert!((g.inertia[(2, 2)] - 205.0 - added).abs() < 1e-9);
}
