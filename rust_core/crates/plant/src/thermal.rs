//! Thermal nodes, explicit Euler.

use qiki_craft::{CLUSTERS, HeatSource, PowerPlane, ThermalNode, ThermalPlane};

use crate::PlantError;
use crate::error::check;
use crate::power::{Power, PowerState};

/// Where every temperature is held, °C.
const TEMPERATURE_MIN_C: f64 = -120.0;
const TEMPERATURE_MAX_C: f64 = 160.0;
/// The clusters' nodes, in cluster order.
const CLUSTER_NODES: [&str; CLUSTERS] = ["rcs_c01", "rcs_c02", "rcs_c03", "rcs_c04"];

/// What heats nodes, W and A².
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct HeatDrive {
    mcqpu_w: f64,
    nbl_w: f64,
    power_out_w: f64,
    bus_a_squared: f64,
    supercap_w: f64,
    battery_w: f64,
    rcs_cluster_w: [f64; CLUSTERS],
}

impl HeatDrive {
    /// From the power step that has just been made.
    pub(crate) fn new(plane: &PowerPlane, power: &Power, rcs_cluster_w: [f64; CLUSTERS]) -> Self {
        let state: &PowerState = &power.state;
        let avionics_a = power.steady_w() / state.bus_v;
        Self {
            mcqpu_w: plane.mcqpu_w,
            nbl_w: plane.nbl_w,
            power_out_w: state.load_w,
            bus_a_squared: avionics_a * avionics_a,
            supercap_w: state.supercap_w.abs(),
            battery_w: state.battery_w.abs(),
            rcs_cluster_w,
        }
    }

    fn of(&self, source: HeatSource) -> f64 {
        match source {
            HeatSource::McqpuW => self.mcqpu_w,
            HeatSource::NblW => self.nbl_w,
            HeatSource::PowerOutW => self.power_out_w,
            HeatSource::BusASquared => self.bus_a_squared,
            HeatSource::SupercapW => self.supercap_w,
            HeatSource::BatteryW => self.battery_w,
            // The plant flies free: no dock bridge carries current.
            HeatSource::DockASquared => 0.0,
            HeatSource::RcsW => self.rcs_cluster_w.iter().sum(),
            HeatSource::RcsCluster0W => self.rcs_cluster_w[0],
            HeatSource::RcsCluster1W => self.rcs_cluster_w[1],
            HeatSource::RcsCluster2W => self.rcs_cluster_w[2],
            HeatSource::RcsCluster3W => self.rcs_cluster_w[3],
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Thermal {
    nodes: Vec<ThermalNode>,
    /// Indices of the two nodes, and the conductance, W/K.
    couplings: Vec<(usize, usize, f64)>,
    clusters: [usize; CLUSTERS],
    ambient_c: f64,
    exchange_w_per_k: f64,
    temperatures_c: Vec<f64>,
    heat_w: Vec<f64>,
}

impl Thermal {
    /// `span_max_s` is the longest step that will ever be made.
    pub(crate) fn new(plane: &ThermalPlane, span_max_s: f64) -> Result<Self, PlantError> {
        check_plane(plane)?;
        let mut couplings = Vec::with_capacity(plane.couplings.len());
        for c in &plane.couplings {
            let pair = (find(plane, &c.between[0])?, find(plane, &c.between[1])?);
            couplings.push((pair.0, pair.1, c.conductance_w_per_k));
        }
        let mut clusters = [0; CLUSTERS];
        for (slot, name) in clusters.iter_mut().zip(CLUSTER_NODES) {
            *slot = find(plane, name)?;
        }
        let thermal = Self {
            nodes: plane.nodes.clone(),
            couplings,
            clusters,
            ambient_c: plane.ambient_c,
            exchange_w_per_k: plane.ambient_exchange_w_per_k,
            temperatures_c: plane.nodes.iter().map(|n| n.init_c).collect(),
            heat_w: vec![0.0; plane.nodes.len()],
        };
        thermal.check_stable(span_max_s)?;
        Ok(thermal)
    }

    /// One explicit Euler step of `span_s`.
    pub(crate) fn step(&mut self, drive: &HeatDrive, span_s: f64) {
        for (i, node) in self.nodes.iter().enumerate() {
            let excess_k = self.temperatures_c[i] - self.ambient_c;
            let loss_w = (node.cooling_w_per_k + self.exchange_w_per_k) * excess_k;
            let gain_w: f64 = node.heat.iter().map(|h| h.gain * drive.of(h.source)).sum();
            self.heat_w[i] = gain_w - loss_w;
        }
        for &(a, b, conductance) in &self.couplings {
            let flow_w = conductance * (self.temperatures_c[a] - self.temperatures_c[b]);
            self.heat_w[a] -= flow_w;
            self.heat_w[b] += flow_w;
        }
        for (i, node) in self.nodes.iter().enumerate() {
            let before = self.temperatures_c[i];
            let after = before + span_s * self.heat_w[i] / node.heat_capacity_j_per_k;
            self.temperatures_c[i] = held(before, after, self.ambient_c);
        }
    }

    pub(crate) fn cluster_c(&self) -> [f64; CLUSTERS] {
        self.clusters.map(|i| self.temperatures_c[i])
    }

    pub(crate) fn by_name(&self) -> impl Iterator<Item = (&str, f64)> {
        self.nodes
            .iter()
            .zip(&self.temperatures_c)
            .map(|(n, t)| (n.name.as_str(), *t))
    }

    /// A step must not carry a node past the mean of what it is coupled to.
    fn check_stable(&self, span_s: f64) -> Result<(), PlantError> {
        for (i, node) in self.nodes.iter().enumerate() {
            let touching = self.couplings.iter().filter(|(a, b, _)| *a == i || *b == i);
            let coupled: f64 = touching.map(|(_, _, g)| g).sum();
            let least = span_s * (coupled + node.cooling_w_per_k + self.exchange_w_per_k);
            if node.heat_capacity_j_per_k < least {
                return Err(PlantError::ThermalStep {
                    name: node.name.clone(),
                    heat_capacity_j_per_k: node.heat_capacity_j_per_k,
                    least_j_per_k: least,
                });
            }
        }
        Ok(())
    }
}

/// Cooling ends at the environment's temperature, but a node that is colder already is left
/// alone; then the range that every node keeps.
fn held(before_c: f64, after_c: f64, ambient_c: f64) -> f64 {
    let floor_c = if before_c >= ambient_c {
        ambient_c
    } else {
        f64::NEG_INFINITY
    };
    after_c
        .max(floor_c)
        .clamp(TEMPERATURE_MIN_C, TEMPERATURE_MAX_C)
}

fn find(plane: &ThermalPlane, name: &str) -> Result<usize, PlantError> {
    let found = plane.nodes.iter().position(|n| n.name == name);
    found.ok_or_else(|| PlantError::ThermalNode(name.to_owned()))
}

fn check_plane(plane: &ThermalPlane) -> Result<(), PlantError> {
    let at = |field: &'static str| move || format!("thermal.{field}");
    check(
        at("ambient_c"),
        plane.ambient_c,
        |_| true,
        "a finite number",
    )?;
    let exchange = plane.ambient_exchange_w_per_k;
    check(
        at("ambient_exchange_w_per_k"),
        exchange,
        |x| x >= 0.0,
        "0 W/K or more",
    )?;
    for (i, coupling) in plane.couplings.iter().enumerate() {
        let path = || format!("thermal.couplings[{i}].conductance_w_per_k");
        check(
            path,
            coupling.conductance_w_per_k,
            |x| x >= 0.0,
            "0 W/K or more",
        )?;
    }
    for (i, node) in plane.nodes.iter().enumerate() {
        if plane.nodes[..i].iter().any(|other| other.name == node.name) {
            return Err(PlantError::ThermalTwin(node.name.clone()));
        }
        check_node(node)?;
    }
    Ok(())
}

fn check_node(node: &ThermalNode) -> Result<(), PlantError> {
    let at = |field: &'static str| move || format!("thermal.nodes \"{}\" {field}", node.name);
    let capacity = node.heat_capacity_j_per_k;
    check(
        at("heat_capacity_j_per_k"),
        capacity,
        |x| x > 0.0,
        "a heat capacity above 0 J/K",
    )?;
    check(
        at("cooling_w_per_k"),
        node.cooling_w_per_k,
        |x| x >= 0.0,
        "0 W/K or more",
    )?;
    check(at("init_c"), node.init_c, |_| true, "a finite number")?;
    for input in &node.heat {
        check(at("heat gain"), input.gain, |_| true, "a finite number")?;
    }
    Ok(())
}
