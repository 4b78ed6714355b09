//! Numbers of the enumerations: those of the protobuf contract.

use qiki_command::{AllocationMode, Mode};
use qiki_guard::Violation;
use qiki_messages::commands as wire;
use qiki_messages::telemetry::GuardViolation;

#[test]
fn modes_and_their_numbers_are_those_of_the_contract() {
    for mode in Mode::ALL {
        let name = wire::FlightMode::try_from(i32::from(mode as u8))
            .unwrap()
            .as_str_name();
        let expected = format!("FLIGHT_MODE_{mode:?}").to_uppercase();
        assert_eq!(name, expected);
        assert_eq!(Mode::from_wire(i32::from(mode as u8)), Some(mode));
    }
    for number in [0, 10, -1, 265] {
        assert_eq!(Mode::from_wire(number), None);
    }
}

#[test]
fn allocation_modes_and_their_numbers_are_those_of_the_contract() {
    for (mode, word) in AllocationMode::ALL
        .into_iter()
        .zip(["AUTO", "ADAPTIVE", "MANUAL_OVERRIDE"])
    {
        let number = i32::from(mode as u8);
        let name = wire::AllocationMode::try_from(number)
            .unwrap()
            .as_str_name();
        assert_eq!(name, format!("ALLOCATION_MODE_{word}"));
        assert_eq!(AllocationMode::from_wire(number), Some(mode));
    }
    for number in [0, 4, -1] {
        assert_eq!(AllocationMode::from_wire(number), None);
    }
}

#[test]
fn reasons_and_their_numbers_are_those_of_the_contract() {
    use qiki_command::Reason::*;
    let reasons = [
        (CmdValidationFailed, "CMD_VALIDATION_FAILED"),
        (NotArmed, "NOT_ARMED"),
        (SafeLocked, "SAFE_LOCKED"),
        (NavStale, "NAV_STALE"),
        (NodeOffline, "NODE_OFFLINE"),
        (
            BridgeActiveRestrictedMotion,
            "BRIDGE_ACTIVE_RESTRICTED_MOTION",
        ),
        (Superseded, "SUPERSEDED"),
        (AllocationFailed, "ALLOCATION_FAILED"),
        (GuardTrip, "GUARD_TRIP"),
        (EffectTimeout, "EFFECT_TIMEOUT"),
        (Operator, "OPERATOR"),
        (ValveFault, "VALVE_FAULT"),
        (ModeNotReachable, "MODE_NOT_REACHABLE"),
        (ConfirmRequired, "CONFIRM_REQUIRED"),
        (ThrustMapMissing, "THRUST_MAP_MISSING"),
        (TorqueMapMissing, "TORQUE_MAP_MISSING"),
        (ManualOverrideActive, "MANUAL_OVERRIDE_ACTIVE"),
        (ManualOverrideOff, "MANUAL_OVERRIDE_OFF"),
        (ManualNotFromMode, "MANUAL_NOT_FROM_MODE"),
        (ManualTimeout, "MANUAL_TIMEOUT"),
        (NozzleIsolated, "NOZZLE_ISOLATED"),
        (NozzleResting, "NOZZLE_RESTING"),
        (NozzlesBusy, "NOZZLES_BUSY"),
        (PulseTooShort, "PULSE_TOO_SHORT"),
        (PulseTooLong, "PULSE_TOO_LONG"),
        (TorqueLimit, "TORQUE_LIMIT"),
        (PduPeakDenied, "PDU_PEAK_DENIED"),
        (RateLimit, "RATE_LIMIT"),
        (NavConflict, "NAV_CONFLICT"),
        (NodeNotArmed, "NODE_NOT_ARMED"),
    ];
    for (reason, name) in reasons {
        let code = wire::ReasonCode::try_from(i32::from(reason as u8)).unwrap();
        assert_eq!(code.as_str_name(), format!("REASON_CODE_{name}"));
    }
}

#[test]
fn violations_and_their_numbers_are_those_of_the_contract() {
    let violations = [
        (Violation::NotArmed, "NOT_ARMED"),
        (Violation::OnTime, "ON_TIME"),
        (Violation::PulseTooShort, "PULSE_TOO_SHORT"),
        (Violation::PauseTooShort, "PAUSE_TOO_SHORT"),
        (Violation::PulseTooLong, "PULSE_TOO_LONG"),
        (Violation::Power, "POWER"),
        (Violation::ForceClose, "FORCE_CLOSE"),
    ];
    for (violation, name) in violations {
        let number = GuardViolation::try_from(i32::from(violation as u8)).unwrap();
        assert_eq!(number.as_str_name(), format!("GUARD_VIOLATION_{name}"));
    }
}
