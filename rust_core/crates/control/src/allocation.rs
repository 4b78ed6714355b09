//! Stage 4: thrusts for the wrench that is demanded.
//!
//! ADAPTIVE takes any combination of nozzles (`qiki-alloc`), AUTO the sets of the thrust map
//! (`sets.rs`), manual override the named nozzles. The push of a thrust profile is computed from
//! the same nozzles, bounds and power.

use nalgebra::Vector3;
use qiki_alloc::{AXES, Allocator, Bounds, Solution, Status};
use qiki_burn::Push;
use qiki_command::{AllocationMode, Group, Mode, Reason, Segment, Target};
use qiki_craft::{Geometry, NOZZLES, levels, nozzles_in, nozzles_where};
use qiki_fdir::Authority;
use qiki_gnc::{Wrench, wrench};
use qiki_maps::{Direction, NozzleSet};

use crate::config::Parts;
use crate::decision::Decision;
use crate::estimate::Estimate;
use crate::sets::Sets;
use crate::tracking::Demand;
use qiki_fdir::NozzleStatus;

/// Part of the power that a push may draw, ratio. The rest holds the attitude meanwhile: of 45 kW
/// it is 4.5 kW, one open nozzle (4.2 kW). Higher gives pushes more force and lets the attitude
/// wait for power.
const PUSH_POWER_RATIO: f64 = 0.9;
/// A nozzle that may give less than this part of its thrust counts as impaired, ratio. One part in
/// a million is far above rounding and far below any limit.
const WHOLE: f64 = 1.0 - 1e-6;
/// Margin for the rounding of a sum of powers, ratio: sixteen terms round by far less, and a limit
/// must not be missed by rounding.
pub(crate) const POWER_ROUNDING: f64 = 1.0 + 1e-9;

/// Result of the allocation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allocation {
    pub(crate) solution: Solution<NOZZLES>,
}

/// Allocates thrusts for the demanded wrench.
#[derive(Debug, Clone)]
pub struct AllocationStage {
    /// Where the nozzles are, and what they give.
    pub geometry: Geometry,
    /// Power of each open nozzle, W.
    pub nozzle_w: [f64; NOZZLES],
    allocator: Allocator<NOZZLES>,
    sets: Sets,
    authority: Authority,
    /// Most pure force along +X, -X, +Y, -Y, +Z, -Z, N.
    axis_force_n: [f64; 6],
}

impl AllocationStage {
    /// With the nozzles and the weights of `parts`.
    #[must_use]
    pub fn new(parts: &Parts) -> Self {
        let (geometry, allocator) = (parts.geometry.clone(), parts.allocator.clone());
        let healthy = Bounds {
            lo: [0.0; NOZZLES],
            hi: geometry.thrust_max_n,
        };
        let axis_force_n = std::array::from_fn(|axis| {
            let mut wrench = [0.0; AXES];
            wrench[axis / 2] = if axis % 2 == 0 { 1.0 } else { -1.0 };
            allocator.reach(&wrench, &healthy)
        });
        Self {
            geometry,
            nozzle_w: parts.limits.power_w,
            allocator,
            sets: parts.sets.clone(),
            authority: parts.authority.clone(),
            axis_force_n,
        }
    }

    /// One tick.
    pub(crate) fn allocate(
        &mut self,
        estimate: &Estimate,
        decision: &Decision,
        demand: &Demand,
    ) -> Allocation {
        let (nozzles, available_w) = (&estimate.nozzles, estimate.power.available_w);
        let bounds = &nozzles.bounds;
        let power_w = self.power_w(estimate);
        let torque_first = decision.mode == Mode::Safe && nozzles.stuck_open != 0;
        let solution = if decision.manual.on {
            self.manual(decision, nozzles)
        } else if torque_first {
            self.authority.torque_first(&demand.wrench, bounds, power_w)
        } else if let Some(group_n) = &decision.group_n {
            self.with_group(demand, bounds, group_n, decision, available_w)
        } else if decision.allocation_mode == AllocationMode::Auto {
            self.sets.allocate(&demand.wrench, bounds, available_w)
        } else {
            self.allocator.set_power_max(power_w);
            self.allocator.solve(&demand.wrench, bounds)
        };
        Allocation { solution }
    }

    /// What AUTO is short of with the nozzles that there are.
    pub fn short_of(&self, bounds: &Bounds<NOZZLES>) -> Reason {
        self.sets.short_of(bounds)
    }

    /// The nozzle set of a group, where the craft has it.
    pub fn set(&self, group: Group) -> Option<&NozzleSet> {
        self.sets.set(group.full, direction(group))
    }

    /// The tick's check of whether the nozzles that are left can hold the craft.
    pub fn check_authority(&mut self, estimate: &Estimate) {
        let nozzles = &estimate.nozzles;
        self.authority
            .set_failures(nozzles.isolated, nozzles.stuck_open);
        if nozzles.isolated != 0 {
            let full_n = &self.geometry.thrust_max_n;
            let (isolated, open) = (nozzles.isolated, nozzles.stuck_open);
            let when_cool = NozzleStatus::new(isolated, open, *full_n, full_n).bounds;
            let power_w = self.power_w(estimate);
            self.authority
                .check_next(&when_cool, &nozzles.bounds, power_w);
        }
    }

    /// Whether the craft cannot be held with the nozzles that are left.
    pub fn authority_lost(&self) -> bool {
        self.authority.lost()
    }

    /// Power for all nozzles now, W. A nozzle that is stuck open draws its power whatever the
    /// budget.
    fn power_w(&self, estimate: &Estimate) -> f64 {
        let stuck_w = self.drawn_w(estimate.nozzles.stuck_open);
        estimate.power.available_w.max(stuck_w * POWER_ROUNDING)
    }

    /// What open nozzles draw, W.
    pub fn drawn_w(&self, nozzles: u16) -> f64 {
        nozzles_in(nozzles).map(|n| self.nozzle_w[n]).sum()
    }

    /// What thrusts draw on average, W.
    pub fn mean_w(&self, thrust_n: &[f64; NOZZLES]) -> f64 {
        let level = |n: usize| thrust_n[n] / self.geometry.thrust_max_n[n];
        (0..NOZZLES).map(|n| level(n) * self.nozzle_w[n]).sum()
    }

    /// The firing of manual override as an allocation.
    fn manual(&self, decision: &Decision, nozzles: &NozzleStatus) -> Solution<NOZZLES> {
        let mut level = levels(decision.manual.nozzles, decision.manual.level);
        for n in nozzles_in(nozzles.stuck_open) {
            level[n] = 1.0;
        }
        let (thrust_n, wrench) = self.geometry.thrust_at(&level);
        Solution {
            thrust_n,
            wrench,
            status: Status::Optimal,
            iterations: 0,
        }
    }

    /// The nozzles of a group give the thrusts of the group, all others the rest of the wrench,
    /// which holds the attitude.
    fn with_group(
        &mut self,
        demand: &Demand,
        bounds: &Bounds<NOZZLES>,
        group_n: &[f64; NOZZLES],
        decision: &Decision,
        available_w: f64,
    ) -> Solution<NOZZLES> {
        let mut bounds = *bounds;
        for n in (0..NOZZLES).filter(|n| group_n[*n] > 0.0) {
            bounds.lo[n] = group_n[n].min(bounds.hi[n]);
        }
        if decision.allocation_mode != AllocationMode::Auto {
            let drawn_w = self.drawn_at_least_w(&bounds);
            self.allocator.set_power_max(available_w.max(drawn_w));
            return self.allocator.solve(&demand.wrench, &bounds);
        }
        // The sets give the rest of the wrench, with the rest of nozzles and power.
        let by_group = self.allocator.wrench_of(&bounds.lo);
        let rest = std::array::from_fn(|i| demand.wrench[i] - by_group[i]);
        let free = Bounds {
            lo: [0.0; NOZZLES],
            hi: std::array::from_fn(|n| (bounds.hi[n] - bounds.lo[n]).max(0.0)),
        };
        let power_w = (available_w - self.mean_w(&bounds.lo)).max(0.0);
        let solution = self.sets.allocate(&rest, &free, power_w);
        let thrust_n = std::array::from_fn(|n| solution.thrust_n[n] + bounds.lo[n]);
        Solution {
            thrust_n,
            wrench: self.allocator.wrench_of(&thrust_n),
            ..solution
        }
    }

    /// What the lower bounds of the thrusts draw, W, with a margin for rounding.
    fn drawn_at_least_w(&self, bounds: &Bounds<NOZZLES>) -> f64 {
        self.mean_w(&bounds.lo) * POWER_ROUNDING
    }
}

/// Pushes of thrust profiles.
impl AllocationStage {
    /// Bit n: nozzle n gives nothing, or its full thrust whatever is demanded.
    pub fn out_of_use(&self, estimate: &Estimate) -> u16 {
        let bounds = &estimate.nozzles.bounds;
        let out = |n: usize| bounds.lo[n] > 0.0 || bounds.hi[n] <= 0.0;
        estimate.nozzles.isolated | (nozzles_where(out) & !estimate.heat.resting)
    }

    /// Bit n: nozzle n cannot give exactly its full thrust on demand.
    pub fn impaired(&self, estimate: &Estimate) -> u16 {
        let bounds = &estimate.nozzles.bounds;
        nozzles_where(|n| {
            let whole = bounds.hi[n] >= self.geometry.thrust_max_n[n] * WHOLE;
            bounds.lo[n] > 0.0 || !whole
        })
    }

    /// The push of a segment, with the nozzles and the power of now.
    pub fn push_of(
        &mut self,
        segment: &Segment,
        power_w: f64,
        estimate: &Estimate,
        mode: AllocationMode,
    ) -> Push {
        let power_w = PUSH_POWER_RATIO * power_w;
        match segment.target {
            Target::Direction(direction) => {
                let bounds = &estimate.nozzles.bounds;
                self.push_along(direction, segment.level, power_w, bounds, mode)
            }
            Target::Group(group) => self.push_with(group, power_w, estimate),
        }
    }

    /// Pure force that can surely be had along a direction, N: the attainable forces are a
    /// convex set, so a mix of the axes' ceilings is inside it.
    pub fn ceiling(&self, direction: Vector3<f64>, mode: AllocationMode) -> f64 {
        let axis_force_n = match mode {
            AllocationMode::Auto => &self.sets.axis_force_n,
            _ => &self.axis_force_n,
        };
        let share = |i: usize| {
            let axis = 2 * i + usize::from(direction[i] < 0.0);
            direction[i].abs() / axis_force_n[axis].max(1e-9)
        };
        1.0 / (share(0) + share(1) + share(2)).max(1e-9)
    }

    fn push_along(
        &mut self,
        direction: Vector3<f64>,
        level: f64,
        power_w: f64,
        bounds: &Bounds<NOZZLES>,
        mode: AllocationMode,
    ) -> Push {
        let ceiling_n = self.ceiling(direction, mode);
        let most = self.force_only(direction * ceiling_n, bounds, power_w, mode);
        let available_n = along(&most, direction);
        let demanded_n = (ceiling_n * level).min(available_n);
        let used = if demanded_n > 0.0 {
            self.force_only(direction * demanded_n, bounds, power_w, mode)
        } else {
            most
        };
        Push {
            direction,
            ceiling_n,
            available_n,
            power_limited: self.mean_w(&most.thrust_n) >= power_w * WHOLE,
            ..push_per_n(&used.thrust_n, along(&used, direction))
        }
    }

    /// Thrusts for a force without torque, or for the largest part of it that can be had.
    fn force_only(
        &mut self,
        force_n: Vector3<f64>,
        bounds: &Bounds<NOZZLES>,
        power_w: f64,
        mode: AllocationMode,
    ) -> Solution<NOZZLES> {
        let demanded = wrench(force_n, Vector3::zeros());
        if mode == AllocationMode::Auto {
            return self.sets.allocate(&demanded, bounds, power_w);
        }
        let drawn_w = self.drawn_at_least_w(bounds);
        self.allocator.set_power_max(power_w.max(drawn_w));
        self.allocator.solve_along(&demanded, bounds, 0.0)
    }

    fn push_with(&self, group: Group, power_w: f64, estimate: &Estimate) -> Push {
        let Some(set) = self.set(group) else {
            return push_per_n(&[0.0; NOZZLES], 0.0);
        };
        let force = Vector3::new(set.wrench[0], set.wrench[1], set.wrench[2]);
        let bounds = &estimate.nozzles.bounds;
        let share = |n: usize| bounds.hi[n] / set.thrust_n[n];
        let pushes = (0..NOZZLES).filter(|n| set.thrust_n[*n] > 0.0);
        let share_min = pushes.map(share).fold(1.0, f64::min);
        let power_share = power_w / self.mean_w(&set.thrust_n).max(1e-9);
        Push {
            direction: force.normalize(),
            ceiling_n: force.norm(),
            available_n: force.norm() * share_min.min(power_share),
            power_limited: power_share < share_min,
            group_only: true,
            group_broken: set.nozzles & self.out_of_use(estimate) != 0,
            ..push_per_n(&set.thrust_n, force.norm())
        }
    }
}

/// Thrusts that together give a net force.
fn push_per_n(thrust_n: &[f64; NOZZLES], force_n: f64) -> Push {
    let per_n = |value: f64| if force_n > 0.0 { value / force_n } else { 0.0 };
    Push {
        direction: Vector3::x(),
        ceiling_n: 0.0,
        available_n: 0.0,
        power_limited: false,
        thrust_per_n: thrust_n.map(per_n),
        group_only: false,
        group_broken: false,
    }
}

fn along(solution: &Solution<NOZZLES>, direction: Vector3<f64>) -> f64 {
    let [x, y, z, ..]: Wrench = solution.wrench;
    Vector3::new(x, y, z).dot(&direction).max(0.0)
}

/// The direction of the thrust map that a group pushes along.
fn direction(group: Group) -> Direction {
    let along = group.axis.direction();
    let axis = along.iamax();
    Direction::of(axis, along[axis])
}

#[cfg(test)]
mod tests;
