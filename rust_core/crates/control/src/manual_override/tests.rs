//! Pulses of a firing, and what may begin.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::LazyLock;

use qiki_craft::{CLUSTERS, Craft, NOZZLES, ValveCommand};

use super::{Firing, ManualLimits, ManualOverride, Readiness, check_firing};
use crate::allocation::AllocationStage;
use crate::config::parts;
use qiki_command::Reason;
use qiki_guard::{ForceClose, Guard, ValveLimits};
use qiki_pulse::{PulseLimits, PulseTrain};

const PULSES: PulseLimits = PulseLimits {
    min_on_us: 30_000,
    min_off_us: 30_000,
    max_on_us: 3_000_000,
};
const LIMITS: ManualLimits = ManualLimits {
    pulses: PULSES,
    torque_max_nm: 220.0,
    rate_max_rps: 0.17,
};
const READY: Readiness = Readiness {
    isolated: 0,
    stuck_open: 0,
    resting: 0,
    power_w: 45_000.0,
    room_j: [f64::INFINITY; CLUSTERS],
};
/// Of dodeca-01: 240 N at 17.5 W/N.
static STAGE: LazyLock<AllocationStage> = LazyLock::new(|| {
    let json = include_str!("../../../craft/fixtures/dodeca-01.json");
    let parts = parts(&Craft::from_json(json).unwrap(), 2000).unwrap();
    AllocationStage::new(&parts)
});

fn firing(nozzles: u16, level: f64, duration_s: f64) -> Firing {
    Firing {
        nozzles,
        level,
        duration_s,
    }
}

fn train(level: f64, duration_s: f64) -> Result<PulseTrain, Reason> {
    PulseTrain::new(&firing(1, level, duration_s), &PULSES)
}

fn verdict(firing: &Firing, ready: &Readiness) -> Result<PulseTrain, Reason> {
    check_firing(firing, &LIMITS, ready, &STAGE)
}

#[test]
fn a_full_level_is_one_opening_of_the_whole_duration() {
    let t = train(1.0, 0.5).unwrap();
    assert_eq!((t.count, t.on_us, t.length_us()), (1, 500_000, 500_000));
}

#[test]
fn a_part_is_as_many_pulses_as_valve_and_pause_allow() {
    for (level, duration_s, count, on_us, cycle_us) in [
        (0.5, 0.6, 10, 30_000, 60_000),
        (0.1, 3.0, 10, 30_000, 300_000),
        (0.9, 3.0, 10, 270_000, 300_000),
        (0.5, 0.06, 1, 30_000, 60_000),
        // The pause would be shorter than the shortest: one pulse, and closed for the rest.
        (0.99, 1.0, 1, 990_000, 1_000_000),
    ] {
        let t = train(level, duration_s).unwrap();
        let expected = (count, on_us, cycle_us);
        assert_eq!(
            (t.count, t.on_us, t.cycle_us),
            expected,
            "{level} {duration_s}"
        );
    }
}

#[test]
fn the_shortest_and_the_longest_firing_are_as_long_as_the_valves_allow() {
    assert!(train(1.0, 0.03).is_ok());
    assert_eq!(train(1.0, 0.029_999), Err(Reason::PulseTooShort));
    assert!(train(0.1, 0.3).is_ok());
    assert_eq!(train(0.1, 0.299), Err(Reason::PulseTooShort));
    assert!(train(1.0, 3.0).is_ok());
    assert_eq!(train(1.0, 3.000_001), Err(Reason::PulseTooLong));
    // A low level makes no longer firing.
    assert_eq!(train(0.1, 3.1), Err(Reason::PulseTooLong));
    assert_eq!(train(0.1, 3600.0), Err(Reason::PulseTooLong));
}

/// Level times duration within this, µs: a microsecond lost on each pulse.
fn tolerance_us(train: &PulseTrain) -> u64 {
    u64::from(train.count)
}

#[test]
fn every_train_keeps_valve_times_and_impulse_at_every_rate() {
    for period_us in [1000, 2000, 3003, 5000] {
        for percent in 1..=100_u32 {
            for duration_ms in [30, 61, 100, 333, 1000, 2999, 3000_u32] {
                let (level, duration_s) =
                    (f64::from(percent) / 100.0, f64::from(duration_ms) / 1000.0);
                let Ok(train) = train(level, duration_s) else {
                    assert!(percent * duration_ms < 3000, "{level} {duration_s}");
                    continue;
                };
                let open_us = fly(&train, period_us);
                let wanted_us = u64::from(percent) * u64::from(duration_ms) * 10;
                assert!(
                    wanted_us.abs_diff(open_us) <= tolerance_us(&train),
                    "{level} {duration_s} {period_us}: {open_us}"
                );
            }
        }
    }
}

/// Fires nozzle 0 through a guard; how long it is open, µs.
fn fly(train: &PulseTrain, period_us: u32) -> u64 {
    let mut guard = Guard::new(ValveLimits {
        period_us,
        min_on_us: PULSES.min_on_us,
        min_off_us: PULSES.min_off_us,
        max_on_us: PULSES.max_on_us,
        throttleable: 0,
        power_w: STAGE.nozzle_w,
        power_max_w: 45_000.0,
    });
    let mut hand = ManualOverride::new(PULSES.min_off_us);
    hand.start(0);
    hand.fire(*train);
    let mut open_us = 0;
    for _ in 0..3_300_000 / period_us {
        let on_us = hand.step(period_us);
        let mut command = ValveCommand {
            armed: true,
            ..ValveCommand::default()
        };
        command.on_time_us[0] = on_us;
        assert_eq!(
            guard.check(&command, &ForceClose::NONE),
            Ok(()),
            "{train:?} at {period_us} us"
        );
        open_us += u64::from(on_us);
    }
    assert_eq!(hand.firing(), 0, "over by then");
    open_us
}

#[test]
fn what_keeps_every_limit_may_begin() {
    assert!(verdict(&firing(1 << 3, 1.0, 0.1), &READY).is_ok());
}

#[test]
fn a_nozzle_out_of_use_or_at_rest_is_refused_and_others_are_not() {
    let isolated = Readiness {
        isolated: 1 << 3,
        ..READY
    };
    let resting = Readiness {
        resting: 1 << 3,
        ..READY
    };
    for (ready, reason) in [
        (isolated, Reason::NozzleIsolated),
        (resting, Reason::NozzleResting),
    ] {
        assert_eq!(verdict(&firing(1 << 3, 1.0, 0.1), &ready), Err(reason));
        assert_eq!(verdict(&firing(1 << 3 | 1, 1.0, 0.1), &ready), Err(reason));
        assert!(verdict(&firing(1 << 4, 1.0, 0.1), &ready).is_ok());
    }
}

#[test]
fn a_firing_that_would_heat_a_cluster_too_far_is_refused_for_that() {
    // 4.2 kW each, open for half of 0.2 s: 420 J of one nozzle, 840 J of two in one cluster.
    let (alone, both, apart) = (1 << 3, 1 << 1 | 1 << 3, 1 << 3 | 1 << 4);
    for (room_j, nozzles, allowed) in [
        ([421.0, 0.0, 0.0, 0.0], alone, true),
        ([419.0, 1e9, 1e9, 1e9], alone, false),
        ([841.0, 0.0, 0.0, 0.0], both, true),
        ([839.0, 1e9, 1e9, 1e9], both, false),
        ([421.0, 421.0, 0.0, 0.0], apart, true),
        ([421.0, 419.0, 1e9, 1e9], apart, false),
    ] {
        let ready = Readiness { room_j, ..READY };
        let verdict = verdict(&firing(nozzles, 0.5, 0.2), &ready);
        let too_hot = verdict.err() == Some(Reason::RcsClusterHot);
        assert_eq!(too_hot, !allowed, "{room_j:?} {nozzles:x}");
    }
}

/// Torque of nozzles at full thrust about the centre of mass, N·m.
fn torque_nm(nozzles: u16) -> f64 {
    let craft = &STAGE.geometry;
    let row = |i: usize| -> f64 {
        (0..NOZZLES)
            .filter(|n| nozzles >> n & 1 == 1)
            .map(|n| craft.effectiveness[i][n] * craft.thrust_max_n[n])
            .sum()
    };
    (row(3).powi(2) + row(4).powi(2) + row(5).powi(2)).sqrt()
}

#[test]
fn the_torque_of_all_open_nozzles_decides() {
    let (mut allowed, mut refused) = (0, 0);
    for pair in (1..=u16::MAX).filter(|m| m.count_ones() <= 2) {
        let outcome = verdict(&firing(pair, 1.0, 0.1), &READY);
        if torque_nm(pair) > 220.0 {
            assert_eq!(outcome, Err(Reason::TorqueLimit), "{pair:#06x}");
            refused += 1;
        } else {
            assert!(outcome.is_ok(), "{pair:#06x}: {}", torque_nm(pair));
            allowed += 1;
        }
        // A low level opens the valves as wide, if not as long.
        assert_eq!(
            verdict(&firing(pair, 0.5, 0.1), &READY).is_ok(),
            outcome.is_ok()
        );
    }
    assert!(allowed > 16 && refused > 16, "{allowed} {refused}");
}

#[test]
fn a_nozzle_that_does_not_close_counts_in_torque_and_power() {
    let alone = |ready: &Readiness, n: u16| verdict(&firing(1 << n, 1.0, 0.1), ready);
    let turned: Vec<u16> = (1..16)
        .filter(|n| {
            let ready = Readiness {
                stuck_open: 1,
                isolated: 1,
                ..READY
            };
            alone(&ready, *n) == Err(Reason::TorqueLimit)
        })
        .collect();
    assert!(!turned.is_empty());
    for n in turned {
        assert!(torque_nm(1 << n | 1) > 220.0);
    }
    let ready = |stuck_open| Readiness {
        stuck_open,
        power_w: 8399.0,
        ..READY
    };
    assert!(alone(&ready(0), 6).is_ok());
    assert_eq!(alone(&ready(1 << 4), 6), Err(Reason::PduPeakDenied));
}

#[test]
fn the_power_of_all_open_nozzles_decides() {
    let four = 1 | 1 << 2 | 1 << 4 | 1 << 6;
    assert!(torque_nm(four) < 220.0);
    for (power_w, outcome) in [(16_800.0, true), (16_799.0, false), (0.0, false)] {
        let ready = Readiness { power_w, ..READY };
        let verdict = verdict(&firing(four, 1.0, 0.1), &ready);
        assert_eq!(verdict.is_ok(), outcome);
        assert_eq!(verdict.err(), (!outcome).then_some(Reason::PduPeakDenied));
    }
}

#[test]
fn a_firing_is_seen_when_it_is_over_and_every_nozzle_was_open_for_half_of_it() {
    let mut hand = ManualOverride::new(0);
    hand.start(0);
    let t = PulseTrain::new(&firing(0b11, 1.0, 0.1), &PULSES).unwrap();
    hand.fire(t);
    let mut open = [0; NOZZLES];
    open[0] = 60_000;
    hand.observe(&open, 0xFFFF);
    for _ in 0..50 {
        assert!(!hand.effect_observed());
        hand.step(2000);
    }
    assert!(!hand.effect_observed(), "nozzle 1 was not open");
    open = [0; NOZZLES];
    open[1] = 49_999;
    hand.observe(&open, 0xFFFF);
    assert!(!hand.effect_observed());
    open[1] = 1;
    hand.observe(&open, 0xFFFD);
    assert!(
        !hand.effect_observed(),
        "not from a node that has not reported"
    );
    hand.observe(&open, 0xFFFF);
    assert!(hand.effect_observed());
}

#[test]
fn the_nozzles_are_given_back_after_a_minute_without_a_firing() {
    let mut hand = ManualOverride::new(30_000);
    hand.start(0);
    let idle = |hand: &mut ManualOverride, seconds: u32| {
        for _ in 0..seconds * 500 {
            hand.step(2000);
        }
    };
    idle(&mut hand, 59);
    assert!(!hand.timed_out());
    hand.fire(train(1.0, 1.0).unwrap());
    idle(&mut hand, 60);
    assert!(!hand.timed_out(), "a minute from the end of the firing");
    idle(&mut hand, 2);
    assert!(hand.timed_out());
    hand.start(0);
    assert!(!hand.timed_out(), "asking once more is a sign of life");
}

#[test]
fn control_waits_for_the_shortest_pause_after_the_hand() {
    let mut hand = ManualOverride::new(30_000);
    assert!(!hand.holds_valves());
    hand.start(0);
    for _ in 0..20 {
        hand.step(2000);
    }
    hand.fire(train(1.0, 1.0).unwrap());
    assert_eq!(hand.step(2000), 2000);
    hand.end();
    for _ in 0..15 {
        assert!(hand.holds_valves());
        assert_eq!(hand.step(2000), 0);
    }
    assert!(!hand.holds_valves());
}

#[test]
fn the_level_of_a_firing_is_the_open_part_of_its_cycle_and_none_without_one() {
    let mut hand = ManualOverride::new(30_000);
    hand.start(0);
    assert_eq!(hand.next_pulses(2000).level, 0.0);
    for (level, duration_s) in [(1.0, 0.5), (0.5, 0.6), (0.1, 3.0), (0.9, 3.0)] {
        hand.fire(train(level, duration_s).unwrap());
        let pulses = hand.next_pulses(2000);
        assert!((pulses.level - level).abs() < 1e-9, "{}", pulses.level);
        assert_eq!((pulses.on, pulses.nozzles), (true, 1));
    }
    hand.stop();
    assert_eq!(hand.next_pulses(2000).level, 0.0);
}

#[test]
fn a_firing_begins_when_the_pause_before_it_is_over_and_not_in_it() {
    let mut hand = ManualOverride::new(30_000);
    hand.start(0);
    // From control's last pulse on, and from that of the firing before.
    for _ in 0..2 {
        hand.fire(train(1.0, 0.030).unwrap());
        for tick in 0..15 {
            assert_eq!(hand.step(2000), 0, "tick {tick} of the pause");
        }
        for tick in 0..15 {
            assert_eq!(hand.step(2000), 2000, "tick {tick} of the pulse");
        }
    }
}
