//! Which faults there are, and which are refused.

use qiki_faults::{DROPOUTS, Dropout, Fault, FaultKind, LinkFault};
use qiki_plant::ValveFault;

fn refused(kind: &str, target: i64, sensor: &str) -> String {
    let error = Fault::new(kind, target, sensor).expect_err("no such fault");
    error.to_string()
}

#[test]
fn every_kind_is_found_by_its_name_and_has_a_name_of_its_own() {
    for (i, kind) in FaultKind::ALL.into_iter().enumerate() {
        assert_eq!(FaultKind::from_name(kind.name()), Some(kind));
        let others = &FaultKind::ALL[..i];
        assert!(others.iter().all(|other| other.name() != kind.name()));
        assert!(!kind.meaning().is_empty());
    }
    for (i, sensor) in DROPOUTS.into_iter().enumerate() {
        assert_eq!(Dropout::from_name(sensor.name()), Some(sensor));
        assert_eq!(sensor as usize, i);
    }
}

#[test]
fn every_fault_of_a_valve_is_a_kind() {
    for fault in ValveFault::ALL {
        assert!(FaultKind::ALL.contains(&FaultKind::Valve(fault)));
    }
}

#[test]
fn the_same_kind_on_the_same_target_is_the_same_fault() {
    let silent = |cluster| Fault::new("node_silent", cluster, "").expect("a cluster");
    assert_eq!(silent(2), Fault::Link(LinkFault::NodeSilent(2)));
    assert_ne!(silent(2), silent(3));
    let valve = Fault::Valve {
        nozzle: 15,
        fault: ValveFault::StuckOpen,
    };
    assert_eq!(Fault::new("stuck_open", 15, ""), Ok(valve));
}

#[test]
fn what_cannot_be_is_refused_with_what_is_allowed() {
    assert_eq!(
        refused("stuck_open", 16, ""),
        "fault stuck_open: nozzle 16; 0..15 allowed"
    );
    assert_eq!(
        refused("stuck_open", -1, ""),
        "fault stuck_open: nozzle -1; 0..15 allowed"
    );
    assert_eq!(
        refused("node_silent", 4, ""),
        "fault node_silent: cluster 4; 0..3 allowed"
    );
    for percent in [0, 101, 256 + 1] {
        assert_eq!(
            refused("lost_frames", percent, ""),
            format!("fault lost_frames: percent {percent}; 1..100 allowed")
        );
    }
    assert_eq!(
        refused("nav_dropout", 0, "radar"),
        "fault nav_dropout: sensor 'radar'; one of rates, attitude, position, velocity, all needed"
    );
    assert_eq!(
        refused("meteorite", 0, ""),
        "fault 'meteorite' is not known; known: stuck_closed, stuck_open, stuck_closed_unseen, \
         stuck_open_unseen, sensor_closed, sensor_open, nav_dropout, node_silent, lost_frames"
    );
}
