//! Bang-bang, Schmitt and remainder: impulse is neither lost nor made.

use crate::common::wide::WideBench;
use crate::common::{Dice, PERIODS_US};
use qiki_pwpf::{ImpulseIntegrator, IntegratorRule, Modulator, ValveTimes, WideGate};

const VALVE: ValveTimes = ValveTimes {
    min_on_s: 0.03,
    min_off_s: 0.03,
    max_on_s: 1e3,
};
const BANG_BANG: IntegratorRule = IntegratorRule::BangBang { band_s: 0.04 };
const SCHMITT: IntegratorRule = IntegratorRule::Schmitt {
    level_on: 0.75,
    level_off: 0.25,
};
const RULES: [IntegratorRule; 3] = [BANG_BANG, SCHMITT, IntegratorRule::Remainder];
const COUNT: usize = 16;

fn bench(rule: IntegratorRule, times: ValveTimes, period_us: u32) -> WideBench<ImpulseIntegrator> {
    WideBench::new(ImpulseIntegrator::new(COUNT, rule, times, period_us).unwrap())
}

/// Least and greatest residual of each rule, µs, under any level.
fn bounds_us(rule: IntegratorRule) -> (f64, f64) {
    match rule {
        IntegratorRule::BangBang { .. } => (-20e3, 20e3),
        // A pulse beyond what was demanded; a pause from where the last one stopped.
        IntegratorRule::Schmitt { .. } => (-7.5e3, 37.5e3),
        IntegratorRule::Remainder => (0.0, 30e3),
    }
}

fn worst_off(values: &[u64], expected_us: f64) -> f64 {
    assert!(values.len() > 10, "{} only", values.len());
    let off = values.iter().map(|v| (*v as f64 - expected_us).abs());
    off.fold(0.0, f64::max)
}

#[test]
fn pulses_and_pauses_have_their_closed_forms() {
    // Span of the hysteresis: a pulse drains it at 1 - E, a pause fills it at E.
    for (rule, span_us) in [(BANG_BANG, 40e3), (IntegratorRule::Remainder, 30e3)] {
        for period_us in PERIODS_US {
            for level in [0.05, 0.3, 0.5, 0.8] {
                let mut bench = bench(rule, VALVE, period_us);
                bench.run(level, 60.0);
                let (on, off) = (span_us / (1.0 - level), span_us / level);
                let what = format!("{} {level} {period_us}", rule.name());
                // A microsecond of the edge, and what the one before took or gave.
                let on_off = worst_off(&bench.waves[0].pulses(), on);
                assert!(on_off <= 1.0 + level / (1.0 - level), "{what}: {on_off}");
                let off_off = worst_off(&bench.waves[0].pauses(), off);
                assert!(off_off <= 1.0 + (1.0 - level) / level, "{what}: {off_off}");
            }
        }
    }
}

#[test]
fn schmitt_fires_shortest_pulses_at_small_levels() {
    for period_us in PERIODS_US {
        for level in [0.02, 0.1, 0.4] {
            let mut bench = bench(SCHMITT, VALVE, period_us);
            bench.run(level, 60.0);
            let wave = &bench.waves[0];
            // From no residual to three quarters of a pulse.
            assert!((wave.edges[0] as f64 - 22.5e3 / level).abs() <= 1.0);
            assert!(wave.pulses().iter().all(|p| *p == 30_000));
            assert!(worst_off(&wave.pauses(), 30e3 / level - 30e3) <= 1.0 / level);
        }
        // Above 0.5 the pause is the shortest, and the pulse makes up for it.
        let mut bench = bench(SCHMITT, VALVE, period_us);
        bench.run(0.8, 60.0);
        assert!(bench.waves[0].pauses().iter().all(|p| *p == 30_000));
        // The first one starts at the threshold, without a pause before it.
        assert!(worst_off(&bench.waves[0].pulses()[1..], 120e3) <= 5.0);
    }
}

#[test]
fn the_mean_thrust_is_what_was_demanded() {
    for rule in RULES {
        for period_us in PERIODS_US {
            for level in [0.01, 0.12, 0.3, 0.5, 0.8, 0.95] {
                let mut bench = bench(rule, VALVE, period_us);
                let (mut open_us, ticks) = (0, 60_000_000 / period_us);
                for _ in 0..ticks {
                    bench.tick(&[level; COUNT], WideGate::FREE);
                    open_us += u64::from(bench.on_time_us[3]);
                }
                let demanded_us = level * f64::from(ticks * period_us);
                let (least, most) = bounds_us(rule);
                let residual = demanded_us - open_us as f64;
                assert!(
                    (least - 2.0..=most + 2.0).contains(&residual),
                    "{rule:?} {level}: {residual}"
                );
            }
        }
    }
}

#[test]
fn the_residual_stays_within_a_pulse_under_any_level() {
    for rule in RULES {
        for period_us in PERIODS_US {
            let mut bench = bench(rule, VALVE, period_us);
            let mut dice = Dice::new(u64::from(period_us));
            let (mut level, mut demanded_us, mut open_us) =
                ([0.0; COUNT], [0.0; COUNT], [0; COUNT]);
            let (least, most) = bounds_us(rule);
            for _ in 0..30_000 {
                for n in 0..COUNT {
                    if dice.unit() < 0.02 {
                        level[n] = (2.0 * dice.unit() - 0.5f64).clamp(0.0, 1.0);
                    }
                    demanded_us[n] += level[n] * f64::from(period_us);
                }
                bench.tick(&level, WideGate::FREE);
                for n in 0..COUNT {
                    open_us[n] += u64::from(bench.on_time_us[n]);
                    let residual = demanded_us[n] - open_us[n] as f64;
                    assert!(
                        (least - 1.0..=most + 1.0).contains(&residual),
                        "{rule:?}: {residual} us"
                    );
                    assert!((bench.modulator.residual_us(n).unwrap() - residual).abs() < 1e-3);
                    assert_eq!(bench.modulator.dropped_us(n), Some(0.0));
                }
            }
            for wave in &bench.waves {
                assert!(wave.pulses().len() > 50);
                assert!(wave.pulses().iter().all(|p| *p >= 30_000));
                assert!(wave.pauses().iter().all(|p| *p >= 30_000));
            }
        }
    }
}

#[test]
fn what_limits_and_gates_keep_back_is_told() {
    let times = ValveTimes {
        max_on_s: 0.2,
        min_off_s: 0.05,
        ..VALVE
    };
    for rule in [
        IntegratorRule::BangBang { band_s: 0.06 },
        SCHMITT,
        IntegratorRule::Remainder,
    ] {
        for period_us in PERIODS_US {
            let mut bench = bench(rule, times, period_us);
            let mut dice = Dice::new(u64::from(period_us));
            let (mut level, mut demanded_us, mut open_us) =
                ([0.0; COUNT], [0.0; COUNT], [0; COUNT]);
            for tick in 0..30_000 {
                if tick % 25 == 0 {
                    level = std::array::from_fn(|_| (1.6 * dice.unit()).min(1.0));
                }
                let closed = if tick % 50 == 0 { 0b101 } else { 0 };
                let no_opening = (dice.unit() * 65536.0) as u64;
                let ending = if tick % 40 == 0 { 0b1010 } else { 0 };
                bench.tick(
                    &level,
                    WideGate {
                        closed,
                        no_opening,
                        ending,
                        open_max: 9,
                    },
                );
                for n in 0..COUNT {
                    demanded_us[n] += level[n] * f64::from(period_us);
                    open_us[n] += u64::from(bench.on_time_us[n]);
                    let residual = bench.modulator.residual_us(n).unwrap();
                    let dropped = bench.modulator.dropped_us(n).unwrap();
                    let sum = open_us[n] as f64 + residual + dropped;
                    assert!(
                        (demanded_us[n] - sum).abs() < 0.01,
                        "{} {sum}",
                        demanded_us[n]
                    );
                    assert!(residual.abs() <= 0.11e6, "{residual}");
                }
            }
            for (n, wave) in bench.waves.iter().enumerate() {
                let shortest = if 0b101 >> n & 1 == 1 { 0 } else { 30_000 };
                assert!(
                    wave.pulses()
                        .iter()
                        .all(|p| (shortest..=200_000).contains(p))
                );
                assert!(wave.pauses().iter().all(|p| *p >= 50_000));
            }
        }
    }
}

#[test]
fn what_was_demanded_while_closed_is_not_fired_afterwards() {
    for rule in RULES {
        let mut bench = bench(rule, VALVE, 2000);
        let closed = WideGate {
            closed: u64::MAX,
            ..WideGate::FREE
        };
        for _ in 0..500 {
            bench.tick(&[1.0; COUNT], closed);
        }
        assert_eq!(bench.modulator.residual_us(0), Some(0.0));
        assert_eq!(bench.modulator.dropped_us(0), Some(1e6));
        bench.run(0.0, 10.0);
        assert!(bench.waves.iter().all(|w| w.edges.is_empty()));
    }
}

#[test]
fn a_level_that_is_not_a_number_counts_as_zero() {
    for rule in RULES {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -3.0] {
            let (mut given, mut zero) = (bench(rule, VALVE, 2000), bench(rule, VALVE, 2000));
            for (level, meant) in [(0.7, 0.7), (value, 0.0), (0.9, 0.9), (value, 0.0)] {
                given.run(level, 0.4);
                zero.run(meant, 0.4);
                assert_eq!(given.waves[0].edges, zero.waves[0].edges);
            }
            assert!(!zero.waves[0].edges.is_empty());
        }
    }
}

#[test]
fn full_level_stays_open_until_the_longest_opening() {
    for rule in RULES {
        for period_us in PERIODS_US {
            let mut bench = bench(
                rule,
                ValveTimes {
                    max_on_s: 0.5,
                    ..VALVE
                },
                period_us,
            );
            bench.run(1.0, 10.0);
            assert!(bench.waves[0].pulses().len() > 10);
            assert!(bench.waves[0].pulses().iter().all(|p| *p == 500_000));
            assert!(bench.waves[0].pauses().iter().all(|p| *p == 30_000));
            // The residual is a pause and a threshold at most; the other pauses cannot be made
            // good.
            let residual = bench.modulator.residual_us(0).unwrap();
            assert!(residual <= 60_000.0, "{residual}");
            assert!(bench.modulator.dropped_us(0).unwrap() > 400_000.0);
        }
    }
}

#[test]
fn a_tick_allocates_nothing() {
    let mut modulator = ImpulseIntegrator::new(COUNT, SCHMITT, VALVE, 2000).unwrap();
    let mut on_time_us = [0; COUNT];
    let counted = allocation_counter::measure(|| {
        for _ in 0..1000 {
            modulator.step(&[0.6; COUNT], WideGate::FREE, &mut on_time_us);
        }
    });
    assert_eq!(counted.count_total, 0);
}

#[track_caller]
fn assert_refused(rule: IntegratorRule, times: ValveTimes, period_us: u32, text: &str) {
    let error = ImpulseIntegrator::new(COUNT, rule, times, period_us).unwrap_err();
    assert_eq!(error.to_string(), text);
}

#[test]
fn a_band_below_what_the_valve_can_do_is_refused() {
    assert_refused(
        IntegratorRule::BangBang { band_s: 0.02 },
        VALVE,
        2000,
        "bang_bang: shortest pulse and pause are band_s, 0.02 s, which is below the valve's \
         minimum on-time 0.03 s or pause 0.03 s: raise band_s",
    );
    for band_s in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let text = format!("bang_bang: band_s {band_s} given, a positive finite number is needed");
        assert_refused(IntegratorRule::BangBang { band_s }, VALVE, 2000, &text);
    }
}

#[test]
fn levels_without_hysteresis_or_beyond_a_pulse_are_refused() {
    let bad = [
        (0.5, 0.5),
        (0.3, 0.6),
        (1.2, 0.5),
        (0.5, -0.1),
        (f64::NAN, 0.1),
        (0.5, f64::NAN),
    ];
    for (level_on, level_off) in bad {
        let text = format!(
            "schmitt: level_on {level_on} and level_off {level_off} given, \
             0 <= level_off < level_on <= 1 needed"
        );
        assert_refused(
            IntegratorRule::Schmitt {
                level_on,
                level_off,
            },
            VALVE,
            2000,
            &text,
        );
    }
}

#[test]
fn ticks_and_openings_that_do_not_fit_are_refused_by_every_rule() {
    for rule in RULES {
        let name = rule.name();
        let text = format!(
            "{name}: tick 0.03 s must be positive and shorter than the shortest pulse and pause 0.03 s"
        );
        assert_refused(rule, VALVE, 30_000, &text);
        let text = format!("{name}: longest opening 0.03 s must be above the shortest 0.03 s");
        assert_refused(
            rule,
            ValveTimes {
                max_on_s: 0.03,
                ..VALVE
            },
            2000,
            &text,
        );
        let nan = ValveTimes {
            min_on_s: f64::NAN,
            ..VALVE
        };
        assert!(ImpulseIntegrator::new(COUNT, rule, nan, 2000).is_err());
        let error = ImpulseIntegrator::new(65, rule, VALVE, 2000).unwrap_err();
        assert_eq!(
            error.to_string(),
            "modulator: 65 valves given, 1..=64 needed"
        );
    }
}
