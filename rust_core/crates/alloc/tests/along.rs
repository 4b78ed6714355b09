//! Saturation that keeps the direction of the wrench.

use crate::common::*;
use qiki_alloc::{AXES, Bounds, Status};

fn part(wrench: &[f64; AXES], given: &[f64; AXES]) -> (f64, f64) {
    let size = norm(wrench);
    let along = wrench.iter().zip(given).map(|(w, g)| w * g).sum::<f64>() / size;
    let across = norm(&std::array::from_fn(|i| {
        given[i] - wrench[i] * along / size
    }));
    (along / size, across)
}

#[test]
fn a_wrench_out_of_reach_keeps_its_direction_and_is_as_large_as_can_be() {
    for name in ["table", "canted"] {
        let (b, most) = geometry(name);
        let (mut allocator, mut dice) = (allocator(b), Dice::new(51));
        for _ in 0..500 {
            let wrench = dice.wrench(4000.0, 2000.0);
            let answer = allocator.solve_along(&wrench, &healthy(most), f64::INFINITY);
            let (alpha, across) = part(&wrench, &answer.wrench);
            assert!(across < 1e-3, "{across} across\n{answer:?}");
            let reach = allocator.reach(&wrench, &healthy(most));
            assert!((alpha - reach.min(1.0)).abs() < 1e-6, "{alpha} of {reach}");
            let more = wrench.map(|w| w * (alpha + 1e-4));
            if alpha < 1.0 - 1e-3 {
                assert_eq!(answer.status, Status::Saturated);
                assert_eq!(
                    allocator.solve(&more, &healthy(most)).status,
                    Status::Saturated
                );
            }
        }
    }
}

#[test]
fn a_wrench_within_reach_is_given_whole() {
    let (b, most) = geometry("canted");
    let wrench = [50.0, -20.0, 10.0, 5.0, 0.0, 3.0];
    let answer = allocator(b).solve_along(&wrench, &healthy(most), f64::INFINITY);
    assert_eq!(answer.status, Status::Optimal);
    assert!((part(&wrench, &answer.wrench).0 - 1.0).abs() < 1e-9);
}

#[test]
fn the_torque_stays_below_its_bound() {
    let (b, most) = geometry("canted");
    let wrench = [10.0, 0.0, 0.0, 100.0, 0.0, 0.0];
    let answer = allocator(b).solve_along(&wrench, &healthy(most), 25.0);
    assert_eq!(answer.status, Status::Saturated);
    assert!((answer.wrench[3] - 25.0).abs() < 1e-6, "{answer:?}");
    assert!((answer.wrench[0] - 2.5).abs() < 1e-6, "{answer:?}");
}

#[test]
fn a_direction_that_is_lost_gives_nothing() {
    let (b, mut most) = geometry("canted");
    most = std::array::from_fn(|n| if n < 8 { most[n] } else { 0.0 });
    let wrench = [1000.0, 1000.0, 1000.0, 500.0, 500.0, 500.0];
    let answer = allocator(b).solve_along(&wrench, &healthy(most), f64::INFINITY);
    assert_eq!(answer.status, Status::Saturated);
    assert!(part(&wrench, &answer.wrench).1 < 1e-3, "{answer:?}");
}

/// A nozzle that pushes along the body's x and cannot be cancelled, and those across it.
fn pushed() -> (Effectiveness, Bounds<N>) {
    let (b, most) = geometry("canted");
    let mut bounds = healthy(most);
    // All that pushes against the first one is out.
    for n in 1..N {
        if b[0][n] * b[0][0] < 0.0 {
            bounds.hi[n] = 0.0;
        }
    }
    bounds.lo[0] = most[0];
    (b, bounds)
}

#[test]
fn with_a_nozzle_that_cannot_be_cancelled_the_most_in_the_direction_is_given() {
    let (b, bounds) = pushed();
    let mut allocator = allocator(b);
    assert_eq!(
        allocator.solve(&[0.0; AXES], &bounds).status,
        Status::Saturated
    );
    // What the nozzles can do has zero outside, but this ray crosses it.
    let thrust: [f64; N] = std::array::from_fn(|n| bounds.lo[n].max(0.5 * bounds.hi[n]));
    let wrench = allocator.wrench_of(&thrust).map(|w| 4.0 * w);
    let answer = allocator.solve_along(&wrench, &bounds, f64::INFINITY);
    let (alpha, across) = part(&wrench, &answer.wrench);
    assert_eq!(answer.status, Status::Saturated);
    assert!(across < 1e-3, "{across} across\n{answer:?}");
    assert!(
        alpha >= 0.25,
        "{alpha}: half of all nozzles gives a quarter\n{answer:?}"
    );
    let more = allocator.solve(&wrench.map(|w| w * (alpha + 1e-6)), &bounds);
    assert_eq!(
        more.status,
        Status::Saturated,
        "more can be had\n{answer:?}"
    );
}

#[test]
fn a_direction_that_a_stuck_nozzle_pushes_off_is_kept_as_nearly_as_can_be() {
    let (b, bounds) = pushed();
    let mut allocator = allocator(b);
    let against = [-1000.0 * b[0][0].signum(), 0.0, 0.0, 0.0, 0.0, 0.0];
    let answer = allocator.solve_along(&against, &bounds, f64::INFINITY);
    assert_eq!(answer.status, Status::Saturated);
    // No part of the demand brings the craft nearer to its line than none of it.
    let at_rest = allocator.solve(&[0.0; AXES], &bounds);
    let off = |f: &[f64; N]| error(&b, &[0.0; AXES], f);
    assert!((off(&answer.thrust_n) - off(&at_rest.thrust_n)).abs() < 1e-9);
}

#[test]
fn with_nozzles_stuck_open_no_part_of_the_wrench_comes_nearer_to_its_line() {
    let (b, most) = geometry("canted");
    let (mut allocator, mut dice) = (allocator(b), Dice::new(52));
    let mut pushed_off = 0;
    for _ in 0..300 {
        let (wrench, bounds) = (dice.wrench(800.0, 400.0), dice.bounds(&most, 0.1, 0.1, 0.1));
        let answer = allocator.solve_along(&wrench, &bounds, f64::INFINITY);
        let scaled = std::array::from_fn(|i| SCALE[i] * wrench[i]);
        let given: [f64; AXES] = std::array::from_fn(|i| SCALE[i] * answer.wrench[i]);
        let along: f64 = (0..AXES).map(|i| scaled[i] * given[i]).sum();
        let alpha = (along / norm(&scaled).powi(2)).clamp(0.0, 1.0);
        let off = norm(&std::array::from_fn(|i| given[i] - alpha * scaled[i]));
        for step in 0..=100 {
            let part = f64::from(step) / 100.0;
            let target = wrench.map(|w| w * part);
            let nearest = error(&b, &target, &allocator.solve(&target, &bounds).thrust_n);
            assert!(off <= nearest + 1e-6, "{off}, but {nearest} at {part}");
            let on_line = nearest <= 1e-7;
            assert!(
                !on_line || alpha >= part - 1e-6,
                "{alpha}, but {part} can be had"
            );
        }
        pushed_off += u32::from(off > 1e-3);
    }
    assert!((50..250).contains(&pushed_off), "{pushed_off} of 300");
}
