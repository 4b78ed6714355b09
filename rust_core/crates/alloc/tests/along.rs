//! Saturation that keeps the direction of the wrench.

use crate::common::*;
use qiki_alloc::{AXES, Status};

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
