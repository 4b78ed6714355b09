//! Commands as the controller gets them: decoded, in SI units.

use crate::allocation_mode::AllocationMode;
use crate::firing::Firing;
use crate::mode::Mode;
use crate::segment::{SEGMENTS_MAX, Segment};
use crate::target::Goal;

/// What is commanded. The segments of a burn are held in place, so that taking a command allocates
/// nothing.
#[allow(clippy::large_enum_variant)]
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Permit valve commands.
    Arm,
    /// Close the valves and be silent.
    Disarm,
    /// Rate damping only.
    Safe,
    /// Stop all motion.
    Brake,
    /// Hold the pose of this moment.
    Hold,
    /// Go to a pose.
    GoTo(Goal),
    /// Burn open loop, attitude held: `count` segments.
    Burn {
        /// The segments, the first `count` of them.
        segments: [Segment; SEGMENTS_MAX],
        /// Segments in use, at least one.
        count: usize,
    },
    /// End a burn, drift on.
    StopThrust,
    /// Go to a mode.
    SetMode(Mode),
    /// Go to an allocation mode.
    SetAllocation {
        /// The mode.
        mode: AllocationMode,
        /// The hazard is confirmed.
        confirmed: bool,
    },
    /// Open named nozzles in manual override.
    Fire {
        /// Which ones, how long.
        firing: Firing,
        /// The hazard is confirmed.
        confirmed: bool,
    },
}

impl Action {
    /// Whether it is nothing without thrust.
    #[must_use]
    pub fn takes_thrust(&self) -> bool {
        match self {
            Self::Brake | Self::Hold | Self::GoTo(_) | Self::Burn { .. } | Self::Fire { .. } => {
                true
            }
            Self::SetMode(mode) => mode.thrusts() && *mode != Mode::Safe,
            Self::SetAllocation { mode, .. } => *mode == AllocationMode::ManualOverride,
            Self::Arm | Self::Disarm | Self::Safe | Self::StopThrust => false,
        }
    }
}

/// A decoded command.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// Its number within the run.
    pub id: u64,
    /// None where the message is not a valid command.
    pub action: Option<Action>,
}
