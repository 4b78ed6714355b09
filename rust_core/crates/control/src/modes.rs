//! The one rule on which action is permitted in which mode.

use qiki_command::{Action, AllocationMode, Mode, Reason};

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
pub fn manual_override_permits(on: bool, action: &Action) -> Result<(), Reason> {
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
