//! Rates against fixes: what is found, how fast, and what is not.
#![allow(clippy::unwrap_used)]

use nalgebra::Vector3;
use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::{CLEARED_S, Consistency, SUSPECTED_S};

const PERIOD_S: f64 = 0.02;
const GAIN: f64 = 0.5;
const NOISE_RAD: f64 = 0.0003;
const DIFFERENCE_RPS: f64 = 0.02;

/// A filter of fixes whose rate is off.
struct Filter {
    dice: Pcg64Mcg,
    error: Vector3<f64>,
    consistency: Consistency,
    noise_rad: f64,
}

impl Filter {
    fn new(noise_rad: f64, seed: u64) -> Self {
        Self {
            dice: Pcg64Mcg::seed_from_u64(seed),
            error: Vector3::zeros(),
            consistency: Consistency::new(DIFFERENCE_RPS, PERIOD_S, GAIN, 0.125),
            noise_rad,
        }
    }

    fn unit(&mut self) -> f64 {
        (self.dice.next_u64() >> 11) as f64 * (-53f64).exp2()
    }

    /// Sum of twelve uniform numbers: standard deviation 1.
    fn gauss(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }

    fn fix(&mut self, rate_off_rps: Vector3<f64>) {
        self.error += rate_off_rps * PERIOD_S;
        let noise = Vector3::from_fn(|_, _| self.gauss() * self.noise_rad);
        let residual = noise - self.error;
        self.consistency.observe(&residual, PERIOD_S);
        self.error += GAIN * residual;
    }

    /// Time until a conflict, s; None within `most_s`.
    fn conflict_after(&mut self, rate_off_rps: Vector3<f64>, most_s: f64) -> Option<f64> {
        let fixes = (most_s / PERIOD_S) as u32;
        (1..=fixes)
            .find(|_| {
                self.fix(rate_off_rps);
                self.consistency.conflict()
            })
            .map(|fix| f64::from(fix) * PERIOD_S)
    }
}

/// After ten seconds without a difference.
fn agreeing(noise_rad: f64, seed: u64) -> Filter {
    let mut filter = Filter::new(noise_rad, seed);
    assert_eq!(filter.conflict_after(Vector3::zeros(), 10.0), None);
    filter
}

#[test]
fn nothing_is_suspected_in_hours_of_noise_however_large() {
    for factor in [0.0, 0.1, 1.0, 5.0, 20.0] {
        let mut filter = Filter::new(factor * NOISE_RAD, 7);
        for _ in 0..180_000 {
            filter.fix(Vector3::zeros());
            assert!(!filter.consistency.conflict(), "noise x {factor}");
        }
    }
}

#[test]
fn twice_the_negligible_difference_is_a_conflict_within_half_a_second() {
    for axis in 0..3 {
        for seed in 0..20 {
            let mut off = Vector3::zeros();
            off[axis] = -2.0 * DIFFERENCE_RPS;
            let after_s = agreeing(NOISE_RAD, seed).conflict_after(off, 2.0).unwrap();
            assert!((SUSPECTED_S..0.5).contains(&after_s), "{after_s} s");
        }
    }
}

#[test]
fn half_of_the_negligible_difference_is_none() {
    for seed in 0..20 {
        let off = Vector3::x() * 0.5 * DIFFERENCE_RPS;
        assert_eq!(agreeing(NOISE_RAD, seed).conflict_after(off, 60.0), None);
    }
}

#[test]
fn five_times_the_noise_hides_three_times_the_difference_and_no_more() {
    for seed in 0..20 {
        let off = Vector3::y() * 6.0 * DIFFERENCE_RPS;
        let after_s = agreeing(5.0 * NOISE_RAD, seed).conflict_after(off, 5.0);
        assert!(after_s.is_some(), "seed {seed}");
    }
}

#[test]
fn a_conflict_ends_when_both_have_agreed_for_a_while() {
    let mut filter = agreeing(NOISE_RAD, 3);
    filter.conflict_after(Vector3::z() * 0.1, 2.0).unwrap();
    let fixes = (0..500).take_while(|_| {
        filter.fix(Vector3::zeros());
        filter.consistency.conflict()
    });
    let lasted_s = fixes.count() as f64 * PERIOD_S;
    assert!(
        (CLEARED_S..CLEARED_S + 1.5).contains(&lasted_s),
        "{lasted_s} s"
    );
}

#[test]
fn a_sensor_that_began_anew_is_in_doubt_for_a_while() {
    let mut filter = agreeing(NOISE_RAD, 4);
    filter.consistency.distrust();
    assert!(filter.consistency.conflict());
    let fixes = (0..500).take_while(|_| {
        filter.fix(Vector3::zeros());
        filter.consistency.conflict()
    });
    let lasted_s = (fixes.count() + 1) as f64 * PERIOD_S;
    assert!((lasted_s - CLEARED_S).abs() < 0.03, "{lasted_s} s");
}
