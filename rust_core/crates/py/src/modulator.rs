//! Modulators as a Python object.

use std::hint::black_box;
use std::time::Instant;

use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use qiki_craft::ModulatorConfig;
use qiki_pwpf::{Firing, Modulator, ValveTimes, WideGate};

fn value_error(error: impl std::fmt::Display) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// Shortest opening, shortest pause, longest opening, s.
type Times = (f64, f64, f64);

/// Modulators of up to 64 valves.
#[pyclass(module = "qiki_hil._core")]
pub struct ModulatorCore {
    modulator: Firing,
    on_time_us: Vec<u32>,
}

impl ModulatorCore {
    fn made(
        count: usize,
        period_us: u32,
        (min_on_s, min_off_s, max_on_s): Times,
        rule: ModulatorConfig,
    ) -> PyResult<Self> {
        let times = ValveTimes {
            min_on_s,
            min_off_s,
            max_on_s,
        };
        let modulator = Firing::new(count, &rule, times, period_us).map_err(value_error)?;
        Ok(Self {
            on_time_us: vec![0; modulator.count()],
            modulator,
        })
    }

    fn column<'py>(
        &self,
        py: Python<'py>,
        read_us: impl Fn(usize) -> Option<f64>,
    ) -> Option<Bound<'py, PyArray1<f64>>> {
        let column: Option<Vec<f64>> = (0..self.modulator.count())
            .map(|n| read_us(n).map(|us| us * 1e-6))
            .collect();
        column.map(|column| column.into_pyarray(py))
    }

    fn check(&self, name: &str, given: usize) -> PyResult<()> {
        let count = self.modulator.count();
        if given == count {
            return Ok(());
        }
        Err(PyValueError::new_err(format!(
            "{name}: shape ({given},) given, ({count},) needed"
        )))
    }
}

#[pymethods]
impl ModulatorCore {
    #[staticmethod]
    fn pwpf(
        count: usize,
        period_us: u32,
        times: Times,
        parameters: (f64, f64, f64, f64),
    ) -> PyResult<Self> {
        let (km, tau_s, u_on, u_off) = parameters;
        let rule = ModulatorConfig::Pwpf {
            km,
            tau_s,
            u_on,
            u_off,
        };
        Self::made(count, period_us, times, rule)
    }

    #[staticmethod]
    fn bang_bang(count: usize, period_us: u32, times: Times, band_s: f64) -> PyResult<Self> {
        let rule = ModulatorConfig::BangBang { band_s };
        Self::made(count, period_us, times, rule)
    }

    #[staticmethod]
    fn schmitt(
        count: usize,
        period_us: u32,
        times: Times,
        level_on: f64,
        level_off: f64,
    ) -> PyResult<Self> {
        let rule = ModulatorConfig::Schmitt {
            level_on,
            level_off,
        };
        Self::made(count, period_us, times, rule)
    }

    #[staticmethod]
    fn remainder(count: usize, period_us: u32, times: Times) -> PyResult<Self> {
        Self::made(count, period_us, times, ModulatorConfig::Remainder {})
    }

    #[pyo3(signature = (level, closed = 0))]
    fn step<'py>(
        &mut self,
        py: Python<'py>,
        level: PyReadonlyArray1<'py, f64>,
        closed: u64,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let level = level.as_slice().map_err(value_error)?;
        self.check("level", level.len())?;
        let gate = WideGate {
            closed,
            ..WideGate::FREE
        };
        self.modulator.step(level, gate, &mut self.on_time_us);
        let seconds: Vec<f64> = self
            .on_time_us
            .iter()
            .map(|us| f64::from(*us) * 1e-6)
            .collect();
        Ok(seconds.into_pyarray(py))
    }

    #[getter]
    fn open_mask(&self) -> u64 {
        self.modulator.open_mask()
    }

    #[getter]
    fn owed_s<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyArray1<f64>>> {
        self.column(py, |n| self.modulator.owed_us(n))
    }

    #[getter]
    fn dropped_s<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyArray1<f64>>> {
        self.column(py, |n| self.modulator.dropped_us(n))
    }
}

/// Mean time of a step inside Rust, ns.
#[pyfunction]
pub fn bench_modulator_step(
    modulator: &mut ModulatorCore,
    level: PyReadonlyArray1<'_, f64>,
    steps: u32,
) -> PyResult<f64> {
    let level = level.as_slice().map_err(value_error)?;
    modulator.check("level", level.len())?;
    let ModulatorCore {
        modulator,
        on_time_us,
    } = modulator;
    Ok(mean_ns(steps, || {
        modulator.step(black_box(level), WideGate::FREE, black_box(on_time_us));
    }))
}

/// Mean time of `count` exponentials inside Rust, ns: the least that as many filters cost when
/// each is solved anew in every tick.
#[pyfunction]
pub fn bench_exponentials(count: usize, steps: u32) -> f64 {
    let arguments: Vec<f64> = (1..=count).map(|n| -0.004 / n as f64).collect();
    mean_ns(steps, || {
        let sum: f64 = black_box(&arguments).iter().map(|x| libm::exp(*x)).sum();
        black_box(sum);
    })
}

fn mean_ns(steps: u32, mut step: impl FnMut()) -> f64 {
    let begin = Instant::now();
    for _ in 0..steps {
        step();
    }
    begin.elapsed().as_secs_f64() * 1e9 / f64::from(steps.max(1))
}
