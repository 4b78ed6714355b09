//! Cases of a campaign, flown without Python between the ticks.

use std::sync::{Mutex, PoisonError};

use numpy::{IntoPyArray, PyArray1, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use qiki_campaign::{Case, ColumnSelection, Columns, Event, TimedEvent, fly};
use qiki_control::GuardedController;
use qiki_craft::Craft;
use qiki_faults::Fault;
use qiki_messages::for_each_column;
use qiki_plant::InitialState;

use crate::error::{CoreError, Result};

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
fn controller(nominal_json: &str, period_us: u32) -> Result<GuardedController> {
    let mut last = LAST_MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(made) = last.as_ref()
        && made.period_us == period_us
        && made.nominal_json == nominal_json
    {
        return Ok(made.controller.clone());
    }
    let nominal = Craft::from_json(nominal_json)?;
    let controller = GuardedController::new(&nominal, period_us)
        .map_err(|error| CoreError::value(format!("controller: {error}")))?;
    *last = Some(Made {
        nominal_json: nominal_json.to_owned(),
        period_us,
        controller: controller.clone(),
    });
    Ok(controller)
}

/// A tick, and either an encoded command or a fault (kind, target, sensor, active).
type Entry = (u64, Option<Vec<u8>>, Option<(String, u32, String, bool)>);

fn event((tick, command, fault): Entry) -> Result<TimedEvent> {
    let what = match (command, fault) {
        (Some(bytes), None) => Event::command(&bytes)?,
        (None, Some((kind, target, sensor, active))) => Event::Fault {
            fault: Fault::new(&kind, target.into(), &sensor)?,
            active,
        },
        _ => {
            return Err(CoreError::value(format!(
                "timeline: tick {tick} needs a command or a fault, one of the two"
            )));
        }
    };
    Ok(TimedEvent { tick, what })
}

/// The wanted columns as a dict of arrays, which take the memory over.
fn dict<'py>(
    py: Python<'py>,
    columns: Columns,
    wanted: &ColumnSelection,
) -> Result<Bound<'py, PyDict>> {
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

/// Flies a case in closed loop, without Python between the ticks and without the interpreter's
/// lock: the craft of `truth_json` under a controller that believes in `nominal_json`, as on the
/// simulated rig with its fault injector. `timeline` holds, by tick, an encoded
/// `qiki.commands.v1.Command` or a fault (kind, target, sensor, active). Returns the columns that
/// `decode_cycles` would make of the run's records, bit for bit: all of them, or those that are
/// `wanted` by name, which takes less time and memory. Raises ValueError where a craft, a number,
/// an entry or a name is unusable.
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
) -> Result<Bound<'py, PyDict>> {
    let truth = Craft::from_json(truth_json)?;
    let controller = controller(nominal_json, period_us)?;
    let wanted = wanted.map_or_else(|| Ok(ColumnSelection::all()), ColumnSelection::named)?;
    let timeline = timeline
        .into_iter()
        .map(event)
        .collect::<Result<Vec<_>>>()?;
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
    let columns = py.detach(|| fly(&case, &wanted))?;
    dict(py, columns, &wanted)
}
