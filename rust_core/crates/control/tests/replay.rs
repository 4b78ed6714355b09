//! The same inputs give the same bits, live and from a record.

use crate::common::*;
use prost::Message;
use qiki_control::{GuardedController, Inputs, Outputs};
use qiki_craft::{Feedback, Fresh, NodeState, NodeTemps, PowerDetail};
use qiki_guard::Violation;
use qiki_messages::command_from_message;
use qiki_messages::commands::BodyAxis;
use qiki_messages::telemetry::{CycleRecord, LoopPacket};
use qiki_messages::{Columns, commands as wire};
use qiki_messages::{CycleEncoder, Timing, feedback_from_record};
use qiki_plant::ValveFault;

/// A flight in which something happens, with its records.
fn flight(period_us: u32) -> Loop {
    let mut l = Loop::new(period_us);
    l.keep_records = true;
    l.run(0.1);
    l.say(arm());
    l.say(go_to([2.0, -1.0, 0.5]));
    l.run(2.0);
    l.say(turn_to(turn([0.0, 1.0, 0.0], 1.0)));
    l.run(2.0);
    l.plant
        .set_valve_fault(6, ValveFault::StuckOpen, true)
        .unwrap();
    l.say(fire(BodyAxis::Up, 0.7, 1.0));
    l.run(1.5);
    l.say(profile(vec![
        segment([0.0, 1.0, 0.0], 0.5, 0.3),
        segment([1.0, 0.0, 0.0], 0.1, 0.3),
    ]));
    l.deaf = Fresh::VELOCITY;
    l.run(1.0);
    l.deaf = Fresh::default();
    l.say(brake());
    l.run(1.0);
    l.say(fire(BodyAxis::Up, f64::NAN, 1.0));
    l.say(disarm());
    l.run(0.1);
    l
}

#[test]
fn two_runs_with_one_seed_give_identical_records() {
    for period_us in PERIODS_US {
        let (a, b) = (flight(period_us).records, flight(period_us).records);
        assert_eq!(a.len(), b.len());
        let first = a.iter().zip(&b).position(|(a, b)| a != b);
        assert_eq!(first, None, "records differ");
    }
}

fn record(packet: &[u8]) -> CycleRecord {
    let mut packet = LoopPacket::decode(packet).unwrap();
    assert_eq!(packet.cycles.len(), 1);
    packet.cycles.remove(0)
}

#[test]
fn a_record_replays_through_the_controller_bit_for_bit() {
    for period_us in PERIODS_US {
        let l = flight(period_us);
        let mut controller = GuardedController::new(&craft(), period_us).unwrap();
        let mut encoder = CycleEncoder::new(1);
        let (mut feedback, mut outputs) = (Feedback::default(), Outputs::default());
        for packet in &l.records {
            let recorded = record(packet);
            feedback_from_record(recorded.feedback.as_ref().unwrap(), &mut feedback);
            let command = recorded.command.as_ref().map(command_from_message);
            let inputs = Inputs {
                tick: recorded.tick,
                period_ns: recorded.period_ns,
                feedback: &feedback,
                command: command.as_ref(),
            };
            controller.step(&inputs, &mut outputs);
            encoder.clear();
            encoder.push(
                recorded.time_ns,
                &inputs,
                recorded.command.as_ref(),
                &outputs,
                None,
                None,
            );
            let mut expected = recorded.clone();
            expected.truth = None;
            // Bytes, because a NaN in a command differs from itself.
            let bytes = LoopPacket {
                cycles: vec![expected.clone()],
                ..LoopPacket::default()
            };
            assert!(
                encoder.packet() == bytes.encode_to_vec(),
                "tick {}: {:?} recorded, {:?} replayed",
                recorded.tick,
                expected.control,
                record(encoder.packet()).control
            );
        }
    }
}

#[test]
fn a_record_says_what_went_in_and_what_came_out() {
    let mut l = Loop::armed(2000);
    l.keep_records = true;
    let id = l.say(go_to([1.0, 0.0, 0.0]));
    l.run(0.5);
    let first = record(&l.records[0]);
    assert_eq!(first.tick, l.tick - l.records.len() as u64);
    assert_eq!(first.time_ns, first.tick as i64 * 2_000_000);
    assert_eq!(first.command.unwrap().command_id, id);
    let control = record(l.records.last().unwrap()).control.unwrap();
    assert_eq!(control.mode, wire::FlightMode::Manoeuvre as i32);
    assert_eq!(control.on_time_us, l.outputs.command.on_time_us);
    assert_eq!(control.wrench_demanded, l.outputs.wrench_demanded);
    assert_eq!(control.position_m_world, l.outputs.position);
    assert_eq!(control.attitude_xyzw, l.outputs.attitude);
    assert!(control.armed && control.emissions_allowed);
    assert_eq!(control.alloc_status, 1);
}

/// Every field with a value of its own.
fn full_detail(some: &mut impl FnMut() -> f64) -> PowerDetail {
    PowerDetail {
        requested_w: Some(std::array::from_fn(|_| some())),
        supplied_w: std::array::from_fn(|_| some()),
        base_in_w: some(),
        dock_in_w: some(),
        battery_w: some(),
        supercap_w: some(),
        unserved_w: some(),
        spill_w: some(),
        bus_a: some(),
        pdu_limit_w: some(),
        shed: 0x81,
        throttled: 0x42,
        reduced_by: [1, 2, 4, 0x88],
        faults: 5,
        low_soc: true,
        dock_connected: true,
        dock_closed: true,
        dock_soft_start: some(),
        dock_offer_w: Some(some()),
        dock_v: some(),
        dock_a: some(),
        nbl_active: true,
        nbl_allowed: true,
        nbl_budget_w: some(),
        rcs_allowance: 2,
        rcs_budget_w: some(),
        rcs_budget_limits: 0x7F,
    }
}

#[test]
fn every_value_of_a_feedback_comes_back_from_its_record() {
    let mut dice = Dice::new(5);
    let mut some = || 2.0 * dice.unit() - 1.0;
    let given = Feedback {
        fresh: Fresh(0x1FFF),
        rates_rps_body: std::array::from_fn(|_| some()),
        acceleration_mps2_body: std::array::from_fn(|_| some()),
        attitude_xyzw: std::array::from_fn(|_| some()),
        position_m_world: std::array::from_fn(|_| some()),
        velocity_mps_world: std::array::from_fn(|_| some()),
        open_time_us: std::array::from_fn(|n| 1999 - n as u32),
        valve_fault: 0x8421,
        node_state: [
            NodeState::Silent,
            NodeState::Armed,
            NodeState::Failsafe,
            NodeState::Fault,
        ],
        battery_soc: some(),
        supercap_soc: some(),
        bus_v: some(),
        load_w: some(),
        propellant_kg: some(),
        cluster_temp_c: std::array::from_fn(|_| some()),
        power_detail: full_detail(&mut some),
        nodes: NodeTemps {
            count: 10,
            temp_c: std::array::from_fn(|i| if i < 10 { some() } else { 0.0 }),
            warned: 0x8000_0001,
            tripped: 0x4000_0002,
        },
    };
    let mut encoder = CycleEncoder::new(1);
    let inputs = Inputs {
        tick: 0,
        period_ns: 0,
        feedback: &given,
        command: None,
    };
    encoder.push(0, &inputs, None, &Outputs::default(), None, None);
    let mut read = Feedback::default();
    feedback_from_record(&record(encoder.packet()).feedback.unwrap(), &mut read);
    assert_eq!(read, given);
}

#[test]
fn what_is_not_fresh_is_not_in_the_record() {
    let mut encoder = CycleEncoder::new(4);
    let feedback = Feedback {
        bus_v: 27.0,
        fresh: Fresh::RATES,
        ..Feedback::default()
    };
    let inputs = Inputs {
        tick: 3,
        period_ns: 5,
        feedback: &feedback,
        command: None,
    };
    encoder.push(7, &inputs, None, &Outputs::default(), None, None);
    let r = record(encoder.packet());
    let f = r.feedback.unwrap();
    assert_eq!((r.tick, r.time_ns, r.period_ns), (3, 7, 5));
    assert_eq!(f.rates_rps_body, [0.0; 3]);
    assert!(f.attitude_xyzw.is_empty() && f.position_m_world.is_empty());
    assert!(f.velocity_mps_world.is_empty() && f.cluster_temp_c.is_empty());
    assert!(f.power_detail.is_none() && f.node_temp_c.is_empty());
    assert_eq!(f.bus_v, 0.0);
    assert!(r.truth.is_none() && r.timing.is_none() && r.command.is_none());
    assert!(r.control.unwrap().replies.is_empty());
}

#[test]
fn a_packet_holds_the_records_since_it_was_cleared() {
    let feedback = Feedback::default();
    let mut encoder = CycleEncoder::new(2);
    let timing = Timing {
        wakeup_ns: 1,
        overruns: 2,
        ..Timing::default()
    };
    for tick in 0..5 {
        let inputs = Inputs {
            tick,
            period_ns: 0,
            feedback: &feedback,
            command: None,
        };
        encoder.push(0, &inputs, None, &Outputs::default(), None, Some(&timing));
    }
    let packet = LoopPacket::decode(encoder.packet()).unwrap();
    let ticks: Vec<u64> = packet.cycles.iter().map(|c| c.tick).collect();
    assert_eq!(ticks, [0, 1, 2, 3, 4]);
    let read = packet.cycles[4].timing.unwrap();
    assert_eq!((read.wakeup_ns, read.overruns), (1, 2));
    encoder.clear();
    assert!(encoder.packet().is_empty());
}

#[test]
fn the_columns_of_a_flight_are_what_happened() {
    let l = flight(2000);
    let bytes: Vec<Vec<u8>> = l
        .records
        .iter()
        .map(|p| record(p).encode_to_vec())
        .collect();
    let c = Columns::decode(bytes.iter().map(Vec::as_slice)).unwrap();
    assert_eq!(c.len as u64, l.tick);
    assert!(c.armed.iter().any(|a| *a) && !c.armed[0] && !c.armed[c.len - 1]);
    assert!(c.isolated.contains(&(1 << 6)));
    assert_eq!(c.est_position_m[3 * (c.len - 1)..], l.outputs.position);
    assert!(c.true_mass_kg.iter().all(|m| *m > 420.0));
    assert!(c.bus_v.iter().all(|v| *v > 20.0));
}

#[test]
fn a_refusal_of_the_guard_is_in_the_record_and_in_its_column() {
    let mut l = Loop::armed(2000);
    let mut encoder = CycleEncoder::new(1);
    let inputs = Inputs {
        tick: 0,
        period_ns: 2_000_000,
        feedback: &l.feedback,
        command: None,
    };
    for (violation, number) in [(Some(Violation::Power), 6), (None, 0)] {
        l.outputs.guard_violation = violation;
        encoder.clear();
        encoder.push(0, &inputs, None, &l.outputs, None, None);
        let recorded = record(encoder.packet());
        assert_eq!(recorded.control.as_ref().unwrap().guard_violation, number);
        let bytes = recorded.encode_to_vec();
        let columns = Columns::decode([bytes.as_slice()].into_iter()).unwrap();
        assert_eq!(i32::from(columns.guard_violation[0]), number);
    }
}
