//! Rows of columns, written in place: what decoding the records of the same run would give.

use qiki_alloc::Status;
use qiki_control::{NozzleFaults, Outputs};
use qiki_craft::{Feedback, Fresh, Truth};
use qiki_messages::{Columns, for_each_column};

/// Absent, in a column of times.
const UNTIMED: i64 = -1;

/// Fills columns tick by tick.
pub(crate) struct Filler {
    columns: Columns,
    period_ns: i64,
}

impl Filler {
    pub(crate) fn new(ticks: u64, period_ns: i64) -> Self {
        let mut columns = Columns::default();
        let rows = usize::try_from(ticks).unwrap_or(0);
        macro_rules! reserve {
            ($name:ident, $type:ty, $width:literal) => {
                columns.$name.reserve_exact(rows * $width);
            };
        }
        for_each_column!(reserve);
        Self { columns, period_ns }
    }

    /// The row of a tick.
    pub(crate) fn push(
        &mut self,
        tick: u64,
        feedback: &Feedback,
        outputs: &Outputs,
        truth: Option<&Truth>,
    ) {
        let columns = &mut self.columns;
        columns.len += 1;
        columns.tick.push(tick);
        // A day of ticks is far from the end of i64.
        columns
            .time_s
            .push(seconds(tick.cast_signed() * self.period_ns));
        push_feedback(columns, feedback);
        push_control(columns, outputs);
        push_truth(columns, truth);
    }

    /// All rows, with what is the same in each of them.
    pub(crate) fn finish(self) -> Columns {
        let mut columns = self.columns;
        let rows = columns.len;
        columns.period_s.resize(rows, seconds(self.period_ns));
        for times in [
            &mut columns.wakeup_ns,
            &mut columns.read_ns,
            &mut columns.step_ns,
            &mut columns.write_ns,
            &mut columns.send_ns,
        ] {
            times.resize(rows, UNTIMED);
        }
        columns.overruns.resize(rows, 0);
        columns
    }
}

#[allow(clippy::cast_precision_loss)]
fn seconds(ns: i64) -> f64 {
    ns as f64 * 1e-9
}

/// The value where it is fresh, else the one of the row before, else `NaN`.
fn carry(column: &mut Vec<f64>, fresh: bool, value: f64) {
    let value = if fresh {
        value
    } else {
        column.last().copied().unwrap_or(f64::NAN)
    };
    column.push(value);
}

/// The value where there is one, else the one of the row before, else none of the bits.
fn carry_bits<T: Copy + Default>(column: &mut Vec<T>, value: Option<T>) {
    let last = column.last().copied();
    column.push(value.or(last).unwrap_or_default());
}

/// The same as `carry` for `N` values a row.
fn carry_all<const N: usize>(column: &mut Vec<f64>, values: Option<&[f64; N]>) {
    let row = match values {
        Some(values) => *values,
        None => *column.last_chunk::<N>().unwrap_or(&[f64::NAN; N]),
    };
    column.extend_from_slice(&row);
}

fn push_feedback(columns: &mut Columns, from: &Feedback) {
    let power = from.fresh.has(Fresh::POWER);
    columns.fresh.push(from.fresh.0);
    carry(&mut columns.battery_soc, power, from.battery_soc);
    carry(&mut columns.supercap_soc, power, from.supercap_soc);
    carry(&mut columns.bus_v, power, from.bus_v);
    carry(&mut columns.load_w, power, from.load_w);
    carry(&mut columns.propellant_kg, power, from.propellant_kg);
    let thermal = from.fresh.has(Fresh::THERMAL);
    carry_all(
        &mut columns.cluster_temp_c,
        thermal.then_some(&from.cluster_temp_c),
    );
    push_power_plane(columns, from);
    columns.open_time_us.extend_from_slice(&from.open_time_us);
    columns.valve_fault.push(u32::from(from.valve_fault));
    columns
        .node_state
        .extend_from_slice(&from.node_state.map(|state| state as u8));
}

fn push_power_plane(columns: &mut Columns, from: &Feedback) {
    let detail = from
        .fresh
        .has(Fresh::POWER_DETAIL)
        .then_some(&from.power_detail);
    carry_bits(&mut columns.loads_shed, detail.map(|d| d.shed));
    carry_bits(&mut columns.loads_throttled, detail.map(|d| d.throttled));
    carry_bits(&mut columns.power_faults, detail.map(|d| d.faults));
    let nodes = from.fresh.has(Fresh::NODES).then_some(&from.nodes);
    carry_bits(&mut columns.nodes_tripped, nodes.map(|n| n.tripped));
}

fn push_limits(columns: &mut Columns, from: &Outputs) {
    columns.rcs_power_max_w.push(from.rcs_power_max_w);
    columns.rcs_power_w.push(from.rcs_power_w);
    columns.rcs_power_limits.push(from.rcs_power_limits);
    columns
        .cluster_limits
        .extend_from_slice(&from.cluster_limits);
    columns.resting.push(u32::from(from.resting));
    columns.working_mass_low.push(from.working_mass_low);
}

fn push_faults(columns: &mut Columns, from: &NozzleFaults) {
    columns.stuck_closed.push(u32::from(from.closed));
    columns.stuck_open.push(u32::from(from.open));
    columns.returning.push(u32::from(from.returning));
    columns.found_by_motion.push(u32::from(from.by_motion));
    columns.feedback_lies.push(u32::from(from.feedback_lies));
}

fn push_control(columns: &mut Columns, from: &Outputs) {
    push_limits(columns, from);
    columns.mode.push(from.mode as u8);
    columns.armed.push(from.command.armed);
    columns.hold_reason.push(from.hold_reason as u8);
    columns.est_position_m.extend_from_slice(&from.position);
    columns.est_velocity_mps.extend_from_slice(&from.velocity);
    columns.est_attitude_xyzw.extend_from_slice(&from.attitude);
    columns.est_rates_rps.extend_from_slice(&from.rates);
    columns
        .ref_position_m
        .extend_from_slice(&from.reference_position);
    columns
        .ref_attitude_xyzw
        .extend_from_slice(&from.reference_attitude);
    columns.wrench_asked.extend_from_slice(&from.wrench_asked);
    columns
        .wrench_given
        .extend_from_slice(&from.allocation.wrench);
    #[allow(clippy::cast_possible_truncation)]
    let thrust_n = from.allocation.thrust_n.map(|f| f as f32);
    columns.thrust_n.extend_from_slice(&thrust_n);
    columns
        .on_time_us
        .extend_from_slice(&from.command.on_time_us);
    columns.isolated.push(u32::from(from.isolated));
    push_faults(columns, &from.faults);
    columns.allocation_asked.push(from.allocation_asked as u8);
    columns.allocation_mode.push(from.allocation_mode as u8);
    columns.allocation_reason.push(from.allocation_reason as u8);
    columns.alloc_status.push(status(from.allocation.status));
    columns.alloc_iterations.push(from.allocation.iterations);
    columns.nav_age_ticks.push(from.nav_age_ticks);
}

/// As numbered in the contract.
fn status(status: Status) -> u8 {
    match status {
        Status::Optimal => 1,
        Status::Saturated => 2,
        Status::IterationLimit => 3,
        Status::BadInput => 4,
    }
}

fn push_truth(columns: &mut Columns, truth: Option<&Truth>) {
    carry_all(
        &mut columns.true_position_m,
        truth.map(|t| &t.position_m_world),
    );
    carry_all(
        &mut columns.true_velocity_mps,
        truth.map(|t| &t.velocity_mps_world),
    );
    carry_all(
        &mut columns.true_attitude_xyzw,
        truth.map(|t| &t.attitude_xyzw),
    );
    carry_all(
        &mut columns.true_rates_rps,
        truth.map(|t| &t.rates_rps_body),
    );
    let mass_kg = truth.map_or(0.0, |t| t.mass_kg);
    carry(&mut columns.true_mass_kg, truth.is_some(), mass_kg);
}
