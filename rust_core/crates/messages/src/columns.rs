//! Recorded cycles as columns, for reports, expectations and comparison.

mod power;

use prost::Message;

use crate::telemetry::{Control, CycleRecord, CycleTiming, Feedback, NozzleFaults, Truth};

/// A recorded cycle that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cycle record {index}: {source}")]
pub struct ColumnError {
    /// Which record, from 0.
    pub index: usize,
    /// What protobuf says of it.
    pub source: prost::DecodeError,
}

macro_rules! columns {
    ($($(#[$doc:meta])* $name:ident: $type:ty, $width:literal;)*) => {
        /// One row per record. A column of width w holds w values a row, row by row. Values
        /// that a record leaves out are those of the row before; before the first they are
        /// NaN or zero.
        #[derive(Debug, Default, Clone)]
        pub struct Columns {
            /// Rows.
            pub len: usize,
            $($(#[$doc])* pub $name: Vec<$type>,)*
        }

        impl Columns {
            fn with_capacity(rows: usize) -> Self {
                Self { len: 0, $($name: Vec::with_capacity(rows * $width),)* }
            }

            /// The last row alone; none where there is none.
            #[must_use]
            pub fn last_row(&self) -> Self {
                let len = self.len.min(1);
                Self { len, $($name: self.$name[(self.len - len) * $width..].to_vec(),)* }
            }

            fn append(&mut self, other: &Self) {
                self.len += other.len;
                $(self.$name.extend_from_slice(&other.$name);)*
            }

            fn drop_first(&mut self, rows: usize) {
                self.len -= rows;
                $(self.$name.drain(..rows * $width);)*
            }
        }

        /// Calls `$visit!(name, type, width)` for every column.
        #[macro_export]
        macro_rules! for_each_column {
            ($visit:ident) => { $($visit!($name, $type, $width);)* };
        }
    };
}

columns! {
    /// Tick number.
    tick: u64, 1;
    /// Time since the run's start, s.
    time_s: f64, 1;
    /// Measured since the tick before, s.
    period_s: f64, 1;
    /// Flight mode, as numbered in the contract.
    mode: u8, 1;
    /// Armed.
    armed: bool, 1;
    /// Why motion is inhibited, as numbered in the contract.
    inhibit_reason: u8, 1;
    /// Estimate, m, world.
    est_position_m: f64, 3;
    /// Estimate, m/s, world.
    est_velocity_mps: f64, 3;
    /// Estimate, scalar last.
    est_attitude_xyzw: f64, 4;
    /// Estimate, rad/s, body.
    est_rates_rps: f64, 3;
    /// Reference, m, world.
    ref_position_m: f64, 3;
    /// Reference, scalar last.
    ref_attitude_xyzw: f64, 4;
    /// What the law demands: force N and torque N·m, body.
    wrench_demanded: f64, 6;
    /// What the allocation gives: force N and torque N·m, body.
    wrench_allocated: f64, 6;
    /// From the allocation, N.
    thrust_n: f32, 16;
    /// Valve command, µs.
    on_time_us: u32, 16;
    /// Measured open time of the last tick, µs.
    open_time_us: u32, 16;
    /// Bit n: nozzle n is out of the allocation.
    isolated: u32, 1;
    /// Bit n: nozzle n does not open.
    stuck_closed: u32, 1;
    /// Bit n: nozzle n does not close.
    stuck_open: u32, 1;
    /// Bit n: nozzle n is coming back.
    returning: u32, 1;
    /// Bit n: the fault of nozzle n was found by the craft's motion.
    found_by_motion: u32, 1;
    /// Bit n: the feedback of nozzle n is not believed.
    feedback_lies: u32, 1;
    /// Allocation mode requested, as numbered in the contract.
    allocation_requested: u8, 1;
    /// Allocation mode in effect.
    allocation_mode: u8, 1;
    /// Why the two differ, or why manual override ended by itself.
    allocation_reason: u8, 1;
    /// As numbered in the contract.
    alloc_status: u8, 1;
    /// Iterations of the allocation.
    alloc_iterations: u32, 1;
    /// Age of the oldest navigation value in use, ticks.
    nav_age_ticks: u32, 1;
    /// 0..1.
    battery_soc: f64, 1;
    /// 0..1.
    supercap_soc: f64, 1;
    /// V.
    bus_v: f64, 1;
    /// W.
    load_w: f64, 1;
    /// kg.
    propellant_kg: f64, 1;
    /// °C.
    cluster_temp_c: f64, 4;
    /// Loads that got nothing, as numbered in the contract.
    loads_shed: u8, 1;
    /// Loads that got less than they requested.
    loads_throttled: u8, 1;
    /// Faults of the power plane, as numbered in the contract.
    power_faults: u8, 1;
    /// Bit i: thermal node i has tripped.
    nodes_tripped: u32, 1;
    /// What all nozzles together may draw, W.
    rcs_power_max_w: f64, 1;
    /// What the allocated thrusts draw, W.
    rcs_power_w: f64, 1;
    /// Why there is not more, as numbered in the contract.
    rcs_power_limits: u32, 1;
    /// The limits on each cluster, as numbered in the contract.
    cluster_limits: u8, 4;
    /// Bit n: nozzle n may not open.
    resting: u32, 1;
    /// The tank does not hold one shortest pulse.
    working_mass_low: bool, 1;
    /// What stands down because the craft is not as described: 1 planned pulses, 2 motion evidence.
    model_mismatch: u8, 1;
    /// Which limit a command broke that the guard refused, as numbered in the contract.
    guard_violation: u8, 1;
    /// What arrived, bits; not forward-filled.
    fresh: u32, 1;
    /// Bit n: valve n is reported faulty.
    valve_fault: u32, 1;
    /// State of the valve nodes.
    node_state: u8, 4;
    /// Truth, m, world.
    true_position_m: f64, 3;
    /// Truth, m/s, world.
    true_velocity_mps: f64, 3;
    /// Truth, scalar last.
    true_attitude_xyzw: f64, 4;
    /// Truth, rad/s, body.
    true_rates_rps: f64, 3;
    /// Truth, kg.
    true_mass_kg: f64, 1;
    /// Deadline to wake-up, ns; -1 where absent.
    wakeup_ns: i64, 1;
    /// ns; -1 where absent.
    read_ns: i64, 1;
    /// ns; -1 where absent.
    step_ns: i64, 1;
    /// ns; -1 where absent.
    write_ns: i64, 1;
    /// ns; -1 where absent.
    send_ns: i64, 1;
    /// Deadlines passed over.
    overruns: u32, 1;
}

/// Appends a row: the given values where there are enough, else the row before, else `empty`.
fn fill<T: Copy>(column: &mut Vec<T>, width: usize, values: &[T], empty: T) {
    if values.len() == width {
        column.extend_from_slice(values);
    } else if column.len() >= width {
        let start = column.len() - width;
        column.extend_from_within(start..);
    } else {
        column.extend(std::iter::repeat_n(empty, width));
    }
}

/// Node states are small; anything larger reads as 255.
fn narrow(value: u32) -> u8 {
    u8::try_from(value).unwrap_or(u8::MAX)
}

fn enumerated(value: i32) -> u8 {
    u8::try_from(value).unwrap_or(u8::MAX)
}

#[allow(clippy::cast_precision_loss)]
fn seconds(ns: i64) -> f64 {
    ns as f64 * 1e-9
}

impl Columns {
    /// Reads encoded `CycleRecord`s, in order.
    ///
    /// # Errors
    /// [`ColumnError`] names the first record that is not one.
    pub fn decode<'a>(
        records: impl ExactSizeIterator<Item = &'a [u8]>,
    ) -> Result<Self, ColumnError> {
        Self::decode_after(&Self::default(), records)
    }

    /// Reads encoded `CycleRecord`s, in order. They come after the last row of `before`, which
    /// stands for what they leave out.
    ///
    /// # Errors
    /// [`ColumnError`] names the first record that is not one.
    pub fn decode_after<'a>(
        before: &Self,
        records: impl ExactSizeIterator<Item = &'a [u8]>,
    ) -> Result<Self, ColumnError> {
        let mut columns = Self::with_capacity(records.len() + 1);
        columns.append(&before.last_row());
        let known = columns.len;
        let mut record = CycleRecord::default();
        for (index, bytes) in records.enumerate() {
            record.clear();
            record
                .merge(bytes)
                .map_err(|source| ColumnError { index, source })?;
            columns.push(&record);
        }
        columns.drop_first(known);
        Ok(columns)
    }

    fn push(&mut self, record: &CycleRecord) {
        self.len += 1;
        self.tick.push(record.tick);
        self.time_s.push(seconds(record.time_ns));
        self.period_s.push(seconds(record.period_ns));
        self.push_feedback(record.feedback.as_ref().unwrap_or(&Feedback::default()));
        self.push_control(record.control.as_ref().unwrap_or(&Control::default()));
        self.push_truth(
            record.truth.as_ref().unwrap_or(&Truth::default()),
            record.truth.is_some(),
        );
        self.push_timing(record.timing.as_ref());
    }

    fn push_feedback(&mut self, f: &Feedback) {
        const POWER: u32 = 32;
        let power = |value: f64| [value; 1];
        let has_power = f.fresh & POWER != 0;
        let taken = usize::from(has_power);
        self.fresh.push(f.fresh);
        fill(
            &mut self.battery_soc,
            1,
            &power(f.battery_soc_ratio)[..taken],
            f64::NAN,
        );
        fill(
            &mut self.supercap_soc,
            1,
            &power(f.supercap_soc_ratio)[..taken],
            f64::NAN,
        );
        fill(&mut self.bus_v, 1, &power(f.bus_v)[..taken], f64::NAN);
        fill(&mut self.load_w, 1, &power(f.load_w)[..taken], f64::NAN);
        fill(
            &mut self.propellant_kg,
            1,
            &power(f.propellant_kg)[..taken],
            f64::NAN,
        );
        fill(&mut self.cluster_temp_c, 4, &f.cluster_temp_c, f64::NAN);
        self.push_power_plane(f);
        fill(&mut self.open_time_us, 16, &f.open_time_us, 0);
        self.valve_fault.push(f.valve_fault);
        let mut states = [0; 4];
        for (state, value) in states.iter_mut().zip(&f.node_state) {
            *state = narrow(*value);
        }
        let given = if f.node_state.len() == 4 { 4 } else { 0 };
        fill(&mut self.node_state, 4, &states[..given], 0);
    }

    fn push_control(&mut self, c: &Control) {
        self.push_limits(c);
        self.mode.push(enumerated(c.mode));
        self.armed.push(c.armed);
        self.inhibit_reason.push(enumerated(c.inhibit_reason));
        fill(&mut self.est_position_m, 3, &c.position_m_world, f64::NAN);
        fill(
            &mut self.est_velocity_mps,
            3,
            &c.velocity_mps_world,
            f64::NAN,
        );
        fill(&mut self.est_attitude_xyzw, 4, &c.attitude_xyzw, f64::NAN);
        fill(&mut self.est_rates_rps, 3, &c.rates_rps_body, f64::NAN);
        fill(
            &mut self.ref_position_m,
            3,
            &c.reference_position_m_world,
            f64::NAN,
        );
        fill(
            &mut self.ref_attitude_xyzw,
            4,
            &c.reference_attitude_xyzw,
            f64::NAN,
        );
        fill(&mut self.wrench_demanded, 6, &c.wrench_demanded, 0.0);
        fill(&mut self.wrench_allocated, 6, &c.wrench_allocated, 0.0);
        fill(&mut self.thrust_n, 16, &c.thrust_n, 0.0);
        fill(&mut self.on_time_us, 16, &c.on_time_us, 0);
        self.guard_violation.push(enumerated(c.guard_violation));
        self.isolated.push(c.isolated);
        self.push_faults(&c.faults.unwrap_or_default());
        self.allocation_requested
            .push(enumerated(c.allocation_requested));
        self.allocation_mode.push(enumerated(c.allocation_mode));
        self.allocation_reason.push(enumerated(c.allocation_reason));
        self.alloc_status.push(enumerated(c.alloc_status));
        self.alloc_iterations.push(c.alloc_iterations);
        self.nav_age_ticks.push(c.nav_age_ticks);
    }

    fn push_faults(&mut self, f: &NozzleFaults) {
        self.stuck_closed.push(f.closed);
        self.stuck_open.push(f.open);
        self.returning.push(f.returning);
        self.found_by_motion.push(f.by_motion);
        self.feedback_lies.push(f.feedback_lies);
    }

    fn push_truth(&mut self, t: &Truth, known: bool) {
        fill(&mut self.true_position_m, 3, &t.position_m_world, f64::NAN);
        fill(
            &mut self.true_velocity_mps,
            3,
            &t.velocity_mps_world,
            f64::NAN,
        );
        fill(&mut self.true_attitude_xyzw, 4, &t.attitude_xyzw, f64::NAN);
        fill(&mut self.true_rates_rps, 3, &t.rates_rps_body, f64::NAN);
        fill(
            &mut self.true_mass_kg,
            1,
            &[t.mass_kg][..usize::from(known)],
            f64::NAN,
        );
    }

    fn push_timing(&mut self, timing: Option<&CycleTiming>) {
        let at = |pick: fn(&CycleTiming) -> i64| timing.map_or(-1, pick);
        self.wakeup_ns.push(at(|t| t.wakeup_ns));
        self.read_ns.push(at(|t| t.read_ns));
        self.step_ns.push(at(|t| t.step_ns));
        self.write_ns.push(at(|t| t.write_ns));
        self.send_ns.push(at(|t| t.send_ns));
        self.overruns.push(timing.map_or(0, |t| t.overruns));
    }
}
