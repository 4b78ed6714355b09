//! Parameter sets that cannot drive the valve are refused, with the reason.

use crate::common::{NOZZLES_1_W, PARAMS, QUICK, pwpf};
use qiki_pwpf::{Bank, Params, ValveTimes};

#[track_caller]
fn assert_refused(params: Params, times: ValveTimes, period_us: u32, text: &str) {
    let error = Bank::new(&pwpf(params), times, &NOZZLES_1_W, period_us).unwrap_err();
    assert_eq!(error.to_string(), text);
}

#[test]
fn a_parameter_that_is_not_positive_is_named() {
    let text = |name: &str, value: &str| {
        format!("pwpf {name}: {value} given, a positive finite number is needed")
    };
    assert_refused(Params { km: 0.0, ..PARAMS }, QUICK, 2000, &text("km", "0"));
    assert_refused(
        Params {
            tau_s: -1.0,
            ..PARAMS
        },
        QUICK,
        2000,
        &text("tau_s", "-1"),
    );
    assert_refused(
        Params {
            u_on: f64::NAN,
            ..PARAMS
        },
        QUICK,
        2000,
        &text("u_on", "NaN"),
    );
    assert_refused(
        Params {
            km: f64::INFINITY,
            ..PARAMS
        },
        QUICK,
        2000,
        &text("km", "inf"),
    );
}

#[test]
fn a_relay_without_hysteresis_is_refused() {
    let text = "pwpf: u_off 0.45 must be below u_on 0.45, and u_on and u_on - u_off below km 4.5";
    assert_refused(
        Params {
            u_off: 0.45,
            ..PARAMS
        },
        QUICK,
        2000,
        text,
    );
    let text = "pwpf: u_off NaN must be below u_on 0.45, and u_on and u_on - u_off below km 4.5";
    assert_refused(
        Params {
            u_off: f64::NAN,
            ..PARAMS
        },
        QUICK,
        2000,
        text,
    );
}

#[test]
fn a_relay_that_the_filter_cannot_drive_is_refused() {
    let text = "pwpf: u_off 0.15 must be below u_on 5, and u_on and u_on - u_off below km 4.5";
    assert_refused(
        Params {
            u_on: 5.0,
            ..PARAMS
        },
        QUICK,
        2000,
        text,
    );
    let text = "pwpf: u_off -10 must be below u_on 0.45, and u_on and u_on - u_off below km 4.5";
    assert_refused(
        Params {
            u_off: -10.0,
            ..PARAMS
        },
        QUICK,
        2000,
        text,
    );
    let text = "pwpf: u_off -inf must be below u_on 0.45, and u_on and u_on - u_off below km 4.5";
    assert_refused(
        Params {
            u_off: f64::NEG_INFINITY,
            ..PARAMS
        },
        QUICK,
        2000,
        text,
    );
}

#[test]
fn pulses_shorter_than_the_valve_can_do_are_refused() {
    assert_refused(
        PARAMS,
        ValveTimes {
            min_on_s: 0.03,
            ..QUICK
        },
        2000,
        "pwpf: shortest pulse 0.0103 s is below the valve's minimum on-time 0.0300 s: \
         raise tau_s or u_on - u_off, or lower km",
    );
    let error = PARAMS.check(f64::NAN).unwrap_err();
    assert!(
        error.to_string().contains("minimum on-time NaN s"),
        "{error}"
    );
}

#[test]
fn a_tick_as_long_as_a_pulse_or_pause_is_refused() {
    let text = |dt: &str, shortest: &str| {
        format!(
            "pwpf: tick {dt} s must be positive and shorter than the shortest pulse and pause {shortest} s"
        )
    };
    assert_refused(PARAMS, QUICK, 8000, &text("0.008", "0.008"));
    assert_refused(PARAMS, QUICK, 0, &text("0", "0.008"));
    assert_refused(
        PARAMS,
        ValveTimes {
            min_off_s: 0.001,
            ..QUICK
        },
        2000,
        &text("0.002", "0.001"),
    );
}

#[test]
fn a_longest_opening_below_the_shortest_is_refused() {
    let text = "pwpf: longest opening 0.008 s must be above the shortest 0.008 s";
    assert_refused(
        PARAMS,
        ValveTimes {
            max_on_s: 0.008,
            ..QUICK
        },
        2000,
        text,
    );
}

#[test]
fn the_set_that_ships_is_taken_at_every_rate() {
    let params = Params {
        km: 7.5,
        tau_s: 0.55,
        u_on: 0.45,
        u_off: 0.05,
    };
    let times = ValveTimes {
        min_on_s: 0.03,
        min_off_s: 0.03,
        max_on_s: 3.0,
    };
    params.check(0.03).unwrap();
    for period_us in crate::common::PERIODS_US {
        Bank::new(&pwpf(params), times, &NOZZLES_1_W, period_us).unwrap();
    }
}
