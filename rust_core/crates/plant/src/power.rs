//! The electrical side of the plant, in the words of its reports.

use qiki_craft::PowerDetail;
use qiki_power::{Load, Member, PowerReport, ShedReason};

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

impl From<&PowerReport> for PowerState {
    fn from(report: &PowerReport) -> Self {
        Self {
            battery_soc: report.battery_soc,
            supercap_soc: report.supercap_soc,
            bus_v: report.bus_v,
            load_w: report.load_w,
            rcs_w: report.supplied_w(Load::Rcs),
            battery_w: report.battery_w(),
            supercap_w: report.supercap_w(),
            unserved_w: report.unserved_w,
            spill_w: report.spill_w,
        }
    }
}

/// What the power node tells beyond states of charge, bus voltage and load.
pub(crate) fn detail(report: &PowerReport) -> PowerDetail {
    PowerDetail {
        requested_w: Some(report.requested_w),
        supplied_w: report.loads_w,
        base_in_w: report.base_in_w,
        dock_in_w: report.dock_w,
        battery_w: report.battery_w(),
        supercap_w: report.supercap_w(),
        unserved_w: report.unserved_w,
        spill_w: report.spill_w,
        bus_a: report.bus_a,
        pdu_limit_w: report.pdu_limit_w,
        shed: report.shed.bits(),
        throttled: report.throttled.bits(),
        reduced_by: reduced_by(report),
        faults: report.faults.plain_bits(),
        low_soc: report.low_soc,
        dock_connected: report.dock_connected,
        dock_closed: report.dock_closed,
        dock_soft_start: report.dock_soft_start,
        dock_offer_w: Some(report.dock_offer_w),
        dock_v: report.dock_v,
        dock_a: report.dock_a,
        nbl_active: report.nbl_active,
        nbl_allowed: report.nbl_allowed,
        nbl_budget_w: report.nbl_budget_w,
        rcs_allowance: report.rcs_allowance as u8,
        rcs_budget_w: report.rcs_budget.power_w,
        rcs_budget_limits: report.rcs_budget.limits.bits(),
    }
}

/// For each reason the loads that it took something from, as bits.
fn reduced_by(report: &PowerReport) -> [u8; 4] {
    let loads = |reason: ShedReason| {
        let has = |load: &Load| report.reasons[load.index()].has(reason);
        let bits = Load::ALL.iter().filter(|load| has(load));
        bits.fold(0, |mask, load| mask | 1 << load.index())
    };
    std::array::from_fn(|i| ShedReason::ALL.get(i).map_or(0, |reason| loads(*reason)))
}
