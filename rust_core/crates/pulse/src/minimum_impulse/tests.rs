#![allow(clippy::unwrap_used, clippy::panic)]

use nalgebra::UnitQuaternion;
use qiki_craft::Craft;

use super::*;
use qiki_craft::geometry;

const PERIOD_US: u32 = 2000;

fn craft() -> Craft {
    let json = include_str!("../../../craft/fixtures/dodeca-01.json");
    Craft::from_json(json).unwrap()
}

/// A craft that moves by exactly what its nozzles give, without delays and noise.
struct Bench {
    minimum_impulse: MinimumImpulseHold,
    context: HoldContext,
    reference: Reference,
    pose: Pose,
    rows: [[f64; NOZZLES]; AXES],
    /// Sets of pulses so far.
    sets: u32,
    open: bool,
    /// Bit n: nozzle n has fired.
    fired: u16,
    thrust_ns: f64,
}

impl Bench {
    fn new(hold: Hold) -> Self {
        let craft = craft();
        let geometry = geometry(&craft);
        let valves = Valves {
            thrust_max_n: geometry.thrust_max_n,
            min_on_us: 30_000,
            min_off_us: 30_000,
            max_on_us: 3_000_000,
            surplus_s: [0.0; NOZZLES],
        };
        let mut minimum_impulse =
            MinimumImpulseHold::new(geometry.effectiveness, valves, PERIOD_US).unwrap();
        minimum_impulse.reset(hold);
        Self {
            minimum_impulse,
            context: HoldContext {
                mass_kg: 432.0,
                inertia: geometry.inertia,
                state: State {
                    mean_max_n: geometry.thrust_max_n,
                    stuck: 0,
                    open_us: [0; NOZZLES],
                    ready: u16::MAX,
                },
                draw: Draw {
                    power_w: [4200.0; NOZZLES],
                    power_max_w: 45_000.0,
                },
            },
            reference: Reference {
                pose: Pose::default(),
                acceleration: Vector3::zeros(),
                angular_acceleration: Vector3::zeros(),
            },
            pose: Pose::default(),
            rows: geometry.effectiveness,
            sets: 0,
            open: false,
            fired: 0,
            thrust_ns: 0.0,
        }
    }

    fn fly(&mut self, seconds: f64) {
        let inverse = self.context.inertia.try_inverse().unwrap();
        for _ in 0..(seconds / 0.002).round() as u32 {
            let error = AttitudeError::between(&self.pose.attitude, &self.reference.pose.attitude);
            let on_time_us =
                self.minimum_impulse
                    .step(&self.pose, &self.reference, &error, &self.context);
            let open = on_time_us.iter().any(|on| *on > 0);
            self.sets += u32::from(open && !self.open);
            self.open = open;
            let mut given = [0.0; AXES];
            for n in 0..NOZZLES {
                let impulse = 240.0 * f64::from(on_time_us[n]) * 1e-6;
                self.thrust_ns += impulse;
                self.fired |= u16::from(on_time_us[n] > 0) << n;
                for i in 0..AXES {
                    given[i] += self.rows[i][n] * impulse;
                }
            }
            let pose = &mut self.pose;
            let push = Vector3::new(given[0], given[1], given[2]) / self.context.mass_kg;
            pose.velocity += pose.attitude * push;
            pose.rates += inverse * Vector3::new(given[3], given[4], given[5]);
            pose.position += pose.velocity * 0.002;
            pose.attitude *= UnitQuaternion::from_scaled_axis(pose.rates * 0.002);
        }
    }
}

#[test]
fn a_craft_at_rest_in_its_place_is_left_alone() {
    let mut bench = Bench::new(Hold::Pose);
    bench.fly(20.0);
    assert_eq!(bench.sets, 0);
}

#[test]
fn one_set_ends_a_drift_that_is_less_than_a_shortest_pulse() {
    // 0.25 deg/s and 5 mm/s: one shortest pulse alone would turn the craft by 1.1 deg/s.
    let mut bench = Bench::new(Hold::Pose);
    bench.pose.rates = Vector3::new(0.0, 0.0044, 0.0);
    bench.pose.velocity = Vector3::new(0.005, 0.0, 0.0);
    bench.fly(1.0);
    assert_eq!(bench.sets, 1);
    // The motion that is left closes the drift of the meantime.
    assert!(bench.pose.rates.norm() < 0.0004, "{:?}", bench.pose.rates);
    assert!(
        bench.pose.velocity.norm() < 0.01,
        "{:?}",
        bench.pose.velocity
    );
}

#[test]
fn an_offset_is_closed_and_then_left_alone() {
    let mut bench = Bench::new(Hold::Pose);
    bench.pose.position = Vector3::new(0.2, -0.1, 0.15);
    bench.pose.attitude = UnitQuaternion::from_scaled_axis(Vector3::new(0.02, 0.0, -0.03));
    bench.fly(60.0);
    assert!(
        bench.pose.position.norm() < 0.1,
        "{:?}",
        bench.pose.position
    );
    assert!(
        bench.pose.attitude.angle() < 0.02,
        "{}",
        bench.pose.attitude.angle()
    );
    let (sets, thrust_ns) = (bench.sets, bench.thrust_ns);
    bench.fly(30.0);
    assert!(bench.sets <= sets + 2, "{} more sets", bench.sets - sets);
    assert!(bench.thrust_ns - thrust_ns < 150.0);
}

#[test]
fn a_correction_that_costs_more_than_it_is_worth_is_not_made() {
    let mut bench = Bench::new(Hold::Pose);
    bench.pose.rates = Vector3::new(0.0, 0.0, 0.0003);
    bench.fly(3.0);
    assert_eq!(bench.sets, 0);
}

#[test]
fn where_only_the_rotation_is_held_the_drift_is_let_be() {
    for hold in [Hold::Attitude, Hold::Rates] {
        let mut bench = Bench::new(hold);
        bench.pose.velocity = Vector3::new(0.5, 0.0, 0.0);
        bench.fly(5.0);
        assert_eq!(bench.sets, 0, "{hold:?}");
        bench.pose.rates = Vector3::new(0.01, -0.01, 0.005);
        bench.fly(40.0);
        assert!(bench.sets > 0);
        assert!(
            bench.pose.rates.norm() < 0.0017,
            "{hold:?} {:?}",
            bench.pose.rates
        );
        assert!(
            bench.pose.velocity.x > 0.4,
            "{hold:?} {:?}",
            bench.pose.velocity
        );
    }
}

#[test]
fn a_nozzle_that_is_out_takes_no_part() {
    let mut bench = Bench::new(Hold::Pose);
    bench.context.state.mean_max_n[2] = 0.0;
    bench.context.state.mean_max_n[9] = 0.0;
    bench.pose.rates = Vector3::new(0.004, -0.003, 0.005);
    bench.fly(30.0);
    assert!(
        bench.sets > 0 && bench.fired & (1 << 2 | 1 << 9) == 0,
        "{:b}",
        bench.fired
    );
    assert!(bench.pose.rates.norm() < 0.001, "{:?}", bench.pose.rates);
}

#[test]
fn little_power_makes_the_nozzles_of_a_set_take_turns() {
    let mut bench = Bench::new(Hold::Pose);
    bench.context.draw.power_max_w = 4_300.0;
    bench.pose.rates = Vector3::new(0.004, -0.003, 0.005);
    let mut fired = 0_u16;
    for _ in 0..400 {
        let error = AttitudeError::between(&bench.pose.attitude, &bench.reference.pose.attitude);
        let on_time_us =
            bench
                .minimum_impulse
                .step(&bench.pose, &bench.reference, &error, &bench.context);
        let open = on_time_us.iter().filter(|on| **on > 0).count();
        assert!(open <= 1, "{open} at once");
        fired |= (0..NOZZLES).fold(0, |set, n| set | u16::from(on_time_us[n] > 0) << n);
    }
    let planned = (0..NOZZLES).fold(0, |set, n| {
        set | u16::from(bench.minimum_impulse.impulse_ns[n] > 0.0) << n
    });
    assert!(planned.count_ones() >= 4, "{planned:b}");
    assert_eq!(fired, planned, "every pulse of the set came");
}

#[test]
fn a_slow_drift_of_an_unknown_craft_is_ended() {
    for speed in [0.003, 0.006, 0.009, 0.012] {
        let mut bench = Bench::new(Hold::Pose);
        bench.pose.velocity = Vector3::new(speed, 0.0, -0.5 * speed);
        let mut most_m = 0.0_f64;
        for _ in 0..150 {
            bench.fly(1.0);
            most_m = most_m.max(bench.pose.position.norm());
        }
        assert!(most_m < 0.25, "{speed} m/s: {most_m:.3} m");
    }
}

#[test]
fn a_tick_allocates_nothing() {
    let mut bench = Bench::new(Hold::Pose);
    bench.pose.rates = Vector3::new(0.01, 0.0, -0.01);
    let counted = allocation_counter::measure(|| bench.fly(2.0));
    assert!(bench.sets > 0);
    assert_eq!(counted.count_total, 0);
}
