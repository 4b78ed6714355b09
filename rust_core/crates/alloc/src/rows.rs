//! The rows of the linear program, made independent of each other where the craft's are nearly
//! not.
//!
//! A craft can have an axis of which its nozzles give next to nothing. The six rows of the scaled
//! effectiveness are nearly dependent then, and rounding decides what a basis made of them says.
//! Rows that are orthogonal and of length one say the same without that: `L A x = L b`, with `L`
//! triangular by Gram-Schmidt, the longest row that is left always next. An error that counts as
//! none in the unit of the wrench can be many newtons of thrust along a weak row. So such a row
//! gets a variable of its own, with room for that error.

use crate::AXES;
use crate::vector::{dot, norm};

/// Rows less than this part of the longest count as nearly dependent, once what they share with the
/// longer ones is taken away. Of the shipped crafts it is above 0.05.
const INDEPENDENT: f64 = 1e-3;
/// What is left of a row below this part of the longest one is rounding.
const ROUNDING: f64 = 1e-14;

/// What the program's rows are made by.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    /// `L`; None where the rows are independent as they are.
    transform: Option<[[f64; AXES]; AXES]>,
    /// By row, what an error of one in the unit of the scaled wrench is in the unit of `L b`; 0
    /// for a row that is not weak.
    per_error: [f64; AXES],
}

impl Rows {
    /// For the scaled effectiveness, by nozzle.
    pub(crate) fn new<const N: usize>(columns: &[[f64; AXES]; N]) -> Self {
        let mut rows: [[f64; N]; AXES] =
            std::array::from_fn(|i| std::array::from_fn(|n| columns[n][i]));
        let mut transform: [[f64; AXES]; AXES] =
            std::array::from_fn(|i| std::array::from_fn(|k| f64::from(i == k)));
        let mut left = [0.0; AXES];
        let longest = rows.iter().map(norm).fold(0.0, f64::max);
        for c in 0..AXES {
            let next = (c..AXES)
                .max_by(|&a, &b| norm(&rows[a]).total_cmp(&norm(&rows[b])))
                .unwrap_or(c);
            rows.swap(c, next);
            transform.swap(c, next);
            left[c] = norm(&rows[c]).max(ROUNDING * longest);
            if left[c] <= 0.0 {
                break;
            }
            let scale = 1.0 / left[c];
            rows[c] = rows[c].map(|value| value * scale);
            transform[c] = transform[c].map(|value| value * scale);
            for r in c + 1..AXES {
                // Twice: what is left is orthogonal to rounding.
                for _ in 0..2 {
                    let shared = dot(&rows[c], &rows[r]);
                    subtract(shared, rows[c], &mut rows[r]);
                    subtract(shared, transform[c], &mut transform[r]);
                }
            }
        }
        let independent = left.iter().all(|left| *left >= INDEPENDENT * longest);
        Self {
            transform: (!independent).then_some(transform),
            per_error: left.map(|left| {
                let weak = left > 0.0 && left < INDEPENDENT * longest;
                if weak { 1.0 / left } else { 0.0 }
            }),
        }
    }

    /// Whether the rows are those of the craft, without a variable of their own.
    pub(crate) fn plain(&self) -> bool {
        self.transform.is_none()
    }

    /// `L b`.
    pub(crate) fn of(&self, b: &[f64; AXES]) -> [f64; AXES] {
        match &self.transform {
            Some(rows) => std::array::from_fn(|i| dot(&rows[i], b)),
            None => *b,
        }
    }

    /// `L' y`: prices of the program's rows as those of the wrench.
    pub(crate) fn prices(&self, y: &[f64; AXES]) -> [f64; AXES] {
        match &self.transform {
            Some(rows) => std::array::from_fn(|k| (0..AXES).map(|i| rows[i][k] * y[i]).sum()),
            None => *y,
        }
    }

    /// By how much each row may be missed where the scaled wrench may be by `error`.
    pub(crate) fn room(&self, error: f64) -> [f64; AXES] {
        self.per_error.map(|each| each * error)
    }
}

fn subtract<const K: usize>(times: f64, what: [f64; K], from: &mut [f64; K]) {
    for k in 0..K {
        from[k] -= times * what[k];
    }
}
