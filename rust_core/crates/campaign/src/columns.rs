//! Rows of columns, written in place: what decoding the records of the same run would give.
//!
//! Whoever flies a case looks at a few of its columns. Only those are filled; the others stay empty.

use qiki_control::Outputs;
use qiki_craft::{Feedback, Fresh, NOZZLES, PowerDetail, Truth};
use qiki_messages::status_number;
use qiki_messages::{Columns, for_each_column};

use crate::column_selection::ColumnSelection;

/// Absent, in a column of times.
const UNTIMED: i64 = -1;

/// What the row of a tick is made from.
pub(crate) struct Row<'a> {
    pub(crate) tick: u64,
    pub(crate) period_ns: i64,
    pub(crate) feedback: &'a Feedback,
    pub(crate) outputs: &'a Outputs,
    pub(crate) truth: Option<&'a Truth>,
}

/// Writes the row of a tick into one column.
type Fill = fn(&mut Columns, &Row<'_>);

/// `name: values;` for every column. Where the values are an option, those of the row before stay
/// while there are none.
macro_rules! fills {
    ($row:ident => $($name:ident: $values:expr;)*) => {
        const FILLS: &[(&str, Fill)] = &[$((stringify!($name), |columns, $row| {
            let _ = $row; // what is the same in every row needs nothing of it
            $values.put(&mut columns.$name);
        })),*];
    };
}

fills! { row =>
    tick: [row.tick];
    // A day of ticks is far from the end of i64.
    time_s: [seconds(row.tick.cast_signed() * row.period_ns)];
    period_s: [seconds(row.period_ns)];
    mode: [row.outputs.mode as u8];
    armed: [row.outputs.command.armed];
    inhibit_reason: [row.outputs.inhibit_reason as u8];
    est_position_m: row.outputs.position;
    est_velocity_mps: row.outputs.velocity;
    est_attitude_xyzw: row.outputs.attitude;
    est_rates_rps: row.outputs.rates;
    ref_position_m: row.outputs.reference_position;
    ref_attitude_xyzw: row.outputs.reference_attitude;
    wrench_demanded: row.outputs.wrench_demanded;
    wrench_allocated: row.outputs.allocation.wrench;
    thrust_n: row.thrust_n();
    on_time_us: row.outputs.command.on_time_us;
    open_time_us: row.feedback.open_time_us;
    isolated: [u32::from(row.outputs.isolated)];
    stuck_closed: [u32::from(row.outputs.faults.closed)];
    stuck_open: [u32::from(row.outputs.faults.open)];
    returning: [u32::from(row.outputs.faults.returning)];
    found_by_motion: [u32::from(row.outputs.faults.by_motion)];
    feedback_lies: [u32::from(row.outputs.faults.feedback_lies)];
    allocation_requested: [row.outputs.allocation_requested as u8];
    allocation_mode: [row.outputs.allocation_mode as u8];
    allocation_reason: [row.outputs.allocation_reason as u8];
    alloc_status: [status_number(row.outputs.allocation.status)];
    alloc_iterations: [row.outputs.allocation.iterations];
    nav_age_ticks: [row.outputs.nav_age_ticks];
    battery_soc: row.power().map(|f| [f.battery_soc]);
    supercap_soc: row.power().map(|f| [f.supercap_soc]);
    bus_v: row.power().map(|f| [f.bus_v]);
    load_w: row.power().map(|f| [f.load_w]);
    propellant_kg: row.power().map(|f| [f.propellant_kg]);
    cluster_temp_c: row.heard(Fresh::THERMAL).map(|f| f.cluster_temp_c);
    loads_shed: row.power_detail().map(|d| [d.shed]);
    loads_throttled: row.power_detail().map(|d| [d.throttled]);
    power_faults: row.power_detail().map(|d| [d.faults]);
    nodes_tripped: row.heard(Fresh::NODES).map(|f| [f.nodes.tripped]);
    rcs_power_max_w: [row.outputs.rcs_power_max_w];
    rcs_power_w: [row.outputs.rcs_power_w];
    rcs_power_limits: [row.outputs.rcs_power_limits];
    cluster_limits: row.outputs.cluster_limits;
    resting: [u32::from(row.outputs.resting)];
    working_mass_low: [row.outputs.working_mass_low];
    model_mismatch: [row.outputs.model_mismatch];
    guard_violation: [row.outputs.guard_violation.map_or(0, |broken| broken as u8)];
    fresh: [row.feedback.fresh.0];
    valve_fault: [u32::from(row.feedback.valve_fault)];
    node_state: row.feedback.node_state.map(|state| state as u8);
    true_position_m: row.truth.map(|t| t.position_m_world);
    true_velocity_mps: row.truth.map(|t| t.velocity_mps_world);
    true_attitude_xyzw: row.truth.map(|t| t.attitude_xyzw);
    true_rates_rps: row.truth.map(|t| t.rates_rps_body);
    true_mass_kg: row.truth.map(|t| [t.mass_kg]);
    wakeup_ns: [UNTIMED];
    read_ns: [UNTIMED];
    step_ns: [UNTIMED];
    write_ns: [UNTIMED];
    send_ns: [UNTIMED];
    overruns: [0];
}

impl<'a> Row<'a> {
    /// The report, where this part of it is fresh.
    fn heard(&self, part: Fresh) -> Option<&'a Feedback> {
        self.feedback.fresh.has(part).then_some(self.feedback)
    }

    fn power(&self) -> Option<&'a Feedback> {
        self.heard(Fresh::POWER)
    }

    fn power_detail(&self) -> Option<&'a PowerDetail> {
        self.heard(Fresh::POWER_DETAIL).map(|f| &f.power_detail)
    }

    #[allow(clippy::cast_possible_truncation)]
    fn thrust_n(&self) -> [f32; NOZZLES] {
        self.outputs.allocation.thrust_n.map(|f| f as f32)
    }
}

#[allow(clippy::cast_precision_loss)]
fn seconds(ns: i64) -> f64 {
    ns as f64 * 1e-9
}

/// The values of a row.
trait Values<T> {
    /// Writes them at the end of a column.
    fn put(self, column: &mut Vec<T>);
}

impl<T: Copy, const N: usize> Values<T> for [T; N] {
    fn put(self, column: &mut Vec<T>) {
        column.extend_from_slice(&self);
    }
}

impl<T: Unknown, const N: usize> Values<T> for Option<[T; N]> {
    fn put(self, column: &mut Vec<T>) {
        let before = || column.last_chunk().copied().unwrap_or([T::UNKNOWN; N]);
        self.unwrap_or_else(before).put(column);
    }
}

/// What stands in a column before anything is known.
trait Unknown: Copy {
    const UNKNOWN: Self;
}

impl Unknown for f64 {
    const UNKNOWN: Self = Self::NAN;
}

impl Unknown for u8 {
    const UNKNOWN: Self = 0;
}

impl Unknown for u32 {
    const UNKNOWN: Self = 0;
}

/// Fills columns tick by tick.
pub(crate) struct ColumnWriter {
    columns: Columns,
    fills: Vec<Fill>,
}

impl ColumnWriter {
    pub(crate) fn new(ticks: u64, wanted: &ColumnSelection) -> Self {
        let mut columns = Columns::default();
        let rows = usize::try_from(ticks).unwrap_or(0);
        macro_rules! reserve {
            ($name:ident, $type:ty, $width:literal) => {
                if wanted.has(stringify!($name)) {
                    columns.$name.reserve_exact(rows * $width);
                }
            };
        }
        for_each_column!(reserve);
        let fills = FILLS.iter().filter(|(name, _)| wanted.has(name));
        Self {
            columns,
            fills: fills.map(|(_, fill)| *fill).collect(),
        }
    }

    /// The row of a tick.
    pub(crate) fn push(&mut self, row: &Row<'_>) {
        self.columns.len += 1;
        for fill in &self.fills {
            fill(&mut self.columns, row);
        }
    }

    pub(crate) fn finish(self) -> Columns {
        self.columns
    }
}
