//! The power plane as a whole, one step at a time.

use std::fmt;

use qiki_craft::{CLUSTERS, PowerPlane, ThermalPlane};

use crate::battery_gate::BatteryGate;
use crate::budget::{RcsConditions, rcs_power_available_w};
use crate::demand::Demand;
use crate::dock::DockBridge;
use crate::error::{PowerError, check_plane};
use crate::faults::{Fault, FaultSet};
use crate::gate::RcsGate;
use crate::loads::{Load, ShedReason};
use crate::pdu::Shares;
use crate::report::PowerReport;
use crate::storage::{Flows, Storage};
use crate::thermal::{HeatDrive, ThermalNet};
use crate::watch::NodeWatch;

/// Thermal nodes that shed loads; a craft may lack any of them.
#[derive(Debug, Clone)]
struct Known {
    core: Option<usize>,
    pdu: Option<usize>,
    supercap: Option<usize>,
    battery: Option<usize>,
    dock: Option<usize>,
}

/// Intermediate results of one step.
struct Step {
    demand: Demand,
    /// Voltage of the avionics bus at its start, V.
    bus_v: f64,
    nbl_allowed: bool,
    shares: Shares,
    /// What the dock bridge can give, W.
    offer_w: f64,
    flows: Flows,
}

impl Step {
    /// Power given to the nozzles, W: throttling takes from every cluster in proportion.
    fn rcs_clusters_w(&self) -> [f64; CLUSTERS] {
        let requested_w = self.shares.requested_w[Load::Rcs as usize];
        let part = if requested_w > 0.0 {
            self.shares.supplied(Load::Rcs) / requested_w
        } else {
            1.0
        };
        self.demand.clusters_w().map(|w| w * part)
    }
}

/// Storage, buses, loads, dock bridge and heat of one craft.
#[derive(Debug, Clone)]
pub struct PowerSystem {
    plane: PowerPlane,
    storage: Storage,
    dock: DockBridge,
    gate: RcsGate,
    battery_gate: BatteryGate,
    thermal: ThermalNet,
    known: Known,
    report: PowerReport,
}

impl PowerSystem {
    /// As the craft starts, with everything switched on; no energy has flowed yet. `span_max_s`
    /// is the longest step that will ever be made.
    ///
    /// # Errors
    /// [`PowerError`] names the first number that the equations cannot take.
    pub fn new(
        plane: &PowerPlane,
        thermal: &ThermalPlane,
        span_max_s: f64,
    ) -> Result<Self, PowerError> {
        check_plane(plane)?;
        let thermal = ThermalNet::new(thermal, span_max_s)?;
        let known = Known {
            core: thermal.index("core"),
            pdu: thermal.index("pdu"),
            supercap: thermal.index("supercap"),
            battery: thermal.index("battery"),
            dock: thermal.index("dock_bridge"),
        };
        let mut system = Self {
            plane: plane.clone(),
            storage: Storage::new(plane),
            dock: DockBridge::new(plane),
            gate: RcsGate::new(plane),
            battery_gate: BatteryGate::new(plane),
            thermal,
            known,
            report: PowerReport::default(),
        };
        let start = system.shared(&Demand::default());
        system.report = system.measured(&start);
        system.conclude(&start, span_max_s);
        Ok(system)
    }

    /// Moves `span_s` (above 0 s) ahead under a demand.
    pub fn step(&mut self, demand: &Demand, span_s: f64) -> &PowerReport {
        let mut step = self.shared(demand);
        let hot_bridge = tripped(self.thermal.at(self.known.dock));
        let closed = demand.dock_connected && !hot_bridge;
        step.offer_w = self.dock.step(closed, span_s);
        let room_w = self.charge_room_w(&mut step.shares);
        let need_w = step.shares.load_w() - self.plane.base_in_w - step.offer_w;
        step.flows = self.storage.settle(need_w, room_w, span_s);
        step.shares.supplied_w[Load::SupercapCharge as usize] = (-step.flows.supercap_w).max(0.0);
        self.report = self.measured(&step);
        self.thermal.step(&self.heat(), span_s);
        self.conclude(&step, span_s);
        &self.report
    }

    /// After the last step.
    #[must_use]
    pub fn report(&self) -> &PowerReport {
        &self.report
    }

    /// The thermal nodes.
    #[must_use]
    pub fn thermal(&self) -> &ThermalNet {
        &self.thermal
    }

    /// What both stores hold, J.
    #[must_use]
    pub fn stored_j(&self) -> f64 {
        self.storage.energy_j()
    }

    /// The present faults as telemetry names them, in stable order: `THERMAL_TRIP:core`.
    pub fn fault_names(&self) -> impl Iterator<Item = impl fmt::Display + '_> {
        self.report.faults.iter().map(|fault| FaultName {
            fault,
            thermal: &self.thermal,
        })
    }

    /// Distributes what the buses carry; nothing flows yet.
    fn shared(&mut self, demand: &Demand) -> Step {
        let bus_v = self.bus_v();
        let nbl_allowed = demand.nbl_active && self.nbl_affordable() && !self.nbl_too_hot();
        let mut shares = Shares::new(demand.loads_w(&self.plane));
        self.shed_low_soc(&mut shares);
        self.shed_hot(&mut shares);
        if !self.nbl_affordable() {
            shares.shed(Load::Nbl, ShedReason::NblBudget);
        }
        shares.limit_avionics(self.plane.bus_current_max_a * bus_v);
        shares.limit_peak(self.plane.peak_max_w);
        Step {
            demand: *demand,
            bus_v,
            nbl_allowed,
            shares,
            offer_w: 0.0,
            flows: Flows::default(),
        }
    }

    fn shed_low_soc(&mut self, shares: &mut Shares) {
        self.battery_gate.update(self.storage.battery.soc());
        if self.battery_gate.low() {
            shares.shed(Load::Radar, ShedReason::LowSoc);
            shares.shed(Load::Transponder, ShedReason::LowSoc);
        }
    }

    /// A tripped node sheds the loads that heat it; temperatures are those after the last step.
    fn shed_hot(&self, shares: &mut Shares) {
        if tripped(self.thermal.at(self.known.pdu)) {
            shares.shed(Load::Radar, ShedReason::ThermalOverheat);
            shares.shed(Load::Transponder, ShedReason::ThermalOverheat);
        }
        if self.nbl_too_hot() {
            shares.shed(Load::Nbl, ShedReason::ThermalOverheat);
        }
    }

    fn nbl_affordable(&self) -> bool {
        self.storage.battery.soc() >= self.plane.nbl_soc_min
    }

    fn nbl_too_hot(&self) -> bool {
        let core = self.thermal.at(self.known.core);
        let above = core.is_some_and(|node| node.temp_c() > self.plane.nbl_core_max_c);
        above || tripped(core) || tripped(self.thermal.at(self.known.pdu))
    }

    /// What charging the supercapacitor may take, W: within the peak, and nothing while hot.
    fn charge_room_w(&self, shares: &mut Shares) -> f64 {
        let wanted_w = if self.storage.supercap.soc() < 1.0 {
            self.plane.supercap_charge_max_w
        } else {
            0.0
        };
        shares.requested_w[Load::SupercapCharge as usize] = wanted_w;
        if tripped(self.thermal.at(self.known.supercap)) {
            shares.shed(Load::SupercapCharge, ShedReason::ThermalOverheat);
            return 0.0;
        }
        (self.plane.peak_max_w - shares.load_w()).clamp(0.0, wanted_w)
    }

    fn bus_v(&self) -> f64 {
        let p = &self.plane;
        p.bus_min_v + (p.bus_nominal_v - p.bus_min_v) * self.storage.battery.soc()
    }

    /// The report but for what [`PowerSystem::conclude`] adds after the heat.
    fn measured(&self, step: &Step) -> PowerReport {
        let (shares, flows) = (&step.shares, &step.flows);
        // The bridge carries what flows: what nobody takes of its offer stays with the station.
        let left_w = flows.spill_w.min(step.offer_w);
        let dock_w = step.offer_w - left_w;
        let given = |holds: bool, value: f64| if holds { value } else { 0.0 };
        PowerReport {
            battery_soc: self.storage.battery.soc(),
            supercap_soc: self.storage.supercap.soc(),
            bus_v: self.bus_v(),
            bus_a: shares.avionics_w() / step.bus_v,
            pdu_limit_w: self.plane.bus_current_max_a * step.bus_v,
            base_in_w: self.plane.base_in_w,
            dock_w,
            battery_discharge_w: flows.battery_w.max(0.0),
            battery_charge_w: (-flows.battery_w).max(0.0),
            supercap_discharge_w: flows.supercap_w.max(0.0),
            supercap_charge_w: shares.supplied(Load::SupercapCharge),
            unserved_w: flows.unserved_w,
            spill_w: flows.spill_w - left_w,
            requested_w: shares.requested_w,
            loads_w: shares.supplied_w,
            load_w: shares.load_w(),
            shed: shares.shed,
            throttled: shares.throttled,
            reasons: shares.reasons,
            low_soc: self.battery_gate.low(),
            dock_connected: step.demand.dock_connected,
            dock_closed: self.dock.is_closed(),
            dock_soft_start: self.dock.soft_start(),
            dock_offer_w: step.offer_w,
            dock_v: given(self.dock.is_closed(), self.dock.station_v),
            dock_a: dock_w / self.dock.station_v,
            nbl_active: step.demand.nbl_active,
            nbl_allowed: step.nbl_allowed,
            nbl_budget_w: given(step.nbl_allowed, shares.requested_w[Load::Nbl as usize]),
            rcs_cluster_w: step.rcs_clusters_w(),
            ..PowerReport::default()
        }
    }

    /// Trips, faults and the rights of the nozzles, after stores and temperatures have moved.
    fn conclude(&mut self, step: &Step, span_s: f64) {
        self.report.tripped = self.thermal.tripped();
        self.report.warned = self.thermal.warned();
        self.report.faults = self.faults(step);
        let allowance = self.gate.update(self.report.supercap_soc);
        self.report.rcs_allowance = self.battery_gate.limit(allowance);
        let derating = |node| self.thermal.at(node).map_or(1.0, NodeWatch::derating);
        let conditions = RcsConditions {
            allowance: self.report.rcs_allowance,
            battery_spent: self.battery_gate.spent(),
            battery_soc: self.report.battery_soc,
            supercap_soc: self.report.supercap_soc,
            others_w: step.shares.avionics_w(),
            extra_source_w: step.offer_w,
            battery_derating: derating(self.known.battery),
            supercap_derating: derating(self.known.supercap),
            pdu_derating: derating(self.known.pdu),
            span_s,
        };
        self.report.rcs_budget = rcs_power_available_w(&self.plane, &conditions);
    }

    /// A limit is a fault only where it cost power: spilled, or load not served.
    fn faults(&self, step: &Step) -> FaultSet {
        let (r, flows) = (&self.report, &step.flows);
        let charge = r.spill_w > 0.0 && flows.at_charge_limit;
        let discharge = r.unserved_w > 0.0 && flows.at_discharge_limit;
        let mut faults = FaultSet::default();
        faults.insert_if(Fault::PduOvercurrent, step.shares.overcurrent);
        faults.insert_if(Fault::BatteryChargeLimit, charge);
        faults.insert_if(Fault::BatteryDischargeLimit, discharge);
        faults.insert_if(Fault::BatteryEmpty, self.storage.battery.is_empty());
        faults.insert_trips(r.tripped);
        faults
    }

    fn heat(&self) -> HeatDrive {
        let r = &self.report;
        HeatDrive {
            mcqpu_w: r.supplied_w(Load::Mcqpu),
            nbl_w: r.supplied_w(Load::Nbl),
            power_out_w: r.load_w,
            bus_a_squared: r.bus_a * r.bus_a,
            supercap_w: r.supercap_charge_w + r.supercap_discharge_w,
            battery_w: r.battery_charge_w + r.battery_discharge_w,
            dock_a_squared: r.dock_a * r.dock_a,
            rcs_cluster_w: r.rcs_cluster_w,
        }
    }
}

/// A fault with the name of its node.
struct FaultName<'a> {
    fault: Fault,
    thermal: &'a ThermalNet,
}

impl fmt::Display for FaultName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.fault.code())?;
        match self.fault {
            Fault::ThermalTrip(node) => write!(f, ":{}", self.thermal.name(node)),
            _ => Ok(()),
        }
    }
}

fn tripped(watch: Option<&NodeWatch>) -> bool {
    watch.is_some_and(NodeWatch::tripped)
}
