//! The controller and the simulated craft in one loop, without any rig between them.

pub mod burns;
pub mod references;

use nalgebra::ComplexField;
use qiki_command::{Reply, ReplyStatus};
use qiki_control::{GuardedController, Inputs, Outputs};
use qiki_craft::{CLUSTERS, Craft, Feedback, Fresh, NOZZLES, NodeState, Vec3};
use qiki_messages::commands::command::Action as Wire;
use qiki_messages::commands::{self as wire};
use qiki_messages::{CycleEncoder, command_from_message};
use qiki_plant::{InitialState, Plant};
use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// 200, 333, 500 and 1000 Hz.
pub const PERIODS_US: [u32; 4] = [5000, 3003, 2000, 1000];

/// What a pose is held within, m and rad (`docs/math/control.md`, Measured).
pub const HELD_M: f64 = 0.15;
pub const HELD_RAD: f64 = 0.04;
/// Speed and rate below which a craft counts as at rest, m/s and rad/s, where the pulses of the
/// modulators move it (`docs/math/control.md`, Modes). By as much a craft may miss its reference.
pub const SETTLED_MPS: f64 = 0.06;
pub const SETTLED_RPS: f64 = 0.04;

pub fn craft() -> Craft {
    Craft::from_json(include_str!("../../../craft/fixtures/dodeca-01.json")).unwrap()
}

pub fn table() -> Craft {
    Craft::from_json(include_str!("../../../craft/fixtures/dodeca-table.json")).unwrap()
}

/// Sensors of which anything may be true: for feedback that is made by hand.
pub fn believe_all_sensors(craft: &mut Craft) {
    let sensors = &mut craft.sensors;
    let all = [
        &mut sensors.rates,
        &mut sensors.acceleration,
        &mut sensors.attitude,
        &mut sensors.position,
        &mut sensors.velocity,
    ];
    for sensor in all {
        (sensor.noise_std, sensor.bias_std) = (0.0, 1e6);
    }
}

pub struct Dice(Pcg64Mcg);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(Pcg64Mcg::seed_from_u64(seed))
    }

    /// 0..1.
    pub fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 * (-53f64).exp2()
    }

    pub fn below(&mut self, n: u64) -> u64 {
        (self.unit() * n as f64) as u64
    }
}

/// Changes what the controller sees in a tick.
pub type Tamper = Box<dyn FnMut(&mut Feedback)>;

/// How long a nozzle has been commanded open or closed.
#[derive(Debug, Clone, Copy)]
pub struct Watch {
    pub open: bool,
    since_us: u64,
}

/// What the waveform of the commands has been like.
#[derive(Debug, Clone)]
pub struct Waves {
    pub nozzle: [Watch; NOZZLES],
    pub shortest_pulse_us: u64,
    pub longest_pulse_us: u64,
    pub shortest_pause_us: u64,
    /// Shortest pause after a pulse of the longest length.
    pub shortest_rest_us: u64,
    pub pulses: u64,
    pub most_open: usize,
    last_pulse_us: [u64; NOZZLES],
}

impl Waves {
    fn new() -> Self {
        Self {
            nozzle: [Watch {
                open: false,
                since_us: u64::MAX / 2,
            }; NOZZLES],
            shortest_pulse_us: u64::MAX,
            longest_pulse_us: 0,
            shortest_pause_us: u64::MAX,
            shortest_rest_us: u64::MAX,
            pulses: 0,
            most_open: 0,
            last_pulse_us: [0; NOZZLES],
        }
    }

    fn tick(&mut self, on_time_us: &[u32; NOZZLES], period_us: u32) {
        let period = u64::from(period_us);
        self.most_open = self
            .most_open
            .max(on_time_us.iter().filter(|t| **t > 0).count());
        for n in 0..NOZZLES {
            let on = u64::from(on_time_us[n]);
            assert!(on <= period, "nozzle {n}: on-time {on} us");
            let Watch { open, since_us } = self.nozzle[n];
            let stays = if open { on == period } else { on == 0 };
            if stays {
                self.nozzle[n].since_us = since_us + period;
                if open {
                    self.longest_pulse_us = self.longest_pulse_us.max(since_us + period);
                }
                continue;
            }
            let at = if open { on } else { period - on };
            self.edge(n, open, since_us + at);
            self.nozzle[n] = Watch {
                open: !open,
                since_us: period - at,
            };
        }
    }

    fn edge(&mut self, n: usize, open: bool, length_us: u64) {
        if open {
            self.pulses += 1;
            self.shortest_pulse_us = self.shortest_pulse_us.min(length_us);
            self.longest_pulse_us = self.longest_pulse_us.max(length_us);
            self.last_pulse_us[n] = length_us;
        } else {
            self.shortest_pause_us = self.shortest_pause_us.min(length_us);
            if self.last_pulse_us[n] >= 3_000_000 {
                self.shortest_rest_us = self.shortest_rest_us.min(length_us);
            }
        }
    }
}

pub struct Loop {
    pub controller: GuardedController,
    pub plant: Plant,
    pub period_us: u32,
    pub tick: u64,
    pub feedback: Feedback,
    pub outputs: Outputs,
    pub encoder: CycleEncoder,
    /// Records, encoded, if kept.
    pub records: Vec<Vec<u8>>,
    pub keep_records: bool,
    pub replies: Vec<Reply>,
    /// Parts of the feedback that do not arrive.
    pub deaf: Fresh,
    /// What all nodes say of themselves, where it is not what the plant says.
    pub nodes: Option<NodeState>,
    /// What the velocity sensor says, whatever is so.
    pub frozen_velocity: Option<Vec3>,
    /// Changes what the controller sees in a tick.
    pub tamper: Option<Tamper>,
    pub waves: Waves,
    next_id: u64,
}

impl Loop {
    pub fn new(period_us: u32) -> Self {
        Self::from(&craft(), period_us, &InitialState::default())
    }

    pub fn from(craft: &Craft, period_us: u32, initial: &InitialState) -> Self {
        let dt_s = f64::from(period_us) * 1e-6;
        Self {
            controller: GuardedController::new(craft, period_us).unwrap(),
            plant: Plant::new(craft, dt_s, 42, initial).unwrap(),
            period_us,
            tick: 0,
            feedback: Feedback::default(),
            outputs: Outputs::default(),
            encoder: CycleEncoder::new(1),
            records: Vec::new(),
            keep_records: false,
            replies: Vec::new(),
            deaf: Fresh::default(),
            nodes: None,
            frozen_velocity: None,
            tamper: None,
            waves: Waves::new(),
            next_id: 1,
        }
    }

    /// An armed one, with a first second gone.
    pub fn armed(period_us: u32) -> Self {
        let mut l = Self::new(period_us);
        l.run(0.1);
        l.say(Wire::Arm(wire::Arm {}));
        l.run(0.9);
        l
    }

    pub fn step(&mut self, command: Option<&wire::Command>) {
        self.plant.sense(&mut self.feedback);
        self.feedback.fresh.0 &= !self.deaf.0;
        if let Some(state) = self.nodes {
            self.feedback.node_state = [state; CLUSTERS];
        }
        if let Some(frozen) = self.frozen_velocity {
            self.feedback.velocity_mps_world = frozen;
        }
        if let Some(tamper) = &mut self.tamper {
            tamper(&mut self.feedback);
        }
        let decoded = command.map(command_from_message);
        let inputs = Inputs {
            tick: self.tick,
            period_ns: i64::from(self.period_us) * 1000,
            feedback: &self.feedback,
            command: decoded.as_ref(),
        };
        self.controller.step(&inputs, &mut self.outputs);
        if self.keep_records {
            self.encoder.clear();
            let time_ns = self.tick as i64 * i64::from(self.period_us) * 1000;
            let truth = self.plant.truth();
            self.encoder
                .push(time_ns, &inputs, command, &self.outputs, Some(&truth), None);
            self.records.push(self.encoder.packet().to_vec());
        }
        self.replies
            .extend(&self.outputs.replies[..self.outputs.reply_count]);
        self.waves
            .tick(&self.outputs.command.on_time_us, self.period_us);
        self.plant.command(&self.outputs.command);
        self.tick += 1;
    }

    /// One tick with a command; its number.
    pub fn say(&mut self, action: Wire) -> u64 {
        let command_id = self.next_id;
        self.next_id += 1;
        let source = "test".to_owned();
        self.step(Some(&wire::Command {
            command_id,
            source,
            action: Some(action),
        }));
        command_id
    }

    pub fn ticks(&self, seconds: f64) -> u64 {
        (seconds * 1e6 / f64::from(self.period_us)).round() as u64
    }

    pub fn run(&mut self, seconds: f64) {
        for _ in 0..self.ticks(seconds) {
            self.step(None);
        }
    }

    /// Runs until `seen`; how long that took, s. Panics after `limit_s`.
    pub fn until(&mut self, what: &str, limit_s: f64, seen: impl Fn(&Self) -> bool) -> f64 {
        let start = self.tick;
        while !seen(self) {
            let passed_s = (self.tick - start) as f64 * f64::from(self.period_us) * 1e-6;
            assert!(
                passed_s < limit_s,
                "{what}: not within {limit_s} s\n{:?}",
                self.outputs
            );
            self.step(None);
        }
        (self.tick - start) as f64 * f64::from(self.period_us) * 1e-6
    }

    /// What was said of a command so far.
    pub fn said(&self, id: u64) -> Vec<(ReplyStatus, qiki_command::Reason)> {
        self.replies
            .iter()
            .filter(|r| r.id == id)
            .map(|r| (r.status, r.reason))
            .collect()
    }

    pub fn confirmed(&self, id: u64) -> bool {
        self.said(id)
            .iter()
            .any(|(status, _)| *status == ReplyStatus::EffectConfirmed)
    }

    pub fn closed(&self) -> bool {
        self.outputs.command.on_time_us == [0; NOZZLES]
    }
}

pub fn norm(v: Vec3) -> f64 {
    v.iter().map(|x| x * x).sum::<f64>().sqrt()
}

pub fn distance(a: Vec3, b: Vec3) -> f64 {
    norm(std::array::from_fn(|i| a[i] - b[i]))
}

/// Angle between two attitudes, rad.
pub fn angle(a: [f64; 4], b: [f64; 4]) -> f64 {
    let dot: f64 = a.iter().zip(&b).map(|(x, y)| x * y).sum();
    2.0 * ComplexField::acos(dot.abs().min(1.0))
}

/// A turn about a unit axis.
pub fn turn(axis: Vec3, angle_rad: f64) -> [f64; 4] {
    let (s, c) = ComplexField::sin_cos(0.5 * angle_rad);
    [axis[0] * s, axis[1] * s, axis[2] * s, c]
}

pub fn arm() -> Wire {
    Wire::Arm(wire::Arm {})
}
pub fn disarm() -> Wire {
    Wire::Disarm(wire::Disarm {})
}
pub fn safe() -> Wire {
    Wire::Safe(wire::Safe {})
}
pub fn brake() -> Wire {
    Wire::Brake(wire::Brake {})
}
pub fn hold() -> Wire {
    Wire::HoldPose(wire::HoldPose {})
}
pub fn stop_thrust() -> Wire {
    Wire::StopThrust(wire::StopThrust {})
}
pub fn go_to([x, y, z]: Vec3) -> Wire {
    let position_m_world = Some(wire::Vector3 { x, y, z });
    Wire::GoToPose(wire::GoToPose {
        position_m_world,
        attitude_xyzw: None,
    })
}
pub fn turn_to([x, y, z, w]: [f64; 4]) -> Wire {
    let attitude_xyzw = Some(wire::Quaternion { x, y, z, w });
    Wire::GoToPose(wire::GoToPose {
        position_m_world: None,
        attitude_xyzw,
    })
}
pub fn fire(axis: wire::BodyAxis, level_ratio: f64, duration_s: f64) -> Wire {
    Wire::FireAxis(wire::FireAxis {
        axis: axis.into(),
        level_ratio,
        duration_s,
    })
}
pub fn segment([x, y, z]: Vec3, level_ratio: f64, duration_s: f64) -> wire::ThrustSegment {
    wire::ThrustSegment {
        duration_s,
        level_ratio,
        direction_body: Some(wire::Vector3 { x, y, z }),
        ramp_in_s: 0.0,
        ramp_out_s: 0.0,
        group: wire::ThrustGroup::Unspecified.into(),
    }
}
pub fn group(group: wire::ThrustGroup, level_ratio: f64, duration_s: f64) -> wire::ThrustSegment {
    wire::ThrustSegment {
        direction_body: None,
        group: group.into(),
        ..segment([0.0; 3], level_ratio, duration_s)
    }
}
pub fn profile(segments: Vec<wire::ThrustSegment>) -> Wire {
    Wire::ThrustProfile(wire::ThrustProfile { segments })
}
pub fn mode(mode: wire::FlightMode) -> Wire {
    Wire::SetMode(wire::SetMode { mode: mode.into() })
}
pub fn allocation(mode: wire::AllocationMode, confirmed: bool) -> Wire {
    Wire::SetAllocationMode(wire::SetAllocationMode {
        mode: mode.into(),
        confirmed,
    })
}
pub fn nozzles(nozzles: &[u32], level_ratio: f64, duration_s: f64) -> wire::FireNozzles {
    wire::FireNozzles {
        nozzles: nozzles.to_vec(),
        level_ratio,
        duration_s,
        confirmed: true,
    }
}
