//! Least error for a wrench that may be out of reach: bounded-variable least squares.
//!
//! The active set method of Stark and Parker, "Bounded-variable least-squares", Computational
//! Statistics 10, 1995. A nozzle leaves its bound only when the gradient says so, and then its
//! column is independent of the free ones, so at most six nozzles are between their bounds and
//! every sub-problem is a small QR factorisation. Normal equations would be quicker and would
//! square the condition: of a craft with an axis nearly out of reach nothing would be left.

use crate::vector::{dot, norm};
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
    /// Length of each column, and the column at length one; zeros where it has none.
    length: [f64; N],
    unit: [[f64; AXES]; N],
    place: [Place; N],
}

/// Sub-problems of a solve at most: eight times what ordinary ones take (one to eight).
const ITERATION_CAP: u32 = 64;
/// Gradients along a column of length one below this part of the target and of what the nozzles
/// can do are zero. The residual is a sum of at most 17 such numbers, each rounded to 1e-16 of it.
const GRADIENT_TOLERANCE: f64 = 2e-15;
/// Squared length below which little is left of a column of length one.
const LITTLE: f64 = 0.25;
/// A column of length one of which less than this is independent of the others counts as
/// dependent: rounding of 1e-16 would be 1e-5 of it.
const INDEPENDENT_MIN: f64 = 1e-11;

impl<const N: usize> LeastSquares<N> {
    pub(crate) fn new(columns: [[f64; AXES]; N]) -> Self {
        Self {
            columns,
            length: columns.map(|column| norm(&column)),
            unit: columns.map(|column| {
                let length = norm(&column);
                column.map(|value| if length > 0.0 { value / length } else { 0.0 })
            }),
            place: [Place::Lower; N],
        }
    }

    pub(crate) fn columns(&self) -> &[[f64; AXES]; N] {
        &self.columns
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
        let flat = GRADIENT_TOLERANCE * (norm(target) + self.most(bounds));
        let mut barred = [false; N];
        for iterations in 1..=ITERATION_CAP {
            let Some(entering) = self.entering(&residual, flat, bounds, &barred) else {
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

    /// The largest scaled wrench of one nozzle.
    fn most(&self, bounds: &Bounds<N>) -> f64 {
        let each = self.length.iter().zip(&bounds.hi);
        each.map(|(length, hi)| length * hi).fold(0.0, f64::max)
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

    /// Least squares over the free columns alone, by QR of the columns at length one: modified
    /// Gram-Schmidt, twice for a column of which little is left, so that it is orthogonal to
    /// rounding (Daniel and others, Mathematics of Computation 30, 1976). None where they are
    /// dependent.
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
        let mut rest = self.residual(target, &fixed);
        let mut q = [[0.0; AXES]; AXES];
        let mut r = [[0.0; AXES]; AXES];
        let mut x = [0.0; AXES];
        for (c, &j) in free.iter().enumerate() {
            let mut v = self.unit[j];
            for k in 0..c {
                r[k][c] = remove(&q[k], &mut v);
            }
            if dot(&v, &v) < LITTLE {
                for k in 0..c {
                    r[k][c] += remove(&q[k], &mut v);
                }
            }
            r[c][c] = norm(&v);
            if r[c][c] <= INDEPENDENT_MIN {
                return None;
            }
            let scale = 1.0 / r[c][c];
            q[c] = v.map(|value| value * scale);
            x[c] = remove(&q[c], &mut rest);
        }
        for c in (0..free.len()).rev() {
            for k in c + 1..free.len() {
                x[c] -= r[c][k] * x[k];
            }
            x[c] /= r[c][c];
        }
        for (x, &j) in x.iter_mut().zip(free) {
            *x /= self.length[j];
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

    /// The nozzle at a bound whose move off it lowers the error most steeply, if by more than
    /// `flat` along a column of length one.
    fn entering(
        &self,
        residual: &[f64; AXES],
        flat: f64,
        bounds: &Bounds<N>,
        barred: &[bool; N],
    ) -> Option<usize> {
        let mut best = flat;
        let mut entering = None;
        for j in 0..N {
            let slope = dot(&self.unit[j], residual);
            let gain = match self.place[j] {
                _ if barred[j] || bounds.lo[j] >= bounds.hi[j] => continue,
                Place::Free => continue,
                Place::Lower => slope,
                Place::Upper => -slope,
            };
            if gain > best {
                best = gain;
                entering = Some(j);
            }
        }
        entering
    }
}

/// Takes the part along `direction`, of length one, out of `v`; that part.
fn remove(direction: &[f64; AXES], v: &mut [f64; AXES]) -> f64 {
    let part = dot(direction, v);
    for i in 0..AXES {
        v[i] -= part * direction[i];
    }
    part
}
