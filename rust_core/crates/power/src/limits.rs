//! Limits of a cluster.

use crate::set::Member;

/// A limit of one cluster that is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ClusterLimit {
    /// Above the warning temperature: thrust is derated.
    HotDerated = 0,
    /// Tripped: closed until it has cleared.
    HotTripped,
    /// A nozzle of it rests after its longest opening.
    Cooldown,
    /// Its temperature is unknown.
    Unknown,
}

impl ClusterLimit {
    /// Its code in telemetry.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::HotDerated => "RCS_CLUSTER_HOT_DERATED",
            Self::HotTripped => "RCS_CLUSTER_HOT_TRIPPED",
            Self::Cooldown => "COOLDOWN",
            Self::Unknown => "THERMAL_UNKNOWN",
        }
    }
}

impl Member for ClusterLimit {
    const ALL: &'static [Self] = &[
        Self::HotDerated,
        Self::HotTripped,
        Self::Cooldown,
        Self::Unknown,
    ];

    fn index(self) -> usize {
        self as usize
    }
}
