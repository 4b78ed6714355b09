//! The rule on profiles, without a craft around it.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use qiki_command::Target;
use qiki_craft::Craft;

const DT_S: f64 = 0.002;
/// Full push of the craft below, N.
const FULL_N: f64 = 480.0;

fn craft() -> Craft {
    Craft::from_json(include_str!("../../../craft/fixtures/dodeca-01.json")).unwrap()
}

fn segment(duration_s: f64, level: f64) -> Segment {
    Segment {
        duration_s,
        level,
        target: Target::Direction(Vector3::x()),
        ramp_in_s: 0.0,
        ramp_out_s: 0.0,
    }
}

fn plan(given: &[Segment]) -> Plan {
    let mut segments = [Segment::IDLE; SEGMENTS_MAX];
    segments[..given.len()].copy_from_slice(given);
    Plan::new(PlanLimits::new(&craft(), 3.0), segments, given.len())
}

/// Nozzles 0 and 5, 240 N each, straight ahead.
fn push() -> Push {
    let mut thrust_per_n = [0.0; NOZZLES];
    (thrust_per_n[0], thrust_per_n[5]) = (0.5, 0.5);
    Push {
        direction: Vector3::x(),
        ceiling_n: FULL_N,
        available_n: FULL_N,
        power_limited: false,
        thrust_per_n,
        group_only: false,
        group_broken: false,
    }
}

fn calm() -> Now {
    Now {
        dt_s: DT_S,
        residual_ns: Vector3::zeros(),
        pending_ns: Vector3::zeros(),
        power_w: 40_000.0,
        power_reason: Reason::PduPeakDenied,
        resting: 0,
        warm: 0,
        ready: u16::MAX,
        impaired: 0,
        spent: None,
    }
}

/// What came of a plan.
#[derive(Debug)]
struct Flown {
    end: End,
    time_s: f64,
    rest_s: f64,
    demanded_ns: f64,
    /// Longest time without a rest, s.
    longest_s: f64,
    inhibited_by: Vec<Reason>,
}

/// Flies a plan on nozzles that give what is demanded; `world` says what is so at a time.
fn fly(mut plan: Plan, world: impl Fn(f64, &mut Now) -> Push) -> Flown {
    let mut flown = Flown {
        end: End::Given,
        time_s: 0.0,
        rest_s: 0.0,
        demanded_ns: 0.0,
        longest_s: 0.0,
        inhibited_by: Vec::new(),
    };
    let (mut residual_ns, mut since_rest_s) = (Vector3::zeros(), 0.0);
    loop {
        let mut now = calm();
        now.residual_ns = residual_ns;
        let push = world(flown.time_s, &mut now);
        let Some(order) = plan.step(&now, |_| push) else {
            break;
        };
        residual_ns += order.demanded_ns - order.force_n * DT_S;
        flown.time_s += DT_S;
        flown.demanded_ns += order.demanded_ns.norm();
        if order.resting {
            assert_eq!(order.force_n, Vector3::zeros());
            assert_eq!(order.demanded_ns, Vector3::zeros());
            flown.rest_s += DT_S;
            since_rest_s = 0.0;
        } else {
            since_rest_s += DT_S;
        }
        flown.longest_s = flown.longest_s.max(since_rest_s);
        if order.inhibited_by != Reason::None
            && flown.inhibited_by.last() != Some(&order.inhibited_by)
        {
            flown.inhibited_by.push(order.inhibited_by);
        }
        assert!(flown.time_s < 1000.0, "no end");
    }
    flown.end = plan.end().unwrap();
    assert!(residual_ns.norm() <= plan.tolerance_ns() || flown.end != End::Given);
    flown
}

fn near(value: f64, wanted: f64, within: f64) -> bool {
    (value - wanted).abs() <= within
}

#[test]
fn a_profile_that_nothing_limits_takes_its_time_and_no_more() {
    let segments = [segment(0.5, 0.2), segment(0.25, 0.9), segment(1.0, 0.4)];
    let flown = fly(plan(&segments), |_, _| push());
    assert_eq!((flown.end, flown.rest_s), (End::Given, 0.0));
    assert!(near(flown.time_s, 1.75 + SETTLED_S, 0.01), "{flown:?}");
    assert!(near(flown.demanded_ns, FULL_N * (0.1 + 0.225 + 0.4), 1e-6));
    assert!(flown.inhibited_by.is_empty());
}

#[test]
fn a_ramp_asks_for_the_impulse_of_its_area() {
    let mut ramped = segment(2.0, 0.8);
    (ramped.ramp_in_s, ramped.ramp_out_s) = (1.0, 0.5);
    let flown = fly(plan(&[ramped]), |_, _| push());
    let area = 0.8 * (2.0 - 0.5 - 0.25);
    assert!(near(flown.demanded_ns, FULL_N * area, 1e-6), "{flown:?}");
}

#[test]
fn a_segment_shorter_than_half_a_tick_is_passed_over() {
    let segments = [segment(0.1, 0.2), segment(0.0004, 1.0), segment(0.1, 0.3)];
    let flown = fly(plan(&segments), |_, _| push());
    assert!(near(flown.demanded_ns, FULL_N * 0.05, 1e-6), "{flown:?}");
}

#[test]
fn a_full_push_is_split_after_the_longest_opening_and_given_whole() {
    for (duration_s, rests) in [(2.9, 0.0), (3.5, 1.0), (6.5, 2.0), (10.0, 3.0)] {
        let flown = fly(plan(&[segment(duration_s, 1.0)]), |_, _| push());
        assert_eq!(flown.end, End::Given);
        assert!(near(flown.rest_s, rests, 0.01), "{duration_s} s: {flown:?}");
        assert!(near(flown.time_s, duration_s + rests + SETTLED_S, 0.02));
        assert!(near(flown.demanded_ns, FULL_N * duration_s, 1e-6));
        assert!(flown.longest_s <= 3.0 + SETTLED_S + 0.01, "{flown:?}");
        assert_eq!(flown.inhibited_by.is_empty(), rests == 0.0);
        assert!(
            flown
                .inhibited_by
                .iter()
                .all(|why| *why == Reason::NozzleResting)
        );
    }
}

#[test]
fn a_level_that_leaves_room_for_pauses_is_not_split() {
    // 3 s of opening and 30 ms of pause: 0.990.
    for (level, rests) in [(0.98, false), (0.989, false), (0.992, true)] {
        let flown = fly(plan(&[segment(10.0, level)]), |_, _| push());
        assert_eq!(flown.rest_s > 0.0, rests, "{level}");
    }
}

#[test]
fn a_throttled_nozzle_is_open_all_the_time_at_any_level() {
    let mut craft = craft();
    craft.thrusters[5].throttleable = true;
    let mut segments = [Segment::IDLE; SEGMENTS_MAX];
    segments[0] = segment(7.0, 0.3);
    let plan = Plan::new(PlanLimits::new(&craft, 3.0), segments, 1);
    let flown = fly(plan, |_, _| push());
    assert!(near(flown.rest_s, 2.0, 0.01), "{flown:?}");
}

#[test]
fn segments_together_keep_a_nozzle_open_as_well_as_one() {
    let flown = fly(plan(&[segment(2.0, 1.0); 2]), |_, _| push());
    assert!(near(flown.rest_s, 1.0, 0.01), "{flown:?}");
    let pause = [segment(2.0, 1.0), segment(0.1, 0.0), segment(2.0, 1.0)];
    assert_eq!(fly(plan(&pause), |_, _| push()).rest_s, 0.0);
}

#[test]
fn a_push_with_other_nozzles_needs_no_rest() {
    let mut plan = plan(&[segment(3.0, 1.0), segment(1.0, 1.0)]);
    let mut others = push();
    others.thrust_per_n.swap(0, 8);
    others.thrust_per_n.swap(5, 9);
    let mut first = true;
    while let Some(order) = plan.step(&calm(), |_| {
        if std::mem::take(&mut first) {
            push()
        } else {
            others
        }
    }) {
        assert!(!order.resting);
    }
    assert_eq!(plan.end(), Some(End::Given));
}

#[test]
fn a_warm_cluster_is_let_cool_until_it_is_ready_for_one_more_opening() {
    // Warm from 1 s on, still not ready until 5 s.
    let world = |time_s: f64, now: &mut Now| {
        now.warm = if (1.0..2.0).contains(&time_s) {
            1 << 5
        } else {
            0
        };
        now.ready = if (1.0..5.0).contains(&time_s) {
            !(1 << 5)
        } else {
            u16::MAX
        };
        push()
    };
    let flown = fly(plan(&[segment(3.0, 0.5)]), world);
    assert!(near(flown.rest_s, 4.0, 0.01), "{flown:?}");
    assert!(near(flown.time_s, 7.0 + SETTLED_S, 0.02), "{flown:?}");
    assert_eq!(flown.inhibited_by, [Reason::RcsClusterHot]);
    assert!(near(flown.demanded_ns, FULL_N * 1.5, 1e-6));
}

#[test]
fn a_cluster_that_does_not_push_may_be_as_warm_as_it_likes() {
    let world = |_: f64, now: &mut Now| {
        (now.warm, now.ready) = (1 << 12, !(1 << 12));
        push()
    };
    assert_eq!(fly(plan(&[segment(1.0, 0.5)]), world).rest_s, 0.0);
}

#[test]
fn a_cluster_that_never_cools_does_not_hold_a_profile_for_ever() {
    let world = |_: f64, now: &mut Now| {
        (now.warm, now.ready) = (1, !1);
        push()
    };
    let mut plan = plan(&[segment(1.0, 0.5)]);
    let mut rest_s = 0.0;
    for _ in 0..100_000 {
        let mut now = calm();
        world(0.0, &mut now);
        match plan.step(&now, |_| push()) {
            Some(order) if order.resting => rest_s += DT_S,
            _ => break,
        }
    }
    assert!(near(rest_s, REST_MAX_S, 0.1), "{rest_s}");
}

#[test]
fn scarce_power_stretches_the_time_and_takes_nothing_off_the_impulse() {
    let scarce = |_: f64, now: &mut Now| {
        now.power_reason = Reason::CapLow;
        Push {
            available_n: 0.5 * FULL_N,
            power_limited: true,
            ..push()
        }
    };
    let flown = fly(plan(&[segment(4.0, 0.8)]), scarce);
    assert_eq!(flown.end, End::Given);
    // 0.8 * 4 s at 0.5.
    assert!(near(flown.time_s, 6.4 + SETTLED_S, 0.1), "{flown:?}");
    assert!(near(flown.demanded_ns, FULL_N * 3.2, 1e-6));
    assert_eq!(flown.inhibited_by, [Reason::CapLow]);
}

#[test]
fn a_push_is_worked_out_anew_when_nozzles_or_power_change() {
    let mut plan = plan(&[segment(1.0, 0.5), segment(1.0, 0.5)]);
    let mut demanded = 0;
    let mut step = |now: &Now| {
        plan.step(now, |_| {
            demanded += 1;
            push()
        });
        demanded
    };
    let mut now = calm();
    assert_eq!((step(&now), step(&now)), (1, 1));
    now.impaired = 1 << 7;
    assert_eq!((step(&now), step(&now)), (2, 2));
    now.power_w *= 1.005;
    assert_eq!(step(&now), 2, "half a percent is nothing");
    now.power_w *= 0.9;
    assert_eq!((step(&now), step(&now)), (3, 3));
    for _ in 0..500 {
        step(&now);
    }
    assert_eq!(step(&now), 4, "the second segment");
}

#[test]
fn what_is_owed_is_caught_up_with_within_the_ceiling() {
    let mut plan = plan(&[segment(1.0, 0.5)]);
    let mut now = calm();
    now.residual_ns = Vector3::new(10.0, -4.0, 0.0);
    let order = plan.step(&now, |_| push()).unwrap();
    let wanted = Vector3::new(0.5 * FULL_N + 10.0 / CATCH_UP_S, -4.0 / CATCH_UP_S, 0.0);
    assert!((order.force_n - wanted).norm() < 1e-9);
    now.residual_ns = Vector3::new(1000.0, 1000.0, 0.0);
    let order = plan.step(&now, |_| push()).unwrap();
    assert!((order.force_n - Vector3::x() * FULL_N).norm() < 1e-9);
    // What is under way comes by itself.
    now.pending_ns = now.residual_ns;
    let order = plan.step(&now, |_| push()).unwrap();
    assert!((order.force_n - Vector3::x() * 0.5 * FULL_N).norm() < 1e-9);
}

#[test]
fn the_clock_waits_for_what_is_missing_and_not_for_what_is_under_way() {
    let mut plan = plan(&[segment(1.0, 0.5)]);
    let mut now = calm();
    now.residual_ns = Vector3::x() * (1.01 * LAG_S * FULL_N);
    assert_eq!(
        plan.step(&now, |_| push()).unwrap().demanded_ns,
        Vector3::zeros()
    );
    now.pending_ns = Vector3::x() * (0.02 * LAG_S * FULL_N);
    assert!(plan.step(&now, |_| push()).unwrap().demanded_ns.norm() > 0.0);
}

#[test]
fn an_impulse_counts_as_given_when_it_is_and_not_when_it_is_under_way() {
    let mut plan = plan(&[segment(0.1, 0.5)]);
    let mut now = calm();
    now.residual_ns = Vector3::x() * 20.0;
    now.pending_ns = now.residual_ns;
    for _ in 0..300 {
        assert!(plan.step(&now, |_| push()).is_some());
    }
    now.residual_ns = Vector3::zeros();
    now.pending_ns = Vector3::zeros();
    let mut ticks = 0;
    while plan.step(&now, |_| push()).is_some() {
        ticks += 1;
    }
    assert_eq!(plan.end(), Some(End::Given));
    assert!(near(f64::from(ticks) * DT_S, SETTLED_S, 2.0 * DT_S));
}

#[test]
fn nozzles_that_give_nothing_end_a_profile_with_the_reason() {
    let nothing = |now: Now| {
        let mut plan = plan(&[segment(0.5, 1.0)]);
        let mut residual_ns = Vector3::zeros();
        let mut time_s = 0.0;
        let push = Push {
            available_n: if now.power_w > 0.0 { FULL_N } else { 0.0 },
            power_limited: now.power_w == 0.0,
            ..push()
        };
        while let Some(order) = plan.step(&Now { residual_ns, ..now }, |_| push) {
            residual_ns += order.demanded_ns;
            time_s += DT_S;
        }
        (plan.end().unwrap(), time_s)
    };
    let (end, time_s) = nothing(calm());
    assert_eq!(end, End::Late(Reason::DeltaVMissed));
    // Three times half a second and ten more, not counting a rest now and then.
    assert!((11.5..16.0).contains(&time_s), "{time_s}");
    let power_limited = Now {
        power_w: 0.0,
        power_reason: Reason::CapLow,
        ..calm()
    };
    assert_eq!(nothing(power_limited).0, End::Late(Reason::CapLow));
    for reason in [Reason::WorkingMassLow, Reason::BatLow] {
        let spent = Some(reason);
        let used_up = Now { spent, ..calm() };
        assert_eq!(nothing(used_up), (End::Late(reason), 0.0));
    }
}

#[test]
fn a_group_rests_with_its_nozzles_and_ends_with_one_of_them() {
    let group = Push {
        group_only: true,
        ..push()
    };
    let mut plan = plan(&[segment(1.0, 0.5)]);
    let mut now = calm();
    now.resting = 1 << 5;
    let order = plan.step(&now, |_| group).unwrap();
    assert_eq!(
        (order.resting, order.inhibited_by),
        (true, Reason::NozzleResting)
    );
    now.resting = 1 << 6;
    assert!(!plan.step(&now, |_| group).unwrap().resting);
    now.impaired = 1;
    let broken = Push {
        group_broken: true,
        ..group
    };
    assert!(plan.step(&now, |_| broken).is_none());
    assert_eq!(plan.end(), Some(End::Broken));
    assert!(plan.step(&calm(), |_| push()).is_none(), "over is over");
}

#[test]
fn a_pause_asks_for_nothing_but_for_what_is_missing() {
    let mut plan = plan(&[segment(1.0, 0.0)]);
    let order = plan.step(&calm(), |_| push()).unwrap();
    assert!(order.idle && !order.resting);
    let mut now = calm();
    now.residual_ns = Vector3::x() * (2.0 * TOLERANCE_S * FULL_N);
    let order = plan.step(&now, |_| push()).unwrap();
    assert!(!order.idle && order.force_n.x > 0.0);
    now.residual_ns *= 0.4;
    assert_eq!(
        plan.step(&now, |_| push()).unwrap().force_n,
        Vector3::zeros()
    );
}

#[test]
fn progress_says_which_segment_and_how_far() {
    let mut plan = plan(&[segment(0.1, 0.5), segment(0.2, 0.5)]);
    let mut seen = Vec::new();
    while plan.step(&calm(), |_| push()).is_some() {
        seen.push(plan.progress());
    }
    assert!(seen[24].0 == 0 && near(seen[24].1, 0.05, 1e-9));
    assert!(seen[99].0 == 1 && near(seen[99].1, 0.1, 1e-9));
    assert_eq!(seen.last(), Some(&(1, 0.2)));
}
