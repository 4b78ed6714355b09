//! What can be had along a direction.
#![allow(clippy::unwrap_used, clippy::panic)]

use nalgebra::Vector3;
use qiki_alloc::{Bounds, Status};
use qiki_command::AllocationMode;
use qiki_craft::{Craft, NOZZLES};

use super::AllocationStage;
use crate::config::parts;

fn stage() -> AllocationStage {
    let json = include_str!("../../../craft/fixtures/dodeca-01.json");
    let parts = parts(&Craft::from_json(json).unwrap(), 2000).unwrap();
    AllocationStage::new(&parts)
}

#[test]
fn the_pure_force_of_a_direction_can_be_had_with_no_torque() {
    let mut stage = stage();
    let bounds = Bounds {
        lo: [0.0; NOZZLES],
        hi: stage.geometry.thrust_max_n,
    };
    for direction in [
        [1.0, 0.0, 0.0],
        [0.0, -1.0, 0.0],
        [0.6, 0.0, 0.8],
        [-0.48, 0.6, -0.64],
    ] {
        let direction = Vector3::from(direction);
        let force = direction * stage.ceiling(direction, AllocationMode::Adaptive);
        assert!(force.norm() > 100.0);
        let wrench = [force.x, force.y, force.z, 0.0, 0.0, 0.0];
        let solution = stage.allocator.solve(&wrench, &bounds);
        assert_eq!(solution.status, Status::Optimal, "{direction:?}");
    }
}
