//! Samples that can be true, and those that cannot.

use nalgebra::Vector3;

use super::{FROZEN_AFTER, Plausible, SampleGate, TAKE_UP_S, Verdict};

const GYRO: Plausible = Plausible {
    range: 10.0,
    tolerance: 0.02,
    growth_per_s: 4.0,
    noise_std: 0.0002,
};
const PERIOD_S: f64 = 0.004;

/// A gyro, and the value that was used last.
struct Gyro {
    gate: SampleGate,
    used: Vector3<f64>,
    count: u32,
}

impl Gyro {
    fn new(plausible: Plausible) -> Self {
        Self {
            gate: SampleGate::new(plausible),
            used: Vector3::zeros(),
            count: 0,
        }
    }

    fn report(&mut self, sample: [f64; 3]) -> Verdict {
        self.gate.tick(PERIOD_S);
        let deviation = Vector3::from(sample) - self.used;
        let padded = [sample[0], sample[1], sample[2], 0.0];
        let verdict = self.gate.check(padded, &deviation);
        if !verdict.refuses() {
            self.used = sample.into();
        }
        verdict
    }

    /// A sample about `x` with a trace of noise, so that none repeats the one before.
    fn live(&mut self, x: f64) -> Verdict {
        self.count += 1;
        self.report([x + 1e-6 * f64::from(self.count % 7), 0.0, 0.0])
    }
}

fn flying() -> Gyro {
    let mut gyro = Gyro::new(GYRO);
    assert_eq!(gyro.live(0.1), Verdict::First);
    for _ in 0..100 {
        assert_eq!(gyro.live(0.1), Verdict::Accepted);
    }
    gyro
}

#[test]
fn a_spike_is_refused_and_the_next_sample_is_used() {
    for absurd in [1e160, -1e160, 10.1, f64::NAN, f64::INFINITY, 0.2, -0.1] {
        let mut gyro = flying();
        assert!(gyro.report([absurd, 0.0, 0.0]).refuses(), "{absurd}");
        assert!(gyro.gate.refuses());
        assert_eq!(gyro.live(0.1), Verdict::Accepted, "{absurd}");
        assert!(!gyro.gate.refuses());
    }
}

#[test]
fn the_fastest_change_that_is_possible_is_followed() {
    let mut gyro = flying();
    for step in 1..250 {
        let verdict = gyro.live(0.1 + 4.0 * PERIOD_S * f64::from(step));
        assert_eq!(verdict, Verdict::Accepted, "step {step}");
    }
}

#[test]
fn a_gyro_that_repeats_itself_is_frozen_until_it_moves() {
    let mut gyro = flying();
    let accepted = (0..100).take_while(|_| !gyro.report([0.1, 0.0, 0.0]).refuses());
    assert_eq!(accepted.count(), FROZEN_AFTER as usize);
    assert_eq!(gyro.live(0.1 + 1e-6), Verdict::Accepted);
}

#[test]
fn a_sensor_without_noise_may_repeat_itself() {
    let mut gyro = Gyro::new(Plausible {
        noise_std: 0.0,
        ..GYRO
    });
    assert_eq!(gyro.report([0.1, 0.0, 0.0]), Verdict::First);
    for _ in 0..1000 {
        assert_eq!(gyro.report([0.1, 0.0, 0.0]), Verdict::Accepted);
    }
}

#[test]
fn what_agrees_with_itself_for_long_enough_is_taken_up_anew() {
    let mut gyro = flying();
    gyro.gate.plausible.growth_per_s = 0.0;
    let refused = (0..1000).take_while(|_| gyro.live(5.0) == Verdict::Unexpected);
    let waited_s = refused.count() as f64 * PERIOD_S;
    assert!(
        (waited_s - TAKE_UP_S).abs() < 2.5 * PERIOD_S,
        "{waited_s} s"
    );
    assert_eq!(gyro.live(5.0), Verdict::Accepted);
}

#[test]
fn what_comes_back_after_a_while_is_taken_up_in_doubt() {
    let mut gyro = flying();
    gyro.gate.plausible.growth_per_s = 0.0;
    for _ in 0..30 {
        assert_eq!(gyro.live(5.0), Verdict::Unexpected);
    }
    assert_eq!(gyro.live(0.1), Verdict::Restarted);
    assert_eq!(gyro.live(0.1), Verdict::Accepted);
}

#[test]
fn what_jumps_about_is_never_taken_up() {
    let mut gyro = flying();
    gyro.gate.plausible.growth_per_s = 0.0;
    for step in 0..5000 {
        let x = if step % 2 == 0 { 5.0 } else { -5.0 };
        assert_eq!(gyro.live(x), Verdict::Unexpected, "step {step}");
    }
}

#[test]
fn the_first_sample_must_be_in_range_too() {
    let mut gyro = Gyro::new(GYRO);
    assert_eq!(gyro.report([1e160, 0.0, 0.0]), Verdict::Impossible);
    assert_eq!(gyro.report([f64::NAN, 0.0, 0.0]), Verdict::Impossible);
    assert_eq!(gyro.report([3.0, 0.0, 0.0]), Verdict::First);
}
