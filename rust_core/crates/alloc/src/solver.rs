//! Bounded-variable least squares.

use crate::AXES;

/// What was wrong with the numbers an [`Allocator`] was to be made from.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum AllocError {
    /// A column of the effectiveness is not finite.
    #[error("effectiveness: column {0} is not finite")]
    Effectiveness(usize),
    /// A weight is not a positive finite number.
    #[error("scale: row {0} must be a positive finite weight")]
    Scale(usize),
}

/// How a solve ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Status {
    /// The wrench is met.
    Optimal,
    /// The wrench is out of reach; the error is the least there is.
    Saturated,
    /// The iteration cap was reached: zero thrust.
    IterationLimit,
    /// Wrench or bounds were not usable numbers: zero thrust.
    #[default]
    BadInput,
}

/// Least and most thrust of each nozzle, N. A nozzle that is out has `hi = 0`, one that is
/// stuck open has `lo = hi = max`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds<const N: usize> {
    /// Least thrust, N, not negative.
    pub lo: [f64; N],
    /// Most thrust, N, not below `lo`.
    pub hi: [f64; N],
}

/// The answer to one wrench.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Solution<const N: usize> {
    /// Thrust of each nozzle, N.
    pub thrust_n: [f64; N],
    /// `B f`, N and N·m.
    pub wrench: [f64; AXES],
    /// How the solve ended.
    pub status: Status,
    /// Sub-problems solved.
    pub iterations: u32,
}

impl<const N: usize> Default for Solution<N> {
    fn default() -> Self {
        Self {
            thrust_n: [0.0; N],
            wrench: [0.0; AXES],
            status: Status::BadInput,
            iterations: 0,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Lower,
    Upper,
    Free,
}

/// Solver for one geometry.
#[derive(Debug, Clone)]
pub struct Allocator<const N: usize> {
    effectiveness: [[f64; N]; AXES],
    scale: [f64; AXES],
    /// `S B`, by column.
    columns: [[f64; AXES]; N],
    /// `(S B)ᵀ (S B)`.
    gram: [[f64; N]; N],
    place: [Place; N],
}

/// Sub-problems a solve may take; an ordinary one takes one to eight.
const ITERATION_CAP: u32 = 64;
/// Gradients below this part of the largest scaled column are zero.
const GRADIENT_TOLERANCE: f64 = 1e-10;
/// A scaled error below this counts as met.
const MET_TOLERANCE: f64 = 1e-7;
/// A Cholesky pivot below this part of its diagonal means a dependent column.
const PIVOT_TOLERANCE: f64 = 1e-10;

fn dot(a: &[f64; AXES], b: &[f64; AXES]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

impl<const N: usize> Allocator<N> {
    /// An allocator for `effectiveness` (6, N), per newton, and weights `scale` (6,), 1/N and
    /// 1/(N·m).
    ///
    /// # Errors
    /// [`AllocError`] where a number is not usable.
    pub fn new(effectiveness: [[f64; N]; AXES], scale: [f64; AXES]) -> Result<Self, AllocError> {
        if let Some(row) = scale.iter().position(|s| !(s.is_finite() && *s > 0.0)) {
            return Err(AllocError::Scale(row));
        }
        let mut columns = [[0.0; AXES]; N];
        for (j, column) in columns.iter_mut().enumerate() {
            for i in 0..AXES {
                column[i] = scale[i] * effectiveness[i][j];
            }
            if !column.iter().all(|v| v.is_finite()) {
                return Err(AllocError::Effectiveness(j));
            }
        }
        let gram = std::array::from_fn(|i| std::array::from_fn(|j| dot(&columns[i], &columns[j])));
        Ok(Self {
            effectiveness,
            scale,
            columns,
            gram,
            place: [Place::Lower; N],
        })
    }

    /// The thrusts that come nearest to `wrench` (force N, torque N·m) within `bounds`.
    pub fn solve(&mut self, wrench: &[f64; AXES], bounds: &Bounds<N>) -> Solution<N> {
        if !usable(wrench, bounds) {
            return Solution::default();
        }
        let target: [f64; AXES] = std::array::from_fn(|i| self.scale[i] * wrench[i]);
        let mut thrust = self.start(bounds);
        let mut residual = self.residual(&target, &thrust);
        let mut barred = [false; N];
        for iterations in 1..=ITERATION_CAP {
            let Some(entering) = self.entering(&residual, bounds, &barred) else {
                return self.finish(thrust, &residual, iterations);
            };
            self.place[entering] = Place::Free;
            self.solve_free(entering, &target, bounds, &mut thrust);
            let last = std::mem::replace(&mut residual, self.residual(&target, &thrust));
            // Next to a dependent column rounding can let a nozzle in that helps nothing, for
            // ever. It is not asked again before another one has lowered the error.
            let lowered = dot(&residual, &residual) < dot(&last, &last);
            barred = if lowered { [false; N] } else { barred };
            barred[entering] = !lowered;
        }
        self.place = [Place::Lower; N];
        Solution {
            status: Status::IterationLimit,
            iterations: ITERATION_CAP,
            ..Solution::default()
        }
    }

    /// `B f`, N and N·m.
    #[must_use]
    pub fn wrench_of(&self, thrust_n: &[f64; N]) -> [f64; AXES] {
        std::array::from_fn(|i| {
            self.effectiveness[i]
                .iter()
                .zip(thrust_n)
                .map(|(b, f)| b * f)
                .sum()
        })
    }

    /// The largest `a` with `B f = a * wrench` for some f within `bounds`, by bisection to one
    /// part in a million; 0 where the wrench cannot be had at all.
    #[must_use]
    pub fn reach(&self, wrench: &[f64; AXES], bounds: &Bounds<N>) -> f64 {
        let mut probe = self.clone();
        let mut met = |factor: f64| {
            probe.solve(&wrench.map(|w| w * factor), bounds).status == Status::Optimal
        };
        let total: f64 = bounds.hi.iter().sum();
        let size = wrench.iter().map(|w| w * w).sum::<f64>().sqrt();
        if size <= 0.0 || !size.is_finite() {
            return 0.0;
        }
        // No wrench is larger than all nozzles together at the longest column.
        let longest = (0..N)
            .map(|j| {
                (0..AXES)
                    .map(|i| self.effectiveness[i][j].powi(2))
                    .sum::<f64>()
                    .sqrt()
            })
            .fold(0.0, f64::max);
        let (mut low, mut high) = (0.0, total * longest / size);
        let resolution = high * 1e-6;
        while high - low > resolution {
            let middle = 0.5 * (low + high);
            if met(middle) {
                low = middle
            } else {
                high = middle
            }
        }
        low
    }

    /// Every solve starts with all nozzles at their lower bound. A start from the last active
    /// set would be quicker and meet the wrench as well, but a nozzle once at its upper bound
    /// could stay there, with others pushing against it, when the wrench has long gone.
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
            let Some(wanted) = self.unconstrained(&free[..count], target, thrust) else {
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
            if self.advance(&free[..count], &wanted, bounds, thrust) {
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

    /// Steps from `thrust` towards `wanted` as far as the bounds allow. True when all the way.
    fn advance(
        &mut self,
        free: &[usize],
        wanted: &[f64; AXES],
        bounds: &Bounds<N>,
        thrust: &mut [f64; N],
    ) -> bool {
        let mut step = 1.0;
        let mut blocking = None;
        for (&j, &want) in free.iter().zip(wanted) {
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
        for (&j, &want) in free.iter().zip(wanted) {
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

    fn finish(&self, thrust_n: [f64; N], residual: &[f64; AXES], iterations: u32) -> Solution<N> {
        let met = dot(residual, residual).sqrt() <= MET_TOLERANCE;
        let status = if met {
            Status::Optimal
        } else {
            Status::Saturated
        };
        Solution {
            thrust_n,
            wrench: self.wrench_of(&thrust_n),
            status,
            iterations,
        }
    }
}

fn usable<const N: usize>(wrench: &[f64; AXES], bounds: &Bounds<N>) -> bool {
    wrench.iter().all(|w| w.is_finite())
        && bounds
            .lo
            .iter()
            .zip(&bounds.hi)
            .all(|(lo, hi)| lo.is_finite() && hi.is_finite() && *lo >= 0.0 && lo <= hi)
}
