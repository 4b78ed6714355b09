//! The two stages put together.

use crate::fuel::Fuel;
use crate::least_squares::LeastSquares;
use crate::nearest::nearest;
use crate::simplex::LpStatus;
use crate::{AXES, AllocError, Bounds, Power, Solution, Status};

/// Scaled error below which a wrench counts as met, without unit: with weights of 0.01 and 0.02
/// (BotSpec) it is 10 µN and 5 µN·m, far below any pulse and far above rounding.
const MET_TOLERANCE: f64 = 1e-7;
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
    power: Option<Power<N>>,
    fuel: Fuel<N>,
    least_squares: LeastSquares<N>,
}

/// Thrusts, and the scaled wrench they give.
#[derive(Debug, Clone, Copy)]
struct Found<const N: usize> {
    thrust: [f64; N],
    allocated: [f64; AXES],
}

fn dot(a: &[f64; AXES], b: &[f64; AXES]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn norm(a: &[f64; AXES]) -> f64 {
    dot(a, a).sqrt()
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
        let target: [f64; AXES] = std::array::from_fn(|i| self.scale[i] * wrench[i]);
        let (found, pivots) = self.least_fuel(&target, bounds);
        match found {
            Some(found) => self.answer(&found, Status::Optimal, pivots),
            None => self.saturated(&target, bounds, pivots),
        }
    }

    /// The largest part of `wrench`, all of it at most, that can be had in its own direction with
    /// no torque above `torque_max_nm`; of the ways to have it the one with the least sum.
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
        let part = self.reach_up_to(wrench, bounds, allowed);
        let best = self.solve(&wrench.map(|w| w * part), bounds);
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
        self.clone()
            .reach_up_to(wrench, bounds, total * longest / size)
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

    /// By bisection on whether stage two has an answer, to the last bits: every probe starts from
    /// the basis of the one before and takes few pivots.
    fn reach_up_to(&mut self, wrench: &[f64; AXES], bounds: &Bounds<N>, most: f64) -> f64 {
        let (mut low, mut high) = (0.0, most);
        while high - low > 1e-12 * most {
            let middle = 0.5 * (low + high);
            if middle <= low || middle >= high {
                break;
            }
            let target = std::array::from_fn(|i| self.scale[i] * wrench[i] * middle);
            let (found, _) = self.least_fuel(&target, bounds);
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
        let (found, steps) = self.least_error(target, bounds);
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
        let met = norm(&residual) <= MET_TOLERANCE;
        // At the edge of what is in reach rounding decides which stage finds the wrench met. The
        // residual is noise then, and no nozzle may be fixed by it.
        let face = if met {
            *bounds
        } else {
            self.face(&residual, &nearest.thrust, bounds)
        };
        let (cheaper, pivots) = self.least_fuel(&nearest.allocated, &face);
        // Without an answer of stage two that of stage one is returned: least error, but not least
        // fuel.
        let best = cheaper.unwrap_or(nearest);
        let status = if met {
            Status::Optimal
        } else {
            Status::Saturated
        };
        self.answer(&best, status, iterations + pivots)
    }

    /// Stage two; None where the scaled wrench `target` cannot be met. What the simplex found is
    /// checked: next to a dependent column its inverse can be worth nothing.
    fn least_fuel(&mut self, target: &[f64; AXES], bounds: &Bounds<N>) -> (Option<Found<N>>, u32) {
        let (status, thrust, pivots) = self.fuel.solve(target, bounds);
        let found = self.found(thrust);
        let error: [f64; AXES] = std::array::from_fn(|i| target[i] - found.allocated[i]);
        let met = norm(&error) <= MET_TOLERANCE * (1.0 + norm(target));
        (
            (status == LpStatus::Optimal && met).then_some(found),
            pivots + 1,
        )
    }

    fn least_error(&mut self, target: &[f64; AXES], bounds: &Bounds<N>) -> (Option<Found<N>>, u32) {
        let (found, steps) = self.least_squares.solve(target, bounds);
        let (found, steps) = match (&self.power, found) {
            (Some(power), Some(thrust)) if power.draw(&thrust) > power.max_w => {
                let (limited, more) = nearest(&self.columns, target, bounds, power);
                (limited, steps + more)
            }
            _ => (found, steps),
        };
        (found.map(|thrust| self.found(thrust)), steps)
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
        let mut allocated = [0.0; AXES];
        for (column, f) in self.columns.iter().zip(&thrust) {
            for i in 0..AXES {
                allocated[i] += column[i] * f;
            }
        }
        Found { thrust, allocated }
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
