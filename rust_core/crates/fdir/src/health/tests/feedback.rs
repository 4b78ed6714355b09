//! What a valve's feedback may be off by, to the microsecond.

use qiki_craft::NOZZLES;

use crate::fault::Fault;
use crate::health::valve_feedback::ValveFeedbackMonitor;

const ALL: u16 = u16::MAX;
const N: usize = 9;
const BIT: u16 = 1 << N;

fn monitor() -> ValveFeedbackMonitor {
    ValveFeedbackMonitor::new(0.002)
}

fn at(us: u32) -> [u32; NOZZLES] {
    let mut each = [0; NOZZLES];
    each[N] = us;
    each
}

/// After one tick in which the valve was open for `missing_us` less than commanded.
fn missing(missing_us: u32) -> (ValveFeedbackMonitor, u16) {
    let mut monitor = monitor();
    monitor.record_command(&at(missing_us));
    let off = monitor.compare(ALL, ALL, &at(0));
    (monitor, off)
}

#[test]
fn more_than_20_ms_are_a_fault_in_either_direction_and_no_less() {
    assert_eq!(missing(20_000).1, 0);
    let (monitor_of_less, off) = missing(20_001);
    assert_eq!((off, monitor_of_less.fault(N)), (BIT, Fault::StuckClosed));
    let mut more = monitor();
    assert_eq!(more.compare(ALL, ALL, &at(20_000)), 0);
    let mut more = monitor();
    assert_eq!(more.compare(ALL, ALL, &at(20_001)), BIT);
    assert_eq!(more.fault(N), Fault::StuckOpen);
}

#[test]
fn every_fall_of_a_command_allows_for_4_ms_and_a_rise_for_none() {
    let fallen = |us: u32| {
        let mut monitor = monitor();
        monitor.record_command(&at(2000));
        monitor.record_command(&at(0));
        monitor.compare(ALL, ALL, &at(us))
    };
    assert_eq!(fallen(24_000), 0);
    assert_eq!(fallen(24_001), BIT);
    let risen = |us: u32| {
        let mut monitor = monitor();
        monitor.record_command(&at(0));
        monitor.record_command(&at(2000));
        monitor.compare(ALL, ALL, &at(us))
    };
    assert_eq!(risen(22_000), 0);
    assert_eq!(risen(22_001), BIT);
    let half = |us: u32| {
        let mut monitor = monitor();
        monitor.record_command(&at(2000));
        monitor.record_command(&at(1000));
        monitor.compare(ALL, ALL, &at(us))
    };
    assert_eq!(half(23_000), 0, "1 ms commanded, 20 ms, and half of 4 ms");
    assert_eq!(half(23_001), BIT);
}

#[test]
fn a_thousandth_is_forgotten_each_tick_of_2_ms() {
    let after = |us: u32| {
        let (mut monitor, _) = missing(20_000);
        monitor.record_command(&at(0));
        // The fall of the command was 20 ms: 40 ms of allowance, of which the rest is left below.
        let mut off = monitor.compare(ALL, ALL, &at(0));
        assert_eq!(off, 0);
        monitor.record_command(&at(us));
        off = monitor.compare(ALL, ALL, &at(0));
        off
    };
    // 20 ms + 40 ms * 0.999, against 20 ms * 0.999 * 0.999.
    assert_eq!(after(59_960 - 19_960 - 5), 0);
    assert_eq!(after(59_960 - 19_960 + 5), BIT);
}

#[test]
fn what_is_not_heard_is_neither_held_against_a_valve_nor_forgotten() {
    let (mut monitor, _) = missing(20_000);
    for _ in 0..100 {
        assert_eq!(monitor.compare(ALL & !BIT, ALL, &at(0)), 0);
    }
    // Still 20 ms, and not a microsecond of the 2 s that were not heard.
    monitor.record_command(&at(20_000));
    let mut same = monitor.clone();
    assert_eq!(monitor.compare(ALL, ALL, &at(20_000 - 25)), BIT);
    assert_eq!(same.compare(ALL, ALL, &at(20_000 - 15)), 0);
}

#[test]
fn the_command_of_a_node_that_does_not_obey_is_to_stay_closed() {
    let mut monitor = monitor();
    monitor.record_command(&[20_001; NOZZLES]);
    assert_eq!(monitor.clone().compare(ALL, !BIT, &[0; NOZZLES]), !BIT);
    assert_eq!(monitor.compare(ALL, !BIT, &[20_001; NOZZLES]), BIT);
}

#[test]
fn each_valve_is_held_to_its_own_command() {
    let mut monitor = monitor();
    monitor.record_command(&at(20_001));
    assert_eq!(monitor.clone().compare(BIT, ALL, &at(0)), BIT);
    assert_eq!(monitor.compare(ALL, ALL, &at(20_001)), 0);
}

#[test]
fn a_valve_has_closed_after_more_than_20_ms_in_a_row() {
    let mut monitor = ValveFeedbackMonitor::new(0.005);
    let seen = [0, 0, 0, 1, 0, 0, 0, 0, 0].map(|open_us| monitor.has_closed(N, open_us));
    let mut expected = [false; 9];
    expected[8] = true;
    assert_eq!(seen, expected);
    monitor.reset(N);
    let seen = [0; 5].map(|open_us| monitor.has_closed(N, open_us));
    assert_eq!(seen, [false, false, false, false, true], "after a reset");
}

#[test]
fn a_reset_holds_nothing_against_a_valve_and_allows_nothing() {
    let (mut monitor, _) = missing(20_000);
    monitor.record_command(&at(0));
    monitor.reset(N);
    assert_eq!(monitor.clone().compare(ALL, ALL, &at(20_000)), 0);
    assert_eq!(monitor.compare(ALL, ALL, &at(20_001)), BIT);
}

#[test]
fn a_fresh_monitor_knows_the_last_command_and_no_more() {
    let (monitor, _) = missing(20_000);
    let mut fresh = monitor.cleared();
    assert_eq!(fresh.clone().compare(ALL, ALL, &at(0)), 0);
    fresh.record_command(&at(19_000));
    // 1 ms less was commanded: 2 ms of allowance.
    assert_eq!(fresh.clone().compare(ALL, ALL, &at(41_000)), 0);
    assert_eq!(fresh.compare(ALL, ALL, &at(41_001)), BIT);
}

/// Pulses of 30 ms every 100 ms, of which `missing_us` are not measured. The first at which the
/// valve is off.
fn pulses_until_off(missing_us: i64, most: u32) -> Option<u32> {
    let mut monitor = ValveFeedbackMonitor::new(0.002);
    (1..=most).find(|_| {
        let mut off = 0;
        let mut due_us = 30_000 - missing_us;
        for tick in 0..50 {
            let commanded = if tick < 15 { 2000 } else { 0 };
            monitor.record_command(&at(commanded));
            let open_us = due_us.clamp(0, 2000);
            due_us -= open_us;
            off |= monitor.compare(ALL, ALL, &at(open_us as u32));
        }
        off & BIT != 0
    })
}

#[test]
fn delays_of_a_valve_are_learnt_and_a_valve_that_fails_is_not() {
    for missing_us in [-9000, -8000, -4000, 0, 4000, 8000, 9000] {
        assert_eq!(pulses_until_off(missing_us, 1000), None, "{missing_us} us");
    }
    for missing_us in [16_000, 20_000, 25_000, 30_000] {
        let found = pulses_until_off(missing_us, 4);
        assert!(found.is_some(), "{missing_us} us");
    }
}

#[test]
fn delays_are_learnt_a_quarter_at_a_time() {
    // At once, 10 of 11.5 ms would be learnt after the first pulse, and the rest is allowed.
    assert_eq!(pulses_until_off(11_500, 6), Some(3));
}

#[test]
fn a_pulse_that_does_not_come_teaches_nothing_whatever_the_one_before_did() {
    let mut monitor = ValveFeedbackMonitor::new(0.002);
    let mut pulse = |opens: bool| {
        let mut off = 0;
        for tick in 0..100 {
            let commanded = if tick < 5 { 2000 } else { 0 };
            monitor.record_command(&at(commanded));
            off |= monitor.compare(ALL, ALL, &at(if opens { commanded } else { 0 }));
        }
        off & BIT != 0
    };
    assert!(!pulse(true));
    // Three times 10 ms, against 20 ms and 4 ms for each of three.
    assert!((0..4).any(|_| pulse(false)));
}
