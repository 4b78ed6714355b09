//! The kinds of faults, by name.

use qiki_craft::Fresh;
use qiki_plant::ValveFault;

/// What a fault is put on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TargetKind {
    /// A nozzle, 0..16.
    Nozzle,
    /// A navigation sensor, or all of them: one of [`DROPOUTS`].
    Sensor,
    /// A cluster, 0..4.
    Cluster,
    /// A part of all reports, 1..=100 percent.
    Percent,
}

impl TargetKind {
    /// Its name in scenarios.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nozzle => "nozzle",
            Self::Sensor => "sensor",
            Self::Cluster => "cluster",
            Self::Percent => "percent",
        }
    }
}

/// A kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// A valve that does not move, or whose position sensor is wrong.
    Valve(ValveFault),
    /// A navigation sensor reports nothing.
    NavDropout,
    /// The node of a cluster is dead.
    NodeSilent,
    /// Reports are lost at random.
    LostFrames,
}

impl FaultKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Valve(ValveFault::StuckClosed),
        Self::Valve(ValveFault::StuckOpen),
        Self::Valve(ValveFault::StuckClosedUnseen),
        Self::Valve(ValveFault::StuckOpenUnseen),
        Self::Valve(ValveFault::SensorClosed),
        Self::Valve(ValveFault::SensorOpen),
        Self::NavDropout,
        Self::NodeSilent,
        Self::LostFrames,
    ];

    /// The kind of this name; none where there is no such kind.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Its name in scenarios and messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Valve(fault) => fault.name(),
            Self::NavDropout => "nav_dropout",
            Self::NodeSilent => "node_silent",
            Self::LostFrames => "lost_frames",
        }
    }

    /// What it is put on.
    #[must_use]
    pub const fn target(self) -> TargetKind {
        match self {
            Self::Valve(_) => TargetKind::Nozzle,
            Self::NavDropout => TargetKind::Sensor,
            Self::NodeSilent => TargetKind::Cluster,
            Self::LostFrames => TargetKind::Percent,
        }
    }

    /// What it does, in words.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Valve(ValveFault::StuckClosed) => "the valve does not open",
            Self::Valve(ValveFault::StuckOpen) => "the valve does not close",
            Self::Valve(ValveFault::StuckClosedUnseen) => {
                "the valve does not open, and its feedback says that it obeys"
            }
            Self::Valve(ValveFault::StuckOpenUnseen) => {
                "the valve does not close, and its feedback says that it obeys"
            }
            Self::Valve(ValveFault::SensorClosed) => {
                "the valve obeys, and its feedback always says closed"
            }
            Self::Valve(ValveFault::SensorOpen) => {
                "the valve obeys, and its feedback always says open"
            }
            Self::NavDropout => "the sensor reports nothing",
            Self::NodeSilent => "the valve node of a cluster is dead, its valves closed",
            Self::LostFrames => "this part of all reports is lost, at random",
        }
    }
}

/// Sensors that can drop out together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dropout {
    /// Body rates.
    Rates,
    /// Attitude.
    Attitude,
    /// Position.
    Position,
    /// Velocity.
    Velocity,
    /// All of navigation, acceleration among it.
    All,
}

/// What can drop out.
pub const DROPOUTS: [Dropout; 5] = [
    Dropout::Rates,
    Dropout::Attitude,
    Dropout::Position,
    Dropout::Velocity,
    Dropout::All,
];

impl Dropout {
    /// The one of this name; none where there is no such sensor.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        DROPOUTS.into_iter().find(|sensor| sensor.name() == name)
    }

    /// Its name in scenarios.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rates => "rates",
            Self::Attitude => "attitude",
            Self::Position => "position",
            Self::Velocity => "velocity",
            Self::All => "all",
        }
    }

    /// The parts of a feedback that are missing meanwhile.
    #[must_use]
    pub const fn parts(self) -> Fresh {
        match self {
            Self::Rates => Fresh::RATES,
            Self::Attitude => Fresh::ATTITUDE,
            Self::Position => Fresh::POSITION,
            Self::Velocity => Fresh::VELOCITY,
            Self::All => Fresh::NAVIGATION,
        }
    }
}
