//! The limit on electrical power, inside both stages.

use crate::common::*;
use qiki_alloc::{AXES, AllocError, Allocator, Bounds, Power, Solution, Status};

fn draw(power: &Power<N>, f: &[f64; N]) -> f64 {
    power.w_per_n.iter().zip(f).map(|(w, f)| w * f).sum()
}

/// How far the squared error can be from the least there is (Frank and Wolfe): twice the most
/// that any thrusts within bounds and power gain along the slope.
fn excess(
    b: &Effectiveness,
    wrench: &[f64; AXES],
    bounds: &Bounds<N>,
    power: &Power<N>,
    f: &[f64; N],
) -> f64 {
    let r = residual(b, wrench, f);
    let slope: [f64; N] =
        std::array::from_fn(|j| (0..AXES).map(|i| SCALE[i] * b[i][j] * r[i]).sum());
    let mut order: Vec<usize> = (0..N).filter(|j| slope[*j] > 0.0).collect();
    order.sort_by(|a, b| {
        (slope[*b] / power.w_per_n[*b]).total_cmp(&(slope[*a] / power.w_per_n[*a]))
    });
    let mut left = power.max_w - draw(power, &bounds.lo);
    let mut best = bounds.lo;
    for j in order {
        let more = (bounds.hi[j] - bounds.lo[j]).min(left.max(0.0) / power.w_per_n[j]);
        best[j] += more;
        left -= more * power.w_per_n[j];
    }
    2.0 * (0..N).map(|j| slope[j] * (best[j] - f[j])).sum::<f64>()
}

/// Random limits, bounds and wrenches; returns in how many of them the limit binds.
fn check(name: &str, seed: u64, cases: usize, uneven: bool) -> usize {
    let (b, most) = geometry(name);
    let mut dice = Dice::new(seed);
    let mut limited = 0;
    for _ in 0..cases {
        let w_per_n = std::array::from_fn(|_| if uneven { dice.within(5.0, 30.0) } else { 17.5 });
        let power = Power {
            w_per_n,
            max_w: dice.within(5_000.0, 45_000.0),
        };
        let bounds = dice.bounds(&most, 0.05, 0.0, 0.1);
        if draw(&power, &bounds.lo) > power.max_w {
            continue;
        }
        let wrench = dice.wrench(900.0, 500.0);
        let mut allocator = Allocator::with_power(b, SCALE, power).unwrap();
        let answer = allocator.solve(&wrench, &bounds);
        limited += usize::from(binds(&b, &wrench, &bounds, &power, &answer, &EXACT));
    }
    limited
}

/// What an answer may be off by: squared error above the least, and power above the limit as a
/// part of it.
struct Off {
    error: f64,
    power: f64,
}

const EXACT: Off = Off {
    error: 1e-6,
    power: 1e-9,
};
/// Rounding in a basis of columns that nearly depend on each other.
const NEARLY: Off = Off {
    error: 1e-4,
    power: 1e-7,
};

/// Whether the limit binds in an answer, which is checked.
fn binds(
    b: &Effectiveness,
    wrench: &[f64; AXES],
    bounds: &Bounds<N>,
    power: &Power<N>,
    answer: &Solution<N>,
    allowed: &Off,
) -> bool {
    let context = || format!("{b:?}\n{wrench:?}\n{bounds:?}\n{power:?}\n{answer:?}");
    assert!(
        matches!(answer.status, Status::Optimal | Status::Saturated),
        "{}",
        context()
    );
    let drawn = draw(power, &answer.thrust_n);
    assert!(
        drawn <= power.max_w * (1.0 + allowed.power),
        "draws {drawn} W\n{}",
        context()
    );
    let size = norm(&std::array::from_fn(|i| SCALE[i] * wrench[i]));
    let over = excess(b, wrench, bounds, power, &answer.thrust_n);
    assert!(
        over <= allowed.error * (1.0 + size),
        "excess {over}\n{}",
        context()
    );
    drawn > power.max_w * (1.0 - 1e-6)
}

#[test]
fn the_error_is_the_least_within_bounds_and_power() {
    for name in ["table", "canted"] {
        // The limit must bind often enough for the test to say anything.
        assert!(check(name, 41, 3000, false) > 300);
        assert!(check(name, 42, 3000, true) > 300);
    }
}

#[test]
fn almost_collinear_nozzles_keep_the_limit_and_the_least_error() {
    let (original, most) = geometry("canted");
    let mut dice = Dice::new(46);
    let mut limited = 0;
    for _ in 0..400 {
        let mut b = original;
        for _ in 0..4 {
            let (from, to) = (dice.below(N), dice.below(N));
            let off = 10f64.powf(dice.within(-14.0, -4.0));
            for row in &mut b {
                row[to] = row[from] + off * dice.within(-1.0, 1.0);
            }
        }
        let power = Power {
            w_per_n: [17.5; N],
            max_w: dice.within(5_000.0, 45_000.0),
        };
        let mut allocator = Allocator::with_power(b, SCALE, power).unwrap();
        for _ in 0..50 {
            let bounds = dice.bounds(&most, 0.05, 0.0, 0.1);
            let wrench = dice.wrench(900.0, 500.0);
            if draw(&power, &bounds.lo) > power.max_w {
                continue;
            }
            let answer = allocator.solve(&wrench, &bounds);
            limited += usize::from(binds(&b, &wrench, &bounds, &power, &answer, &NEARLY));
        }
    }
    assert!(limited > 1000, "the limit bound in {limited} of 20,000");
}

#[test]
fn a_limit_that_does_not_bind_changes_nothing() {
    let (b, most) = geometry("canted");
    let power = Power {
        w_per_n: [17.5; N],
        max_w: 1e6,
    };
    let mut with = Allocator::with_power(b, SCALE, power).unwrap();
    let mut without = allocator(b);
    let mut dice = Dice::new(43);
    for _ in 0..2000 {
        let wrench = dice.wrench(400.0, 200.0);
        let (a, o) = (
            with.solve(&wrench, &healthy(most)),
            without.solve(&wrench, &healthy(most)),
        );
        assert_eq!(a.status, o.status);
        for n in 0..N {
            assert!((a.thrust_n[n] - o.thrust_n[n]).abs() < 1e-4, "{a:?}\n{o:?}");
        }
    }
}

#[test]
fn bounds_that_alone_break_the_limit_give_zero_thrust() {
    let (b, most) = geometry("canted");
    let power = Power {
        w_per_n: [17.5; N],
        max_w: 1000.0,
    };
    let mut allocator = Allocator::with_power(b, SCALE, power).unwrap();
    let mut bounds = healthy(most);
    bounds.lo[3] = most[3];
    let answer = allocator.solve(&[0.0; AXES], &bounds);
    assert_eq!(answer.status, Status::BadInput);
    assert_eq!(answer.thrust_n, [0.0; N]);
}

#[test]
fn a_power_that_is_no_number_is_refused() {
    let (b, _) = geometry("canted");
    let mut power = Power {
        w_per_n: [17.5; N],
        max_w: 45_000.0,
    };
    power.w_per_n[5] = -1.0;
    let error = Allocator::with_power(b, SCALE, power).unwrap_err();
    assert_eq!(error, AllocError::PowerPerNewton(5));
    let power = Power {
        w_per_n: [17.5; N],
        max_w: f64::NAN,
    };
    let error = Allocator::with_power(b, SCALE, power).unwrap_err();
    assert_eq!(
        error.to_string(),
        "power_max_w: must be finite and not negative"
    );
}

#[test]
fn a_limit_that_is_changed_counts_as_if_it_had_been_there_from_the_beginning() {
    let (b, most) = geometry("canted");
    let mut dice = Dice::new(44);
    let limit = |max_w| Power {
        w_per_n: [17.5; N],
        max_w,
    };
    let mut changing = Allocator::with_power(b, SCALE, limit(45_000.0)).unwrap();
    for _ in 0..500 {
        let max_w = dice.within(0.0, 45_000.0);
        let wrench = dice.wrench(900.0, 500.0);
        changing.set_power_max(max_w);
        let changed = changing.solve(&wrench, &healthy(most));
        let mut fixed = Allocator::with_power(b, SCALE, limit(max_w)).unwrap();
        let fresh = fixed.solve(&wrench, &healthy(most));
        assert_eq!(changed.status, fresh.status);
        let gap = error(&b, &wrench, &changed.thrust_n) - error(&b, &wrench, &fresh.thrust_n);
        assert!(gap.abs() < 1e-6, "{max_w} W: {gap}\n{changed:?}\n{fresh:?}");
    }
}

/// Regression: a push along an axis under a low limit went from corner to corner for ever.
#[test]
fn a_push_along_an_axis_under_any_limit_ends() {
    for name in ["table", "canted"] {
        let (b, most) = geometry(name);
        let mut dice = Dice::new(45);
        let mut longest = 0;
        for _ in 0..20_000 {
            let power = Power {
                w_per_n: [17.5; N],
                max_w: dice.within(5_000.0, 45_000.0),
            };
            let mut wrench = dice.wrench(0.0, 20.0);
            let side = if dice.unit() < 0.5 { -1.0 } else { 1.0 };
            wrench[dice.below(3)] = side * dice.within(600.0, 1300.0);
            let mut allocator = Allocator::with_power(b, SCALE, power).unwrap();
            let answer = allocator.solve(&wrench, &healthy(most));
            let ended = matches!(answer.status, Status::Optimal | Status::Saturated);
            assert!(ended, "{wrench:?}\n{power:?}\n{answer:?}");
            longest = longest.max(answer.iterations);
        }
        assert!(longest < 150, "{name}: {longest} iterations");
    }
}
