//! Thrust profiles in flight: what was asked for is given, and a preview says so before.

use crate::common::burns::*;
use crate::common::references::Results;
use crate::common::*;
use qiki_burn::End;
use qiki_command::{Mode, Reason, ReplyStatus};
use qiki_craft::{LoopAllocation, NOZZLES};
use qiki_messages::commands::{self as wire, ThrustGroup};
use qiki_preview::{Preview, PreviewError, Spent, preview};

/// Short, long, split, warm, starved, ramped, there and back, by groups.
fn profiles() -> Vec<(&'static str, Vec<wire::ThrustSegment>)> {
    let mut ramped = segment(AHEAD, 0.8, 3.0);
    (ramped.ramp_in_s, ramped.ramp_out_s) = (1.0, 1.0);
    let back = AHEAD.map(|d| -d);
    vec![
        ("short", vec![segment(AHEAD, 0.5, 0.3)]),
        ("half", vec![segment(AHEAD, 0.5, 2.0)]),
        ("oblique", vec![segment([0.6, 0.0, -0.8], 0.6, 3.0)]),
        ("split", vec![segment(AHEAD, 1.0, 5.0)]),
        ("starved", vec![segment(LEFT, 1.0, 3.0)]),
        ("ramped", vec![ramped]),
        (
            "there and back",
            vec![
                segment(AHEAD, 0.6, 1.0),
                segment(AHEAD, 0.0, 1.0),
                segment(back, 0.6, 1.0),
            ],
        ),
        (
            "three axes",
            vec![
                segment(AHEAD, 0.6, 1.0),
                segment(LEFT, 0.4, 1.0),
                segment(UP, 0.5, 1.0),
            ],
        ),
        ("ztt", vec![group(ThrustGroup::ZttForward, 0.5, 2.0)]),
        ("ztt split", vec![group(ThrustGroup::ZttForward, 1.0, 5.0)]),
        ("ftg", vec![group(ThrustGroup::FtgPort, 0.8, 3.0)]),
    ]
}

/// What became of a profile beside what its preview said.
fn figures(said: &Preview, flown: &Flown) -> [(&'static str, f64, &'static str); 8] {
    let total = &said.total;
    let error = distance(flown.delta_v, total.delta_v_mps);
    [
        ("time", flown.time_s, "s"),
        ("time on paper", total.time_s, "s"),
        ("gross on paper", total.gross_mps, "m/s"),
        ("error of speed", error, "m/s"),
        ("propellant used", flown.used_kg, "kg"),
        ("propellant on paper", total.propellant_kg, "kg"),
        ("attitude error", flown.worst_rad, "rad"),
        ("hottest cluster", flown.hottest_c, "°C"),
    ]
}

/// It is confirmed, and gave the speed that its preview said.
#[track_caller]
fn assert_flown(name: &str, said: &Preview, flown: &Flown) {
    assert!(confirmed(flown), "{name}: {:?}", flown.said);
    let error = distance(flown.delta_v, said.total.delta_v_mps);
    let allowed = promised_mps(said);
    assert!(error < allowed, "{name}: {error} m/s off, not {allowed}");
}

#[test]
fn a_flight_is_what_its_preview_said() {
    let mut results = Results::of("a_flight_is_what_its_preview_said");
    for (name, segments) in profiles() {
        let said = on_paper(&craft(), &segments).unwrap();
        let flown = fly(&mut standing(&craft()), &segments);
        assert_eq!(said.end, End::Given, "{name}");
        assert_flown(name, &said, &flown);
        let late_s = flown.time_s - said.total.time_s;
        // Pulses are planned one window of 0.25 s ahead, and those of the last are waited for. It
        // is not early, but for a step of the preview.
        assert!((-0.005..0.5).contains(&late_s), "{name}: {late_s} s late");
        assert!(flown.worst_rad < HELD_RAD, "{name}: {flown:?}");
        results.add(name, &figures(&said, &flown));
    }
    results.assert_as_committed();
}

#[test]
fn a_full_push_is_split_and_says_so() {
    let flown = fly(&mut standing(&craft()), &[segment(AHEAD, 1.0, 5.0)]);
    assert_eq!(inhibits(&flown), [Reason::NozzleResting]);
    assert!(flown.longest_us <= 3_000_000);
    let said = on_paper(&craft(), &[segment(AHEAD, 1.0, 5.0)]).unwrap();
    let [rest] = said.limits[..] else {
        panic!("{:?}", said.limits)
    };
    assert_eq!((rest.reason, rest.rests), (Reason::NozzleResting, true));
    assert!((rest.at_s - 3.0).abs() < 0.02 && (rest.for_s - 1.0).abs() < 0.02);
    assert!((said.total.rest_s - 1.0).abs() < 0.02);
}

#[test]
fn a_push_that_warms_a_cluster_is_split_and_the_cluster_never_trips() {
    let long = [segment(UP, 0.7, 7.8)];
    let said = on_paper(&craft(), &long).unwrap();
    assert_eq!(said.limits.len(), 1, "{:?}", said.limits);
    assert_eq!(said.limits[0].reason, Reason::RcsClusterHot);
    assert!(said.limits[0].for_s > 2.0);
    let warmest_c = said.cluster_max_c.into_iter().fold(0.0, f64::max);
    let flown = fly(&mut standing(&craft()), &long);
    assert_eq!(inhibits(&flown), [Reason::RcsClusterHot]);
    // From its warning to where it would trip. The prediction leaves out what the hull takes between
    // two reports: 1.5 W/K over 160 K, of 140 J/K, in 0.2 s.
    for hottest_c in [warmest_c, flown.hottest_c] {
        assert!((109.6..120.0).contains(&hottest_c), "{hottest_c} C");
    }
    assert_flown("warm", &said, &flown);
    let mut results =
        Results::of("a_push_that_warms_a_cluster_is_split_and_the_cluster_never_trips");
    results.add("", &figures(&said, &flown));
    results.add("", &[("hottest cluster on paper", warmest_c, "°C")]);
    results.assert_as_committed();
}

#[test]
fn an_empty_supercapacitor_stretches_a_push() {
    let mut craft = craft();
    // Enough to begin with, not enough for a boost.
    craft.power.supercap_soc_init = 0.4;
    craft.power.supercap_charge_max_w = 0.0;
    let hard = [segment(LEFT, 1.0, 2.0)];
    let said = on_paper(&craft, &hard).unwrap();
    assert!(said.limits.iter().any(|hit| hit.reason == Reason::CapLow));
    let flown = fly(&mut standing(&craft), &hard);
    assert_eq!(inhibits(&flown), [Reason::CapLow]);
    assert_flown("flat", &said, &flown);
    assert!(said.total.time_s > 2.1 && flown.time_s > 2.1, "stretched");
    let mut results = Results::of("an_empty_supercapacitor_stretches_a_push");
    results.add("", &figures(&said, &flown));
    results.assert_as_committed();
}

#[test]
fn a_profile_that_the_tank_cannot_give_ends_with_the_tank() {
    let long = [segment(AHEAD, 0.6, 30.0)];
    let said = on_paper(&craft(), &long).unwrap();
    assert_eq!(said.end, End::Late(Reason::WorkingMassLow));
    assert!(said.after.propellant_kg < 0.02);
    let flown = fly(&mut standing(&craft()), &long);
    let last = flown.said.last();
    assert_eq!(
        last,
        Some(&(ReplyStatus::EffectTimeout, Reason::WorkingMassLow))
    );
    // Holding the attitude is not in the preview, so less is left for the push.
    let (gained, on_paper) = (flown.delta_v[0], said.total.delta_v_mps[0]);
    assert!(gained < on_paper, "{gained} m/s, {on_paper} on paper");
    let mut results = Results::of("a_profile_that_the_tank_cannot_give_ends_with_the_tank");
    results.add("", &figures(&said, &flown));
    results.add(
        "",
        &[
            ("gained", gained, "m/s"),
            ("gained on paper", on_paper, "m/s"),
        ],
    );
    results.assert_as_committed();
}

#[test]
fn a_group_pushes_with_its_nozzles_and_what_else_fires_holds_the_attitude() {
    let mut l = standing(&craft());
    l.say(profile(vec![group(ThrustGroup::ZttForward, 0.5, 3.0)]));
    l.run(0.2);
    let said = on_paper(&craft(), &[group(ThrustGroup::ZttForward, 0.5, 3.0)]).unwrap();
    let set = said.total.nozzles;
    assert_eq!(set.count_ones(), 5, "{set:b}");
    let mut open_us = [0u64; NOZZLES];
    for _ in 0..l.ticks(2.5) {
        l.step(None);
        for (sum, on) in open_us.iter_mut().zip(l.outputs.command.on_time_us) {
            *sum += u64::from(on);
        }
    }
    let share = |inside: bool| -> u64 {
        (0..NOZZLES)
            .filter(|n| (set >> n & 1 == 1) == inside)
            .map(|n| open_us[n])
            .sum()
    };
    let share_s = |inside| share(inside) as f64 * 1e-6;
    let mut results =
        Results::of("a_group_pushes_with_its_nozzles_and_what_else_fires_holds_the_attitude");
    results.add(
        "",
        &[
            ("open time of the group", share_s(true), "s"),
            ("open time of the others", share_s(false), "s"),
        ],
    );
    results.assert_as_committed();
}

#[test]
fn by_sets_alone_a_profile_is_flown_too() {
    let mut craft = craft();
    craft.control.allocation_mode = LoopAllocation::Auto;
    let mut results = Results::of("by_sets_alone_a_profile_is_flown_too");
    for (name, segment) in [
        ("half", segment(AHEAD, 0.5, 3.0)),
        ("ftg up", group(ThrustGroup::FtgUp, 0.6, 3.0)),
        ("ftg forward", group(ThrustGroup::FtgForward, 0.6, 1.0)),
        ("ztt forward", group(ThrustGroup::ZttForward, 1.0, 2.9)),
    ] {
        let said = on_paper(&craft, &[segment]).unwrap();
        let flown = fly(&mut standing(&craft), &[segment]);
        assert_flown(name, &said, &flown);
        results.add(name, &figures(&said, &flown));
    }
    results.assert_as_committed();
}

#[test]
fn a_profile_is_flown_at_every_rate() {
    let segments = [segment([0.0, -0.6, 0.8], 0.7, 2.0)];
    let said = on_paper(&craft(), &segments).unwrap();
    let mut results = Results::of("a_profile_is_flown_at_every_rate");
    for period_us in PERIODS_US {
        let mut l = Loop::armed(period_us);
        l.say(hold());
        l.run(0.5);
        let before = l.plant.truth().velocity_mps_world;
        let id = l.say(profile(segments.to_vec()));
        l.until("the end", 10.0, |l| l.outputs.mode == Mode::Coast);
        l.run(0.5);
        assert!(l.confirmed(id), "{period_us} us");
        let after = l.plant.truth().velocity_mps_world;
        let gained = std::array::from_fn(|i| after[i] - before[i]);
        let error = distance(gained, said.total.delta_v_mps);
        let allowed = promised_mps(&said);
        assert!(
            error < allowed,
            "{period_us} us: {error} m/s, not {allowed}"
        );
        results.add(
            &format!("{period_us} us"),
            &[
                ("gained", norm(gained), "m/s"),
                ("error of speed", error, "m/s"),
                ("propellant left", l.plant.propellant_kg(), "kg"),
            ],
        );
    }
    results.assert_as_committed();
}

#[test]
fn a_preview_that_would_be_refused_says_why() {
    assert_eq!(preview(&craft(), &[]), Err(PreviewError::Segments(0)));
    let mut flat = craft();
    flat.power.supercap_soc_init = 0.1;
    let error = on_paper(&flat, &[segment(AHEAD, 0.5, 1.0)]).unwrap_err();
    assert_eq!(error, PreviewError::Refused(Reason::CapLow));
    assert_eq!(error.to_string(), "profile: it would be refused: CapLow");
}

#[test]
fn segments_of_a_preview_add_up() {
    let segments = [segment(AHEAD, 0.6, 1.0), segment(UP, 0.5, 2.0)];
    let said = on_paper(&craft(), &segments).unwrap();
    assert_eq!(said.segments.len(), 2);
    let sum =
        |pick: fn(&Spent) -> f64| -> f64 { said.segments.iter().map(|s| pick(&s.spent)).sum() };
    assert!((sum(|s| s.time_s) - said.total.time_s).abs() < 1e-9);
    assert!((sum(|s| s.propellant_kg) - said.total.propellant_kg).abs() < 1e-9);
    assert!((sum(|s| s.energy_j) - said.total.energy_j).abs() < 1e-6);
    assert!((sum(|s| s.gross_mps) - said.total.gross_mps).abs() < 1e-9);
    assert!((said.after.propellant_kg + said.total.propellant_kg - 12.0).abs() < 1e-9);
    assert!((said.segments[1].at_s - 1.0).abs() < 0.02);
    assert!(said.segments[0].spent.delta_v_mps[0] > 0.8);
    // 17.5 W per newton, 588.4 m/s of exhaust: energy goes with propellant.
    let joule_per_kg = 17.5 * 60.0 * 9.80665;
    assert!((said.total.energy_j / said.total.propellant_kg - joule_per_kg).abs() < 1e-6);
    assert!(said.total.gross_mps > norm(said.segments[0].spent.delta_v_mps));
}
