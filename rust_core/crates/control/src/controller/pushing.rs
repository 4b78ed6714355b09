//! What the segments of a profile push with, and what a group leaves to the others.

use nalgebra::Vector3;
use qiki_alloc::{AXES, Bounds, Solution};
use qiki_craft::{NOZZLES, nozzles_where};
use qiki_maps::Direction;

use super::Controller;
use qiki_burn::Push;
use qiki_command::AllocationMode;
use qiki_command::{Group, Segment, Target};
use qiki_gnc::{Wrench, wrench};

/// A push may have this part of the power; the rest is for the attitude, and for what is left
/// where whole nozzles do not fill it.
const PUSH_PART: f64 = 0.9;
/// A nozzle that may have less than this part of its thrust is not what it should be.
const WHOLE: f64 = 1.0 - 1e-6;

impl Controller {
    /// Bit n: nozzle n gives nothing, or all it has whatever is asked.
    pub(super) fn out_of_use(&self, bounds: &Bounds<NOZZLES>) -> u16 {
        let out = |n: usize| bounds.lo[n] > 0.0 || bounds.hi[n] <= 0.0;
        let resting = self.heat.resting();
        let isolated = self.health.isolated();
        isolated | (nozzles_where(out) & !resting)
    }

    /// Bit n: nozzle n is not good for full thrust.
    pub(super) fn impaired(&self, bounds: &Bounds<NOZZLES>) -> u16 {
        nozzles_where(|n| {
            let whole = bounds.hi[n] >= self.geometry.thrust_max_n[n] * WHOLE;
            bounds.lo[n] > 0.0 || !whole
        })
    }

    /// What a segment pushes with, with the nozzles and the power there are.
    pub(super) fn push_of(&mut self, segment: &Segment, power_w: f64) -> Push {
        let power_w = PUSH_PART * power_w;
        match segment.target {
            Target::Direction(direction) => self.push_along(direction, segment.level, power_w),
            Target::Group(group) => self.push_with(group, power_w),
        }
    }

    fn push_along(&mut self, direction: Vector3<f64>, level: f64, power_w: f64) -> Push {
        let ceiling_n = self.ceiling(direction);
        let bounds = self.bounds();
        let most = self.thrusts(direction * ceiling_n, &bounds, power_w);
        let most_n = along(&most, direction);
        let asked_n = (ceiling_n * level).min(most_n);
        let used = if asked_n > 0.0 {
            self.thrusts(direction * asked_n, &bounds, power_w)
        } else {
            most
        };
        Push {
            direction,
            ceiling_n,
            most_n,
            starved: self.mean_w(&most.thrust_n) >= power_w * WHOLE,
            ..self.push(&used.thrust_n, along(&used, direction))
        }
    }

    /// Thrusts for a force and no torque, or for as much of it as there is.
    fn thrusts(
        &mut self,
        force_n: Vector3<f64>,
        bounds: &Bounds<NOZZLES>,
        power_w: f64,
    ) -> Solution<NOZZLES> {
        let asked = wrench(force_n, Vector3::zeros());
        if self.allocation_mode() == AllocationMode::Auto {
            return self.sets.allocate(&asked, bounds, power_w);
        }
        let drawn_w = self.drawn_at_least_w(bounds);
        self.allocator.set_power_max(power_w.max(drawn_w));
        self.allocator.solve_along(&asked, bounds, 0.0)
    }

    fn push_with(&self, group: Group, power_w: f64) -> Push {
        let Some(set) = self.sets.set(group.full, direction(group)) else {
            return self.push(&[0.0; NOZZLES], 0.0);
        };
        let force = Vector3::new(set.wrench[0], set.wrench[1], set.wrench[2]);
        let bounds = self.bounds();
        let share = |n: usize| bounds.hi[n] / set.thrust_n[n];
        let pushes = (0..NOZZLES).filter(|n| set.thrust_n[*n] > 0.0);
        let whole = pushes.map(share).fold(1.0, f64::min);
        let powered = power_w / self.mean_w(&set.thrust_n).max(1e-9);
        Push {
            direction: force.normalize(),
            ceiling_n: force.norm(),
            most_n: force.norm() * whole.min(powered),
            starved: powered < whole,
            exact: true,
            broken: set.nozzles & self.out_of_use(&bounds) != 0,
            ..self.push(&set.thrust_n, force.norm())
        }
    }

    /// Thrusts that together give a net force.
    fn push(&self, thrust_n: &[f64; NOZZLES], force_n: f64) -> Push {
        let per_n = |value: f64| if force_n > 0.0 { value / force_n } else { 0.0 };
        Push {
            direction: Vector3::x(),
            ceiling_n: 0.0,
            most_n: 0.0,
            starved: false,
            thrust_per_n: thrust_n.map(per_n),
            exact: false,
            broken: false,
        }
    }

    /// The nozzles of a group give what the group gives, all others the rest of the wrench: what
    /// holds the attitude.
    pub(super) fn allocate_with_group(
        &mut self,
        asked: &Wrench,
        bounds: &Bounds<NOZZLES>,
        group_n: &[f64; NOZZLES],
    ) -> Solution<NOZZLES> {
        let mut bounds = *bounds;
        for n in (0..NOZZLES).filter(|n| group_n[*n] > 0.0) {
            bounds.lo[n] = group_n[n].min(bounds.hi[n]);
        }
        if self.allocation_mode() != AllocationMode::Auto {
            let drawn_w = self.drawn_at_least_w(&bounds);
            self.allocator
                .set_power_max(self.power.power_w().max(drawn_w));
            return self.allocator.solve(asked, &bounds);
        }
        // The sets give what the group leaves, with what is left of nozzles and power.
        let given = self.allocator.wrench_of(&bounds.lo);
        let rest = std::array::from_fn(|i| asked[i] - given[i]);
        let free = Bounds {
            lo: [0.0; NOZZLES],
            hi: std::array::from_fn(|n| (bounds.hi[n] - bounds.lo[n]).max(0.0)),
        };
        let power_w = (self.power.power_w() - self.mean_w(&bounds.lo)).max(0.0);
        let solution = self.sets.allocate(&rest, &free, power_w);
        let thrust_n = std::array::from_fn(|n| solution.thrust_n[n] + bounds.lo[n]);
        Solution {
            thrust_n,
            wrench: self.allocator.wrench_of(&thrust_n),
            ..solution
        }
    }

    /// What the least thrusts draw, W, and a little more against rounding.
    fn drawn_at_least_w(&self, bounds: &Bounds<NOZZLES>) -> f64 {
        self.mean_w(&bounds.lo) * (1.0 + 1e-9)
    }

    /// What thrusts draw on average, W.
    pub(super) fn mean_w(&self, thrust_n: &[f64; NOZZLES]) -> f64 {
        let level = |n: usize| thrust_n[n] / self.geometry.thrust_max_n[n];
        (0..NOZZLES).map(|n| level(n) * self.nozzle_w[n]).sum()
    }

    pub(super) fn force_direction(&self, n: usize) -> Vector3<f64> {
        let b = &self.geometry.effectiveness;
        Vector3::new(b[0][n], b[1][n], b[2][n])
    }
}

fn along(solution: &Solution<NOZZLES>, direction: Vector3<f64>) -> f64 {
    let [x, y, z, ..]: [f64; AXES] = solution.wrench;
    Vector3::new(x, y, z).dot(&direction).max(0.0)
}

/// The direction of the thrust map that a group pushes along.
pub(super) fn direction(group: Group) -> Direction {
    let along = group.axis.direction();
    let axis = along.iamax();
    Direction::of(axis, along[axis])
}
