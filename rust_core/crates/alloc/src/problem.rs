//! Inputs and results of an allocation.

use crate::AXES;

/// Why an [`crate::Allocator`] cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum AllocError {
    /// A column of the effectiveness is not finite.
    #[error("effectiveness: column {0} is not finite")]
    Effectiveness(usize),
    /// A weight is not a positive finite number.
    #[error("scale: row {0} must be a positive finite weight")]
    Scale(usize),
    /// A power is not a finite number, or negative.
    #[error("power_w_per_n: nozzle {0} must be finite and not negative")]
    PowerPerNewton(usize),
    /// The power limit is not a finite number, or negative.
    #[error("power_max_w: must be finite and not negative")]
    PowerMax,
}

/// How a solve ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Status {
    /// The wrench is met, with the least fuel.
    Optimal,
    /// The wrench is out of reach; the error is the least there is, and so is the fuel for it.
    Saturated,
    /// The iteration cap was reached: zero thrust.
    IterationLimit,
    /// Wrench or bounds were not usable numbers, or the bounds alone break the power limit: zero
    /// thrust.
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

/// The electrical power that all nozzles share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Power<const N: usize> {
    /// Of each nozzle, W/N.
    pub w_per_n: [f64; N],
    /// Of all of them, W.
    pub max_w: f64,
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
    /// Pivots, sub-problems and steps of all stages.
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

impl<const N: usize> Bounds<N> {
    pub(crate) fn usable(&self) -> bool {
        // One bit for all, not a branch for each: this is asked before every solve.
        let sound = |n: usize| {
            (0.0 <= self.lo[n]) & (self.lo[n] <= self.hi[n]) & (self.hi[n] < f64::INFINITY)
        };
        (0..N).fold(0, |broken, n| broken | u64::from(!sound(n))) == 0
    }

    /// The largest bound, N.
    pub(crate) fn most(&self) -> f64 {
        // A plain selection: all nozzles are looked at side by side.
        let larger = |a: f64, b: f64| if b > a { b } else { a };
        self.hi.iter().fold(0.0, |most, hi| larger(most, *hi))
    }
}

impl<const N: usize> Power<N> {
    /// What these thrusts take, W.
    pub(crate) fn draw(&self, thrust_n: &[f64; N]) -> f64 {
        self.w_per_n.iter().zip(thrust_n).map(|(w, f)| w * f).sum()
    }

    pub(crate) fn check(&self) -> Result<(), AllocError> {
        let usable = |v: &f64| v.is_finite() && *v >= 0.0;
        if let Some(n) = self.w_per_n.iter().position(|w| !usable(w)) {
            return Err(AllocError::PowerPerNewton(n));
        }
        if usable(&self.max_w) {
            Ok(())
        } else {
            Err(AllocError::PowerMax)
        }
    }
}
