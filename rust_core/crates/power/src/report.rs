//! Report of the power plane after a step.

use qiki_craft::CLUSTERS;

use crate::budget::RcsBudget;
use crate::faults::FaultSet;
use crate::gate::RcsAllowance;
use crate::loads::{LOADS, Load, ShedReason};
use crate::set::Set;

/// Powers are means over the step; states of charge, voltage, trips, faults and the budget of the
/// nozzles are those at its end. Limits and currents of the step count with the voltage at its
/// start, because that is what the sharing out was made with.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PowerReport {
    /// Battery state of charge, 0..1.
    pub battery_soc: f64,
    /// Supercapacitor state of charge, 0..1.
    pub supercap_soc: f64,
    /// Voltage of the avionics bus, V.
    pub bus_v: f64,
    /// Current of the avionics bus, A.
    pub bus_a: f64,
    /// What the avionics bus could carry, W.
    pub pdu_limit_w: f64,

    /// The craft's own steady source, W.
    pub base_in_w: f64,
    /// What came over the dock bridge, W.
    pub dock_w: f64,
    /// Out of the battery, W.
    pub battery_discharge_w: f64,
    /// Into the battery, W.
    pub battery_charge_w: f64,
    /// Out of the supercapacitor, W.
    pub supercap_discharge_w: f64,
    /// Into the supercapacitor, W.
    pub supercap_charge_w: f64,
    /// Load that nothing could serve, W.
    pub unserved_w: f64,
    /// Source power that nothing could take, W.
    pub spill_w: f64,

    /// What each [`Load`] requested, W.
    pub requested_w: [f64; LOADS],
    /// What each got from the distribution, W.
    pub loads_w: [f64; LOADS],
    /// All loads but charging, W.
    pub load_w: f64,
    /// Loads that requested power and got none.
    pub shed: Set<Load>,
    /// Loads that got less than they requested.
    pub throttled: Set<Load>,
    /// Why, for each [`Load`].
    pub reasons: [Set<ShedReason>; LOADS],
    /// The battery was low, and has not recovered since.
    pub low_soc: bool,
    /// Present faults.
    pub faults: FaultSet,

    /// A station is at the dock.
    pub dock_connected: bool,
    /// And the bridge to it is closed: it opens while its node has tripped.
    pub dock_closed: bool,
    /// How far its soft start is, 0..1.
    pub dock_soft_start: f64,
    /// What it could give in this step, W.
    pub dock_offer_w: f64,
    /// Voltage at the bridge, V; 0 while open.
    pub dock_v: f64,
    /// Current over the bridge, A.
    pub dock_a: f64,

    /// The narrow-band link is wanted.
    pub nbl_active: bool,
    /// And may be powered.
    pub nbl_allowed: bool,
    /// What it may draw, W.
    pub nbl_budget_w: f64,

    /// Power of the nozzles that was given, by cluster, W.
    pub rcs_cluster_w: [f64; CLUSTERS],
    /// What the supercapacitor's charge permits the nozzles.
    pub rcs_allowance: RcsAllowance,
    /// What the nozzles may draw until the next step, and what limits it.
    pub rcs_budget: RcsBudget,

    /// Bit i: thermal node i has tripped.
    pub tripped: u32,
    /// Bit i: thermal node i is warm.
    pub warned: u32,
}

impl PowerReport {
    /// What a load got, W.
    #[must_use]
    pub fn supplied_w(&self, load: Load) -> f64 {
        self.loads_w[load as usize]
    }

    /// All that flows into the bus but from the battery, W.
    #[must_use]
    pub fn power_in_w(&self) -> f64 {
        self.base_in_w + self.dock_w + self.supercap_discharge_w
    }

    /// All that flows out of it but into the battery, charging the supercapacitor included, W.
    #[must_use]
    pub fn power_out_w(&self) -> f64 {
        self.load_w + self.supercap_charge_w
    }

    /// Power out of the battery, negative while it charges, W.
    #[must_use]
    pub fn battery_w(&self) -> f64 {
        self.battery_discharge_w - self.battery_charge_w
    }

    /// Power out of the supercapacitor, negative while it charges, W.
    #[must_use]
    pub fn supercap_w(&self) -> f64 {
        self.supercap_discharge_w - self.supercap_charge_w
    }

    /// Every reason for which any load was shed or throttled.
    #[must_use]
    pub fn shed_reasons(&self) -> Set<ShedReason> {
        let all = self.reasons.iter();
        all.fold(Set::default(), |any, reasons| any.union(*reasons))
    }
}
