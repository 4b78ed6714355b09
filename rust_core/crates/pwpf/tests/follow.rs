//! Somebody else commands for a while, and the modulators go on from there.

use crate::common::wide::WideBench;
use crate::common::{Dice, PARAMS, QUICK};
use qiki_craft::ModulatorConfig;
use qiki_pwpf::{Firing, Modulator, ValveTimes, WideGate};

const PERIOD_US: u32 = 2000;
const COUNT: usize = 16;
const VALVE: ValveTimes = ValveTimes {
    min_on_s: 0.03,
    min_off_s: 0.04,
    max_on_s: 0.2,
};
const PWPF: ModulatorConfig = ModulatorConfig::Pwpf {
    km: 7.5,
    tau_s: 0.55,
    u_on: 0.45,
    u_off: 0.05,
};
const RULES: [ModulatorConfig; 4] = [
    PWPF,
    ModulatorConfig::BangBang { band_s: 0.05 },
    ModulatorConfig::Schmitt {
        level_on: 0.75,
        level_off: 0.25,
    },
    ModulatorConfig::Remainder {},
];

fn bench(rule: ModulatorConfig) -> WideBench<Firing> {
    WideBench::new(Firing::new(COUNT, &rule, VALVE, PERIOD_US).unwrap())
}

/// One tick that is commanded from outside.
fn follow(bench: &mut WideBench<Firing>, on_time_us: &[u32; COUNT]) {
    bench.modulator.follow(on_time_us);
    let open = bench.modulator.open_mask();
    for (n, wave) in bench.waves.iter_mut().enumerate() {
        wave.tick(on_time_us[n], PERIOD_US);
        assert_eq!(wave.open, open >> n & 1 == 1, "valve {n}");
    }
}

#[test]
fn following_its_own_twin_a_bank_keeps_the_limits_from_any_moment_on() {
    for rule in RULES {
        for take_over in (0..300).step_by(7) {
            let (mut twin, mut bench) = (bench(rule), bench(rule));
            let mut dice = Dice::new(take_over);
            let mut level = [0.0; COUNT];
            for tick in 0..800 {
                if tick % 10 == 0 {
                    level = std::array::from_fn(|_| dice.unit());
                }
                if tick < take_over {
                    twin.tick(&level, WideGate::FREE);
                    follow(&mut bench, &twin.on_time_us.clone().try_into().unwrap());
                } else {
                    bench.tick(&level, WideGate::FREE);
                }
            }
            for wave in &bench.waves {
                let pulses = wave.pulses();
                assert!(!pulses.is_empty(), "{rule:?}");
                assert!(pulses.iter().all(|p| (30_000..=200_000).contains(p)));
                assert!(wave.pauses().iter().all(|p| *p >= 40_000));
            }
        }
    }
}

#[test]
fn a_valve_that_was_left_open_closes_when_its_shortest_opening_is_over() {
    for rule in RULES {
        let mut bench = bench(rule);
        let mut on_time_us = [0; COUNT];
        on_time_us[3] = 700;
        follow(&mut bench, &on_time_us);
        bench.run(0.0, 0.3);
        // A rule that gives ahead may give half a band more.
        let pulse = bench.waves[3].pulses()[0];
        assert!((30_000..=30_001).contains(&pulse), "{rule:?}: {pulse} us");
        assert_eq!(bench.waves[2].edges.len(), 0);
    }
}

#[test]
fn a_residual_is_dropped_and_a_filter_fades() {
    for rule in RULES {
        let mut bench = bench(rule);
        // Not enough for a pulse of any rule.
        bench.run(0.05, 0.3);
        assert!(bench.waves[0].edges.is_empty(), "{rule:?}");
        let residual_us = bench.modulator.residual_us(0);
        let rests = (5.0 * 0.55 / 0.002) as usize;
        for _ in 0..rests {
            follow(&mut bench, &[0; COUNT]);
        }
        if rule == PWPF {
            let mut fresh = self::bench(rule);
            let until_open = |bench: &mut WideBench<Firing>| {
                (0..1000).find(|_| {
                    bench.tick(&[0.5; COUNT], WideGate::FREE);
                    bench.waves[0].open
                })
            };
            let (after, from_rest) = (until_open(&mut bench), until_open(&mut fresh));
            assert_eq!(after, from_rest, "the filter is as good as empty");
        } else {
            assert_eq!(bench.modulator.residual_us(0), Some(0.0), "{rule:?}");
            assert_eq!(bench.modulator.dropped_us(0), residual_us, "{rule:?}");
        }
    }
}

#[test]
fn missing_on_times_are_zero_and_none_is_longer_than_the_tick() {
    let mut bench = WideBench::new(Firing::new(4, &PWPF, VALVE, PERIOD_US).unwrap());
    bench.modulator.follow(&[PERIOD_US, u32::MAX]);
    assert_eq!(bench.modulator.open_mask(), 0b11);
    bench.modulator.follow(&[PERIOD_US]);
    assert_eq!(bench.modulator.open_mask(), 0b01);
}

#[test]
fn any_rule_of_a_description_is_the_rule_itself() {
    let mut one = WideBench::new(qiki_pwpf::Pwpf::new(2, PARAMS, QUICK, PERIOD_US).unwrap());
    let rule = crate::common::pwpf(PARAMS);
    let mut any = WideBench::new(Firing::new(2, &rule, QUICK, PERIOD_US).unwrap());
    for _ in 0..1000 {
        one.tick(&[0.3, 0.8], WideGate::FREE);
        any.tick(&[0.3, 0.8], WideGate::FREE);
        assert_eq!(one.on_time_us, any.on_time_us);
    }
}
