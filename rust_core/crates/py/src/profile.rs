//! Previews of thrust profiles.

use prost::Message;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use qiki_burn::End;
use qiki_command::{Action, Reason};
use qiki_craft::{Craft, NOZZLES};
use qiki_messages::command_from_message;
use qiki_messages::commands;
use qiki_preview::{LimitHit, Preview, PreviewError, SegmentPreview, Spent, Stores, preview};

use crate::error::{CoreError, Result};

/// What a push or a thrust profile (an encoded `qiki.commands.v1.Command`) would do to a craft at
/// the beginning of a run; `qiki_hil.kernels.preview_profile` is its face. Only `refused`, a reason
/// code, where the controller would not take it. Raises ValueError where craft or command are
/// unusable.
#[pyfunction]
pub fn preview_profile<'py>(
    py: Python<'py>,
    craft_json: &str,
    command: &[u8],
) -> Result<Bound<'py, PyDict>> {
    let craft = Craft::from_json(craft_json)?;
    let message = commands::Command::decode(command)?;
    let Some(Action::Burn { segments, count }) = command_from_message(&message).action else {
        return Err(CoreError::value(
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
        Err(error) => Err(error.into()),
    }
}

fn whole<'py>(py: Python<'py>, preview: &Preview) -> Result<Bound<'py, PyDict>> {
    let (end, reason) = match preview.end {
        End::Given => ("given", Reason::None),
        End::Late(reason) => ("late", reason),
        End::Broken => ("broken", Reason::NozzleIsolated),
    };
    let segments = preview.segments.iter().map(|s| segment(py, s));
    let limits = preview.limits.iter().map(|hit| limit(py, hit));
    let dict = PyDict::new(py);
    dict.set_item("segments", segments.collect::<Result<Vec<_>>>()?)?;
    dict.set_item("total", spent(py, &preview.total)?)?;
    dict.set_item("after", stores(py, &preview.after)?)?;
    dict.set_item("cluster_max_c", preview.cluster_max_c)?;
    dict.set_item("supercap_min_soc", preview.supercap_min_soc)?;
    dict.set_item("limits", limits.collect::<Result<Vec<_>>>()?)?;
    dict.set_item("end", end)?;
    dict.set_item("reason", reason as u8)?;
    Ok(dict)
}

fn segment<'py>(py: Python<'py>, segment: &SegmentPreview) -> Result<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("at_s", segment.at_s)?;
    dict.set_item("spent", spent(py, &segment.spent)?)?;
    dict.set_item("after", stores(py, &segment.after)?)?;
    Ok(dict)
}

fn spent<'py>(py: Python<'py>, spent: &Spent) -> Result<Bound<'py, PyDict>> {
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

fn stores<'py>(py: Python<'py>, stores: &Stores) -> Result<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("propellant_kg", stores.propellant_kg)?;
    dict.set_item("battery_soc", stores.battery_soc)?;
    dict.set_item("supercap_soc", stores.supercap_soc)?;
    dict.set_item("cluster_temp_c", stores.cluster_temp_c)?;
    Ok(dict)
}

fn limit<'py>(py: Python<'py>, hit: &LimitHit) -> Result<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("at_s", hit.at_s)?;
    dict.set_item("for_s", hit.for_s)?;
    dict.set_item("segment", hit.segment)?;
    dict.set_item("reason", hit.reason as u8)?;
    dict.set_item("rests", hit.rests)?;
    Ok(dict)
}
