//! What AUTO is short of, and what heat takes off a set.
#![allow(clippy::unwrap_used, clippy::panic)]

use qiki_alloc::{Bounds, Status};
use qiki_craft::{Craft, NOZZLES};

use super::Sets;
use qiki_command::Reason;
use qiki_craft::{Geometry, geometry};

const TABLE: &str = include_str!("../../../craft/fixtures/dodeca-table.json");

fn craft() -> Geometry {
    geometry(&Craft::from_json(TABLE).unwrap())
}

fn sets() -> Sets {
    Sets::new(&craft(), &[17.5; NOZZLES], 45_000.0)
}

fn healthy() -> Bounds<NOZZLES> {
    Bounds {
        lo: [0.0; NOZZLES],
        hi: craft().thrust_max_n,
    }
}

fn without(nozzle: usize) -> Bounds<NOZZLES> {
    let mut bounds = healthy();
    bounds.hi[nozzle] = 0.0;
    bounds
}

#[test]
fn a_healthy_craft_is_short_of_nothing() {
    assert_eq!(sets().short_of(&healthy()), Reason::None);
}

#[test]
fn an_axis_without_a_set_is_named_by_its_map() {
    // Nozzle 8 is one of the four that push the craft of the table down, and has no other part.
    assert_eq!(sets().short_of(&without(8)), Reason::ThrustMapMissing);
    for n in 0..NOZZLES {
        assert_ne!(sets().short_of(&without(n)), Reason::None, "nozzle {n}");
    }
}

#[test]
fn a_nozzle_that_does_not_close_is_more_than_a_missing_set() {
    let mut bounds = without(8);
    bounds.lo[3] = bounds.hi[3];
    assert_eq!(sets().short_of(&bounds), Reason::ValveFault);
}

#[test]
fn a_craft_without_a_map_has_no_set_at_all() {
    // All nozzles push the same way: there is nothing to make a set for the other axes of.
    let mut flat = craft();
    for row in &mut flat.effectiveness {
        *row = [f64::NAN; NOZZLES];
    }
    let sets = Sets::new(&flat, &[17.5; NOZZLES], 45_000.0);
    assert_eq!(sets.short_of(&healthy()), Reason::ThrustMapMissing);
    assert_eq!(sets.axis_force_n, [0.0; 6]);
    let push = [100.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    let solution = sets.allocate(&push, &healthy(), 45_000.0);
    assert_eq!(
        (solution.status, solution.thrust_n),
        (Status::BadInput, [0.0; NOZZLES])
    );
}

#[test]
fn the_ceilings_of_the_axes_are_those_of_the_stronger_sets() {
    let sets = sets();
    // 4 x 220 N, 45 degrees off the axis.
    for axis in [4, 5] {
        assert!((sets.axis_force_n[axis] - 4.0 * 220.0 * 0.5_f64.sqrt()).abs() < 0.5);
    }
    // 880 N draw 15.4 kW; half of it leaves half of the force.
    let poor = Sets::new(&craft(), &[17.5; NOZZLES], 7_700.0);
    assert!((poor.axis_force_n[4] / sets.axis_force_n[4] - 0.5).abs() < 1e-9);
}

#[test]
fn what_heat_takes_off_one_nozzle_is_taken_off_its_whole_set() {
    let sets = sets();
    let up = [0.0, 0.0, 600.0, 0.0, 0.0, 0.0];
    let cool = sets.allocate(&up, &healthy(), 45_000.0);
    assert_eq!(cool.status, Status::Optimal);
    let mut bounds = healthy();
    bounds.hi[13] *= 0.5;
    let warm = sets.allocate(&up, &bounds, 45_000.0);
    assert_eq!(warm.status, Status::Saturated);
    for n in 0..NOZZLES {
        assert!(warm.thrust_n[n] <= bounds.hi[n]);
        assert!((warm.thrust_n[n] - warm.thrust_n[12]).abs() < 1e-9 || n < 12);
    }
    assert!((warm.wrench[2] - 2.0 * 220.0 * 0.5_f64.sqrt()).abs() < 0.5);
    let across = [0, 1, 3, 4, 5].map(|i| warm.wrench[i].abs());
    assert!(across.into_iter().all(|w| w < 1e-3), "{:?}", warm.wrench);
}
