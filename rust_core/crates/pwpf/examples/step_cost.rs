//! Prints what a step of each rule costs:
//! `cargo run --release -p qiki-pwpf --example step_cost`.
//!
//! Sixteen valves, in ticks without an edge and in a flight with pulses; best of many repeats.
#![allow(clippy::print_stdout)]

use std::hint::black_box;
use std::time::Instant;

use qiki_craft::ModulatorConfig;
use qiki_pwpf::{Bank, Firing, Gate, Modulator, Nozzles, ValveTimes, WideGate};

const COUNT: usize = 16;
const STEPS: u32 = 2000;
const REPEATS: usize = 200;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let pwpf = ModulatorConfig::Pwpf {
        km: 7.5,
        tau_s: 0.55,
        u_on: 0.45,
        u_off: 0.05,
    };
    let remainder = ModulatorConfig::Remainder {};
    let times = ValveTimes {
        min_on_s: 0.03,
        min_off_s: 0.03,
        max_on_s: 3.0,
    };
    let (quiet, busy) = ([0.0; COUNT], std::array::from_fn(|n| 0.06 * n as f64));
    for (name, rule) in [("pwpf", pwpf), ("remainder", remainder)] {
        let valves = Firing::new(COUNT, &rule, times, 2000)?;
        println!("{name:10} no edge {:6.1} ns", cost(&valves, &quiet));
        println!("{name:10} pulsing {:6.1} ns", cost(&valves, &busy));
    }
    for (what, throttleable, power_max_w) in [
        ("craft, on or off     ", 0, 67_200.0),
        ("craft, short of power", 0, 20_000.0),
        ("craft, half throttled", 0x5555, 67_200.0),
        ("craft, all throttled ", u16::MAX, 67_200.0),
    ] {
        let nozzles = Nozzles {
            throttleable,
            power_w: [4200.0; COUNT],
        };
        let gate = Gate {
            closed: 0,
            no_opening: 0,
            ending: 0,
            power_max_w,
        };
        let bank = Bank::new(&pwpf, times, &nozzles, 2000)?;
        println!("{what} {:6.1} ns", cost_of_craft(&bank, gate, &busy));
    }
    Ok(())
}

fn cost_of_craft(bank: &Bank, gate: Gate, level: &[f64; COUNT]) -> f64 {
    let mut on_time_us = [0; COUNT];
    best_ns(|| {
        let mut bank = bank.clone();
        move || bank.step(black_box(level), gate, black_box(&mut on_time_us))
    })
}

fn cost<M: Modulator + Clone>(modulator: &M, level: &[f64; COUNT]) -> f64 {
    let mut on_time_us = [0; COUNT];
    best_ns(|| {
        let mut modulator = modulator.clone();
        move || modulator.step(black_box(level), WideGate::FREE, black_box(&mut on_time_us))
    })
}

fn best_ns<S: FnMut()>(start: impl Fn() -> S) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..REPEATS {
        let mut step = start();
        let begin = Instant::now();
        for _ in 0..STEPS {
            step();
        }
        best = best.min(begin.elapsed().as_secs_f64() * 1e9 / f64::from(STEPS));
    }
    best
}
