//! Why a valve may close before its shortest opening.

use qiki_craft::{ValveCommand, nozzles_in};

/// The reasons to close a valve early. There are no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseReason {
    /// The controller is silent; the command says so too.
    Disarmed,
    /// The flight mode has no thrust, or the tank is empty.
    NoThrustMode,
    /// Control leaves the valves to manual override, or gets them back.
    ManualOverride,
    /// The nozzle is out of use.
    Isolated,
    /// The guard refused the last command and closed the valves itself.
    GuardTripped,
}

/// The valves that are closed at once, by reason. Bit n is nozzle n.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ForceClose {
    by_reason: [u16; CloseReason::ALL.len()],
}

impl CloseReason {
    /// All reasons.
    pub const ALL: [Self; 5] = [
        Self::Disarmed,
        Self::NoThrustMode,
        Self::ManualOverride,
        Self::Isolated,
        Self::GuardTripped,
    ];
}

impl ForceClose {
    /// No valve is closed early.
    pub const NONE: Self = Self {
        by_reason: [0; CloseReason::ALL.len()],
    };

    /// Closes these nozzles for this reason, besides those that are closed already.
    #[must_use]
    pub fn and(mut self, reason: CloseReason, nozzles: u16) -> Self {
        self.by_reason[reason as usize] |= nozzles;
        self
    }

    /// The nozzles that are closed for this reason.
    #[must_use]
    pub fn of(&self, reason: CloseReason) -> u16 {
        self.by_reason[reason as usize]
    }

    /// The nozzles that are closed, for whatever reason.
    #[must_use]
    pub fn nozzles(&self) -> u16 {
        self.by_reason.iter().fold(0, |set, nozzles| set | nozzles)
    }

    /// Whether the reasons hold as far as the guard can see: a nozzle that is closed is not opened
    /// by the same command, "disarmed" goes with a command that is not armed, and "guard tripped"
    /// with a guard that has.
    pub(crate) fn holds(&self, command: &ValveCommand, tripped: bool) -> bool {
        let opened = nozzles_in(self.nozzles()).any(|n| command.on_time_us[n] != 0);
        let disarmed = self.of(CloseReason::Disarmed) == 0 || !command.armed;
        let tripped = self.of(CloseReason::GuardTripped) == 0 || tripped;
        !opened && disarmed && tripped
    }
}
