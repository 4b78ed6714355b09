//! The mean wrench over windows, and what the valves stand.
#![allow(clippy::unwrap_used, clippy::panic)]

use qiki_craft::{Craft, NOZZLES};
use qiki_pulse::{Demand, Draw, PulseScheduler, Valves};

const PERIOD_US: u32 = 2000;
const THRUST_N: f64 = 240.0;

fn effectiveness(craft: &Craft) -> [[f64; NOZZLES]; 6] {
    let com = craft.mass.com_m_body;
    let mut rows = [[0.0; NOZZLES]; 6];
    for (n, thruster) in craft.thrusters.iter().enumerate() {
        let (p, f) = (thruster.position_m_body, thruster.force_direction_body);
        let r: [f64; 3] = std::array::from_fn(|i| p[i] - com[i]);
        for i in 0..3 {
            let (j, k) = ((i + 1) % 3, (i + 2) % 3);
            rows[i][n] = f[i];
            rows[i + 3][n] = r[j] * f[k] - r[k] * f[j];
        }
    }
    rows
}

fn dodeca() -> [[f64; NOZZLES]; 6] {
    let json = include_str!("../../craft/fixtures/dodeca-01.json");
    effectiveness(&Craft::from_json(json).unwrap())
}

fn valves() -> Valves {
    Valves {
        thrust_max_n: [THRUST_N; NOZZLES],
        min_on_us: 30_000,
        min_off_us: 30_000,
        max_on_us: 3_000_000,
        surplus_s: [0.0; NOZZLES],
    }
}

fn demand(wrench: [f64; 6], power_max_w: f64) -> Demand {
    Demand {
        wrench,
        mean_max_n: [THRUST_N; NOZZLES],
        stuck: 0,
        draw: Draw {
            power_w: [4200.0; NOZZLES],
            power_max_w,
        },
    }
}

/// What a rig would see: valves that are checked, and the impulse they give.
struct Rig {
    rows: [[f64; NOZZLES]; 6],
    since_edge_us: [u32; NOZZLES],
    open: [bool; NOZZLES],
    power_max_w: f64,
    impulse: [f64; 6],
}

impl Rig {
    fn new(power_max_w: f64) -> Self {
        Self {
            rows: dodeca(),
            since_edge_us: [u32::MAX / 2; NOZZLES],
            open: [false; NOZZLES],
            power_max_w,
            impulse: [0.0; 6],
        }
    }

    fn take(&mut self, on_time_us: &[u32; NOZZLES]) {
        let open = on_time_us.iter().filter(|on| **on > 0).count() as f64;
        assert!(open * 4200.0 <= self.power_max_w, "{open} nozzles at once");
        for (n, &on) in on_time_us.iter().enumerate() {
            for i in 0..6 {
                self.impulse[i] += self.rows[i][n] * THRUST_N * f64::from(on) * 1e-6;
            }
            let stays = if self.open[n] {
                on == PERIOD_US
            } else {
                on == 0
            };
            if stays {
                self.since_edge_us[n] += PERIOD_US;
                assert!(!self.open[n] || self.since_edge_us[n] <= 3_000_000);
                continue;
            }
            let edge_us = if self.open[n] { on } else { PERIOD_US - on };
            let lasted_us = self.since_edge_us[n] + edge_us;
            assert!(
                lasted_us >= 30_000,
                "nozzle {n}: {lasted_us} us, open {}",
                self.open[n]
            );
            self.open[n] = !self.open[n];
            self.since_edge_us[n] = PERIOD_US - edge_us;
        }
    }
}

/// Drives a scheduler and keeps books on what was asked and what was given.
struct Flight {
    scheduler: PulseScheduler,
    rig: Rig,
    demand: Demand,
    asked: [f64; 6],
}

impl Flight {
    fn new(wrench: [f64; 6], power_max_w: f64) -> Self {
        Self {
            scheduler: PulseScheduler::new(dodeca(), valves(), PERIOD_US).unwrap(),
            rig: Rig::new(power_max_w),
            demand: demand(wrench, power_max_w),
            asked: [0.0; 6],
        }
    }

    fn fly(&mut self, seconds: f64) {
        for _ in 0..(seconds / 0.002).round() as u32 {
            let on_time_us = self.scheduler.step(&self.demand);
            self.rig.take(&on_time_us);
            for i in 0..6 {
                self.asked[i] += self.demand.wrench[i] * 0.002;
            }
        }
    }

    /// Given less asked, N·s and N·m·s.
    fn error(&self) -> [f64; 6] {
        std::array::from_fn(|i| self.rig.impulse[i] - self.asked[i])
    }
}

const WRENCHES: [[f64; 6]; 6] = [
    [100.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    [300.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    [300.0, 0.0, 0.0, 20.0, 5.0, -10.0],
    [-150.0, 100.0, 60.0, -15.0, 0.0, 25.0],
    [20.0, -10.0, 15.0, 2.0, -3.0, 1.0],
    [3.0, 0.0, 0.0, 0.3, 0.1, 0.2],
];

#[test]
fn the_mean_wrench_is_what_was_asked_however_long_it_is_asked() {
    for wrench in WRENCHES {
        let mut flight = Flight::new(wrench, 45_000.0);
        flight.fly(2.0);
        let early = flight.error();
        flight.fly(20.0);
        let late = flight.error();
        // What ten times as long adds: no more than what one window can miss.
        for i in 0..6 {
            let bound = if i < 3 { 12.0 } else { 6.0 };
            assert!(
                (late[i] - early[i]).abs() < bound,
                "{wrench:?}: {early:.2?} {late:.2?}"
            );
        }
    }
}

#[test]
fn a_force_that_is_no_longer_asked_is_still_given_in_full() {
    let mut flight = Flight::new([240.0, 60.0, 0.0, 0.0, 0.0, 0.0], 45_000.0);
    flight.fly(1.7);
    flight.demand.wrench = [0.0; 6];
    flight.fly(0.75);
    let error = flight.error();
    for i in 0..3 {
        assert!(
            error[i].abs() < 1.5,
            "{error:.2?} N·s of {:.1?}",
            flight.asked
        );
    }
}

#[test]
fn the_torque_inside_of_a_window_stays_near_its_mean() {
    for wrench in WRENCHES {
        let mut flight = Flight::new(wrench, 45_000.0);
        flight.fly(1.0);
        let start = flight.error();
        let mut worst = 0.0_f64;
        for _ in 0..2500 {
            flight.fly(0.002);
            let error = flight.error();
            for i in 3..6 {
                worst = worst.max((error[i] - start[i]).abs());
            }
        }
        // 1.5 shortest pulses at the longest arm.
        assert!(worst < 1.5 * 7.2 * 1.05, "{wrench:?}: {worst:.2} N·m·s");
    }
}

#[test]
fn nozzles_take_turns_where_power_does_not_let_all_fire() {
    // Three at once, two at once: the rig checks it in every tick.
    for (power_max_w, wrench) in [
        (12_700.0, [300.0, 0.0, 0.0, 20.0, 5.0, -10.0]),
        (9_000.0, [100.0, 100.0, 0.0, 20.0, 5.0, -10.0]),
    ] {
        let mut flight = Flight::new(wrench, power_max_w);
        flight.fly(2.0);
        let early = flight.error();
        flight.fly(20.0);
        let late = flight.error();
        for i in 0..6 {
            // What may be carried (two shortest pulses), and what one window misses.
            let bound = if i < 3 { 14.4 + 12.0 } else { 14.0 + 6.0 };
            assert!(
                (late[i] - early[i]).abs() < bound,
                "{wrench:?}: {early:.2?} {late:.2?}"
            );
        }
    }
}

#[test]
fn full_thrust_is_nearly_had_within_the_longest_opening() {
    // 684 N is what there is along X.
    let mut flight = Flight::new([600.0, 0.0, 0.0, 0.0, 0.0, 0.0], 45_000.0);
    flight.fly(2.0);
    let before = flight.rig.impulse[0];
    flight.fly(10.0);
    let mean_n = (flight.rig.impulse[0] - before) / 10.0;
    assert!(mean_n > 0.94 * 600.0, "{mean_n:.0} N");
}

#[test]
fn a_valve_that_is_stuck_open_is_countered_from_the_tick_on_in_which_it_is_known() {
    let mut flight = Flight::new([0.0; 6], 45_000.0);
    flight.fly(1.0);
    flight.demand.stuck = 1 << 6;
    flight.demand.mean_max_n[6] = 0.0;
    flight.scheduler.restart(&flight.demand);
    let first = flight.scheduler.step(&flight.demand);
    flight.rig.take(&first);
    let opens = (0..125).find(|_| {
        let on_time_us = flight.scheduler.step(&flight.demand);
        flight.rig.take(&on_time_us);
        on_time_us.iter().any(|on| *on > 0)
    });
    // Pulses lie about the window's middle, and a valve may have closed just before.
    assert!(opens.is_some_and(|ticks| ticks < 50), "{opens:?}");
    flight.fly(5.0);
    let rows = dodeca();
    let seconds = f64::from(2 * (2500 + 2 + opens.unwrap() as u32)) * 1e-3;
    // Until the first pulse the valve was not countered at all: 0.1 s of it.
    for i in 0..6 {
        let given = flight.rig.impulse[i] + rows[i][6] * THRUST_N * seconds;
        let bound = if i < 3 { 45.0 } else { 40.0 };
        assert!(given.abs() < bound, "axis {i}: {given:.1}");
    }
}

#[test]
fn the_first_window_leaves_room_for_a_valve_that_has_just_closed() {
    // Every nozzle was open until now, as the modulators may leave it.
    for wrench in WRENCHES {
        let mut flight = Flight::new(wrench.map(|w| 2.0 * w), 45_000.0);
        flight.rig.since_edge_us = [0; NOZZLES];
        flight.scheduler.restart(&flight.demand);
        flight.fly(2.0);
    }
}

#[test]
fn nothing_is_given_for_nothing() {
    let mut flight = Flight::new([0.0; 6], 45_000.0);
    flight.fly(5.0);
    assert_eq!(flight.rig.impulse, [0.0; 6]);
}

#[test]
fn a_tick_allocates_nothing() {
    let mut flight = Flight::new([300.0, 0.0, 0.0, 20.0, 5.0, -10.0], 45_000.0);
    flight.fly(0.5);
    let counted = allocation_counter::measure(|| flight.fly(1.0));
    assert_eq!(counted.count_total, 0);
}
