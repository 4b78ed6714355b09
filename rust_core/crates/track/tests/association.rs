//! Association against the sum over all joint associations, and against the best of them.

use qiki_track::{Marginals, Nearest, Pairs};

use crate::common::Dice;

/// Rows of (detection, odds).
type Rows = Vec<Vec<(u32, f64)>>;

fn pairs(rows: &Rows, detections: usize) -> Pairs {
    let mut pairs = Pairs::default();
    pairs.clear(detections);
    for row in rows {
        for (detection, odds) in row {
            pairs.push(*detection, *odds);
        }
        pairs.end_row(usize::MAX);
    }
    pairs
}

/// Every joint association: the detection of each track, and its weight.
fn joint(rows: &Rows) -> Vec<(Vec<Option<u32>>, f64)> {
    let mut all = vec![(Vec::new(), 1.0)];
    for row in rows {
        let mut longer = Vec::new();
        for (taken, weight) in &all {
            let extend = |detection: Option<u32>, odds: f64| {
                let mut more: Vec<Option<u32>> = taken.clone();
                more.push(detection);
                (more, weight * odds)
            };
            longer.push(extend(None, 1.0));
            for (detection, odds) in row {
                if !taken.contains(&Some(*detection)) {
                    longer.push(extend(Some(*detection), *odds));
                }
            }
        }
        all = longer;
    }
    all
}

/// Probability of each pair, by all joint associations.
fn exact(rows: &Rows, track: usize, detection: u32) -> f64 {
    let all = joint(rows);
    let whole: f64 = all.iter().map(|(_, weight)| weight).sum();
    let with = all
        .iter()
        .filter(|(taken, _)| taken[track] == Some(detection));
    with.map(|(_, weight)| weight).sum::<f64>() / whole
}

fn by_propagation(rows: &Rows, detections: usize) -> (Pairs, Marginals) {
    let (mut pairs, mut marginals) = (pairs(rows, detections), Marginals::default());
    marginals.solve(&mut pairs);
    (pairs, marginals)
}

fn probability(pairs: &Pairs, track: usize, detection: u32) -> f64 {
    let row = pairs.row(track);
    let sum: f64 = row.iter().map(|pair| pair.odds * pair.free).sum();
    let found = row.iter().find(|pair| pair.detection == detection).unwrap();
    found.odds * found.free / (1.0 + sum)
}

fn drawn(dice: &mut Dice, tracks: usize, detections: usize, share: f64) -> Rows {
    let row = |dice: &mut Dice| {
        let all =
            (0..detections as u32).map(|n| (n, libm::exp(dice.within(-4.0, 6.0)), dice.unit()));
        all.filter(|(_, _, drawn)| *drawn < share)
            .map(|(n, odds, _)| (n, odds))
            .collect()
    };
    (0..tracks).map(|_| row(dice)).collect()
}

/// Largest difference from the exact probabilities.
fn worst(rows: &Rows, detections: usize) -> f64 {
    let (pairs, marginals) = by_propagation(rows, detections);
    let mut worst: f64 = 0.0;
    for detection in 0..detections as u32 {
        let mut unclaimed = 1.0;
        for (track, row) in rows.iter().enumerate() {
            if row.iter().any(|(n, _)| *n == detection) {
                let want = exact(rows, track, detection);
                worst = worst.max((probability(&pairs, track, detection) - want).abs());
                unclaimed -= want;
            }
        }
        worst = worst.max((marginals.unclaimed(detection as usize) - unclaimed).abs());
    }
    worst
}

#[test]
fn where_pairs_form_no_loop_the_probabilities_are_exact() {
    let mut dice = Dice::new(61);
    for _ in 0..200 {
        // A chain: track k and track k + 1 share detection k.
        let chain = (0..5u32)
            .map(|k| {
                let first = k.saturating_sub(1);
                (first..=k)
                    .map(|n| (n, libm::exp(dice.within(-3.0, 8.0))))
                    .collect()
            })
            .collect();
        let off = worst(&chain, 5);
        assert!(off < 1e-6, "{off}: {chain:?}");
    }
}

#[test]
fn in_loops_the_probabilities_are_near() {
    let mut dice = Dice::new(62);
    let mut sum = 0.0;
    for _ in 0..300 {
        let rows = drawn(&mut dice, 4, 4, 0.7);
        let off = worst(&rows, 4);
        assert!(off < 0.3, "{off}: {rows:?}");
        sum += off / 300.0;
    }
    assert!(sum < 0.05, "mean of the largest differences {sum}");
}

#[test]
fn the_nearest_association_has_the_best_odds_of_all() {
    let mut dice = Dice::new(63);
    let mut nearest = Nearest::default();
    for _ in 0..2_000 {
        let (tracks, detections) = (1 + dice.below(5), 1 + dice.below(5));
        let rows = drawn(&mut dice, tracks, detections, 0.6);
        let mut pairs = pairs(&rows, detections);
        nearest.solve(&mut pairs);
        let best = joint(&rows)
            .iter()
            .map(|(_, weight)| *weight)
            .fold(0.0, f64::max);
        let mut got = 1.0;
        let mut claims = vec![0; detections];
        for track in 0..rows.len() {
            for pair in pairs.row(track).iter().filter(|pair| pair.free > 0.0) {
                got *= pair.odds;
                claims[pair.detection as usize] += 1;
            }
        }
        assert!(claims.iter().all(|count| *count <= 1), "{rows:?}");
        assert!((got - best).abs() < 1e-9 * best, "{got} {best}: {rows:?}");
    }
}

/// Every track wants the first detection most: each search moves all before it.
#[test]
fn a_long_chain_of_moves_ends_with_everybody_served() {
    let count = 300;
    let rows: Rows = (0..count)
        .map(|k| {
            (0..=k)
                .map(|n| (n, libm::exp(10.0 - 0.01 * f64::from(n))))
                .collect()
        })
        .collect();
    let mut pairs = pairs(&rows, count as usize);
    Nearest::default().solve(&mut pairs);
    let served = (0..count as usize).filter(|t| pairs.row(*t).iter().any(|p| p.free > 0.0));
    assert_eq!(served.count(), count as usize);
}

#[test]
fn a_row_keeps_its_best_pairs() {
    let mut pairs = Pairs::default();
    pairs.clear(4);
    for (n, odds) in [(0, 1.0), (1, 3.0), (2, 0.5), (3, 2.0)] {
        pairs.push(n, odds);
    }
    assert_eq!(pairs.end_row(2), 2);
    let kept: Vec<u32> = pairs.row(0).iter().map(|pair| pair.detection).collect();
    assert_eq!(kept, [1, 3]);
}
