//! Who opens where not all may.

use crate::common::*;
use qiki_craft::{ModulatorConfig, NOZZLES};
use qiki_pwpf::{Gate, ValveTimes};

const VALVE: ValveTimes = ValveTimes {
    min_on_s: 0.03,
    min_off_s: 0.03,
    max_on_s: 0.3,
};
const RULES: [ModulatorConfig; 4] = [
    ModulatorConfig::Pwpf {
        km: 7.5,
        tau_s: 0.55,
        u_on: 0.45,
        u_off: 0.05,
    },
    ModulatorConfig::BangBang { band_s: 0.04 },
    ModulatorConfig::Schmitt {
        level_on: 0.75,
        level_off: 0.25,
    },
    ModulatorConfig::Remainder {},
];

/// How long each nozzle is open in a minute, s, where `power_max_w` of 16 W is there.
fn open_s(rule: ModulatorConfig, level: f64, power_max_w: f64) -> [f64; NOZZLES] {
    let mut bench = Bench::of(rule, VALVE, NOZZLES_1_W, 2000);
    let gate = Gate {
        power_max_w,
        ..FREE
    };
    let mut open_us = [0u64; NOZZLES];
    for _ in 0..30_000 {
        bench.tick(&[level; NOZZLES], gate);
        for (sum, on_time_us) in open_us.iter_mut().zip(bench.on_time_us) {
            *sum += u64::from(on_time_us);
        }
    }
    open_us.map(|us| us as f64 * 1e-6)
}

#[test]
fn nozzles_that_ask_for_the_same_get_much_the_same_whatever_their_number() {
    for rule in RULES {
        for level in [0.3, 0.9] {
            for power_max_w in [1.0, 3.0, 4.0, 10.0] {
                let open = open_s(rule, level, power_max_w);
                let mean = open.iter().sum::<f64>() / NOZZLES as f64;
                let least = open.iter().copied().fold(f64::MAX, f64::min);
                // Less than all where a slot becomes free while those whose turn it is must pause.
                assert!(
                    least > 0.8 * mean,
                    "{rule:?} at {level}, {power_max_w} W: {open:?}"
                );
            }
        }
    }
}

/// Which nozzles are turned away in a tick: they want to open, and would without the limit.
fn turned_away(before: &Bench, level: &[f64; NOZZLES], gate: Gate) -> u16 {
    let opened = |gate: Gate| {
        let (mut bank, mut on_time_us) = (before.bank.clone(), [0; NOZZLES]);
        bank.step(level, gate, &mut on_time_us);
        bank.open_mask() & !before.bank.open_mask()
    };
    opened(FREE) & !opened(gate)
}

#[test]
fn no_nozzle_opens_twice_while_another_waits() {
    for rule in RULES {
        for power_max_w in [1.0, 2.0, 5.0, 10.0] {
            let mut bench = Bench::of(rule, VALVE, NOZZLES_1_W, 2000);
            let gate = Gate {
                power_max_w,
                ..FREE
            };
            let level = std::array::from_fn(|n| 0.5 + 0.03 * n as f64);
            // Who has opened since nozzle n began to wait.
            let mut passed = [0u16; NOZZLES];
            let mut waits = 0;
            for tick in 0..20_000 {
                let away = turned_away(&bench, &level, gate);
                let before = bench.bank.open_mask();
                bench.tick(&level, gate);
                let opened = bench.bank.open_mask() & !before;
                for (n, passed) in passed.iter_mut().enumerate() {
                    if away >> n & 1 == 0 {
                        *passed = 0;
                        continue;
                    }
                    let twice = *passed & opened;
                    assert_eq!(twice, 0, "{rule:?}, tick {tick}: {twice:b} passed {n}");
                    *passed |= opened;
                    waits += 1;
                }
            }
            assert!(waits > 1000, "{rule:?}, {power_max_w} W: {waits}");
        }
    }
}
