//! What the motion gives away, and what it does not.
#![allow(clippy::unwrap_used, clippy::panic)]

use nalgebra::UnitQuaternion;
use qiki_craft::{Craft, Feedback, Fresh, NOZZLES, ValveCommand};
use qiki_plant::{InitialState, Plant, ValveFault};

use super::Residual;
use crate::evidence::{Findings, MotionState, Sources, Verdict};
use qiki_craft::geometry;

mod decision;
mod motion;
mod thrust;
mod window;

const PERIODS_US: [u32; 4] = [1000, 2000, 3003, 5000];

fn craft() -> Craft {
    Craft::from_json(include_str!("../../../craft/fixtures/dodeca-01.json")).unwrap()
}

/// A craft whose valves are fired by a script, and the test that looks on.
struct Bench {
    plant: Plant,
    residual: Residual,
    period_us: u32,
    feedback: Feedback,
    tick: u64,
    /// Parts of the feedback that do not arrive.
    deaf: u32,
    /// Added to the accelerometer, m/s².
    offset_mps2: f64,
    /// Where it is taken from how nozzles thrust.
    sources: Sources,
    /// Of a tick that a nozzle is commanded open: less than all only where it is throttled.
    level: f64,
}

impl Bench {
    fn new(craft: &Craft, period_us: u32) -> Self {
        let dt_s = f64::from(period_us) * 1e-6;
        Self {
            plant: Plant::new(craft, dt_s, 11, &InitialState::default()).unwrap(),
            residual: Residual::new(craft, &geometry(craft), dt_s),
            period_us,
            feedback: Feedback::default(),
            tick: 0,
            deaf: 0,
            offset_mps2: 0.0,
            sources: Sources {
                reported: u16::MAX,
                ..Sources::default()
            },
            level: 1.0,
        }
    }

    fn break_valve(&mut self, nozzle: usize, fault: ValveFault) {
        self.plant.set_valve_fault(nozzle, fault, true).unwrap();
    }

    /// One tick in which the nozzles of `open` are commanded open, for whole ticks.
    fn tick(&mut self, open: u16) -> Findings {
        let on_us = (self.level * f64::from(self.period_us)) as u32;
        let on_time_us = std::array::from_fn(|n| u32::from(open >> n & 1) * on_us);
        self.residual.record_command(&on_time_us);
        self.plant.command(&ValveCommand {
            armed: true,
            on_time_us,
        });
        self.plant.sense(&mut self.feedback);
        self.feedback.fresh.0 &= !self.deaf;
        self.feedback.acceleration_mps2_body[2] += self.offset_mps2;
        let state = MotionState {
            attitude: UnitQuaternion::identity(),
            mass_kg: 420.0 + self.plant.propellant_kg(),
        };
        self.tick += 1;
        self.residual.observe(&self.feedback, &self.sources, &state)
    }

    /// Runs until something is found, at most `limit_ms`; what, and after how many ms.
    fn until_found(&mut self, limit_ms: u32, open: impl Fn(u32) -> u16) -> Option<(Findings, u32)> {
        let start = self.tick;
        let mut ms = 0;
        while ms < limit_ms {
            let found = self.tick(open(ms));
            ms = u32::try_from((self.tick - start) * u64::from(self.period_us) / 1000).unwrap();
            if !found.none() {
                return Some((found, ms));
            }
        }
        None
    }

    fn settled(craft: &Craft, period_us: u32) -> Self {
        let mut bench = Self::new(craft, period_us);
        assert_eq!(bench.until_found(300, |_| 0), None);
        bench
    }
}

fn only(nozzle: usize, verdict: Verdict) -> Findings {
    let mut found = Findings::default();
    found.0[nozzle] = Some(verdict);
    found
}

/// Nozzles that fire now and then, some of them together.
fn busy(ms: u32) -> u16 {
    (0..NOZZLES).fold(0, |mask, n| {
        let number = u32::try_from(n).unwrap();
        let (on_ms, cycle_ms) = (30 + 7 * number % 40, 90 + 31 * number % 170);
        mask | u16::from((ms + 13 * number) % cycle_ms < on_ms) << n
    })
}

/// One shortest pulse.
fn pulse(nozzle: usize) -> impl Fn(u32) -> u16 {
    move |ms| u16::from(ms < 30) << nozzle
}

#[test]
fn nozzles_that_work_are_not_suspected_however_busy_they_are() {
    for period_us in PERIODS_US {
        for deaf in [0, Fresh::ACCELERATION.0] {
            let mut bench = Bench::settled(&craft(), period_us);
            bench.deaf = deaf;
            let found = bench.until_found(4000, busy);
            assert_eq!(found, None, "{period_us} us");
        }
    }
}

#[test]
fn every_nozzle_that_does_not_open_unseen_is_found_within_one_shortest_pulse() {
    for period_us in PERIODS_US {
        for nozzle in 0..NOZZLES {
            let mut bench = Bench::settled(&craft(), period_us);
            bench.break_valve(nozzle, ValveFault::StuckClosedUnseen);
            let (found, ms) = bench.until_found(60, pulse(nozzle)).unwrap();
            assert_eq!(found, only(nozzle, Verdict::StuckClosed), "{period_us} us");
            assert!(ms <= 40, "{nozzle}: {ms} ms after the command");
        }
    }
}

#[test]
fn every_nozzle_that_does_not_close_unseen_is_found_at_once() {
    for period_us in PERIODS_US {
        for nozzle in 0..NOZZLES {
            let mut bench = Bench::settled(&craft(), period_us);
            bench.break_valve(nozzle, ValveFault::StuckOpenUnseen);
            let (found, ms) = bench.until_found(60, |_| 0).unwrap();
            assert_eq!(found, only(nozzle, Verdict::StuckOpen), "{period_us} us");
            assert!(ms <= 25, "{nozzle}: {ms} ms");
        }
    }
}

#[test]
fn a_sensor_that_lies_about_a_nozzle_that_works_is_told_apart() {
    for nozzle in 0..NOZZLES {
        let mut bench = Bench::settled(&craft(), 2000);
        bench.break_valve(nozzle, ValveFault::SensorClosed);
        let found = bench.until_found(60, pulse(nozzle)).unwrap().0;
        assert_eq!(found, only(nozzle, Verdict::Obeys));
        let mut bench = Bench::settled(&craft(), 2000);
        bench.break_valve(nozzle, ValveFault::SensorOpen);
        let found = bench.until_found(60, |_| 0).unwrap().0;
        assert_eq!(found, only(nozzle, Verdict::Obeys));
    }
}

#[test]
fn a_fault_is_found_among_other_nozzles_that_fire() {
    for nozzle in 0..NOZZLES {
        for fault in [ValveFault::StuckClosedUnseen, ValveFault::StuckOpenUnseen] {
            let mut bench = Bench::settled(&craft(), 2000);
            assert_eq!(bench.until_found(500, busy), None);
            bench.break_valve(nozzle, fault);
            let (Findings(found), ms) = bench
                .until_found(5000, busy)
                .unwrap_or_else(|| panic!("{nozzle} {fault:?}"));
            let named = (0..NOZZLES).filter(|n| found[*n].is_some());
            let allowed = |n: usize| n == nozzle || opposite(nozzle, n);
            assert!(
                named.clone().all(allowed),
                "{nozzle} {fault:?}: {found:?}, {ms} ms"
            );
        }
    }
}

/// Nozzles that push against each other: among many others that fire, one that is closed looks
/// much like the other one open.
fn opposite(a: usize, b: usize) -> bool {
    let columns = geometry(&craft()).effectiveness;
    let dot = |a: usize, b: usize| columns.iter().map(|row| row[a] * row[b]).sum::<f64>();
    dot(a, b) < -0.75 * (dot(a, a) * dot(b, b)).sqrt()
}

#[test]
fn a_throttled_nozzle_that_does_not_open_is_found_at_any_level() {
    let mut craft = craft();
    for thruster in &mut craft.thrusters {
        thruster.throttleable = true;
        thruster.min_on_s = 0.0;
        thruster.min_off_s = 0.0;
    }
    for level in [0.3, 0.6, 1.0] {
        let mut bench = Bench::settled(&craft, 2000);
        bench.level = level;
        assert_eq!(bench.until_found(500, |_| 0x00F0), None, "{level}");
        bench.break_valve(6, ValveFault::StuckClosedUnseen);
        let (found, ms) = bench.until_found(1000, |_| 0x00F0).unwrap();
        assert_eq!(found, only(6, Verdict::StuckClosed));
        assert!(ms < 150, "at {level}: {ms} ms");
    }
}

#[test]
fn an_honest_report_leaves_nothing_for_the_motion_to_tell() {
    for fault in [ValveFault::StuckClosed, ValveFault::StuckOpen] {
        let mut bench = Bench::settled(&craft(), 2000);
        bench.break_valve(6, fault);
        assert_eq!(bench.until_found(500, pulse(6)), None, "{fault:?}");
    }
}

#[test]
fn a_nozzle_that_is_expected_open_is_seen_to_close() {
    let mut bench = Bench::settled(&craft(), 2000);
    bench.break_valve(3, ValveFault::StuckOpenUnseen);
    bench.sources = Sources {
        reported: !(1 << 3),
        stuck_open: 1 << 3,
        ..Sources::default()
    };
    assert_eq!(bench.until_found(300, |_| 0), None);
    let fault = ValveFault::StuckOpenUnseen;
    bench.plant.set_valve_fault(3, fault, false).unwrap();
    let (found, ms) = bench.until_found(60, |_| 0).unwrap();
    assert_eq!(found, only(3, Verdict::Obeys));
    // The window must have forgotten the thrust before: 0.05 s ln(1 / (1 - 0.6)), and the delays.
    assert!(ms <= 60, "{ms} ms");
}

#[test]
fn without_accelerometer_the_velocity_tells_within_a_few_pulses() {
    for nozzle in 0..NOZZLES {
        let mut bench = Bench::settled(&craft(), 2000);
        bench.deaf = Fresh::ACCELERATION.0;
        assert_eq!(bench.until_found(200, |_| 0), None);
        bench.break_valve(nozzle, ValveFault::StuckOpenUnseen);
        let (found, ms) = bench.until_found(200, |_| 0).unwrap();
        assert_eq!(found, only(nozzle, Verdict::StuckOpen));
        assert!(ms <= 100, "{nozzle}: {ms} ms");
    }
}

#[test]
fn of_two_nozzles_that_push_alike_both_are_named() {
    let mut craft = craft();
    craft.thrusters[1] = craft.thrusters[0].clone();
    let both = 0b11;
    let mut bench = Bench::settled(&craft, 2000);
    bench.break_valve(1, ValveFault::StuckClosedUnseen);
    let fires = |ms: u32| if ms < 60 { both } else { 0 };
    let (Findings(found), _) = bench.until_found(100, fires).unwrap();
    assert_eq!(
        found[..3],
        [Some(Verdict::StuckClosed), Some(Verdict::StuckClosed), None]
    );
    // Alone, each shows what it is.
    assert_eq!(bench.until_found(300, |_| 0), None);
    assert_eq!(bench.until_found(60, pulse(0)), None);
    assert_eq!(bench.until_found(300, |_| 0), None);
    let found = bench.until_found(60, pulse(1)).unwrap().0;
    assert_eq!(found, only(1, Verdict::StuckClosed));
}

/// Two nozzles that push against each other: one that does not open looks like the other one open.
#[test]
fn between_a_closed_nozzle_and_an_opposite_open_one_the_closed_one_is_named_first() {
    let mut craft = craft();
    craft.thrusters[1] = craft.thrusters[0].clone();
    for part in &mut craft.thrusters[1].force_direction_body {
        *part = -*part;
    }
    let mut bench = Bench::settled(&craft, 2000);
    bench.break_valve(1, ValveFault::StuckOpenUnseen);
    let (found, _) = bench.until_found(100, |_| 0b1).unwrap();
    assert_eq!(found, only(0, Verdict::StuckClosed));
    let (found, _) = bench.until_found(100, |_| 0).unwrap();
    assert_eq!(found, only(1, Verdict::StuckOpen));
}

#[test]
fn two_faults_at_once_blame_nobody_else() {
    let mut bench = Bench::settled(&craft(), 2000);
    bench.break_valve(2, ValveFault::StuckOpenUnseen);
    bench.break_valve(9, ValveFault::StuckOpenUnseen);
    if let Some((Findings(found), _)) = bench.until_found(1000, |_| 0) {
        let blamed: Vec<usize> = (0..NOZZLES).filter(|n| found[*n].is_some()).collect();
        assert!(blamed.iter().all(|n| [2, 9].contains(n)), "{found:?}");
    }
}

/// A bench states still: its accelerometer shows its weight, and nothing else moves.
#[test]
fn weight_on_a_test_stand_is_no_nozzle() {
    let mut bench = Bench::new(&craft(), 2000);
    bench.offset_mps2 = 9.80665;
    assert_eq!(bench.until_found(1000, |_| 0), None);
}

#[test]
fn without_rates_nothing_is_decided() {
    let mut bench = Bench::settled(&craft(), 2000);
    bench.deaf = Fresh::RATES.0;
    bench.break_valve(5, ValveFault::StuckOpenUnseen);
    assert_eq!(bench.until_found(500, |_| 0), None);
    bench.deaf = 0;
    let found = bench.until_found(60, |_| 0).unwrap().0;
    assert_eq!(found, only(5, Verdict::StuckOpen));
}

#[test]
fn a_nozzle_of_a_node_that_may_be_dead_is_not_blamed() {
    let mut bench = Bench::settled(&craft(), 2000);
    bench.break_valve(5, ValveFault::StuckClosed);
    bench.sources = Sources {
        reported: !(1 << 5),
        uncertain: 1 << 5,
        ..Sources::default()
    };
    assert_eq!(bench.until_found(200, |_| 1 << 5), None);
}
