//! Least cost for a wrench that must be met: a bounded dual simplex.
//!
//! ```text
//! minimise c'x   subject to   A x = b,   l <= x <= u
//! ```
//!
//! Every variable has two finite bounds. Then any basis is dual feasible, once each variable
//! outside of it is put at the bound that the sign of its reduced cost asks for, so a solve can
//! start from the basis that the last one ended with, whatever has become of b, l and u. As
//! long as the basis stays the right one, a solve is one product with a small inverse.
//!
//! The ratio test is the long-step one: a variable whose reduced cost changes sign before the
//! slope does flips to its other bound instead of entering the basis.
//!
//! Sources: Koberstein, "The Dual Simplex Method", Paderborn 2005; Maros, "Computational
//! Techniques of the Simplex Method", 2003, chapter 10.

use crate::elimination::{PIVOT_MIN, independent, inverted};
use crate::vector::dot;

/// How a solve ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LpStatus {
    /// The least cost is found.
    Optimal,
    /// No x within the bounds gives b.
    Infeasible,
    /// The iteration cap was reached, or the basis became singular.
    Stuck,
}

/// Pivots of a solve at most: more than ten times what an ordinary one without a starting basis
/// takes (six to twelve).
const PIVOT_CAP: u32 = 200;
/// Updates after which the inverse is computed anew. Each adds rounding, so it trades accuracy
/// against the time of a new inverse; an answer that fails its check is computed with a new one
/// anyway.
const REFRESH_AFTER: u32 = 40;
/// Reduced costs below this count as zero, in units of cost (about 1 a nozzle): above rounding,
/// below the differences of 1e-7 that tell equal nozzles apart.
const COST_TOLERANCE: f64 = 1e-12;

/// Some of the variables, a bit each.
type Set = u32;

/// The problem and the basis it stands at. M equations, N variables.
#[derive(Debug, Clone)]
pub(crate) struct Simplex<const M: usize, const N: usize> {
    /// A by column, for one variable at a time.
    columns: [[f64; M]; N],
    /// A by row, for all variables at once.
    rows: [[f64; N]; M],
    cost: [f64; N],
    basis: [usize; M],
    /// Of each variable: 1 at its lower bound, -1 at its upper one, 0 in the basis. Numbers and
    /// not names, so that the loops over all variables have no branches.
    side: [f64; N],
    /// Inverse of the basis, by column.
    inverse_columns: [[f64; M]; M],
    /// Squared length of each row of the inverse.
    length: [f64; M],
    reduced: [f64; N],
    updates: u32,
}

/// Where a solve stands.
struct Point<'a, const M: usize, const N: usize> {
    lower: &'a [f64; N],
    upper: &'a [f64; N],
    /// Of each variable outside of the basis its value.
    x: [f64; N],
    /// Of each row the value of its basic variable, and between what it has to be.
    basic: [f64; M],
    low: [f64; M],
    high: [f64; M],
    /// By how much x may be beyond its bounds.
    tolerance: f64,
}

impl<const M: usize, const N: usize> Simplex<M, N> {
    /// None where the columns do not span all M rows.
    pub(crate) fn new(columns: [[f64; M]; N], cost: [f64; N]) -> Option<Self> {
        let mut simplex = Self {
            columns,
            rows: std::array::from_fn(|i| std::array::from_fn(|j| columns[j][i])),
            cost,
            basis: [0; M],
            side: [1.0; N],
            inverse_columns: [[0.0; M]; M],
            length: [0.0; M],
            reduced: [0.0; N],
            updates: 0,
        };
        simplex.restart().then_some(simplex)
    }

    /// Goes back to a basis that is as far from dependent as can be found. False where there is
    /// none.
    pub(crate) fn restart(&mut self) -> bool {
        let Some(basis) = independent(&self.columns) else {
            return false;
        };
        (self.basis, self.side) = (basis, [1.0; N]);
        for j in basis {
            self.side[j] = 0.0;
        }
        self.refresh()
    }

    /// Finds the least cost; `tolerance` is by how much x may be beyond its bounds on the way, the
    /// answer is put back into them. Returns the status, the answer where that is
    /// [`LpStatus::Optimal`], and the number of pivots.
    pub(crate) fn solve(
        &mut self,
        b: &[f64; M],
        lower: &[f64; N],
        upper: &[f64; N],
        tolerance: f64,
    ) -> (LpStatus, [f64; N], u32) {
        self.choose_bounds();
        let mut at = self.placed(b, lower, upper, tolerance);
        let mut fresh = true;
        for pivots in 0..PIVOT_CAP {
            let Some((row, excess)) = self.leaving(&at) else {
                if pivots > 0 {
                    // Once more with a new inverse: the updates may have left too much rounding.
                    at = self.placed(b, lower, upper, tolerance);
                }
                for (i, &j) in self.basis.iter().enumerate() {
                    at.x[j] = within(at.basic[i], at.low[i], at.high[i]);
                }
                return (LpStatus::Optimal, at.x, pivots);
            };
            if self.pivot(row, excess, &mut at) {
                fresh = false;
            } else if fresh {
                return (LpStatus::Infeasible, at.x, pivots);
            } else {
                // The inverse may be inaccurate from its updates.
                if !self.refresh() {
                    return (LpStatus::Stuck, at.x, pivots);
                }
                at = self.placed(b, lower, upper, tolerance);
                fresh = true;
            }
        }
        (LpStatus::Stuck, at.x, PIVOT_CAP)
    }

    /// What one unit more of each b would cost: the shadow prices.
    pub(crate) fn prices(&self) -> [f64; M] {
        let basic: [f64; M] = std::array::from_fn(|i| self.cost[self.basis[i]]);
        std::array::from_fn(|k| dot(&basic, &self.inverse_columns[k]))
    }

    /// Each variable outside of the basis belongs at the bound that its reduced cost asks for;
    /// one that was fixed during the last solve may stand at the other.
    fn choose_bounds(&mut self) {
        for j in 0..N {
            let asked = 1.0_f64.copysign(self.reduced[j]) * self.side[j].abs();
            let clear = self.reduced[j].abs() > COST_TOLERANCE;
            self.side[j] = if clear { asked } else { self.side[j] };
        }
    }

    /// Each variable outside of the basis at its bound, those of the basis as b asks.
    fn placed<'a>(
        &self,
        b: &[f64; M],
        lower: &'a [f64; N],
        upper: &'a [f64; N],
        tolerance: f64,
    ) -> Point<'a, M, N> {
        let mut x = [0.0; N];
        for j in 0..N {
            let bound = if self.side[j] < 0.0 {
                upper[j]
            } else {
                lower[j]
            };
            x[j] = bound * self.side[j].abs();
        }
        // No branch on zeros: it would often be mispredicted.
        let mut rest = *b;
        for j in 0..N {
            for i in 0..M {
                rest[i] -= self.columns[j][i] * x[j];
            }
        }
        Point {
            lower,
            upper,
            x,
            basic: self.times_inverse(&rest),
            low: self.basis.map(|j| lower[j]),
            high: self.basis.map(|j| upper[j]),
            tolerance,
        }
    }

    /// Inverse of the basis times a column, row by row in steps that can go side by side.
    fn times_inverse(&self, column: &[f64; M]) -> [f64; M] {
        let mut product = [0.0; M];
        for k in 0..M {
            for i in 0..M {
                product[i] += self.inverse_columns[k][i] * column[k];
            }
        }
        product
    }

    /// The basic variable that leaves, and by how much it is outside of its bounds (signed): the
    /// one furthest outside, measured in the length of its row of the inverse. That is the
    /// steepest edge of the dual, and takes fewer pivots than the plain distance. Who is outside
    /// cannot be foretold, so all rows are worked out alike, without a branch.
    fn leaving(&self, at: &Point<'_, M, N>) -> Option<(usize, f64)> {
        let mut excess = [0.0; M];
        for i in 0..M {
            let outside = beyond(at.basic[i], at.low[i], at.high[i]);
            excess[i] = masked(outside, outside.abs() > at.tolerance);
        }
        if excess.iter().fold(0.0, |sum, e| sum + e.abs()) == 0.0 {
            return None;
        }
        let mut steepness = [0.0; M];
        for i in 0..M {
            steepness[i] = excess[i] * excess[i] / self.length[i];
        }
        let mut best = (0, 0.0);
        for i in 0..M {
            best = if steepness[i] > best.1 {
                (i, steepness[i])
            } else {
                best
            };
        }
        Some((best.0, excess[best.0]))
    }

    /// Takes the variable of `row` out of the basis, to the bound it violates, and brings `x`
    /// and `basic` along. False where no variable can enter: b cannot be met.
    fn pivot(&mut self, row: usize, excess: f64, at: &mut Point<'_, M, N>) -> bool {
        let sign = if excess > 0.0 { 1.0 } else { -1.0 };
        let alpha = self.row_of_tableau(row, sign);
        let Some((entering, flips)) = self.entering(&alpha, excess.abs(), at) else {
            return false;
        };
        let leaving = self.basis[row];
        self.flip(flips, at);
        let bound = if excess > 0.0 {
            at.high[row]
        } else {
            at.low[row]
        };
        let column = self.times_inverse(&self.columns[entering]);
        let step = (at.basic[row] - bound) / column[row];
        for i in 0..M {
            at.basic[i] -= step * column[i];
        }
        at.basic[row] = at.x[entering] + step;
        (at.low[row], at.high[row]) = (at.lower[entering], at.upper[entering]);
        at.x[leaving] = bound;
        self.price(&alpha, entering, leaving, sign);
        self.side[leaving] = -sign;
        self.side[entering] = 0.0;
        self.basis[row] = entering;
        self.update(row, &column);
        true
    }

    /// `sign` times the row of the tableau; what stands under basic variables means nothing.
    fn row_of_tableau(&self, row: usize, sign: f64) -> [f64; N] {
        let mut alpha = [0.0; N];
        for i in 0..M {
            let factor = sign * self.inverse_columns[i][row];
            for j in 0..N {
                alpha[j] += factor * self.rows[i][j];
            }
        }
        alpha
    }

    /// Moves variables to their other bound.
    fn flip(&mut self, mut flips: Set, at: &mut Point<'_, M, N>) {
        if flips == 0 {
            return;
        }
        let mut moved = [0.0; M];
        while let Some(j) = first(&mut flips) {
            let to = if self.side[j] < 0.0 {
                at.lower[j]
            } else {
                at.upper[j]
            };
            let change = to - at.x[j];
            self.side[j] = -self.side[j];
            at.x[j] = to;
            for i in 0..M {
                moved[i] += change * self.columns[j][i];
            }
        }
        let moved = self.times_inverse(&moved);
        for i in 0..M {
            at.basic[i] -= moved[i];
        }
    }

    /// Brings the reduced costs to the new basis; those of basic variables stay zero.
    fn price(&mut self, alpha: &[f64; N], entering: usize, leaving: usize, sign: f64) {
        let step = self.reduced[entering] / alpha[entering];
        for j in 0..N {
            self.reduced[j] = (self.reduced[j] - step * alpha[j]) * self.side[j].abs();
        }
        self.reduced[entering] = 0.0;
        self.reduced[leaving] = -sign * step;
    }

    /// The long-step ratio test: walks along the break points, flips those passed over, and
    /// returns the one at which the dual objective stops growing.
    fn entering(
        &self,
        alpha: &[f64; N],
        excess: f64,
        at: &Point<'_, M, N>,
    ) -> Option<(usize, Set)> {
        let (lower, upper) = (at.lower, at.upper);
        // Plain selections, so that all variables are looked at side by side.
        let mut ratio = [f64::INFINITY; N];
        for j in 0..N {
            let wants = self.side[j] * alpha[j];
            let wants = if upper[j] > lower[j] { wants } else { 0.0 };
            let quotient = self.reduced[j] / alpha[j];
            ratio[j] = if wants > PIVOT_MIN {
                quotient
            } else {
                f64::INFINITY
            };
        }
        let mut flips = 0;
        // Less the tolerance: a wrench that only just can be had is not called out of reach.
        let mut slope = excess - at.tolerance;
        loop {
            let j = smallest(&ratio, alpha)?;
            slope -= alpha[j].abs() * (upper[j] - lower[j]);
            if slope < 0.0 {
                return Some((j, flips));
            }
            flips |= 1 << j;
            ratio[j] = f64::INFINITY;
        }
    }

    /// Brings the inverse to the new basis: product form, or from the beginning now and then.
    fn update(&mut self, row: usize, column: &[f64; M]) {
        self.updates += 1;
        if self.updates >= REFRESH_AFTER && self.refresh() {
            return;
        }
        let scale = 1.0 / column[row];
        let mut change = *column;
        change[row] -= 1.0;
        let mut length = [0.0; M];
        for inverse in &mut self.inverse_columns {
            let factor = inverse[row] * scale;
            for i in 0..M {
                inverse[i] -= change[i] * factor;
                length[i] += inverse[i] * inverse[i];
            }
        }
        self.length = length;
    }

    /// Inverse and reduced costs from the beginning, bounds by the signs of the reduced costs.
    /// False where the basis is singular.
    fn refresh(&mut self) -> bool {
        let rows: [[f64; M]; M] =
            std::array::from_fn(|i| std::array::from_fn(|k| self.columns[self.basis[k]][i]));
        let Some(inverse) = inverted(rows) else {
            return false;
        };
        self.inverse_columns = std::array::from_fn(|k| std::array::from_fn(|i| inverse[i][k]));
        self.length = [0.0; M];
        for column in &self.inverse_columns {
            for i in 0..M {
                self.length[i] += column[i] * column[i];
            }
        }
        self.updates = 0;
        let prices = self.prices();
        for j in 0..N {
            let reduced = self.cost[j] - dot(&prices, &self.columns[j]);
            self.reduced[j] = if self.side[j] == 0.0 { 0.0 } else { reduced };
        }
        self.choose_bounds();
        true
    }
}

/// The value, or the bound that it is beyond.
fn within(value: f64, low: f64, high: f64) -> f64 {
    let value = if value < low { low } else { value };
    if value > high { high } else { value }
}

/// By how much a value is outside of its bounds, signed. Selections, because `max` and `min` ask
/// for NaN as well.
fn beyond(value: f64, lower: f64, upper: f64) -> f64 {
    let (above, below) = (value - upper, value - lower);
    masked(above, above > 0.0) + masked(below, below < 0.0)
}

/// The value or zero, without a branch that nobody could foretell.
fn masked(value: f64, keep: bool) -> f64 {
    f64::from_bits(value.to_bits() & u64::from(keep).wrapping_neg())
}

/// Takes the first member out of a set.
fn first(set: &mut Set) -> Option<usize> {
    let j = set.trailing_zeros();
    *set &= set.wrapping_sub(1);
    (j < Set::BITS).then_some(j as usize)
}

/// The smallest ratio; among equals the largest pivot keeps the inverse sound.
fn smallest<const N: usize>(ratio: &[f64; N], alpha: &[f64; N]) -> Option<usize> {
    let mut lanes = [f64::INFINITY; 4];
    for j in 0..N {
        let lane = &mut lanes[j % 4];
        *lane = if ratio[j] < *lane { ratio[j] } else { *lane };
    }
    let least = lanes[0].min(lanes[1]).min(lanes[2].min(lanes[3]));
    if least == f64::INFINITY {
        return None;
    }
    let mut equals: Set = 0;
    for j in 0..N {
        equals |= Set::from(ratio[j] <= least + COST_TOLERANCE) << j;
    }
    let mut best = first(&mut equals)?;
    while let Some(j) = first(&mut equals) {
        best = if alpha[j].abs() > alpha[best].abs() {
            j
        } else {
            best
        };
    }
    Some(best)
}
