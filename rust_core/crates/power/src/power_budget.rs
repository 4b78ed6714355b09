//! How much power the nozzles may draw now, and whether there is enough stored for a push.
//!
//! The supercapacitor's charge decides what is allowed (`qiki-power`): a boost from 0.6 on, below
//! 0.3 only stabilisation until it has been charged again. What battery and supercapacitor can
//! give until the next power report is the limit that the allocation gets; a warm store or
//! distribution gives less before it trips. A store whose temperature no rig tells is the power
//! plane's own to protect.
//!
//! A power report that stays away for [`POWER_STALE_S`] leaves the supercapacitor's charge
//! unknown, and unknown counts as empty.

use crate::budget::{RcsConditions, RcsLimit, rcs_power_available_w};
use crate::gate::{RcsAllowance, RcsGate};
use crate::watch::NodeWatch;
use qiki_craft::{Craft, Feedback, Fresh, NodeTemps, PowerPlane};

use qiki_command::Reason;

/// A power report counts at least until the next one is due, s.
const REPORT_SPAN_S: f64 = 0.1;
/// States of charge are unknown when this old, s: ten reports.
pub const POWER_STALE_S: f64 = 1.0;

/// A thermal node that the budget goes by.
#[derive(Debug, Clone)]
struct Store {
    /// Its place in the craft's description.
    index: usize,
    watch: NodeWatch,
}

impl Store {
    fn find(craft: &Craft, name: &str) -> Option<Self> {
        let nodes = &craft.thermal.nodes;
        let index = nodes.iter().position(|n| n.name == name)?;
        let watch = NodeWatch::new(&nodes[index]);
        Some(Self { index, watch })
    }

    fn observe(&mut self, nodes: &NodeTemps) {
        // What is not a number clears no trip and makes none: the node trips by itself.
        if let Some(temp_c) = nodes.temps_c().get(self.index).filter(|t| t.is_finite()) {
            self.watch.update(*temp_c);
        }
    }
}

/// Power budget of the nozzles.
#[derive(Debug, Clone)]
pub struct PowerBudget {
    plane: PowerPlane,
    gate: RcsGate,
    /// Of battery, supercapacitor and distribution; none where the craft has no such node.
    stores: [Option<Store>; 3],
    /// Of the last report, 0..1.
    battery_soc: f64,
    /// Of the last report, 0..1.
    supercap_soc: f64,
    /// Since the last report, ticks.
    age_ticks: u32,
    stale_ticks: u32,
    /// What the rest of the bot draws, W.
    others_w: f64,
    /// Most that valves and bus stand, W.
    ceiling_w: f64,
    power_w: f64,
    limits: u32,
    allowance: RcsAllowance,
}

impl PowerBudget {
    /// Until the first report states of charge and temperatures are those of the description.
    pub fn new(craft: &Craft, others_w: f64, ceiling_w: f64, stale_ticks: u32) -> Self {
        let plane = &craft.power;
        let mut energy = Self {
            plane: plane.clone(),
            gate: RcsGate::new(plane),
            stores: ["battery", "supercap", "pdu"].map(|name| Store::find(craft, name)),
            battery_soc: plane.battery_soc_init,
            supercap_soc: plane.supercap_soc_init,
            age_ticks: 0,
            stale_ticks,
            others_w,
            ceiling_w,
            power_w: 0.0,
            limits: 0,
            allowance: RcsAllowance::StabiliseOnly,
        };
        energy.budget();
        energy
    }

    /// Takes in what has arrived in this tick.
    pub fn observe(&mut self, feedback: &Feedback) {
        let told = feedback.fresh.has(Fresh::POWER);
        let heard = feedback.fresh.has(Fresh::NODES);
        if heard {
            let stores = self.stores.iter_mut().flatten();
            stores.for_each(|store| store.observe(&feedback.nodes));
        }
        if told {
            self.battery_soc = feedback.battery_soc;
            self.supercap_soc = feedback.supercap_soc;
            self.age_ticks = 0;
        } else {
            self.age_ticks = self.age_ticks.saturating_add(1);
        }
        if told || heard || self.stale() {
            self.budget();
        }
    }

    fn budget(&mut self) {
        let stale = self.stale();
        let supercap_soc = if stale { f64::NAN } else { self.supercap_soc };
        self.allowance = self.gate.update(supercap_soc);
        let [battery, supercap, pdu] = &self.stores;
        let derating = |store: &Option<Store>| store.as_ref().map_or(1.0, |s| s.watch.derating());
        let now = RcsConditions {
            battery_derating: derating(battery),
            supercap_derating: derating(supercap),
            pdu_derating: derating(pdu),
            ..RcsConditions::cold(
                self.allowance,
                self.battery_soc,
                supercap_soc,
                self.others_w,
                REPORT_SPAN_S,
            )
        };
        let mut budget = rcs_power_available_w(&self.plane, &now);
        if stale {
            budget.limits.insert(RcsLimit::TelemetryStale);
        }
        self.power_w = budget.power_w.min(self.ceiling_w);
        self.limits = u32::from(budget.limits.bits());
    }

    fn stale(&self) -> bool {
        self.age_ticks > self.stale_ticks
    }

    /// What all nozzles together may draw, W.
    pub fn power_w(&self) -> f64 {
        self.power_w
    }

    /// Why that is less than it could be, bits of `RcsLimit`.
    pub fn limits(&self) -> u32 {
        self.limits
    }

    /// Too little is stored for anything but holding the attitude.
    pub fn stabilise_only(&self) -> bool {
        self.allowance == RcsAllowance::StabiliseOnly
    }

    /// Why there is only stabilisation, where there is.
    pub fn why_not(&self) -> Reason {
        if self.stale() {
            Reason::PowerTelemStale
        } else {
            Reason::CapLow
        }
    }
}
