//! One fault on one target.

use qiki_craft::{CLUSTERS, NOZZLES};
use qiki_plant::ValveFault;

use crate::kind::{DROPOUTS, Dropout, FaultKind, TargetKind};

/// A fault that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// There is no such kind.
    #[error("fault '{0}' is not known; known: {kinds}", kinds = FaultKind::ALL.map(FaultKind::name).join(", "))]
    Kind(String),
    /// There is no such sensor.
    #[error("fault {kind}: sensor '{sensor}'; one of {allowed} needed", allowed = DROPOUTS.map(Dropout::name).join(", "))]
    Sensor {
        /// The kind's name.
        kind: &'static str,
        /// What was given.
        sensor: String,
    },
    /// The number of the target is out of range.
    #[error("fault {kind}: {what} {target}; {first}..{last} allowed")]
    Target {
        /// The kind's name.
        kind: &'static str,
        /// What the number counts.
        what: &'static str,
        /// What was given.
        target: i64,
        /// The least that is allowed.
        first: u8,
        /// The most that is allowed.
        last: u8,
    },
}

/// A fault that is carried out between a rig and the controller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LinkFault {
    /// Navigation sensors report nothing.
    NavDropout(Dropout),
    /// The node of this cluster (0..4) neither reports nor opens valves.
    NodeSilent(usize),
    /// This part of all reports is lost, percent, 1..=100.
    LostFrames(u8),
}

/// A fault on its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// Of the valve of a nozzle (0..16): the craft carries it out.
    Valve {
        /// The nozzle.
        nozzle: usize,
        /// What is wrong with its valve.
        fault: ValveFault,
    },
    /// Of what lies between rig and controller: an [`Injector`](crate::Injector) carries it out.
    Link(LinkFault),
}

impl Fault {
    /// The fault of a kind's name, a number and a sensor's name, as scenarios and messages give
    /// them. Of number and sensor only the one counts that the kind is put on.
    ///
    /// # Errors
    /// [`FaultError`] where there is no such kind or target.
    pub fn new(kind: &str, target: i64, sensor: &str) -> Result<Self, FaultError> {
        let kind = FaultKind::from_name(kind).ok_or_else(|| FaultError::Kind(kind.to_owned()))?;
        Ok(match kind {
            FaultKind::Valve(fault) => Self::Valve {
                nozzle: number(kind, target, 0, NOZZLES as u8 - 1)?.into(),
                fault,
            },
            FaultKind::NavDropout => {
                let found = Dropout::from_name(sensor).ok_or_else(|| FaultError::Sensor {
                    kind: kind.name(),
                    sensor: sensor.to_owned(),
                });
                Self::Link(LinkFault::NavDropout(found?))
            }
            FaultKind::NodeSilent => {
                let cluster = number(kind, target, 0, CLUSTERS as u8 - 1)?;
                Self::Link(LinkFault::NodeSilent(cluster.into()))
            }
            FaultKind::LostFrames => {
                Self::Link(LinkFault::LostFrames(number(kind, target, 1, 100)?))
            }
        })
    }
}

fn number(kind: FaultKind, target: i64, first: u8, last: u8) -> Result<u8, FaultError> {
    let what = kind.target();
    debug_assert_ne!(what, TargetKind::Sensor);
    u8::try_from(target)
        .ok()
        .filter(|number| (first..=last).contains(number))
        .ok_or(FaultError::Target {
            kind: kind.name(),
            what: what.name(),
            target,
            first,
            last,
        })
}
