//! The nine flight modes and the one rule on what is permitted when.

use crate::allocation::AllocationMode;
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
    /// A hazardous command without its confirmation.
    ConfirmRequired = 16,
    /// An axis of translation has no set of nozzles left in the thrust map.
    ThrustMapMissing = 17,
    /// An axis of rotation has no set of nozzles left in the thrust map.
    TorqueMapMissing = 18,
    /// Nozzles are in the operator's hand; control is off.
    ManualOverrideActive = 19,
    /// Nozzles are not in the operator's hand.
    ManualOverrideOff = 20,
    /// Manual override is not entered from this flight mode.
    ManualNotFromMode = 21,
    /// Manual override went unused for too long.
    ManualTimeout = 22,
    /// A named nozzle is out of use.
    NozzleIsolated = 23,
    /// A named nozzle has to rest: its pause, its cooldown, or a hot cluster.
    NozzleResting = 24,
    /// Nozzles are being fired by hand already.
    NozzlesBusy = 25,
    /// The valves would be open for less than their shortest opening.
    PulseTooShort = 26,
    /// The firing would last longer than the longest opening.
    PulseTooLong = 27,
    /// The named nozzles together would turn the craft too hard.
    TorqueLimit = 28,
    /// The named nozzles together would draw more power than there is.
    PduPeakDenied = 29,
    /// The craft turns faster than manual override allows.
    RateLimit = 30,
    /// A cluster is too hot, or would become so.
    RcsClusterHot = 31,
    /// The tank is empty.
    WorkingMassLow = 32,
    /// The speed gained is not what the burn was to give.
    DeltaVMissed = 33,
    /// The states of charge are too old to count on.
    PowerTelemStale = 34,
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
        // Nothing moves by it; but SAFE stays as it is.
        Action::SetAllocation { mode: asked, .. } if *asked != AllocationMode::ManualOverride => {
            return if mode == Mode::Safe {
                Err(Reason::SafeLocked)
            } else {
                Ok(())
            };
        }
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
    let takes_nozzles = matches!(action, Action::SetAllocation { .. });
    if takes_nozzles && !matches!(mode, Mode::Idle | Mode::Manoeuvre | Mode::Coast) {
        return Err(Reason::ManualNotFromMode);
    }
    Ok(())
}

/// The rule on top of it for nozzles in the operator's hand (`on`): only then are they fired by
/// name, and then nothing else moves but what ends it.
///
/// # Errors
/// The reason why not.
pub fn by_hand(on: bool, action: &Action) -> Result<(), Reason> {
    match action {
        Action::Fire { .. } if !on => Err(Reason::ManualOverrideOff),
        Action::Arm | Action::Hold | Action::GoTo(_) | Action::Burn { .. } if on => {
            Err(Reason::ManualOverrideActive)
        }
        Action::SetMode(mode) if on && !matches!(mode, Mode::Idle | Mode::Safe) => {
            Err(Reason::ManualOverrideActive)
        }
        _ => Ok(()),
    }
}

/// What is HAZARDOUS is confirmed in the command itself.
///
/// # Errors
/// [`Reason::ConfirmRequired`].
pub fn confirmed(action: &Action) -> Result<(), Reason> {
    match action {
        Action::Fire {
            confirmed: false, ..
        }
        | Action::SetAllocation {
            mode: AllocationMode::ManualOverride,
            confirmed: false,
        } => Err(Reason::ConfirmRequired),
        _ => Ok(()),
    }
}
