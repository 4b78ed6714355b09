//! The answer is the least squares optimum, for healthy and for broken craft.

use crate::common::*;
use qiki_alloc::{AXES, Allocator, Bounds, Solution, Status};

/// Solves with an allocator that has seen all problems before and with a new one.
fn sweep(name: &str, seed: u64, cases: usize, make: impl Fn(&mut Dice, &[f64; N]) -> Problem) {
    let (b, most) = geometry(name);
    let mut dice = Dice::new(seed);
    let mut used = allocator(b);
    for _ in 0..cases {
        let (wrench, bounds) = make(&mut dice, &most);
        let answer = used.solve(&wrench, &bounds);
        assert_optimal(&b, &wrench, &bounds, &answer);
        assert_least_fuel(&b, &bounds, &answer, &used);
        let fresh = allocator(b).solve(&wrench, &bounds);
        for n in 0..N {
            let apart = (answer.thrust_n[n] - fresh.thrust_n[n]).abs();
            assert!(
                apart < 1e-4,
                "an answer depends on the problems before it: {apart} N\n{answer:?}\n{fresh:?}"
            );
        }
    }
}

/// The conditions of Karush, Kuhn and Tucker for the least sum of thrusts, where the wrench is
/// met: with the prices y of the axes, a nozzle costs `1 - b'y` more than it is worth. That must
/// not be negative for one at its lower bound, not positive for one at its upper.
fn assert_least_fuel(
    b: &Effectiveness,
    bounds: &Bounds<N>,
    answer: &Solution<N>,
    by: &Allocator<N>,
) {
    if answer.status != Status::Optimal {
        return;
    }
    let y = by.prices();
    for n in 0..N {
        let d = 1.0 - (0..AXES).map(|i| b[i][n] * y[i]).sum::<f64>();
        let f = answer.thrust_n[n];
        let (low, high) = (f <= bounds.lo[n] + 1e-6, f >= bounds.hi[n] - 1e-6);
        let fits = (low && (high || d > -1e-6)) || (high && d < 1e-6) || d.abs() < 1e-6;
        assert!(
            fits,
            "nozzle {n} at {f} N costs {d} more than it is worth\n{answer:?}"
        );
    }
}

type Problem = ([f64; AXES], Bounds<N>);

#[test]
fn a_healthy_craft_gets_the_optimum() {
    for name in ["table", "canted"] {
        sweep(name, 1, 8000, |dice, most| {
            (dice.wrench(150.0, 80.0), healthy(*most))
        });
    }
}

#[test]
fn a_wrench_out_of_reach_gets_the_least_error() {
    for name in ["table", "canted"] {
        sweep(name, 2, 8000, |dice, most| {
            (dice.wrench(3000.0, 2000.0), healthy(*most))
        });
    }
}

#[test]
fn nozzles_that_do_not_open_are_worked_around() {
    for name in ["table", "canted"] {
        sweep(name, 3, 8000, |dice, most| {
            (dice.wrench(300.0, 200.0), dice.bounds(most, 0.25, 0.0, 0.0))
        });
    }
}

#[test]
fn nozzles_that_do_not_close_are_worked_against() {
    for name in ["table", "canted"] {
        sweep(name, 4, 8000, |dice, most| {
            (dice.wrench(300.0, 200.0), dice.bounds(most, 0.1, 0.15, 0.0))
        });
    }
}

#[test]
fn limited_nozzles_stay_within_their_limits() {
    for name in ["table", "canted"] {
        sweep(name, 5, 8000, |dice, most| {
            (dice.wrench(500.0, 300.0), dice.bounds(most, 0.1, 0.1, 0.5))
        });
    }
}

#[test]
fn every_size_of_wrench_from_a_micronewton_to_a_giganewton_gets_the_optimum() {
    for name in ["table", "canted"] {
        sweep(name, 6, 8000, |dice, most| {
            let size = 10f64.powf(dice.within(-6.0, 9.0));
            (dice.wrench(size, size), dice.bounds(most, 0.1, 0.05, 0.1))
        });
    }
}

#[test]
fn bounds_that_jump_from_one_tick_to_the_next_do_no_harm() {
    sweep("canted", 7, 8000, |dice, most| {
        let broken = dice.unit();
        (
            dice.wrench(400.0, 200.0),
            dice.bounds(most, 0.5 * broken, 0.3 * broken, 0.2),
        )
    });
}

#[test]
fn thrust_and_wrench_of_an_answer_agree() {
    let (b, most) = geometry("canted");
    let mut dice = Dice::new(8);
    let mut allocator = allocator(b);
    for _ in 0..1000 {
        let wrench = dice.wrench(400.0, 200.0);
        let answer = allocator.solve(&wrench, &healthy(most));
        for i in 0..AXES {
            let sum: f64 = (0..N).map(|j| b[i][j] * answer.thrust_n[j]).sum();
            assert!((answer.wrench[i] - sum).abs() < 1e-9);
        }
        let again = allocator.wrench_of(&answer.thrust_n);
        assert!((0..AXES).all(|i| (answer.wrench[i] - again[i]).abs() < 1e-9));
    }
}

#[test]
fn a_thousand_committed_cases_reach_error_and_fuel_of_other_solvers() {
    let text = data("allocation_cases.csv");
    let mut cases = 0;
    for line in lines(&text) {
        let (b, most) = geometry(line[0]);
        let wrench: [f64; AXES] = std::array::from_fn(|i| line[1 + i].parse().unwrap());
        let open = u16::from_str_radix(line[7], 16).unwrap();
        let closed = u16::from_str_radix(line[8], 16).unwrap();
        let least: f64 = line[9].parse().unwrap();
        let mut bounds = healthy(most);
        for n in 0..N {
            if open >> n & 1 == 1 {
                bounds.lo[n] = most[n];
            }
            if closed >> n & 1 == 1 {
                bounds.hi[n] = 0.0;
            }
        }
        let answer = allocator(b).solve(&wrench, &bounds);
        let e = error(&b, &wrench, &answer.thrust_n);
        assert!(
            (e - least).abs() < 1e-6,
            "case {cases}: error {e}, {least} expected"
        );
        let fuel: f64 = answer.thrust_n.iter().sum();
        let least_fuel: f64 = line[10].parse().unwrap();
        assert!(
            (fuel - least_fuel).abs() <= 1e-6 * least_fuel.max(1.0),
            "case {cases}: fuel {fuel} N, {least_fuel} N expected"
        );
        cases += 1;
    }
    assert_eq!(cases, 1000);
}

#[test]
fn nozzles_do_not_push_against_each_other_once_the_wrench_is_gone() {
    let (b, most) = geometry("canted");
    let mut allocator = allocator(b);
    allocator.solve(&[5000.0, 3000.0, -4000.0, 900.0, 0.0, 0.0], &healthy(most));
    let answer = allocator.solve(&[1.0, 0.0, 0.0, 0.0, 0.0, 0.0], &healthy(most));
    assert!(answer.thrust_n.iter().sum::<f64>() < 10.0, "{answer:?}");
}
