//! Battery, supercapacitor and bus: where the power comes from and where it goes.

use qiki_craft::PowerPlane;

use crate::PlantError;
use crate::error::check;

const J_PER_WH: f64 = 3600.0;

/// The electrical side at one instant; powers are means over the last power step (20 ms).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PowerState {
    /// Battery state of charge, 0..1.
    pub battery_soc: f64,
    /// Supercapacitor state of charge, 0..1.
    pub supercap_soc: f64,
    /// Bus voltage, V.
    pub bus_v: f64,
    /// Power drawn by all loads, nozzles included, W.
    pub load_w: f64,
    /// Power drawn by the nozzles, W.
    pub rcs_w: f64,
    /// Power out of the battery, negative while it charges, W.
    pub battery_w: f64,
    /// Power out of the supercapacitor, negative while it charges, W.
    pub supercap_w: f64,
    /// Load that neither source could cover, W.
    pub unserved_w: f64,
    /// Source power that nothing could take, W.
    pub spill_w: f64,
}

/// An ideal store of energy with power limits.
#[derive(Debug, Clone, Copy)]
struct Store {
    capacity_j: f64,
    energy_j: f64,
    charge_max_w: f64,
    discharge_max_w: f64,
}

impl Store {
    fn soc(&self) -> f64 {
        if self.capacity_j > 0.0 {
            self.energy_j / self.capacity_j
        } else {
            0.0
        }
    }

    /// What it can give over `span_s`, W.
    fn can_give_w(&self, span_s: f64) -> f64 {
        self.discharge_max_w.min(self.energy_j / span_s)
    }

    /// What it can take over `span_s`, W.
    fn can_take_w(&self, span_s: f64) -> f64 {
        self.charge_max_w
            .min((self.capacity_j - self.energy_j) / span_s)
    }

    /// Gives `power_w` for `span_s`, or takes it where negative; stays within its capacity
    /// against rounding.
    fn give(&mut self, power_w: f64, span_s: f64) {
        self.energy_j = (self.energy_j - power_w * span_s).clamp(0.0, self.capacity_j);
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Power {
    plane: PowerPlane,
    battery: Store,
    supercap: Store,
    pub(crate) state: PowerState,
}

impl Power {
    pub(crate) fn new(plane: &PowerPlane) -> Result<Self, PlantError> {
        check_plane(plane)?;
        let mut power = Self {
            plane: plane.clone(),
            battery: Store {
                capacity_j: plane.battery_capacity_wh * J_PER_WH,
                energy_j: plane.battery_capacity_wh * J_PER_WH * plane.battery_soc_init,
                charge_max_w: plane.battery_charge_max_w,
                discharge_max_w: plane.battery_discharge_max_w,
            },
            supercap: Store {
                capacity_j: plane.supercap_capacity_wh * J_PER_WH,
                energy_j: plane.supercap_capacity_wh * J_PER_WH * plane.supercap_soc_init,
                charge_max_w: plane.supercap_charge_max_w,
                discharge_max_w: plane.supercap_discharge_max_w,
            },
            state: PowerState::default(),
        };
        power.publish(PowerState {
            load_w: power.steady_w(),
            ..PowerState::default()
        });
        Ok(power)
    }

    /// Loads other than the nozzles, W.
    pub(crate) fn steady_w(&self) -> f64 {
        let p = &self.plane;
        p.base_out_w + p.mcqpu_w + p.radar_w + p.transponder_w + p.nbl_w
    }

    /// `span_s` with a mean nozzle power of `rcs_w`.
    pub(crate) fn step(&mut self, rcs_w: f64, span_s: f64) {
        let load_w = self.steady_w() + rcs_w;
        let need_w = load_w - self.plane.base_in_w;
        let (battery_w, supercap_w) = if need_w > 0.0 {
            self.cover(need_w, span_s)
        } else {
            self.absorb(-need_w, span_s)
        };
        self.battery.give(battery_w, span_s);
        self.supercap.give(supercap_w, span_s);
        let open_w = need_w - battery_w - supercap_w;
        self.publish(PowerState {
            load_w,
            rcs_w,
            battery_w,
            supercap_w,
            unserved_w: open_w.max(0.0),
            spill_w: (-open_w).max(0.0),
            ..PowerState::default()
        });
    }

    /// The battery carries what it may; the supercapacitor carries the peak above that, and is
    /// refilled from what the battery has to spare.
    fn cover(&self, need_w: f64, span_s: f64) -> (f64, f64) {
        let can_w = self.battery.can_give_w(span_s);
        if need_w >= can_w {
            return (
                can_w,
                (need_w - can_w).min(self.supercap.can_give_w(span_s)),
            );
        }
        let refill_w = (can_w - need_w).min(self.supercap.can_take_w(span_s));
        (need_w + refill_w, -refill_w)
    }

    /// A surplus fills the supercapacitor first, because it is the right to a peak.
    fn absorb(&self, surplus_w: f64, span_s: f64) -> (f64, f64) {
        let room_w = self.supercap.can_take_w(span_s);
        let cap_w = room_w.min(surplus_w);
        if room_w > cap_w {
            let refill_w = (room_w - cap_w).min(self.battery.can_give_w(span_s));
            return (refill_w, -(cap_w + refill_w));
        }
        (
            -(surplus_w - cap_w).min(self.battery.can_take_w(span_s)),
            -cap_w,
        )
    }

    fn publish(&mut self, flows: PowerState) {
        let soc = self.battery.soc();
        let p = &self.plane;
        self.state = PowerState {
            battery_soc: soc,
            supercap_soc: self.supercap.soc(),
            bus_v: p.bus_min_v + (p.bus_nominal_v - p.bus_min_v) * soc,
            ..flows
        };
    }
}

fn check_plane(plane: &PowerPlane) -> Result<(), PlantError> {
    let at = |field: &'static str| move || format!("power.{field}");
    for (field, value) in [
        ("battery_capacity_wh", plane.battery_capacity_wh),
        ("battery_charge_max_w", plane.battery_charge_max_w),
        ("battery_discharge_max_w", plane.battery_discharge_max_w),
        ("supercap_capacity_wh", plane.supercap_capacity_wh),
        ("supercap_charge_max_w", plane.supercap_charge_max_w),
        ("supercap_discharge_max_w", plane.supercap_discharge_max_w),
        ("base_in_w", plane.base_in_w),
        ("base_out_w", plane.base_out_w),
        ("mcqpu_w", plane.mcqpu_w),
        ("radar_w", plane.radar_w),
        ("transponder_w", plane.transponder_w),
        ("nbl_w", plane.nbl_w),
    ] {
        check(at(field), value, |x| x >= 0.0, "0 or more")?;
    }
    let whole = |x: f64| (0.0..=1.0).contains(&x);
    check(
        at("battery_soc_init"),
        plane.battery_soc_init,
        whole,
        "0 to 1",
    )?;
    check(
        at("supercap_soc_init"),
        plane.supercap_soc_init,
        whole,
        "0 to 1",
    )?;
    check(
        at("bus_min_v"),
        plane.bus_min_v,
        |x| x > 0.0,
        "a voltage above 0 V",
    )?;
    let above = |x: f64| x >= plane.bus_min_v;
    check(
        at("bus_nominal_v"),
        plane.bus_nominal_v,
        above,
        "at least bus_min_v",
    )
}
