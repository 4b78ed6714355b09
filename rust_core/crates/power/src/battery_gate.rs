//! What the battery's state of charge permits, and what is kept of it for the avionics.

use qiki_craft::PowerPlane;

use crate::gate::RcsAllowance;
use crate::units::J_PER_WH;

/// Time for which the reserve carries the loads that are never shed, base and computer, beyond what
/// the steady source gives, s: half an hour to find out what happened and to reach a station. Of
/// `dodeca-01` it is 65 W for so long, 33 Wh or 6.5 % of the battery. Longer leaves less for
/// stabilising.
const RESERVE_S: f64 = 1800.0;
/// Largest part of the battery that is kept, ratio: a craft whose avionics need more than half of it
/// in [`RESERVE_S`] must still be able to use the other half.
const RESERVE_SOC_MAX: f64 = 0.5;

/// State of charge below which the nozzles get nothing from the battery, 0..1.
#[must_use]
pub fn reserve_soc(plane: &PowerPlane) -> f64 {
    let kept_w = plane.base_out_w + plane.mcqpu_w - plane.base_in_w;
    let soc = kept_w * RESERVE_S / (plane.battery_capacity_wh * J_PER_WH);
    soc.clamp(0.0, RESERVE_SOC_MAX)
}

/// Whether the battery is low: at `battery_shed_soc` and below, until `battery_restore_soc`.
#[derive(Debug, Clone)]
pub(crate) struct BatteryGate {
    shed_soc: f64,
    restore_soc: f64,
    reserve_soc: f64,
    low: bool,
    spent: bool,
}

impl BatteryGate {
    pub(crate) fn new(plane: &PowerPlane) -> Self {
        Self {
            shed_soc: plane.battery_shed_soc,
            restore_soc: plane.battery_restore_soc,
            reserve_soc: reserve_soc(plane),
            low: false,
            spent: false,
        }
    }

    /// Takes in a state of charge, 0..1; NaN counts as empty.
    pub(crate) fn update(&mut self, soc: f64) {
        self.low = if self.low {
            soc < self.restore_soc
        } else {
            soc <= self.shed_soc
        };
        let above_reserve = soc > self.reserve_soc;
        self.spent = self.low || !above_reserve;
    }

    /// The battery was low, and has not recovered since: loads are shed.
    pub(crate) fn low(&self) -> bool {
        self.low
    }

    /// Nothing is left for a push: the battery is low, or at its reserve.
    pub(crate) fn spent(&self) -> bool {
        self.spent
    }

    /// What is left of a right that the supercapacitor's charge gives.
    pub(crate) fn limit(&self, allowance: RcsAllowance) -> RcsAllowance {
        if self.spent {
            RcsAllowance::StabiliseOnly
        } else {
            allowance
        }
    }
}
