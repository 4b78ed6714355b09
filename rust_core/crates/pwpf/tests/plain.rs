//! The fast bank against one that works out every nozzle in every tick.

use crate::common::plain::PlainBank;
use crate::common::*;
use qiki_craft::NOZZLES;
use qiki_pwpf::{Bank, Gate, Params, ValveTimes};

const SHIPPED: Params = Params {
    km: 7.5,
    tau_s: 0.55,
    u_on: 0.45,
    u_off: 0.05,
};
const SATURATING: Params = Params {
    u_off: -0.05,
    ..PARAMS
};
const VALVE: ValveTimes = ValveTimes {
    min_on_s: 0.03,
    min_off_s: 0.03,
    max_on_s: 0.2,
};

/// Levels that change at every tick, or stay for a while, and some that are no level at all.
fn levels(dice: &mut Dice, held: &mut [f64; NOZZLES]) {
    let change = [0.02, 0.3, 1.0][(dice.unit() * 3.0) as usize];
    for level in held {
        if dice.unit() < change {
            *level = match (dice.unit() * 12.0) as u32 {
                0 => f64::NAN,
                1 => f64::INFINITY,
                2 => -0.0,
                3 => 1.0,
                4 => 0.0,
                5 => 0.06,
                _ => 2.0 * dice.unit() - 0.5,
            };
        }
    }
}

fn gate(dice: &mut Dice) -> Gate {
    let bits = |dice: &mut Dice| (dice.unit() * 65536.0) as u16;
    match (dice.unit() * 7.0) as u32 {
        0 => Gate {
            closed: bits(dice) & bits(dice) & bits(dice),
            ..FREE
        },
        1 => Gate {
            no_opening: bits(dice),
            ..FREE
        },
        2 => Gate {
            ending: bits(dice) & bits(dice),
            ..FREE
        },
        3 => Gate {
            power_max_w: dice.unit() * 17.0,
            ..FREE
        },
        _ => FREE,
    }
}

fn assert_same(params: Params, times: ValveTimes, period_us: u32, gated: bool) {
    let mut fast = Bank::new(&pwpf(params), times, &NOZZLES_1_W, period_us).unwrap();
    let mut plain = PlainBank::new(params, times, period_us);
    let mut dice = Dice::new(u64::from(period_us) + u64::from(gated));
    let (mut level, mut hold) = ([0.0; NOZZLES], FREE);
    let (mut edges, mut given, mut expected) = (0, [0; NOZZLES], [0; NOZZLES]);
    for tick in 0..40_000 {
        levels(&mut dice, &mut level);
        if gated && tick % 7 == 0 {
            hold = gate(&mut dice);
        }
        let before = plain.open_mask();
        fast.step(&level, hold, &mut given);
        plain.step(&level, hold, &mut expected);
        assert_eq!(given, expected, "tick {tick} of {period_us} us");
        assert_eq!(fast.open_mask(), plain.open_mask());
        edges += (before ^ plain.open_mask()).count_ones();
    }
    assert!(edges > 500, "{edges} edges only");
}

#[test]
fn the_fast_bank_is_the_plain_bank_to_the_bit() {
    let slow_closing = ValveTimes {
        max_on_s: 0.05,
        ..QUICK
    };
    for period_us in PERIODS_US {
        for gated in [false, true] {
            assert_same(SHIPPED, VALVE, period_us, gated);
            assert_same(PARAMS, QUICK, period_us, gated);
            assert_same(SATURATING, slow_closing, period_us, gated);
        }
    }
}
