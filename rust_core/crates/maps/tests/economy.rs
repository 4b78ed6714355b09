//! The economy sets: few nozzles, nothing left over, the highest ceiling of their size.

use crate::common::*;
use qiki_maps::Direction;

fn named(name: &str) -> Direction {
    Direction::all().find(|d| d.name() == name).unwrap()
}

/// Nozzles of a set with their thrusts, N, to a hundredth.
fn table(bot: &Bot, direction: &str) -> Vec<(usize, f64)> {
    let set = *bot.map().economy(named(direction));
    (0..16)
        .filter(|n| set.nozzles >> n & 1 == 1)
        .map(|n| (n, (100.0 * set.thrust_n[n]).round() / 100.0))
        .collect()
}

#[test]
fn every_number_of_every_set_follows_from_its_thrusts() {
    for name in NAMES {
        let (bot, map) = (bot(name), bot(name).map());
        for direction in Direction::all() {
            let set = map.economy(direction);
            assert_says_what_it_does(&bot, direction, set);
            assert!(set.exact, "{name} {}", direction.name());
            // The fullest nozzle is what ends the set.
            let fullest = (0..16)
                .map(|n| set.thrust_n[n] / bot.most_n[n])
                .fold(0.0, f64::max);
            assert!((fullest - 1.0).abs() < 1e-12, "{name} {}", direction.name());
            assert!((map.power_w(set) - bot.watts(&set.thrust_n)).abs() < 1e-9);
        }
    }
}

#[test]
fn the_table_translates_and_rolls_with_four_nozzles_and_yaws_with_two() {
    let bot = bot("dodeca-table");
    let sizes = Direction::all().map(|d| bot.map().economy(d).nozzles.count_ones());
    let expected = [4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 2, 2];
    assert!(sizes.eq(expected));
}

#[test]
fn the_canted_clusters_need_five_nozzles_for_x_and_four_for_the_rest() {
    let bot = bot("dodeca-01");
    let sizes = Direction::all().map(|d| bot.map().economy(d).nozzles.count_ones());
    assert!(sizes.eq([5, 5, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4]));
}

/// What the centre of mass 0.1 m above the middle costs the canted craft: fours along X, pairs
/// along Y.
#[test]
fn about_the_middle_of_the_hull_the_canted_clusters_need_four_for_x_and_two_for_y() {
    let map = bot_about(&craft("dodeca-01"), [0.0; 3]).map();
    let sizes = Direction::all().map(|d| map.economy(d).nozzles.count_ones());
    assert!(sizes.take(6).eq([4, 4, 2, 2, 4, 4]));
    let ceilings = [436.8, 436.8, 475.0, 455.8];
    for (direction, ceiling) in Direction::all().zip(ceilings) {
        let found = map.economy(direction).ceiling;
        assert!(
            (found - ceiling).abs() < 0.05,
            "{} {found}",
            direction.name()
        );
    }
}

/// Side X of the table: nozzles 0.40 m above and below the centre, 0.10 m of which the centre of
/// mass takes; arms 0.3 and 0.5 m balance at 260 and 156 N.
#[test]
fn the_table_goes_forward_on_the_four_nozzles_of_its_rear_cluster() {
    let bot = bot("dodeca-table");
    assert_eq!(
        table(&bot, "+X"),
        [(4, 260.0), (5, 260.0), (6, 156.0), (7, 156.0)]
    );
    let ceiling = bot.map().economy(named("+X")).ceiling;
    assert!((ceiling - 832.0 * 0.5f64.sqrt()).abs() < 1e-6, "{ceiling}");
}

/// Four nozzles under 45 degrees, 220 N each.
#[test]
fn the_table_goes_up_and_down_on_the_cluster_of_the_other_side() {
    let bot = bot("dodeca-table");
    for (direction, first) in [("+Z", 12), ("-Z", 8)] {
        let set = *bot.map().economy(named(direction));
        assert_eq!(set.nozzles, 0b1111 << first);
        assert!((set.ceiling - 880.0 * 0.5f64.sqrt()).abs() < 1e-6);
    }
}

/// A pair of nozzles 1.7 m apart along x and y, each 260 N under 45 degrees: 2 * 1.2021 m * 260.
#[test]
fn the_table_yaws_on_the_first_of_two_equal_pairs() {
    let bot = bot("dodeca-table");
    assert_eq!(table(&bot, "+yaw"), [(0, 260.0), (5, 260.0)]);
    let ceiling = bot.map().economy(named("+yaw")).ceiling;
    assert!((ceiling - 4.0 * 0.85 * 0.5f64.sqrt() * 260.0).abs() < 1e-6);
}

#[test]
fn a_craft_with_pairs_on_every_axis_uses_the_pairs() {
    let (bot, map) = (hand_made(), hand_made().map());
    for direction in Direction::all() {
        let set = map.economy(direction);
        assert_says_what_it_does(&bot, direction, set);
        assert_eq!(set.nozzles.count_ones(), 2);
        assert!((set.ceiling - 200.0).abs() < 1e-9, "{}", direction.name());
    }
}

fn combinations(size: u32) -> impl Iterator<Item = u16> {
    (0..=u16::MAX).filter(move |m| m.count_ones() == size)
}

/// By linear programs over every combination, which know nothing of the search.
#[test]
fn no_other_combination_of_the_size_has_a_higher_ceiling() {
    for name in NAMES {
        let (bot, map) = (bot(name), bot(name).map());
        for direction in Direction::all() {
            let set = map.economy(direction);
            let size = set.nozzles.count_ones();
            let best = combinations(size)
                .map(|m| bot.reach(direction, m))
                .fold(0.0, f64::max);
            let context = format!("{name} {} {best} {set:?}", direction.name());
            assert!((best - set.ceiling).abs() < 1e-2, "{context}");
            if size > 2 {
                assert!(pairs_reach(&bot, direction) < 1e-2, "{context}");
            }
        }
    }
}

fn pairs_reach(bot: &Bot, direction: Direction) -> f64 {
    combinations(2)
        .map(|m| bot.reach(direction, m))
        .fold(0.0, f64::max)
}

#[test]
fn with_five_nozzles_there_is_none_of_four_or_less() {
    let bot = bot("dodeca-01");
    for direction in Direction::all().filter(|d| d.axis() == 0) {
        let best = combinations(4)
            .map(|m| bot.reach(direction, m))
            .fold(0.0, f64::max);
        assert!(best < 1e-2, "{best}");
    }
}

#[test]
fn any_centre_of_mass_within_the_hull_has_exact_sets_that_keep_their_word() {
    let mut dice = Dice::new(7);
    for name in NAMES {
        let craft = craft(name);
        for _ in 0..25 {
            let com_m = std::array::from_fn(|_| dice.within(-0.15, 0.15));
            let bot = bot_about(&craft, com_m);
            let map = bot.map();
            for direction in Direction::all() {
                for set in [map.economy(direction), map.full(direction)] {
                    assert_says_what_it_does(&bot, direction, set);
                    let context = format!("{name} {com_m:?} {} {set:?}", direction.name());
                    assert!(set.exact && set.exists(), "{context}");
                }
                assert!(map.economy(direction).nozzles.count_ones() <= 6);
            }
        }
    }
}
