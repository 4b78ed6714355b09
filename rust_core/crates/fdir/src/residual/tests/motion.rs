//! Unexplained impulses, tick by tick, from reports made by hand.

use nalgebra::{Matrix3, UnitQuaternion, Vector3};
use qiki_craft::{Feedback, Fresh, Sensors};

use crate::evidence::MotionState;
use crate::residual::motion::Motion;
use crate::residual::tests::craft;

/// Exact in binary, so that sums of it are. A quarter is forgotten in a tick.
const DT_S: f64 = 0.0078125;
const FORGET_S: f64 = 0.03125;
const KEEP: f64 = 0.75;
const MASS_KG: f64 = 400.0;

const RATES: u32 = Fresh::RATES.0;
const ACCELERATION: u32 = Fresh::ACCELERATION.0;
const VELOCITY: u32 = Fresh::VELOCITY.0;

fn inertia() -> Matrix3<f64> {
    Matrix3::from_diagonal(&Vector3::new(2.0, 5.0, 3.0))
}

fn sensors() -> Sensors {
    let mut sensors = craft().sensors;
    (sensors.rates.noise_std, sensors.velocity.noise_std) = (0.5, 0.25);
    let accelerometer = &mut sensors.acceleration;
    (accelerometer.noise_std, accelerometer.bias_std) = (0.125, 0.0625);
    accelerometer.rate_hz = 64.0;
    sensors
}

struct Bench {
    motion: Motion,
    feedback: Feedback,
    attitude: UnitQuaternion<f64>,
    force: Vector3<f64>,
    torque: Vector3<f64>,
}

impl Bench {
    fn new() -> Self {
        Self {
            motion: Motion::new(&sensors(), inertia(), DT_S, FORGET_S),
            feedback: Feedback::default(),
            attitude: UnitQuaternion::identity(),
            force: Vector3::zeros(),
            torque: Vector3::zeros(),
        }
    }

    /// With a first report of gyro and accelerometer.
    fn started() -> Self {
        let mut bench = Self::new();
        assert!(!bench.tick(RATES | ACCELERATION), "there is no window yet");
        assert!(bench.motion.started());
        bench
    }

    /// One tick with fresh reports of these sensors; whether the sums are complete.
    fn tick(&mut self, fresh: u32) -> bool {
        self.feedback.fresh = Fresh(fresh);
        let state = MotionState {
            attitude: self.attitude,
            mass_kg: MASS_KG,
        };
        self.motion
            .observe(&self.feedback, &state, self.force, self.torque)
    }
}

fn close(is: Vector3<f64>, expected: Vector3<f64>) {
    assert!((is - expected).norm() < 1e-9, "{is:?}, not {expected:?}");
}

#[test]
fn impulse_is_measured_acceleration_beyond_the_expected_force() {
    let mut bench = Bench::started();
    bench.force = Vector3::new(100.0, -50.0, 25.0);
    bench.feedback.acceleration_mps2_body = [0.5, 0.25, -1.0];
    let beyond_n = Vector3::new(100.0, 150.0, -425.0);
    assert!(bench.tick(RATES | ACCELERATION));
    close(bench.motion.force_ns, beyond_n * DT_S);
    assert!(bench.tick(RATES | ACCELERATION));
    close(bench.motion.force_ns, beyond_n * DT_S * (KEEP + 1.0));
    // A report stands for the ticks since the one before.
    assert!(!bench.tick(RATES));
    assert!(bench.tick(RATES | ACCELERATION));
    close(
        bench.motion.force_ns,
        beyond_n * DT_S * ((KEEP + 1.0) * KEEP * KEEP + 2.0),
    );
}

#[test]
fn angular_impulse_is_change_of_rates_and_gyroscopic_torque_beyond_the_expected_torque() {
    let mut bench = Bench::new();
    bench.feedback.rates_rps_body = [1.0, 2.0, 3.0];
    bench.tick(RATES | ACCELERATION);
    bench.torque = Vector3::new(8.0, 16.0, -32.0);
    bench.feedback.rates_rps_body = [1.5, 1.0, 2.0];
    assert!(bench.tick(RATES | ACCELERATION));
    let change = Vector3::new(2.0 * 0.5, -5.0, -3.0);
    // (1.5, 1, 2) x (3, 5, 6)
    let gyroscopic = Vector3::new(6.0 - 10.0, 6.0 - 9.0, 7.5 - 3.0);
    let first = change + (gyroscopic - bench.torque) * DT_S;
    close(bench.motion.torque_nms, first);
    // Two ticks with one report: what was expected in both, and rates that stayed.
    assert!(bench.tick(ACCELERATION));
    assert!(bench.tick(RATES | ACCELERATION));
    let second = (gyroscopic - bench.torque) * DT_S * 2.0;
    close(bench.motion.torque_nms, first * KEEP * KEEP + second);
}

#[test]
fn sums_are_complete_with_a_report_of_the_accelerometer_and_of_the_gyro_in_this_tick_or_the_last() {
    let mut bench = Bench::started();
    let complete = [
        RATES | ACCELERATION,
        ACCELERATION,
        ACCELERATION,
        RATES,
        RATES | ACCELERATION,
        0,
        ACCELERATION,
    ]
    .map(|fresh| bench.tick(fresh));
    assert_eq!(complete, [true, true, false, false, true, false, false]);
}

#[test]
fn what_is_not_a_number_is_not_reported() {
    for (part, value) in [(0, f64::NAN), (1, f64::INFINITY), (2, f64::NEG_INFINITY)] {
        let mut bench = Bench::started();
        bench.feedback.acceleration_mps2_body[part] = value;
        assert!(!bench.tick(RATES | ACCELERATION));
        bench.feedback.acceleration_mps2_body[part] = 0.0;
        bench.feedback.rates_rps_body[part] = value;
        let complete = [(); 2].map(|()| bench.tick(RATES | ACCELERATION));
        assert_eq!(complete, [true, false], "the gyro's last report was good");
        assert_eq!(bench.motion.force_ns, Vector3::zeros());
        assert_eq!(bench.motion.torque_nms, Vector3::zeros());
    }
}

/// By the velocity, once there was no accelerometer for longer than a window.
fn by_velocity() -> Bench {
    let mut bench = Bench::started();
    for tick in 1..=6 {
        assert!(!bench.tick(RATES | VELOCITY), "{tick}");
        assert!(bench.motion.started(), "{tick}");
    }
    // The seventh tick makes it 55 ms: the velocity takes over, and both begin anew.
    assert!(!bench.tick(RATES | VELOCITY));
    bench
}

#[test]
fn without_accelerometer_the_change_of_velocity_counts_turned_into_the_body() {
    let mut bench = by_velocity();
    assert!(bench.motion.started());
    bench.attitude = UnitQuaternion::from_euler_angles(0.0, 0.0, std::f64::consts::FRAC_PI_2);
    bench.force = Vector3::new(64.0, 0.0, -128.0);
    bench.feedback.velocity_mps_world = [0.25, 0.5, 0.125];
    assert!(bench.tick(RATES | VELOCITY));
    // A quarter turn: the world's y is the body's x, its x the body's -y.
    let first = Vector3::new(0.5, -0.25, 0.125) * MASS_KG - bench.force * DT_S;
    close(bench.motion.force_ns, first);
    assert!(!bench.tick(RATES));
    assert!(bench.tick(RATES | VELOCITY));
    let second = -bench.force * DT_S * 2.0;
    close(bench.motion.force_ns, first * KEEP * KEEP + second);
}

#[test]
fn an_accelerometer_that_is_back_takes_over_again() {
    let mut bench = by_velocity();
    bench.feedback.velocity_mps_world = [9.0, 0.0, 0.0];
    bench.feedback.acceleration_mps2_body = [1.0, 0.0, 0.0];
    assert!(
        !bench.tick(RATES | VELOCITY | ACCELERATION),
        "a first report"
    );
    assert!(bench.tick(RATES | VELOCITY | ACCELERATION));
    close(
        bench.motion.force_ns,
        Vector3::new(MASS_KG * DT_S, 0.0, 0.0),
    );
}

#[test]
fn reports_are_compared_within_one_window_and_not_beyond() {
    for (ticks, compared) in [(6, true), (7, false)] {
        let mut bench = Bench::started();
        bench.torque = Vector3::new(1.0, 0.0, 0.0);
        for _ in 1..ticks {
            bench.tick(ACCELERATION);
        }
        bench.tick(RATES | ACCELERATION);
        let counts = bench.motion.torque_nms.norm() > 0.0;
        assert_eq!(counts, compared, "{ticks} ticks");
        assert!(bench.motion.started());
        assert!(bench.tick(RATES | ACCELERATION), "from then on");
    }
}

/// A gap of 0.05 s to the bit is none.
#[test]
fn a_period_as_long_as_the_window_is_compared() {
    let mut bench = Bench::new();
    bench.motion = Motion::new(&sensors(), inertia(), 0.05, 0.5);
    bench.tick(RATES | ACCELERATION);
    assert!(bench.tick(RATES | ACCELERATION));
    bench.torque = Vector3::new(1.0, 0.0, 0.0);
    assert!(!bench.tick(RATES), "one tick without accelerometer");
    assert!((bench.motion.torque_nms[0] + 0.05).abs() < 1e-12);
}

#[test]
fn until_every_sensor_has_reported_there_is_no_window() {
    for first in [RATES, ACCELERATION] {
        let mut bench = Bench::new();
        bench.feedback.acceleration_mps2_body = [1.0; 3];
        for _ in 0..3 {
            bench.tick(first);
            bench.feedback.rates_rps_body[0] += 1.0;
            assert!(!bench.motion.started());
            assert_eq!(bench.motion.force_ns, Vector3::zeros());
            assert_eq!(bench.motion.torque_nms, Vector3::zeros());
        }
    }
}

#[test]
fn a_restart_waits_for_new_first_reports() {
    let mut bench = Bench::started();
    bench.motion.restart();
    assert!(!bench.motion.started());
    assert!(!bench.tick(RATES | ACCELERATION));
    assert!(bench.motion.started());
    let mut bench = by_velocity();
    bench.motion.restart();
    assert!(!bench.motion.started());
    assert!(!bench.tick(RATES | VELOCITY));
    assert!(bench.motion.started());
}

#[test]
fn the_variance_is_that_of_the_sensor_in_use() {
    let bench = Bench::started();
    // Two of 0.5 rad/s about the largest inertia; white noise and three sigmas of bias over the
    // window, with reports every other tick.
    assert_eq!(bench.motion.torque_variance(), 2.0 * (5.0f64 * 0.5).powi(2));
    let noise = 0.125 * 0.125 * FORGET_S / 64.0;
    let bias = (3.0 * 0.0625 * FORGET_S).powi(2);
    let mass = MASS_KG * MASS_KG;
    let is = bench.motion.force_variance();
    assert!((is - mass * (noise + bias)).abs() < 1e-9, "{is}");
    let bench = by_velocity();
    assert_eq!(bench.motion.force_variance(), mass * 2.0 * 0.25 * 0.25);
    // A sensor reports once a tick at most.
    let mut fast = sensors();
    fast.acceleration.rate_hz = 1e6;
    let mut bench = Bench::started();
    bench.motion = Motion::new(&fast, inertia(), DT_S, FORGET_S);
    bench.tick(RATES | ACCELERATION);
    let is = bench.motion.force_variance();
    let noise = 0.125 * 0.125 * FORGET_S * DT_S;
    assert!((is - mass * (noise + bias)).abs() < 1e-9, "{is}");
}
