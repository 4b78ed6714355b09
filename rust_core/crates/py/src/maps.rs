//! Thrust map and torque map as Python objects.

use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::PyType;
use qiki_alloc::Status;
use qiki_craft::{Craft, NOZZLES};
use qiki_maps::{AutoSolution, Direction, NozzleSet, ThrustMap};

use crate::convert::{self, Given, vector};
use crate::error::{CoreError, Result};

/// Names of the directions in a bit set, in order.
fn names(bits: u16) -> Vec<&'static str> {
    Direction::all()
        .filter(|d| bits & d.bit() != 0)
        .map(Direction::name)
        .collect()
}

/// One entry of a map: nozzles that push together, each with its thrust at the set's ceiling. Less
/// than the ceiling is had by scaling all of them down. Arrays are copies.
#[pyclass(module = "qiki_hil._core", frozen)]
#[derive(Clone)]
pub struct MapSet {
    direction: Direction,
    set: NozzleSet,
    power_w: f64,
}

#[pymethods]
impl MapSet {
    /// +X .. -Z, +roll .. -yaw; body.
    #[getter]
    fn direction(&self) -> &'static str {
        self.direction.name()
    }

    /// False where the geometry has nothing along the direction; then all else is zero.
    #[getter]
    fn exists(&self) -> bool {
        self.set.exists()
    }

    /// Nothing is left over, within `MAP_EXACT_FORCE_N` and `MAP_EXACT_TORQUE_NM`.
    #[getter]
    fn exact(&self) -> bool {
        self.set.exact
    }

    /// Those that push.
    #[getter]
    fn nozzles(&self) -> Vec<usize> {
        let pushes = |n: &usize| self.set.nozzles >> n & 1 == 1;
        (0..NOZZLES).filter(pushes).collect()
    }

    /// (16,) thrust of each nozzle at the ceiling, N.
    #[getter]
    fn thrust_n<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_slice(py, &self.set.thrust_n)
    }

    /// What the set gives along its direction, N or N·m.
    #[getter]
    fn ceiling(&self) -> f64 {
        self.set.ceiling
    }

    /// (6,) force N, torque N·m about the centre of mass, body, at the ceiling.
    #[getter]
    fn wrench<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_slice(py, &self.set.wrench)
    }

    /// Sum of the thrusts, N.
    #[getter]
    fn gross_n(&self) -> f64 {
        self.set.gross_n
    }

    /// Electrical power at the ceiling, W.
    #[getter]
    fn power_w(&self) -> f64 {
        self.power_w
    }

    /// Length of the force across the direction, N; all force for a torque.
    #[getter]
    fn leftover_force_n(&self) -> f64 {
        self.set.leftover_force_n
    }

    /// Length of the torque across the direction, N·m; all torque for a force.
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

    fn __copy__(&self) -> Self {
        self.clone()
    }

    fn __deepcopy__(&self, _memo: &Bound<'_, PyAny>) -> Self {
        self.clone()
    }

    fn __reduce__(&self) -> Result<()> {
        Err(CoreError::Pickled("MapSet"))
    }
}

/// What an allocation by sets came to. Arrays are copies, directions are names.
#[pyclass(module = "qiki_hil._core", frozen)]
#[derive(Clone)]
pub struct AutoAllocation {
    solution: AutoSolution,
}

#[pymethods]
impl AutoAllocation {
    /// (16,) thrust of each nozzle, N.
    #[getter]
    fn thrust_n<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_slice(py, &self.solution.thrust_n)
    }

    /// (6,) what the thrusts give: force N, torque N·m, body.
    #[getter]
    fn wrench<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_slice(py, &self.solution.wrench)
    }

    /// `met`, `saturated` (scaled down, denied a direction, or by a set that is not exact), or
    /// `bad_input` (not finite: zero thrust).
    #[getter]
    fn status(&self) -> &'static str {
        match self.solution.status {
            Status::Optimal => "met",
            Status::Saturated => "saturated",
            Status::BadInput | Status::IterationLimit => "bad_input",
        }
    }

    /// What part of the wrench is given in its own direction, denied ones aside, 0..1.
    #[getter]
    fn scale(&self) -> f64 {
        self.solution.scale
    }

    /// Directions that no set serves with the nozzles there are.
    #[getter]
    fn lost(&self) -> Vec<&'static str> {
        names(self.solution.lost)
    }

    /// Those of them that were asked for.
    #[getter]
    fn denied(&self) -> Vec<&'static str> {
        names(self.solution.denied)
    }

    /// Directions served by their economy set, in whole or in part.
    #[getter]
    fn economy(&self) -> Vec<&'static str> {
        names(self.solution.economy)
    }

    /// Directions served by their full set, in whole or in part.
    #[getter]
    fn full(&self) -> Vec<&'static str> {
        names(self.solution.full)
    }

    fn __copy__(&self) -> Self {
        self.clone()
    }

    fn __deepcopy__(&self, _memo: &Bound<'_, PyAny>) -> Self {
        self.clone()
    }

    fn __reduce__(&self) -> Result<()> {
        Err(CoreError::Pickled("AutoAllocation"))
    }
}

/// Both maps of one geometry. `qiki_hil.kernels.ThrustMap` is its face.
///
/// `effectiveness` (6, 16) force and torque per newton about the centre of mass, body;
/// `thrust_max_n` (16,) N, 0 for a nozzle that is not there; `power_w_per_n` (16,) W/N. Raises
/// ValueError naming what does not fit.
#[pyclass(module = "qiki_hil._core", frozen)]
#[derive(Clone)]
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
        effectiveness: Given<'_, '_>,
        thrust_max_n: Given<'_, '_>,
        power_w_per_n: Given<'_, '_>,
    ) -> Result<Self> {
        let (matrix, _) = convert::effectiveness(effectiveness, NOZZLES..=NOZZLES)?;
        let thrust_max_n = vector("thrust_max_n", thrust_max_n)?;
        let power_w_per_n = vector("power_w_per_n", power_w_per_n)?;
        let map = ThrustMap::new(&matrix, &thrust_max_n, &power_w_per_n)?;
        Ok(Self { map })
    }

    /// For a craft with a full tank. Raises ValueError where the text is not a craft.
    #[classmethod]
    fn from_craft(_cls: &Bound<'_, PyType>, craft_json: &str) -> Result<Self> {
        let craft = Craft::from_json(craft_json)?;
        let geometry = qiki_craft::geometry(&craft);
        let w_per_n = std::array::from_fn(|n| craft.thrusters[n].power_w_per_n);
        let map = ThrustMap::new(&geometry.effectiveness, &geometry.thrust_max_n, &w_per_n);
        Ok(Self { map: map? })
    }

    /// (12) the sets with the fewest nozzles, +X, -X, +Y .. +yaw, -yaw.
    #[getter]
    fn economy(&self) -> Vec<MapSet> {
        self.sets(|direction| *self.map.economy(direction))
    }

    /// (12) the sets spread over as many as the geometry lets them be, in the same order.
    #[getter]
    fn full(&self) -> Vec<MapSet> {
        self.sets(|direction| *self.map.full(direction))
    }

    /// Directions without any set when the nozzles of this mask (bit n: nozzle n) are out.
    fn lost(&self, unavailable: u16) -> Vec<&'static str> {
        names(self.map.lost(unavailable))
    }

    /// `wrench` (6,) force N, torque N·m, body; `unavailable` a mask of nozzles; `power_max_w` of
    /// all nozzles together, W. Raises ValueError for a wrong shape.
    #[pyo3(signature = (wrench, unavailable = 0, power_max_w = f64::INFINITY))]
    fn allocate(
        &self,
        wrench: Given<'_, '_>,
        unavailable: u16,
        power_max_w: f64,
    ) -> Result<AutoAllocation> {
        let wrench = vector("wrench", wrench)?;
        Ok(AutoAllocation {
            solution: self.map.allocate(&wrench, unavailable, power_max_w),
        })
    }

    fn __copy__(&self) -> Self {
        self.clone()
    }

    fn __deepcopy__(&self, _memo: &Bound<'_, PyAny>) -> Self {
        self.clone()
    }

    fn __reduce__(&self) -> Result<()> {
        Err(CoreError::Pickled("ThrustMapCore"))
    }
}
