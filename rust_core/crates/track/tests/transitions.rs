//! Models of motion against closed forms.

use nalgebra::{Matrix3, Rotation3, Vector3};
use qiki_track::{Gaussian, Motion, Transition};

const MOTION: Motion = Motion::CRAFT;

fn near(got: &Matrix3<f64>, want: &Matrix3<f64>, relative: f64) {
    let off = (got - want).norm() / want.norm();
    assert!(off < relative, "{off}\n{got}{want}");
}

/// Two steps of a motion that forgets nothing but what it says are one step of both times.
fn two_steps(first: &Transition, second: &Transition) -> Transition {
    Transition {
        f: second.f * first.f,
        q: second.f * first.q * second.f.transpose() + second.q,
    }
}

#[test]
fn a_long_step_is_two_short_ones() {
    for (a, b) in [(0.2, 0.2), (1e-3, 0.5), (2.0, 7.0), (0.05, 30.0)] {
        let steady = |t| Transition::steady(t, &MOTION);
        let manoeuvre = |t| Transition::manoeuvre(t, &MOTION);
        let both = two_steps(&steady(a), &steady(b));
        near(&both.f, &steady(a + b).f, 1e-12);
        near(&both.q, &steady(a + b).q, 1e-12);
        let both = two_steps(&manoeuvre(a), &manoeuvre(b));
        near(&both.f, &manoeuvre(a + b).f, 1e-12);
        near(&both.q, &manoeuvre(a + b).q, 1e-10);
    }
}

#[test]
fn a_turn_of_any_length_is_two_shorter_ones() {
    for rate in [0.0, 1e-7, 0.01, 0.3] {
        let turn = |t| Transition::turn(t, &MOTION, rate).f;
        near(&(turn(1.7) * turn(0.4)), &turn(2.1), 1e-12);
    }
}

/// Singer 1970, equation for the covariance of the acceleration, velocity and position.
#[test]
fn a_manoeuvre_has_the_noise_of_singer() {
    let (tau, variance) = (MOTION.accel_time_s, MOTION.accel_std_mps2.powi(2));
    for t in [1.0, 4.0, 20.0, 120.0] {
        let q = Transition::manoeuvre(t, &MOTION).q;
        let (x, e) = (t / tau, libm::exp(-t / tau));
        let accel = variance * (1.0 - e * e);
        let speed = variance * tau * tau * (4.0 * e - 3.0 - e * e + 2.0 * x);
        let place = variance
            * tau.powi(4)
            * (1.0 - e * e + 2.0 * x + 2.0 * x.powi(3) / 3.0 - 2.0 * x * x - 4.0 * x * e);
        let want = Vector3::new(place, speed, accel);
        let off = (q.diagonal() - want).component_div(&want).amax();
        assert!(off < 1e-9, "{t} s: {off}\n{q}");
    }
}

#[test]
fn a_short_manoeuvre_is_a_constant_acceleration() {
    let t = 1e-6;
    let f = Transition::manoeuvre(t, &MOTION).f;
    let want = Matrix3::new(1.0, t, 0.5 * t * t, 0.0, 1.0, t, 0.0, 0.0, 1.0);
    for (got, want) in f.iter().zip(want.iter()) {
        assert!((got - want).abs() <= 1e-6 * want.abs(), "{f}");
    }
}

/// A target on a circle about an axis that is none of the world's stays on it.
#[test]
fn a_turn_goes_round_in_its_plane_whatever_its_axis() {
    let (rate, speed) = (0.25, 120.0);
    let axis = Vector3::new(1.0, -2.0, 0.7).normalize();
    let velocity = speed * axis.cross(&Vector3::z()).normalize();
    let start = [
        Vector3::new(5e3, -2e3, 1e3),
        velocity,
        rate * axis.cross(&velocity),
    ];
    let mut state = Gaussian::independent(start, [Matrix3::identity(); 3]);
    let step_s = 0.2;
    let transition = Transition::turn(step_s, &MOTION, rate);
    for k in 1..=200 {
        state = state.predict(&transition);
        let angle = rate * step_s * f64::from(k);
        let turned = Rotation3::from_scaled_axis(axis * angle) * velocity;
        assert!((state.mean[1] - turned).norm() < 1e-9, "step {k}");
        let centre = start[0] + start[2] / (rate * rate);
        let radius = (state.mean[0] - centre).norm();
        assert!((radius - speed / rate).abs() < 1e-9, "step {k}: {radius}");
    }
}
