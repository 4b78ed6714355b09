//! Battery and supercapacitor: ideal stores with power limits.

use qiki_craft::PowerPlane;

use crate::battery_gate::reserve_soc;
use crate::units::J_PER_WH;

/// Largest imbalance of power that counts as rounding, W: 2e-14 of the peak of 45 kW.
const ROUNDING_W: f64 = 1e-9;
/// State of charge below which a store counts as empty, ratio: 2 mJ of the battery's 1.8 MJ.
const EMPTY_SOC: f64 = 1e-9;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Store {
    capacity_j: f64,
    energy_j: f64,
    charge_max_w: f64,
    discharge_max_w: f64,
}

impl Store {
    pub(crate) fn soc(&self) -> f64 {
        if self.capacity_j > 0.0 {
            self.energy_j / self.capacity_j
        } else {
            0.0
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.energy_j <= EMPTY_SOC * self.capacity_j
    }

    /// What it can give over `span_s`, W.
    fn can_give_w(&self, span_s: f64) -> f64 {
        self.discharge_max_w.min(self.energy_j / span_s)
    }

    /// What it can take over `span_s`, W.
    fn can_take_w(&self, span_s: f64) -> f64 {
        let room_j = self.capacity_j - self.energy_j;
        self.charge_max_w.min(room_j / span_s)
    }

    /// Gives `power_w` for `span_s`, or takes it where negative; stays within its capacity
    /// against rounding.
    fn give(&mut self, power_w: f64, span_s: f64) {
        self.energy_j = (self.energy_j - power_w * span_s).clamp(0.0, self.capacity_j);
    }
}

/// Powers out of the stores, negative while they charge, and what stayed open, W.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Flows {
    pub(crate) battery_w: f64,
    pub(crate) supercap_w: f64,
    pub(crate) unserved_w: f64,
    pub(crate) spill_w: f64,
    /// The battery gave, or took, all that its power limit permits.
    pub(crate) at_discharge_limit: bool,
    pub(crate) at_charge_limit: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Storage {
    pub(crate) battery: Store,
    pub(crate) supercap: Store,
    /// What the battery keeps for the avionics: the supercapacitor is not charged with it, J.
    reserve_j: f64,
}

impl Storage {
    pub(crate) fn new(plane: &PowerPlane) -> Self {
        let store = |capacity_wh: f64, soc: f64, charge_max_w, discharge_max_w| Store {
            capacity_j: capacity_wh * J_PER_WH,
            energy_j: capacity_wh * J_PER_WH * soc,
            charge_max_w,
            discharge_max_w,
        };
        Self {
            battery: store(
                plane.battery_capacity_wh,
                plane.battery_soc_init,
                plane.battery_charge_max_w,
                plane.battery_discharge_max_w,
            ),
            supercap: store(
                plane.supercap_capacity_wh,
                plane.supercap_soc_init,
                plane.supercap_charge_max_w,
                plane.supercap_discharge_max_w,
            ),
            reserve_j: reserve_soc(plane) * plane.battery_capacity_wh * J_PER_WH,
        }
    }

    pub(crate) fn energy_j(&self) -> f64 {
        self.battery.energy_j + self.supercap.energy_j
    }

    /// Serves `need_w` (a surplus where negative) for `span_s`; the supercapacitor takes at most
    /// `charge_max_w`.
    pub(crate) fn settle(&mut self, need_w: f64, charge_max_w: f64, span_s: f64) -> Flows {
        let room_w = self.supercap.can_take_w(span_s).min(charge_max_w).max(0.0);
        let (battery_w, supercap_w) = if need_w > 0.0 {
            self.cover(need_w, room_w, span_s)
        } else {
            self.absorb(-need_w, room_w, span_s)
        };
        self.battery.give(battery_w, span_s);
        self.supercap.give(supercap_w, span_s);
        let open_w = need_w - battery_w - supercap_w;
        let part = |w: f64| if w > ROUNDING_W { w } else { 0.0 };
        Flows {
            battery_w,
            supercap_w,
            unserved_w: part(open_w),
            spill_w: part(-open_w),
            at_discharge_limit: battery_w >= self.battery.discharge_max_w,
            at_charge_limit: -battery_w >= self.battery.charge_max_w,
        }
    }

    /// The battery carries what it may; the supercapacitor carries the peak above that, and is
    /// refilled from what the battery has to spare.
    fn cover(&self, need_w: f64, room_w: f64, span_s: f64) -> (f64, f64) {
        let can_w = self.battery.can_give_w(span_s);
        if need_w >= can_w {
            let peak_w = (need_w - can_w).min(self.supercap.can_give_w(span_s));
            return (can_w, peak_w);
        }
        let refill_w = (can_w - need_w)
            .min(room_w)
            .min(self.spare_w(need_w, span_s));
        // `min` against rounding, here and below.
        ((need_w + refill_w).min(can_w), -refill_w)
    }

    /// What the battery can give above its reserve besides `used_w`, W.
    fn spare_w(&self, used_w: f64, span_s: f64) -> f64 {
        let above_j = self.battery.energy_j - self.reserve_j;
        (above_j / span_s - used_w).max(0.0)
    }

    /// A surplus fills the supercapacitor first, because it is the right to a peak.
    fn absorb(&self, surplus_w: f64, room_w: f64, span_s: f64) -> (f64, f64) {
        let cap_w = room_w.min(surplus_w);
        if room_w > cap_w {
            let refill_w = (room_w - cap_w)
                .min(self.battery.can_give_w(span_s))
                .min(self.spare_w(0.0, span_s));
            return (refill_w, -(cap_w + refill_w).min(room_w));
        }
        let charge_w = (surplus_w - cap_w).min(self.battery.can_take_w(span_s));
        (-charge_w, -cap_w)
    }
}
