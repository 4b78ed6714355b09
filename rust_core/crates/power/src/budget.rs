//! How much electrical power the nozzles may draw now, and what limits it.

use qiki_craft::PowerPlane;

use crate::battery_gate::reserve_soc;
use crate::gate::RcsAllowance;
use crate::set::{Member, Set};
use crate::units::J_PER_WH;

/// Shortest time for which a budget is computed, s: the shortest tick (1 kHz). Stored energy is
/// divided by it, so a shorter one would only make a number that no tick can use.
const SPAN_MIN_S: f64 = 1e-3;

/// What the budget depends on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RcsConditions {
    /// What the charges of supercapacitor and battery permit.
    pub allowance: RcsAllowance,
    /// The battery leaves nothing for a push, whatever the supercapacitor holds.
    pub battery_spent: bool,
    /// Battery state of charge, 0..1.
    pub battery_soc: f64,
    /// Supercapacitor state of charge, 0..1.
    pub supercap_soc: f64,
    /// All loads but nozzles and charging, W.
    pub others_w: f64,
    /// Sources besides the craft's own steady one, W: the dock.
    pub extra_source_w: f64,
    /// Derating of the battery, 0..1.
    pub battery_derating: f64,
    /// Derating of the supercapacitor, 0..1.
    pub supercap_derating: f64,
    /// Derating of the power distribution, 0..1.
    pub pdu_derating: f64,
    /// How long the power must last, s; at least the time until the next budget.
    pub span_s: f64,
}

impl RcsConditions {
    /// Cold stores and nothing at the dock.
    #[must_use]
    pub fn cold(
        allowance: RcsAllowance,
        battery_soc: f64,
        supercap_soc: f64,
        others_w: f64,
        span_s: f64,
    ) -> Self {
        Self {
            allowance,
            battery_spent: false,
            battery_soc,
            supercap_soc,
            others_w,
            extra_source_w: 0.0,
            battery_derating: 1.0,
            supercap_derating: 1.0,
            pdu_derating: 1.0,
            span_s,
        }
    }
}

/// What limits a budget. [`RcsLimit::TelemetryStale`] is for callers that get the states of charge
/// from reports: [`rcs_power_available_w`] takes them as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum RcsLimit {
    /// The bot's peak, minus what other loads draw of it, is the tightest limit.
    PeakShared = 0,
    /// Too little in the battery, or only its reserve.
    BatteryLow,
    /// The battery is hot.
    BatteryHot,
    /// Too little in the supercapacitor for a boost.
    SupercapLow,
    /// The supercapacitor is hot.
    SupercapHot,
    /// The power distribution is hot.
    PduHot,
    /// The states of charge are too old.
    TelemetryStale,
}

impl RcsLimit {
    /// Its code in telemetry.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::PeakShared => "PDU_PEAK_DENIED",
            Self::BatteryLow => "BAT_LOW",
            Self::BatteryHot => "BAT_HOT",
            Self::SupercapLow => "CAP_LOW",
            Self::SupercapHot => "CAP_HOT",
            Self::PduHot => "THERMAL_BLOCK",
            Self::TelemetryStale => "POWER_TELEM_STALE",
        }
    }
}

impl Member for RcsLimit {
    const ALL: &'static [Self] = &[
        Self::PeakShared,
        Self::BatteryLow,
        Self::BatteryHot,
        Self::SupercapLow,
        Self::SupercapHot,
        Self::PduHot,
        Self::TelemetryStale,
    ];

    fn index(self) -> usize {
        self as usize
    }
}

/// Electrical power for all nozzles together.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct RcsBudget {
    /// What may be drawn, W; never below 0.
    pub power_w: f64,
    /// What limits it.
    pub limits: Set<RcsLimit>,
}

/// The power that all nozzles may draw together, for `span_s`.
///
/// ```text
/// sources = base_in + extra + battery + supercap - others - reserve
/// power   = pdu_derating * min(sources, peak - others), at least 0
/// ```
///
/// `battery` is its power limit or what is stored above its reserve over `span_s`, derated.
/// `supercap` likewise, counting only what is stored above the hold threshold, and only under
/// [`RcsAllowance::Full`]. `reserve` is the supercapacitor's charging power under
/// [`RcsAllowance::StabiliseOnly`]. An input that is NaN counts as nothing, or makes the result 0.
#[must_use]
pub fn rcs_power_available_w(plane: &PowerPlane, now: &RcsConditions) -> RcsBudget {
    let mut limits = Set::default();
    let span_s = now.span_s.max(SPAN_MIN_S);
    let lasting_w = |soc: f64, capacity_wh: f64| soc.max(0.0) * capacity_wh * J_PER_WH / span_s;

    let battery_w = {
        let spare = now.battery_soc - reserve_soc(plane);
        let stored_w = lasting_w(spare, plane.battery_capacity_wh);
        insert_if(
            &mut limits,
            RcsLimit::BatteryLow,
            now.battery_spent || stored_w < plane.battery_discharge_max_w,
        );
        insert_if(
            &mut limits,
            RcsLimit::BatteryHot,
            unit(now.battery_derating) < 1.0,
        );
        plane.battery_discharge_max_w.min(stored_w) * unit(now.battery_derating)
    };
    let supercap_w = if now.allowance == RcsAllowance::Full {
        let spare = now.supercap_soc - plane.supercap_hold_soc;
        let stored_w = lasting_w(spare, plane.supercap_capacity_wh);
        insert_if(
            &mut limits,
            RcsLimit::SupercapLow,
            stored_w < plane.supercap_discharge_max_w,
        );
        insert_if(
            &mut limits,
            RcsLimit::SupercapHot,
            unit(now.supercap_derating) < 1.0,
        );
        plane.supercap_discharge_max_w.min(stored_w) * unit(now.supercap_derating)
    } else {
        insert_if(&mut limits, RcsLimit::SupercapLow, !now.battery_spent);
        0.0
    };
    let reserve_w = if now.allowance == RcsAllowance::StabiliseOnly {
        plane.supercap_charge_max_w
    } else {
        0.0
    };

    let others_w = now.others_w;
    let stores_w = battery_w + supercap_w;
    let sources_w = plane.base_in_w + now.extra_source_w.max(0.0) + stores_w - others_w - reserve_w;
    let peak_w = plane.peak_max_w - others_w;
    insert_if(&mut limits, RcsLimit::PeakShared, peak_w <= sources_w);
    insert_if(&mut limits, RcsLimit::PduHot, unit(now.pdu_derating) < 1.0);
    let power_w = sources_w.min(peak_w) * unit(now.pdu_derating);
    RcsBudget {
        power_w: if power_w > 0.0 { power_w } else { 0.0 },
        limits,
    }
}

fn insert_if(limits: &mut Set<RcsLimit>, limit: RcsLimit, holds: bool) {
    if holds {
        limits.insert(limit);
    }
}

/// Within 0..1; NaN is 0.
fn unit(value: f64) -> f64 {
    if value > 0.0 { value.min(1.0) } else { 0.0 }
}
