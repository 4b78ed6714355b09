//! Least error for a wrench that may be out of reach: bounded-variable least squares.
//!
//! The active set method of Stark and Parker, "Bounded-variable least-squares", Computational
//! Statistics 10, 1995. A nozzle leaves its bound only when the gradient says so, and then its
//! column is independent of the free ones, so at most six nozzles are between their bounds and
//! every sub-problem is a small Cholesky solve.

use crate::{AXES, Bounds};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Lower,
    Upper,
    Free,
}

/// Solver for one geometry; `columns` are those of the scaled effectiveness.
#[derive(Debug, Clone)]
pub(crate) struct LeastSquares<const N: usize> {
    columns: [[f64; AXES]; N],
    /// `(S B)ᵀ (S B)`.
    gram: [[f64; N]; N],
    place: [Place; N],
}

/// Sub-problems of a solve at most: eight times what ordinary ones take (one to eight).
const ITERATION_CAP: u32 = 64;
/// Gradients below this part of the largest scaled column are zero.
const GRADIENT_TOLERANCE: f64 = 1e-10;
/// A Cholesky pivot below this part of its diagonal means a dependent column.
const PIVOT_TOLERANCE: f64 = 1e-10;

fn dot(a: &[f64; AXES], b: &[f64; AXES]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

impl<const N: usize> LeastSquares<N> {
    pub(crate) fn new(columns: [[f64; AXES]; N]) -> Self {
        let gram = std::array::from_fn(|i| std::array::from_fn(|j| dot(&columns[i], &columns[j])));
        Self {
            columns,
            gram,
            place: [Place::Lower; N],
        }
    }

    /// The thrusts whose scaled wrench comes nearest to `target`, and the number of sub-problems
    /// solved; None where the cap was reached.
    pub(crate) fn solve(
        &mut self,
        target: &[f64; AXES],
        bounds: &Bounds<N>,
    ) -> (Option<[f64; N]>, u32) {
        let mut thrust = self.start(bounds);
        let mut residual = self.residual(target, &thrust);
        let mut barred = [false; N];
        for iterations in 1..=ITERATION_CAP {
            let Some(entering) = self.entering(&residual, bounds, &barred) else {
                return (Some(thrust), iterations);
            };
            self.place[entering] = Place::Free;
            self.solve_free(entering, target, bounds, &mut thrust);
            let last = std::mem::replace(&mut residual, self.residual(target, &thrust));
            // Next to a dependent column rounding can let in a nozzle that does not help, again and
            // again. It is not tried again before another one has lowered the error.
            let lowered = dot(&residual, &residual) < dot(&last, &last);
            barred = if lowered { [false; N] } else { barred };
            barred[entering] = !lowered;
        }
        (None, ITERATION_CAP)
    }

    /// Every solve starts with all nozzles at their lower bound. A start from the last active
    /// set would be quicker and meet the wrench as well, but a nozzle once at its upper bound
    /// could stay there, with others pushing against it, long after the wrench has changed.
    fn start(&mut self, bounds: &Bounds<N>) -> [f64; N] {
        self.place = [Place::Lower; N];
        bounds.lo
    }

    /// Moves the free thrusts, of which `entering` is the newest, towards their unconstrained
    /// optimum; each that meets a bound on the way stays there, until all free ones are inside.
    fn solve_free(
        &mut self,
        entering: usize,
        target: &[f64; AXES],
        bounds: &Bounds<N>,
        thrust: &mut [f64; N],
    ) {
        for _ in 0..=N {
            let (free, count) = self.free();
            if count == 0 {
                return;
            }
            let Some(solution) = self.unconstrained(&free[..count], target, thrust) else {
                // A dependent column: the newest has nothing to add, and goes back.
                let j = if self.place[entering] == Place::Free {
                    entering
                } else {
                    free[count - 1]
                };
                let upper = thrust[j] >= bounds.hi[j];
                self.place[j] = if upper { Place::Upper } else { Place::Lower };
                thrust[j] = if upper { bounds.hi[j] } else { bounds.lo[j] };
                continue;
            };
            if self.advance(&free[..count], &solution, bounds, thrust) {
                return;
            }
        }
    }

    fn free(&self) -> ([usize; N], usize) {
        let mut free = [0; N];
        let mut count = 0;
        for j in 0..N {
            if self.place[j] == Place::Free {
                free[count] = j;
                count += 1;
            }
        }
        (free, count)
    }

    /// Least squares over the free columns alone, by Cholesky on their part of the Gram matrix.
    /// None where they are dependent.
    fn unconstrained(
        &self,
        free: &[usize],
        target: &[f64; AXES],
        thrust: &[f64; N],
    ) -> Option<[f64; AXES]> {
        if free.len() > AXES {
            return None;
        }
        let mut fixed = *thrust;
        for &j in free {
            fixed[j] = 0.0;
        }
        let residual = self.residual(target, &fixed);
        let mut factor = [[0.0; AXES]; AXES];
        let mut x = [0.0; AXES];
        for (r, &i) in free.iter().enumerate() {
            for (c, &j) in free.iter().enumerate().take(r + 1) {
                let mut value = self.gram[i][j];
                for k in 0..c {
                    value -= factor[r][k] * factor[c][k];
                }
                if r == c {
                    if value <= PIVOT_TOLERANCE * self.gram[i][i] {
                        return None;
                    }
                    factor[r][r] = value.sqrt();
                } else {
                    factor[r][c] = value / factor[c][c];
                }
            }
            let mut value = dot(&self.columns[i], &residual);
            for k in 0..r {
                value -= factor[r][k] * x[k];
            }
            x[r] = value / factor[r][r];
        }
        for r in (0..free.len()).rev() {
            for k in r + 1..free.len() {
                x[r] -= factor[k][r] * x[k];
            }
            x[r] /= factor[r][r];
        }
        Some(x)
    }

    /// Steps from `thrust` towards `solution` as far as the bounds allow. True when all the way.
    fn advance(
        &mut self,
        free: &[usize],
        solution: &[f64; AXES],
        bounds: &Bounds<N>,
        thrust: &mut [f64; N],
    ) -> bool {
        let mut step = 1.0;
        let mut blocking = None;
        for (&j, &want) in free.iter().zip(solution) {
            let (bound, place) = if want < bounds.lo[j] {
                (bounds.lo[j], Place::Lower)
            } else if want > bounds.hi[j] {
                (bounds.hi[j], Place::Upper)
            } else {
                continue;
            };
            let reach = ((bound - thrust[j]) / (want - thrust[j])).clamp(0.0, 1.0);
            if blocking.is_none() || reach < step {
                step = reach;
                blocking = Some((j, bound, place));
            }
        }
        for (&j, &want) in free.iter().zip(solution) {
            thrust[j] = (thrust[j] + step * (want - thrust[j])).clamp(bounds.lo[j], bounds.hi[j]);
        }
        let Some((j, bound, place)) = blocking else {
            return true;
        };
        thrust[j] = bound;
        self.place[j] = place;
        false
    }

    fn residual(&self, target: &[f64; AXES], thrust: &[f64; N]) -> [f64; AXES] {
        let mut residual = *target;
        for (column, &f) in self.columns.iter().zip(thrust) {
            if f != 0.0 {
                for i in 0..AXES {
                    residual[i] -= column[i] * f;
                }
            }
        }
        residual
    }

    /// The nozzle at a bound whose move off it lowers the error most steeply, if any.
    fn entering(
        &self,
        residual: &[f64; AXES],
        bounds: &Bounds<N>,
        barred: &[bool; N],
    ) -> Option<usize> {
        let mut best = GRADIENT_TOLERANCE;
        let mut entering = None;
        for j in 0..N {
            let slope = dot(&self.columns[j], residual);
            let gain = match self.place[j] {
                _ if barred[j] || bounds.lo[j] >= bounds.hi[j] => continue,
                Place::Free => continue,
                Place::Lower => slope,
                Place::Upper => -slope,
            };
            let size = self.gram[j][j].sqrt();
            if size > 0.0 && gain / size > best {
                best = gain / size;
                entering = Some(j);
            }
        }
        entering
    }
}
