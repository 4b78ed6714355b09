//! How much work a solve takes: pivots, sub-problems and allocations, not seconds.

use crate::common::*;
use qiki_alloc::{AXES, Bounds};

struct Counts(Vec<u32>);

impl Counts {
    fn of(
        name: &str,
        seed: u64,
        mut make: impl FnMut(&mut Dice, usize) -> ([f64; AXES], Bounds<N>),
    ) -> Self {
        let (b, _) = geometry(name);
        let (mut allocator, mut dice) = (allocator(b), Dice::new(seed));
        let mut counts: Vec<u32> = (0..10_000)
            .map(|case| {
                let (wrench, bounds) = make(&mut dice, case);
                allocator.solve(&wrench, &bounds).iterations
            })
            .collect();
        counts.sort_unstable();
        Self(counts)
    }

    fn at(&self, part: f64) -> u32 {
        self.0[(part * (self.0.len() - 1) as f64) as usize]
    }

    fn assert_within(&self, what: &str, [p50, p99, most]: [u32; 3]) {
        let measured = [self.at(0.5), self.at(0.99), self.at(1.0)];
        assert!(
            measured[0] <= p50 && measured[1] <= p99 && measured[2] <= most,
            "{what}: iterations {measured:?}, at most {:?} allowed",
            [p50, p99, most]
        );
    }
}

#[test]
fn unrelated_wrenches_take_a_handful_of_pivots() {
    for name in ["table", "canted"] {
        let most = geometry(name).1;
        Counts::of(name, 31, |dice, _| {
            (dice.wrench(150.0, 80.0), healthy(most))
        })
        .assert_within(name, [6, 10, 14]);
    }
}

#[test]
fn broken_nozzles_and_unreachable_wrenches_stay_far_from_the_cap() {
    for name in ["table", "canted"] {
        let most = geometry(name).1;
        Counts::of(name, 33, |dice, _| {
            let size = 10f64.powf(dice.within(0.0, 6.0));
            (dice.wrench(size, size), dice.bounds(&most, 0.15, 0.1, 0.1))
        })
        .assert_within(name, [9, 20, 27]);
    }
}

#[test]
fn solving_allocates_nothing() {
    let (b, most) = geometry("canted");
    let (mut allocator, mut dice) = (allocator(b), Dice::new(34));
    let counted = allocation_counter::measure(|| {
        for _ in 0..1000 {
            let (wrench, bounds) = (dice.wrench(500.0, 300.0), dice.bounds(&most, 0.1, 0.1, 0.1));
            std::hint::black_box(allocator.solve(&wrench, &bounds));
        }
    });
    assert_eq!(counted.count_total, 0);
}

#[test]
fn a_wrench_that_changes_little_from_tick_to_tick_takes_no_pivot() {
    for name in ["table", "canted"] {
        let most = geometry(name).1;
        let mut wrench = [60.0, -20.0, 10.0, 8.0, -5.0, 3.0];
        Counts::of(name, 33, |dice, _| {
            let change = dice.wrench(1.0, 0.5);
            for i in 0..AXES {
                wrench[i] = 0.999 * wrench[i] + change[i];
            }
            (wrench, healthy(most))
        })
        .assert_within(name, [1, 4, 10]);
    }
}
