//! AUTO: thrusts by the sets of the craft's thrust map alone.

use qiki_alloc::{Bounds, Solution, Status};
use qiki_craft::{NOZZLES, nozzles_where};
use qiki_maps::{Direction, NozzleSet, ThrustMap};

use qiki_command::Reason;
use qiki_craft::Geometry;
use qiki_gnc::Wrench;

/// The sets of one craft.
#[derive(Debug, Clone)]
pub(crate) struct Sets {
    /// None where the craft's geometry has no map: then no axis has a set.
    map: Option<ThrustMap>,
    /// What AUTO is short of with all nozzles, computed once.
    shortage: Reason,
    /// Most pure force by sets along +X, -X, +Y, -Y, +Z, -Z, N.
    pub(crate) axis_force_n: [f64; 6],
}

impl Sets {
    /// `w_per_n`: what each nozzle draws, W/N; `power_max_w`: all of them together, W.
    pub(crate) fn new(geometry: &Geometry, w_per_n: &[f64; NOZZLES], power_max_w: f64) -> Self {
        let map = ThrustMap::new(&geometry.effectiveness, &geometry.thrust_max_n, w_per_n).ok();
        let mut axis_force_n = [0.0; 6];
        if let Some(map) = &map {
            for (most_n, direction) in axis_force_n.iter_mut().zip(Direction::all()) {
                *most_n = ceiling(map, direction, power_max_w);
            }
        }
        let shortage = map
            .as_ref()
            .map_or(Reason::ThrustMapMissing, |map| short_of(map, 0));
        Self {
            map,
            shortage,
            axis_force_n,
        }
    }

    /// The full or the economy set of a direction, where the craft has it.
    pub(crate) fn set(&self, full: bool, direction: Direction) -> Option<&NozzleSet> {
        let map = self.map.as_ref()?;
        let set = if full {
            map.full(direction)
        } else {
            map.economy(direction)
        };
        Some(set).filter(|set| set.exists())
    }

    /// What AUTO is short of with the nozzles that there are; None where every axis has a set.
    pub(crate) fn short_of(&self, bounds: &Bounds<NOZZLES>) -> Reason {
        // No set counters a nozzle that is stuck open.
        if bounds.lo.iter().any(|lo| *lo > 0.0) {
            return Reason::ValveFault;
        }
        match (&self.map, out_of_use(bounds)) {
            (Some(map), out) if out != 0 => short_of(map, out),
            _ => self.shortage,
        }
    }

    /// Thrusts for a wrench. A limit of one nozzle scales all of them alike, so that the ratios of
    /// the sets hold.
    pub(crate) fn allocate(
        &self,
        demanded: &Wrench,
        bounds: &Bounds<NOZZLES>,
        power_max_w: f64,
    ) -> Solution<NOZZLES> {
        let Some(map) = &self.map else {
            return Solution::default();
        };
        let by_sets = map.allocate(demanded, out_of_use(bounds), power_max_w);
        let part = (0..NOZZLES)
            .filter(|n| by_sets.thrust_n[*n] > bounds.hi[*n])
            .map(|n| bounds.hi[n] / by_sets.thrust_n[n])
            .fold(1.0, f64::min);
        let status = if part < 1.0 && by_sets.status == Status::Optimal {
            Status::Saturated
        } else {
            by_sets.status
        };
        Solution {
            thrust_n: std::array::from_fn(|n| (part * by_sets.thrust_n[n]).min(bounds.hi[n])),
            wrench: by_sets.wrench.map(|w| part * w),
            status,
            iterations: 0,
        }
    }
}

/// Which directions of a map have no set without the nozzles `unavailable`, as a reason.
fn short_of(map: &ThrustMap, unavailable: u16) -> Reason {
    let lost = map.lost(unavailable);
    let (mut forces, mut torques) = (false, false);
    for direction in Direction::all().filter(|d| lost & d.bit() != 0) {
        forces |= direction.is_translation();
        torques |= !direction.is_translation();
    }
    match (forces, torques) {
        (true, _) => Reason::ThrustMapMissing,
        (_, true) => Reason::TorqueMapMissing,
        _ => Reason::None,
    }
}

/// Bit n: nozzle n gives nothing.
fn out_of_use(bounds: &Bounds<NOZZLES>) -> u16 {
    nozzles_where(|n| bounds.hi[n] <= 0.0)
}

/// What the stronger set of a direction gives within the power, N or N·m.
fn ceiling(map: &ThrustMap, direction: Direction, power_max_w: f64) -> f64 {
    [map.economy(direction), map.full(direction)]
        .into_iter()
        .map(|set| set.ceiling * (power_max_w / map.power_w(set)).min(1.0))
        .fold(0.0, f64::max)
}

#[cfg(test)]
mod tests;
