//! When a command or a report becomes thrust.

use qiki_craft::{Craft, NOZZLES};

use crate::evidence::Sources;
use crate::residual::tests::craft;
use crate::residual::thrust::Thrust;

const DT_S: f64 = 0.002;
const PERIOD_US: u32 = 2000;
const N: usize = 5;
const BIT: u16 = 1 << N;

/// Times of nozzle `N`: delays of opening and closing, rise and fall. The others have none.
fn with(times_s: [f64; 4]) -> Craft {
    let mut craft = craft();
    for (n, thruster) in craft.thrusters.iter_mut().enumerate() {
        let times_s = if n == N { times_s } else { [0.0; 4] };
        [
            thruster.open_delay_s,
            thruster.close_delay_s,
            thruster.rise_s,
            thruster.fall_s,
        ] = times_s;
    }
    craft
}

fn at(us: u32) -> [u32; NOZZLES] {
    let mut each = [0; NOZZLES];
    each[N] = us;
    each
}

fn reported() -> Sources {
    Sources {
        reported: u16::MAX,
        ..Sources::default()
    }
}

/// Expected levels of nozzle `N`, tick by tick, by on-times that it obeys unseen.
fn by_command(times_s: [f64; 4], on_us: &[u32]) -> Vec<f64> {
    let mut thrust = Thrust::new(&with(times_s), DT_S);
    let levels = on_us.iter().map(|us| {
        thrust.record_command(&at(*us));
        thrust.levels(&at(0), &Sources::default()).expected[N]
    });
    levels.collect()
}

fn by_report(times_s: [f64; 4], open_us: &[u32]) -> Vec<f64> {
    let mut thrust = Thrust::new(&with(times_s), DT_S);
    let levels = open_us
        .iter()
        .map(|us| thrust.levels(&at(*us), &reported()).expected[N]);
    levels.collect()
}

fn close(is: &[f64], expected: &[f64]) {
    assert_eq!(is.len(), expected.len());
    let worst = is.iter().zip(expected).map(|(a, b)| (a - b).abs());
    assert!(
        worst.fold(0.0, f64::max) < 1e-12,
        "{is:?}, not {expected:?}"
    );
}

const PULSE: [u32; 6] = [0, 1000, 2000, 500, 0, 0];

#[test]
fn a_command_becomes_thrust_after_the_mean_delay_and_half_the_mean_rise() {
    close(
        &by_command([0.0; 4], &PULSE),
        &[0.0, 0.5, 1.0, 0.25, 0.0, 0.0],
    );
    let two_ticks = [0.0, 0.0, 0.0, 0.5, 1.0, 0.25];
    close(&by_command([0.004, 0.004, 0.0, 0.0], &PULSE), &two_ticks);
    close(&by_command([0.006, 0.002, 0.0, 0.0], &PULSE), &two_ticks);
    close(&by_command([0.0, 0.0, 0.012, 0.004], &PULSE), &two_ticks);
    close(
        &by_command([0.001, 0.003, 0.002, 0.006], &PULSE),
        &two_ticks,
    );
    // Three quarters of a tick: a quarter of the newest value and three quarters of the one before.
    let between = [0.0, 0.125, 0.625, 0.8125, 0.1875, 0.0];
    close(&by_command([0.0015, 0.0015, 0.0, 0.0], &PULSE), &between);
}

#[test]
fn a_report_becomes_thrust_after_half_the_mean_rise_whatever_the_delays() {
    let delays = [0.02, 0.02, 0.004, 0.004];
    close(&by_report(delays, &PULSE), &[0.0, 0.0, 0.5, 1.0, 0.25, 0.0]);
    // A clock that is ahead reports more than the tick has.
    close(&by_report([0.0; 4], &[2100, 0]), &[1.0, 0.0]);
}

#[test]
fn the_longest_delay_is_sixty_two_ticks() {
    for (delay_s, ticks) in [(0.122, 61), (0.124, 62), (0.126, 62), (9.0, 62)] {
        let mut on_us = vec![0; 70];
        on_us[1] = PERIOD_US;
        let levels = by_command([delay_s, delay_s, 0.0, 0.0], &on_us);
        let mut expected = vec![0.0; 70];
        expected[1 + ticks] = 1.0;
        let worst = levels.iter().zip(&expected).map(|(a, b)| (a - b).abs());
        assert!(worst.fold(0.0, f64::max) < 1e-9, "{delay_s} s: {levels:?}");
    }
}

#[test]
fn each_nozzle_has_its_own_delay_and_its_own_source() {
    let mut thrust = Thrust::new(&with([0.004, 0.004, 0.0, 0.0]), DT_S);
    thrust.record_command(&[PERIOD_US; NOZZLES]);
    let mut open_us = [0; NOZZLES];
    open_us[2] = 500;
    let sources = Sources {
        reported: 0b110,
        stuck_open: 1 << 9,
        stuck_closed: 1 << 10,
        ..Sources::default()
    };
    let levels = thrust.levels(&open_us, &sources);
    let mut expected = [1.0; NOZZLES];
    (expected[1], expected[2]) = (0.0, 0.25);
    (expected[N], expected[10]) = (0.0, 0.0);
    assert_eq!(levels.expected, expected);
    let mut commanded = [1.0; NOZZLES];
    commanded[N] = 0.0;
    assert_eq!(levels.commanded, commanded);
}

#[test]
fn a_nozzle_that_the_craft_does_not_have_has_no_delay() {
    let mut craft = with([0.004, 0.004, 0.0, 0.0]);
    craft.thrusters.truncate(N);
    let mut thrust = Thrust::new(&craft, DT_S);
    thrust.record_command(&at(PERIOD_US));
    assert_eq!(thrust.levels(&at(0), &Sources::default()).expected[N], 1.0);
}

/// Whatever the rise, what is stuck is so from now on: what is still to come of before is dropped.
/// What is reported after comes with its delay again.
#[test]
fn a_stuck_nozzle_thrusts_or_does_not_from_now_on() {
    // Rise, and in the ticks after how much of the thrust is still that of the stuck nozzle.
    let table = [
        (0.0, [0.0; 6]),
        (0.003, [0.75, 0.0, 0.0, 0.0, 0.0, 0.0]),
        (0.006, [1.0, 0.5, 0.0, 0.0, 0.0, 0.0]),
        (0.018, [1.0, 1.0, 1.0, 1.0, 0.5, 0.0]),
    ];
    for (rise_s, stays) in table {
        for (stuck, before_us, level) in [(true, 0, 1.0), (false, PERIOD_US, 0.0)] {
            let mut thrust = Thrust::new(&with([0.0, 0.0, rise_s, rise_s]), DT_S);
            for _ in 0..20 {
                thrust.levels(&at(before_us), &reported());
            }
            let set = Sources {
                reported: !BIT,
                stuck_open: if stuck { BIT } else { 0 },
                stuck_closed: if stuck { 0 } else { BIT },
                ..Sources::default()
            };
            let now = thrust.levels(&at(before_us), &set).expected[N];
            assert_eq!(now, level, "{rise_s} s, stuck open: {stuck}");
            let after = stays.map(|_| thrust.levels(&at(before_us), &reported()).expected[N]);
            let expected = stays.map(|part| if stuck { part } else { 1.0 - part });
            close(&after, &expected);
        }
    }
}
