//! The search for pulses as a Python object.

use numpy::{IntoPyArray, PyArray1};
use pyo3::prelude::*;
use qiki_alloc::PulseBounds;
use qiki_craft::NOZZLES;

use crate::convert::{self, Given, vector};
use crate::error::{CoreError, Result};

/// Impulses (16,), what they give (6,), programs solved, whether proved.
type Found<'py> = (
    Bound<'py, PyArray1<f64>>,
    Bound<'py, PyArray1<f64>>,
    u32,
    bool,
);

/// Which pulses make an impulse, where a nozzle gives nothing or at least its shortest pulse.
///
/// `effectiveness`: (6, 16), per newton. `price`: (6,), what an error of one N·s and one N·m·s is
/// worth in N·s of thrust, above 0. At most `nodes_max` linear programs are solved for an answer.
/// Raises ValueError where a shape or a number is not usable. See `docs/math/pulses.md`.
#[pyclass(module = "qiki_hil._core")]
#[derive(Clone)]
pub struct PulseAllocator(qiki_alloc::PulseAllocator);

#[pymethods]
impl PulseAllocator {
    #[new]
    #[pyo3(signature = (effectiveness, price, nodes_max = 600))]
    fn new(effectiveness: Given<'_, '_>, price: Given<'_, '_>, nodes_max: u32) -> Result<Self> {
        let (matrix, _) = convert::effectiveness(effectiveness, NOZZLES..=NOZZLES)?;
        let price = vector("price", price)?;
        Ok(Self(qiki_alloc::PulseAllocator::new(
            matrix, price, nodes_max,
        )?))
    }

    /// Pulses for `impulse` (6,), N·s and N·m·s: each nozzle gives 0, or from `least_ns` to
    /// `most_ns` (16,).
    ///
    /// Returns their impulses (16,) N·s, what they give together (6,), the programs solved, and
    /// whether the answer is proved to be within 2 % of the best; None where a number is not
    /// usable.
    fn solve<'py>(
        &mut self,
        py: Python<'py>,
        impulse: Given<'_, '_>,
        least_ns: Given<'_, '_>,
        most_ns: Given<'_, '_>,
    ) -> Result<Option<Found<'py>>> {
        let most_ns = vector("most_ns", most_ns)?;
        let bounds = PulseBounds {
            least_ns: vector("least_ns", least_ns)?,
            most_ns,
            full_ns: most_ns,
            stuck: 0,
        };
        let found = self.0.solve(&vector("impulse", impulse)?, &bounds);
        Ok(found.map(|pulses| {
            (
                pulses.impulse_ns.to_vec().into_pyarray(py),
                pulses.allocated.to_vec().into_pyarray(py),
                pulses.nodes,
                pulses.proved,
            )
        }))
    }

    fn __copy__(&self) -> Self {
        self.clone()
    }

    fn __deepcopy__(&self, _memo: &Bound<'_, PyAny>) -> Self {
        self.clone()
    }

    fn __reduce__(&self) -> Result<()> {
        Err(CoreError::Pickled("PulseAllocator"))
    }
}
