//! Small dense matrices: the reduction of a few columns, and a symmetric solve.

use qiki_alloc::AXES;

/// Smallest pivot as a part of the largest entry, ratio: below it columns count as dependent.
/// Positions in a BotSpec have twelve digits, so exact dependence shows far below it.
const PIVOT_MIN: f64 = 1e-7;

pub(crate) type Square = [[f64; AXES]; AXES];

/// `T` with `T A = [I; 0]` for the `K` columns of A, by Gauss-Jordan with row pivoting; None where
/// the columns are dependent. Then `A f = e` has an answer where rows K.. of `T e` vanish, and
/// rows ..K are that answer.
pub(crate) fn reduced(columns: &[[f64; AXES]]) -> Option<Square> {
    // Rows of A beside the identity; A's columns are eliminated one by one.
    let mut a: Square = [[0.0; AXES]; AXES];
    let mut t: Square = [[0.0; AXES]; AXES];
    let mut largest: f64 = 0.0;
    for i in 0..AXES {
        t[i][i] = 1.0;
        for (c, column) in columns.iter().enumerate().take(AXES) {
            a[i][c] = column[i];
            largest = largest.max(column[i].abs());
        }
    }
    for c in 0..columns.len() {
        let pivot = (c..AXES).max_by(|&p, &q| a[p][c].abs().total_cmp(&a[q][c].abs()))?;
        if a[pivot][c].abs() <= PIVOT_MIN * largest {
            return None;
        }
        a.swap(c, pivot);
        t.swap(c, pivot);
        let scale = 1.0 / a[c][c];
        let (pivot_a, pivot_t) = (a[c].map(|v| v * scale), t[c].map(|v| v * scale));
        (a[c], t[c]) = (pivot_a, pivot_t);
        for r in (0..AXES).filter(|r| *r != c) {
            let factor = a[r][c];
            // Nozzles that lie in a plane, or push in one, leave many rows as they are.
            if factor != 0.0 {
                for k in 0..AXES {
                    a[r][k] -= factor * pivot_a[k];
                    t[r][k] -= factor * pivot_t[k];
                }
            }
        }
    }
    Some(t)
}

/// `x` with `H x = g` for a symmetric positive definite H, by Cholesky; None where it is not.
pub(crate) fn solved(h: &Square, g: &[f64; AXES]) -> Option<[f64; AXES]> {
    let mut l: Square = [[0.0; AXES]; AXES];
    let mut x = *g;
    for r in 0..AXES {
        for c in 0..=r {
            let sum: f64 = (0..c).map(|k| l[r][k] * l[c][k]).sum();
            let value = h[r][c] - sum;
            if r != c {
                l[r][c] = value / l[c][c];
            } else if value > 0.0 {
                l[r][r] = value.sqrt();
            } else {
                return None;
            }
        }
        let sum: f64 = (0..r).map(|k| l[r][k] * x[k]).sum();
        x[r] = (x[r] - sum) / l[r][r];
    }
    for r in (0..AXES).rev() {
        let sum: f64 = (r + 1..AXES).map(|k| l[k][r] * x[k]).sum();
        x[r] = (x[r] - sum) / l[r][r];
    }
    Some(x)
}
