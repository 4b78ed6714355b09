//! The controller as a Python object: one call a tick.

use std::time::Instant;

use numpy::{IntoPyArray, PyArray1};
use prost::Message;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use qiki_command::Mode;
use qiki_control::{GuardedController, Inputs, Outputs};
use qiki_craft::Craft;
use qiki_messages::commands;
use qiki_messages::{CycleEncoder, Timing, command_from_message};
use qiki_plant::{InitialState, Plant};

use crate::signals::{Feedback, Truth, ValveCommand};

type TimingTuple = (i64, i64, i64, i64, i64, u32);

fn value_error(error: impl std::fmt::Display) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// GuardedController and record encoder.
#[pyclass(module = "qiki_hil._core")]
pub struct ControllerCore {
    controller: GuardedController,
    encoder: CycleEncoder,
    outputs: Outputs,
}

#[pymethods]
impl ControllerCore {
    #[new]
    #[pyo3(signature = (craft_json, period_us, records_per_packet = 1))]
    fn new(craft_json: &str, period_us: u32, records_per_packet: usize) -> PyResult<Self> {
        let craft = Craft::from_json(craft_json).map_err(value_error)?;
        Ok(Self {
            controller: GuardedController::new(&craft, period_us).map_err(value_error)?,
            encoder: CycleEncoder::new(records_per_packet),
            outputs: Outputs::default(),
        })
    }

    #[pyo3(signature = (tick, time_ns, period_ns, feedback, valves, command = None, truth = None, timing = None))]
    #[allow(clippy::too_many_arguments)]
    fn step(
        &mut self,
        tick: u64,
        time_ns: i64,
        period_ns: i64,
        feedback: &Feedback,
        valves: &mut ValveCommand,
        command: Option<&[u8]>,
        truth: Option<&Truth>,
        timing: Option<TimingTuple>,
    ) -> PyResult<()> {
        let message = command
            .map(commands::Command::decode)
            .transpose()
            .map_err(value_error)?;
        let decoded = message.as_ref().map(command_from_message);
        let inputs = Inputs {
            tick,
            period_ns,
            feedback: &feedback.0,
            command: decoded.as_ref(),
        };
        self.controller.step(&inputs, &mut self.outputs);
        let timing = timing.map(
            |(wakeup_ns, read_ns, step_ns, write_ns, send_ns, overruns)| Timing {
                wakeup_ns,
                read_ns,
                step_ns,
                write_ns,
                send_ns,
                overruns,
            },
        );
        let truth = truth.map(|t| &t.0);
        self.encoder.push(
            time_ns,
            &inputs,
            message.as_ref(),
            &self.outputs,
            truth,
            timing.as_ref(),
        );
        valves.0 = self.outputs.command;
        Ok(())
    }

    fn take_packet<'py>(&mut self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let packet = PyBytes::new(py, self.encoder.packet());
        self.encoder.clear();
        packet
    }

    #[getter]
    fn mode(&self) -> u8 {
        self.outputs.mode as u8
    }

    #[getter]
    fn armed(&self) -> bool {
        self.outputs.command.armed
    }

    #[getter]
    fn hold_reason(&self) -> u8 {
        self.outputs.hold_reason as u8
    }

    #[getter]
    fn wrench_asked<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        self.outputs.wrench_asked.to_vec().into_pyarray(py)
    }

    #[getter]
    fn thrust_n<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        self.outputs.allocation.thrust_n.to_vec().into_pyarray(py)
    }

    #[getter]
    fn isolated(&self) -> u16 {
        self.outputs.isolated
    }
}

/// Closed loop of plant and controller in Rust; the time of each `controller.step` and record, ns.
#[pyfunction]
pub fn bench_controller_step<'py>(
    py: Python<'py>,
    craft_json: &str,
    period_us: u32,
    ticks: u64,
    commands: Vec<Vec<u8>>,
) -> PyResult<Bound<'py, PyArray1<i64>>> {
    let craft = Craft::from_json(craft_json).map_err(value_error)?;
    let mut controller = GuardedController::new(&craft, period_us).map_err(value_error)?;
    let dt_s = f64::from(period_us) * 1e-6;
    let mut plant = Plant::new(&craft, dt_s, 1, &InitialState::default()).map_err(value_error)?;
    let mut messages = commands
        .iter()
        .map(|bytes| commands::Command::decode(bytes.as_slice()).map_err(value_error))
        .collect::<PyResult<Vec<_>>>()?
        .into_iter();
    let mut encoder = CycleEncoder::new(1);
    let mut outputs = Outputs::default();
    let mut feedback = qiki_craft::Feedback::default();
    let mut times = Vec::new();
    for tick in 0..ticks {
        plant.sense(&mut feedback);
        let message = if outputs.mode == Mode::Idle || tick % 5000 == 0 {
            messages.next()
        } else {
            None
        };
        let command = message.as_ref().map(command_from_message);
        let inputs = Inputs {
            tick,
            period_ns: i64::from(period_us) * 1000,
            feedback: &feedback,
            command: command.as_ref(),
        };
        let start = Instant::now();
        controller.step(&inputs, &mut outputs);
        encoder.clear();
        encoder.push(0, &inputs, message.as_ref(), &outputs, None, None);
        times.push(i64::try_from(start.elapsed().as_nanos()).unwrap_or(i64::MAX));
        plant.command(&outputs.command);
    }
    Ok(times.into_pyarray(py))
}
