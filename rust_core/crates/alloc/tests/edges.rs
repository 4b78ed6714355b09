//! Crafts at the edge: an axis nearly out of reach, thrusters of any size, columns that nearly
//! depend on each other. Error and fuel are the least there are, by bounds that do not ask how
//! the answer was found.

use crate::common::*;
use qiki_alloc::{AXES, Allocator, Bounds, Solution, Status};

/// What a solve may miss, in parts of the wrench and of what the strongest nozzle can do: what
/// counts as met, and as much again for stage two.
const ERROR: f64 = 2e-8;
/// What an answer may cost above the least, in parts of the strongest nozzle's thrust.
const FUEL: f64 = 1e-6;

/// Rounding of a scaled wrench after a solve, in parts of it: a hundredth of what counts as met.
const ROUNDING: f64 = 1e-10;

struct Craft {
    b: Effectiveness,
    most: [f64; N],
}

fn craft(dice: &mut Dice) -> Craft {
    let name = ["table", "canted"][dice.below(2)];
    let (b, most) = geometry(name);
    Craft { b, most }
}

/// Wrenches inside of the craft's reach, at its edge and beyond it, with nozzles stuck and limited.
fn check(seed: u64, crafts: usize, change: impl Fn(&mut Dice, &mut Craft)) {
    let mut dice = Dice::new(seed);
    for _ in 0..crafts {
        let mut craft = craft(&mut dice);
        change(&mut dice, &mut craft);
        let mut allocator = allocator(craft.b);
        for _ in 0..8 {
            let bounds = dice.bounds(&craft.most, 0.1, 0.02, 0.1);
            let corner = std::array::from_fn(|n| {
                let part = [0.0, dice.unit(), 1.0][dice.below(3)];
                bounds.lo[n] + part * (bounds.hi[n] - bounds.lo[n])
            });
            let times = [0.3, 1.0, 1.0, 3.0][dice.below(4)];
            let wrench = allocator.wrench_of(&corner).map(|w| times * w);
            let answer = allocator.solve(&wrench, &bounds);
            assert_least(&craft.b, &wrench, &bounds, &answer);
            assert_cheapest(&craft.b, &bounds, &answer, &allocator.prices());
        }
    }
}

fn size(b: &Effectiveness, wrench: &[f64; AXES], bounds: &Bounds<N>) -> f64 {
    let reach = (0..N).map(|n| {
        let column = std::array::from_fn(|i| SCALE[i] * b[i][n]);
        norm(&column) * bounds.hi[n]
    });
    norm(&std::array::from_fn(|i| SCALE[i] * wrench[i])) + reach.fold(0.0, f64::max)
}

/// That a wrench called met is met. That one called out of reach is, by convexity:
/// `e² - least² <= gap`.
fn assert_least(b: &Effectiveness, wrench: &[f64; AXES], bounds: &Bounds<N>, answer: &Solution<N>) {
    let size = size(b, wrench, bounds);
    let error = error(b, wrench, &answer.thrust_n);
    let context = || format!("size {size}\n{b:?}\n{wrench:?}\n{bounds:?}\n{answer:?}");
    match answer.status {
        Status::Optimal => assert!(error <= ERROR * size, "{error} is not met, {}", context()),
        Status::Saturated => {
            let gap = gap(b, wrench, bounds, &answer.thrust_n);
            assert!(
                gap <= ERROR * size * size,
                "{gap} of {error}² too much, {}",
                context()
            );
        }
        Status::IterationLimit | Status::BadInput => panic!("no answer, {}", context()),
    }
}

/// That a wrench called met costs no more than it must, by weak duality: for any prices `y` it
/// costs at least `y'w` and, for each nozzle, the cheaper of its bounds at `1 - b'y` a newton. Where
/// an error that is rounding is dear, it is allowed what that is worth.
fn assert_cheapest(b: &Effectiveness, bounds: &Bounds<N>, answer: &Solution<N>, y: &[f64; AXES]) {
    if answer.status != Status::Optimal {
        return;
    }
    let wrench: f64 = answer.wrench.iter().zip(y).map(|(w, y)| w * y).sum();
    let nozzles = (0..N).map(|n| {
        let d = 1.0 - (0..AXES).map(|i| b[i][n] * y[i]).sum::<f64>();
        (d * bounds.lo[n]).min(d * bounds.hi[n])
    });
    let least = wrench + nozzles.sum::<f64>();
    let paid: f64 = answer.thrust_n.iter().sum();
    let strongest = bounds.hi.iter().copied().fold(0.0, f64::max);
    let dear = norm(&std::array::from_fn(|i| y[i] / SCALE[i])) * size(b, &answer.wrench, bounds);
    assert!(
        paid - least <= FUEL * strongest + ROUNDING * dear,
        "{paid} N where {least} N are enough\n{b:?}\n{bounds:?}\n{answer:?}"
    );
}

/// Shrinks what the craft can do along one direction of the scaled wrench.
fn weaken(dice: &mut Dice, craft: &mut Craft, direction: &[f64; AXES], exponent: (f64, f64)) {
    let keep = 10f64.powf(dice.within(exponent.0, exponent.1));
    let length = norm(direction);
    let u = direction.map(|value| value / length);
    for n in 0..N {
        let along: f64 = (0..AXES).map(|i| u[i] * SCALE[i] * craft.b[i][n]).sum();
        for i in 0..AXES {
            craft.b[i][n] -= (1.0 - keep) * along * u[i] / SCALE[i];
        }
    }
}

#[test]
fn an_axis_nearly_out_of_reach_costs_no_more_than_it_must() {
    check(71, 400, |dice, craft| {
        let axis = dice.below(AXES);
        let direction = std::array::from_fn(|i| f64::from(i == axis));
        weaken(dice, craft, &direction, (-9.0, -2.0));
    });
}

#[test]
fn a_direction_nearly_out_of_reach_costs_no_more_than_it_must() {
    check(72, 400, |dice, craft| {
        let direction = dice.wrench(1.0, 1.0);
        weaken(dice, craft, &direction, (-9.0, -2.0));
    });
}

#[test]
fn two_directions_nearly_out_of_reach_cost_no_more_than_they_must() {
    check(73, 200, |dice, craft| {
        for _ in 0..2 {
            let direction = dice.wrench(1.0, 1.0);
            weaken(dice, craft, &direction, (-6.0, -2.0));
        }
    });
}

#[test]
fn thrusters_of_any_size_are_allocated_alike() {
    check(74, 400, |dice, craft| {
        let factor = 10f64.powf(dice.within(-9.0, 3.0));
        craft.most = craft.most.map(|f| f * factor);
    });
}

#[test]
fn large_and_small_thrusters_on_one_craft_are_allocated_alike() {
    check(75, 400, |dice, craft| {
        for most in &mut craft.most {
            *most *= 10f64.powf(dice.within(-6.0, 0.0));
        }
    });
}

#[test]
fn columns_that_nearly_depend_on_each_other_cost_no_more_than_they_must() {
    check(76, 400, |dice, craft| {
        for _ in 0..1 + dice.below(4) {
            let (from, to) = (dice.below(N), dice.below(N));
            let apart = 10f64.powf(dice.within(-12.0, -3.0));
            for row in &mut craft.b {
                row[to] = row[from] + apart * dice.within(-1.0, 1.0);
            }
        }
    });
}

#[test]
fn axes_of_very_different_weight_are_allocated_alike() {
    check(77, 400, |dice, craft| {
        for row in &mut craft.b {
            let factor = 10f64.powf(dice.within(-4.0, 1.0));
            *row = row.map(|value| value * factor);
        }
    });
}

/// Solved in rational numbers: the error that is least, and the least sum of thrusts for it.
#[test]
fn hard_cases_come_as_near_as_rational_arithmetic_does() {
    let text = data("edge_cases.csv");
    let mut cases = 0;
    for line in lines(&text) {
        let numbers: Vec<f64> = line[1..].iter().map(|v| v.parse().unwrap()).collect();
        let [scale, lo, hi, wrench, least] = split(&numbers, [AXES, N, N, AXES, 2]);
        let b: Effectiveness =
            std::array::from_fn(|i| numbers[46 + N * i..46 + N * (i + 1)].try_into().unwrap());
        let scale: [f64; AXES] = scale.try_into().unwrap();
        let wrench: [f64; AXES] = wrench.try_into().unwrap();
        let bounds = Bounds {
            lo: lo.try_into().unwrap(),
            hi: hi.try_into().unwrap(),
        };
        let answer = Allocator::new(b, scale).unwrap().solve(&wrench, &bounds);
        let scaled = |w: [f64; AXES]| std::array::from_fn(|i| scale[i] * w[i]);
        let miss = std::array::from_fn(|i| wrench[i] - answer.wrench[i]);
        let strongest = (0..N).map(|n| {
            let column = std::array::from_fn(|i| b[i][n]);
            norm(&scaled(column)) * bounds.hi[n]
        });
        let size = norm(&scaled(wrench)) + strongest.fold(0.0, f64::max);
        let error = norm(&scaled(miss));
        assert!(
            error <= least[0] + ERROR * size,
            "{error} of {size}: {line:?}"
        );
        let paid: f64 = answer.thrust_n.iter().sum();
        let most = bounds.hi.iter().copied().fold(0.0, f64::max);
        assert!(paid <= least[1] + FUEL * most, "{paid} N: {line:?}");
        cases += 1;
    }
    assert_eq!(cases, 40);
}

/// Numbers in pieces of these lengths.
fn split<const K: usize>(numbers: &[f64], lengths: [usize; K]) -> [&[f64]; K] {
    let mut rest = numbers;
    lengths.map(|length| {
        let (piece, after) = rest.split_at(length);
        rest = after;
        piece
    })
}
