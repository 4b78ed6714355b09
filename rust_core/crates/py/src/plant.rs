//! The simulated craft as a Python object.

use std::collections::BTreeMap;

use numpy::{PyArray2, PyReadonlyArray1};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use qiki_craft::{Craft, NOZZLES};
use qiki_plant::{InitialState, Plant, ValveFault};

use crate::signals::{Feedback, Truth, ValveCommand};

fn value_error(error: impl std::fmt::Display) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// The simulated craft.
#[pyclass(module = "qiki_hil._core")]
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
    ) -> PyResult<Self> {
        let craft = Craft::from_json(craft_json).map_err(value_error)?;
        let initial = InitialState {
            position_m_world,
            velocity_mps_world,
            attitude_xyzw,
            rates_rps_body,
        };
        Ok(Self(
            Plant::new(&craft, dt_s, seed, &initial).map_err(value_error)?,
        ))
    }

    fn command(&mut self, command: &ValveCommand) {
        self.0.command(&command.0);
    }

    fn step(&mut self, on_time_s: PyReadonlyArray1<'_, f64>) -> PyResult<()> {
        let given = on_time_s.as_array();
        if given.len() != NOZZLES {
            return Err(PyValueError::new_err(format!(
                "on_time_s: shape ({},) given, ({NOZZLES},) needed",
                given.len()
            )));
        }
        self.0.step(&std::array::from_fn(|n| given[n]));
        Ok(())
    }

    fn sense(&mut self, feedback: &mut Feedback) {
        self.0.sense(&mut feedback.0);
    }

    fn truth(&self, truth: &mut Truth) {
        truth.0 = self.0.truth();
    }

    fn set_valve_fault(&mut self, nozzle: usize, kind: &str) -> PyResult<()> {
        let fault = ValveFault::from_name(kind).ok_or_else(|| {
            let known = ValveFault::ALL.map(ValveFault::name).join(", ");
            PyValueError::new_err(format!("kind: '{kind}' given, one of {known} needed"))
        })?;
        self.0.set_valve_fault(nozzle, fault).map_err(value_error)
    }

    #[getter]
    fn tick(&self) -> u64 {
        self.0.tick()
    }

    #[getter]
    fn time_s(&self) -> f64 {
        self.0.time_s()
    }

    #[getter]
    fn propellant_kg(&self) -> f64 {
        self.0.propellant_kg()
    }

    #[getter]
    fn com_m_body(&self) -> (f64, f64, f64) {
        self.0.com_m_body().into()
    }

    #[getter]
    fn inertia_kgm2<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let rows: Vec<Vec<f64>> = self.0.inertia_kgm2().iter().map(|r| r.to_vec()).collect();
        PyArray2::from_vec2(py, &rows).map_err(value_error)
    }

    #[getter]
    fn open_time_us<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, pyo3::types::PyTuple>> {
        pyo3::types::PyTuple::new(py, self.0.open_time_us())
    }

    #[getter]
    fn valve_open<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, pyo3::types::PyTuple>> {
        pyo3::types::PyTuple::new(py, self.0.valve_open())
    }

    #[getter]
    fn throttleable<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, pyo3::types::PyTuple>> {
        pyo3::types::PyTuple::new(py, self.0.throttleable())
    }

    #[getter]
    fn temperatures_c(&self) -> BTreeMap<String, f64> {
        self.0
            .temperatures_c()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

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
}
