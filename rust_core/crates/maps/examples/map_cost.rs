//! Prints what a map costs to make and what an allocation by it costs:
//! `cargo run --release -p qiki-maps --example map_cost`.
//!
//! The craft of the test fixtures; best of many repeats.
#![allow(clippy::print_stdout)]

use std::hint::black_box;
use std::time::Instant;

use qiki_alloc::AXES;
use qiki_craft::{Craft, NOZZLES};
use qiki_maps::{Effectiveness, ThrustMap};

const CALLS: usize = 1000;
const REPEATS: usize = 200;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for text in [
        include_str!("../../craft/fixtures/dodeca-01.json"),
        include_str!("../../craft/fixtures/dodeca-table.json"),
    ] {
        let craft = Craft::from_json(text)?;
        let effectiveness = effectiveness(&craft);
        let most_n = std::array::from_fn(|n| craft.thrusters[n].thrust_max_n);
        let w_per_n = std::array::from_fn(|n| craft.thrusters[n].power_w_per_n);
        let mut make_us = f64::INFINITY;
        for _ in 0..20 {
            let start = Instant::now();
            black_box(ThrustMap::new(&effectiveness, &most_n, &w_per_n)?);
            make_us = make_us.min(start.elapsed().as_secs_f64() * 1e6);
        }
        let map = ThrustMap::new(&effectiveness, &most_n, &w_per_n)?;
        println!("make {make_us:8.0} us   allocate {:6.1} ns", cost_ns(&map));
    }
    Ok(())
}

fn effectiveness(craft: &Craft) -> Effectiveness {
    let com = craft.mass.com_m_body;
    let mut rows = [[0.0; NOZZLES]; AXES];
    for (n, thruster) in craft.thrusters.iter().enumerate() {
        let r: [f64; 3] = std::array::from_fn(|i| thruster.position_m_body[i] - com[i]);
        let f = thruster.force_direction_body;
        for i in 0..3 {
            let (j, k) = ((i + 1) % 3, (i + 2) % 3);
            rows[i][n] = f[i];
            rows[i + 3][n] = r[j] * f[k] - r[k] * f[j];
        }
    }
    rows
}

/// Mean over wrenches of all directions, small and beyond every ceiling.
fn cost_ns(map: &ThrustMap) -> f64 {
    let wrenches: Vec<[f64; AXES]> = (0..CALLS)
        .map(|k| std::array::from_fn(|i| 900.0 * (1.3 * k as f64 + 2.1 * i as f64).sin()))
        .collect();
    let mut best = f64::INFINITY;
    for _ in 0..REPEATS {
        let start = Instant::now();
        for wrench in &wrenches {
            black_box(map.allocate(black_box(wrench), 0, 30_000.0));
        }
        best = best.min(start.elapsed().as_secs_f64() * 1e9 / CALLS as f64);
    }
    best
}
