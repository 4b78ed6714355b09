//! Fault injection as a Python object, and the names of faults.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use qiki_faults::{DROPOUTS, Dropout, Fault, FaultKind, Injector, TargetKind};

use crate::error::{CoreError, Result};
use crate::signals::{Feedback, ValveCommand};

/// Raises ValueError where there is no such fault. Of `target` and `sensor` only the one counts
/// that the kind is put on.
#[pyfunction]
pub fn check_fault(kind: &str, target: i64, sensor: &str) -> Result<()> {
    Fault::new(kind, target, sensor)?;
    Ok(())
}

/// The faults between a rig and the controller: takes reports away from the feedback and closes the
/// valves of silent nodes in the command. The same seed loses the same reports.
#[pyclass(module = "qiki_hil._core")]
#[derive(Clone)]
pub struct FaultInjectorCore(Injector);

#[pymethods]
impl FaultInjectorCore {
    #[new]
    fn new(seed: u64) -> Self {
        Self(Injector::new(seed))
    }

    /// Begins or ends a fault. Raises ValueError where there is no such fault, or where the craft
    /// carries it out by itself.
    fn set(&mut self, kind: &str, target: i64, sensor: &str, active: bool) -> Result<()> {
        match Fault::new(kind, target, sensor)? {
            Fault::Link(fault) => self.0.set(fault, active),
            Fault::Valve { .. } => {
                return Err(CoreError::value(format!(
                    "fault {kind}: put it into the craft"
                )));
            }
        }
        Ok(())
    }

    /// No fault is on: what the rig reports is what the controller gets.
    #[getter]
    fn idle(&self) -> bool {
        self.0.is_idle()
    }

    /// Parts of feedbacks that were taken away so far.
    #[getter]
    fn suppressed(&self) -> u64 {
        self.0.suppressed()
    }

    /// Fills `feedback` with what the faults leave of `reported`.
    fn filter_feedback(&mut self, reported: &Feedback, feedback: &mut Feedback) {
        self.0.filter_feedback(&reported.0, &mut feedback.0);
    }

    /// The command, without the valves of silent nodes.
    fn filter_command(&self, command: &ValveCommand) -> ValveCommand {
        ValveCommand(self.0.filter_command(&command.0))
    }

    fn __copy__(&self) -> Self {
        self.clone()
    }

    fn __deepcopy__(&self, _memo: &Bound<'_, PyAny>) -> Self {
        self.clone()
    }

    fn __reduce__(&self) -> Result<()> {
        Err(CoreError::Pickled("FaultInjectorCore"))
    }
}

pub(crate) fn add_names(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    let kinds = PyDict::new(py);
    for kind in FaultKind::ALL {
        kinds.set_item(kind.name(), (kind.target().name(), kind.meaning()))?;
    }
    let of_valves = |kind: &FaultKind| kind.target() == TargetKind::Nozzle;
    let valve_faults = FaultKind::ALL.into_iter().filter(of_valves);
    let valve_faults: Vec<_> = valve_faults.map(FaultKind::name).collect();
    module.add("FAULT_KINDS", kinds)?;
    module.add("VALVE_FAULTS", PyTuple::new(py, valve_faults)?)?;
    module.add(
        "FAULT_SENSORS",
        PyTuple::new(py, DROPOUTS.map(Dropout::name))?,
    )
}
