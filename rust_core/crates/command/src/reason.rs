//! Why something is refused or inhibited.

/// Why something is refused or inhibited; the numbers are those of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Reason {
    /// Nothing is inhibited.
    #[default]
    None = 0,
    /// The command is not valid.
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
    /// Valves do not do what they are commanded.
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
    /// Manual override is on; control is off.
    ManualOverrideActive = 19,
    /// Manual override is off.
    ManualOverrideOff = 20,
    /// Manual override is not entered from this flight mode.
    ManualNotFromMode = 21,
    /// Manual override went unused for too long.
    ManualTimeout = 22,
    /// A named nozzle is out of use.
    NozzleIsolated = 23,
    /// A named nozzle has to rest: its pause, its cooldown, or a hot cluster.
    NozzleResting = 24,
    /// A firing by manual override is under way.
    NozzlesBusy = 25,
    /// The valves would be open for less than their shortest opening.
    PulseTooShort = 26,
    /// The firing would last longer than the longest opening.
    PulseTooLong = 27,
    /// The torque of the named nozzles would exceed the limit.
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
    /// The states of charge are too old.
    PowerTelemStale = 34,
    /// Navigation sensors contradict each other or themselves.
    NavConflict = 35,
    /// Valve nodes are heard, but do not arm.
    NodeNotArmed = 36,
    /// Too little in the battery for a push.
    BatLow = 37,
}
