//! The controller as a Python object: one call a tick.

use std::time::Instant;

use numpy::{IntoPyArray, PyArray1};
use prost::Message;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use qiki_command::Mode;
use qiki_control::{GuardedController, Inputs, Outputs};
use qiki_craft::Craft;
use qiki_messages::commands;
use qiki_messages::{CycleEncoder, Timing, command_from_message};
use qiki_plant::{InitialState, Plant};

use crate::error::{CoreError, Result};
use crate::signals::{Feedback, Truth, ValveCommand};

type TimingTuple = (i64, i64, i64, i64, i64, u32);

/// Controller and record encoder. `qiki_hil.Controller` is its public face.
///
/// Raises ValueError where the craft cannot be controlled at this period.
#[pyclass(module = "qiki_hil._core")]
#[derive(Clone)]
pub struct ControllerCore {
    controller: GuardedController,
    encoder: CycleEncoder,
    outputs: Outputs,
}

#[pymethods]
impl ControllerCore {
    #[new]
    #[pyo3(signature = (craft_json, period_us, records_per_packet = 1))]
    fn new(craft_json: &str, period_us: u32, records_per_packet: usize) -> Result<Self> {
        let craft = Craft::from_json(craft_json)?;
        Ok(Self {
            controller: GuardedController::new(&craft, period_us)?,
            encoder: CycleEncoder::new(records_per_packet),
            outputs: Outputs::default(),
        })
    }

    /// One tick. `valves` is filled in; `command` is an encoded `qiki.commands.v1.Command`;
    /// `timing` is (wakeup, read, step, write, send, ns; overruns) of the cycle before. The record
    /// is appended to the packet. Raises ValueError where `command` cannot be decoded.
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
    ) -> Result<()> {
        let message = command.map(commands::Command::decode).transpose()?;
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

    /// The records since the last call, as one `qiki.telemetry.v1.LoopPacket`.
    fn take_packet<'py>(&mut self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let packet = PyBytes::new(py, self.encoder.packet());
        self.encoder.clear();
        packet
    }

    /// `qiki.commands.v1.FlightMode`.
    #[getter]
    fn mode(&self) -> u8 {
        self.outputs.mode as u8
    }

    /// Whether the last command arms the nodes.
    #[getter]
    fn armed(&self) -> bool {
        self.outputs.command.armed
    }

    /// `qiki.commands.v1.ReasonCode`.
    #[getter]
    fn inhibit_reason(&self) -> u8 {
        self.outputs.inhibit_reason as u8
    }

    /// (6,) N and N·m, body.
    #[getter]
    fn wrench_demanded<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        self.outputs.wrench_demanded.to_vec().into_pyarray(py)
    }

    /// (16,) N.
    #[getter]
    fn thrust_n<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        self.outputs.allocation.thrust_n.to_vec().into_pyarray(py)
    }

    /// Bit n: nozzle n is out of the allocation.
    #[getter]
    fn isolated(&self) -> u16 {
        self.outputs.isolated
    }

    fn __copy__(&self) -> Self {
        self.clone()
    }

    fn __deepcopy__(&self, _memo: &Bound<'_, PyAny>) -> Self {
        self.clone()
    }

    fn __reduce__(&self) -> Result<()> {
        Err(CoreError::Pickled("ControllerCore"))
    }
}

/// Closed loop of plant and controller in Rust; (ticks,) ns of each step with its record.
#[pyfunction]
pub fn bench_controller_step<'py>(
    py: Python<'py>,
    craft_json: &str,
    period_us: u32,
    ticks: u64,
    commands: Vec<Vec<u8>>,
) -> Result<Bound<'py, PyArray1<i64>>> {
    let craft = Craft::from_json(craft_json)?;
    let mut controller = GuardedController::new(&craft, period_us)?;
    let dt_s = f64::from(period_us) * 1e-6;
    let mut plant = Plant::new(&craft, dt_s, 1, &InitialState::default())?;
    let mut messages = commands
        .iter()
        .map(|bytes| commands::Command::decode(bytes.as_slice()))
        .collect::<std::result::Result<Vec<_>, _>>()?
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
