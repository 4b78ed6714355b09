//! Thrust profiles on paper.

use prost::Message;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use qiki_burn::End;
use qiki_command::{Action, Reason};
use qiki_craft::{Craft, NOZZLES};
use qiki_messages::command_from_message;
use qiki_messages::commands;
use qiki_preview::{LimitHit, Preview, PreviewError, SegmentPreview, Spent, Stores, preview};

use crate::allocator::value_error;

/// See the stubs.
#[pyfunction]
pub fn preview_profile<'py>(
    py: Python<'py>,
    craft_json: &str,
    command: &[u8],
) -> PyResult<Bound<'py, PyDict>> {
    let craft = Craft::from_json(craft_json).map_err(value_error)?;
    let message = commands::Command::decode(command).map_err(value_error)?;
    let Some(Action::Burn { segments, count }) = command_from_message(&message).action else {
        return Err(PyValueError::new_err(
            "command: a push or a thrust profile is needed",
        ));
    };
    match py.detach(|| preview(&craft, &segments[..count])) {
        Ok(preview) => whole(py, &preview),
        Err(PreviewError::Refused(reason)) => {
            let dict = PyDict::new(py);
            dict.set_item("refused", reason as u8)?;
            Ok(dict)
        }
        Err(error) => Err(value_error(error)),
    }
}

fn whole<'py>(py: Python<'py>, preview: &Preview) -> PyResult<Bound<'py, PyDict>> {
    let (end, reason) = match preview.end {
        End::Given => ("given", Reason::None),
        End::Late(reason) => ("late", reason),
        End::Broken => ("broken", Reason::NozzleIsolated),
    };
    let segments = preview.segments.iter().map(|s| segment(py, s));
    let limits = preview.limits.iter().map(|hit| limit(py, hit));
    let dict = PyDict::new(py);
    dict.set_item("segments", segments.collect::<PyResult<Vec<_>>>()?)?;
    dict.set_item("total", spent(py, &preview.total)?)?;
    dict.set_item("after", stores(py, &preview.after)?)?;
    dict.set_item("cluster_max_c", preview.cluster_max_c)?;
    dict.set_item("supercap_min_soc", preview.supercap_min_soc)?;
    dict.set_item("limits", limits.collect::<PyResult<Vec<_>>>()?)?;
    dict.set_item("end", end)?;
    dict.set_item("reason", reason as u8)?;
    Ok(dict)
}

fn segment<'py>(py: Python<'py>, segment: &SegmentPreview) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("at_s", segment.at_s)?;
    dict.set_item("spent", spent(py, &segment.spent)?)?;
    dict.set_item("after", stores(py, &segment.after)?)?;
    Ok(dict)
}

fn spent<'py>(py: Python<'py>, spent: &Spent) -> PyResult<Bound<'py, PyDict>> {
    let pushes = |n: &usize| spent.nozzles >> n & 1 == 1;
    let dict = PyDict::new(py);
    dict.set_item("time_s", spent.time_s)?;
    dict.set_item("rest_s", spent.rest_s)?;
    dict.set_item("delta_v_mps_body", spent.delta_v_mps)?;
    dict.set_item("gross_mps", spent.gross_mps)?;
    dict.set_item("propellant_kg", spent.propellant_kg)?;
    dict.set_item("energy_j", spent.energy_j)?;
    dict.set_item("nozzles", (0..NOZZLES).filter(pushes).collect::<Vec<_>>())?;
    Ok(dict)
}

fn stores<'py>(py: Python<'py>, stores: &Stores) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("propellant_kg", stores.propellant_kg)?;
    dict.set_item("battery_soc", stores.battery_soc)?;
    dict.set_item("supercap_soc", stores.supercap_soc)?;
    dict.set_item("cluster_temp_c", stores.cluster_temp_c)?;
    Ok(dict)
}

fn limit<'py>(py: Python<'py>, hit: &LimitHit) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("at_s", hit.at_s)?;
    dict.set_item("for_s", hit.for_s)?;
    dict.set_item("segment", hit.segment)?;
    dict.set_item("reason", hit.reason as u8)?;
    dict.set_item("rests", hit.rests)?;
    Ok(dict)
}
