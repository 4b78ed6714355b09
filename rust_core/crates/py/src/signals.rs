//! `Feedback`, `ValveCommand` and `Truth` as Python objects.

use prost::Message;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};
use qiki_craft::{
    self as craft, CLUSTERS, Fresh, NODES_MAX, NOZZLES, NOZZLES_PER_CLUSTER, NodeState,
};
use qiki_messages::telemetry::PowerDetail;
use qiki_messages::{detail_from_message, detail_to_message};

use crate::error::{CoreError, Result};

type Triple = (f64, f64, f64);
type Quadruple = (f64, f64, f64, f64);

fn triple(v: [f64; 3]) -> Triple {
    (v[0], v[1], v[2])
}

fn quadruple(v: [f64; 4]) -> Quadruple {
    (v[0], v[1], v[2], v[3])
}

/// All that a rig tells the controller in one tick. Made once and filled again every tick.
///
/// A setter marks its part as fresh; `clear` unmarks everything (the values stay). Setters take
/// finite floats in SI units; attitudes are (x, y, z, w), body to world.
#[pyclass(module = "qiki_hil._core")]
#[derive(Clone, Default)]
pub struct Feedback(pub craft::Feedback);

#[pymethods]
impl Feedback {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    /// Marks everything as not fresh. A rig calls it first in every `read`.
    fn clear(&mut self) {
        self.0.fresh = Fresh::default();
    }

    /// Body rates, rad/s, body.
    fn set_rates(&mut self, x: f64, y: f64, z: f64) {
        self.0.rates_rps_body = [x, y, z];
        self.0.fresh.set(Fresh::RATES);
    }

    /// Specific force at the centre of mass, m/s², body.
    fn set_acceleration(&mut self, x: f64, y: f64, z: f64) {
        self.0.acceleration_mps2_body = [x, y, z];
        self.0.fresh.set(Fresh::ACCELERATION);
    }

    /// Attitude quaternion, scalar last, body to world.
    fn set_attitude(&mut self, x: f64, y: f64, z: f64, w: f64) {
        self.0.attitude_xyzw = [x, y, z, w];
        self.0.fresh.set(Fresh::ATTITUDE);
    }

    /// Centre of mass, m, world.
    fn set_position(&mut self, x: f64, y: f64, z: f64) {
        self.0.position_m_world = [x, y, z];
        self.0.fresh.set(Fresh::POSITION);
    }

    /// Velocity of the centre of mass, m/s, world.
    fn set_velocity(&mut self, x: f64, y: f64, z: f64) {
        self.0.velocity_mps_world = [x, y, z];
        self.0.fresh.set(Fresh::VELOCITY);
    }

    /// Status of one cluster: (4,) measured open time in the last tick, µs; bit i of `fault_bits`
    /// is nozzle i of the cluster; `node_state` 0 offline, 1 silent, 2 armed, 3 failsafe, 4 fault.
    /// Raises ValueError where cluster or length are wrong.
    fn set_valves(
        &mut self,
        cluster: usize,
        open_time_us: [u32; NOZZLES_PER_CLUSTER],
        fault_bits: u16,
        node_state: u8,
    ) -> Result<()> {
        if cluster >= CLUSTERS {
            return Err(CoreError::value(format!(
                "cluster: {cluster} given, 0..{CLUSTERS} needed"
            )));
        }
        let first = cluster * NOZZLES_PER_CLUSTER;
        self.0.open_time_us[first..first + NOZZLES_PER_CLUSTER].copy_from_slice(&open_time_us);
        let mask = 0xF << first;
        self.0.valve_fault = (self.0.valve_fault & !mask) | (fault_bits << first & mask);
        self.0.node_state[cluster] = NodeState::from_wire(node_state);
        self.0.fresh.set(Fresh::valves(cluster));
        Ok(())
    }

    /// States of charge 0..1, bus voltage V, load W, propellant kg.
    fn set_power(
        &mut self,
        battery_soc: f64,
        supercap_soc: f64,
        bus_v: f64,
        load_w: f64,
        propellant_kg: f64,
    ) {
        self.0.battery_soc = battery_soc;
        self.0.supercap_soc = supercap_soc;
        self.0.bus_v = bus_v;
        self.0.load_w = load_w;
        self.0.propellant_kg = propellant_kg;
        self.0.fresh.set(Fresh::POWER);
    }

    /// Cluster temperatures, °C.
    fn set_cluster_temps(&mut self, c0: f64, c1: f64, c2: f64, c3: f64) {
        self.0.cluster_temp_c = [c0, c1, c2, c3];
        self.0.fresh.set(Fresh::THERMAL);
    }

    /// An encoded `qiki.telemetry.v1.PowerDetail`. Raises ValueError where it is none.
    fn set_power_detail(&mut self, message: &[u8]) -> Result<()> {
        let message = PowerDetail::decode(message)
            .map_err(|error| CoreError::value(format!("power detail: {error}")))?;
        self.0.power_detail = detail_from_message(&message);
        self.0.fresh.set(Fresh::POWER_DETAIL);
        Ok(())
    }

    /// Temperatures of the thermal nodes in the order of the craft's description, °C, NaN where not
    /// known; bit i of `warned` and `tripped` is node i. Raises ValueError for more than 32.
    fn set_nodes(&mut self, temp_c: Vec<f64>, warned: u32, tripped: u32) -> Result<()> {
        if temp_c.len() > NODES_MAX {
            return Err(CoreError::value(format!(
                "temp_c: {} given, at most {NODES_MAX} needed",
                temp_c.len()
            )));
        }
        self.0.nodes.set_temps_c(temp_c.into_iter());
        self.0.nodes.warned = warned;
        self.0.nodes.tripped = tripped;
        self.0.fresh.set(Fresh::NODES);
        Ok(())
    }

    /// What arrived in this tick: a sum of the `FRESH_...` bits.
    #[getter]
    fn fresh(&self) -> u32 {
        self.0.fresh.0
    }

    /// (3,) angular rate of the body, rad/s, body.
    #[getter]
    fn rates_rps_body(&self) -> Triple {
        triple(self.0.rates_rps_body)
    }

    /// (3,) specific force at the centre of mass, m/s², body.
    #[getter]
    fn acceleration_mps2_body(&self) -> Triple {
        triple(self.0.acceleration_mps2_body)
    }

    /// (4,) attitude, scalar last, body to world.
    #[getter]
    fn attitude_xyzw(&self) -> Quadruple {
        quadruple(self.0.attitude_xyzw)
    }

    /// (3,) centre of mass, m, world.
    #[getter]
    fn position_m_world(&self) -> Triple {
        triple(self.0.position_m_world)
    }

    /// (3,) velocity of the centre of mass, m/s, world.
    #[getter]
    fn velocity_mps_world(&self) -> Triple {
        triple(self.0.velocity_mps_world)
    }

    /// (16,) how long each valve was measured open in the last tick, µs.
    #[getter]
    fn open_time_us<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyTuple>> {
        Ok(PyTuple::new(py, self.0.open_time_us)?)
    }

    /// Bit n: the node reports a fault of valve n.
    #[getter]
    fn valve_fault(&self) -> u16 {
        self.0.valve_fault
    }

    /// (4,) state of the valve nodes, as in `set_valves`.
    #[getter]
    fn node_state(&self) -> (u8, u8, u8, u8) {
        let [a, b, c, d] = self.0.node_state.map(|s| s as u8);
        (a, b, c, d)
    }

    /// In the order of `set_power`.
    #[getter]
    fn power(&self) -> (f64, f64, f64, f64, f64) {
        let f = &self.0;
        (
            f.battery_soc,
            f.supercap_soc,
            f.bus_v,
            f.load_w,
            f.propellant_kg,
        )
    }

    /// (4,) temperature of each cluster, °C.
    #[getter]
    fn cluster_temp_c(&self) -> Quadruple {
        quadruple(self.0.cluster_temp_c)
    }

    /// As in `set_power_detail`.
    #[getter]
    fn power_detail<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let message = detail_to_message(&self.0.power_detail);
        PyBytes::new(py, &message.encode_to_vec())
    }

    /// In the order of `set_nodes`.
    #[getter]
    fn nodes(&self) -> (Vec<f64>, u32, u32) {
        let nodes = &self.0.nodes;
        (nodes.temps_c().to_vec(), nodes.warned, nodes.tripped)
    }

    fn __copy__(&self) -> Self {
        self.clone()
    }

    fn __deepcopy__(&self, _memo: &Bound<'_, PyAny>) -> Self {
        self.clone()
    }

    fn __reduce__(&self) -> Result<()> {
        Err(CoreError::Pickled("Feedback"))
    }
}

/// All that the controller tells a rig in one tick.
///
/// At most one edge per tick: a valve that is open at the start of the tick stays open for its
/// on-time and then closes; a valve that is closed opens its on-time before the end of the tick and
/// stays open. Zero is closed, the whole period is open.
#[pyclass(module = "qiki_hil._core")]
#[derive(Clone, Default)]
pub struct ValveCommand(pub craft::ValveCommand);

#[pymethods]
impl ValveCommand {
    #[new]
    #[pyo3(signature = (armed = false, on_time_us = None))]
    fn new(armed: bool, on_time_us: Option<[u32; NOZZLES]>) -> Self {
        Self(craft::ValveCommand {
            armed,
            on_time_us: on_time_us.unwrap_or_default(),
        })
    }

    /// Whether the nodes may open valves at all.
    #[getter]
    fn armed(&self) -> bool {
        self.0.armed
    }

    /// (16,) µs.
    #[getter]
    fn on_time_us<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyTuple>> {
        Ok(PyTuple::new(py, self.0.on_time_us)?)
    }

    /// (4,) on-times of one cluster, µs. Raises ValueError where there is no such cluster.
    fn cluster_on_time_us(&self, cluster: usize) -> Result<(u32, u32, u32, u32)> {
        if cluster >= CLUSTERS {
            return Err(CoreError::value(format!(
                "cluster: {cluster} given, 0..{CLUSTERS} needed"
            )));
        }
        let [a, b, c, d] = self.0.cluster_on_time_us(cluster);
        Ok((a, b, c, d))
    }

    fn __copy__(&self) -> Self {
        self.clone()
    }

    fn __deepcopy__(&self, _memo: &Bound<'_, PyAny>) -> Self {
        self.clone()
    }

    fn __reduce__(&self) -> Result<()> {
        Err(CoreError::Pickled("ValveCommand"))
    }
}

/// What a simulated rig knows and a controller never sees.
#[pyclass(module = "qiki_hil._core")]
#[derive(Clone, Default)]
pub struct Truth(pub craft::Truth);

#[pymethods]
impl Truth {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    /// (3,) centre of mass, m, world.
    #[getter]
    fn position_m_world(&self) -> Triple {
        triple(self.0.position_m_world)
    }

    /// (3,) velocity of the centre of mass, m/s, world.
    #[getter]
    fn velocity_mps_world(&self) -> Triple {
        triple(self.0.velocity_mps_world)
    }

    /// (4,) attitude, scalar last, body to world.
    #[getter]
    fn attitude_xyzw(&self) -> Quadruple {
        quadruple(self.0.attitude_xyzw)
    }

    /// (3,) angular rate of the body, rad/s, body.
    #[getter]
    fn rates_rps_body(&self) -> Triple {
        triple(self.0.rates_rps_body)
    }

    /// Mass with the propellant that is left, kg.
    #[getter]
    fn mass_kg(&self) -> f64 {
        self.0.mass_kg
    }

    fn __copy__(&self) -> Self {
        self.clone()
    }

    fn __deepcopy__(&self, _memo: &Bound<'_, PyAny>) -> Self {
        self.clone()
    }

    fn __reduce__(&self) -> Result<()> {
        Err(CoreError::Pickled("Truth"))
    }
}
