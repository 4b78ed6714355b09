//! What is permitted when: the whole table, committed.
//!
//! `UPDATE_REFS=1 cargo test -p qiki-control --test permits` writes it anew.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use std::fmt::Write;

use common::*;
use qiki_control::{Action, Command, Mode, permits};
use qiki_messages::commands::{self as wire, BodyAxis};

fn action(wire: wire::command::Action) -> Action {
    let message = wire::Command {
        action: Some(wire),
        ..wire::Command::default()
    };
    Command::from_wire(&message).action.unwrap()
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

const MOTIONS: [&str; 4] = ["brake", "hold", "go_to", "fire"];

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
fn reasons_and_their_numbers_are_those_of_the_contract() {
    use qiki_control::Reason::*;
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
    ];
    for (reason, name) in reasons {
        let code = wire::ReasonCode::try_from(i32::from(reason as u8)).unwrap();
        assert_eq!(code.as_str_name(), format!("REASON_CODE_{name}"));
    }
}
