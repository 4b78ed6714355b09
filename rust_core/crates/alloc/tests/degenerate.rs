//! Geometries that no engineer would build, and that a broken file may hold.

use crate::common::*;
use qiki_alloc::AXES;

/// Random wrenches on a changed geometry.
fn check(seed: u64, change: impl Fn(&mut Dice, &mut Effectiveness)) {
    check_within(1e-6, seed, change);
}

fn check_within(allowed: f64, seed: u64, change: impl Fn(&mut Dice, &mut Effectiveness)) {
    let (original, most) = geometry("canted");
    let mut dice = Dice::new(seed);
    for _ in 0..200 {
        let mut b = original;
        change(&mut dice, &mut b);
        let mut allocator = allocator(b);
        for _ in 0..20 {
            let wrench = dice.wrench(500.0, 300.0);
            let bounds = dice.bounds(&most, 0.1, 0.05, 0.1);
            let answer = allocator.solve(&wrench, &bounds);
            assert_within(&b, &wrench, &bounds, &answer, allowed);
        }
    }
}

fn copy(b: &mut Effectiveness, from: usize, to: usize, factor: f64) {
    for row in b.iter_mut() {
        row[to] = row[from] * factor;
    }
}

#[test]
fn two_nozzles_in_one_place_still_give_the_optimum() {
    check(11, |dice, b| {
        let (from, to) = (dice.below(N), dice.below(N));
        copy(b, from, to, 1.0);
    });
}

#[test]
fn collinear_columns_of_different_length_still_give_the_optimum() {
    check(12, |dice, b| {
        let (from, to, factor) = (dice.below(N), dice.below(N), dice.within(0.01, 3.0));
        copy(b, from, to, factor);
    });
}

#[test]
fn opposed_nozzles_on_one_line_still_give_the_optimum() {
    check(13, |dice, b| {
        let (from, to) = (dice.below(N), dice.below(N));
        copy(b, from, to, -1.0);
    });
}

#[test]
fn almost_collinear_columns_give_the_optimum_but_for_what_they_differ_by() {
    // A column within 1e-5 rad of the free ones counts as one of them: at 240 N, 2.4 mN.
    check_within(1e-4, 14, |dice, b| {
        let (from, to) = (dice.below(N), dice.below(N));
        copy(b, from, to, 1.0);
        let exponent = dice.within(-14.0, -4.0);
        for row in b.iter_mut() {
            row[to] += 10f64.powf(exponent) * dice.within(-1.0, 1.0);
        }
    });
}

#[test]
fn all_sixteen_nozzles_alike_still_give_the_optimum() {
    check(15, |_, b| {
        for n in 1..N {
            copy(b, 0, n, 1.0);
        }
    });
}

#[test]
fn a_nozzle_that_gives_nothing_is_left_where_it_is() {
    check(16, |dice, b| {
        let n = dice.below(N);
        copy(b, n, n, 0.0);
    });
    let (mut b, most) = geometry("canted");
    copy(&mut b, 3, 3, 0.0);
    let answer = allocator(b).solve(&[100.0, 20.0, 5.0, 10.0, 3.0, 2.0], &healthy(most));
    assert_eq!(answer.thrust_n[3], 0.0);
}

#[test]
fn a_planar_craft_gives_what_it_can_in_its_plane() {
    check(17, |_, b| {
        b[2] = [0.0; N];
        b[3] = [0.0; N];
    });
}

#[test]
fn no_nozzle_left_gives_zero_thrust_and_says_so() {
    let (b, most) = geometry("canted");
    let mut bounds = healthy(most);
    bounds.hi = [0.0; N];
    let mut allocator = allocator(b);
    let answer = allocator.solve(&[10.0, 0.0, 0.0, 0.0, 0.0, 0.0], &bounds);
    assert_eq!(answer.thrust_n, [0.0; N]);
    assert_eq!(answer.status, qiki_alloc::Status::Saturated);
    let answer = allocator.solve(&[0.0; AXES], &bounds);
    assert_eq!(answer.status, qiki_alloc::Status::Optimal);
}
