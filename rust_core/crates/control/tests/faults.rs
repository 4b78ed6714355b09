//! Nozzles that fail in flight, seen by their feedback or by the motion alone.

use crate::common::references::Results;
use crate::common::*;
use qiki_command::{Mode, Reason};
use qiki_craft::NOZZLES;
use qiki_fdir::NozzleFaults;
use qiki_plant::{InitialState, ValveFault};

const RATE_MAX_RPS: f64 = 0.15;

fn holding(period_us: u32) -> Loop {
    let mut l = Loop::armed(period_us);
    l.say(hold());
    l.run(1.0);
    assert_eq!(l.outputs.isolated, 0);
    l
}

/// From the tick in which a fault is known on, the nozzle is not counted on any more.
fn reallocated(l: &Loop, nozzle: usize, thrust_n: f64) -> bool {
    l.outputs.isolated == 1 << nozzle
        && (l.outputs.allocation.thrust_n[nozzle] - thrust_n).abs() < 1e-9
        && l.outputs.command.on_time_us[nozzle] == 0
}

#[test]
fn every_nozzle_that_opens_unseen_is_found_named_and_countered() {
    let mut results = Results::of("every_nozzle_that_opens_unseen_is_found_named_and_countered");
    for period_us in [1000, 2000, 5000] {
        let (mut longest_s, mut fastest_rps) = (0.0f64, 0.0f64);
        for victim in 0..NOZZLES {
            let mut l = holding(period_us);
            l.plant
                .set_valve_fault(victim, ValveFault::StuckOpenUnseen, true)
                .unwrap();
            let took_s = l.until("isolation", 1.0, |l| l.outputs.isolated != 0);
            assert!(took_s < 0.040, "{victim} at {period_us} us: {took_s} s");
            longest_s = longest_s.max(took_s);
            let bit = 1 << victim;
            let known = NozzleFaults {
                open: bit,
                by_motion: bit,
                feedback_lies: bit,
                ..NozzleFaults::default()
            };
            assert_eq!(l.outputs.faults, known, "{period_us} us");
            assert!(reallocated(&l, victim, 240.0));
            for _ in 0..l.ticks(3.0) {
                l.step(None);
                let rate_rps = norm(l.plant.truth().rates_rps_body);
                assert!(rate_rps < RATE_MAX_RPS, "{victim}: {rate_rps} rad/s");
                assert_eq!(l.outputs.faults, known);
                fastest_rps = fastest_rps.max(rate_rps);
            }
            assert_eq!(l.outputs.mode, Mode::Manoeuvre);
        }
        let figures = [
            ("longest until isolation", longest_s, "s"),
            ("highest rate", fastest_rps, "rad/s"),
        ];
        results.add(&format!("{period_us} us"), &figures);
    }
    results.assert_as_committed();
}

#[test]
fn nozzles_that_stay_closed_unseen_are_found_when_they_are_needed() {
    let (mut found, mut longest_us) = (0, 0);
    for victim in 0..NOZZLES {
        let mut l = holding(2000);
        let fault = ValveFault::StuckClosedUnseen;
        l.plant.set_valve_fault(victim, fault, true).unwrap();
        l.say(go_to([1.0, 1.0, -1.0]));
        let mut told_us = 0;
        for _ in 0..l.ticks(15.0) {
            l.step(None);
            if l.outputs.isolated != 0 {
                break;
            }
            told_us += l.outputs.command.on_time_us[victim];
        }
        if l.outputs.isolated == 0 {
            assert!(told_us < 30_000, "{victim}: told for {told_us} us");
            continue;
        }
        found += 1;
        assert!(
            reallocated(&l, victim, 0.0),
            "{victim}: {:?}",
            l.outputs.faults
        );
        longest_us = longest_us.max(told_us);
        let bit = 1 << victim;
        assert_eq!(
            (l.outputs.faults.closed, l.outputs.faults.by_motion),
            (bit, bit)
        );
    }
    let mut results = Results::of("nozzles_that_stay_closed_unseen_are_found_when_they_are_needed");
    results.add(
        "",
        &[
            ("found", f64::from(found), ""),
            ("longest told to open", f64::from(longest_us) * 1e-6, "s"),
        ],
    );
    results.assert_as_committed();
}

#[test]
fn an_honest_fault_is_known_by_its_feedback() {
    let mut l = holding(2000);
    l.plant
        .set_valve_fault(9, ValveFault::StuckOpen, true)
        .unwrap();
    l.until("isolation", 0.03, |l| l.outputs.isolated != 0);
    assert!(reallocated(&l, 9, 240.0));
    let known = NozzleFaults {
        open: 1 << 9,
        by_feedback: 1 << 9,
        ..NozzleFaults::default()
    };
    l.run(2.0);
    assert_eq!(l.outputs.faults, known);
}

#[test]
fn a_valve_that_closes_again_unseen_is_used_again_and_the_pose_held() {
    let mut results =
        Results::of("a_valve_that_closes_again_unseen_is_used_again_and_the_pose_held");
    for (name, fault) in [
        ("unseen", ValveFault::StuckOpenUnseen),
        ("seen", ValveFault::StuckOpen),
    ] {
        let mut l = holding(2000);
        l.plant.set_valve_fault(5, fault, true).unwrap();
        l.run(2.0);
        assert_eq!(l.outputs.isolated, 1 << 5);
        l.plant.set_valve_fault(5, fault, false).unwrap();
        let seen_s = l.until("closed", 0.1, |l| l.outputs.faults.open == 0);
        assert!(
            seen_s < 0.065,
            "{fault:?}: countered for {seen_s} s too long"
        );
        let back_s = l.until("back", 2.0, |l| l.outputs.isolated == 0);
        assert!((back_s - 1.0).abs() < 0.05, "{fault:?}: {back_s} s");
        l.run(10.0);
        assert_eq!((l.outputs.isolated, l.outputs.mode), (0, Mode::Manoeuvre));
        let way = norm(l.plant.truth().position_m_world);
        let rate = norm(l.plant.truth().rates_rps_body);
        assert!(way < HELD_M, "{fault:?}: {way} m");
        assert!(rate < 0.03, "{fault:?}: {rate} rad/s");
        results.add(
            name,
            &[
                ("countered for too long", seen_s, "s"),
                ("until use", back_s, "s"),
                ("way", way, "m"),
                ("rate", rate, "rad/s"),
            ],
        );
    }
    results.assert_as_committed();
}

#[test]
fn a_nozzle_that_opens_again_passes_its_trial_in_the_next_motion() {
    let mut l = holding(2000);
    let victim = 14;
    let fault = ValveFault::StuckClosedUnseen;
    l.plant.set_valve_fault(victim, fault, true).unwrap();
    l.say(go_to([1.0, 0.0, 0.0]));
    l.until("isolation", 10.0, |l| {
        l.outputs.faults.closed == 1 << victim
    });
    l.plant.set_valve_fault(victim, fault, false).unwrap();
    let trial_s = l.until("trial", 6.0, |l| l.outputs.isolated == 0);
    assert!((trial_s - 1.5).abs() < 0.01, "{trial_s} s");
    assert_eq!(l.outputs.faults.returning, 1 << victim);
    l.say(go_to([3.0, 0.0, 0.0]));
    l.until("proof", 15.0, |l| l.outputs.faults.returning == 0);
    assert_eq!(l.outputs.isolated, 0);
    assert_eq!(l.outputs.faults.by_motion, 0);
}

/// Where six others fire with it, twenty milliseconds of a pulse are too few for the motion to
/// contradict the feedback, and the feedback decides until the next trial.
#[test]
fn a_sensor_that_lies_hardly_ever_costs_the_nozzle_more_than_a_second() {
    let mut results =
        Results::of("a_sensor_that_lies_hardly_ever_costs_the_nozzle_more_than_a_second");
    for (name, fault, most) in [
        ("says open", ValveFault::SensorOpen, 0),
        ("says closed", ValveFault::SensorClosed, 2),
    ] {
        let mut believed = 0;
        for victim in 0..NOZZLES {
            let mut l = holding(2000);
            l.plant.set_valve_fault(victim, fault, true).unwrap();
            l.say(go_to([1.0, 1.0, -1.0]));
            let mut isolated_ticks = 0;
            for _ in 0..l.ticks(15.0) {
                l.step(None);
                assert_eq!(l.outputs.isolated & !(1 << victim), 0, "{victim} {fault:?}");
                isolated_ticks += u64::from(l.outputs.isolated != 0);
                assert!(norm(l.plant.truth().rates_rps_body) < RATE_MAX_RPS);
            }
            believed += u32::from(isolated_ticks > l.ticks(1.2));
        }
        assert!(believed <= most, "{fault:?}: {believed}");
        results.add(name, &[("nozzles of 16", f64::from(believed), "")]);
    }
    results.assert_as_committed();
}

#[test]
fn a_thrust_that_cannot_be_countered_ends_in_safe_with_the_rotation_held() {
    // The pairs that the nozzles left cannot hold: one closed, one open.
    let mut results =
        Results::of("a_thrust_that_cannot_be_countered_ends_in_safe_with_the_rotation_held");
    for (closed, open) in [(0, 2), (0, 11), (7, 1), (14, 8)] {
        let mut l = holding(2000);
        l.plant
            .set_valve_fault(closed, ValveFault::StuckClosed, true)
            .unwrap();
        l.say(go_to([1.0, 1.0, -1.0]));
        l.run(3.0);
        l.plant
            .set_valve_fault(open, ValveFault::StuckOpen, true)
            .unwrap();
        // What is closed may show only now, when all are needed.
        let took_s = l.until("safe", 3.0, |l| l.outputs.mode == Mode::Safe);
        assert_eq!(l.outputs.inhibit_reason, Reason::ValveFault);
        let mut fastest_rps = 0.0f64;
        while l.plant.propellant_kg() > 0.5 {
            l.step(None);
            let rate_rps = norm(l.plant.truth().rates_rps_body);
            assert!(rate_rps < 0.3, "{closed} {open}: {rate_rps} rad/s");
            fastest_rps = fastest_rps.max(rate_rps);
        }
        assert_eq!(l.outputs.mode, Mode::Safe);
        let figures = [
            ("until SAFE", took_s, "s"),
            ("highest rate", fastest_rps, "rad/s"),
        ];
        results.add(&format!("{closed} closed {open} open"), &figures);
    }
    results.assert_as_committed();
}

/// On a test stand nothing moves, whatever the nozzles do.
#[test]
fn where_motion_is_no_evidence_the_feedback_alone_decides() {
    let mut craft = craft();
    craft.control.motion_evidence = false;
    let mut l = Loop::from(&craft, 2000, &InitialState::default());
    l.run(0.1);
    l.say(arm());
    l.run(0.9);
    l.say(hold());
    let unseen = ValveFault::StuckOpenUnseen;
    l.plant.set_valve_fault(5, unseen, true).unwrap();
    l.run(1.0);
    assert_eq!(l.outputs.isolated, 0);
    l.plant.set_valve_fault(5, unseen, false).unwrap();
    l.plant
        .set_valve_fault(5, ValveFault::StuckOpen, true)
        .unwrap();
    l.until("isolation", 0.03, |l| l.outputs.isolated == 1 << 5);
}

#[test]
fn a_node_that_comes_back_brings_its_nozzles_back() {
    let mut l = holding(2000);
    l.deaf = qiki_craft::Fresh::valves(1);
    l.until("isolation", 0.2, |l| l.outputs.isolated == 0x00F0);
    assert_eq!(
        l.outputs.faults,
        NozzleFaults::default(),
        "no nozzle is at fault"
    );
    l.deaf = qiki_craft::Fresh::default();
    l.step(None);
    assert_eq!(l.outputs.isolated, 0);
}
