//! Details of power plane and heat that a rig may report beyond what control needs.

/// Loads of the power plane, in the order of `qiki_power::Load`.
pub const LOADS: usize = 8;
/// Most thermal nodes of a craft: their trips are bits of one number.
pub const NODES_MAX: usize = 32;

/// The power plane after its last step; powers are means over it. Where loads are bits, bit i is
/// load i.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PowerDetail {
    /// What each load requested, W; a rig may not say.
    pub requested_w: Option<[f64; LOADS]>,
    /// What each load was supplied with, W.
    pub supplied_w: [f64; LOADS],
    /// The craft's own steady source, W.
    pub base_in_w: f64,
    /// Over the dock bridge, W.
    pub dock_in_w: f64,
    /// Out of the battery, negative while it charges, W.
    pub battery_w: f64,
    /// Out of the supercapacitor, negative while it charges, W.
    pub supercap_w: f64,
    /// Load that nothing could serve, W.
    pub unserved_w: f64,
    /// Source power that nothing could take, W.
    pub spill_w: f64,
    /// Current of the avionics bus, A.
    pub bus_a: f64,
    /// What the avionics bus can carry, W.
    pub pdu_limit_w: f64,
    /// Loads that requested power and got none.
    pub shed: u8,
    /// Loads that got less than they requested.
    pub throttled: u8,
    /// Loads that were shed or throttled, by reason in the order of `qiki_power::ShedReason`.
    pub reduced_by: [u8; 4],
    /// Bits: 1 PDU overcurrent, 2 battery charge limit, 4 battery discharge limit, 8 battery
    /// empty.
    pub faults: u8,
    /// The battery was low and has not recovered since.
    pub low_soc: bool,
    /// A station is at the dock.
    pub dock_connected: bool,
    /// The bridge to it is closed.
    pub dock_closed: bool,
    /// How far its soft start is, 0..1.
    pub dock_soft_start: f64,
    /// What the station could give now, W; a rig may not say.
    pub dock_offer_w: Option<f64>,
    /// Voltage at the bridge, V.
    pub dock_v: f64,
    /// Current over the bridge, A.
    pub dock_a: f64,
    /// The narrow-band link is wanted.
    pub nbl_active: bool,
    /// And may be powered.
    pub nbl_allowed: bool,
    /// What it may draw, W.
    pub nbl_budget_w: f64,
    /// What the supercapacitor permits the nozzles: 0 stabilisation only, 1 normal, 2 full.
    pub rcs_allowance: u8,
    /// What the nozzles may draw until the next step by the power plane's own budget, W.
    pub rcs_budget_w: f64,
    /// What limits it: bits of `qiki_power::RcsLimit`.
    pub rcs_budget_limits: u8,
}

/// The thermal nodes, in the order of the craft's description.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct NodeTemps {
    /// How many there are; 0 before the first report.
    pub count: usize,
    /// °C, the first `count`; NaN where not known.
    pub temp_c: [f64; NODES_MAX],
    /// Bit i: node i is warm.
    pub warned: u32,
    /// Bit i: node i has tripped and not yet cleared.
    pub tripped: u32,
}

impl NodeTemps {
    /// The temperatures that there are, °C.
    #[must_use]
    pub fn temps_c(&self) -> &[f64] {
        &self.temp_c[..self.count.min(NODES_MAX)]
    }

    /// Takes temperatures over, as many as there is room for.
    pub fn set_temps_c(&mut self, temps_c: impl Iterator<Item = f64>) {
        self.count = 0;
        for (slot, temp_c) in self.temp_c.iter_mut().zip(temps_c) {
            *slot = temp_c;
            self.count += 1;
        }
    }
}
