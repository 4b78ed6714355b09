//! The nine flight modes and the one rule on what is permitted when.

use crate::command::Action;

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

/// Why something is refused or held back; the numbers are those of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Reason {
    /// Nothing is held back.
    #[default]
    None = 0,
    /// The command makes no sense.
    CmdValidationFailed = 1,
    /// The controller is silent; arm first.
    NotArmed = 2,
    /// SAFE allows only brake, disarm and going to IDLE.
    SafeLocked = 3,
    /// A navigation value is too old.
    NavStale = 4,
    /// Valve nodes are not heard.
    NodeOffline = 5,
    /// A bridge is up.
    BridgeActiveRestrictedMotion = 6,
    /// A later command took over.
    Superseded = 7,
    /// The allocation had no answer.
    AllocationFailed = 8,
    /// The guard found a command outside of the limits.
    GuardTrip = 9,
    /// The effect did not come in time.
    EffectTimeout = 10,
    /// The operator asked for it.
    Operator = 11,
    /// Valves do not do what they are told.
    ValveFault = 12,
    /// That mode is entered by its own command, or not from here.
    ModeNotReachable = 13,
    /// The loop stood still for longer than a navigation value is good for.
    Overrun = 14,
    /// Too little in the supercapacitor for a push.
    CapLow = 15,
}

/// Modes that can be asked for by name. BURN and BRAKE are entered by their commands.
const BY_NAME: [Mode; 7] = [
    Mode::Idle,
    Mode::Manoeuvre,
    Mode::Coast,
    Mode::Dock,
    Mode::Bridge,
    Mode::Emcon,
    Mode::Safe,
];

/// The whole permission rule: may `action` be taken in `mode`?
///
/// # Errors
/// The reason why not.
pub fn permits(mode: Mode, armed: bool, nav_fresh: bool, action: &Action) -> Result<(), Reason> {
    let moves = match action {
        Action::Disarm | Action::Safe | Action::SetMode(Mode::Safe) => return Ok(()),
        Action::Arm => {
            return if nav_fresh {
                Ok(())
            } else {
                Err(Reason::NavStale)
            };
        }
        Action::SetMode(asked) if !BY_NAME.contains(asked) => return Err(Reason::ModeNotReachable),
        Action::SetMode(Mode::Idle) => false,
        Action::StopThrust if mode != Mode::Safe => false,
        _ => true,
    };
    let brake = *action == Action::Brake;
    if moves && !armed {
        return Err(Reason::NotArmed);
    }
    if mode == Mode::Safe && moves && !brake {
        return Err(Reason::SafeLocked);
    }
    if mode == Mode::Bridge && moves {
        return Err(Reason::BridgeActiveRestrictedMotion);
    }
    if (moves || mode == Mode::Safe) && !nav_fresh {
        return Err(Reason::NavStale);
    }
    Ok(())
}
