//! The full sets: one ceiling, as even as it can be, and as symmetric as the craft.

use crate::common::*;
use qiki_alloc::{AXES, Allocator, Bounds, Status};
use qiki_craft::NOZZLES;
use qiki_maps::{Direction, ThrustMap};

fn ceilings(map: &ThrustMap) -> Vec<f64> {
    Direction::all().map(|d| map.full(d).ceiling).collect()
}

#[test]
fn every_number_of_every_set_follows_from_its_thrusts() {
    for name in NAMES {
        let (bot, map) = (bot(name), bot(name).map());
        for direction in Direction::all() {
            assert_says_what_it_does(&bot, direction, map.full(direction));
            assert!(map.full(direction).exact, "{name} {}", direction.name());
        }
    }
}

#[test]
fn the_ceiling_of_all_translations_is_the_reach_of_the_weakest() {
    for name in NAMES {
        let (bot, map) = (bot(name), bot(name).map());
        let least = Direction::all()
            .take(AXES)
            .map(|d| bot.reach(d, u16::MAX))
            .fold(f64::INFINITY, f64::min);
        for ceiling in &ceilings(&map)[..AXES] {
            assert!(
                (ceiling / least - 1.0).abs() < 1e-5,
                "{name} {ceiling} {least}"
            );
        }
        let spread = ceilings(&map)[..AXES]
            .iter()
            .fold(0.0, |m: f64, c| m.max((c - least).abs()));
        assert!(spread < 1e-2);
    }
}

#[test]
fn both_signs_of_a_rotation_have_the_lesser_of_their_reaches() {
    for name in NAMES {
        let (bot, map) = (bot(name), bot(name).map());
        for pair in Direction::all().skip(AXES).collect::<Vec<_>>().chunks(2) {
            let least = bot
                .reach(pair[0], u16::MAX)
                .min(bot.reach(pair[1], u16::MAX));
            for direction in pair {
                let ceiling = map.full(*direction).ceiling;
                assert!(
                    (ceiling / least - 1.0).abs() < 1e-5,
                    "{name} {ceiling} {least}"
                );
            }
        }
    }
}

#[test]
fn the_ceilings_are_what_the_papers_of_the_table_say() {
    let found = ceilings(&bot("dodeca-table").map());
    let expected = [
        622.25, 622.25, 622.25, 622.25, 622.25, 622.25, 294.16, 294.16, 543.06, 543.06, 1499.07,
        1499.07,
    ];
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 0.01, "{found} {expected}");
    }
}

/// Loads u are the least squares of all that give the wrench where `u·v >= u·u` for every other
/// such v. The others come from the allocator under bounds drawn by dice.
#[test]
fn no_other_spread_of_the_same_wrench_is_more_even() {
    let mut dice = Dice::new(11);
    let mut others = 0;
    for name in NAMES {
        let (bot, map) = (bot(name), bot(name).map());
        let mut allocator = Allocator::new(bot.effectiveness, [1.0; AXES]).unwrap();
        for direction in Direction::all() {
            let set = map.full(direction);
            let load = |f: &[f64; NOZZLES]| -> [f64; NOZZLES] {
                std::array::from_fn(|n| f[n] / bot.most_n[n])
            };
            let u = load(&set.thrust_n);
            for _ in 0..400 {
                let mut bounds = Bounds {
                    lo: [0.0; NOZZLES],
                    hi: bot.most_n,
                };
                let n = (dice.unit() * 16.0) as usize;
                let (a, b) = (
                    dice.within(0.0, bot.most_n[n]),
                    dice.within(0.0, bot.most_n[n]),
                );
                (bounds.lo[n], bounds.hi[n]) = (a.min(b), a.max(b));
                let other = allocator.solve(&set.wrench, &bounds);
                if other.status != Status::Optimal {
                    continue;
                }
                others += 1;
                let v = load(&other.thrust_n);
                let across: f64 = u.iter().zip(&v).map(|(u, v)| u * (v - u)).sum();
                assert!(
                    across > -1e-6,
                    "{name} {} {across}\n{u:?}\n{v:?}",
                    direction.name()
                );
            }
        }
    }
    // Some wrenches can be had in one way only; most in many.
    assert!(others > 2000, "{others}");
}

/// Nozzle that the mirror x -> -x makes of each nozzle of the canted craft.
fn mirrored(bot: &Bot) -> [usize; NOZZLES] {
    // Force and torque under that mirror: a torque is an axial vector.
    let signs = [-1.0, 1.0, 1.0, 1.0, -1.0, -1.0];
    std::array::from_fn(|n| {
        (0..NOZZLES)
            .find(|m| {
                (0..AXES).all(|i| {
                    (bot.effectiveness[i][*m] - signs[i] * bot.effectiveness[i][n]).abs() < 1e-9
                })
            })
            .unwrap()
    })
}

#[test]
fn the_sets_of_two_directions_that_mirror_each_other_are_mirrored() {
    let (bot, map) = (bot("dodeca-01"), bot("dodeca-01").map());
    let twin = mirrored(&bot);
    let at = |i: usize| Direction::all().nth(i).unwrap();
    // +X is -X, +pitch is -pitch, +yaw is -yaw; Y, Z and roll are their own image.
    let image = [1, 0, 2, 3, 4, 5, 6, 7, 9, 8, 11, 10];
    for direction in Direction::all() {
        let (a, b) = (map.full(direction), map.full(at(image[direction.index()])));
        for n in 0..NOZZLES {
            let gap = (a.thrust_n[n] - b.thrust_n[twin[n]]).abs();
            assert!(
                gap < 1e-5,
                "{} nozzle {n}: {gap}\n{a:?}\n{b:?}",
                direction.name()
            );
        }
    }
}

#[test]
fn a_craft_with_pairs_on_every_axis_shares_a_push_equally() {
    let map = hand_made().map();
    for direction in Direction::all() {
        let set = map.full(direction);
        let pushing: Vec<f64> = set.thrust_n.into_iter().filter(|f| *f > 1.0).collect();
        assert_eq!(pushing.len(), 2);
        // The pair's edge, a millionth inside.
        assert!(pushing.iter().all(|f| (f - 99.9999).abs() < 1e-5));
    }
}
