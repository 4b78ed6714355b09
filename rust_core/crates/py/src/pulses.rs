//! The search for pulses as a Python object.

use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use qiki_alloc::{AXES, PulseBounds};
use qiki_craft::NOZZLES;

/// Impulses (16,), what they give (6,), programs solved, whether proved.
type Found<'py> = (
    Bound<'py, PyArray1<f64>>,
    Bound<'py, PyArray1<f64>>,
    u32,
    bool,
);

fn numbers<const N: usize>(name: &str, given: &PyReadonlyArray1<'_, f64>) -> PyResult<[f64; N]> {
    let array = given.as_array();
    let shape = array.len();
    let values: Vec<f64> = array.iter().copied().collect();
    values.try_into().map_err(|_| {
        PyValueError::new_err(format!("{name}: shape ({shape},) given, ({N},) needed"))
    })
}

/// Which pulses make an impulse.
#[pyclass(module = "qiki_hil._core")]
pub struct PulseAllocator(qiki_alloc::PulseAllocator);

#[pymethods]
impl PulseAllocator {
    #[new]
    #[pyo3(signature = (effectiveness, price, nodes_max = 600))]
    fn new(
        effectiveness: PyReadonlyArray2<'_, f64>,
        price: PyReadonlyArray1<'_, f64>,
        nodes_max: u32,
    ) -> PyResult<Self> {
        let rows = effectiveness.as_array();
        if rows.dim() != (AXES, NOZZLES) {
            return Err(PyValueError::new_err(format!(
                "effectiveness: shape {:?} given, ({AXES}, {NOZZLES}) needed",
                rows.dim()
            )));
        }
        let rows = std::array::from_fn(|i| std::array::from_fn(|n| rows[(i, n)]));
        let price = numbers("price", &price)?;
        qiki_alloc::PulseAllocator::new(rows, price, nodes_max)
            .map(Self)
            .map_err(|error| PyValueError::new_err(error.to_string()))
    }

    /// None where a number is not usable.
    fn solve<'py>(
        &mut self,
        py: Python<'py>,
        impulse: PyReadonlyArray1<'_, f64>,
        least_ns: PyReadonlyArray1<'_, f64>,
        most_ns: PyReadonlyArray1<'_, f64>,
    ) -> PyResult<Option<Found<'py>>> {
        let most_ns = numbers("most_ns", &most_ns)?;
        let bounds = PulseBounds {
            least_ns: numbers("least_ns", &least_ns)?,
            most_ns,
            full_ns: most_ns,
            stuck: 0,
        };
        let found = self.0.solve(&numbers("impulse", &impulse)?, &bounds);
        Ok(found.map(|pulses| {
            (
                pulses.impulse_ns.to_vec().into_pyarray(py),
                pulses.given.to_vec().into_pyarray(py),
                pulses.nodes,
                pulses.proved,
            )
        }))
    }
}
