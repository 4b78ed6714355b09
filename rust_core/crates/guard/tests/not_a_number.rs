//! What is not a number is within no limit.

use qiki_craft::{NOZZLES, ValveCommand};
use qiki_guard::{Guard, ValveLimits, Violation};

use crate::common::{LIMITS, NONE, THROTTLED, command};

#[test]
fn a_power_limit_that_is_not_a_number_permits_nothing() {
    for limits in [LIMITS, THROTTLED] {
        let mut guard = Guard::new(ValveLimits {
            power_max_w: f64::NAN,
            ..limits
        });
        for command in [
            command(1, 0..1),
            command(2000, 0..NOZZLES),
            ValveCommand::default(),
        ] {
            assert_eq!(guard.check(&command, &NONE), Err(Violation::Power));
        }
    }
}

#[test]
fn a_nozzle_whose_power_is_not_a_number_is_not_opened_and_the_others_are() {
    for n in [4, 5] {
        let mut limits = THROTTLED;
        limits.power_w[n] = f64::NAN;
        let fresh = || Guard::new(limits);
        for on_time_us in [1, 2000] {
            assert_eq!(
                fresh().check(&command(on_time_us, n..n + 1), &NONE),
                Err(Violation::Power),
                "{n}"
            );
            assert_eq!(
                fresh().check(&command(on_time_us, 2..7), &NONE),
                Err(Violation::Power),
                "{n} among others"
            );
        }
        assert_eq!(fresh().check(&command(2000, 8..10), &NONE), Ok(()));
    }
}

#[test]
fn a_power_without_bound_is_refused_where_the_limit_is_not() {
    let mut limits = LIMITS;
    limits.power_w[0] = f64::INFINITY;
    let mut guard = Guard::new(limits);
    assert_eq!(guard.check(&command(1, 0..1), &NONE), Err(Violation::Power));
}
