//! Global nearest neighbour: each detection goes to one track at most, so that the odds of all
//! together are the greatest. Shortest augmenting paths (Jonker and Volgenant) over the pairs alone:
//! a path never leaves the cluster of tracks that share detections.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::pairs::Pairs;

const NONE: u32 = u32::MAX;

/// A distance that can be ordered, and the column that it leads to.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Reach {
    distance: f64,
    column: u32,
}

impl Eq for Reach {}

impl PartialOrd for Reach {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Reach {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let by_distance = self.distance.total_cmp(&other.distance);
        by_distance.then(self.column.cmp(&other.column))
    }
}

/// What is known of a column: a detection, or what a track has when it is not detected.
#[derive(Debug, Clone, Copy)]
struct Column {
    /// Its price: what the dual of the assignment takes for it.
    price: f64,
    /// The row that has it.
    owner: u32,
    /// In the present search: distance, the row it was reached from, and whether that is final.
    distance: f64,
    from: u32,
    done: bool,
}

const UNTOUCHED: Column = Column {
    price: 0.0,
    owner: NONE,
    distance: f64::INFINITY,
    from: NONE,
    done: false,
};

/// Room for the search.
#[derive(Debug, Clone, Default)]
pub struct Nearest {
    columns: Vec<Column>,
    /// Column of each row, and its cost.
    taken: Vec<(u32, f64)>,
    reached: Vec<u32>,
    heap: BinaryHeap<Reverse<Reach>>,
}

impl Nearest {
    /// Sets `free` of all pairs: 1 for the detection that a track gets, 0 for the others.
    pub fn solve(&mut self, pairs: &mut Pairs) {
        self.columns.clear();
        self.columns
            .resize(pairs.detections() + pairs.rows(), UNTOUCHED);
        self.taken.clear();
        self.taken.resize(pairs.rows(), (NONE, 0.0));
        for row in 0..pairs.rows() {
            self.place(row as u32, pairs);
        }
        for row in 0..pairs.rows() {
            let (column, _) = self.taken[row];
            for pair in pairs.row_mut(row) {
                pair.free = f64::from(u8::from(pair.detection == column));
            }
        }
    }

    /// How probable it is that a detection belongs to no track, given `free` of the last solve.
    #[must_use]
    pub fn unclaimed(&self, detection: usize) -> f64 {
        let owner = self.columns[detection].owner;
        let cost = self
            .taken
            .get(owner as usize)
            .map_or(f64::INFINITY, |(_, cost)| *cost);
        1.0 / (1.0 + libm::exp(-cost))
    }

    /// Finds the cheapest way to give a row a column, moving others where that pays.
    fn place(&mut self, row: u32, pairs: &Pairs) {
        self.heap.clear();
        self.reached.clear();
        self.look(row, 0.0, pairs);
        while let Some(Reverse(Reach { distance, column })) = self.heap.pop() {
            let found = &mut self.columns[column as usize];
            if found.done {
                continue;
            }
            found.done = true;
            let (owner, price) = (found.owner, found.price);
            if owner == NONE {
                self.pay(distance);
                self.hand_over(column, row, pairs);
                return;
            }
            let (_, cost) = self.taken[owner as usize];
            self.look(owner, cost - price - distance, pairs);
        }
    }

    /// Reaches the columns of a row; `base` is what the row has already.
    fn look(&mut self, row: u32, base: f64, pairs: &Pairs) {
        for pair in pairs.row(row as usize) {
            self.reach(row, pair.detection, -libm::log(pair.odds) - base);
        }
        self.reach(row, undetected(row, pairs), -base);
    }

    fn reach(&mut self, row: u32, column: u32, cost: f64) {
        let found = &mut self.columns[column as usize];
        let distance = cost - found.price;
        if found.done || distance >= found.distance {
            return;
        }
        if found.from == NONE {
            self.reached.push(column);
        }
        found.distance = distance;
        found.from = row;
        self.heap.push(Reverse(Reach { distance, column }));
    }

    /// Prices of the columns that the search has passed. Distances go; where each column was reached
    /// from is still needed.
    fn pay(&mut self, shortest: f64) {
        for column in &self.reached {
            let found = &mut self.columns[*column as usize];
            if found.done {
                found.price += found.distance - shortest;
            }
            found.done = false;
            found.distance = f64::INFINITY;
        }
    }

    fn hand_over(&mut self, end: u32, begin: u32, pairs: &Pairs) {
        let mut column = end;
        loop {
            let row = self.columns[column as usize].from;
            self.columns[column as usize].owner = row;
            let before = self.taken[row as usize].0;
            self.taken[row as usize] = (column, cost(row, column, pairs));
            if row == begin {
                break;
            }
            column = before;
        }
        for column in &self.reached {
            self.columns[*column as usize].from = NONE;
        }
    }
}

fn undetected(row: u32, pairs: &Pairs) -> u32 {
    pairs.detections() as u32 + row
}

fn cost(row: u32, column: u32, pairs: &Pairs) -> f64 {
    let mut row = pairs.row(row as usize).iter();
    row.find(|pair| pair.detection == column)
        .map_or(0.0, |pair| -libm::log(pair.odds))
}
