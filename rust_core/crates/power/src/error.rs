//! Why a power plane was not built.

use qiki_craft::{NODES_MAX, PowerPlane, ThermalNode};

/// Everything that can be wrong with what a [`PowerSystem`](crate::PowerSystem) is given.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PowerError {
    /// A number of the power plane is one the equations cannot take.
    #[error("power: craft power.{field}: {value} given, needs {need}")]
    Plane {
        /// Which number.
        field: &'static str,
        /// What was there.
        value: f64,
        /// What would be right.
        need: &'static str,
    },
    /// A number of the thermal plane is one the equations cannot take.
    #[error("power: craft {path}: {value} given, needs {need}")]
    Thermal {
        /// Where in the craft.
        path: String,
        /// What was there.
        value: f64,
        /// What would be right.
        need: &'static str,
    },
    /// A number of a thermal node is one the equations cannot take.
    #[error("power: craft thermal.nodes \"{node}\" {field}: {value} given, needs {need}")]
    Node {
        /// The node.
        node: String,
        /// Which number.
        field: &'static str,
        /// What was there.
        value: f64,
        /// What would be right.
        need: &'static str,
    },
    /// A thermal node is missing that something refers to.
    #[error("power: craft thermal.nodes: no node named \"{0}\"")]
    Missing(String),
    /// Two thermal nodes have one name.
    #[error("power: craft thermal.nodes: two nodes named \"{0}\"")]
    Twin(String),
    /// More nodes than a report has bits for.
    #[error("power: craft thermal.nodes: {0} given, needs at most {NODES_MAX}")]
    Count(usize),
    /// Explicit Euler would be unstable.
    #[error(
        "power: craft thermal.nodes \"{node}\": heat capacity {heat_capacity_j_per_k} J/K given, \
         needs at least {least_j_per_k} J/K for its conductances at 50 Hz"
    )]
    Unstable {
        /// The node.
        node: String,
        /// What was given.
        heat_capacity_j_per_k: f64,
        /// What its conductances need.
        least_j_per_k: f64,
    },
}

impl PowerError {
    /// The fault code of the power plane's set-up, as telemetry and logs know it.
    #[must_use]
    pub fn code(&self) -> String {
        match self {
            Self::Plane { field, value, .. } => plane_code(field, *value),
            Self::Thermal { path, .. } => format!("THERMAL_PLANE_PARAM_INVALID:{path}"),
            Self::Node { node, field, .. } => {
                let what = match *field {
                    "hysteresis_k" => "hys_zero",
                    other => other,
                };
                format!("THERMAL_PLANE_PARAM_INVALID:{node}:{what}")
            }
            Self::Missing(node) => format!("THERMAL_PLANE_PARAM_INVALID:{node}:missing"),
            Self::Twin(node) => format!("THERMAL_PLANE_PARAM_INVALID:{node}:twin"),
            Self::Count(_) => "THERMAL_PLANE_PARAM_INVALID:nodes".to_owned(),
            Self::Unstable { node, .. } => {
                format!("THERMAL_PLANE_PARAM_INVALID:{node}:heat_capacity_j_per_k")
            }
        }
    }
}

fn plane_code(field: &str, value: f64) -> String {
    match (field, value) {
        ("battery_capacity_wh", 0.0) => "BATTERY_CAPACITY_ZERO".to_owned(),
        ("battery_capacity_wh", _) => "BATTERY_CAPACITY_INVALID".to_owned(),
        ("battery_soc_init", _) => "BATTERY_SOC_INIT_INVALID".to_owned(),
        ("bus_nominal_v", _) => "BUS_V_NOMINAL_INVALID".to_owned(),
        ("bus_min_v", 0.0) => "BUS_V_ZERO".to_owned(),
        ("bus_min_v", _) => "BUS_V_MIN_INVALID".to_owned(),
        (_, value) if value < 0.0 => format!("POWER_PLANE_PARAM_NEGATIVE:{field}"),
        _ => format!("POWER_PLANE_PARAM_INVALID:{field}"),
    }
}

/// Refuses the first number that is not finite or out of its range.
pub(crate) fn check_plane(p: &PowerPlane) -> Result<(), PowerError> {
    check(
        "battery_capacity_wh",
        p.battery_capacity_wh,
        |x| x > 0.0,
        "an energy above 0 Wh",
    )?;
    for (field, value) in [
        ("battery_charge_max_w", p.battery_charge_max_w),
        ("battery_discharge_max_w", p.battery_discharge_max_w),
        ("supercap_capacity_wh", p.supercap_capacity_wh),
        ("supercap_charge_max_w", p.supercap_charge_max_w),
        ("supercap_discharge_max_w", p.supercap_discharge_max_w),
        ("base_in_w", p.base_in_w),
        ("base_out_w", p.base_out_w),
        ("motion_w_per_mps", p.motion_w_per_mps),
        ("mcqpu_w", p.mcqpu_w),
        ("radar_w", p.radar_w),
        ("transponder_w", p.transponder_w),
        ("nbl_w", p.nbl_w),
        ("dock_station_max_w", p.dock_station_max_w),
        ("dock_current_max_a", p.dock_current_max_a),
        ("dock_soft_start_s", p.dock_soft_start_s),
    ] {
        check(field, value, |x| x >= 0.0, "0 or more")?;
    }
    for (field, value) in [
        ("battery_soc_init", p.battery_soc_init),
        ("supercap_soc_init", p.supercap_soc_init),
        ("battery_shed_soc", p.battery_shed_soc),
        ("battery_restore_soc", p.battery_restore_soc),
        ("supercap_boost_soc", p.supercap_boost_soc),
        ("supercap_hold_soc", p.supercap_hold_soc),
        ("supercap_gate_hysteresis", p.supercap_gate_hysteresis),
        ("nbl_soc_min", p.nbl_soc_min),
    ] {
        check(field, value, |x| (0.0..=1.0).contains(&x), "0 to 1")?;
    }
    check(
        "nbl_core_max_c",
        p.nbl_core_max_c,
        |_| true,
        "a finite number",
    )?;
    check_voltages(p)?;
    check_thresholds(p)
}

fn check_voltages(p: &PowerPlane) -> Result<(), PowerError> {
    let positive = |x: f64| x > 0.0;
    check("bus_min_v", p.bus_min_v, positive, "a voltage above 0 V")?;
    let above = |x: f64| x >= p.bus_min_v;
    check(
        "bus_nominal_v",
        p.bus_nominal_v,
        above,
        "at least bus_min_v",
    )?;
    check(
        "bus_current_max_a",
        p.bus_current_max_a,
        positive,
        "a current above 0 A",
    )?;
    check(
        "dock_station_v",
        p.dock_station_v,
        positive,
        "a voltage above 0 V",
    )?;
    check("peak_max_w", p.peak_max_w, positive, "a power above 0 W")
}

/// Each hysteresis must have room.
fn check_thresholds(p: &PowerPlane) -> Result<(), PowerError> {
    check(
        "battery_restore_soc",
        p.battery_restore_soc,
        |x| x > p.battery_shed_soc,
        "more than battery_shed_soc",
    )?;
    check(
        "supercap_gate_hysteresis",
        p.supercap_gate_hysteresis,
        |h| h <= 0.5 * (p.supercap_boost_soc - p.supercap_hold_soc),
        "at most half of supercap_boost_soc - supercap_hold_soc",
    )
}

fn check(
    field: &'static str,
    value: f64,
    holds: impl FnOnce(f64) -> bool,
    need: &'static str,
) -> Result<(), PowerError> {
    if value.is_finite() && holds(value) {
        return Ok(());
    }
    Err(PowerError::Plane { field, value, need })
}

pub(crate) fn check_node(node: &ThermalNode) -> Result<(), PowerError> {
    let check = |field: &'static str, value: f64, holds: bool, need: &'static str| {
        if value.is_finite() && holds {
            return Ok(());
        }
        Err(PowerError::Node {
            node: node.name.clone(),
            field,
            value,
            need,
        })
    };
    let capacity = node.heat_capacity_j_per_k;
    check(
        "heat_capacity_j_per_k",
        capacity,
        capacity > 0.0,
        "a heat capacity above 0 J/K",
    )?;
    let cooling = node.cooling_w_per_k;
    check("cooling_w_per_k", cooling, cooling >= 0.0, "0 W/K or more")?;
    check("init_c", node.init_c, true, "a finite number")?;
    check("trip_c", node.trip_c, true, "a finite number")?;
    check(
        "warn_c",
        node.warn_c,
        node.warn_c < node.trip_c,
        "less than trip_c",
    )?;
    let hysteresis = node.hysteresis_k;
    check(
        "hysteresis_k",
        hysteresis,
        hysteresis > 0.0,
        "a difference above 0 K",
    )?;
    for input in &node.heat {
        check("heat gain", input.gain, true, "a finite number")?;
    }
    Ok(())
}
