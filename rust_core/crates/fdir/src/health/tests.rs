//! What counts as a broken nozzle or a lost node, and what does not.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::VecDeque;

use nalgebra::UnitQuaternion;
use qiki_craft::{CLUSTERS, Craft, Feedback, Fresh, NOZZLES, NodeState};

use super::nozzle_state::NozzleState;
use super::{MonitorContext, NozzleHealth};
use crate::fault::Fault;
use qiki_craft::geometry;

mod feedback;
mod motion;
mod nodes;
mod recovery;
mod sources;
mod states;
mod transitions;

const PERIODS_US: [u32; 4] = [1000, 2000, 3003, 5000];

/// Nothing can be told from the motion.
const HELD: MonitorContext = MonitorContext {
    attitude: UnitQuaternion::new_unchecked(nalgebra::Quaternion::new(1.0, 0.0, 0.0, 0.0)),
    mass_kg: 432.0,
    motion_is_evidence: false,
    trials_allowed: true,
    armed: false,
};

impl NozzleHealth {
    /// What is wrong with a nozzle.
    pub(super) fn fault(&self, n: usize) -> Fault {
        match self.states.of(n) {
            NozzleState::StuckOpen => Fault::StuckOpen,
            NozzleState::StuckClosed(_) => Fault::StuckClosed,
            _ => Fault::None,
        }
    }
}

fn health(period_us: u32) -> NozzleHealth {
    let craft = Craft::from_json(include_str!("../../../craft/fixtures/dodeca-01.json")).unwrap();
    NozzleHealth::new(&craft, &geometry(&craft), f64::from(period_us) * 1e-6)
}

/// Valves that do what they are commanded, later: `lag_us` of delay, `latency` ticks on the bus.
struct Rig {
    health: NozzleHealth,
    period_us: u32,
    lag_us: u64,
    /// When the valve will move, µs since the start.
    edges_us: VecDeque<u64>,
    bus: VecDeque<[u32; NOZZLES]>,
    commanded_open: bool,
    is_open: bool,
    tick: u32,
}

fn heard() -> Fresh {
    Fresh((0..CLUSTERS).map(|c| Fresh::valves(c).0).sum())
}

impl Rig {
    fn new(period_us: u32, lag_us: u64, latency: usize) -> Self {
        Self {
            health: health(period_us),
            period_us,
            lag_us,
            edges_us: VecDeque::new(),
            bus: std::iter::repeat_n([0; NOZZLES], latency).collect(),
            commanded_open: false,
            is_open: false,
            tick: 0,
        }
    }

    /// One tick in which nozzle 0 is commanded by the edge rule; `stuck` overrules its position.
    fn tick(&mut self, on_time_us: u32, stuck: Option<bool>) {
        let open_us = self.move_valve(on_time_us);
        let mut measured = [0; NOZZLES];
        measured[0] = stuck.map_or(open_us, |open| u32::from(open) * self.period_us);
        self.health.record_command(&std::array::from_fn(
            |n| if n == 0 { on_time_us } else { 0 },
        ));
        self.bus.push_back(measured);
        let open_time_us = self.bus.pop_front().unwrap();
        let feedback = Feedback {
            fresh: heard(),
            node_state: [NodeState::Armed; CLUSTERS],
            open_time_us,
            ..Feedback::default()
        };
        self.health.observe(&feedback, &HELD);
        self.tick += 1;
    }

    /// How long the valve is open in this tick, µs.
    fn move_valve(&mut self, on_time_us: u32) -> u32 {
        let mut now_us = u64::from(self.tick) * u64::from(self.period_us);
        let first_us = if self.commanded_open {
            on_time_us
        } else {
            self.period_us - on_time_us
        };
        if first_us < self.period_us {
            self.commanded_open = !self.commanded_open;
            let edge_us = now_us + u64::from(first_us) + self.lag_us;
            self.edges_us.push_back(edge_us);
        }
        let (end_us, mut open_us) = (now_us + u64::from(self.period_us), 0);
        while let Some(edge_us) = self.edges_us.front().copied().filter(|at| *at < end_us) {
            open_us += u64::from(self.is_open) * (edge_us - now_us);
            (now_us, self.is_open) = (edge_us, !self.is_open);
            self.edges_us.pop_front();
        }
        open_us += u64::from(self.is_open) * (end_us - now_us);
        open_us as u32
    }

    fn seconds(&self) -> f64 {
        f64::from(self.tick * self.period_us) * 1e-6
    }
}

/// On-times of pulses of `on_us` every `cycle_us`, by the edge rule, edges anywhere in a tick.
fn pulses(tick: u32, period_us: u32, on_us: u64, cycle_us: u64) -> u32 {
    let start = u64::from(tick) * u64::from(period_us);
    let open_until =
        |t: u64| t / cycle_us * on_us + (t % cycle_us).saturating_sub(cycle_us - on_us);
    (open_until(start + u64::from(period_us)) - open_until(start)) as u32
}

#[test]
fn delays_of_valves_and_bus_raise_no_alarm() {
    for period_us in PERIODS_US {
        for lag_us in [0, 4000, 7000] {
            for latency in [0, 1, 2] {
                for (on_us, cycle_us) in [(30_000, 60_000), (31_234, 74_321), (500_000, 530_001)] {
                    let mut rig = Rig::new(period_us, lag_us, latency);
                    while rig.seconds() < 3.0 {
                        rig.tick(pulses(rig.tick, period_us, on_us, cycle_us), None);
                        assert_eq!(
                            rig.health.isolated(),
                            0,
                            "{period_us} {lag_us} {latency} {on_us}"
                        );
                    }
                }
            }
        }
    }
}

/// Regression: with delays 3 ms apart every pulse was 3 ms off, and after seven of them a healthy
/// nozzle was given up.
#[test]
fn a_valve_that_opens_and_closes_with_unlike_delays_raises_no_alarm() {
    for (measured_us, cycle_us) in [(27_000, 60_000), (33_000, 66_000), (27_000, 120_000)] {
        let mut health = health(2000);
        for tick in 0..10_000 {
            let mut command = [0; NOZZLES];
            command[0] = pulses(tick, 2000, 30_000, cycle_us);
            health.record_command(&command);
            let mut feedback = Feedback {
                fresh: heard(),
                node_state: [NodeState::Armed; CLUSTERS],
                ..Feedback::default()
            };
            feedback.open_time_us[0] = pulses(tick, 2000, measured_us, cycle_us);
            health.observe(&feedback, &HELD);
            assert_eq!(health.isolated(), 0, "{measured_us} of {cycle_us}, {tick}");
        }
    }
}

#[test]
fn a_valve_that_stops_opening_is_found_within_six_quick_pulses() {
    let mut rig = Rig::new(2000, 4000, 1);
    while rig.seconds() < 5.0 {
        rig.tick(pulses(rig.tick, 2000, 30_000, 60_000), None);
    }
    let failed_s = rig.seconds();
    while rig.health.fault(0) == Fault::None {
        rig.tick(pulses(rig.tick, 2000, 30_000, 60_000), Some(false));
        assert!(rig.seconds() - failed_s < 6.0 * 0.06, "not found");
    }
    assert_eq!(rig.health.fault(0), Fault::StuckClosed);
}

#[test]
fn a_valve_that_does_not_open_is_found_within_its_first_pulse() {
    for period_us in PERIODS_US {
        let mut rig = Rig::new(period_us, 4000, 1);
        while rig.health.fault(0) == Fault::None {
            rig.tick(pulses(rig.tick, period_us, 30_000, 30_000), Some(false));
            assert!(rig.seconds() < 0.031, "{period_us} us: not found");
        }
        assert_eq!(rig.health.fault(0), Fault::StuckClosed);
        assert_eq!(rig.health.isolated(), 1);
        assert!(rig.seconds() > 0.02);
    }
}

#[test]
fn short_pulses_that_never_come_add_up() {
    let mut rig = Rig::new(2000, 4000, 1);
    while rig.health.fault(0) == Fault::None {
        rig.tick(pulses(rig.tick, 2000, 10_000, 200_000), Some(false));
        assert!(rig.seconds() < 0.7, "three pulses of 10 ms");
    }
    assert_eq!(rig.health.fault(0), Fault::StuckClosed);
}

#[test]
fn a_valve_that_does_not_close_is_found() {
    for period_us in PERIODS_US {
        let mut rig = Rig::new(period_us, 4000, 2);
        while rig.health.fault(0) == Fault::None {
            rig.tick(0, Some(true));
            assert!(rig.seconds() < 0.036, "{period_us} us: not found");
        }
        assert_eq!(rig.health.fault(0), Fault::StuckOpen);
    }
}

#[test]
fn a_fault_that_the_node_reports_counts_at_once() {
    let mut health = health(2000);
    health.observe(
        &Feedback {
            fresh: heard(),
            node_state: [NodeState::Armed; CLUSTERS],
            valve_fault: 0b1000,
            ..Feedback::default()
        },
        &HELD,
    );
    assert_eq!(health.fault(3), Fault::StuckClosed);
    assert_eq!(health.isolated(), 0b1000);
}

#[test]
fn a_node_that_reports_its_own_open_valve_does_not_hide_that_it_is_open() {
    let mut health = health(2000);
    let mut faults = Vec::new();
    for tick in 0..200 {
        let mut open_time_us = [0; NOZZLES];
        open_time_us[3] = 2000;
        health.observe(
            &Feedback {
                fresh: heard(),
                node_state: [NodeState::Armed; CLUSTERS],
                // The node needs longer to see it than its switch to show it.
                valve_fault: if tick < 30 { 0 } else { 0b1000 },
                open_time_us,
                ..Feedback::default()
            },
            &HELD,
        );
        health.record_command(&[0; NOZZLES]);
        faults.push(health.fault(3));
    }
    assert_eq!(faults[29], Fault::StuckOpen);
    assert!(faults[29..].iter().all(|fault| *fault == Fault::StuckOpen));
}

#[test]
fn rounding_of_a_microsecond_a_tick_is_forgotten() {
    let mut health = health(2000);
    for _ in 0..500_000 {
        health.record_command(&[1000; NOZZLES]);
        health.observe(
            &Feedback {
                fresh: heard(),
                node_state: [NodeState::Armed; CLUSTERS],
                open_time_us: [999; NOZZLES],
                ..Feedback::default()
            },
            &HELD,
        );
    }
    assert_eq!(health.isolated(), 0);
}

#[test]
fn a_reset_forgets_faults_and_not_lost_nodes() {
    let mut health = health(2000);
    health.observe(
        &Feedback {
            fresh: Fresh::valves(0),
            valve_fault: 1,
            ..Feedback::default()
        },
        &HELD,
    );
    assert_eq!(health.isolated(), 0xFFF1);
    health.reset();
    assert_eq!((health.fault(0), health.isolated()), (Fault::None, 0xFFF0));
}

#[test]
fn a_node_is_lost_after_its_time_and_back_when_heard() {
    let mut health = health(2000);
    assert_eq!(health.nodes().lost, 4, "nobody has been heard yet");
    health.observe(
        &Feedback {
            fresh: heard(),
            node_state: [NodeState::Armed; CLUSTERS],
            ..Feedback::default()
        },
        &HELD,
    );
    assert_eq!((health.nodes().lost, health.isolated()), (0, 0));
    let without = Feedback {
        fresh: Fresh(heard().0 & !Fresh::valves(2).0),
        ..Feedback::default()
    };
    for tick in 1..=51 {
        health.observe(&without, &HELD);
        let lost = usize::from(tick > 50);
        assert_eq!(health.nodes().lost, lost, "tick {tick}");
    }
    assert_eq!((health.nodes().lost, health.isolated()), (1, 0x0F00));
    health.observe(
        &Feedback {
            fresh: heard(),
            node_state: [NodeState::Armed; CLUSTERS],
            ..Feedback::default()
        },
        &HELD,
    );
    assert_eq!(health.isolated(), 0);
}

#[test]
fn what_a_silent_node_seems_to_say_is_not_trusted() {
    let mut health = health(2000);
    for _ in 0..100 {
        health.observe(
            &Feedback {
                open_time_us: [2000; NOZZLES],
                valve_fault: 0xFFFF,
                ..Feedback::default()
            },
            &HELD,
        );
    }
    assert!((0..NOZZLES).all(|n| health.fault(n) == Fault::None));
}

/// Regression: after a stall the nodes were silent, commands went on, and what did not open was
/// taken for broken.
#[test]
fn a_node_that_is_not_armed_does_not_make_its_valves_look_broken() {
    for state in [NodeState::Silent, NodeState::Failsafe, NodeState::Offline] {
        let mut health = health(2000);
        for _ in 0..1000 {
            health.record_command(&[2000; NOZZLES]);
            health.observe(
                &Feedback {
                    fresh: heard(),
                    node_state: [state; CLUSTERS],
                    ..Feedback::default()
                },
                &HELD,
            );
        }
        assert_eq!(health.isolated(), 0, "{state:?}");
    }
}
