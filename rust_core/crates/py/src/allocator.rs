//! Thrust allocation as a Python object.

use std::hint::black_box;
use std::time::Instant;

use numpy::{IntoPyArray, PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyType;
use qiki_alloc::{AXES, Allocator as Core, Bounds, Power, Solution, Status};
use qiki_craft::{Craft, NOZZLES};

type Vector<'py> = PyReadonlyArray1<'py, f64>;

pub(crate) fn value_error(error: impl std::fmt::Display) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// The values of an array of `count` numbers, the rest of the nozzles zero.
pub(crate) fn nozzles(name: &str, given: &Vector<'_>, count: usize) -> PyResult<[f64; NOZZLES]> {
    let array = given.as_array();
    if array.len() != count {
        return Err(value_error(format!(
            "{name}: shape ({},) given, ({count},) needed",
            array.len()
        )));
    }
    Ok(std::array::from_fn(
        |n| if n < count { array[n] } else { 0.0 },
    ))
}

pub(crate) fn axes(name: &str, given: &Vector<'_>) -> PyResult<[f64; AXES]> {
    let array = given.as_array();
    if array.len() != AXES {
        return Err(value_error(format!(
            "{name}: shape ({},) given, ({AXES},) needed",
            array.len()
        )));
    }
    Ok(std::array::from_fn(|i| array[i]))
}

fn rows(given: &PyReadonlyArray2<'_, f64>) -> PyResult<Vec<[f64; AXES]>> {
    let array = given.as_array();
    let (rows, width) = array.dim();
    if width != AXES {
        return Err(value_error(format!(
            "wrenches: shape ({rows}, {width}) given, (N, {AXES}) needed"
        )));
    }
    Ok((0..rows)
        .map(|r| std::array::from_fn(|i| array[[r, i]]))
        .collect())
}

/// What a solve came to.
#[pyclass(module = "qiki_hil._core", frozen)]
pub struct Allocation {
    solution: Solution<NOZZLES>,
    wrench: [f64; AXES],
    count: usize,
}

#[pymethods]
impl Allocation {
    #[getter]
    fn thrust_n<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_slice(py, &self.solution.thrust_n[..self.count])
    }

    #[getter]
    fn wrench<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_slice(py, &self.solution.wrench)
    }

    #[getter]
    fn wrench_error<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        let error: [f64; AXES] = std::array::from_fn(|i| self.wrench[i] - self.solution.wrench[i]);
        PyArray1::from_slice(py, &error)
    }

    #[getter]
    fn fuel_n(&self) -> f64 {
        self.solution.thrust_n.iter().sum()
    }

    #[getter]
    fn status(&self) -> &'static str {
        match self.solution.status {
            Status::Optimal => "optimal",
            Status::Saturated => "saturated",
            Status::IterationLimit => "iteration_limit",
            Status::BadInput => "bad_input",
        }
    }

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
}

/// Exact allocation for one geometry.
#[pyclass(module = "qiki_hil._core")]
pub struct Allocator {
    core: Core<NOZZLES>,
    healthy: Bounds<NOZZLES>,
    count: usize,
}

impl Allocator {
    fn bounds(&self, lo: Option<Vector<'_>>, hi: Option<Vector<'_>>) -> PyResult<Bounds<NOZZLES>> {
        let mut bounds = self.healthy;
        if let Some(lo) = lo {
            bounds.lo = nozzles("lo", &lo, self.count)?;
        }
        if let Some(hi) = hi {
            bounds.hi = nozzles("hi", &hi, self.count)?;
        }
        Ok(bounds)
    }

    fn build(
        effectiveness: &[[f64; NOZZLES]; AXES],
        thrust_max_n: [f64; NOZZLES],
        scale: [f64; AXES],
        power: Option<Power<NOZZLES>>,
        count: usize,
    ) -> PyResult<Self> {
        let healthy = Bounds {
            lo: [0.0; NOZZLES],
            hi: thrust_max_n,
        };
        if let Some(n) = thrust_max_n
            .iter()
            .position(|f| !(f.is_finite() && *f >= 0.0))
        {
            return Err(value_error(format!(
                "thrust_max_n[{n}]: {} given, a finite thrust of 0 N or more needed",
                thrust_max_n[n]
            )));
        }
        let core = match power {
            Some(power) => Core::with_power(*effectiveness, scale, power),
            None => Core::new(*effectiveness, scale),
        };
        Ok(Self {
            core: core.map_err(value_error)?,
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
        effectiveness: PyReadonlyArray2<'_, f64>,
        thrust_max_n: Vector<'_>,
        scale: Option<Vector<'_>>,
        power_w_per_n: Option<Vector<'_>>,
        power_max_w: Option<f64>,
    ) -> PyResult<Self> {
        let given = effectiveness.as_array();
        let (rows, count) = given.dim();
        if rows != AXES || !(1..=NOZZLES).contains(&count) {
            return Err(value_error(format!(
                "effectiveness: shape ({rows}, {count}) given, ({AXES}, 1..{NOZZLES}) needed"
            )));
        }
        let matrix = std::array::from_fn(|i| {
            std::array::from_fn(|n| if n < count { given[[i, n]] } else { 0.0 })
        });
        let scale = match scale {
            Some(scale) => axes("scale", &scale)?,
            None => [0.01, 0.01, 0.01, 0.02, 0.02, 0.02],
        };
        let power = match (power_w_per_n, power_max_w) {
            (Some(w_per_n), Some(max_w)) => Some(Power {
                w_per_n: nozzles("power_w_per_n", &w_per_n, count)?,
                max_w,
            }),
            (None, None) => None,
            _ => {
                return Err(value_error(
                    "power_w_per_n and power_max_w: only one given, both or none needed",
                ));
            }
        };
        let thrust_max_n = nozzles("thrust_max_n", &thrust_max_n, count)?;
        Self::build(&matrix, thrust_max_n, scale, power, count)
    }

    #[classmethod]
    fn from_spec(_cls: &Bound<'_, PyType>, spec: &Bound<'_, PyAny>) -> PyResult<Self> {
        let json: String = spec.call_method0("core_json")?.extract()?;
        let craft = Craft::from_json(&json).map_err(value_error)?;
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

    #[pyo3(signature = (wrench, lo = None, hi = None))]
    fn solve(
        &mut self,
        wrench: Vector<'_>,
        lo: Option<Vector<'_>>,
        hi: Option<Vector<'_>>,
    ) -> PyResult<Allocation> {
        let wrench = axes("wrench", &wrench)?;
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

    #[pyo3(signature = (wrench, lo = None, hi = None, torque_max_nm = f64::INFINITY))]
    fn solve_along(
        &mut self,
        wrench: Vector<'_>,
        lo: Option<Vector<'_>>,
        hi: Option<Vector<'_>>,
        torque_max_nm: f64,
    ) -> PyResult<Allocation> {
        let wrench = axes("wrench", &wrench)?;
        let bounds = self.bounds(lo, hi)?;
        let solution = self.core.solve_along(&wrench, &bounds, torque_max_nm);
        Ok(Allocation {
            solution,
            wrench,
            count: self.count,
        })
    }

    #[pyo3(signature = (wrenches, lo = None, hi = None))]
    fn solve_batch<'py>(
        &mut self,
        py: Python<'py>,
        wrenches: PyReadonlyArray2<'py, f64>,
        lo: Option<Vector<'py>>,
        hi: Option<Vector<'py>>,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let bounds = self.bounds(lo, hi)?;
        let wrenches = rows(&wrenches)?;
        let (core, count) = (&mut self.core, self.count);
        let thrusts = py.detach(|| {
            let mut thrusts = Vec::with_capacity(wrenches.len() * count);
            for wrench in &wrenches {
                let solution = core.solve(wrench, &bounds);
                thrusts.extend_from_slice(&solution.thrust_n[..count]);
            }
            thrusts
        });
        thrusts.into_pyarray(py).reshape([wrenches.len(), count])
    }

    #[pyo3(signature = (wrench, lo = None, hi = None))]
    fn reach(
        &self,
        wrench: Vector<'_>,
        lo: Option<Vector<'_>>,
        hi: Option<Vector<'_>>,
    ) -> PyResult<f64> {
        let wrench = axes("wrench", &wrench)?;
        Ok(self.core.reach(&wrench, &self.bounds(lo, hi)?))
    }

    #[getter]
    fn prices<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_slice(py, &self.core.prices())
    }

    #[getter]
    fn power_price(&self) -> f64 {
        self.core.power_price()
    }
}

/// Mean time of a solve inside Rust, ns.
#[pyfunction]
pub fn bench_allocator(
    allocator: &mut Allocator,
    wrenches: PyReadonlyArray2<'_, f64>,
) -> PyResult<f64> {
    let wrenches = rows(&wrenches)?;
    let (core, healthy) = (&mut allocator.core, &allocator.healthy);
    let start = Instant::now();
    for wrench in &wrenches {
        black_box(core.solve(black_box(wrench), healthy));
    }
    Ok(start.elapsed().as_nanos() as f64 / wrenches.len().max(1) as f64)
}
