//! Every way a solve can end has a name, and a failed one gives zero thrust.

use crate::common::*;
use qiki_alloc::{AXES, AllocError, Allocator, Bounds, Solution, Status};

const PUSH: [f64; AXES] = [100.0, 0.0, 0.0, 0.0, 0.0, 0.0];

fn solve(wrench: [f64; AXES], change: impl Fn(&mut Bounds<N>)) -> Solution<N> {
    let (b, most) = geometry("canted");
    let mut bounds = healthy(most);
    change(&mut bounds);
    allocator(b).solve(&wrench, &bounds)
}

fn assert_refused(answer: &Solution<N>) {
    assert_eq!(answer.status, Status::BadInput);
    assert_eq!(answer.thrust_n, [0.0; N]);
    assert_eq!(answer.wrench, [0.0; AXES]);
    assert_eq!(answer.iterations, 0);
}

#[test]
fn a_wrench_within_reach_is_optimal() {
    let answer = solve(PUSH, |_| {});
    assert_eq!(answer.status, Status::Optimal);
    assert!((answer.wrench[0] - 100.0).abs() < 1e-6);
}

#[test]
fn a_wrench_out_of_reach_is_saturated() {
    let answer = solve([1e5, 0.0, 0.0, 0.0, 0.0, 0.0], |_| {});
    assert_eq!(answer.status, Status::Saturated);
    assert!(answer.wrench[0] > 100.0);
}

#[test]
fn no_wrench_takes_no_thrust() {
    let answer = solve([0.0; AXES], |_| {});
    assert_eq!(answer.status, Status::Optimal);
    assert_eq!(answer.thrust_n, [0.0; N]);
}

#[test]
fn a_wrench_that_is_not_a_number_is_bad_input() {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        for row in 0..AXES {
            let mut wrench = PUSH;
            wrench[row] = value;
            assert_refused(&solve(wrench, |_| {}));
        }
    }
}

#[test]
fn bounds_that_are_not_numbers_are_bad_input() {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        for n in [0, 7, 15] {
            assert_refused(&solve(PUSH, |bounds| bounds.lo[n] = value));
            assert_refused(&solve(PUSH, |bounds| bounds.hi[n] = value));
        }
    }
}

#[test]
fn a_negative_or_crossed_bound_is_bad_input() {
    assert_refused(&solve(PUSH, |bounds| bounds.lo[4] = -1e-9));
    assert_refused(&solve(PUSH, |bounds| bounds.hi[4] = -1.0));
    assert_refused(&solve(PUSH, |bounds| {
        (bounds.lo[4], bounds.hi[4]) = (2.0, 1.0)
    }));
}

#[test]
fn bad_input_leaves_the_next_solve_as_it_was() {
    let (b, most) = geometry("canted");
    let (mut disturbed, mut quiet) = (allocator(b), allocator(b));
    let bounds = healthy(most);
    let mut dice = Dice::new(21);
    for _ in 0..100 {
        let wrench = dice.wrench(200.0, 100.0);
        assert_refused(&disturbed.solve(&[f64::NAN; AXES], &bounds));
        assert_eq!(
            disturbed.solve(&wrench, &bounds),
            quiet.solve(&wrench, &bounds)
        );
    }
}

#[test]
fn an_answer_that_was_never_computed_is_bad_input() {
    assert_refused(&Solution::default());
}

#[test]
fn the_same_calls_give_the_same_bits() {
    let (b, most) = geometry("table");
    let run = || {
        let (mut allocator, mut dice) = (allocator(b), Dice::new(22));
        (0..1000)
            .flat_map(|_| {
                let (wrench, bounds) =
                    (dice.wrench(400.0, 200.0), dice.bounds(&most, 0.1, 0.1, 0.1));
                allocator.solve(&wrench, &bounds).thrust_n.map(f64::to_bits)
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(run(), run());
}

#[test]
fn an_allocator_is_not_made_from_numbers_it_cannot_use() {
    let (mut b, _) = geometry("canted");
    let mut scale = SCALE;
    for weight in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        scale[4] = weight;
        let error = Allocator::new(b, scale).unwrap_err();
        assert_eq!(error, AllocError::Scale(4));
        assert_eq!(
            error.to_string(),
            "scale: row 4 must be a positive finite weight"
        );
    }
    b[2][9] = f64::NAN;
    let error = Allocator::new(b, SCALE).unwrap_err();
    assert_eq!(error, AllocError::Effectiveness(9));
    assert_eq!(error.to_string(), "effectiveness: column 9 is not finite");
}
