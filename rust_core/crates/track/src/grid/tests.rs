//! Every point of a box is shown, and not many others.
#![allow(clippy::unwrap_used)]

use nalgebra::Vector3;
use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::Grid;

const CELL_M: f64 = 100.0;

fn drawn(dice: &mut Pcg64Mcg, half_m: f64) -> Vector3<f64> {
    Vector3::from_fn(|_, _| half_m * ((dice.next_u64() >> 11) as f64 * (-52f64).exp2() - 1.0))
}

fn shown(grid: &Grid, centre: &Vector3<f64>, half_m: &Vector3<f64>) -> Vec<u32> {
    let mut shown = Vec::new();
    grid.each_near(centre, half_m, |n| shown.push(n));
    shown.sort_unstable();
    shown
}

#[test]
fn all_points_of_a_box_are_shown_once_and_none_from_cells_beside() {
    let mut dice = Pcg64Mcg::seed_from_u64(31);
    let points: Vec<Vector3<f64>> = (0..3_000).map(|_| drawn(&mut dice, 1_000.0)).collect();
    let mut grid = Grid::new(CELL_M);
    grid.fill(points.iter().copied());
    for _ in 0..500 {
        let centre = drawn(&mut dice, 1_200.0);
        let half = drawn(&mut dice, 200.0).abs();
        let found = shown(&grid, &centre, &half);
        assert!(found.is_sorted_by(|a, b| a < b), "shown twice");
        let within = |n: usize, margin: f64| {
            (points[n] - centre)
                .abs()
                .iter()
                .zip(half.iter())
                .all(|(off, h)| *off <= h + margin)
        };
        for n in 0..points.len() {
            let is_shown = found.binary_search(&(n as u32)).is_ok();
            assert!(is_shown || !within(n, 0.0), "{n} is missing");
            assert!(!is_shown || within(n, CELL_M), "{n} is far from the box");
        }
    }
}

#[test]
fn a_box_larger_than_all_shows_all() {
    let mut dice = Pcg64Mcg::seed_from_u64(32);
    let mut grid = Grid::new(CELL_M);
    grid.fill((0..50).map(|_| drawn(&mut dice, 1e4)));
    for half_m in [1e5, 1e12, f64::INFINITY] {
        let half = Vector3::from_element(half_m);
        assert_eq!(
            shown(&grid, &Vector3::zeros(), &half).len(),
            50,
            "{half_m} m"
        );
    }
}
