//! Prints what a step of each rule costs:
//! `cargo run --release -p qiki-pwpf --example step_cost`.
//!
//! Sixteen valves, in ticks without an edge and in a flight with pulses; best of many repeats.
#![allow(clippy::print_stdout)]

use std::hint::black_box;
use std::time::Instant;

use qiki_pwpf::{Account, AccountRelay, Modulator, Params, Pwpf, ValveTimes, WideGate};

const COUNT: usize = 16;
const STEPS: u32 = 2000;
const REPEATS: usize = 200;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let params = Params {
        km: 7.5,
        tau_s: 0.55,
        u_on: 0.45,
        u_off: 0.05,
    };
    let times = ValveTimes {
        min_on_s: 0.03,
        min_off_s: 0.03,
        max_on_s: 3.0,
    };
    let pwpf = Pwpf::new(COUNT, params, times, 2000)?;
    let remainder = AccountRelay::new(COUNT, Account::Remainder, times, 2000)?;
    let (quiet, busy) = ([0.0; COUNT], std::array::from_fn(|n| 0.06 * n as f64));
    println!("pwpf       no edge {:6.1} ns", cost(&pwpf, &quiet));
    println!("pwpf       pulsing {:6.1} ns", cost(&pwpf, &busy));
    println!("remainder  no edge {:6.1} ns", cost(&remainder, &quiet));
    println!("remainder  pulsing {:6.1} ns", cost(&remainder, &busy));
    Ok(())
}

fn cost<M: Modulator + Clone>(modulator: &M, level: &[f64; COUNT]) -> f64 {
    let mut on_time_us = [0; COUNT];
    let mut best = f64::INFINITY;
    for _ in 0..REPEATS {
        let mut modulator = modulator.clone();
        let begin = Instant::now();
        for _ in 0..STEPS {
            modulator.step(black_box(level), WideGate::FREE, black_box(&mut on_time_us));
        }
        best = best.min(begin.elapsed().as_secs_f64() * 1e9 / f64::from(STEPS));
    }
    best
}
