//! Thrust map and torque map as Python objects.

use numpy::{PyArray1, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::prelude::*;
use pyo3::types::PyType;
use qiki_alloc::{AXES, Status};
use qiki_craft::{Craft, NOZZLES};
use qiki_maps::{AutoSolution, Direction, NozzleSet, ThrustMap};

use crate::allocator::{axes, nozzles, value_error};

/// Names of the directions in a bit set, in order.
fn names(bits: u16) -> Vec<&'static str> {
    Direction::all()
        .filter(|d| bits & d.bit() != 0)
        .map(Direction::name)
        .collect()
}

/// One entry of a map.
#[pyclass(module = "qiki_hil._core", frozen)]
pub struct MapSet {
    direction: Direction,
    set: NozzleSet,
    power_w: f64,
}

#[pymethods]
impl MapSet {
    #[getter]
    fn direction(&self) -> &'static str {
        self.direction.name()
    }

    #[getter]
    fn exists(&self) -> bool {
        self.set.exists()
    }

    #[getter]
    fn exact(&self) -> bool {
        self.set.exact
    }

    #[getter]
    fn nozzles(&self) -> Vec<usize> {
        let pushes = |n: &usize| self.set.nozzles >> n & 1 == 1;
        (0..NOZZLES).filter(pushes).collect()
    }

    #[getter]
    fn thrust_n<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_slice(py, &self.set.thrust_n)
    }

    #[getter]
    fn ceiling(&self) -> f64 {
        self.set.ceiling
    }

    #[getter]
    fn wrench<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_slice(py, &self.set.wrench)
    }

    #[getter]
    fn gross_n(&self) -> f64 {
        self.set.gross_n
    }

    #[getter]
    fn power_w(&self) -> f64 {
        self.power_w
    }

    #[getter]
    fn leftover_force_n(&self) -> f64 {
        self.set.leftover_force_n
    }

    #[getter]
    fn leftover_torque_nm(&self) -> f64 {
        self.set.leftover_torque_nm
    }

    fn __repr__(&self) -> String {
        format!(
            "MapSet(direction='{}', ceiling={:.3}, nozzles={:?}, exact={})",
            self.direction.name(),
            self.set.ceiling,
            self.nozzles(),
            self.set.exact
        )
    }
}

/// What an allocation by sets came to.
#[pyclass(module = "qiki_hil._core", frozen)]
pub struct AutoAllocation {
    solution: AutoSolution,
}

#[pymethods]
impl AutoAllocation {
    #[getter]
    fn thrust_n<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_slice(py, &self.solution.thrust_n)
    }

    #[getter]
    fn wrench<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_slice(py, &self.solution.wrench)
    }

    #[getter]
    fn status(&self) -> &'static str {
        match self.solution.status {
            Status::Optimal => "met",
            Status::Saturated => "saturated",
            Status::BadInput | Status::IterationLimit => "bad_input",
        }
    }

    #[getter]
    fn scale(&self) -> f64 {
        self.solution.scale
    }

    #[getter]
    fn lost(&self) -> Vec<&'static str> {
        names(self.solution.lost)
    }

    #[getter]
    fn denied(&self) -> Vec<&'static str> {
        names(self.solution.denied)
    }

    #[getter]
    fn economy(&self) -> Vec<&'static str> {
        names(self.solution.economy)
    }

    #[getter]
    fn full(&self) -> Vec<&'static str> {
        names(self.solution.full)
    }
}

/// Both maps of one geometry.
#[pyclass(module = "qiki_hil._core", frozen)]
pub struct ThrustMapCore {
    map: ThrustMap,
}

impl ThrustMapCore {
    fn sets(&self, pick: impl Fn(Direction) -> NozzleSet) -> Vec<MapSet> {
        Direction::all()
            .map(|direction| {
                let set = pick(direction);
                let power_w = self.map.power_w(&set);
                MapSet {
                    direction,
                    set,
                    power_w,
                }
            })
            .collect()
    }
}

#[pymethods]
impl ThrustMapCore {
    #[new]
    fn new(
        effectiveness: PyReadonlyArray2<'_, f64>,
        thrust_max_n: PyReadonlyArray1<'_, f64>,
        power_w_per_n: PyReadonlyArray1<'_, f64>,
    ) -> PyResult<Self> {
        let given = effectiveness.as_array();
        let (rows, count) = given.dim();
        if (rows, count) != (AXES, NOZZLES) {
            return Err(value_error(format!(
                "effectiveness: shape ({rows}, {count}) given, ({AXES}, {NOZZLES}) needed"
            )));
        }
        let matrix = std::array::from_fn(|i| std::array::from_fn(|n| given[[i, n]]));
        let most_n = nozzles("thrust_max_n", &thrust_max_n, NOZZLES)?;
        let w_per_n = nozzles("power_w_per_n", &power_w_per_n, NOZZLES)?;
        let map = ThrustMap::new(&matrix, &most_n, &w_per_n).map_err(value_error)?;
        Ok(Self { map })
    }

    #[classmethod]
    fn from_craft(_cls: &Bound<'_, PyType>, craft_json: &str) -> PyResult<Self> {
        let craft = Craft::from_json(craft_json).map_err(value_error)?;
        let geometry = qiki_craft::geometry(&craft);
        let w_per_n = std::array::from_fn(|n| craft.thrusters[n].power_w_per_n);
        let map = ThrustMap::new(&geometry.effectiveness, &geometry.thrust_max_n, &w_per_n);
        Ok(Self {
            map: map.map_err(value_error)?,
        })
    }

    #[getter]
    fn economy(&self) -> Vec<MapSet> {
        self.sets(|direction| *self.map.economy(direction))
    }

    #[getter]
    fn full(&self) -> Vec<MapSet> {
        self.sets(|direction| *self.map.full(direction))
    }

    fn lost(&self, unavailable: u16) -> Vec<&'static str> {
        names(self.map.lost(unavailable))
    }

    #[pyo3(signature = (wrench, unavailable = 0, power_max_w = f64::INFINITY))]
    fn allocate(
        &self,
        wrench: PyReadonlyArray1<'_, f64>,
        unavailable: u16,
        power_max_w: f64,
    ) -> PyResult<AutoAllocation> {
        let wrench = axes("wrench", &wrench)?;
        Ok(AutoAllocation {
            solution: self.map.allocate(&wrench, unavailable, power_max_w),
        })
    }
}
