//! How much power the nozzles may draw now, and whether there is enough stored for a push.
//!
//! The supercapacitor's charge decides what is allowed (`qiki-power`): a boost from 0.6 on, below
//! 0.3 only stabilisation until it has been charged again. What battery and supercapacitor can
//! give until the next power report is the limit that the allocation gets.

use qiki_craft::{Feedback, Fresh, PowerPlane};
use qiki_power::{RcsAllowance, RcsConditions, RcsGate, rcs_power_available_w};

/// A power report counts at least until the next one is due, s.
const REPORT_SPAN_S: f64 = 0.1;

/// Power budget of the nozzles.
#[derive(Debug, Clone)]
pub(crate) struct Energy {
    plane: PowerPlane,
    gate: RcsGate,
    /// What the rest of the bot draws, W.
    others_w: f64,
    /// Most that valves and bus stand, W.
    ceiling_w: f64,
    power_w: f64,
    limits: u32,
    allowance: RcsAllowance,
}

impl Energy {
    /// Until the first report the states of charge are those of the description.
    pub(crate) fn new(plane: &PowerPlane, others_w: f64, ceiling_w: f64) -> Self {
        let mut energy = Self {
            plane: plane.clone(),
            gate: RcsGate::new(plane),
            others_w,
            ceiling_w,
            power_w: 0.0,
            limits: 0,
            allowance: RcsAllowance::StabiliseOnly,
        };
        energy.take(plane.battery_soc_init, plane.supercap_soc_init);
        energy
    }

    /// Takes a power report in.
    pub(crate) fn observe(&mut self, feedback: &Feedback) {
        if feedback.fresh.has(Fresh::POWER) {
            self.take(feedback.battery_soc, feedback.supercap_soc);
        }
    }

    fn take(&mut self, battery_soc: f64, supercap_soc: f64) {
        self.allowance = self.gate.update(supercap_soc);
        let now = RcsConditions::cold(
            self.allowance,
            battery_soc,
            supercap_soc,
            self.others_w,
            REPORT_SPAN_S,
        );
        let budget = rcs_power_available_w(&self.plane, &now);
        self.power_w = budget.power_w.min(self.ceiling_w);
        self.limits = u32::from(budget.limits.bits());
    }

    /// What all nozzles together may draw, W.
    pub(crate) fn power_w(&self) -> f64 {
        self.power_w
    }

    /// Why that is less than it could be, bits of `RcsLimit`.
    pub(crate) fn limits(&self) -> u32 {
        self.limits
    }

    /// Too little is stored for anything but holding the attitude.
    pub(crate) fn stabilise_only(&self) -> bool {
        self.allowance == RcsAllowance::StabiliseOnly
    }
}
