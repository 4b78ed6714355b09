//! `reach` against craft whose ceiling can be worked out by hand.

use crate::common::*;
use qiki_alloc::{AXES, Allocator, Bounds};

fn along(row: usize, size: f64) -> [f64; AXES] {
    let mut wrench = [0.0; AXES];
    wrench[row] = size;
    wrench
}

/// Twelve nozzles, one pair for each direction of each of the six rows' forces and torques:
/// nozzles at +-1 m on each axis pushing +-100 N across it.
fn cross() -> (Allocator<12>, Bounds<12>) {
    let mut b = [[0.0; 12]; AXES];
    for axis in 0..3 {
        let (force, torque) = (axis, 3 + (axis + 2) % 3);
        for (k, (push, arm)) in [(1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)]
            .into_iter()
            .enumerate()
        {
            b[force][4 * axis + k] = push;
            b[torque][4 * axis + k] = push * arm;
        }
    }
    (
        Allocator::new(b, SCALE).unwrap(),
        Bounds {
            lo: [0.0; 12],
            hi: [100.0; 12],
        },
    )
}

#[test]
fn a_cross_of_twelve_nozzles_reaches_two_nozzles_on_every_axis() {
    let (allocator, bounds) = cross();
    for row in 0..AXES {
        for sign in [1.0, -1.0] {
            let reach = allocator.reach(&along(row, sign), &bounds);
            assert!(
                (reach - 200.0).abs() < 2e-3,
                "row {row} sign {sign}: {reach}"
            );
        }
    }
}

#[test]
fn reach_scales_against_the_wrench_it_is_asked_for() {
    let (allocator, bounds) = cross();
    let reach = allocator.reach(&along(1, 50.0), &bounds);
    assert!((reach - 4.0).abs() < 1e-4, "{reach}");
}

#[test]
fn a_dead_nozzle_of_a_pair_takes_the_pure_force_away() {
    let (allocator, mut bounds) = cross();
    bounds.hi[0] = 0.0;
    let reach = allocator.reach(&along(0, 1.0), &bounds);
    // Nozzle 1 alone turns the craft; only the nozzles that push the other way could stop that.
    assert!(reach < 1e-2, "{reach}");
    bounds.hi[0] = 40.0;
    let reach = allocator.reach(&along(0, 1.0), &bounds);
    assert!((reach - 80.0).abs() < 2e-3, "{reach}");
}

#[test]
fn nothing_is_reached_without_nozzles_or_without_a_wrench() {
    let (allocator, bounds) = cross();
    assert_eq!(allocator.reach(&[0.0; AXES], &bounds), 0.0);
    assert_eq!(allocator.reach(&along(0, f64::NAN), &bounds), 0.0);
    assert_eq!(allocator.reach(&along(0, f64::INFINITY), &bounds), 0.0);
    let none = Bounds {
        hi: [0.0; 12],
        ..bounds
    };
    assert_eq!(allocator.reach(&along(0, 1.0), &none), 0.0);
}

#[test]
fn what_is_reached_is_met_and_a_little_more_is_not() {
    let (b, most) = geometry("canted");
    let (allocator, bounds, mut dice) = (allocator(b), healthy(most), Dice::new(41));
    for _ in 0..100 {
        let wrench = dice.wrench(1.0, 0.5);
        let reach = allocator.reach(&wrench, &bounds);
        assert!(reach > 0.0);
        let status = |factor: f64| {
            allocator
                .clone()
                .solve(&wrench.map(|w| w * factor), &bounds)
                .status
        };
        assert_eq!(status(reach), qiki_alloc::Status::Optimal);
        assert_eq!(status(reach * 1.001), qiki_alloc::Status::Saturated);
    }
}
