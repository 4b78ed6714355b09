//! How a demanded wrench becomes thrusts.

/// Allocation mode; the numbers are those of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum AllocationMode {
    /// Only zero-torque sets and full thrust groups of the thrust map.
    Auto = 1,
    /// Any combination of nozzles: least error, then least fuel.
    #[default]
    Adaptive = 2,
    /// Named nozzles, control off, within hard limits.
    ManualOverride = 3,
}

impl AllocationMode {
    /// All modes, in the contract's order.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Adaptive, Self::ManualOverride];

    /// The mode with this number.
    #[must_use]
    pub fn from_wire(value: i32) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|mode| i32::from(*mode as u8) == value)
    }
}
