//! The electrical side of the plant, in the words of its reports.

use qiki_power::PowerReport;

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
            rcs_w: report.given_w(qiki_power::Load::Rcs),
            battery_w: report.battery_w(),
            supercap_w: report.supercap_w(),
            unserved_w: report.unserved_w,
            spill_w: report.spill_w,
        }
    }
}
