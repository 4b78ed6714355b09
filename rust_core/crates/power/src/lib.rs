//! The power plane of the craft: sources, loads, which loads are shed or throttled and why, and
//! heat.
//!
//! [`PowerSystem::step`] takes a [`Demand`] fifty times a second and fills a [`PowerReport`]:
//!
//! ```text
//! low SoC, trips of the last step, NBL budget -> shed
//!   -> avionics bus within its current: shed nbl, radar, transponder; throttle motion
//!   -> whole bot within its peak: throttle rcs
//!   -> dock bridge -> stores (battery first, supercapacitor for the peak) -> heat -> gates
//! ```
//!
//! * `set`, `loads`, `faults`: loads, reasons and faults, and sets of them as bits.
//! * `pdu`: distribution of what the buses carry. `dock`: the bridge and its soft start.
//! * `storage`: battery and supercapacitor.
//! * `thermal`, `watch`: the nodes; warning, derating, trip and clearing of one node.
//! * `gate`, `battery_gate`, `budget`, `limits`: what the charges of supercapacitor and battery permit,
//!   how much power the nozzles may draw, and what limits it. They depend on no other part, so that a controller can
//!   use them with reported values.
//! * `units`: factors between units.
//! * `power_budget`, `thermal_limiter`: the controller's use of them, from feedback.
//!
//! Nothing is allocated after [`PowerSystem::new`] and nothing fails: outcomes are values.
//! Equations, choices and limits: `docs/math/power.md`.

mod battery_gate;
mod budget;
mod demand;
mod dock;
mod error;
mod faults;
mod gate;
mod limits;
mod loads;
mod pdu;
mod power_budget;
mod report;
mod set;
mod storage;
mod system;
mod thermal;
mod thermal_limiter;
mod units;
mod watch;

pub use battery_gate::reserve_soc;
pub use budget::{RcsBudget, RcsConditions, RcsLimit, rcs_power_available_w};
pub use demand::Demand;
pub use error::PowerError;
pub use faults::{Fault, FaultSet};
pub use gate::{RcsAllowance, RcsGate};
pub use limits::ClusterLimit;
pub use loads::{LOADS, Load, ShedReason};
pub use power_budget::{POWER_STALE_S, PowerBudget, PowerStatus};
pub use report::PowerReport;
pub use set::{Member, Set};
pub use system::PowerSystem;
pub use thermal::{HeatDrive, NodeReport, ThermalNet};
pub use thermal_limiter::{HeatStatus, REST_MAX_S, REST_MIN_S, ThermalLimiter};
pub use watch::{NodeWatch, derating};
