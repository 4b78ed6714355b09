//! From unexplained impulses to verdicts, to the bounds.

use nalgebra::Vector3;
use qiki_craft::{NOZZLES, geometry};

use super::{craft, only};
use crate::evidence::{Findings, Verdict};
use crate::residual::{Fit, Noise, Residual};
use Verdict::{Obeys, StuckClosed, StuckOpen};

const DT_S: f64 = 0.002;

fn residual() -> Residual {
    let craft = craft();
    Residual::new(&craft, &geometry(&craft), DT_S)
}

/// Only nozzle 0 thrusts, at 128 N ahead, in a window of a second; half of that was expected.
fn ahead() -> Residual {
    let mut residual = residual();
    residual.force_n = [Vector3::zeros(); NOZZLES];
    residual.torque_nm = [Vector3::zeros(); NOZZLES];
    residual.force_n[0] = Vector3::new(128.0, 0.0, 0.0);
    residual.full_n = [128.0; NOZZLES];
    residual.size_min_ns = 1.0;
    residual.window.length_s = 1.0;
    residual.window.expected_s[0] = 0.5;
    residual
}

const EVEN: Noise = Noise {
    force: 1.0,
    torque: 1.0,
};

#[test]
fn the_least_finding_is_nine_milliseconds_of_the_strongest_nozzle() {
    let mut craft = craft();
    craft.thrusters[7].thrust_max_n = 300.0;
    let residual = Residual::new(&craft, &geometry(&craft), DT_S);
    assert!((residual.size_min_ns - 2.7).abs() < 1e-12);
}

#[test]
fn a_nozzle_acts_along_its_force_and_its_torque_at_full_thrust() {
    let (craft, residual) = (craft(), residual());
    let geometry = geometry(&craft);
    for n in 0..NOZZLES {
        let column: Vec<f64> = geometry
            .effectiveness
            .iter()
            .map(|row| row[n] * 240.0)
            .collect();
        assert_eq!(residual.force_n[n].as_slice(), &column[..3]);
        assert_eq!(residual.torque_nm[n].as_slice(), &column[3..]);
    }
}

#[test]
fn a_fit_weighs_force_and_torque_by_their_noise() {
    let mut residual = ahead();
    residual.torque_nm[0] = Vector3::new(0.0, 64.0, 0.0);
    let noise = Noise {
        force: 2.0,
        torque: 4.0,
    };
    let (force, torque) = (Vector3::new(16.0, 5.0, 5.0), Vector3::new(5.0, 4.0, 5.0));
    let fit = residual.fit(0, force, torque, &noise);
    let along = 128.0 * 16.0 * 2.0 + 64.0 * 4.0 * 4.0;
    let length = 128.0 * 128.0 * 2.0 + 64.0 * 64.0 * 4.0;
    assert!((fit.extra_s - along / length).abs() < 1e-12);
    assert!((fit.gain - along * along / length).abs() < 1e-9);
}

#[test]
fn how_much_a_nozzle_can_have_given_bounds_what_is_held_against_it() {
    // Of the half second that it should have thrust, or of the half that it should not: extra
    // seconds, whether that is sound, and whether it is a rival at all.
    let table = [
        (-0.2999, false, true),
        (-0.3, true, true),
        (-0.5, true, true),
        (-0.675, true, true),
        (-0.6751, false, true),
        (-1.5, false, true),
        (-1.5001, false, false),
        (0.0001, false, true),
        (0.01, true, true),
        (0.5, true, true),
        (0.675, true, true),
        (0.6751, false, true),
        (1.5, false, true),
        (1.5001, false, false),
    ];
    for (extra_s, sound, rival) in table {
        let residual = ahead();
        let force = Vector3::new(128.0 * extra_s, 0.0, 0.0);
        let fit = residual.fit(0, force, Vector3::zeros(), &EVEN);
        assert!((fit.extra_s - extra_s).abs() < 1e-12);
        assert_eq!((fit.sound, fit.gain > 0.0), (sound, rival), "{extra_s} s");
    }
}

#[test]
fn what_could_have_been_given_is_what_was_expected_or_what_was_not() {
    let sound = |expected_s: f64, extra_s: f64| {
        let mut residual = ahead();
        residual.window.expected_s[0] = expected_s;
        let force = Vector3::new(128.0 * extra_s, 0.0, 0.0);
        residual.fit(0, force, Vector3::zeros(), &EVEN).sound
    };
    assert!(sound(0.25, -0.25) && !sound(0.75, -0.25));
    assert!(sound(0.25, 0.75) && !sound(0.75, 0.75));
    assert!(!sound(0.0, -0.25), "nothing was expected");
    assert!(!sound(1.0, 0.25), "nothing was left to give");
}

#[test]
fn a_finding_is_as_large_as_the_least_one_or_none() {
    for (size_ns, sound) in [(31.9, false), (32.0, true), (-31.9, false), (-32.0, true)] {
        let mut residual = ahead();
        residual.size_min_ns = 32.0;
        residual.window.expected_s[0] = 0.25;
        let fit = residual.fit(0, Vector3::new(size_ns, 0.0, 0.0), Vector3::zeros(), &EVEN);
        assert_eq!(fit.sound, sound, "{size_ns} N s");
    }
}

#[test]
fn a_nozzle_without_thrust_explains_nothing() {
    let fit = ahead().fit(1, Vector3::new(64.0, 0.0, 0.0), Vector3::zeros(), &EVEN);
    assert_eq!((fit.extra_s, fit.gain, fit.sound), (0.0, 0.0, false));
}

const NO_FIT: Fit = Fit {
    extra_s: 0.0,
    gain: 0.0,
    sound: false,
};

fn more(gain: f64) -> Fit {
    Fit {
        extra_s: 0.1,
        gain,
        sound: true,
    }
}

fn less(gain: f64) -> Fit {
    Fit {
        extra_s: -0.1,
        ..more(gain)
    }
}

fn unsound(gain: f64) -> Fit {
    Fit {
        sound: false,
        ..more(gain)
    }
}

/// What is picked from these fits of nozzles 4, 5 and so on, where they explain all but `left`.
fn picked(fits: &[Fit], left: f64) -> Findings {
    let mut all = [NO_FIT; NOZZLES];
    all[4..4 + fits.len()].copy_from_slice(fits);
    let best = fits.iter().map(|fit| fit.gain).fold(0.0, f64::max);
    residual().pick(&all, best + left)
}

const NOTHING: Findings = Findings([None; NOZZLES]);

#[test]
fn a_finding_stands_out_of_the_noise() {
    assert_eq!(picked(&[more(20.25)], 0.0), only(4, StuckOpen));
    assert_eq!(picked(&[less(20.25)], 0.0), only(4, StuckClosed));
    assert_eq!(picked(&[more(20.24)], 0.0), NOTHING);
    assert_eq!(picked(&[unsound(100.0)], 0.0), NOTHING);
}

#[test]
fn a_finding_leaves_little_else_to_explain() {
    // 20.5, and a fiftieth of the gain.
    for (gain, left) in [(50.0, 21.5), (1000.0, 40.5)] {
        assert_eq!(picked(&[more(gain)], left), only(4, StuckOpen));
        assert_eq!(picked(&[more(gain)], left + 1e-6), NOTHING);
    }
}

#[test]
fn a_finding_leads_by_twelve_or_waits_for_twice_the_data() {
    assert_eq!(picked(&[more(32.0), more(20.0)], 0.0), only(4, StuckOpen));
    assert_eq!(picked(&[more(32.0), more(20.1)], 0.0), NOTHING);
    assert_eq!(picked(&[more(20.1), more(32.0)], 0.0), NOTHING);
    assert_eq!(picked(&[more(20.0), more(32.0)], 0.0), only(5, StuckOpen));
    assert_eq!(picked(&[more(40.49), more(40.0)], 0.0), NOTHING);
    assert_eq!(picked(&[more(40.5), more(40.0)], 0.0), only(4, StuckOpen));
    assert_eq!(picked(&[more(40.0), more(40.5)], 0.0), only(5, StuckOpen));
    assert_eq!(picked(&[more(40.5), more(40.5)], 0.0), only(4, StuckOpen));
}

#[test]
fn a_rival_that_is_not_sound_stops_a_finding_and_one_that_is_far_behind_does_not() {
    assert_eq!(picked(&[more(50.0), unsound(38.1)], 0.0), NOTHING);
    assert_eq!(picked(&[unsound(38.1), more(50.0)], 0.0), NOTHING);
    assert_eq!(
        picked(&[more(50.0), unsound(38.0)], 0.0),
        only(4, StuckOpen)
    );
}

#[test]
fn of_rivals_those_that_gave_less_are_named_and_where_there_are_none_the_best() {
    let both = |a, b| {
        let mut found = only(4, a);
        found.0[5] = Some(b);
        found
    };
    let alike = picked(&[less(45.0), less(50.0)], 0.0);
    assert_eq!(alike, both(StuckClosed, StuckClosed));
    assert_eq!(picked(&[more(50.0), less(45.0)], 0.0), only(5, StuckClosed));
    assert_eq!(picked(&[less(45.0), more(50.0)], 0.0), only(4, StuckClosed));
    let with_a_third = picked(&[less(60.0), less(55.0), less(48.0)], 0.0);
    assert_eq!(with_a_third, both(StuckClosed, StuckClosed));
    assert_eq!(picked(&[more(45.0), more(50.0)], 0.0), only(5, StuckOpen));
}

#[test]
fn a_difference_that_is_mostly_that_of_the_command_means_that_the_nozzle_obeys() {
    // Commanded beyond expected, extra, verdict.
    let table = [
        (0.0, 0.1, StuckOpen),
        (0.05, 0.1, StuckOpen),
        (0.051, 0.1, Obeys),
        (0.2, 0.1, Obeys),
        (-0.2, 0.1, StuckOpen),
        (0.0, -0.1, StuckClosed),
        (-0.05, -0.1, StuckClosed),
        (-0.051, -0.1, Obeys),
        (-0.2, -0.1, Obeys),
        (0.2, -0.1, StuckClosed),
    ];
    for (beyond_s, extra_s, verdict) in table {
        let mut residual = residual();
        // Zero and half a second: expected, and what it was commanded, in either order.
        for expected_s in [0.0, 0.5] {
            residual.window.expected_s[3] = expected_s;
            residual.window.commanded_s[3] = expected_s + beyond_s;
            let is = residual.verdict(
                3,
                &Fit {
                    extra_s,
                    ..more(50.0)
                },
            );
            let exact = expected_s == 0.0 || beyond_s.abs() != 0.05;
            assert!(is == verdict || !exact, "{beyond_s} {extra_s}: {is:?}");
        }
    }
}

/// A window in which nozzle 2 gave all that it should not have, and this much force besides.
fn window_with(force_ns: Vector3<f64>, torque_nms: Vector3<f64>) -> Findings {
    let mut residual = residual();
    residual.window.length_s = 0.04;
    // Another nozzle thrust as it should; its scatter is 0.6 N·s.
    residual.window.expected_s[9] = 0.04;
    residual.motion.force_ns = residual.force_n[2] * 0.04 + force_ns;
    residual.motion.torque_nms = residual.torque_nm[2] * 0.04 + torque_nms;
    residual.test()
}

#[test]
fn force_or_torque_that_no_nozzle_explains_leaves_the_window_undecided() {
    let nothing = Vector3::zeros();
    assert_eq!(window_with(nothing, nothing), only(2, StuckOpen));
    // Across the nozzle's force, and across its torque.
    let force = residual().force_n[2].cross(&Vector3::x()).normalize() * 6.0;
    let torque = residual().torque_nm[2].cross(&Vector3::z()).normalize() * 6.0;
    assert_eq!(window_with(force, nothing), NOTHING);
    assert_eq!(window_with(nothing, torque), NOTHING);
    assert_eq!(window_with(force * 0.01, torque * 0.01), only(2, StuckOpen));
}

#[test]
fn noise_of_sensors_and_of_the_model_add_up() {
    let mut residual = residual();
    let alone = residual.noise();
    assert!((1.0 / alone.torque - residual.motion.torque_variance()).abs() < 1e-12);
    residual.window.expected_s[2] = 0.5;
    let model = residual.window.model_variance(&residual.full_n);
    assert!((model - (0.06 * 240.0 * 0.5f64).powi(2)).abs() < 1e-9);
    let with_model = residual.noise();
    assert!((1.0 / with_model.torque - residual.motion.torque_variance() - model).abs() < 1e-9);
    assert!((1.0 / with_model.force - residual.motion.force_variance() - model).abs() < 1e-9);
}

#[test]
fn a_finding_counts_the_second_time_in_a_row_and_then_begins_anew() {
    let (a, b) = (only(3, StuckOpen), only(3, StuckClosed));
    let mut residual = residual();
    let mut confirmed = |found: Findings| residual.confirmed(found) == found && !found.none();
    let script = [
        (a, false),
        (a, true),
        (a, false),
        (a, true),
        (NOTHING, false),
        (NOTHING, false),
        (a, false),
        (NOTHING, false),
        (a, false),
        (b, false),
        (b, true),
        (a, false),
        (b, false),
        (a, false),
        (a, true),
    ];
    for (step, (found, counts)) in script.into_iter().enumerate() {
        assert_eq!(confirmed(found), counts, "step {step}");
    }
}

#[test]
fn a_finding_begins_a_new_window_and_none_does_not() {
    let mut residual = residual();
    residual.in_a_row = 1;
    residual.confirmed(only(3, StuckOpen));
    assert_eq!(residual.in_a_row, 1, "not confirmed");
    residual.confirmed(only(3, StuckOpen));
    assert_eq!(residual.in_a_row, 0);
}

#[test]
fn what_a_common_factor_explains_gains_as_much_as_the_factor_says() {
    let mut residual = ahead();
    residual.torque_nm[0] = Vector3::new(0.0, 64.0, 0.0);
    residual.force_n[1] = Vector3::new(0.0, 0.0, 32.0);
    residual.window.expected_s[1] = 0.25;
    // Expected: 64 N·s ahead and 8 N·s up, 32 N·m·s about y.
    let (force, torque) = (Vector3::new(64.0, 0.0, 8.0), Vector3::new(0.0, 32.0, 0.0));
    let noise = Noise {
        force: 2.0,
        torque: 4.0,
    };
    let (of_force, of_torque) = (2.0 * (64.0 * 64.0 + 8.0 * 8.0), 4.0 * 32.0 * 32.0);
    let gain = |a: f64, b: f64| residual.scale_gain(force * a, torque * b, &noise);
    // (excess of force, of torque, parts of the whole gain); at most all of the expected counts.
    for (a, b, force_part, torque_part) in [
        (0.0, 0.0, 0.0, 0.0),
        (0.5, 0.0, 0.25, 0.0),
        (0.0, 0.5, 0.0, 0.25),
        (1.0, 0.25, 1.0, 0.0625),
        (1.5, 0.0, 2.0, 0.0),
        (-0.5, -0.5, 0.0, 0.0),
    ] {
        let expected = force_part * of_force + torque_part * of_torque;
        assert!(
            (gain(a, b) - expected).abs() < 1e-9,
            "{a} {b}: {}",
            gain(a, b)
        );
    }
    residual.window.expected_s = [0.0; NOZZLES];
    assert_eq!(residual.scale_gain(force, torque, &noise), 0.0);
}

#[test]
fn an_excess_in_proportion_to_the_expected_is_held_against_no_nozzle() {
    let mut lighter = ahead();
    lighter.motion.force_ns = Vector3::new(25.6, 0.0, 0.0);
    assert_eq!(lighter.test(), Findings::default());
    // The same impulse where the expected one is of another nozzle, which pushes elsewhere.
    let mut open = ahead();
    open.motion.force_ns = Vector3::new(25.6, 0.0, 0.0);
    open.window.expected_s = [0.0; NOZZLES];
    open.window.expected_s[1] = 0.5;
    assert_eq!(open.test(), only(0, StuckOpen));
    // Less than expected is another matter: a nozzle that gave nothing.
    let mut closed = ahead();
    closed.motion.force_ns = Vector3::new(-64.0, 0.0, 0.0);
    closed.window.commanded_s[0] = 0.5;
    assert_eq!(closed.test(), only(0, StuckClosed));
}

#[test]
fn a_nozzle_that_explains_much_more_than_a_common_factor_is_open() {
    // Half of the expected is up: a factor explains only the part of the excess that is along it.
    let mut residual = ahead();
    residual.force_n[1] = Vector3::new(0.0, 0.0, 128.0);
    residual.window.expected_s[0] = 0.1;
    residual.window.expected_s[1] = 0.1;
    residual.motion.force_ns = Vector3::new(12.8, 0.0, 0.0);
    let noise = residual.noise();
    let whole = 12.8 * 12.8 * noise.force;
    let common = residual.scale_gain(residual.motion.force_ns, Vector3::zeros(), &noise);
    assert!((common - 0.5 * whole).abs() < 1e-9 * whole);
    assert!(whole > 3.0 * super::super::LEAD_MIN);
    assert_eq!(residual.test(), only(0, StuckOpen));
}
