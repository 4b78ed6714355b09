//! Craft that cannot have an exact set, and numbers that are no craft.

use crate::common::*;
use qiki_maps::{Direction, MapError, ThrustMap};

fn named(name: &str) -> Direction {
    Direction::all().find(|d| d.name() == name).unwrap()
}

/// Without one nozzle of its pair, forward comes with a yaw; the other three pairs of the axis
/// could stop that only with forces of their own.
#[test]
fn what_is_left_over_is_stated_and_within_tolerance() {
    let bot = hand_made().without(&[0]);
    let map = bot.map();
    let (economy, full) = (map.economy(named("+X")), map.full(named("+X")));
    assert!(!economy.exact);
    assert!(economy.leftover_torque_nm > 0.1, "{economy:?}");
    assert!(economy.leftover_torque_nm <= 25.0 + 1e-9, "{economy:?}");
    assert!(economy.leftover_force_n <= 25.0 + 1e-9, "{economy:?}");
    assert_says_what_it_does(&bot, named("+X"), economy);
    assert_eq!(economy, full);
}

#[test]
fn the_other_directions_keep_their_exact_sets_and_their_ceiling() {
    let map = hand_made().without(&[0]).map();
    for name in ["-X", "+Y", "-Y", "+Z", "-Z"] {
        assert!(map.economy(named(name)).exact, "{name}");
        assert!(
            (map.full(named(name)).ceiling - 200.0).abs() < 1e-3,
            "{name}"
        );
    }
}

/// A newton along the nozzle and a newton metre across it: nearest to force alone is half of it.
/// Torque 25 N·m ends it, so force is 25 N too.
#[test]
fn the_nearest_set_goes_as_far_as_its_leftover_may() {
    let mut bot = hand_made().without(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    let set = *bot.map().economy(named("+X"));
    assert_eq!(set.nozzles, 1);
    assert!((set.ceiling - 25.0).abs() < 1e-9);
    assert!((set.leftover_torque_nm - 25.0).abs() < 1e-9);
    // Ten newtons are less than the tolerance: now the nozzle ends it.
    bot.most_n[0] = 10.0;
    assert!((bot.map().economy(named("+X")).ceiling - 10.0).abs() < 1e-9);
}

#[test]
fn where_nothing_pushes_along_there_is_no_set() {
    let map = hand_made().without(&[0, 1]).map();
    assert!(!map.economy(named("+X")).exists());
    assert!(!map.full(named("+X")).exists());
    assert_eq!(map.lost(0), named("+X").bit());
}

#[test]
fn a_craft_without_nozzles_has_no_sets_and_loses_every_direction() {
    let all: Vec<usize> = (0..16).collect();
    let map = hand_made().without(&all).map();
    assert_eq!(map.lost(0), 0x0fff);
    let answer = map.allocate(&[1.0; 6], 0, 1e4);
    assert_eq!(answer.thrust_n, [0.0; 16]);
    assert_eq!(answer.denied, 0b0101_0101_0101);
    assert!(answer.saturated());
}

/// Any nozzles missing, those left of any thrust: a map is made, keeps its word, and has an exact
/// set wherever there is anything to be had.
#[test]
fn a_map_is_made_whatever_nozzles_there_are() {
    let mut dice = Dice::new(3);
    let mut inexact = 0;
    for case in 0..200 {
        let missing = dice.nozzles(0.15);
        let gone: Vec<usize> = (0..16).filter(|n| missing >> n & 1 == 1).collect();
        let mut bot = bot(NAMES[case % 2]);
        if case % 4 > 1 {
            bot.most_n = std::array::from_fn(|_| dice.within(1.0, 300.0));
        }
        let bot = bot.without(&gone);
        let map = bot.map();
        for direction in Direction::all() {
            for set in [map.economy(direction), map.full(direction)] {
                assert_eq!(set.nozzles & missing, 0);
                if set.exists() {
                    assert_says_what_it_does(&bot, direction, set);
                    assert!(set.leftover_torque_nm <= 25.0 + 1e-9);
                    assert!(set.leftover_force_n <= 25.0 + 1e-9);
                }
            }
            let exact = map.economy(direction).exact;
            let reach = bot.reach(direction, u16::MAX);
            assert!(exact || reach < 0.1, "{} {reach}", direction.name());
            assert_eq!(exact, map.full(direction).exact);
            inexact += u32::from(!exact);
        }
    }
    assert!(inexact > 50, "{inexact}");
}

#[test]
fn numbers_that_are_no_craft_are_refused_by_name() {
    let bot = hand_made();
    let with = |change: fn(&mut Bot)| {
        let mut other = bot.clone();
        change(&mut other);
        ThrustMap::new(&other.effectiveness, &other.most_n, &other.w_per_n).unwrap_err()
    };
    assert_eq!(with(|b| b.most_n[3] = f64::NAN), MapError::ThrustMax(3));
    assert_eq!(with(|b| b.most_n[4] = -1.0), MapError::ThrustMax(4));
    assert_eq!(
        with(|b| b.w_per_n[5] = f64::INFINITY),
        MapError::PowerPerNewton(5)
    );
    let error = with(|b| b.effectiveness[2][6] = f64::NAN);
    assert_eq!(error.to_string(), "effectiveness: column 6 is not finite");
}
