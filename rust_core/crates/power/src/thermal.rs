//! Thermal nodes, explicit Euler.

use qiki_craft::{CLUSTERS, HeatSource, NODES_MAX, ThermalNode, ThermalPlane};

use crate::error::{PowerError, check_node};
use crate::watch::NodeWatch;

/// Lowest temperature of the model, °C: colder than any environment in a BotSpec. It only keeps a
/// bad description from making temperatures without meaning.
const TEMPERATURE_MIN_C: f64 = -120.0;
/// Highest temperature of the model, °C: above every trip (140 °C for the hull), so that a trip is
/// always reached.
const TEMPERATURE_MAX_C: f64 = 160.0;
/// The clusters' nodes, in cluster order.
const CLUSTER_NODES: [&str; CLUSTERS] = ["rcs_c01", "rcs_c02", "rcs_c03", "rcs_c04"];

/// What heats nodes: one number for each [`HeatSource`], W and A².
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct HeatDrive {
    /// Power of the computer, W.
    pub mcqpu_w: f64,
    /// Power of the narrow-band link, W.
    pub nbl_w: f64,
    /// Power of all loads, charging not counted, W.
    pub power_out_w: f64,
    /// Square of the current of the avionics bus, A².
    pub bus_a_squared: f64,
    /// Charge plus discharge power of the supercapacitor, W.
    pub supercap_w: f64,
    /// Charge plus discharge power of the battery, W.
    pub battery_w: f64,
    /// Square of the current over the dock bridge, A².
    pub dock_a_squared: f64,
    /// Power of the nozzles, by cluster, W.
    pub rcs_cluster_w: [f64; CLUSTERS],
}

impl HeatDrive {
    fn of(&self, source: HeatSource) -> f64 {
        match source {
            HeatSource::McqpuW => self.mcqpu_w,
            HeatSource::NblW => self.nbl_w,
            HeatSource::PowerOutW => self.power_out_w,
            HeatSource::BusASquared => self.bus_a_squared,
            HeatSource::SupercapW => self.supercap_w,
            HeatSource::BatteryW => self.battery_w,
            HeatSource::DockASquared => self.dock_a_squared,
            HeatSource::RcsW => self.rcs_cluster_w.iter().sum(),
            HeatSource::RcsCluster0W => self.rcs_cluster_w[0],
            HeatSource::RcsCluster1W => self.rcs_cluster_w[1],
            HeatSource::RcsCluster2W => self.rcs_cluster_w[2],
            HeatSource::RcsCluster3W => self.rcs_cluster_w[3],
        }
    }
}

/// One node as it is now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NodeReport<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its temperature against its limits.
    pub watch: NodeWatch,
}

/// The nodes, what couples them, and the environment.
#[derive(Debug, Clone)]
pub struct ThermalNet {
    nodes: Vec<ThermalNode>,
    watches: Vec<NodeWatch>,
    /// Indices of the two nodes, and the conductance, W/K.
    couplings: Vec<(usize, usize, f64)>,
    clusters: [usize; CLUSTERS],
    ambient_c: f64,
    exchange_w_per_k: f64,
    heat_w: Vec<f64>,
}

impl ThermalNet {
    /// Every node at its first temperature. `span_max_s` is the longest step that will ever be
    /// made.
    ///
    /// # Errors
    /// [`PowerError`] names the first node or number that the equations cannot take.
    pub fn new(plane: &ThermalPlane, span_max_s: f64) -> Result<Self, PowerError> {
        check_plane(plane)?;
        let find = |name: &str| {
            let found = plane.nodes.iter().position(|n| n.name == name);
            found.ok_or_else(|| PowerError::Missing(name.to_owned()))
        };
        let mut couplings = Vec::with_capacity(plane.couplings.len());
        for c in &plane.couplings {
            let [a, b] = &c.between;
            couplings.push((find(a)?, find(b)?, c.conductance_w_per_k));
        }
        let mut clusters = [0; CLUSTERS];
        for (slot, name) in clusters.iter_mut().zip(CLUSTER_NODES) {
            *slot = find(name)?;
        }
        let net = Self {
            nodes: plane.nodes.clone(),
            watches: plane.nodes.iter().map(NodeWatch::new).collect(),
            couplings,
            clusters,
            ambient_c: plane.ambient_c,
            exchange_w_per_k: plane.ambient_exchange_w_per_k,
            heat_w: vec![0.0; plane.nodes.len()],
        };
        net.check_stable(span_max_s)?;
        Ok(net)
    }

    /// One explicit Euler step of `span_s`, then trips and warnings.
    pub fn step(&mut self, drive: &HeatDrive, span_s: f64) {
        for (i, node) in self.nodes.iter().enumerate() {
            let excess_k = self.watches[i].temp_c() - self.ambient_c;
            let loss_w = (node.cooling_w_per_k + self.exchange_w_per_k) * excess_k;
            let gain_w: f64 = node.heat.iter().map(|h| h.gain * drive.of(h.source)).sum();
            self.heat_w[i] = gain_w - loss_w;
        }
        for &(a, b, conductance) in &self.couplings {
            let flow_w = conductance * (self.watches[a].temp_c() - self.watches[b].temp_c());
            self.heat_w[a] -= flow_w;
            self.heat_w[b] += flow_w;
        }
        for (i, node) in self.nodes.iter().enumerate() {
            let before_c = self.watches[i].temp_c();
            let after_c = before_c + span_s * self.heat_w[i] / node.heat_capacity_j_per_k;
            self.watches[i].update(held(before_c, after_c, self.ambient_c));
        }
    }

    /// The node of this name.
    #[must_use]
    pub fn watch(&self, name: &str) -> Option<&NodeWatch> {
        self.index(name).map(|i| &self.watches[i])
    }

    /// The nodes of clusters 0..3.
    #[must_use]
    pub fn clusters(&self) -> [NodeWatch; CLUSTERS] {
        self.clusters.map(|i| self.watches[i])
    }

    /// All nodes, in the craft's order.
    pub fn nodes(&self) -> impl Iterator<Item = NodeReport<'_>> {
        let pairs = self.nodes.iter().zip(&self.watches);
        pairs.map(|(node, watch)| NodeReport {
            name: &node.name,
            watch: *watch,
        })
    }

    /// Bit i: node i has tripped.
    #[must_use]
    pub fn tripped(&self) -> u32 {
        self.mask(NodeWatch::tripped)
    }

    /// Bit i: node i is warm.
    #[must_use]
    pub fn warned(&self) -> u32 {
        self.mask(NodeWatch::warned)
    }

    pub(crate) fn index(&self, name: &str) -> Option<usize> {
        self.nodes.iter().position(|n| n.name == name)
    }

    pub(crate) fn at(&self, index: Option<usize>) -> Option<&NodeWatch> {
        index.map(|i| &self.watches[i])
    }

    pub(crate) fn name(&self, index: usize) -> &str {
        &self.nodes[index].name
    }

    fn mask(&self, holds: impl Fn(&NodeWatch) -> bool) -> u32 {
        let bits = self.watches.iter().enumerate();
        bits.fold(0, |mask, (i, watch)| mask | u32::from(holds(watch)) << i)
    }

    /// An explicit step must not carry a node past the mean temperature of what it is coupled to.
    fn check_stable(&self, span_s: f64) -> Result<(), PowerError> {
        for (i, node) in self.nodes.iter().enumerate() {
            let touching = self.couplings.iter().filter(|(a, b, _)| *a == i || *b == i);
            let coupled: f64 = touching.map(|(_, _, g)| g).sum();
            let least = span_s * (coupled + node.cooling_w_per_k + self.exchange_w_per_k);
            if node.heat_capacity_j_per_k < least {
                return Err(PowerError::Unstable {
                    node: node.name.clone(),
                    heat_capacity_j_per_k: node.heat_capacity_j_per_k,
                    least_j_per_k: least,
                });
            }
        }
        Ok(())
    }
}

/// Cooling ends at the environment's temperature, except for a node that is colder already. Then
/// the range of the model.
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

fn check_plane(plane: &ThermalPlane) -> Result<(), PowerError> {
    let check = |path: String, value: f64, least: f64, need: &'static str| {
        if value.is_finite() && value >= least {
            return Ok(());
        }
        Err(PowerError::Thermal { path, value, need })
    };
    check(
        "thermal.ambient_c".to_owned(),
        plane.ambient_c,
        f64::MIN,
        "a finite number",
    )?;
    check(
        "thermal.ambient_exchange_w_per_k".to_owned(),
        plane.ambient_exchange_w_per_k,
        0.0,
        "0 W/K or more",
    )?;
    for (i, coupling) in plane.couplings.iter().enumerate() {
        let path = format!("thermal.couplings[{i}].conductance_w_per_k");
        check(path, coupling.conductance_w_per_k, 0.0, "0 W/K or more")?;
    }
    if plane.nodes.len() > NODES_MAX {
        return Err(PowerError::Count(plane.nodes.len()));
    }
    for (i, node) in plane.nodes.iter().enumerate() {
        if plane.nodes[..i].iter().any(|other| other.name == node.name) {
            return Err(PowerError::Twin(node.name.clone()));
        }
        check_node(node)?;
    }
    Ok(())
}
