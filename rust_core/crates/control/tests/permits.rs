//! What is permitted when: the whole table, committed.
//!
//! `UPDATE_REFS=1 cargo test -p qiki-control --test permits` writes it anew.

use qiki_messages::command_from_message;
use std::fmt::Write;

use crate::common::*;
use qiki_command::{Action, AllocationMode, Mode, Reason};
use qiki_control::{confirmed, manual_override_permits, permits};
use qiki_messages::commands::AllocationMode::{Adaptive, Auto, ManualOverride};
use qiki_messages::commands::command::Action::FireNozzles;
use qiki_messages::commands::{self as wire, BodyAxis};

fn action(wire: wire::command::Action) -> Action {
    let message = wire::Command {
        action: Some(wire),
        ..wire::Command::default()
    };
    command_from_message(&message).action.unwrap()
}

fn actions() -> Vec<(String, Action)> {
    let mut actions = vec![
        ("arm".to_owned(), action(arm())),
        ("disarm".to_owned(), action(disarm())),
        ("safe".to_owned(), action(safe())),
        ("brake".to_owned(), action(brake())),
        ("hold".to_owned(), action(hold())),
        ("go_to".to_owned(), action(go_to([1.0, 2.0, 3.0]))),
        ("fire".to_owned(), action(fire(BodyAxis::Up, 1.0, 1.0))),
        ("stop_thrust".to_owned(), action(stop_thrust())),
        ("alloc auto".to_owned(), action(allocation(Auto, false))),
        (
            "alloc adaptive".to_owned(),
            action(allocation(Adaptive, false)),
        ),
        (
            "alloc manual".to_owned(),
            action(allocation(ManualOverride, true)),
        ),
        (
            "nozzles".to_owned(),
            action(FireNozzles(nozzles(&[3, 7], 0.5, 0.2))),
        ),
    ];
    let modes = Mode::ALL.map(|mode| {
        (
            format!("set {mode:?}").to_lowercase(),
            Action::SetMode(mode),
        )
    });
    actions.extend(modes);
    actions
}

/// One line for each mode, armed, fresh and action.
fn table() -> String {
    let mut text = String::from("# mode | armed | navigation | action | verdict\n");
    for mode in Mode::ALL {
        for armed in [false, true] {
            for nav_fresh in [false, true] {
                for (name, action) in actions() {
                    let verdict = match permits(mode, armed, nav_fresh, &action) {
                        Ok(()) => "yes".to_owned(),
                        Err(reason) => format!("no: {reason:?}"),
                    };
                    let state = if armed { "armed" } else { "silent" };
                    let nav = if nav_fresh { "fresh" } else { "stale" };
                    let mode = format!("{mode:?}").to_lowercase();
                    writeln!(text, "{mode} | {state} | {nav} | {name} | {verdict}").unwrap();
                }
            }
        }
    }
    text
}

#[test]
fn the_rule_is_the_committed_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/permits.txt");
    let table = table();
    if std::env::var_os("UPDATE_REFS").is_some() {
        std::fs::write(path, &table).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap();
    let changed: Vec<String> = committed
        .lines()
        .zip(table.lines())
        .filter(|(was, is)| was != is)
        .map(|(was, is)| format!("- {was}\n+ {is}"))
        .collect();
    assert!(
        changed.is_empty(),
        "{} lines changed:\n{}",
        changed.len(),
        changed.join("\n")
    );
    assert_eq!(committed.lines().count(), table.lines().count());
}

fn each(mut check: impl FnMut(Mode, bool, bool, &str, Action)) {
    for mode in Mode::ALL {
        for armed in [false, true] {
            for nav_fresh in [false, true] {
                for (name, action) in actions() {
                    check(mode, armed, nav_fresh, &name, action);
                }
            }
        }
    }
}

const MOTIONS: [&str; 6] = ["brake", "hold", "go_to", "fire", "alloc manual", "nozzles"];

#[test]
fn nothing_moves_before_arming_or_on_stale_navigation() {
    each(|mode, armed, nav_fresh, name, action| {
        if MOTIONS.contains(&name) && !(armed && nav_fresh) {
            assert!(
                permits(mode, armed, nav_fresh, &action).is_err(),
                "{mode:?} {name}"
            );
        }
    });
}

#[test]
fn silence_and_safety_can_always_be_had() {
    each(|mode, armed, nav_fresh, name, action| {
        if ["disarm", "safe", "set safe"].contains(&name) {
            assert_eq!(
                permits(mode, armed, nav_fresh, &action),
                Ok(()),
                "{mode:?} {name}"
            );
        }
    });
}

#[test]
fn safe_takes_a_brake_and_no_other_motion() {
    each(|mode, armed, nav_fresh, name, action| {
        if mode == Mode::Safe && armed && nav_fresh && MOTIONS.contains(&name) {
            assert_eq!(
                permits(mode, armed, nav_fresh, &action).is_ok(),
                name == "brake",
                "{name}"
            );
        }
    });
}

#[test]
fn a_bridge_takes_no_motion_at_all() {
    each(|mode, armed, nav_fresh, name, action| {
        if mode == Mode::Bridge && MOTIONS.contains(&name) {
            assert!(permits(mode, armed, nav_fresh, &action).is_err(), "{name}");
        }
    });
}

#[test]
fn burn_and_brake_are_not_entered_by_name() {
    each(|mode, armed, nav_fresh, name, action| {
        if ["set burn", "set brake"].contains(&name) {
            assert!(
                permits(mode, armed, nav_fresh, &action).is_err(),
                "{mode:?}"
            );
        }
    });
}

#[test]
fn nozzles_are_taken_in_hand_from_idle_manoeuvre_and_coast_alone() {
    each(|mode, armed, nav_fresh, name, action| {
        if name == "alloc manual" {
            let may = armed && nav_fresh;
            let from = matches!(mode, Mode::Idle | Mode::Manoeuvre | Mode::Coast);
            let verdict = permits(mode, armed, nav_fresh, &action);
            assert_eq!(verdict.is_ok(), may && from, "{mode:?}: {verdict:?}");
        }
    });
}

#[test]
fn the_loop_may_be_told_how_to_allocate_at_any_time_but_in_safe() {
    each(|mode, armed, nav_fresh, name, action| {
        if ["alloc auto", "alloc adaptive"].contains(&name) {
            let verdict = permits(mode, armed, nav_fresh, &action);
            assert_eq!(verdict.is_ok(), mode != Mode::Safe, "{mode:?}");
        }
    });
}

#[test]
fn nozzles_in_hand_leave_only_what_ends_it_and_nozzles_are_fired_in_hand_only() {
    let ends = [
        "disarm",
        "safe",
        "brake",
        "stop_thrust",
        "set idle",
        "set safe",
        "alloc auto",
        "alloc adaptive",
        "alloc manual",
    ];
    for (name, action) in actions() {
        let on = manual_override_permits(true, &action);
        let off = manual_override_permits(false, &action);
        if name == "nozzles" {
            assert_eq!((on, off), (Ok(()), Err(Reason::ManualOverrideOff)));
        } else if ends.contains(&name.as_str()) {
            assert_eq!((on, off), (Ok(()), Ok(())), "{name}");
        } else {
            let refused = Err(Reason::ManualOverrideActive);
            assert_eq!((on, off), (refused, Ok(())), "{name}");
        }
    }
}

#[test]
fn what_is_hazardous_is_confirmed_each_time_and_nothing_else() {
    let mut plain = nozzles(&[1], 1.0, 0.1);
    plain.confirmed = false;
    let refused = Err(Reason::ConfirmRequired);
    assert_eq!(confirmed(&action(FireNozzles(plain))), refused);
    assert_eq!(
        confirmed(&action(allocation(ManualOverride, false))),
        refused
    );
    for (name, action) in actions() {
        assert_eq!(confirmed(&action), Ok(()), "{name}");
    }
}

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
    ];
    for (reason, name) in reasons {
        let code = wire::ReasonCode::try_from(i32::from(reason as u8)).unwrap();
        assert_eq!(code.as_str_name(), format!("REASON_CODE_{name}"));
    }
}
