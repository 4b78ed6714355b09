//! The nine flight modes.

/// Flight mode; the numbers are those of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Mode {
    /// No control, no thrust.
    #[default]
    Idle = 1,
    /// Pose held or changed in closed loop.
    Manoeuvre = 2,
    /// Open-loop thrust along a direction, attitude held.
    Burn = 3,
    /// Drift: attitude held, translation free.
    Coast = 4,
    /// All motion is being stopped.
    Brake = 5,
    /// Pose control within the slow limits of an approach.
    Dock = 6,
    /// A bridge to another craft is up: no thrust.
    Bridge = 7,
    /// Pose held, no emissions.
    Emcon = 8,
    /// Rate damping only.
    Safe = 9,
}

impl Mode {
    /// All modes, in the contract's order.
    pub const ALL: [Self; 9] = [
        Self::Idle,
        Self::Manoeuvre,
        Self::Burn,
        Self::Coast,
        Self::Brake,
        Self::Dock,
        Self::Bridge,
        Self::Emcon,
        Self::Safe,
    ];

    /// The mode with this number.
    #[must_use]
    pub fn from_wire(value: i32) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|mode| i32::from(*mode as u8) == value)
    }

    /// Whether the pose is controlled in all six axes.
    #[must_use]
    pub fn holds_pose(self) -> bool {
        matches!(self, Self::Manoeuvre | Self::Dock | Self::Emcon)
    }

    /// Whether nozzles may fire at all.
    #[must_use]
    pub fn thrusts(self) -> bool {
        !matches!(self, Self::Idle | Self::Bridge)
    }
}
