//! What passes between a rig and the controller in one tick.

use crate::{
    CLUSTERS, NOZZLES, NOZZLES_PER_CLUSTER, NodeTemps, PowerDetail, Quat, Vec3, nozzles_of,
    nozzles_where,
};

/// Which parts of a [`Feedback`] arrived in this tick: a set of bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fresh(pub u32);

impl Fresh {
    /// Body rates.
    pub const RATES: Self = Self(1);
    /// Specific force.
    pub const ACCELERATION: Self = Self(1 << 1);
    /// Attitude.
    pub const ATTITUDE: Self = Self(1 << 2);
    /// Position.
    pub const POSITION: Self = Self(1 << 3);
    /// Velocity.
    pub const VELOCITY: Self = Self(1 << 4);
    /// Battery, supercapacitor, bus, propellant.
    pub const POWER: Self = Self(1 << 5);
    /// Cluster temperatures.
    pub const THERMAL: Self = Self(1 << 6);
    /// The power plane in detail.
    pub const POWER_DETAIL: Self = Self(1 << 7);
    /// Temperatures of all thermal nodes.
    pub const NODES: Self = Self(1 << 12);
    /// All of navigation.
    pub const NAVIGATION: Self = Self(
        Self::RATES.0
            | Self::ACCELERATION.0
            | Self::ATTITUDE.0
            | Self::POSITION.0
            | Self::VELOCITY.0,
    );
    /// Every part of a feedback, in the order in which it is decided which of them are lost.
    pub const PARTS: [Self; 13] = [
        Self::RATES,
        Self::ACCELERATION,
        Self::ATTITUDE,
        Self::POSITION,
        Self::VELOCITY,
        Self::POWER,
        Self::THERMAL,
        Self::valves(0),
        Self::valves(1),
        Self::valves(2),
        Self::valves(3),
        Self::POWER_DETAIL,
        Self::NODES,
    ];

    /// The valve status of a cluster (0..4).
    #[must_use]
    pub const fn valves(cluster: usize) -> Self {
        Self(1 << (8 + cluster))
    }

    /// The nozzles whose clusters' valve status is among these: bit n is nozzle n.
    #[must_use]
    pub fn nozzles_heard(self) -> u16 {
        (0..CLUSTERS)
            .filter(|cluster| self.has(Self::valves(*cluster)))
            .fold(0, |heard, cluster| heard | nozzles_of(cluster))
    }

    /// Whether every bit of `other` is set.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The bits that are not in `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Sets the bits of `other`.
    pub const fn set(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// State that a valve node reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum NodeState {
    /// Not heard.
    #[default]
    Offline = 0,
    /// Alive, valves closed, no commands taken.
    Silent = 1,
    /// Alive and following valve commands.
    Armed = 2,
    /// Armed, but commands stopped for three periods: valves closed by the node.
    Failsafe = 3,
    /// The node found a fault in itself; valves closed.
    Fault = 4,
}

impl NodeState {
    /// The state with this wire value; unknown values read as [`NodeState::Fault`].
    #[must_use]
    pub const fn from_wire(value: u8) -> Self {
        match value {
            0 => Self::Offline,
            1 => Self::Silent,
            2 => Self::Armed,
            3 => Self::Failsafe,
            _ => Self::Fault,
        }
    }
}

/// All that a rig reports to the controller in one tick. A value is valid only where its bit in
/// `fresh` is set; the others are left from earlier ticks.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Feedback {
    /// What arrived in this tick.
    pub fresh: Fresh,
    /// Angular rate of the body against the world, rad/s, body.
    pub rates_rps_body: Vec3,
    /// Specific force at the centre of mass, m/s², body.
    pub acceleration_mps2_body: Vec3,
    /// Attitude, body to world.
    pub attitude_xyzw: Quat,
    /// Centre of mass, m, world.
    pub position_m_world: Vec3,
    /// Velocity of the centre of mass, m/s, world.
    pub velocity_mps_world: Vec3,
    /// How long each valve was measured open during the last tick, µs; of a throttleable nozzle
    /// the time integral of its level.
    pub open_time_us: [u32; NOZZLES],
    /// Bit n: the node reports a fault of valve n.
    pub valve_fault: u16,
    /// State of each cluster's node.
    pub node_state: [NodeState; CLUSTERS],
    /// Battery state of charge, 0..1.
    pub battery_soc: f64,
    /// Supercapacitor state of charge, 0..1.
    pub supercap_soc: f64,
    /// Bus voltage, V.
    pub bus_v: f64,
    /// Power drawn by everything, W.
    pub load_w: f64,
    /// Propellant left, kg.
    pub propellant_kg: f64,
    /// Temperature of each cluster, °C.
    pub cluster_temp_c: [f64; CLUSTERS],
    /// The power plane in detail. No part of control.
    pub power_detail: PowerDetail,
    /// All thermal nodes, the clusters' too.
    pub nodes: NodeTemps,
}

impl Feedback {
    /// Takes over the values of `parts` from another feedback; these are then what is fresh. The
    /// values of all other parts stay what they were.
    pub fn take_parts(&mut self, from: &Self, parts: Fresh) {
        self.fresh = parts;
        if parts.has(Fresh::RATES) {
            self.rates_rps_body = from.rates_rps_body;
        }
        if parts.has(Fresh::ACCELERATION) {
            self.acceleration_mps2_body = from.acceleration_mps2_body;
        }
        if parts.has(Fresh::ATTITUDE) {
            self.attitude_xyzw = from.attitude_xyzw;
        }
        if parts.has(Fresh::POSITION) {
            self.position_m_world = from.position_m_world;
        }
        if parts.has(Fresh::VELOCITY) {
            self.velocity_mps_world = from.velocity_mps_world;
        }
        for cluster in 0..CLUSTERS {
            if parts.has(Fresh::valves(cluster)) {
                self.take_valves(from, cluster);
            }
        }
        self.take_housekeeping(from, parts);
    }

    fn take_housekeeping(&mut self, from: &Self, parts: Fresh) {
        if parts.has(Fresh::POWER) {
            self.battery_soc = from.battery_soc;
            self.supercap_soc = from.supercap_soc;
            self.bus_v = from.bus_v;
            self.load_w = from.load_w;
            self.propellant_kg = from.propellant_kg;
        }
        if parts.has(Fresh::THERMAL) {
            self.cluster_temp_c = from.cluster_temp_c;
        }
        if parts.has(Fresh::POWER_DETAIL) {
            self.power_detail = from.power_detail;
        }
        if parts.has(Fresh::NODES) {
            self.nodes = from.nodes;
        }
    }

    fn take_valves(&mut self, from: &Self, cluster: usize) {
        let first = cluster * NOZZLES_PER_CLUSTER;
        let nozzles = first..first + NOZZLES_PER_CLUSTER;
        self.open_time_us[nozzles.clone()].copy_from_slice(&from.open_time_us[nozzles]);
        let mask = nozzles_of(cluster);
        self.valve_fault = self.valve_fault & !mask | from.valve_fault & mask;
        self.node_state[cluster] = from.node_state[cluster];
    }
}

/// All that the controller commands a rig in one tick.
///
/// A valve has at most one edge per tick, because the shortest pulse and pause are longer than
/// a tick. So one number is enough: a valve that is open at the start of the tick stays open
/// for `on_time_us` and then closes; a valve that is closed opens `on_time_us` before the end
/// of the tick and stays open. Zero is closed, the whole period is open.
///
/// Of a throttleable nozzle the number is its level: on-time over period is the thrust, of full
/// thrust, for the whole tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ValveCommand {
    /// Whether the rig's nodes may open valves at all.
    pub armed: bool,
    /// On-time of each nozzle within the tick, µs; of a throttleable one its level in the period.
    pub on_time_us: [u32; NOZZLES],
}

impl ValveCommand {
    /// The same with all valves closed.
    #[must_use]
    pub fn closed(&self) -> Self {
        Self {
            armed: self.armed,
            ..Self::default()
        }
    }

    /// The nozzles that are to be open at any moment of the tick: bit n is nozzle n.
    #[must_use]
    pub fn nozzles_opened(&self) -> u16 {
        nozzles_where(|n| self.on_time_us[n] > 0)
    }

    /// On-times of one cluster (0..4), µs, in nozzle order.
    #[must_use]
    pub fn cluster_on_time_us(&self, cluster: usize) -> [u32; NOZZLES_PER_CLUSTER] {
        std::array::from_fn(|i| self.on_time_us[cluster * NOZZLES_PER_CLUSTER + i])
    }
}

/// What a simulated rig knows and a controller never sees.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Truth {
    /// Centre of mass, m, world.
    pub position_m_world: Vec3,
    /// Velocity of the centre of mass, m/s, world.
    pub velocity_mps_world: Vec3,
    /// Attitude, body to world.
    pub attitude_xyzw: Quat,
    /// Angular rate, rad/s, body.
    pub rates_rps_body: Vec3,
    /// Mass with the propellant left, kg.
    pub mass_kg: f64,
}
