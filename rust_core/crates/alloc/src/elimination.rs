//! Small dense matrices: a basis to begin with, and its inverse.

/// Smallest pivot, in units of the matrix: a smaller one means that the rows are dependent.
pub(crate) const PIVOT_MIN: f64 = 1e-9;

/// M columns that span all rows, by elimination with the largest pivot.
pub(crate) fn independent<const M: usize, const N: usize>(
    columns: &[[f64; M]; N],
) -> Option<[usize; M]> {
    let mut work = *columns;
    let mut chosen = [usize::MAX; M];
    let mut used_row = [false; M];
    for slot in &mut chosen {
        let (mut best, mut at) = (PIVOT_MIN, None);
        for (j, column) in work.iter().enumerate() {
            for (i, value) in column.iter().enumerate() {
                if !used_row[i] && value.abs() > best {
                    (best, at) = (value.abs(), Some((j, i)));
                }
            }
        }
        let (j, i) = at?;
        *slot = j;
        used_row[i] = true;
        let pivot = work[j];
        for column in &mut work {
            let factor = column[i] / pivot[i];
            for k in 0..M {
                column[k] -= factor * pivot[k];
            }
        }
        work[j] = [0.0; M];
    }
    Some(chosen)
}

/// Gauss-Jordan with row pivoting.
pub(crate) fn inverted<const M: usize>(mut a: [[f64; M]; M]) -> Option<[[f64; M]; M]> {
    let mut inverse = [[0.0; M]; M];
    for (i, row) in inverse.iter_mut().enumerate() {
        row[i] = 1.0;
    }
    for c in 0..M {
        let pivot = (c..M).max_by(|&p, &q| a[p][c].abs().total_cmp(&a[q][c].abs()))?;
        if a[pivot][c].abs() < PIVOT_MIN {
            return None;
        }
        a.swap(c, pivot);
        inverse.swap(c, pivot);
        let scale = 1.0 / a[c][c];
        for k in 0..M {
            a[c][k] *= scale;
            inverse[c][k] *= scale;
        }
        for r in 0..M {
            let factor = a[r][c];
            if r != c && factor != 0.0 {
                for k in 0..M {
                    a[r][k] -= factor * a[c][k];
                    inverse[r][k] -= factor * inverse[c][k];
                }
            }
        }
    }
    Some(inverse)
}
