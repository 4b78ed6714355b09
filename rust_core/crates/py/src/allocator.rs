//! Thrust allocation as a Python object.

use std::hint::black_box;
use std::time::Instant;

use numpy::{IntoPyArray, PyArray1, PyArray2, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyType;
use qiki_alloc::{AXES, Allocator as Core, Bounds, Power, Solution, Status};
use qiki_craft::{Craft, NOZZLES};

use crate::convert::{self, Given, padded, vector};
use crate::error::{CoreError, Result};

/// What an allocation came to. Arrays are copies.
#[pyclass(module = "qiki_hil._core", frozen)]
#[derive(Clone)]
pub struct Allocation {
    solution: Solution<NOZZLES>,
    wrench: [f64; AXES],
    count: usize,
}

#[pymethods]
impl Allocation {
    /// (16,) thrust of each nozzle, N; as many as the effectiveness has columns.
    #[getter]
    fn thrust_n<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_slice(py, &self.solution.thrust_n[..self.count])
    }

    /// (6,) what the thrusts give: force N, torque N·m.
    #[getter]
    fn wrench<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_slice(py, &self.solution.wrench)
    }

    /// (6,) asked less given: force N, torque N·m.
    #[getter]
    fn wrench_error<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        let error: [f64; AXES] = std::array::from_fn(|i| self.wrench[i] - self.solution.wrench[i]);
        PyArray1::from_slice(py, &error)
    }

    /// Sum of the thrusts, N.
    #[getter]
    fn fuel_n(&self) -> f64 {
        self.solution.thrust_n.iter().sum()
    }

    /// `optimal` (met with the least fuel), `saturated` (out of reach: least error, then least
    /// fuel), `iteration_limit` or `bad_input` (zero thrust).
    #[getter]
    fn status(&self) -> &'static str {
        match self.solution.status {
            Status::Optimal => "optimal",
            Status::Saturated => "saturated",
            Status::IterationLimit => "iteration_limit",
            Status::BadInput => "bad_input",
        }
    }

    /// Pivots, sub-problems and steps of all stages.
    #[getter]
    fn iterations(&self) -> u32 {
        self.solution.iterations
    }

    fn __repr__(&self) -> String {
        format!(
            "Allocation(status='{}', fuel_n={:.6}, iterations={})",
            self.status(),
            self.fuel_n(),
            self.solution.iterations
        )
    }

    fn __copy__(&self) -> Self {
        self.clone()
    }

    fn __deepcopy__(&self, _memo: &Bound<'_, PyAny>) -> Self {
        self.clone()
    }

    fn __reduce__(&self) -> Result<()> {
        Err(CoreError::Pickled("Allocation"))
    }
}

/// Exact thrust allocation for one geometry: first the least weighted wrench error `|S (B f - w)|`
/// within bounds and power, then the least fuel `sum f` among the answers.
///
/// Keeps the last basis as the start of the next solve; the answer does not depend on it. Source:
/// docs/math/allocation.md.
///
/// `effectiveness` (6, n) force and torque per newton, body, n <= 16; `thrust_max_n` (n,) N;
/// `scale` (6,) weights, 1/N and 1/(N·m), by default 1/100 and 1/50; `power_w_per_n` (n,) and
/// `power_max_w` limit the electrical power. Raises ValueError naming what does not fit.
#[pyclass(module = "qiki_hil._core")]
#[derive(Clone)]
pub struct Allocator {
    core: Core<NOZZLES>,
    healthy: Bounds<NOZZLES>,
    count: usize,
}

impl Allocator {
    fn bounds(
        &self,
        lo: Option<Given<'_, '_>>,
        hi: Option<Given<'_, '_>>,
    ) -> Result<Bounds<NOZZLES>> {
        let mut bounds = self.healthy;
        if let Some(lo) = lo {
            bounds.lo = padded("lo", lo, self.count)?;
        }
        if let Some(hi) = hi {
            bounds.hi = padded("hi", hi, self.count)?;
        }
        Ok(bounds)
    }

    fn build(
        effectiveness: &[[f64; NOZZLES]; AXES],
        thrust_max_n: [f64; NOZZLES],
        scale: [f64; AXES],
        power: Option<Power<NOZZLES>>,
        count: usize,
    ) -> Result<Self> {
        let healthy = Bounds {
            lo: [0.0; NOZZLES],
            hi: thrust_max_n,
        };
        if let Some(n) = thrust_max_n
            .iter()
            .position(|f| !(f.is_finite() && *f >= 0.0))
        {
            return Err(CoreError::value(format!(
                "thrust_max_n[{n}]: {} given, a finite thrust of 0 N or more needed",
                thrust_max_n[n]
            )));
        }
        let core = match power {
            Some(power) => Core::with_power(*effectiveness, scale, power),
            None => Core::new(*effectiveness, scale),
        };
        Ok(Self {
            core: core?,
            healthy,
            count,
        })
    }
}

#[pymethods]
impl Allocator {
    #[new]
    #[pyo3(signature = (effectiveness, thrust_max_n, scale = None, power_w_per_n = None, power_max_w = None))]
    fn new(
        effectiveness: Given<'_, '_>,
        thrust_max_n: Given<'_, '_>,
        scale: Option<Given<'_, '_>>,
        power_w_per_n: Option<Given<'_, '_>>,
        power_max_w: Option<f64>,
    ) -> Result<Self> {
        let (matrix, count) = convert::effectiveness(effectiveness, 1..=NOZZLES)?;
        let scale = match scale {
            Some(scale) => vector("scale", scale)?,
            None => [0.01, 0.01, 0.01, 0.02, 0.02, 0.02],
        };
        let power = match (power_w_per_n, power_max_w) {
            (Some(w_per_n), Some(max_w)) => Some(Power {
                w_per_n: padded("power_w_per_n", w_per_n, count)?,
                max_w,
            }),
            (None, None) => None,
            _ => {
                return Err(CoreError::value(
                    "power_w_per_n and power_max_w: only one given, both or none needed",
                ));
            }
        };
        let thrust_max_n = padded("thrust_max_n", thrust_max_n, count)?;
        Self::build(&matrix, thrust_max_n, scale, power, count)
    }

    /// For a BotSpec: its effectiveness, thrusts, weights and power.
    #[classmethod]
    fn from_spec(_cls: &Bound<'_, PyType>, spec: &Bound<'_, PyAny>) -> Result<Self> {
        let json: String = spec.call_method0("core_json")?.extract()?;
        let craft = Craft::from_json(&json)?;
        let geometry = qiki_craft::geometry(&craft);
        let (f, t) = (
            craft.control.force_weight_per_n,
            craft.control.torque_weight_per_nm,
        );
        let w_per_n = std::array::from_fn(|n| craft.thrusters[n].power_w_per_n);
        let power = Power {
            w_per_n,
            max_w: craft.control.rcs_power_max_w,
        };
        let scale = [f, f, f, t, t, t];
        Self::build(
            &geometry.effectiveness,
            geometry.thrust_max_n,
            scale,
            Some(power),
            NOZZLES,
        )
    }

    /// `wrench` (6,) force N, torque N·m, body; `lo`, `hi` (n,) bounds, N: a nozzle that is out has
    /// hi 0, one that is stuck open lo = hi. Raises ValueError for a wrong shape; numbers that
    /// cannot be used give the status `bad_input`.
    #[pyo3(signature = (wrench, lo = None, hi = None))]
    fn solve(
        &mut self,
        wrench: Given<'_, '_>,
        lo: Option<Given<'_, '_>>,
        hi: Option<Given<'_, '_>>,
    ) -> Result<Allocation> {
        let wrench = vector("wrench", wrench)?;
        let solution = if lo.is_none() && hi.is_none() {
            self.core.solve(&wrench, &self.healthy)
        } else {
            let bounds = self.bounds(lo, hi)?;
            self.core.solve(&wrench, &bounds)
        };
        Ok(Allocation {
            solution,
            wrench,
            count: self.count,
        })
    }

    /// The largest part of `wrench` in its own direction, with no torque above `torque_max_nm`.
    #[pyo3(signature = (wrench, lo = None, hi = None, torque_max_nm = f64::INFINITY))]
    fn solve_along(
        &mut self,
        wrench: Given<'_, '_>,
        lo: Option<Given<'_, '_>>,
        hi: Option<Given<'_, '_>>,
        torque_max_nm: f64,
    ) -> Result<Allocation> {
        let wrench = vector("wrench", wrench)?;
        let bounds = self.bounds(lo, hi)?;
        let solution = self.core.solve_along(&wrench, &bounds, torque_max_nm);
        Ok(Allocation {
            solution,
            wrench,
            count: self.count,
        })
    }

    /// `wrenches` (N, 6) to thrusts (N, n), N; releases the GIL.
    #[pyo3(signature = (wrenches, lo = None, hi = None))]
    fn solve_batch<'py>(
        &mut self,
        py: Python<'py>,
        wrenches: Given<'_, 'py>,
        lo: Option<Given<'_, 'py>>,
        hi: Option<Given<'_, 'py>>,
    ) -> Result<Bound<'py, PyArray2<f64>>> {
        let bounds = self.bounds(lo, hi)?;
        let wrenches = convert::wrenches(wrenches)?;
        let (core, count) = (&mut self.core, self.count);
        let thrusts = py.detach(|| {
            let mut thrusts = Vec::with_capacity(wrenches.len() * count);
            for wrench in &wrenches {
                let solution = core.solve(wrench, &bounds);
                thrusts.extend_from_slice(&solution.thrust_n[..count]);
            }
            thrusts
        });
        Ok(thrusts.into_pyarray(py).reshape([wrenches.len(), count])?)
    }

    /// The largest factor by which `wrench` can be had, 0 where it cannot be had at all.
    #[pyo3(signature = (wrench, lo = None, hi = None))]
    fn reach(
        &self,
        wrench: Given<'_, '_>,
        lo: Option<Given<'_, '_>>,
        hi: Option<Given<'_, '_>>,
    ) -> Result<f64> {
        let wrench = vector("wrench", wrench)?;
        Ok(self.core.reach(&wrench, &self.bounds(lo, hi)?))
    }

    /// (6,) thrust that one more newton or newton metre of each axis would cost, N, at the last
    /// answer that was `optimal`.
    #[getter]
    fn prices<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_slice(py, &self.core.prices())
    }

    /// Thrust that one watt more would save, N, at the same answer; 0 where power does not limit
    /// it.
    #[getter]
    fn power_price(&self) -> f64 {
        self.core.power_price()
    }

    fn __copy__(&self) -> Self {
        self.clone()
    }

    fn __deepcopy__(&self, _memo: &Bound<'_, PyAny>) -> Self {
        self.clone()
    }

    fn __reduce__(&self) -> Result<()> {
        Err(CoreError::Pickled("Allocator"))
    }
}

/// Mean time of a solve of `wrenches` (N, 6) inside Rust, ns, healthy bounds.
#[pyfunction]
pub fn bench_allocator(allocator: &mut Allocator, wrenches: Given<'_, '_>) -> Result<f64> {
    let wrenches = convert::wrenches(wrenches)?;
    let (core, healthy) = (&mut allocator.core, &allocator.healthy);
    let start = Instant::now();
    for wrench in &wrenches {
        black_box(core.solve(black_box(wrench), healthy));
    }
    Ok(start.elapsed().as_nanos() as f64 / wrenches.len().max(1) as f64)
}
