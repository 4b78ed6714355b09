//! The models of motion. All axes move alike, so each is two matrices of three by three, over
//! position, velocity and acceleration: `f`, what becomes of the state, and `q`, what is added to
//! the covariance of each axis.

use nalgebra::{Matrix3, Vector3};

use crate::Motion;

/// Nodes and weights of Gauss and Legendre on -1..1, five points: exact to degree nine.
const NODES: [(f64, f64); 5] = [
    (-0.906_179_845_938_664, 0.236_926_885_056_189_08),
    (-0.538_469_310_105_683_1, 0.478_628_670_499_366_47),
    (0.0, 0.568_888_888_888_888_9),
    (0.538_469_310_105_683_1, 0.478_628_670_499_366_47),
    (0.906_179_845_938_664, 0.236_926_885_056_189_08),
];
/// Correlation times that one panel of these nodes covers to rounding; longer steps take more.
const PANEL: f64 = 0.5;
/// Panels at most: beyond 32 correlation times they widen. All but the first correlation times
/// of the integrand are polynomials by then, which the nodes take as they are.
const PANELS_MAX: f64 = 64.0;
/// Angles below which sine and cosine are their series, rad.
const SMALL_ANGLE_RAD: f64 = 1e-4;

/// What a step does to a state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transition {
    /// Position, velocity, acceleration after from those before.
    pub f: Matrix3<f64>,
    /// Covariance that the step adds, of each axis.
    pub q: Matrix3<f64>,
}

impl Transition {
    /// Constant velocity with white acceleration. The acceleration of the state says what a
    /// manoeuvre would begin with: it is drawn anew and moves nothing.
    #[must_use]
    pub fn steady(step_s: f64, motion: &Motion) -> Self {
        let (t, drift) = (step_s, motion.drift_m2ps3);
        let (pp, pv, vv) = (drift * t * t * t / 3.0, drift * t * t / 2.0, drift * t);
        Self {
            f: Matrix3::new(1.0, t, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0),
            q: Matrix3::new(pp, pv, 0.0, pv, vv, 0.0, 0.0, 0.0, motion.accel_variance()),
        }
    }

    /// A coordinated turn at `rate_rps`, in the plane of velocity and acceleration:
    /// `a' = -rate² v`, with white jerk.
    #[must_use]
    pub fn turn(step_s: f64, motion: &Motion, rate_rps: f64) -> Self {
        let (t, w, jerk) = (step_s, rate_rps, motion.jerk_m2ps5);
        let (sin, cos) = libm::sincos(w * t);
        let (along, across) = if (w * t).abs() < SMALL_ANGLE_RAD {
            (t * (1.0 - (w * t).powi(2) / 6.0), 0.5 * t * t)
        } else {
            let half = libm::sin(0.5 * w * t) / w;
            (sin / w, 2.0 * half * half)
        };
        let q = |power: i32, divisor: f64| jerk * t.powi(power) / divisor;
        Self {
            f: Matrix3::new(1.0, along, across, 0.0, cos, along, 0.0, -w * sin, cos),
            q: Matrix3::new(
                q(5, 20.0),
                q(4, 8.0),
                q(3, 6.0),
                q(4, 8.0),
                q(3, 3.0),
                q(2, 2.0),
                q(3, 6.0),
                q(2, 2.0),
                q(1, 1.0),
            ),
        }
    }

    /// Singer's manoeuvre: an acceleration that forgets itself with a time constant.
    #[must_use]
    pub fn manoeuvre(step_s: f64, motion: &Motion) -> Self {
        let tau = motion.accel_time_s;
        let density = 2.0 * motion.accel_variance() / tau;
        let panels = (step_s / (PANEL * tau)).ceil().clamp(1.0, PANELS_MAX);
        let wide = step_s / panels;
        let mut q = Matrix3::zeros();
        let mut begin = 0.0;
        while begin < step_s - 0.5 * wide {
            for (node, weight) in NODES {
                let gain = forgetting(begin + 0.5 * wide * (1.0 + node), tau);
                q += 0.5 * wide * weight * density * gain * gain.transpose();
            }
            begin += wide;
        }
        let gain = forgetting(step_s, tau);
        Self {
            f: Matrix3::new(1.0, step_s, gain.x, 0.0, 1.0, gain.y, 0.0, 0.0, gain.z),
            q,
        }
    }
}

/// What an acceleration of one becomes after a time: position, velocity, acceleration.
fn forgetting(time_s: f64, tau_s: f64) -> Vector3<f64> {
    let x = time_s / tau_s;
    let lost = libm::expm1(-x);
    let moved = if x < 1e-3 {
        x * x * (0.5 - x * (1.0 / 6.0 - x / 24.0))
    } else {
        x + lost
    };
    Vector3::new(tau_s * tau_s * moved, -tau_s * lost, 1.0 + lost)
}

/// Turn rate of a state, rad/s: `|v x a| / v²`, as fast as `motion` allows at most.
#[must_use]
pub(crate) fn turn_rate(velocity: &Vector3<f64>, accel: &Vector3<f64>, motion: &Motion) -> f64 {
    let rate = velocity.cross(accel).norm() / velocity.norm_squared();
    if rate < motion.turn_rate_max_rps {
        rate
    } else {
        motion.turn_rate_max_rps
    }
}
