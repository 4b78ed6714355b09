//! The power plane's detail as a message and back.

use crate::telemetry;
use qiki_craft::{LOADS, PowerDetail};

/// The message of a detail.
#[must_use]
pub fn detail_to_message(from: &PowerDetail) -> telemetry::PowerDetail {
    let [low_soc, overheat, nbl_budget, overcurrent] = from.reduced_by.map(u32::from);
    telemetry::PowerDetail {
        requested: from.requested_w.as_ref().map(powers),
        supplied: Some(powers(&from.supplied_w)),
        base_in_w: from.base_in_w,
        dock_in_w: from.dock_in_w,
        battery_w: from.battery_w,
        supercap_w: from.supercap_w,
        unserved_w: from.unserved_w,
        spill_w: from.spill_w,
        bus_a: from.bus_a,
        pdu_limit_w: from.pdu_limit_w,
        shed: u32::from(from.shed),
        throttled: u32::from(from.throttled),
        low_soc_loads: low_soc,
        thermal_overheat_loads: overheat,
        nbl_budget_loads: nbl_budget,
        pdu_overcurrent_loads: overcurrent,
        faults: u32::from(from.faults),
        low_soc: from.low_soc,
        dock_connected: from.dock_connected,
        dock_closed: from.dock_closed,
        dock_soft_start_ratio: from.dock_soft_start,
        dock_offer_w: from.dock_offer_w,
        dock_v: from.dock_v,
        dock_a: from.dock_a,
        nbl_active: from.nbl_active,
        nbl_allowed: from.nbl_allowed,
        nbl_budget_w: from.nbl_budget_w,
        rcs_allowance: u32::from(from.rcs_allowance),
        rcs_budget_w: from.rcs_budget_w,
        rcs_budget_limits: u32::from(from.rcs_budget_limits),
    }
}

/// The detail of a message; bits beyond the eighth are dropped.
#[must_use]
pub fn detail_from_message(from: &telemetry::PowerDetail) -> PowerDetail {
    PowerDetail {
        requested_w: from.requested.as_ref().map(watts),
        supplied_w: from.supplied.as_ref().map_or([0.0; LOADS], watts),
        base_in_w: from.base_in_w,
        dock_in_w: from.dock_in_w,
        battery_w: from.battery_w,
        supercap_w: from.supercap_w,
        unserved_w: from.unserved_w,
        spill_w: from.spill_w,
        bus_a: from.bus_a,
        pdu_limit_w: from.pdu_limit_w,
        shed: bits(from.shed),
        throttled: bits(from.throttled),
        reduced_by: [
            bits(from.low_soc_loads),
            bits(from.thermal_overheat_loads),
            bits(from.nbl_budget_loads),
            bits(from.pdu_overcurrent_loads),
        ],
        faults: bits(from.faults),
        low_soc: from.low_soc,
        dock_connected: from.dock_connected,
        dock_closed: from.dock_closed,
        dock_soft_start: from.dock_soft_start_ratio,
        dock_offer_w: from.dock_offer_w,
        dock_v: from.dock_v,
        dock_a: from.dock_a,
        nbl_active: from.nbl_active,
        nbl_allowed: from.nbl_allowed,
        nbl_budget_w: from.nbl_budget_w,
        rcs_allowance: bits(from.rcs_allowance),
        rcs_budget_w: from.rcs_budget_w,
        rcs_budget_limits: bits(from.rcs_budget_limits),
    }
}

fn powers(watts: &[f64; LOADS]) -> telemetry::LoadPowers {
    let [
        base_w,
        motion_w,
        mcqpu_w,
        radar_w,
        transponder_w,
        nbl_w,
        rcs_w,
        supercap_charge_w,
    ] = *watts;
    telemetry::LoadPowers {
        base_w,
        motion_w,
        mcqpu_w,
        radar_w,
        transponder_w,
        nbl_w,
        rcs_w,
        supercap_charge_w,
    }
}

fn watts(powers: &telemetry::LoadPowers) -> [f64; LOADS] {
    [
        powers.base_w,
        powers.motion_w,
        powers.mcqpu_w,
        powers.radar_w,
        powers.transponder_w,
        powers.nbl_w,
        powers.rcs_w,
        powers.supercap_charge_w,
    ]
}

fn bits(value: u32) -> u8 {
    #[allow(clippy::cast_possible_truncation)]
    let low = value as u8;
    low
}
