//! Why a plant was not built, or did not take a setting.

use qiki_power::PowerError;

use crate::schedule::DT_MAX_S;

/// Everything that can be wrong with what a [`Plant`](crate::Plant) is given.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlantError {
    /// The step is unusable.
    #[error("plant: dt_s: {0} given, needs a number above 0 and at most {max} s", max = DT_MAX_S)]
    Step(f64),
    /// A number of the initial state is NaN or infinite.
    #[error("plant: initial {field}: {value} given, needs finite numbers")]
    Initial {
        /// Which part.
        field: &'static str,
        /// The offending number.
        value: f64,
    },
    /// The initial quaternion has no direction.
    #[error(
        "plant: initial attitude_xyzw: norm {0} given, needs a quaternion that can be normalised"
    )]
    Attitude(f64),
    /// The craft turns too fast for the step.
    #[error(
        "plant: initial rates_rps_body: {rate_rps} rad/s given, at most {most_rps} rad/s can be \
         stepped"
    )]
    Rates {
        /// Size of the rate, rad/s.
        rate_rps: f64,
        /// The most that is allowed at this step, rad/s.
        most_rps: f64,
    },
    /// A number of the craft is one the equations cannot take.
    #[error("plant: craft {path}: {value} given, needs {need}")]
    Craft {
        /// Where in the craft.
        path: String,
        /// What was there.
        value: f64,
        /// What would be right.
        need: &'static str,
    },
    /// The number of thrusters is fixed by the hardware.
    #[error("plant: craft thrusters: {0} given, needs {need}", need = qiki_craft::NOZZLES)]
    ThrusterCount(usize),
    /// A thermal node is missing that something refers to.
    #[error("plant: craft thermal.nodes: no node named \"{0}\"")]
    ThermalNode(String),
    /// Two thermal nodes have one name.
    #[error("plant: craft thermal.nodes: two nodes named \"{0}\"")]
    ThermalTwin(String),
    /// More thermal nodes than a report has bits for.
    #[error("plant: craft thermal.nodes: {0} given, needs at most {max}", max = qiki_craft::NODES_MAX)]
    ThermalCount(usize),
    /// Explicit Euler would be unstable.
    #[error(
        "plant: craft thermal.nodes \"{name}\": heat capacity {heat_capacity_j_per_k} J/K given, \
         needs at least {least_j_per_k} J/K for its conductances at 50 Hz"
    )]
    ThermalStep {
        /// The node.
        name: String,
        /// What was given.
        heat_capacity_j_per_k: f64,
        /// What its conductances need.
        least_j_per_k: f64,
    },
    /// No such nozzle.
    #[error("plant: nozzle {0} given, needs 0 to {last}", last = qiki_craft::NOZZLES - 1)]
    Nozzle(usize),
}

impl PlantError {
    /// What the power plane refuses, in the plant's words.
    pub(crate) fn of_power(error: PowerError) -> Self {
        let craft = |path: String, value: f64, need| Self::Craft { path, value, need };
        match error {
            PowerError::Plane { field, value, need } => {
                craft(format!("power.{field}"), value, need)
            }
            PowerError::Thermal { path, value, need } => craft(path, value, need),
            PowerError::Node {
                node,
                field,
                value,
                need,
            } => craft(format!("thermal.nodes \"{node}\" {field}"), value, need),
            PowerError::Missing(name) => Self::ThermalNode(name),
            PowerError::Twin(name) => Self::ThermalTwin(name),
            PowerError::Count(count) => Self::ThermalCount(count),
            PowerError::Unstable {
                node,
                heat_capacity_j_per_k,
                least_j_per_k,
            } => Self::ThermalStep {
                name: node,
                heat_capacity_j_per_k,
                least_j_per_k,
            },
        }
    }
}

/// Refuses a craft's number that is not finite or fails `holds`.
pub(crate) fn check(
    path: impl FnOnce() -> String,
    value: f64,
    holds: impl FnOnce(f64) -> bool,
    need: &'static str,
) -> Result<(), PlantError> {
    if value.is_finite() && holds(value) {
        return Ok(());
    }
    Err(PlantError::Craft {
        path: path(),
        value,
        need,
    })
}
