//! Whether the nozzles that are left can hold the craft, and the best allocation where they cannot.
//!
//! The craft can be held when the force and torque of nozzles that are stuck open can be cancelled,
//! and when beyond that there is some torque about every axis in both directions. Each of these is
//! one allocation. One is solved each tick while any nozzle is out, so that a tick stays short. If
//! one fails with all the power that the craft can have, authority is lost at once. If one fails
//! with the power of now, authority is lost when that lasts. A loss of force along an axis alone
//! does not count: the craft holds its attitude and can turn.

use nalgebra::Matrix3;
use qiki_alloc::{AXES, AllocError, Allocator, Bounds, Power, Solution, Status};
use qiki_craft::{ControlConfig, NOZZLES};

use qiki_craft::Geometry;

/// Torque that must be left, as a part of the torque for the acceleration limit of slews, ratio.
/// `0.25 * 0.2 rad/s² * 210 kg·m²` = 10.5 N·m, which ends a rate of 0.17 rad/s in 3.4 s. Higher
/// gives up crafts that could still hold their attitude; lower calls a craft held that a small
/// disturbance can turn.
const TORQUE_RESERVE: f64 = 0.25;
/// Weight of force errors against its usual value where not all of the wrench can be had, ratio.
/// The usual weights (0.01 for a newton, 0.02 for a newton metre, BotSpec) would give up torque for
/// force; at a hundredth what cannot be cancelled moves the craft instead of turning it.
const FORCE_WEIGHT_RATIO: f64 = 0.01;
/// The zero wrench, and a torque in both directions about each of three axes.
const TEST_WRENCHES: usize = 7;
/// Power must be short for this long before authority counts as lost, s: two power reports (10 Hz),
/// so that a single one does not decide. An uncountered nozzle turns the craft by up to 0.18 rad/s
/// meanwhile (240 N at 0.77 m about 205 kg·m²), about the rate of a slew. Longer lets it turn
/// faster.
const POWER_SHORTAGE_MAX_S: f64 = 0.2;

/// The check, and an allocation that puts torque before force.
#[derive(Debug, Clone)]
pub struct Authority {
    allocator: Allocator<NOZZLES>,
    power_max_w: f64,
    test_wrenches: [[f64; AXES]; TEST_WRENCHES],
    /// Nozzles that are out: bits of those that give nothing and those that give all.
    closed: u16,
    open: u16,
    next: usize,
    /// Rounds since these nozzles are out; the first one is computed with all power.
    rounds: u32,
    failed_in_round: bool,
    /// Rounds in a row that failed, and at how many authority is lost.
    failed: u32,
    failed_rounds_max: u32,
    lost: bool,
}

impl Authority {
    /// A check for the nozzles of `geometry` under `power`, once a tick of `dt_s`.
    ///
    /// # Errors
    /// [`AllocError`] where the effectiveness cannot be used.
    pub fn new(
        geometry: &Geometry,
        control: &ControlConfig,
        power: Power<NOZZLES>,
        dt_s: f64,
    ) -> Result<Self, AllocError> {
        let force = control.force_weight_per_n * FORCE_WEIGHT_RATIO;
        let torque = control.torque_weight_per_nm;
        let scale = [force, force, force, torque, torque, torque];
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let failed_rounds_max =
            (POWER_SHORTAGE_MAX_S / (dt_s * TEST_WRENCHES as f64)).ceil() as u32;
        let alpha_rps2 = TORQUE_RESERVE * control.attitude.limits.acceleration_max_rps2;
        Ok(Self {
            allocator: Allocator::with_power(geometry.effectiveness, scale, power)?,
            power_max_w: power.max_w,
            test_wrenches: test_wrenches(&geometry.inertia, alpha_rps2),
            closed: 0,
            open: 0,
            next: 0,
            rounds: 0,
            failed_in_round: false,
            failed: 0,
            failed_rounds_max,
            lost: false,
        })
    }

    /// From now on `isolated` nozzles give nothing, or all of their thrust where they are `open`.
    /// The check begins anew where these differ from before.
    pub fn set_failures(&mut self, isolated: u16, open: u16) {
        if (isolated, open) != (self.closed, self.open) {
            (self.closed, self.open) = (isolated, open);
            (self.next, self.rounds, self.failed) = (0, 0, 0);
            (self.failed_in_round, self.lost) = (false, false);
        }
    }

    /// Solves the next test wrench; call it once a tick while any nozzle is out. `healthy` are the
    /// bounds with faults alone; `bounds` and `power_max_w` are those of now, with heat, rests and
    /// power.
    pub fn check_next(
        &mut self,
        healthy: &Bounds<NOZZLES>,
        bounds: &Bounds<NOZZLES>,
        power_max_w: f64,
    ) {
        let first = self.rounds == 0;
        let (bounds, power_w) = if first {
            (healthy, self.power_max_w)
        } else {
            (bounds, power_max_w)
        };
        self.allocator.set_power_max(power_w);
        let wrench = &self.test_wrenches[self.next];
        let met = self.allocator.solve(wrench, bounds).status == Status::Optimal;
        self.failed_in_round |= !met;
        self.lost |= first && !met;
        self.next = (self.next + 1) % TEST_WRENCHES;
        if self.next == 0 {
            self.end_round();
        }
    }

    fn end_round(&mut self) {
        self.failed = if self.failed_in_round {
            self.failed + 1
        } else {
            0
        };
        self.lost |= self.failed >= self.failed_rounds_max;
        self.rounds = self.rounds.saturating_add(1);
        self.failed_in_round = false;
    }

    /// The craft cannot be held with the nozzles that are left.
    pub fn lost(&self) -> bool {
        self.lost
    }

    /// Thrusts that come nearest to `wrench`, its torque before its force.
    pub fn torque_first(
        &mut self,
        wrench: &[f64; AXES],
        bounds: &Bounds<NOZZLES>,
        power_max_w: f64,
    ) -> Solution<NOZZLES> {
        self.allocator.set_power_max(power_max_w);
        self.allocator.solve(wrench, bounds)
    }
}

fn test_wrenches(inertia: &Matrix3<f64>, alpha_rps2: f64) -> [[f64; AXES]; TEST_WRENCHES] {
    std::array::from_fn(|i| {
        let mut wrench = [0.0; AXES];
        if let Some(direction) = i.checked_sub(1) {
            let (axis, sign) = (direction / 2, [1.0, -1.0][direction % 2]);
            wrench[3 + axis] = sign * alpha_rps2 * inertia[(axis, axis)];
        }
        wrench
    })
}

#[cfg(test)]
mod tests;
