//! The two stages put together.

use crate::fuel::{Fuel, ROOM};
use crate::least_squares::LeastSquares;
use crate::nearest::nearest;
use crate::simplex::LpStatus;
use crate::vector::{dot, norm};
use crate::{AXES, AllocError, Bounds, Power, Solution, Status};

/// Error below which a wrench counts as met, in parts of the wrench and of what the strongest
/// nozzle can do. Of 240 N it is 2.4 µN, far below any pulse and above what the six nozzles between
/// their bounds may be beyond them inside of the simplex (4e-10 each).
const MET_TOLERANCE: f64 = 1e-8;
/// Part of the residual below which a nozzle's gain counts as zero, ratio: such a nozzle may move
/// without changing the error. Above rounding (1e-16 times the number of terms), below every gain
/// that matters.
const FREE_TOLERANCE: f64 = 1e-9;

/// Allocation for one geometry of N nozzles (16 at most). Keeps the last basis as the start of
/// the next solve; the answer does not depend on it.
#[derive(Debug, Clone)]
pub struct Allocator<const N: usize> {
    effectiveness: [[f64; N]; AXES],
    scale: [f64; AXES],
    /// `S B`, by column.
    columns: [[f64; AXES]; N],
    /// Length of the longest column of `S B`.
    longest: f64,
    power: Option<Power<N>>,
    fuel: Fuel<N>,
    least_squares: LeastSquares<N>,
}

/// Scaled wrenches on a line: `offset + a direction`, from `a = begin` on.
#[derive(Debug, Clone, Copy)]
struct Ray {
    begin: f64,
    offset: [f64; AXES],
    direction: [f64; AXES],
}

/// The nozzles and the part of a wrench's direction: one variable more than nozzles at most.
const WITH_RAY: usize = ROOM + 1;

impl Ray {
    fn from_zero(direction: [f64; AXES]) -> Self {
        Self {
            begin: 0.0,
            offset: [0.0; AXES],
            direction,
        }
    }

    fn at(&self, part: f64) -> [f64; AXES] {
        std::array::from_fn(|i| self.offset[i] + self.direction[i] * part)
    }
}

/// Thrusts, and the scaled wrench they give.
#[derive(Debug, Clone, Copy)]
struct Found<const N: usize> {
    thrust: [f64; N],
    allocated: [f64; AXES],
}

impl<const N: usize> Allocator<N> {
    /// An allocator for `effectiveness` (6, N), per newton, and weights `scale` (6,), 1/N and
    /// 1/(N·m).
    ///
    /// # Errors
    /// [`AllocError`] where a number is not usable.
    pub fn new(effectiveness: [[f64; N]; AXES], scale: [f64; AXES]) -> Result<Self, AllocError> {
        Self::build(effectiveness, scale, None)
    }

    /// The same under a limit on the electrical power of all nozzles together.
    ///
    /// # Errors
    /// [`AllocError`] where a number is not usable.
    pub fn with_power(
        effectiveness: [[f64; N]; AXES],
        scale: [f64; AXES],
        power: Power<N>,
    ) -> Result<Self, AllocError> {
        power.check()?;
        Self::build(effectiveness, scale, Some(power))
    }

    fn build(
        effectiveness: [[f64; N]; AXES],
        scale: [f64; AXES],
        power: Option<Power<N>>,
    ) -> Result<Self, AllocError> {
        if let Some(row) = scale.iter().position(|s| !(s.is_finite() && *s > 0.0)) {
            return Err(AllocError::Scale(row));
        }
        let columns: [[f64; AXES]; N] =
            std::array::from_fn(|j| std::array::from_fn(|i| scale[i] * effectiveness[i][j]));
        if let Some(j) = columns
            .iter()
            .position(|c| !c.iter().all(|v| v.is_finite()))
        {
            return Err(AllocError::Effectiveness(j));
        }
        let fuel = Fuel::new(&columns, power).ok_or(AllocError::Effectiveness(0))?;
        Ok(Self {
            effectiveness,
            scale,
            columns,
            longest: columns.iter().map(norm).fold(0.0, f64::max),
            power,
            fuel,
            least_squares: LeastSquares::new(columns),
        })
    }

    /// Changes the limit on the power of all nozzles, W, where there is one; what is not a number
    /// or negative counts as zero.
    pub fn set_power_max(&mut self, max_w: f64) {
        if let Some(power) = &mut self.power {
            power.max_w = if max_w > 0.0 { max_w } else { 0.0 };
            self.fuel.set_power_max(power.max_w);
        }
    }

    /// The thrusts that come nearest to `wrench` (force N, torque N·m) within `bounds`, and of
    /// those the ones with the least sum.
    pub fn solve(&mut self, wrench: &[f64; AXES], bounds: &Bounds<N>) -> Solution<N> {
        if !(wrench.iter().all(|w| w.is_finite()) && bounds.usable()) {
            return Solution::default();
        }
        self.solve_scaled(&self.scaled(wrench), bounds)
    }

    fn scaled(&self, wrench: &[f64; AXES]) -> [f64; AXES] {
        std::array::from_fn(|i| self.scale[i] * wrench[i])
    }

    fn solve_scaled(&mut self, target: &[f64; AXES], bounds: &Bounds<N>) -> Solution<N> {
        let (found, pivots) = self.least_fuel(target, bounds);
        match found {
            Some(found) => self.answer(&found, Status::Optimal, pivots),
            None => self.saturated(target, bounds, pivots),
        }
    }

    /// The largest part of `wrench`, all of it at most, that can be had in its own direction with
    /// no torque above `torque_max_nm`; of the ways to have it the one with the least sum. Where
    /// nozzles that cannot close push it off that direction, what comes nearest to it counts as on
    /// it.
    pub fn solve_along(
        &mut self,
        wrench: &[f64; AXES],
        bounds: &Bounds<N>,
        torque_max_nm: f64,
    ) -> Solution<N> {
        if !(wrench.iter().all(|w| w.is_finite()) && bounds.usable() && torque_max_nm >= 0.0) {
            return Solution::default();
        }
        let torque = (wrench[3].powi(2) + wrench[4].powi(2) + wrench[5].powi(2)).sqrt();
        let allowed = if torque > torque_max_nm {
            torque_max_nm / torque
        } else {
            1.0
        };
        let whole = self.solve(&wrench.map(|w| w * allowed), bounds);
        if whole.status != Status::Saturated {
            let cut = allowed < 1.0 && whole.status == Status::Optimal;
            let status = if cut { Status::Saturated } else { whole.status };
            return Solution { status, ..whole };
        }
        let ray = self.ray(self.scaled(wrench), allowed, bounds);
        let part = self.reach_up_to(&ray, bounds, allowed);
        let best = self.solve_scaled(&ray.at(part), bounds);
        let iterations = whole.iterations + best.iterations;
        Solution {
            status: Status::Saturated,
            iterations,
            ..best
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

    /// The largest `a` with `B f = a * wrench` for some f within `bounds`; 0 where the wrench
    /// cannot be had at all.
    #[must_use]
    pub fn reach(&self, wrench: &[f64; AXES], bounds: &Bounds<N>) -> f64 {
        let size = norm(wrench);
        if size <= 0.0 || !size.is_finite() || !bounds.usable() {
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
        let total: f64 = bounds.hi.iter().sum();
        let ray = Ray::from_zero(self.scaled(wrench));
        self.clone()
            .reach_up_to(&ray, bounds, total * longest / size)
    }

    /// What one newton or newton metre more of each axis would cost in thrust, N, at the answer
    /// of the last [`Allocator::solve`] that ended [`Status::Optimal`].
    #[must_use]
    pub fn prices(&self) -> [f64; AXES] {
        let prices = self.fuel.prices();
        std::array::from_fn(|i| prices[i] * self.scale[i])
    }

    /// What one watt more would save in thrust, N, at the same answer; 0 where power does not limit
    /// it.
    #[must_use]
    pub fn power_price(&self) -> f64 {
        self.fuel.power_price()
    }

    /// Where the wrenches lie of which [`Allocator::solve_along`] takes the farthest: from zero on,
    /// or, where zero cannot be had, through what can be had nearest to the wrench's direction.
    fn ray(&mut self, direction: [f64; AXES], most: f64, bounds: &Bounds<N>) -> Ray {
        let zero = Ray::from_zero(direction);
        let (rests, _) = self.least_fuel(&[0.0; AXES], bounds);
        if rests.is_some() {
            return zero;
        }
        let mut columns: [[f64; AXES]; WITH_RAY] = widened(&self.columns, [0.0; AXES]);
        columns[N] = direction.map(|d| -d);
        let mut extended = Bounds {
            lo: widened(&bounds.lo, 0.0),
            hi: widened(&bounds.hi, 0.0),
        };
        extended.hi[N] = most;
        let power = self.power.map(|power| Power {
            w_per_n: widened(&power.w_per_n, 0.0),
            max_w: power.max_w,
        });
        let mut least_squares = LeastSquares::new(columns);
        let nearest = least_error(&mut least_squares, power, &[0.0; AXES], &extended).0;
        nearest.map_or(zero, |x| Ray {
            begin: x[N],
            offset: product(&columns, &x),
            direction,
        })
    }

    /// By bisection on whether stage two has an answer, to the last bits: every probe starts from
    /// the basis of the one before and takes few pivots.
    fn reach_up_to(&mut self, ray: &Ray, bounds: &Bounds<N>, most: f64) -> f64 {
        let (mut low, mut high) = (ray.begin, most);
        while high - low > 1e-12 * most {
            let middle = 0.5 * (low + high);
            if middle <= low || middle >= high {
                break;
            }
            let (found, _) = self.least_fuel(&ray.at(middle), bounds);
            if found.is_some() {
                low = middle
            } else {
                high = middle
            }
        }
        low
    }

    /// Out of reach: the nearest wrench first, then the least fuel for that one.
    fn saturated(
        &mut self,
        target: &[f64; AXES],
        bounds: &Bounds<N>,
        iterations: u32,
    ) -> Solution<N> {
        let (found, steps) = least_error(&mut self.least_squares, self.power, target, bounds);
        let found = found.map(|thrust| self.found(thrust));
        let iterations = iterations + steps;
        let Some(nearest) = found else {
            let bounds_alone = self.power.is_some_and(|p| p.draw(&bounds.lo) > p.max_w);
            let status = if bounds_alone {
                Status::BadInput
            } else {
                Status::IterationLimit
            };
            return Solution {
                status,
                iterations,
                ..Solution::default()
            };
        };
        let residual: [f64; AXES] = std::array::from_fn(|i| target[i] - nearest.allocated[i]);
        let met = norm(&residual) <= MET_TOLERANCE * self.size(target, bounds);
        // At the edge of what is in reach rounding decides which stage finds the wrench met. The
        // residual is noise then, and no nozzle may be fixed by it. Along a weak axis it is near
        // noise; there the room that the rows have says what may be missed.
        let face = if met || self.fuel.elastic() {
            *bounds
        } else {
            self.face(&residual, &nearest.thrust, bounds)
        };
        if met {
            // Stage two has said that it cannot be met.
            self.fuel.restart();
        }
        let (mut cheaper, mut pivots) = self.least_fuel(&nearest.allocated, &face);
        if cheaper.is_none() {
            let (inside, more) = self.least_fuel(&self.inside(&nearest.allocated, bounds), bounds);
            (cheaper, pivots) = (inside, pivots + more);
        }
        // Without any answer of stage two that of stage one is returned: least error, but not least
        // fuel.
        let best = cheaper.unwrap_or(nearest);
        let status = if met {
            Status::Optimal
        } else {
            Status::Saturated
        };
        self.answer(&best, status, iterations + pivots)
    }

    /// A scaled wrench as good as `edge`, a tenth of what counts as met nearer to the middle of what
    /// can be had: for `edge` itself rounding may say that it cannot.
    fn inside(&self, edge: &[f64; AXES], bounds: &Bounds<N>) -> [f64; AXES] {
        let half = std::array::from_fn(|n| 0.5 * (bounds.lo[n] + bounds.hi[n]));
        let middle = product(&self.columns, &half);
        let inwards: [f64; AXES] = std::array::from_fn(|i| middle[i] - edge[i]);
        let near = 0.1 * MET_TOLERANCE * self.size(edge, bounds);
        let part = (near / norm(&inwards)).min(1.0);
        std::array::from_fn(|i| edge[i] + part * inwards[i])
    }

    /// Stage two; None where the scaled wrench `target` cannot be met. What the simplex found is
    /// checked: next to a dependent column its inverse can be worth nothing, and it begins anew.
    fn least_fuel(&mut self, target: &[f64; AXES], bounds: &Bounds<N>) -> (Option<Found<N>>, u32) {
        let size = self.size(target, bounds);
        let mut pivots = 0;
        for _ in 0..2 {
            let (status, thrust, more) = self.fuel.solve(target, bounds, size);
            pivots += more + 1;
            if status == LpStatus::Infeasible {
                break;
            }
            let found = self.found(thrust);
            let error: [f64; AXES] = std::array::from_fn(|i| target[i] - found.allocated[i]);
            if status == LpStatus::Optimal && norm(&error) <= MET_TOLERANCE * size {
                return (Some(found), pivots);
            }
            self.fuel.restart();
        }
        (None, pivots)
    }

    /// What errors are measured by: the scaled wrench `target`, and that of the strongest nozzle.
    fn size(&self, target: &[f64; AXES], bounds: &Bounds<N>) -> f64 {
        norm(target) + self.longest * bounds.most()
    }

    /// Bounds that hold every nozzle which the least error fixes where it is. At the optimum a
    /// nozzle can move only if it changes the error in no direction.
    fn face(&self, residual: &[f64; AXES], thrust: &[f64; N], bounds: &Bounds<N>) -> Bounds<N> {
        let gain: [f64; N] = std::array::from_fn(|n| dot(&self.columns[n], residual));
        let watt = self.price_of_power(&gain, thrust, bounds);
        let mut face = *bounds;
        for n in 0..N {
            let draw = self.power.map_or(0.0, |power| power.w_per_n[n]);
            let size = norm(&self.columns[n]) * norm(residual);
            if (gain[n] - watt * draw).abs() > FREE_TOLERANCE * size {
                face.lo[n] = thrust[n];
                face.hi[n] = thrust[n];
            }
        }
        face
    }

    /// What a watt is worth in error where the power limit binds: a nozzle that stands between
    /// its bounds tells it.
    fn price_of_power(&self, gain: &[f64; N], thrust: &[f64; N], bounds: &Bounds<N>) -> f64 {
        let Some(power) = &self.power else {
            return 0.0;
        };
        if power.draw(thrust) < power.max_w * (1.0 - 1e-9) {
            return 0.0;
        }
        let room = |n: usize| (thrust[n] - bounds.lo[n]).min(bounds.hi[n] - thrust[n]);
        (0..N)
            .filter(|n| power.w_per_n[*n] > 0.0)
            .max_by(|a, b| room(*a).total_cmp(&room(*b)))
            .map_or(0.0, |n| gain[n] / power.w_per_n[n])
    }

    fn found(&self, thrust: [f64; N]) -> Found<N> {
        Found {
            thrust,
            allocated: product(&self.columns, &thrust),
        }
    }

    fn answer(&self, found: &Found<N>, status: Status, iterations: u32) -> Solution<N> {
        Solution {
            thrust_n: found.thrust,
            wrench: std::array::from_fn(|i| found.allocated[i] / self.scale[i]),
            status,
            iterations,
        }
    }
}

/// Stage one: the thrusts that come nearest to the scaled wrench `target`, and the steps taken.
/// None where a cap was reached, or where the bounds alone break the power limit.
fn least_error<const K: usize>(
    least_squares: &mut LeastSquares<K>,
    power: Option<Power<K>>,
    target: &[f64; AXES],
    bounds: &Bounds<K>,
) -> (Option<[f64; K]>, u32) {
    let (found, steps) = least_squares.solve(target, bounds);
    match (&power, found) {
        (Some(power), Some(thrust)) if power.draw(&thrust) > power.max_w => {
            let (limited, more) = nearest(least_squares.columns(), target, bounds, power);
            (limited, steps + more)
        }
        _ => (found, steps),
    }
}

fn product<const K: usize>(columns: &[[f64; AXES]; K], x: &[f64; K]) -> [f64; AXES] {
    let mut product = [0.0; AXES];
    for (column, x) in columns.iter().zip(x) {
        for i in 0..AXES {
            product[i] += column[i] * x;
        }
    }
    product
}

fn widened<T: Copy, const FROM: usize, const TO: usize>(values: &[T; FROM], rest: T) -> [T; TO] {
    let mut wide = [rest; TO];
    wide[..FROM].copy_from_slice(values);
    wide
}
