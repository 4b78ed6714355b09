//! A wrench by sets alone: within every limit, in the direction demanded.

use crate::common::*;
use allocation_counter::measure;
use qiki_alloc::{AXES, Status};
use qiki_craft::NOZZLES;
use qiki_maps::{AutoSolution, Direction, ThrustMap};

const PLENTY_W: f64 = 1e6;

/// What every answer keeps to, whatever was demanded.
fn assert_within_limits(bot: &Bot, answer: &AutoSolution, unavailable: u16, power_max_w: f64) {
    let f = &answer.thrust_n;
    for n in 0..NOZZLES {
        assert!(
            f[n] >= 0.0 && f[n] <= bot.most_n[n],
            "nozzle {n}\n{answer:?}"
        );
        assert!(
            unavailable >> n & 1 == 0 || f[n] == 0.0,
            "nozzle {n} is out\n{answer:?}"
        );
    }
    assert!(bot.watts(f) <= power_max_w * (1.0 + 1e-12), "{answer:?}");
    let wrench = bot.wrench(f);
    for i in 0..AXES {
        assert!((wrench[i] - answer.wrench[i]).abs() < 1e-9, "{answer:?}");
    }
    assert!((0.0..=1.0).contains(&answer.scale), "{answer:?}");
}

/// `scale * demanded` without the components that are denied.
fn expected(demanded: &[f64; AXES], answer: &AutoSolution) -> [f64; AXES] {
    std::array::from_fn(|i| {
        let denied = answer.denied & Direction::of(i, demanded[i]).bit() != 0;
        if denied {
            0.0
        } else {
            answer.scale * demanded[i]
        }
    })
}

fn assert_allocated(demanded: &[f64; AXES], answer: &AutoSolution) {
    for (allocated, expected) in answer.wrench.iter().zip(expected(demanded, answer)) {
        assert!(
            (allocated - expected).abs() < 2e-3,
            "{demanded:?}\n{answer:?}"
        );
    }
}

#[test]
fn any_wrench_is_given_in_its_own_direction_within_every_limit() {
    let mut dice = Dice::new(1);
    for name in NAMES {
        let (bot, map) = (bot(name), bot(name).map());
        let mut met = 0;
        for _ in 0..20_000 {
            let size = dice.unit();
            let demanded = dice.wrench(900.0 * size, 400.0 * size);
            let unavailable = if dice.unit() < 0.5 {
                0
            } else {
                dice.nozzles(0.06)
            };
            let power_max_w = dice.within(0.0, 45_000.0);
            let answer = map.allocate(&demanded, unavailable, power_max_w);
            assert_within_limits(&bot, &answer, unavailable, power_max_w);
            assert_allocated(&demanded, &answer);
            let whole = answer.scale == 1.0 && answer.denied == 0;
            assert_eq!(answer.status == Status::Optimal, whole, "{answer:?}");
            assert_eq!(answer.saturated(), !whole);
            assert_eq!(answer.lost & answer.denied, answer.denied);
            assert_eq!((answer.economy | answer.full) & answer.lost, 0);
            met += u32::from(whole);
        }
        assert!(met > 2000, "{name}: {met}");
    }
}

/// All thrust of an answer is that of the sets it names.
#[test]
fn thrust_is_a_superposition_of_the_sets_that_are_named() {
    let mut dice = Dice::new(2);
    let map = bot("dodeca-01").map();
    for _ in 0..2000 {
        let answer = map.allocate(&dice.wrench(500.0, 300.0), 0, PLENTY_W);
        let mut allowed = 0;
        for direction in Direction::all() {
            if answer.economy & direction.bit() != 0 {
                allowed |= map.economy(direction).nozzles;
            }
            if answer.full & direction.bit() != 0 {
                allowed |= map.full(direction).nozzles;
            }
        }
        for n in 0..NOZZLES {
            assert!(allowed >> n & 1 == 1 || answer.thrust_n[n] == 0.0);
        }
    }
}

fn along(map: &ThrustMap, direction: Direction, size: f64) -> AutoSolution {
    map.allocate(&direction.wrench(size), 0, PLENTY_W)
}

#[test]
fn little_is_given_by_the_economy_set_and_the_most_by_the_full_one() {
    for name in NAMES {
        let map = bot(name).map();
        for direction in Direction::all() {
            let (economy, full) = (map.economy(direction), map.full(direction));
            let small = along(&map, direction, 0.5 * economy.ceiling);
            assert_eq!((small.economy, small.full), (direction.bit(), 0));
            let highest = along(&map, direction, economy.ceiling.max(full.ceiling));
            assert_eq!(
                highest.status,
                Status::Optimal,
                "{name} {}",
                direction.name()
            );
            if full.ceiling > economy.ceiling {
                assert_eq!((highest.economy, highest.full), (0, direction.bit()));
                let between = along(&map, direction, 0.5 * (economy.ceiling + full.ceiling));
                assert_eq!(
                    (between.economy, between.full),
                    (direction.bit(), direction.bit())
                );
            }
            let beyond = along(
                &map,
                direction,
                3.0 * highest.wrench[direction.axis()].abs(),
            );
            assert!(beyond.saturated() && (beyond.scale - 1.0 / 3.0).abs() < 1e-9);
            assert_eq!(beyond.full, highest.full);
        }
    }
}

/// A step of one newton in what is demanded moves no nozzle far: no jump where the sets change over.
#[test]
fn thrust_has_no_jumps_along_a_direction() {
    for name in NAMES {
        let map = bot(name).map();
        for direction in Direction::all() {
            let mut last = along(&map, direction, 1.0);
            for size in 2..1600 {
                let next = along(&map, direction, f64::from(size));
                for n in 0..NOZZLES {
                    let jump = (next.thrust_n[n] - last.thrust_n[n]).abs();
                    assert!(jump < 6.0, "{name} {} {size}: {jump}", direction.name());
                }
                last = next;
            }
        }
    }
}

#[test]
fn a_set_with_a_dead_nozzle_makes_way_for_the_other_one() {
    let map = bot("dodeca-01").map();
    for direction in Direction::all() {
        let (economy, full) = (map.economy(direction), map.full(direction));
        let only_in_full = full.nozzles & !economy.nozzles;
        assert_ne!(only_in_full, 0);
        let dead = 1 << only_in_full.trailing_zeros();
        let answer = map.allocate(&direction.wrench(2.0 * economy.ceiling), dead, PLENTY_W);
        assert_eq!((answer.economy, answer.full), (direction.bit(), 0));
        assert!((answer.scale - 0.5).abs() < 1e-9);
        let only_in_economy = economy.nozzles & !full.nozzles;
        if only_in_economy != 0 {
            let dead = 1 << only_in_economy.trailing_zeros();
            let answer = map.allocate(&direction.wrench(10.0), dead, PLENTY_W);
            assert_eq!((answer.economy, answer.full), (0, direction.bit()));
            assert_eq!(answer.status, Status::Optimal);
        }
    }
}

#[test]
fn a_direction_whose_two_sets_are_dead_is_lost_and_the_others_still_serve() {
    let map = bot("dodeca-table").map();
    let forward = Direction::all().next().unwrap();
    let shared = map.economy(forward).nozzles & map.full(forward).nozzles;
    let dead = 1 << shared.trailing_zeros();
    let lost = map.lost(dead);
    assert_ne!(lost & forward.bit(), 0);
    let back_and_forth = map.allocate(&[-100.0, 0.0, 0.0, 0.0, 0.0, 0.0], dead, PLENTY_W);
    assert_eq!((back_and_forth.lost, back_and_forth.denied), (lost, 0));
    assert_eq!(back_and_forth.status, Status::Optimal);
    let demanded = [100.0, 0.0, 50.0, 0.0, 0.0, 0.0];
    let answer = map.allocate(&demanded, dead, PLENTY_W);
    assert_eq!(answer.denied, lost & forward.bit());
    assert!(answer.saturated());
    assert!((answer.wrench[2] - 50.0).abs() < 1e-6 && answer.wrench[0].abs() < 1e-6);
}

#[test]
fn the_power_limit_scales_everything_alike() {
    let map = bot("dodeca-01").map();
    let demanded = [200.0, -100.0, 50.0, 20.0, -30.0, 10.0];
    let free = map.allocate(&demanded, 0, PLENTY_W);
    assert_eq!(free.status, Status::Optimal);
    let draw = 17.5 * free.thrust_n.iter().sum::<f64>();
    let half = map.allocate(&demanded, 0, 0.5 * draw);
    assert!((half.scale - 0.5).abs() < 1e-12);
    for n in 0..NOZZLES {
        assert!((half.thrust_n[n] - 0.5 * free.thrust_n[n]).abs() < 1e-9);
    }
    for nothing in [0.0, -1.0, f64::NAN] {
        let answer = map.allocate(&demanded, 0, nothing);
        assert_eq!((answer.thrust_n, answer.scale), ([0.0; NOZZLES], 0.0));
        assert!(answer.saturated());
    }
}

#[test]
fn what_is_no_number_gives_no_thrust_and_what_is_huge_gives_the_most() {
    let (bot, map) = (bot("dodeca-01"), bot("dodeca-01").map());
    for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let answer = map.allocate(&[10.0, odd, 0.0, 0.0, 0.0, 0.0], 0, PLENTY_W);
        assert_eq!(
            (answer.status, answer.thrust_n),
            (Status::BadInput, [0.0; NOZZLES])
        );
    }
    for size in [1e9, 1e300, f64::MAX] {
        let answer = map.allocate(&[size, 0.0, 0.0, 0.0, 0.0, -1.0], 0, PLENTY_W);
        assert_within_limits(&bot, &answer, 0, PLENTY_W);
        let ceiling = map.full(Direction::of(0, 1.0)).ceiling;
        assert!((answer.wrench[0] - ceiling).abs() < 1e-3, "{answer:?}");
    }
    let tiny = map.allocate(&[f64::MIN_POSITIVE; AXES], 0, PLENTY_W);
    assert_eq!(tiny.status, Status::Optimal);
}

#[test]
fn nothing_asked_is_nothing_given() {
    let answer = bot("dodeca-01").map().allocate(&[0.0; AXES], 0, 0.0);
    assert_eq!(
        (answer.status, answer.thrust_n),
        (Status::Optimal, [0.0; NOZZLES])
    );
    assert_eq!((answer.economy, answer.full, answer.scale), (0, 0, 1.0));
}

#[test]
fn nothing_is_allocated() {
    let (map, mut dice) = (bot("dodeca-01").map(), Dice::new(5));
    for _ in 0..100 {
        let (demanded, dead) = (dice.wrench(2000.0, 900.0), dice.nozzles(0.1));
        let mut answer = AutoSolution::default();
        let counted = measure(|| answer = map.allocate(&demanded, dead, 30_000.0));
        assert_eq!(counted.count_total, 0);
        assert_ne!(answer.status, Status::BadInput);
    }
}
