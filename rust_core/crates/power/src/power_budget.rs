//! The controller's power budget: what the nozzles may draw until the next power report.
//!
//! The supercapacitor's charge decides what is allowed (`gate.rs`): boost from 0.6 on, only
//! stabilisation below 0.3 until it has been charged again. A low battery leaves stabilisation alone,
//! and below its reserve nothing (`battery_gate.rs`). The allocation's power limit is what
//! battery and supercapacitor can give until the next report. A warm store or distribution gives
//! less before it trips. Where a rig does not report the temperature of a store, the derating is 1,
//! because the power plane trips by itself.
//!
//! Without a power report for [`POWER_STALE_S`] the supercapacitor's charge is unknown, and unknown
//! counts as empty.

use crate::battery_gate::BatteryGate;
use crate::budget::{RcsConditions, RcsLimit, rcs_power_available_w};
use crate::gate::{RcsAllowance, RcsGate};
use crate::watch::NodeWatch;
use qiki_craft::{Craft, Feedback, Fresh, NodeTemps, PowerPlane};

use qiki_command::Reason;

/// Time for which the budget must last, s: until the next power report (10 Hz, BotSpec). Longer
/// keeps stored energy unused, shorter would promise more than is there when the next report comes.
const REPORT_SPAN_S: f64 = 0.1;
/// Age from which states of charge are unknown, s: ten missing reports at 10 Hz, one where a bus
/// reports once a second. Shorter would inhibit motion for a few lost frames. Longer would draw on
/// a charge that nobody knows: at 45 kW a full supercapacitor (12 Wh, 43 kJ) is empty after one
/// second.
pub const POWER_STALE_S: f64 = 1.0;

/// A thermal node whose derating limits the budget.
#[derive(Debug, Clone)]
struct Store {
    /// Its index in the craft's description.
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
        // NaN is ignored: it neither clears a trip nor makes one, for the node trips by itself.
        if let Some(temp_c) = nodes.temps_c().get(self.index).filter(|t| t.is_finite()) {
            self.watch.update(*temp_c);
        }
    }
}

/// What the nozzles may draw.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PowerStatus {
    /// All nozzles together, W.
    pub available_w: f64,
    /// What limits it: bits of [`RcsLimit`].
    pub limits: u32,
    /// Why too little is stored for anything but holding the attitude, where that is so.
    pub shortage: Option<Reason>,
}

/// Power budget of the nozzles.
#[derive(Debug, Clone)]
pub struct PowerBudget {
    plane: PowerPlane,
    gate: RcsGate,
    battery_gate: BatteryGate,
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
    /// What valves and bus can carry at most, W.
    ceiling_w: f64,
    power_w: f64,
    limits: u32,
    allowance: RcsAllowance,
}

impl PowerBudget {
    /// Until the first report states of charge and temperatures are those of the description.
    pub fn new(craft: &Craft, others_w: f64, ceiling_w: f64, stale_ticks: u32) -> Self {
        let plane = &craft.power;
        let mut budget = Self {
            plane: plane.clone(),
            gate: RcsGate::new(plane),
            battery_gate: BatteryGate::new(plane),
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
        budget.update();
        budget
    }

    /// Takes in what has arrived in this tick.
    pub fn observe(&mut self, feedback: &Feedback) {
        let charge_reported = feedback.fresh.has(Fresh::POWER);
        let heat_reported = feedback.fresh.has(Fresh::NODES);
        if heat_reported {
            let stores = self.stores.iter_mut().flatten();
            stores.for_each(|store| store.observe(&feedback.nodes));
        }
        if charge_reported {
            self.battery_soc = feedback.battery_soc;
            self.supercap_soc = feedback.supercap_soc;
            self.age_ticks = 0;
        } else {
            self.age_ticks = self.age_ticks.saturating_add(1);
        }
        if charge_reported || heat_reported || self.stale() {
            self.update();
        }
    }

    fn update(&mut self) {
        let stale = self.stale();
        let supercap_soc = if stale { f64::NAN } else { self.supercap_soc };
        self.battery_gate.update(self.battery_soc);
        self.allowance = self.battery_gate.limit(self.gate.update(supercap_soc));
        let [battery, supercap, pdu] = &self.stores;
        let derating = |store: &Option<Store>| store.as_ref().map_or(1.0, |s| s.watch.derating());
        let now = RcsConditions {
            battery_spent: self.battery_gate.spent(),
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

    /// All of it together.
    pub fn status(&self) -> PowerStatus {
        PowerStatus {
            available_w: self.power_w(),
            limits: self.limits(),
            shortage: self.shortage(),
        }
    }

    /// What all nozzles together may draw, W.
    pub fn power_w(&self) -> f64 {
        self.power_w
    }

    /// What limits it, bits of `RcsLimit`.
    pub fn limits(&self) -> u32 {
        self.limits
    }

    /// Why too little is stored for anything but holding the attitude, where that is so.
    pub fn shortage(&self) -> Option<Reason> {
        if self.allowance != RcsAllowance::StabiliseOnly {
            None
        } else if self.stale() {
            Some(Reason::PowerTelemStale)
        } else if self.battery_gate.spent() {
            Some(Reason::BatLow)
        } else {
            Some(Reason::CapLow)
        }
    }
}
