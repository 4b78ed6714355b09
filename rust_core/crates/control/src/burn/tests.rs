//! Burns over time, and who must rest.
#![allow(clippy::unwrap_used, clippy::panic)]

use nalgebra::Vector3;
use qiki_craft::{Craft, NOZZLES};

use super::{Burn, Cooldown};
use crate::command::{SEGMENTS_MAX, Segment};

fn segment(duration_s: f64, level: f64) -> Segment {
    Segment {
        duration_s,
        level,
        direction: Vector3::x(),
        ramp_in_s: 0.0,
        ramp_out_s: 0.0,
    }
}

fn burn(given: &[Segment]) -> Burn {
    let mut segments = [segment(0.0, 0.0); SEGMENTS_MAX];
    segments[..given.len()].copy_from_slice(given);
    Burn::new(segments, given.len())
}

fn levels(mut burn: Burn, dt_s: f64) -> Vec<f64> {
    std::iter::from_fn(|| burn.step(dt_s))
        .map(|(_, level)| level)
        .collect()
}

#[test]
fn a_burn_lasts_as_many_ticks_as_fit_at_every_rate() {
    for (dt_s, ticks) in [(0.001, 700), (0.002, 350), (0.003_003, 233), (0.005, 140)] {
        assert_eq!(levels(burn(&[segment(0.7, 1.0)]), dt_s).len(), ticks);
    }
}

#[test]
fn segments_follow_each_other_without_a_gap() {
    let given = [segment(0.1, 0.2), segment(0.05, 0.9), segment(0.2, 0.4)];
    let levels = levels(burn(&given), 0.002);
    assert_eq!(levels.len(), 175);
    assert!(levels[..50].iter().all(|l| *l == 0.2));
    assert!(levels[50..75].iter().all(|l| *l == 0.9));
    assert!(levels[75..].iter().all(|l| *l == 0.4));
    assert!((burn(&given).duration_s() - 0.35).abs() < 1e-12);
}

#[test]
fn a_segment_shorter_than_half_a_tick_is_passed_over() {
    let levels = levels(
        burn(&[segment(0.1, 0.2), segment(0.0004, 1.0), segment(0.1, 0.3)]),
        0.002,
    );
    assert!(!levels.contains(&1.0));
    assert_eq!(levels.len(), 100);
}

#[test]
fn a_ramp_gives_the_impulse_of_its_area() {
    let mut s = segment(2.0, 0.8);
    (s.ramp_in_s, s.ramp_out_s) = (1.0, 0.5);
    let impulse: f64 = levels(burn(&[s]), 0.002).iter().map(|l| l * 0.002).sum();
    assert!(
        (impulse - 0.8 * (2.0 - 0.5 - 0.25)).abs() < 1e-9,
        "{impulse}"
    );
}

fn cooldown() -> Cooldown {
    let craft = Craft::from_json(include_str!("../../../craft/fixtures/dodeca-01.json")).unwrap();
    Cooldown::new(&craft, 10_000)
}

const COOL: [f64; 4] = [20.0; 4];

fn only(nozzle: usize, on_time_us: u32) -> [u32; NOZZLES] {
    let mut on = [0; NOZZLES];
    on[nozzle] = on_time_us;
    on
}

#[test]
fn a_nozzle_rests_for_a_second_after_its_longest_opening_and_not_after_a_shorter_one() {
    for (last_us, rests) in [(1999, true), (1000, true), (999, false), (0, false)] {
        let mut c = cooldown();
        // Opens 1 ms before the end of a tick, stays for four, closes in the sixth.
        for (tick, on) in [1000, 2000, 2000, 2000, 2000, last_us]
            .into_iter()
            .enumerate()
        {
            c.note(&only(5, on), 2000);
            assert_eq!(c.resting(&COOL) >> 5 & 1 == 1, rests && tick == 5);
        }
        for _ in 0..499 {
            c.note(&only(5, 0), 2000);
            assert_eq!(c.resting(&COOL), u16::from(rests) << 5);
        }
        c.note(&only(5, 0), 2000);
        assert_eq!(c.resting(&COOL), 0);
    }
}

#[test]
fn separate_pulses_do_not_add_up() {
    let mut c = cooldown();
    for _ in 0..100 {
        for on in [2000, 2000, 500, 0] {
            c.note(&only(0, on), 2000);
            assert_eq!(c.resting(&COOL), 0);
        }
    }
}

#[test]
fn a_hot_cluster_rests_until_it_is_below_its_hysteresis() {
    let mut c = cooldown();
    let mut at = |celsius: f64| c.resting(&[20.0, celsius, 20.0, 20.0]);
    assert_eq!(at(119.9), 0);
    assert_eq!(at(120.0), 0x00F0);
    assert_eq!(at(105.1), 0x00F0);
    assert_eq!(at(104.9), 0);
    assert_eq!(at(119.9), 0);
}

#[test]
fn before_the_first_report_nothing_is_hot() {
    assert_eq!(cooldown().resting(&[f64::NEG_INFINITY; 4]), 0);
}
