//! Faults between the craft and the controller, as the rigs' fault injector has them.

use qiki_craft::{CLUSTERS, Feedback, Fresh, NOZZLES, NOZZLES_PER_CLUSTER, ValveCommand};
use qiki_plant::{Plant, PlantError, ValveFault};

use crate::mersenne::Mersenne;

/// The sensors of navigation, acceleration among them.
const NAVIGATION: Fresh = Fresh(
    Fresh::RATES.0
        | Fresh::ACCELERATION.0
        | Fresh::ATTITUDE.0
        | Fresh::POSITION.0
        | Fresh::VELOCITY.0,
);
/// The parts of a feedback, each lost or kept by a draw of its own, in this order.
const PARTS: [Fresh; 13] = [
    Fresh::RATES,
    Fresh::ACCELERATION,
    Fresh::ATTITUDE,
    Fresh::POSITION,
    Fresh::VELOCITY,
    Fresh::POWER,
    Fresh::THERMAL,
    Fresh::valves(0),
    Fresh::valves(1),
    Fresh::valves(2),
    Fresh::valves(3),
    Fresh::POWER_DETAIL,
    Fresh::NODES,
];
/// What can drop out: each sensor alone, and all of navigation.
const SENSORS: [(&str, Fresh); 5] = [
    ("rates", Fresh::RATES),
    ("attitude", Fresh::ATTITUDE),
    ("position", Fresh::POSITION),
    ("velocity", Fresh::VELOCITY),
    ("all", NAVIGATION),
];

/// A fault that no case can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("fault {kind}: {what} is not one that can be put into a simulated craft")]
pub struct FaultError {
    kind: String,
    what: String,
}

/// Something that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A valve (nozzle 0..16) that does not move, or whose sensor lies.
    Valve(usize, ValveFault),
    /// A sensor reports nothing, by its place in the list of those that can.
    Dropout(usize),
    /// The node of a cluster (0..4) is dead.
    NodeSilent(usize),
    /// This part of all reports is lost, percent.
    LostFrames(u8),
}

impl Fault {
    /// The fault of a `RigFault` message.
    ///
    /// # Errors
    /// [`FaultError`] where there is no such fault or nothing to put it on.
    pub fn from_wire(kind: &str, target: u32, sensor: &str) -> Result<Self, FaultError> {
        let number = target as usize;
        let found = match kind {
            "node_silent" if number < CLUSTERS => Some(Self::NodeSilent(number)),
            "lost_frames" if target <= 100 => u8::try_from(target).ok().map(Self::LostFrames),
            "nav_dropout" => SENSORS
                .iter()
                .position(|(name, _)| *name == sensor)
                .map(Self::Dropout),
            _ => ValveFault::from_name(kind)
                .filter(|_| number < NOZZLES)
                .map(|fault| Self::Valve(number, fault)),
        };
        found.ok_or_else(|| FaultError {
            kind: kind.to_owned(),
            what: format!("target {target}, sensor {sensor:?}"),
        })
    }
}

/// The faults that are on.
#[derive(Debug, Clone)]
pub(crate) struct Injector {
    random: Mersenne,
    dropouts: [bool; SENSORS.len()],
    silent: [bool; CLUSTERS],
    loss_ratio: f64,
    inner: Feedback,
}

impl Injector {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            random: Mersenne::new(seed),
            dropouts: [false; SENSORS.len()],
            silent: [false; CLUSTERS],
            loss_ratio: 0.0,
            inner: Feedback::default(),
        }
    }

    /// Begins or ends a fault.
    pub(crate) fn put(
        &mut self,
        plant: &mut Plant,
        fault: Fault,
        active: bool,
    ) -> Result<(), PlantError> {
        match fault {
            Fault::Valve(nozzle, kind) => {
                let kind = if active { kind } else { ValveFault::None };
                return plant.set_valve_fault(nozzle, kind);
            }
            Fault::Dropout(sensor) => self.dropouts[sensor] = active,
            Fault::NodeSilent(cluster) => self.silent[cluster] = active,
            Fault::LostFrames(percent) => {
                self.loss_ratio = if active {
                    f64::from(percent) / 100.0
                } else {
                    0.0
                };
            }
        }
        Ok(())
    }

    /// What the plant reports, less what the faults take away; the values of what is taken away
    /// stay what they were.
    pub(crate) fn sense(&mut self, plant: &mut Plant, feedback: &mut Feedback) {
        if !self.takes_away() {
            plant.sense(feedback);
            return;
        }
        plant.sense(&mut self.inner);
        let kept = Fresh(self.inner.fresh.0 & !self.hidden().0);
        copy(&self.inner, feedback, kept);
    }

    /// The command, without the valves of silent nodes.
    pub(crate) fn command(&self, plant: &mut Plant, command: &ValveCommand) {
        let mut given = *command;
        for (nozzle, on_time_us) in given.on_time_us.iter_mut().enumerate() {
            if self.silent[nozzle / NOZZLES_PER_CLUSTER] {
                *on_time_us = 0;
            }
        }
        plant.command(&given);
    }

    fn takes_away(&self) -> bool {
        self.loss_ratio > 0.0 || self.dropouts.contains(&true) || self.silent.contains(&true)
    }

    fn hidden(&mut self) -> Fresh {
        let mut hidden = Fresh::default();
        for (on, (_, parts)) in self.dropouts.iter().zip(SENSORS) {
            if *on {
                hidden.set(parts);
            }
        }
        for (cluster, on) in self.silent.iter().enumerate() {
            if *on {
                hidden.set(Fresh::valves(cluster));
            }
        }
        if self.loss_ratio > 0.0 {
            for part in PARTS {
                if self.inner.fresh.has(part) && self.random.random() < self.loss_ratio {
                    hidden.set(part);
                }
            }
        }
        hidden
    }
}

fn copy(from: &Feedback, to: &mut Feedback, parts: Fresh) {
    to.fresh = parts;
    if parts.has(Fresh::RATES) {
        to.rates_rps_body = from.rates_rps_body;
    }
    if parts.has(Fresh::ACCELERATION) {
        to.acceleration_mps2_body = from.acceleration_mps2_body;
    }
    if parts.has(Fresh::ATTITUDE) {
        to.attitude_xyzw = from.attitude_xyzw;
    }
    if parts.has(Fresh::POSITION) {
        to.position_m_world = from.position_m_world;
    }
    if parts.has(Fresh::VELOCITY) {
        to.velocity_mps_world = from.velocity_mps_world;
    }
    if parts.has(Fresh::POWER) {
        to.battery_soc = from.battery_soc;
        to.supercap_soc = from.supercap_soc;
        to.bus_v = from.bus_v;
        to.load_w = from.load_w;
        to.propellant_kg = from.propellant_kg;
    }
    if parts.has(Fresh::THERMAL) {
        to.cluster_temp_c = from.cluster_temp_c;
    }
    if parts.has(Fresh::POWER_DETAIL) {
        to.power_detail = from.power_detail;
    }
    if parts.has(Fresh::NODES) {
        to.nodes = from.nodes;
    }
    for cluster in 0..CLUSTERS {
        if parts.has(Fresh::valves(cluster)) {
            copy_valves(from, to, cluster);
        }
    }
}

fn copy_valves(from: &Feedback, to: &mut Feedback, cluster: usize) {
    let first = cluster * NOZZLES_PER_CLUSTER;
    let nozzles = first..first + NOZZLES_PER_CLUSTER;
    to.open_time_us[nozzles.clone()].copy_from_slice(&from.open_time_us[nozzles]);
    let mask = 0xF << first;
    to.valve_fault = to.valve_fault & !mask | from.valve_fault & mask;
    to.node_state[cluster] = from.node_state[cluster];
}
