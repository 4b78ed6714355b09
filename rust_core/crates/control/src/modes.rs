//! Which action is permitted in which mode.

use qiki_command::{Action, AllocationMode, Mode, Reason};

/// Modes that SetMode can request. BURN and BRAKE are entered by their commands.
const SETTABLE: [Mode; 7] = [
    Mode::Idle,
    Mode::Manoeuvre,
    Mode::Coast,
    Mode::Dock,
    Mode::Bridge,
    Mode::Emcon,
    Mode::Safe,
];

/// Whether `action` is permitted in `mode`: the whole rule.
///
/// # Errors
/// The reason why not.
pub fn permits(
    mode: Mode,
    armed: bool,
    nav_fault: Option<Reason>,
    action: &Action,
) -> Result<(), Reason> {
    let moves = match action {
        Action::Disarm | Action::Safe | Action::SetMode(Mode::Safe) => return Ok(()),
        Action::Arm => return nav_fault.map_or(Ok(()), Err),
        Action::SetMode(mode) if !SETTABLE.contains(mode) => {
            return Err(Reason::ModeNotReachable);
        }
        Action::SetMode(Mode::Idle) => false,
        Action::StopThrust if mode != Mode::Safe => false,
        // It moves nothing, but SAFE takes no change of the allocation.
        Action::SetAllocation {
            mode: requested, ..
        } if *requested != AllocationMode::ManualOverride => {
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
    if let Some(reason) = nav_fault
        && (moves || mode == Mode::Safe)
    {
        return Err(reason);
    }
    let starts_override = matches!(action, Action::SetAllocation { .. });
    if starts_override && !matches!(mode, Mode::Idle | Mode::Manoeuvre | Mode::Coast) {
        return Err(Reason::ManualNotFromMode);
    }
    Ok(())
}

/// The additional rule for manual override. While it is `on` nozzles may be fired by name, and no
/// other command moves the craft, except those that end manual override.
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

/// Whether a hazardous command carries its confirmation.
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

#[cfg(test)]
mod tests;
