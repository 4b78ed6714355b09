//! Station keeping in closed loop: under each firing rule, with throttled nozzles, and with both.

use crate::common::references::Results;
use crate::common::*;
use qiki_command::{Mode, Reason};
use qiki_control::GuardedController;
use qiki_craft::{Craft, ModulatorConfig, NOZZLES};
use qiki_messages::commands::BodyAxis;
use qiki_plant::{InitialState, ValveFault};

/// Nozzles that are throttled: all; every second one; two clusters of the four.
const ALL: u16 = u16::MAX;
const EVEN: u16 = 0x5555;
const TWO_CLUSTERS: u16 = 0x00FF;
const HOLD_S: f64 = 60.0;
/// After a push the craft has come back by then, s.
const SETTLED_S: f64 = 15.0;

/// The start of the scenario `station_keeping`.
fn pushed() -> InitialState {
    InitialState {
        velocity_mps_world: [0.05, -0.03, 0.02],
        rates_rps_body: [0.5f64, -0.3, 0.4].map(f64::to_radians),
        ..InitialState::default()
    }
}

/// How well a pose was held, from `SETTLED_S` on, and what it took in all.
#[derive(Debug, Default)]
struct Kept {
    way_m: f64,
    turn_deg: f64,
    rate_dps: f64,
    speed_mps: f64,
    used_kg: f64,
}

impl Kept {
    fn figures(&self) -> [(&'static str, f64, &'static str); 5] {
        [
            ("way", self.way_m, "m"),
            ("turn", self.turn_deg, "deg"),
            ("rate", self.rate_dps, "deg/s"),
            ("speed", self.speed_mps, "m/s"),
            ("propellant used", self.used_kg, "kg"),
        ]
    }

    /// What the scenario `station_keeping` asks for.
    fn keeps_the_station(&self) -> bool {
        self.way_m < 0.2 && self.turn_deg < 2.0
    }

    /// The same for craft that hardly move: it asks that of the mean, this of the most.
    fn keeps_still(&self) -> bool {
        self.rate_dps < 0.1 && self.speed_mps < 0.02
    }
}

fn keep(craft: &Craft, period_us: u32, initial: &InitialState) -> Kept {
    let mut l = Loop::from(craft, period_us, initial);
    l.run(0.5);
    l.say(arm());
    l.run(0.5);
    l.say(hold());
    let (reference, before_kg) = (l.plant.truth(), l.plant.propellant_kg());
    let mut kept = Kept::default();
    for tick in 0..l.ticks(HOLD_S) {
        l.step(None);
        assert_ne!(l.outputs.inhibit_reason, Reason::GuardTrip);
        assert_eq!(l.outputs.isolated, 0, "a sound nozzle was taken out");
        if tick < l.ticks(SETTLED_S) {
            continue;
        }
        let truth = l.plant.truth();
        let way = distance(truth.position_m_world, reference.position_m_world);
        let turn = angle(truth.attitude_xyzw, reference.attitude_xyzw);
        kept.way_m = kept.way_m.max(way);
        kept.turn_deg = kept.turn_deg.max(turn.to_degrees());
        kept.rate_dps = kept.rate_dps.max(norm(truth.rates_rps_body).to_degrees());
        kept.speed_mps = kept.speed_mps.max(norm(truth.velocity_mps_world));
    }
    kept.used_kg = before_kg - l.plant.propellant_kg();
    kept
}

/// The craft that ships, with the modulator alone in charge of the valves.
fn modulated() -> Craft {
    let mut craft = craft();
    craft.control.differential_pulses = false;
    craft
}

/// The same, with the nozzles of `mask` throttled.
fn throttled(mask: u16) -> Craft {
    let mut craft = modulated();
    for (n, thruster) in craft.thrusters.iter_mut().enumerate() {
        thruster.throttleable = mask >> n & 1 == 1;
    }
    craft
}

/// Keeps the station from rest and after a push; the latter.
#[track_caller]
fn station_kept(results: &mut Results, what: &str, craft: &Craft, period_us: u32) -> Kept {
    let [rest, push] =
        [("rest", InitialState::default()), ("push", pushed())].map(|(beginning, initial)| {
            let kept = keep(craft, period_us, &initial);
            let flown = format!("{what} {beginning}");
            results.add(flown.trim_start(), &kept.figures());
            assert!(kept.keeps_the_station(), "{flown}: {kept:?}");
            kept
        });
    assert!(rest.used_kg <= push.used_kg, "{what}: {rest:?} {push:?}");
    push
}

fn pwpf() -> Craft {
    let mut craft = modulated();
    craft.control.modulator = ModulatorConfig::Pwpf {
        km: 7.5,
        tau_s: 0.55,
        u_on: 0.45,
        u_off: 0.05,
    };
    craft
}

#[test]
fn pwpf_keeps_the_station_from_rest_and_after_a_push() {
    let mut results = Results::of("pwpf_keeps_the_station_from_rest_and_after_a_push");
    station_kept(&mut results, "", &pwpf(), 2000);
    results.assert_as_committed();
}

#[test]
fn the_rules_that_keep_an_account_keep_it_closer_and_pay_for_it() {
    // They have no dead zone: what the noise of the sensors asks for is fired too.
    let coarse = keep(&pwpf(), 2000, &pushed());
    let mut results = Results::of("the_rules_that_keep_an_account_keep_it_closer_and_pay_for_it");
    for (name, modulator) in [
        ("bang-bang", ModulatorConfig::BangBang { band_s: 0.04 }),
        (
            "schmitt",
            ModulatorConfig::Schmitt {
                level_on: 0.75,
                level_off: 0.25,
            },
        ),
        ("remainder", ModulatorConfig::Remainder {}),
    ] {
        let mut craft = modulated();
        craft.control.modulator = modulator;
        let kept = station_kept(&mut results, name, &craft, 2000);
        assert!(kept.way_m < coarse.way_m && kept.turn_deg < coarse.turn_deg);
        assert!(kept.used_kg > coarse.used_kg, "{name}: {kept:?}");
    }
    results.assert_as_committed();
}

#[test]
fn throttled_nozzles_keep_it_still_at_every_rate() {
    let mut results = Results::of("throttled_nozzles_keep_it_still_at_every_rate");
    for period_us in PERIODS_US {
        let what = format!("{period_us} us");
        let kept = station_kept(&mut results, &what, &throttled(ALL), period_us);
        assert!(kept.keeps_still(), "{what}: {kept:?}");
    }
    results.assert_as_committed();
}

#[test]
fn a_craft_with_both_kinds_keeps_the_station() {
    let mut results = Results::of("a_craft_with_both_kinds_keeps_the_station");
    station_kept(&mut results, "every second", &throttled(EVEN), 2000);
    station_kept(&mut results, "two clusters", &throttled(TWO_CLUSTERS), 2000);
    results.assert_as_committed();
}

#[test]
fn throttled_nozzles_with_delays_apart_are_not_taken_for_faulty() {
    let mut craft = throttled(ALL);
    for thruster in &mut craft.thrusters {
        thruster.close_delay_s = thruster.open_delay_s + 0.004;
    }
    // `keep` asserts that no nozzle is taken out.
    let kept = keep(&craft, 2000, &pushed());
    assert!(kept.keeps_the_station() && kept.keeps_still(), "{kept:?}");
    let mut results = Results::of("throttled_nozzles_with_delays_apart_are_not_taken_for_faulty");
    results.add("", &kept.figures());
    results.assert_as_committed();
}

#[test]
fn a_throttled_nozzle_that_does_not_obey_is_taken_out() {
    // Nozzle 10 pushes to port.
    for (fault, axis) in [
        (ValveFault::StuckClosed, BodyAxis::Port),
        (ValveFault::StuckOpen, BodyAxis::Starboard),
    ] {
        let mut l = Loop::from(&throttled(ALL), 2000, &InitialState::default());
        l.run(0.1);
        l.say(arm());
        l.say(fire(axis, 0.5, 2.0));
        l.plant.set_valve_fault(10, fault, true).unwrap();
        l.run(1.0);
        assert_eq!(l.outputs.isolated, 1 << 10, "{fault:?}");
    }
}

#[test]
fn throttled_nozzles_fly_transfers_turns_and_burns_within_the_limits() {
    let mut results =
        Results::of("throttled_nozzles_fly_transfers_turns_and_burns_within_the_limits");
    for (name, mask) in [
        ("all", ALL),
        ("every second", EVEN),
        ("two clusters", TWO_CLUSTERS),
    ] {
        let mut l = Loop::from(&throttled(mask), 2000, &InitialState::default());
        l.run(0.1);
        l.say(arm());
        let goal = [4.0, -2.0, 1.0];
        let transfer = l.say(go_to(goal));
        l.run(20.0);
        assert!(l.confirmed(transfer), "{mask:x}");
        let miss = distance(l.plant.truth().position_m_world, goal);
        assert!(miss < HELD_M, "{name}: {miss} m");
        let turned = turn([0.6, 0.0, 0.8], 1.0);
        let there = l.say(turn_to(turned));
        l.run(15.0);
        assert!(l.confirmed(there), "{mask:x}");
        let off = angle(l.plant.truth().attitude_xyzw, turned);
        assert!(off < HELD_RAD, "{name}: {off} rad");
        l.say(fire(BodyAxis::Port, 1.0, 8.0));
        for _ in 0..l.ticks(8.5) {
            l.step(None);
            assert_ne!(l.outputs.inhibit_reason, Reason::GuardTrip, "{mask:x}");
        }
        // By then the tank is empty.
        assert_eq!(l.outputs.mode, Mode::Safe);
        assert_eq!(l.outputs.inhibit_reason, Reason::WorkingMassLow);
        results.add(
            name,
            &[
                ("miss of the transfer", miss, "m"),
                ("miss of the turn", off, "rad"),
            ],
        );
    }
    results.assert_as_committed();
}

#[test]
fn a_throttled_nozzle_rests_after_its_longest_opening_at_whatever_level() {
    for period_us in PERIODS_US {
        let mut l = Loop::from(&throttled(ALL), period_us, &InitialState::default());
        l.run(0.1);
        l.say(arm());
        l.say(fire(BodyAxis::Port, 0.3, 12.0));
        let (mut open_us, mut rest_us) = ([0u32; NOZZLES], [u32::MAX; NOZZLES]);
        let (mut longest_us, mut shortest_us) = (0, u32::MAX);
        for _ in 0..l.ticks(12.0) {
            l.step(None);
            for n in 0..NOZZLES {
                if l.outputs.command.on_time_us[n] > 0 {
                    open_us[n] += period_us;
                    longest_us = longest_us.max(open_us[n]);
                    shortest_us = shortest_us.min(rest_us[n]);
                    rest_us[n] = u32::MAX;
                } else {
                    // Only the rest after a longest opening counts.
                    if open_us[n] + period_us > 3_000_000 {
                        rest_us[n] = 0;
                    }
                    open_us[n] = 0;
                    rest_us[n] = rest_us[n].saturating_add(period_us);
                }
            }
        }
        assert_eq!(longest_us, 3_000_000 / period_us * period_us);
        assert!(shortest_us >= 1_000_000, "{period_us} us: {shortest_us} us");
    }
}

#[test]
fn a_rule_that_asks_the_valves_for_too_much_is_refused_with_the_reason() {
    let refused = |modulator, throttleable: u16| {
        let mut craft = throttled(throttleable);
        craft.control.modulator = modulator;
        GuardedController::new(&craft, 2000)
            .err()
            .map(|e| e.to_string())
    };
    let narrow = ModulatorConfig::BangBang { band_s: 0.02 };
    let text = "bang_bang: shortest pulse and pause are band_s, 0.02 s, which is below the valve's \
                minimum on-time 0.03 s or pause 0.03 s: raise band_s";
    assert_eq!(refused(narrow, 0).unwrap(), text);
    let upside_down = ModulatorConfig::Schmitt {
        level_on: 0.25,
        level_off: 0.75,
    };
    let text = "schmitt: level_on 0.25 and level_off 0.75 given, \
                0 <= level_off < level_on <= 1 needed";
    assert_eq!(refused(upside_down, 0).unwrap(), text);
    // One nozzle that is on or off is enough, and none is not.
    assert!(refused(narrow, !1).is_some());
    assert_eq!(refused(narrow, ALL), None);
}
