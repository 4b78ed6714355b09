//! The record of one tick: everything in, everything out, encoded once.

use prost::Message;
use qiki_alloc::Status;
use qiki_burn::BurnProgress;
use qiki_command::REPLIES_MAX;
use qiki_control::{Inputs, Outputs};
use qiki_craft::{Feedback, Fresh, NODES_MAX, NodeTemps, Truth};
use qiki_fdir::NozzleFaults;

use crate::power_detail::{detail_from_message, detail_to_message};
use crate::{commands, telemetry};

/// How long the parts of the cycle before took, ns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timing {
    /// From the deadline to the wake-up.
    pub wakeup_ns: i64,
    /// `rig.read`.
    pub read_ns: i64,
    /// `controller.step`.
    pub step_ns: i64,
    /// `rig.write`.
    pub write_ns: i64,
    /// Handing the record over.
    pub send_ns: i64,
    /// Deadlines passed over.
    pub overruns: u32,
}

/// Encodes cycle records into one growing packet (`LoopPacket.cycles`).
///
/// The message and the buffer are made once; encoding allocates nothing, but for the record's
/// copy of a command in a tick that carries one, and for the truth when it is known for the
/// first time.
#[derive(Debug, Clone)]
pub struct CycleEncoder {
    record: telemetry::CycleRecord,
    packet: Vec<u8>,
    capacity: usize,
}

/// Field 1 of `LoopPacket`, length-delimited.
const CYCLES_TAG: u8 = 0x0A;
/// Room for one record; an ordinary one takes 400 to 600 bytes.
const RECORD_ROOM: usize = 4096;

impl CycleEncoder {
    /// An encoder whose packet has room for `records` records.
    #[must_use]
    pub fn new(records: usize) -> Self {
        let capacity = records.max(1) * RECORD_ROOM;
        let mut record = telemetry::CycleRecord::default();
        // Once with everything in it, so that every list has its room from the start.
        let all = Feedback {
            fresh: Fresh(u32::MAX),
            nodes: NodeTemps {
                count: NODES_MAX,
                ..NodeTemps::default()
            },
            ..Feedback::default()
        };
        put_feedback(record.feedback.get_or_insert_default(), &all);
        let talkative = Outputs {
            reply_count: REPLIES_MAX,
            ..Outputs::default()
        };
        put_control(record.control.get_or_insert_default(), &talkative);
        Self {
            record,
            packet: Vec::with_capacity(capacity),
            capacity,
        }
    }

    /// The packet so far.
    #[must_use]
    pub fn packet(&self) -> &[u8] {
        &self.packet
    }

    /// Begins a new packet.
    pub fn clear(&mut self) {
        self.packet.clear();
        self.packet.reserve(self.capacity);
    }

    /// Appends the record of a tick.
    pub fn push(
        &mut self,
        time_ns: i64,
        inputs: &Inputs<'_>,
        command: Option<&commands::Command>,
        outputs: &Outputs,
        truth: Option<&Truth>,
        timing: Option<&Timing>,
    ) {
        let record = &mut self.record;
        record.tick = inputs.tick;
        record.time_ns = time_ns;
        record.period_ns = inputs.period_ns;
        put_feedback(record.feedback.get_or_insert_default(), inputs.feedback);
        record.command = command.cloned();
        put_control(record.control.get_or_insert_default(), outputs);
        match truth {
            Some(truth) => put_truth(record.truth.get_or_insert_default(), truth),
            None => record.truth = None,
        }
        record.timing = timing.map(timing_message);
        self.packet.push(CYCLES_TAG);
        // A Vec grows, so writing to it cannot fail.
        let _ = record.encode_length_delimited(&mut self.packet);
    }
}

/// `to` becomes `values` where `taken`, else empty.
fn put<T: Copy, U: From<T>>(to: &mut Vec<U>, taken: bool, values: &[T]) {
    to.clear();
    if taken {
        to.extend(values.iter().map(|v| U::from(*v)));
    }
}

fn put_feedback(to: &mut telemetry::Feedback, from: &Feedback) {
    let has = |part: Fresh| from.fresh.has(part);
    to.fresh = from.fresh.0;
    put(
        &mut to.rates_rps_body,
        has(Fresh::RATES),
        &from.rates_rps_body,
    );
    put(
        &mut to.acceleration_mps2_body,
        has(Fresh::ACCELERATION),
        &from.acceleration_mps2_body,
    );
    put(
        &mut to.attitude_xyzw,
        has(Fresh::ATTITUDE),
        &from.attitude_xyzw,
    );
    put(
        &mut to.position_m_world,
        has(Fresh::POSITION),
        &from.position_m_world,
    );
    put(
        &mut to.velocity_mps_world,
        has(Fresh::VELOCITY),
        &from.velocity_mps_world,
    );
    put(&mut to.open_time_us, true, &from.open_time_us);
    to.valve_fault = u32::from(from.valve_fault);
    to.node_state.clear();
    to.node_state
        .extend(from.node_state.iter().map(|s| u32::from(*s as u8)));
    let power = |value: f64| if has(Fresh::POWER) { value } else { 0.0 };
    to.battery_soc_ratio = power(from.battery_soc);
    to.supercap_soc_ratio = power(from.supercap_soc);
    to.bus_v = power(from.bus_v);
    to.load_w = power(from.load_w);
    to.propellant_kg = power(from.propellant_kg);
    put(
        &mut to.cluster_temp_c,
        has(Fresh::THERMAL),
        &from.cluster_temp_c,
    );
    let detail = has(Fresh::POWER_DETAIL).then_some(&from.power_detail);
    to.power_detail = detail.map(detail_to_message);
    put_nodes(to, has(Fresh::NODES), &from.nodes);
}

fn put_nodes(to: &mut telemetry::Feedback, fresh: bool, from: &NodeTemps) {
    put(&mut to.node_temp_c, fresh, from.temps_c());
    to.nodes_warned = if fresh { from.warned } else { 0 };
    to.nodes_tripped = if fresh { from.tripped } else { 0 };
}

fn put_control(to: &mut telemetry::Control, from: &Outputs) {
    to.mode = i32::from(from.mode as u8);
    to.armed = from.command.armed;
    to.inhibit_reason = i32::from(from.inhibit_reason as u8);
    put(&mut to.position_m_world, true, &from.position);
    put(&mut to.velocity_mps_world, true, &from.velocity);
    put(&mut to.attitude_xyzw, true, &from.attitude);
    put(&mut to.rates_rps_body, true, &from.rates);
    put(
        &mut to.reference_position_m_world,
        true,
        &from.reference_position,
    );
    put(
        &mut to.reference_attitude_xyzw,
        true,
        &from.reference_attitude,
    );
    put(&mut to.wrench_demanded, true, &from.wrench_demanded);
    put(&mut to.wrench_allocated, true, &from.allocation.wrench);
    to.thrust_n.clear();
    // Shown to people; the valve command is what replay compares.
    #[allow(clippy::cast_possible_truncation)]
    to.thrust_n
        .extend(from.allocation.thrust_n.iter().map(|f| *f as f32));
    to.alloc_status = i32::from(status_number(from.allocation.status));
    to.alloc_iterations = from.allocation.iterations;
    put(&mut to.on_time_us, true, &from.command.on_time_us);
    to.isolated = u32::from(from.isolated);
    to.replies.clear();
    to.replies.extend(
        from.replies[..from.reply_count]
            .iter()
            .map(|r| commands::CommandReply {
                command_id: r.id,
                status: i32::from(r.status as u8),
                reason: i32::from(r.reason as u8),
            }),
    );
    to.nav_age_ticks = from.nav_age_ticks;
    to.emissions_allowed = from.emissions_allowed;
    to.rcs_power_max_w = from.rcs_power_max_w;
    to.rcs_power_limits = from.rcs_power_limits;
    to.burn = from.burn.as_ref().map(progress);
    to.rcs_power_w = from.rcs_power_w;
    put(&mut to.cluster_limits, true, &from.cluster_limits);
    to.resting = u32::from(from.resting);
    to.working_mass_low = from.working_mass_low;
    to.model_mismatch = u32::from(from.model_mismatch);
    to.allocation_requested = i32::from(from.allocation_requested as u8);
    to.allocation_mode = i32::from(from.allocation_mode as u8);
    to.allocation_reason = i32::from(from.allocation_reason as u8);
    to.guard_violation = from
        .guard_violation
        .map_or(0, |broken| i32::from(broken as u8));
    to.faults = (from.faults != NozzleFaults::default()).then(|| faults(&from.faults));
}

fn faults(from: &NozzleFaults) -> telemetry::NozzleFaults {
    telemetry::NozzleFaults {
        closed: u32::from(from.closed),
        open: u32::from(from.open),
        returning: u32::from(from.returning),
        by_feedback: u32::from(from.by_feedback),
        by_motion: u32::from(from.by_motion),
        by_node: u32::from(from.by_node),
        feedback_lies: u32::from(from.feedback_lies),
    }
}

fn progress(from: &BurnProgress) -> telemetry::BurnProgress {
    telemetry::BurnProgress {
        segment: u32::try_from(from.segment).unwrap_or(u32::MAX),
        clock_s: from.clock_s,
        demanded_mps: from.demanded_mps,
        residual_mps: from.residual_mps,
        inhibited_by: i32::from(from.inhibited_by as u8),
    }
}

/// How an allocation ended, as numbered in the contract.
#[must_use]
pub fn status_number(status: Status) -> u8 {
    match status {
        Status::Optimal => 1,
        Status::Saturated => 2,
        Status::IterationLimit => 3,
        Status::BadInput => 4,
    }
}

fn put_truth(to: &mut telemetry::Truth, from: &Truth) {
    put(&mut to.position_m_world, true, &from.position_m_world);
    put(&mut to.velocity_mps_world, true, &from.velocity_mps_world);
    put(&mut to.attitude_xyzw, true, &from.attitude_xyzw);
    put(&mut to.rates_rps_body, true, &from.rates_rps_body);
    to.mass_kg = from.mass_kg;
}

fn timing_message(from: &Timing) -> telemetry::CycleTiming {
    telemetry::CycleTiming {
        wakeup_ns: from.wakeup_ns,
        read_ns: from.read_ns,
        step_ns: from.step_ns,
        write_ns: from.write_ns,
        send_ns: from.send_ns,
        overruns: from.overruns,
    }
}

/// The feedback of a recorded tick, as the controller got it; for replay.
///
/// `last` is the feedback of the tick before: what a record leaves out was not fresh, and the
/// controller does not look at it.
pub fn feedback_from_record(record: &telemetry::Feedback, last: &mut Feedback) {
    fn take<const N: usize, T: Copy>(to: &mut [T; N], from: &[T]) {
        if let Ok(values) = <[T; N]>::try_from(from) {
            *to = values;
        }
    }
    last.fresh = Fresh(record.fresh);
    take(&mut last.rates_rps_body, &record.rates_rps_body);
    take(
        &mut last.acceleration_mps2_body,
        &record.acceleration_mps2_body,
    );
    take(&mut last.attitude_xyzw, &record.attitude_xyzw);
    take(&mut last.position_m_world, &record.position_m_world);
    take(&mut last.velocity_mps_world, &record.velocity_mps_world);
    take(&mut last.open_time_us, &record.open_time_us);
    #[allow(clippy::cast_possible_truncation)]
    let valve_fault = record.valve_fault as u16;
    last.valve_fault = valve_fault;
    for (state, value) in last.node_state.iter_mut().zip(&record.node_state) {
        *state = qiki_craft::NodeState::from_wire(u8::try_from(*value).unwrap_or(u8::MAX));
    }
    if last.fresh.has(Fresh::POWER) {
        last.battery_soc = record.battery_soc_ratio;
        last.supercap_soc = record.supercap_soc_ratio;
        last.bus_v = record.bus_v;
        last.load_w = record.load_w;
        last.propellant_kg = record.propellant_kg;
    }
    take(&mut last.cluster_temp_c, &record.cluster_temp_c);
    if let Some(detail) = &record.power_detail {
        last.power_detail = detail_from_message(detail);
    }
    if last.fresh.has(Fresh::NODES) {
        last.nodes.set_temps_c(record.node_temp_c.iter().copied());
        last.nodes.warned = record.nodes_warned;
        last.nodes.tripped = record.nodes_tripped;
    }
}
