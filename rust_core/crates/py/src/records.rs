//! Recorded cycles: split from packets, as columns, and replayed.

use crc::{CRC_32_ISO_HDLC, Crc, Table};
use numpy::{IntoPyArray, PyArray1, PyArrayMethods};
use prost::Message;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};
use qiki_control::{GuardedController, Inputs, Outputs};
use qiki_craft::{CLUSTERS, Craft, Feedback, Fresh, Truth};
use qiki_messages::command_from_message;
use qiki_messages::{Columns, for_each_column, telemetry};
use qiki_messages::{CycleEncoder, Timing, feedback_from_record};
use qiki_power::{ClusterLimit, RcsLimit};

use crate::error::{CoreError, Result};

/// What the last record said, as far as a change of it is an event.
#[derive(Default, PartialEq, Clone)]
struct Watched {
    mode: i32,
    armed: bool,
    inhibit_reason: i32,
    isolated: u32,
    faults: telemetry::NozzleFaults,
    allocation: [i32; 3],
    guard_violation: i32,
    node_state: Vec<u32>,
    limits: Limits,
}

/// The limits in force, as bits. What a record leaves out is as it was.
#[derive(Default, PartialEq, Clone)]
struct Limits {
    nozzles: u32,
    clusters: [u32; CLUSTERS],
    working_mass_low: bool,
    model_mismatch: u32,
    /// Loads by reason, and the faults of the power plane.
    power: [u32; 5],
    tripped: u32,
}

impl Limits {
    /// The peak that is shared with the other loads, and rests, are a matter of course.
    fn after(last: Option<&Self>, record: &telemetry::CycleRecord) -> Self {
        const PEAK: u32 = 1 << RcsLimit::PeakShared as u32;
        const REST: u32 = 1 << ClusterLimit::Cooldown as u32;
        let mut limits = last.cloned().unwrap_or_default();
        if let Some(control) = &record.control {
            limits.nozzles = control.rcs_power_limits & !PEAK;
            limits.working_mass_low = control.working_mass_low;
            limits.model_mismatch = control.model_mismatch;
            for (limit, bits) in limits.clusters.iter_mut().zip(&control.cluster_limits) {
                *limit = bits & !REST;
            }
        }
        let feedback = record.feedback.as_ref();
        if let Some(detail) = feedback.and_then(|f| f.power_detail.as_ref()) {
            limits.power = [
                detail.low_soc_loads,
                detail.thermal_overheat_loads,
                detail.nbl_budget_loads,
                detail.pdu_overcurrent_loads,
                detail.faults,
            ];
        }
        if let Some(feedback) = feedback.filter(|f| Fresh(f.fresh).has(Fresh::NODES)) {
            limits.tripped = feedback.nodes_tripped;
        }
        limits
    }
}

/// Splits packets into records and points out those in which something happened.
#[pyclass(module = "qiki_hil._core")]
#[derive(Clone, Default)]
pub struct CycleScanner {
    record: telemetry::CycleRecord,
    last: Option<Watched>,
}

type Row<'py> = (u64, i64, Bound<'py, PyBytes>, u32);

/// The CRC-32 of zlib, so that anybody can check a stored record.
static CRC: Crc<u32, Table<16>> = Crc::<u32, Table<16>>::new(&CRC_32_ISO_HDLC);

/// The checksum of a stored cycle: of its tick and its time, as little-endian numbers of 8 bytes,
/// and its record.
fn checksum(tick: u64, time_ns: i64, record: &[u8]) -> u32 {
    let mut digest = CRC.digest();
    digest.update(&tick.to_le_bytes());
    digest.update(&time_ns.to_le_bytes());
    digest.update(record);
    digest.finalize()
}

#[pymethods]
impl CycleScanner {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    /// The records of a `LoopPacket` as (tick, time_ns, encoded record, checksum), and the indices
    /// of those with a command, a reply, an overrun, or a mode, arming, hold reason, isolation,
    /// refusal of the guard or node state that is not as in the record before. The checksum is the
    /// CRC-32 of zlib over tick and time, as little-endian numbers of 8 bytes, and the record.
    /// Raises ValueError where the bytes are something else.
    fn scan<'py>(&mut self, py: Python<'py>, packet: &[u8]) -> Result<(Vec<Row<'py>>, Vec<usize>)> {
        let mut rest = packet;
        let (mut rows, mut notable) = (Vec::new(), Vec::new());
        while let Some((&tag, tail)) = rest.split_first() {
            let (bytes, tail) = record(tag, tail)
                .ok_or_else(|| CoreError::value("packet: not a sequence of cycle records"))?;
            self.record.clear();
            self.record
                .merge(bytes)
                .map_err(|error| CoreError::value(format!("cycle record: {error}")))?;
            if self.happened() {
                notable.push(rows.len());
            }
            let (tick, time_ns) = (self.record.tick, self.record.time_ns);
            let checksum = checksum(tick, time_ns, bytes);
            rows.push((tick, time_ns, PyBytes::new(py, bytes), checksum));
            rest = tail;
        }
        Ok((rows, notable))
    }

    fn __copy__(&self) -> Self {
        self.clone()
    }

    fn __deepcopy__(&self, _memo: &Bound<'_, PyAny>) -> Self {
        self.clone()
    }

    fn __reduce__(&self) -> Result<()> {
        Err(CoreError::Pickled("CycleScanner"))
    }
}

impl CycleScanner {
    fn happened(&mut self) -> bool {
        let Some(control) = &self.record.control else {
            return false;
        };
        let now = Watched {
            mode: control.mode,
            armed: control.armed,
            inhibit_reason: control.inhibit_reason,
            isolated: control.isolated,
            faults: control.faults.unwrap_or_default(),
            allocation: [
                control.allocation_requested,
                control.allocation_mode,
                control.allocation_reason,
            ],
            guard_violation: control.guard_violation,
            node_state: self
                .record
                .feedback
                .as_ref()
                .map_or_else(Vec::new, |f| f.node_state.clone()),
            limits: Limits::after(self.last.as_ref().map(|last| &last.limits), &self.record),
        };
        let late = self.record.timing.as_ref().is_some_and(|t| t.overruns > 0);
        let changed = self.last.as_ref() != Some(&now);
        self.last = Some(now);
        late || changed || !control.replies.is_empty() || self.record.command.is_some()
    }
}

/// A record and what follows it.
fn record(tag: u8, mut tail: &[u8]) -> Option<(&[u8], &[u8])> {
    if tag != 0x0A {
        return None;
    }
    let length = usize::try_from(prost::encoding::decode_varint(&mut tail).ok()?).ok()?;
    tail.split_at_checked(length)
}

/// Encoded `CycleRecord`s as columns, one row per record; see `qiki_hil.kernels.Columns`.
#[pyfunction]
pub fn decode_cycles<'py>(
    py: Python<'py>,
    records: &Bound<'py, PyList>,
) -> Result<Bound<'py, PyDict>> {
    CycleDecoder::new().decode(py, records)
}

/// Turns the records of one run into columns, part after part.
#[pyclass(module = "qiki_hil._core")]
#[derive(Clone, Default)]
pub struct CycleDecoder {
    last: Columns,
}

#[pymethods]
impl CycleDecoder {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    /// The next encoded `CycleRecord`s as columns, one row per record. What a record leaves out is
    /// as in the record before, also where that came with another call. Raises ValueError where
    /// one is not a record.
    fn decode<'py>(
        &mut self,
        py: Python<'py>,
        records: &Bound<'py, PyList>,
    ) -> Result<Bound<'py, PyDict>> {
        let blobs: Vec<Bound<'py, PyBytes>> = records
            .iter()
            .map(|r| Ok(r.cast_into::<PyBytes>()?))
            .collect::<PyResult<_>>()?;
        let columns = Columns::decode_after(&self.last, blobs.iter().map(|b| b.as_bytes()))?;
        if columns.len > 0 {
            self.last = columns.last_row();
        }
        as_dict(py, columns)
    }

    fn __copy__(&self) -> Self {
        self.clone()
    }

    fn __deepcopy__(&self, _memo: &Bound<'_, PyAny>) -> Self {
        self.clone()
    }

    fn __reduce__(&self) -> Result<()> {
        Err(CoreError::Pickled("CycleDecoder"))
    }
}

fn as_dict<'py>(py: Python<'py>, columns: Columns) -> Result<Bound<'py, PyDict>> {
    let rows = columns.len;
    let dict = PyDict::new(py);
    macro_rules! visit {
        ($name:ident, $type:ty, $width:literal) => {
            let array: Bound<'py, PyArray1<$type>> = columns.$name.into_pyarray(py);
            if $width == 1 {
                dict.set_item(stringify!($name), array)?;
            } else {
                dict.set_item(stringify!($name), array.reshape([rows, $width])?)?;
            }
        };
    }
    for_each_column!(visit);
    Ok(dict)
}

/// Feeds recorded inputs through a fresh controller.
#[pyclass(module = "qiki_hil._core")]
#[derive(Clone)]
pub struct ReplayCore {
    controller: GuardedController,
    encoder: CycleEncoder,
    feedback: Feedback,
    outputs: Outputs,
}

fn array<const N: usize>(values: &[f64]) -> [f64; N] {
    values.try_into().unwrap_or([0.0; N])
}

fn truth(message: &telemetry::Truth) -> Truth {
    Truth {
        position_m_world: array(&message.position_m_world),
        velocity_mps_world: array(&message.velocity_mps_world),
        attitude_xyzw: array(&message.attitude_xyzw),
        rates_rps_body: array(&message.rates_rps_body),
        mass_kg: message.mass_kg,
    }
}

fn timing(message: &telemetry::CycleTiming) -> Timing {
    Timing {
        wakeup_ns: message.wakeup_ns,
        read_ns: message.read_ns,
        step_ns: message.step_ns,
        write_ns: message.write_ns,
        send_ns: message.send_ns,
        overruns: message.overruns,
    }
}

#[pymethods]
impl ReplayCore {
    #[new]
    fn new(craft_json: &str, period_us: u32) -> Result<Self> {
        let craft = Craft::from_json(craft_json)?;
        Ok(Self {
            controller: GuardedController::new(&craft, period_us)?,
            encoder: CycleEncoder::new(1),
            feedback: Feedback::default(),
            outputs: Outputs::default(),
        })
    }

    /// Replays one encoded `CycleRecord`; returns the record as it comes out now, None where it is
    /// the same to the bit. Raises ValueError where the bytes are not a record.
    fn step<'py>(
        &mut self,
        py: Python<'py>,
        recorded: &[u8],
    ) -> Result<Option<Bound<'py, PyBytes>>> {
        let message = telemetry::CycleRecord::decode(recorded)
            .map_err(|error| CoreError::value(format!("cycle record: {error}")))?;
        feedback_from_record(
            message
                .feedback
                .as_ref()
                .unwrap_or(&telemetry::Feedback::default()),
            &mut self.feedback,
        );
        let command = message.command.as_ref().map(command_from_message);
        let inputs = Inputs {
            tick: message.tick,
            period_ns: message.period_ns,
            feedback: &self.feedback,
            command: command.as_ref(),
        };
        self.controller.step(&inputs, &mut self.outputs);
        self.encoder.clear();
        self.encoder.push(
            message.time_ns,
            &inputs,
            message.command.as_ref(),
            &self.outputs,
            message.truth.as_ref().map(truth).as_ref(),
            message.timing.as_ref().map(timing).as_ref(),
        );
        let packet = self.encoder.packet();
        let now = packet
            .split_first()
            .and_then(|(&tag, tail)| record(tag, tail))
            .map_or(&[][..], |r| r.0);
        Ok((now != recorded).then(|| PyBytes::new(py, now)))
    }

    fn __copy__(&self) -> Self {
        self.clone()
    }

    fn __deepcopy__(&self, _memo: &Bound<'_, PyAny>) -> Self {
        self.clone()
    }

    fn __reduce__(&self) -> Result<()> {
        Err(CoreError::Pickled("ReplayCore"))
    }
}
