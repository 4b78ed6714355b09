//! Modulators as a Python object.

use std::hint::black_box;
use std::time::Instant;

use numpy::{IntoPyArray, PyArray1};
use pyo3::prelude::*;
use qiki_craft::ModulatorConfig;
use qiki_pwpf::{Firing, Modulator, ValveTimes, WideGate};

use crate::convert::{Given, numbers};
use crate::error::{CoreError, Result};

/// Shortest opening, shortest pause, longest opening, s.
type Times = (f64, f64, f64);

/// A bank of modulators. `qiki_hil.Modulator` is its public face.
///
/// `times` is shortest opening, shortest pause, longest opening, s. The makers raise ValueError
/// where the rule cannot drive such a valve, or the tick is too long.
#[pyclass(module = "qiki_hil._core")]
#[derive(Clone)]
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
    ) -> Result<Self> {
        let times = ValveTimes {
            min_on_s,
            min_off_s,
            max_on_s,
        };
        let modulator = Firing::new(count, &rule, times, period_us)?;
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
}

#[pymethods]
impl ModulatorCore {
    /// `parameters`: km, tau_s, u_on, u_off.
    #[staticmethod]
    fn pwpf(
        count: usize,
        period_us: u32,
        times: Times,
        parameters: (f64, f64, f64, f64),
    ) -> Result<Self> {
        let (km, tau_s, u_on, u_off) = parameters;
        let rule = ModulatorConfig::Pwpf {
            km,
            tau_s,
            u_on,
            u_off,
        };
        Self::made(count, period_us, times, rule)
    }

    /// `band_s`: impulse residual at which a valve opens, s at full thrust.
    #[staticmethod]
    fn bang_bang(count: usize, period_us: u32, times: Times, band_s: f64) -> Result<Self> {
        let rule = ModulatorConfig::BangBang { band_s };
        Self::made(count, period_us, times, rule)
    }

    /// `level_on`, `level_off`: levels at which a valve opens and closes.
    #[staticmethod]
    fn schmitt(
        count: usize,
        period_us: u32,
        times: Times,
        level_on: f64,
        level_off: f64,
    ) -> Result<Self> {
        let rule = ModulatorConfig::Schmitt {
            level_on,
            level_off,
        };
        Self::made(count, period_us, times, rule)
    }

    /// A valve opens when it owes its shortest pulse.
    #[staticmethod]
    fn remainder(count: usize, period_us: u32, times: Times) -> Result<Self> {
        Self::made(count, period_us, times, ModulatorConfig::Remainder {})
    }

    /// One tick. `level`: (count,) float64, contiguous, of full thrust; bit n of `closed`: valve n
    /// must be closed. Returns (count,) on-times, s.
    #[pyo3(signature = (level, closed = 0))]
    fn step<'py>(
        &mut self,
        py: Python<'py>,
        level: Given<'_, '_>,
        closed: u64,
    ) -> Result<Bound<'py, PyArray1<f64>>> {
        let level = numbers("level", level, self.modulator.count())?;
        let gate = WideGate {
            closed,
            ..WideGate::FREE
        };
        self.modulator.step(&level, gate, &mut self.on_time_us);
        let seconds: Vec<f64> = self
            .on_time_us
            .iter()
            .map(|us| f64::from(*us) * 1e-6)
            .collect();
        Ok(seconds.into_pyarray(py))
    }

    /// Bit n: valve n is commanded open at this instant.
    #[getter]
    fn open_mask(&self) -> u64 {
        self.modulator.open_mask()
    }

    /// (count,) s at full thrust; None under PWPF.
    #[getter]
    fn residual_s<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyArray1<f64>>> {
        self.column(py, |n| self.modulator.residual_us(n))
    }

    /// (count,) s at full thrust; None under PWPF.
    #[getter]
    fn dropped_s<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyArray1<f64>>> {
        self.column(py, |n| self.modulator.dropped_us(n))
    }

    fn __copy__(&self) -> Self {
        self.clone()
    }

    fn __deepcopy__(&self, _memo: &Bound<'_, PyAny>) -> Self {
        self.clone()
    }

    fn __reduce__(&self) -> Result<()> {
        Err(CoreError::Pickled("ModulatorCore"))
    }
}

/// Mean time of a step inside Rust, ns; the modulator moves ahead by `steps` ticks.
#[pyfunction]
pub fn bench_modulator_step(
    modulator: &mut ModulatorCore,
    level: Given<'_, '_>,
    steps: u32,
) -> Result<f64> {
    let level = numbers("level", level, modulator.modulator.count())?;
    let ModulatorCore {
        modulator,
        on_time_us,
    } = modulator;
    Ok(mean_ns(steps, || {
        modulator.step(black_box(&level), WideGate::FREE, black_box(on_time_us));
    }))
}

/// Mean time of `count` exponentials inside Rust, ns: a yardstick.
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
