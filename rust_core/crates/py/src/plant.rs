//! The simulated craft as a Python object.

use std::collections::BTreeMap;

use numpy::PyArray2;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use qiki_craft::Craft;
use qiki_plant::{InitialState, Plant, ValveFault};

use crate::convert::{Given, vector};
use crate::error::{CoreError, Result};
use crate::signals::{Feedback, Truth, ValveCommand};

/// The simulated craft. `qiki_hil.Plant` is its public face.
///
/// Raises ValueError where the description or a number is unusable.
#[pyclass(module = "qiki_hil._core")]
#[derive(Clone)]
pub struct PlantCore(Plant);

#[pymethods]
impl PlantCore {
    #[new]
    #[allow(clippy::too_many_arguments)]
    fn new(
        craft_json: &str,
        dt_s: f64,
        seed: u64,
        position_m_world: [f64; 3],
        velocity_mps_world: [f64; 3],
        attitude_xyzw: [f64; 4],
        rates_rps_body: [f64; 3],
    ) -> Result<Self> {
        let craft = Craft::from_json(craft_json)?;
        let initial = InitialState {
            position_m_world,
            velocity_mps_world,
            attitude_xyzw,
            rates_rps_body,
        };
        Ok(Self(Plant::new(&craft, dt_s, seed, &initial)?))
    }

    /// Moves one tick ahead under this valve command.
    fn command(&mut self, command: &ValveCommand) {
        self.0.command(&command.0);
    }

    /// Moves one tick ahead; `on_time_s` is (16,) float64, s, armed.
    fn step(&mut self, on_time_s: Given<'_, '_>) -> Result<()> {
        self.0.step(&vector("on_time_s", on_time_s)?);
        Ok(())
    }

    /// Fills in what the sensors report at the present tick; clears `feedback` first.
    fn sense(&mut self, feedback: &mut Feedback) {
        self.0.sense(&mut feedback.0);
    }

    /// Fills in the state of the craft as it is, without any sensor.
    fn truth(&self, truth: &mut Truth) {
        truth.0 = self.0.truth();
    }

    /// Begins a fault of a valve, one of `VALVE_FAULTS`, or ends it. A fault that has begun several
    /// times lasts until it has ended as often. Of different ones that hold the valve, or change
    /// what its sensor says, the one that began last counts.
    fn set_valve_fault(&mut self, nozzle: usize, kind: &str, active: bool) -> Result<()> {
        let fault = ValveFault::from_name(kind).ok_or_else(|| {
            let known = ValveFault::ALL.map(ValveFault::name).join(", ");
            CoreError::value(format!("kind: '{kind}' given, one of {known} needed"))
        })?;
        Ok(self.0.set_valve_fault(nozzle, fault, active)?)
    }

    /// Ticks since the start.
    #[getter]
    fn tick(&self) -> u64 {
        self.0.tick()
    }

    /// Time since the start, s.
    #[getter]
    fn time_s(&self) -> f64 {
        self.0.time_s()
    }

    /// Propellant that is left, kg.
    #[getter]
    fn propellant_kg(&self) -> f64 {
        self.0.propellant_kg()
    }

    /// (3,) centre of mass from the geometric centre, m, body.
    #[getter]
    fn com_m_body(&self) -> (f64, f64, f64) {
        self.0.com_m_body().into()
    }

    /// (3, 3) about the present centre of mass, kg·m², body.
    #[getter]
    fn inertia_kgm2<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyArray2<f64>>> {
        let rows: Vec<Vec<f64>> = self.0.inertia_kgm2().iter().map(|r| r.to_vec()).collect();
        PyArray2::from_vec2(py, &rows).map_err(CoreError::value)
    }

    /// (16,) how long each valve was open in the last tick, µs; a throttled one by its level.
    #[getter]
    fn open_time_us<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyTuple>> {
        Ok(PyTuple::new(py, self.0.open_time_us())?)
    }

    /// (16,) whether each valve is open at this instant.
    #[getter]
    fn valve_open<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyTuple>> {
        Ok(PyTuple::new(py, self.0.valve_open())?)
    }

    /// (16,) whether each nozzle takes a level and not only on and off.
    #[getter]
    fn throttleable<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyTuple>> {
        Ok(PyTuple::new(py, self.0.throttleable())?)
    }

    /// Temperature of each thermal node by name, °C.
    #[getter]
    fn temperatures_c(&self) -> BTreeMap<String, f64> {
        self.0
            .temperatures_c()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    /// battery_soc, supercap_soc, bus_v, load_w, rcs_w.
    #[getter]
    fn power(&self) -> BTreeMap<&'static str, f64> {
        let power = self.0.power();
        BTreeMap::from([
            ("battery_soc", power.battery_soc),
            ("supercap_soc", power.supercap_soc),
            ("bus_v", power.bus_v),
            ("load_w", power.load_w),
            ("rcs_w", power.rcs_w),
        ])
    }

    fn __copy__(&self) -> Self {
        self.clone()
    }

    fn __deepcopy__(&self, _memo: &Bound<'_, PyAny>) -> Self {
        self.clone()
    }

    fn __reduce__(&self) -> Result<()> {
        Err(CoreError::Pickled("PlantCore"))
    }
}
