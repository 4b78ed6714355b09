//! What is permitted when: the whole table, committed.
//!
//! `UPDATE_REFS=1 cargo test -p qiki-control --lib modes` writes it anew.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fmt::Write;

use qiki_command::{Action, AllocationMode, Firing, Goal, Mode, Reason, SEGMENTS_MAX, Segment};

use super::{confirmed, manual_override_permits, permits};

fn take(confirmed: bool) -> Action {
    Action::SetAllocation {
        mode: AllocationMode::ManualOverride,
        confirmed,
    }
}

fn fire_nozzles(confirmed: bool) -> Action {
    Action::Fire {
        firing: Firing {
            nozzles: 1 << 3 | 1 << 7,
            level: 0.5,
            duration_s: 0.2,
        },
        confirmed,
    }
}

fn allocate(mode: AllocationMode) -> Action {
    Action::SetAllocation {
        mode,
        confirmed: false,
    }
}

fn actions() -> Vec<(String, Action)> {
    let goal = Goal {
        position: Some([1.0, 2.0, 3.0].into()),
        attitude: None,
    };
    let burn = Action::Burn {
        segments: [Segment::IDLE; SEGMENTS_MAX],
        count: 1,
    };
    let commands = [
        ("arm", Action::Arm),
        ("disarm", Action::Disarm),
        ("safe", Action::Safe),
        ("brake", Action::Brake),
        ("hold", Action::Hold),
        ("go_to", Action::GoTo(goal)),
        ("fire", burn),
        ("stop_thrust", Action::StopThrust),
        ("alloc auto", allocate(AllocationMode::Auto)),
        ("alloc adaptive", allocate(AllocationMode::Adaptive)),
        ("alloc manual", take(true)),
        ("nozzles", fire_nozzles(true)),
    ];
    let named = commands.map(|(name, action)| (name.to_owned(), action));
    let modes = Mode::ALL.map(|mode| {
        (
            format!("set {mode:?}").to_lowercase(),
            Action::SetMode(mode),
        )
    });
    named.into_iter().chain(modes).collect()
}

/// One line for each mode, armed, fresh and action.
fn table() -> String {
    let mut text = String::from("# mode | armed | navigation | action | verdict\n");
    for mode in Mode::ALL {
        for armed in [false, true] {
            for nav_fresh in [false, true] {
                for (name, action) in actions() {
                    let verdict = match permits(mode, armed, fault(nav_fresh), &action) {
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

fn fault(nav_fresh: bool) -> Option<Reason> {
    (!nav_fresh).then_some(Reason::NavStale)
}

const MOTIONS: [&str; 6] = ["brake", "hold", "go_to", "fire", "alloc manual", "nozzles"];

#[test]
fn nothing_moves_before_arming_or_on_stale_navigation() {
    each(|mode, armed, nav_fresh, name, action| {
        if MOTIONS.contains(&name) && !(armed && nav_fresh) {
            assert!(
                permits(mode, armed, fault(nav_fresh), &action).is_err(),
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
                permits(mode, armed, fault(nav_fresh), &action),
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
                permits(mode, armed, fault(nav_fresh), &action).is_ok(),
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
            assert!(
                permits(mode, armed, fault(nav_fresh), &action).is_err(),
                "{name}"
            );
        }
    });
}

#[test]
fn burn_and_brake_are_not_entered_by_name() {
    each(|mode, armed, nav_fresh, name, action| {
        if ["set burn", "set brake"].contains(&name) {
            assert!(
                permits(mode, armed, fault(nav_fresh), &action).is_err(),
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
            let verdict = permits(mode, armed, fault(nav_fresh), &action);
            assert_eq!(verdict.is_ok(), may && from, "{mode:?}: {verdict:?}");
        }
    });
}

#[test]
fn the_loop_may_be_told_how_to_allocate_at_any_time_but_in_safe() {
    each(|mode, armed, nav_fresh, name, action| {
        if ["alloc auto", "alloc adaptive"].contains(&name) {
            let verdict = permits(mode, armed, fault(nav_fresh), &action);
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
    let plain = [take(false), fire_nozzles(false)];
    for action in plain {
        assert_eq!(confirmed(&action), Err(Reason::ConfirmRequired));
    }
    for (name, action) in actions() {
        assert_eq!(confirmed(&action), Ok(()), "{name}");
    }
}
