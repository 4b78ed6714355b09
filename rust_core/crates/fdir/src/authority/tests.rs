//! When the nozzles that are left can hold the craft.
#![allow(clippy::unwrap_used, clippy::panic)]

use qiki_alloc::{Allocator, Bounds, Power, Status};
use qiki_craft::{Craft, Geometry, NOZZLES, geometry, per_nozzle};

use super::Authority;

const ALL_W: f64 = 44_000.0;

/// A craft, the check, and an allocator that weighs force and torque as the controller does.
struct Parts {
    geometry: Geometry,
    allocator: Allocator<NOZZLES>,
    authority: Authority,
}

fn whole() -> Parts {
    let craft = Craft::from_json(include_str!("../../../craft/fixtures/dodeca-01.json")).unwrap();
    let (control, bus) = (&craft.control, &craft.power);
    let others_w = bus.base_out_w + bus.mcqpu_w + bus.radar_w + bus.transponder_w + bus.nbl_w;
    let power = Power {
        w_per_n: per_nozzle(&craft, |t| t.power_w_per_n),
        max_w: control.rcs_power_max_w.min(bus.peak_max_w - others_w),
    };
    let geometry = geometry(&craft);
    let (f, t) = (control.force_weight_per_n, control.torque_weight_per_nm);
    let scale = [f, f, f, t, t, t];
    Parts {
        allocator: Allocator::with_power(geometry.effectiveness, scale, power).unwrap(),
        authority: Authority::new(&geometry, control, power, 0.002).unwrap(),
        geometry,
    }
}

fn bounds(parts: &Parts, closed: u16, open: u16) -> Bounds<NOZZLES> {
    let full = parts.geometry.thrust_max_n;
    let level = |n: usize| {
        let stuck = |mask: u16| mask >> n & 1 == 1;
        match (stuck(closed), stuck(open)) {
            (true, _) => (0.0, 0.0),
            (_, true) => (full[n], full[n]),
            _ => (0.0, full[n]),
        }
    };
    Bounds {
        lo: std::array::from_fn(|n| level(n).0),
        hi: std::array::from_fn(|n| level(n).1),
    }
}

/// Looks on for so many ticks.
fn after(authority: &mut Authority, parts: &Parts, faults: (u16, u16), ticks: u32) -> bool {
    let (closed, open) = faults;
    for _ in 0..ticks {
        let bounds = bounds(parts, closed, open);
        authority.set_failures(closed | open, open);
        if closed | open != 0 {
            authority.check_next(&bounds, &bounds, ALL_W);
        }
    }
    authority.lost()
}

#[test]
fn any_one_nozzle_can_be_missed_or_countered() {
    let parts = whole();
    let mut authority = parts.authority.clone();
    assert!(!after(&mut authority, &parts, (0, 0), 100));
    for n in 0..NOZZLES {
        assert!(
            !after(&mut authority, &parts, (1 << n, 0), 50),
            "{n} closed"
        );
        assert!(!after(&mut authority, &parts, (0, 1 << n), 50), "{n} open");
    }
}

#[test]
fn of_all_pairs_twelve_are_too_much_and_seen_within_seven_ticks() {
    let parts = whole();
    let mut authority = parts.authority.clone();
    let mut lost = Vec::new();
    for a in 0..NOZZLES {
        for b in 0..NOZZLES {
            if a < b {
                for faults in [(1 << a | 1 << b, 0), (0, 1 << a | 1 << b)] {
                    assert!(!after(&mut authority, &parts, faults, 7), "{a} {b} alike");
                }
            }
            if a != b && after(&mut authority, &parts, (1 << a, 1 << b), 7) {
                lost.push((a, b));
            }
        }
    }
    // Closed, open.
    let known = [
        (0, 2),
        (0, 11),
        (1, 7),
        (2, 0),
        (2, 15),
        (4, 6),
        (4, 9),
        (6, 4),
        (6, 13),
        (7, 1),
        (8, 14),
        (14, 8),
    ];
    assert_eq!(lost, known);
}

#[test]
fn what_is_lost_is_found_again_with_the_nozzle() {
    let parts = whole();
    let mut authority = parts.authority.clone();
    assert!(after(&mut authority, &parts, (1, 1 << 2), 7));
    assert!(!after(&mut authority, &parts, (0, 1 << 2), 1));
    assert!(!after(&mut authority, &parts, (0, 1 << 2), 50));
}

#[test]
fn power_that_is_short_for_a_moment_is_waited_for() {
    let parts = whole();
    let mut authority = parts.authority.clone();
    let open = 1 << 8 | 1 << 12;
    let stuck = bounds(&parts, 0, open);
    assert!(!after(&mut authority, &parts, (0, open), 50));
    let mut short = |ticks: u32| {
        for _ in 0..ticks {
            authority.set_failures(open, open);
            authority.check_next(&stuck, &stuck, 20_000.0);
        }
        authority.lost()
    };
    assert!(!short(80), "0.16 s");
    assert!(short(40), "0.24 s");
}

#[test]
fn where_not_all_can_be_had_the_torque_is() {
    let parts = whole();
    let stuck = bounds(&parts, 1, 1 << 2);
    let mut even = parts.allocator.clone();
    let mut authority = parts.authority.clone();
    let torque = |wrench: [f64; 6]| wrench[3..].iter().map(|t| t * t).sum::<f64>().sqrt();
    let asked = [0.0; 6];
    let (first, both) = (
        authority.torque_first(&asked, &stuck, ALL_W),
        even.solve(&asked, &stuck),
    );
    assert_eq!(
        (first.status, both.status),
        (Status::Saturated, Status::Saturated)
    );
    assert!(torque(first.wrench) < 0.1, "{:?}", first.wrench);
    assert!(torque(both.wrench) > 1.0, "{:?}", both.wrench);
}
