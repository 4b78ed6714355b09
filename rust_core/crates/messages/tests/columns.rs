//! Recorded cycles as columns.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use prost::Message;
use qiki_messages::telemetry::{Control, CycleRecord, CycleTiming, Feedback, PowerDetail, Truth};
use qiki_messages::{ColumnError, Columns};

fn columns(records: &[CycleRecord]) -> Columns {
    let bytes: Vec<Vec<u8>> = records.iter().map(Message::encode_to_vec).collect();
    Columns::decode(bytes.iter().map(Vec::as_slice)).unwrap()
}

fn empty(tick: u64) -> CycleRecord {
    CycleRecord {
        tick,
        ..CycleRecord::default()
    }
}

fn full() -> CycleRecord {
    let row = |n: usize| (0..n).map(|i| i as f64 + 0.5).collect::<Vec<f64>>();
    CycleRecord {
        tick: 7,
        time_ns: 14_000_000,
        period_ns: 2_000_100,
        feedback: Some(Feedback {
            fresh: 0xF7F,
            open_time_us: (0..16).collect(),
            valve_fault: 5,
            node_state: vec![1, 2, 3, 4],
            battery_soc_ratio: 0.8,
            supercap_soc_ratio: 0.9,
            bus_v: 27.0,
            load_w: 139.0,
            propellant_kg: 11.0,
            cluster_temp_c: row(4),
            ..Feedback::default()
        }),
        control: Some(Control {
            mode: 9,
            armed: true,
            inhibit_reason: 4,
            position_m_world: row(3),
            velocity_mps_world: row(3),
            attitude_xyzw: row(4),
            rates_rps_body: row(3),
            reference_position_m_world: row(3),
            reference_attitude_xyzw: row(4),
            wrench_demanded: row(6),
            wrench_allocated: row(6),
            thrust_n: (0..16).map(|i| i as f32).collect(),
            alloc_status: 2,
            alloc_iterations: 6,
            allocation_requested: 1,
            allocation_mode: 2,
            allocation_reason: 17,
            on_time_us: (100..116).collect(),
            isolated: 3,
            nav_age_ticks: 12,
            ..Control::default()
        }),
        truth: Some(Truth {
            position_m_world: row(3),
            velocity_mps_world: row(3),
            attitude_xyzw: row(4),
            rates_rps_body: row(3),
            mass_kg: 431.0,
        }),
        timing: Some(CycleTiming {
            wakeup_ns: 11,
            read_ns: 12,
            step_ns: 13,
            write_ns: 14,
            send_ns: 15,
            overruns: 16,
        }),
        ..CycleRecord::default()
    }
}

#[test]
fn every_value_of_a_full_record_lands_in_its_column() {
    let c = columns(&[full()]);
    assert_eq!(
        (c.len, c.tick[0], c.mode[0], c.armed[0], c.inhibit_reason[0]),
        (1, 7, 9, true, 4)
    );
    assert!((c.time_s[0] - 0.014).abs() < 1e-15 && (c.period_s[0] - 0.0020001).abs() < 1e-15);
    assert_eq!((c.fresh[0], c.valve_fault[0], c.isolated[0]), (0xF7F, 5, 3));
    assert_eq!(
        (c.alloc_status[0], c.alloc_iterations[0], c.nav_age_ticks[0]),
        (2, 6, 12)
    );
    assert_eq!(
        (
            c.allocation_requested[0],
            c.allocation_mode[0],
            c.allocation_reason[0]
        ),
        (1, 2, 17)
    );
    assert_eq!(c.open_time_us, (0..16).collect::<Vec<u32>>());
    assert_eq!(c.on_time_us, (100..116).collect::<Vec<u32>>());
    assert_eq!(c.node_state, [1, 2, 3, 4]);
    assert_eq!(
        [c.battery_soc[0], c.supercap_soc[0], c.bus_v[0]],
        [0.8, 0.9, 27.0]
    );
    assert_eq!(
        [c.load_w[0], c.propellant_kg[0], c.true_mass_kg[0]],
        [139.0, 11.0, 431.0]
    );
    assert_eq!(c.wrench_allocated, [0.5, 1.5, 2.5, 3.5, 4.5, 5.5]);
    assert_eq!(c.true_attitude_xyzw, [0.5, 1.5, 2.5, 3.5]);
    let timing = [
        c.wakeup_ns[0],
        c.read_ns[0],
        c.step_ns[0],
        c.write_ns[0],
        c.send_ns[0],
    ];
    assert_eq!(timing, [11, 12, 13, 14, 15]);
    assert_eq!(c.overruns[0], 16);
}

/// Lengths of all columns over their widths.
macro_rules! assert_widths {
    ($columns:expr, $rows:expr) => {{
        let columns = &$columns;
        macro_rules! visit {
            ($name:ident, $type:ty, $width:literal) => {
                let column: &Vec<$type> = &columns.$name;
                assert_eq!(column.len(), $rows * $width, stringify!($name));
            };
        }
        qiki_messages::for_each_column!(visit);
    }};
}

#[test]
fn every_column_has_its_width_in_every_row() {
    for records in [
        vec![],
        vec![empty(0)],
        vec![full()],
        vec![empty(0), full(), empty(8), full(), empty(10)],
    ] {
        let c = columns(&records);
        assert_eq!(c.len, records.len());
        assert_widths!(c, records.len());
    }
}

#[test]
fn what_a_record_leaves_out_is_that_of_the_row_before() {
    let mut next = full();
    next.feedback = Some(Feedback {
        fresh: 1,
        ..Feedback::default()
    });
    next.truth = None;
    let c = columns(&[full(), next, empty(9)]);
    for row in 0..3 {
        assert_eq!(c.battery_soc[row], 0.8);
        assert_eq!(c.true_mass_kg[row], 431.0);
        assert_eq!(c.cluster_temp_c[4 * row..4 * row + 4], [0.5, 1.5, 2.5, 3.5]);
        assert_eq!(c.true_position_m[3 * row..3 * row + 3], [0.5, 1.5, 2.5]);
        assert_eq!(c.node_state[4 * row..4 * row + 4], [1, 2, 3, 4]);
    }
    assert_eq!(c.est_position_m[6..9], [0.5, 1.5, 2.5]);
}

#[test]
fn before_the_first_value_there_is_none() {
    let c = columns(&[empty(0), full()]);
    assert!(c.battery_soc[0].is_nan() && c.true_mass_kg[0].is_nan());
    assert!(c.est_position_m[..3].iter().all(|v| v.is_nan()));
    assert!(c.cluster_temp_c[..4].iter().all(|v| v.is_nan()));
    assert_eq!(c.on_time_us[..16], [0; 16]);
    assert_eq!(c.battery_soc[1], 0.8);
}

#[test]
fn what_arrived_and_how_long_it_took_are_not_carried_on() {
    let c = columns(&[full(), empty(8)]);
    assert_eq!(c.fresh, [0xF7F, 0]);
    assert_eq!(c.wakeup_ns, [11, -1]);
    assert_eq!(c.overruns, [16, 0]);
    assert_eq!(c.valve_fault, [5, 0]);
}

#[test]
fn zero_power_that_is_fresh_is_a_value_and_not_a_gap() {
    let mut dead = empty(8);
    dead.feedback = Some(Feedback {
        fresh: 32,
        ..Feedback::default()
    });
    let c = columns(&[full(), dead]);
    assert_eq!(c.battery_soc, [0.8, 0.0]);
}

#[test]
fn a_list_of_the_wrong_length_counts_as_left_out() {
    let mut short = full();
    let control = short.control.get_or_insert_default();
    control.position_m_world = vec![9.0, 9.0];
    control.on_time_us = vec![1; 17];
    let c = columns(&[full(), short]);
    assert_eq!(c.est_position_m[3..], [0.5, 1.5, 2.5]);
    assert_eq!(c.on_time_us[16..], (100..116).collect::<Vec<u32>>());
}

#[test]
fn numbers_too_large_for_a_column_read_as_255() {
    let mut strange = full();
    strange.feedback.get_or_insert_default().node_state = vec![1, 256, 3, u32::MAX];
    strange.control.get_or_insert_default().mode = -1;
    strange.control.get_or_insert_default().alloc_status = 999;
    let c = columns(&[strange]);
    assert_eq!(c.node_state, [1, 255, 3, 255]);
    assert_eq!((c.mode[0], c.alloc_status[0]), (255, 255));
}

#[test]
fn a_record_does_not_leak_into_the_next() {
    let c = columns(&[full(), empty(0)]);
    assert_eq!(
        (c.tick[1], c.mode[1], c.armed[1], c.isolated[1]),
        (0, 0, false, 0)
    );
}

#[test]
fn a_part_begins_with_what_the_part_before_it_told() {
    let whole = columns(&[full(), empty(8), empty(9)]);
    let first = columns(&[full(), empty(8)]);
    let bytes = empty(9).encode_to_vec();
    let next = Columns::decode_after(&first, [bytes.as_slice()].into_iter()).unwrap();
    assert_eq!((next.len, next.tick.as_slice()), (1, &[9][..]));
    assert_eq!(next.bus_v, [27.0]);
    assert_eq!(next.cluster_temp_c, whole.cluster_temp_c[8..]);
    assert_eq!(next.thrust_n, whole.thrust_n[32..]);
    assert_eq!(next.isolated, [0]);
    let nothing = Columns::decode_after(&next.last_row(), [].into_iter()).unwrap();
    assert_eq!((nothing.len, nothing.bus_v.len()), (0, 0));
}

#[test]
fn wrong_bytes_name_the_record() {
    let good = full().encode_to_vec();
    let bad: [&[u8]; 4] = [&good[..good.len() - 1], &[0xFF; 20], &[0x22, 0x05], &[0x08]];
    for bytes in bad {
        let records = [good.as_slice(), &good, bytes, &good];
        let ColumnError { index, source } = Columns::decode(records.into_iter()).unwrap_err();
        assert_eq!(index, 2);
        let error = ColumnError { index, source };
        assert!(error.to_string().starts_with("cycle record 2: "), "{error}");
    }
}

#[test]
fn a_field_from_a_later_contract_is_passed_over() {
    let mut bytes = full().encode_to_vec();
    bytes.extend([0xF8, 0x7F, 0x2A]); // field 2047, varint
    let c = Columns::decode([bytes.as_slice()].into_iter()).unwrap();
    assert_eq!(c.tick, [7]);
}

#[test]
fn the_power_plane_stays_as_it_was_last_told() {
    let mut told = empty(1);
    told.feedback = Some(Feedback {
        fresh: 128 | 4096,
        power_detail: Some(PowerDetail {
            shed: 0b10_1000,
            throttled: 0b10,
            faults: 4,
            ..PowerDetail::default()
        }),
        nodes_tripped: 0x201,
        ..Feedback::default()
    });
    let mut restored = empty(3);
    restored.feedback = Some(Feedback {
        fresh: 128,
        power_detail: Some(PowerDetail::default()),
        ..Feedback::default()
    });
    let c = columns(&[empty(0), told, empty(2), restored]);
    assert_eq!(c.loads_shed, [0, 0b10_1000, 0b10_1000, 0]);
    assert_eq!(c.loads_throttled, [0, 2, 2, 0]);
    assert_eq!(c.power_faults, [0, 4, 4, 0]);
    assert_eq!(c.nodes_tripped, [0, 0x201, 0x201, 0x201]);
}

#[test]
fn what_holds_the_nozzles_back_is_told_in_every_record() {
    let mut held = empty(0);
    held.control = Some(Control {
        rcs_power_max_w: 22_500.0,
        rcs_power_w: 4200.0,
        rcs_power_limits: 9,
        cluster_limits: vec![0, 1, 2, 4],
        resting: 0x0F10,
        working_mass_low: true,
        model_mismatch: 2,
        guard_violation: 7,
        ..Control::default()
    });
    let c = columns(&[held, empty(1)]);
    assert_eq!(c.rcs_power_max_w, [22_500.0, 0.0]);
    assert_eq!(c.rcs_power_w, [4200.0, 0.0]);
    assert_eq!(c.rcs_power_limits, [9, 0]);
    assert_eq!(c.cluster_limits, [0, 1, 2, 4, 0, 0, 0, 0]);
    assert_eq!(c.resting, [0x0F10, 0]);
    assert_eq!(c.working_mass_low, [true, false]);
    assert_eq!(c.model_mismatch, [2, 0]);
    assert_eq!(c.guard_violation, [7, 0]);
}
