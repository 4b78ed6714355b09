//! Cases of a campaign, flown without Python between the ticks.

use std::sync::{Mutex, PoisonError};

use numpy::{IntoPyArray, PyArray1, PyArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use qiki_campaign::{Case, Columns, Event, Happening, Wanted, fly};
use qiki_control::GuardedController;
use qiki_craft::Craft;
use qiki_faults::Fault;
use qiki_messages::for_each_column;
use qiki_plant::InitialState;

/// A controller before its first tick, and what it was made from.
struct Made {
    nominal_json: String,
    period_us: u32,
    controller: GuardedController,
}

/// All cases of a campaign begin with the same controller, and to make it takes as long as to fly
/// for some hundred ticks.
static LAST_MADE: Mutex<Option<Made>> = Mutex::new(None);

/// The controller of a craft, before its first tick.
fn controller(nominal_json: &str, period_us: u32) -> PyResult<GuardedController> {
    let mut last = LAST_MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(made) = last.as_ref()
        && made.period_us == period_us
        && made.nominal_json == nominal_json
    {
        return Ok(made.controller.clone());
    }
    let nominal = Craft::from_json(nominal_json).map_err(value_error)?;
    let controller = GuardedController::new(&nominal, period_us)
        .map_err(|error| PyValueError::new_err(format!("controller: {error}")))?;
    *last = Some(Made {
        nominal_json: nominal_json.to_owned(),
        period_us,
        controller: controller.clone(),
    });
    Ok(controller)
}

/// A tick, and either an encoded command or a fault (kind, target, sensor, active).
type Entry = (u64, Option<Vec<u8>>, Option<(String, u32, String, bool)>);

fn value_error(error: impl std::fmt::Display) -> PyErr {
    PyValueError::new_err(error.to_string())
}

fn event((tick, command, fault): Entry) -> PyResult<Event> {
    let what = match (command, fault) {
        (Some(bytes), None) => Happening::command(&bytes).map_err(value_error)?,
        (None, Some((kind, target, sensor, active))) => Happening::Fault {
            fault: Fault::new(&kind, target.into(), &sensor).map_err(value_error)?,
            active,
        },
        _ => {
            return Err(PyValueError::new_err(format!(
                "timeline: tick {tick} needs a command or a fault, one of the two"
            )));
        }
    };
    Ok(Event { tick, what })
}

/// The wanted columns as a dict of arrays, which take the memory over.
fn dict<'py>(py: Python<'py>, columns: Columns, wanted: &Wanted) -> PyResult<Bound<'py, PyDict>> {
    let rows = columns.len;
    let dict = PyDict::new(py);
    macro_rules! visit {
        ($name:ident, $type:ty, $width:literal) => {
            if wanted.has(stringify!($name)) {
                let array: Bound<'_, PyArray1<$type>> = columns.$name.into_pyarray(py);
                if $width == 1 {
                    dict.set_item(stringify!($name), array)?;
                } else {
                    dict.set_item(stringify!($name), array.reshape([rows, $width])?)?;
                }
            }
        };
    }
    for_each_column!(visit);
    Ok(dict)
}

/// Flies one case in closed loop; the columns that decoding its records would give, all of them or
/// those that are wanted.
#[pyfunction]
#[pyo3(signature = (
    truth_json, nominal_json, period_us, seed, position_m_world, velocity_mps_world,
    attitude_xyzw, rates_rps_body, ticks, timeline, wanted=None,
))]
#[allow(clippy::too_many_arguments)]
pub fn fly_case<'py>(
    py: Python<'py>,
    truth_json: &str,
    nominal_json: &str,
    period_us: u32,
    seed: u64,
    position_m_world: [f64; 3],
    velocity_mps_world: [f64; 3],
    attitude_xyzw: [f64; 4],
    rates_rps_body: [f64; 3],
    ticks: u64,
    timeline: Vec<Entry>,
    wanted: Option<Vec<String>>,
) -> PyResult<Bound<'py, PyDict>> {
    let truth = Craft::from_json(truth_json).map_err(value_error)?;
    let controller = controller(nominal_json, period_us)?;
    let wanted = wanted.map_or_else(|| Ok(Wanted::all()), Wanted::named);
    let wanted = wanted.map_err(value_error)?;
    let timeline = timeline
        .into_iter()
        .map(event)
        .collect::<PyResult<Vec<_>>>()?;
    let case = Case {
        truth: &truth,
        controller: &controller,
        seed,
        initial: InitialState {
            position_m_world,
            velocity_mps_world,
            attitude_xyzw,
            rates_rps_body,
        },
        ticks,
        timeline: &timeline,
    };
    let columns = py.detach(|| fly(&case, &wanted)).map_err(value_error)?;
    dict(py, columns, &wanted)
}
