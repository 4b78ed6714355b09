//! `Feedback`, `ValveCommand` and `Truth` as Python objects.

use prost::Message;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use qiki_craft::{
    self as craft, CLUSTERS, Fresh, NODES_MAX, NOZZLES, NOZZLES_PER_CLUSTER, NodeState,
};
use qiki_messages::telemetry::PowerDetail;
use qiki_messages::{detail_from_message, detail_to_message};

type Triple = (f64, f64, f64);
type Quadruple = (f64, f64, f64, f64);

fn triple(v: [f64; 3]) -> Triple {
    (v[0], v[1], v[2])
}

fn quadruple(v: [f64; 4]) -> Quadruple {
    (v[0], v[1], v[2], v[3])
}

/// What a rig tells the controller in one tick.
#[pyclass(module = "qiki_hil._core")]
#[derive(Default)]
pub struct Feedback(pub craft::Feedback);

#[pymethods]
impl Feedback {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    fn clear(&mut self) {
        self.0.fresh = Fresh::default();
    }

    fn set_rates(&mut self, x: f64, y: f64, z: f64) {
        self.0.rates_rps_body = [x, y, z];
        self.0.fresh.set(Fresh::RATES);
    }

    fn set_acceleration(&mut self, x: f64, y: f64, z: f64) {
        self.0.acceleration_mps2_body = [x, y, z];
        self.0.fresh.set(Fresh::ACCELERATION);
    }

    fn set_attitude(&mut self, x: f64, y: f64, z: f64, w: f64) {
        self.0.attitude_xyzw = [x, y, z, w];
        self.0.fresh.set(Fresh::ATTITUDE);
    }

    fn set_position(&mut self, x: f64, y: f64, z: f64) {
        self.0.position_m_world = [x, y, z];
        self.0.fresh.set(Fresh::POSITION);
    }

    fn set_velocity(&mut self, x: f64, y: f64, z: f64) {
        self.0.velocity_mps_world = [x, y, z];
        self.0.fresh.set(Fresh::VELOCITY);
    }

    fn set_valves(
        &mut self,
        cluster: usize,
        open_time_us: [u32; NOZZLES_PER_CLUSTER],
        fault_bits: u16,
        node_state: u8,
    ) -> PyResult<()> {
        if cluster >= CLUSTERS {
            return Err(PyValueError::new_err(format!(
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

    fn set_cluster_temps(&mut self, c0: f64, c1: f64, c2: f64, c3: f64) {
        self.0.cluster_temp_c = [c0, c1, c2, c3];
        self.0.fresh.set(Fresh::THERMAL);
    }

    fn set_power_detail(&mut self, message: &[u8]) -> PyResult<()> {
        let message = PowerDetail::decode(message)
            .map_err(|error| PyValueError::new_err(format!("power detail: {error}")))?;
        self.0.power_detail = detail_from_message(&message);
        self.0.fresh.set(Fresh::POWER_DETAIL);
        Ok(())
    }

    fn set_nodes(&mut self, temp_c: Vec<f64>, warned: u32, tripped: u32) -> PyResult<()> {
        if temp_c.len() > NODES_MAX {
            return Err(PyValueError::new_err(format!(
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

    #[getter]
    fn fresh(&self) -> u32 {
        self.0.fresh.0
    }

    #[getter]
    fn rates_rps_body(&self) -> Triple {
        triple(self.0.rates_rps_body)
    }

    #[getter]
    fn acceleration_mps2_body(&self) -> Triple {
        triple(self.0.acceleration_mps2_body)
    }

    #[getter]
    fn attitude_xyzw(&self) -> Quadruple {
        quadruple(self.0.attitude_xyzw)
    }

    #[getter]
    fn position_m_world(&self) -> Triple {
        triple(self.0.position_m_world)
    }

    #[getter]
    fn velocity_mps_world(&self) -> Triple {
        triple(self.0.velocity_mps_world)
    }

    #[getter]
    fn open_time_us<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, pyo3::types::PyTuple>> {
        pyo3::types::PyTuple::new(py, self.0.open_time_us)
    }

    #[getter]
    fn valve_fault(&self) -> u16 {
        self.0.valve_fault
    }

    #[getter]
    fn node_state(&self) -> (u8, u8, u8, u8) {
        let [a, b, c, d] = self.0.node_state.map(|s| s as u8);
        (a, b, c, d)
    }

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

    #[getter]
    fn cluster_temp_c(&self) -> Quadruple {
        quadruple(self.0.cluster_temp_c)
    }

    #[getter]
    fn power_detail<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let message = detail_to_message(&self.0.power_detail);
        PyBytes::new(py, &message.encode_to_vec())
    }

    #[getter]
    fn nodes(&self) -> (Vec<f64>, u32, u32) {
        let nodes = &self.0.nodes;
        (nodes.temps_c().to_vec(), nodes.warned, nodes.tripped)
    }
}

/// What the controller tells a rig in one tick.
#[pyclass(module = "qiki_hil._core")]
#[derive(Default)]
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

    #[getter]
    fn armed(&self) -> bool {
        self.0.armed
    }

    #[getter]
    fn on_time_us<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, pyo3::types::PyTuple>> {
        pyo3::types::PyTuple::new(py, self.0.on_time_us)
    }

    fn cluster_on_time_us(&self, cluster: usize) -> PyResult<(u32, u32, u32, u32)> {
        if cluster >= CLUSTERS {
            return Err(PyValueError::new_err(format!(
                "cluster: {cluster} given, 0..{CLUSTERS} needed"
            )));
        }
        let [a, b, c, d] = self.0.cluster_on_time_us(cluster);
        Ok((a, b, c, d))
    }
}

/// What a simulated rig knows and a controller never sees.
#[pyclass(module = "qiki_hil._core")]
#[derive(Default)]
pub struct Truth(pub craft::Truth);

#[pymethods]
impl Truth {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    #[getter]
    fn position_m_world(&self) -> Triple {
        triple(self.0.position_m_world)
    }

    #[getter]
    fn velocity_mps_world(&self) -> Triple {
        triple(self.0.velocity_mps_world)
    }

    #[getter]
    fn attitude_xyzw(&self) -> Quadruple {
        quadruple(self.0.attitude_xyzw)
    }

    #[getter]
    fn rates_rps_body(&self) -> Triple {
        triple(self.0.rates_rps_body)
    }

    #[getter]
    fn mass_kg(&self) -> f64 {
        self.0.mass_kg
    }
}
