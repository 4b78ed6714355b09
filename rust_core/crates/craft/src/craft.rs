//! The numeric part of a BotSpec, read from the JSON object that the Python side writes.

use serde::Deserialize;

use crate::{NOZZLES, Vec3};

/// Standard gravity, m/s² (exact, CGPM 1901): turns a specific impulse in seconds into exhaust
/// speed.
pub const STANDARD_GRAVITY_MPS2: f64 = 9.80665;

/// Why a craft description is refused.
#[derive(Debug, thiserror::Error)]
pub enum CraftError {
    /// The text is not the JSON object this crate reads; the message gives line and column.
    #[error("craft description: {0}")]
    Json(#[from] serde_json::Error),
    /// The number of thrusters is fixed by the hardware.
    #[error("craft description: thrusters: {0} given, {NOZZLES} needed (4 clusters of 4)")]
    ThrusterCount(usize),
}

/// All that physics and control need to know of a craft.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Craft {
    /// Mass properties and propellant.
    pub mass: Mass,
    /// The nozzles in index order, [`NOZZLES`] of them.
    pub thrusters: Vec<Thruster>,
    /// Battery, supercapacitor, bus and the loads that are always there.
    pub power: PowerPlane,
    /// Thermal nodes and what couples them.
    pub thermal: ThermalPlane,
    /// Navigation sensors and the rates at which they and the housekeeping report.
    pub sensors: Sensors,
    /// Gains, limits and modulation.
    pub control: ControlConfig,
}

/// Mass properties of the dry craft, and its propellant.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mass {
    /// Mass without propellant, kg.
    pub dry_kg: f64,
    /// Propellant at the start of a run, kg.
    pub propellant_kg: f64,
    /// Centre of mass of the dry craft, from the geometric centre, m, body.
    pub com_m_body: Vec3,
    /// Inertia of the dry craft about its centre of mass, kg·m², body.
    pub inertia_kgm2: [Vec3; 3],
    /// Where the propellant sits (a point mass), m, body.
    pub tank_m_body: Vec3,
    /// Specific impulse, s.
    pub isp_s: f64,
}

/// One nozzle and its valve.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thruster {
    /// Where the force acts, m, body, from the geometric centre.
    pub position_m_body: Vec3,
    /// Direction of the force on the craft (the plume goes the other way), unit vector, body.
    pub force_direction_body: Vec3,
    /// Thrust of the open nozzle, N.
    pub thrust_max_n: f64,
    /// The cluster (0..4) whose node drives this valve.
    pub cluster: usize,
    /// From the command edge until thrust begins to rise, s.
    pub open_delay_s: f64,
    /// From the command edge until thrust begins to fall, s.
    pub close_delay_s: f64,
    /// Zero to full thrust, linear, s.
    pub rise_s: f64,
    /// Full to zero thrust, linear, s.
    pub fall_s: f64,
    /// Shortest commanded opening, s; a throttleable nozzle has none.
    pub min_on_s: f64,
    /// Shortest commanded pause, s; a throttleable nozzle has none.
    pub min_off_s: f64,
    /// Longest continuous opening, at whatever level, s.
    pub max_on_s: f64,
    /// Electrical power drawn while open, per newton of maximum thrust, W/N.
    pub power_w_per_n: f64,
    /// Takes a level and not only on and off; see [`ValveCommand`](crate::ValveCommand).
    pub throttleable: bool,
}

/// Electrical storage, the two buses, their loads and the rules for them.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PowerPlane {
    /// Battery energy at state of charge 1, Wh.
    pub battery_capacity_wh: f64,
    /// Battery state of charge at the start, 0..1.
    pub battery_soc_init: f64,
    /// Battery power limits, W.
    pub battery_charge_max_w: f64,
    /// See `battery_charge_max_w`.
    pub battery_discharge_max_w: f64,
    /// Supercapacitor energy at state of charge 1, Wh.
    pub supercap_capacity_wh: f64,
    /// Supercapacitor state of charge at the start, 0..1.
    pub supercap_soc_init: f64,
    /// Supercapacitor power limits, W.
    pub supercap_charge_max_w: f64,
    /// See `supercap_charge_max_w`.
    pub supercap_discharge_max_w: f64,
    /// At this state of charge of the battery and below, radar and transponder are shed.
    pub battery_shed_soc: f64,
    /// At this state of charge of the battery and above, they come back.
    pub battery_restore_soc: f64,
    /// At this state of charge of the supercapacitor and above, boost is allowed.
    pub supercap_boost_soc: f64,
    /// Below this state of charge of the supercapacitor, only stabilisation and charging are.
    pub supercap_hold_soc: f64,
    /// A right that was given is kept this far below its threshold, one that was lost comes back
    /// this far above it, 0..1.
    pub supercap_gate_hysteresis: f64,
    /// Voltage of the avionics bus with a full battery, V.
    pub bus_nominal_v: f64,
    /// Voltage of the avionics bus with an empty battery, V.
    pub bus_min_v: f64,
    /// Most current of the avionics bus, A.
    pub bus_current_max_a: f64,
    /// Steady source (trickle), W.
    pub base_in_w: f64,
    /// Steady loads, W.
    pub base_out_w: f64,
    /// Electrical drives, per speed, W/(m/s); nozzles are counted by themselves.
    pub motion_w_per_mps: f64,
    /// Computer under full load, W.
    pub mcqpu_w: f64,
    /// Radar, W.
    pub radar_w: f64,
    /// Transponder, W.
    pub transponder_w: f64,
    /// Most for the narrow-band link, W.
    pub nbl_w: f64,
    /// Below this state of charge of the battery, the narrow-band link gets nothing.
    pub nbl_soc_min: f64,
    /// Above this temperature of the node `core`, neither, °C.
    pub nbl_core_max_c: f64,
    /// Voltage of a docking station, V.
    pub dock_station_v: f64,
    /// Most power of a docking station, W.
    pub dock_station_max_w: f64,
    /// Most current over the dock bridge, A.
    pub dock_current_max_a: f64,
    /// Zero to full dock power, linear, s.
    pub dock_soft_start_s: f64,
    /// Most that the whole bot may draw, W.
    pub peak_max_w: f64,
}

/// Thermal nodes, explicit Euler, and the environment.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThermalPlane {
    /// Temperature of the environment, °C.
    pub ambient_c: f64,
    /// Exchange with the environment added to every node's own cooling, W/K.
    pub ambient_exchange_w_per_k: f64,
    /// The nodes; `rcs_c01`..`rcs_c04` are the clusters.
    pub nodes: Vec<ThermalNode>,
    /// Conductive couplings.
    pub couplings: Vec<ThermalCoupling>,
}

/// One thermal node.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThermalNode {
    /// Name, unique.
    pub name: String,
    /// Heat capacity, J/K.
    pub heat_capacity_j_per_k: f64,
    /// Cooling to the environment, W/K.
    pub cooling_w_per_k: f64,
    /// Temperature at the start, °C.
    pub init_c: f64,
    /// Warns, and is derated from here on, °C; below `trip_c`.
    pub warn_c: f64,
    /// Trips at and above this temperature, °C.
    pub trip_c: f64,
    /// Clears at `trip_c - hysteresis_k`.
    pub hysteresis_k: f64,
    /// What heats the node.
    pub heat: Vec<HeatInput>,
}

/// `gain * source`, a heat flow into a node, W.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeatInput {
    /// The quantity.
    pub source: HeatSource,
    /// Watts of heat per unit of the quantity.
    pub gain: f64,
}

/// Quantities that heat a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeatSource {
    /// Power of the computer, W.
    McqpuW,
    /// Power of the narrow-band link, W.
    NblW,
    /// Power that leaves the bus, W.
    PowerOutW,
    /// Square of the bus current of the avionics loads, A².
    BusASquared,
    /// Charge plus discharge power of the supercapacitor, W.
    SupercapW,
    /// |power in - power out| of the battery, W.
    BatteryW,
    /// Square of the docking bridge current, A².
    DockASquared,
    /// Electrical power of all nozzles, W.
    RcsW,
    /// Electrical power of the nozzles of a cluster, W.
    RcsCluster0W,
    /// Electrical power of the nozzles of a cluster, W.
    RcsCluster1W,
    /// Electrical power of the nozzles of a cluster, W.
    RcsCluster2W,
    /// Electrical power of the nozzles of a cluster, W.
    RcsCluster3W,
}

/// Heat flows from the warmer to the colder of two nodes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThermalCoupling {
    /// Names of the two nodes.
    pub between: [String; 2],
    /// Conductance, W/K.
    pub conductance_w_per_k: f64,
}

/// The sensors a controller gets, each with its rate.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sensors {
    /// Gyro: body rates, rad/s.
    pub rates: SensorConfig,
    /// Accelerometer: specific force at the centre of mass, m/s².
    pub acceleration: SensorConfig,
    /// Star tracker: attitude, rad per axis.
    pub attitude: SensorConfig,
    /// Position fix, m per axis.
    pub position: SensorConfig,
    /// Velocity fix, m/s per axis.
    pub velocity: SensorConfig,
    /// Rate of the power report, Hz.
    pub power_rate_hz: f64,
    /// Rate of the thermal report, Hz.
    pub thermal_rate_hz: f64,
}

/// Rate and error of a sensor; white noise plus a bias drawn once per run, per axis.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SensorConfig {
    /// Reports per second; never more than one a tick.
    pub rate_hz: f64,
    /// Standard deviation of the white noise, in the sensor's unit.
    pub noise_std: f64,
    /// Standard deviation of the bias drawn at the start, in the sensor's unit.
    pub bias_std: f64,
}

/// Gains, limits and modulation of the controller.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ControlConfig {
    /// Attitude loop.
    pub attitude: Attitude,
    /// Position loop.
    pub position: Position,
    /// How a level becomes pulses of a nozzle that is on or off.
    pub modulator: ModulatorConfig,
    /// Whether a craft that holds still fires planned sets of pulses instead of the modulator's:
    /// nozzles that oppose each other, whose difference is less than a shortest pulse.
    pub differential_pulses: bool,
    /// Weight of one newton of force error in the allocation, 1/N.
    pub force_weight_per_n: f64,
    /// Weight of one newton metre of torque error in the allocation, 1/(N·m).
    pub torque_weight_per_nm: f64,
    /// Most electrical power of all nozzles at once, W.
    pub rcs_power_max_w: f64,
    /// Allocation mode at the start of a run.
    pub allocation_mode: LoopAllocation,
    /// Most torque about the centre of mass of nozzles that manual override fires, N·m.
    pub manual_torque_max_nm: f64,
    /// A navigation value older than this is stale, s.
    pub nav_stale_s: f64,
    /// A valve node that has not been heard for this long is lost, s.
    pub node_stale_s: f64,
    /// Whether the craft's motion is evidence of what its nozzles do. Not so on a test stand.
    pub motion_evidence: bool,
}

/// Quaternion feedback with eigen-axis slews.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attitude {
    /// Natural frequency of the closed loop, rad/s.
    pub bandwidth_rps: f64,
    /// Damping ratio.
    pub damping: f64,
    /// Slew limits.
    pub limits: AttitudeLimits,
}

/// Limits of an eigen-axis slew.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttitudeLimits {
    /// Fastest slew, rad/s.
    pub rate_max_rps: f64,
    /// Fastest change of the slew rate, rad/s².
    pub acceleration_max_rps2: f64,
}

/// Position loop and the limits of a straight-line transfer.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// Natural frequency of the closed loop, rad/s.
    pub bandwidth_rps: f64,
    /// Damping ratio.
    pub damping: f64,
    /// Fastest transfer, m/s.
    pub speed_max_mps: f64,
    /// Fastest change of speed, m/s².
    pub acceleration_max_mps2: f64,
}

/// What a control loop can allocate with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoopAllocation {
    /// Only the sets of the thrust map.
    Auto,
    /// Any combination of nozzles.
    Adaptive,
}

/// The firing rule of all nozzles that are on or off, with its parameters; what they mean is in
/// `docs/math/modulation.md`.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ModulatorConfig {
    /// Pulse-width pulse-frequency modulation; input normalised to the nozzle's maximum thrust.
    Pwpf {
        /// Gain of the filter.
        km: f64,
        /// Time constant of the filter, s.
        tau_s: f64,
        /// The relay closes at this filter output.
        u_on: f64,
        /// The relay opens at this filter output.
        u_off: f64,
    },
    /// Hysteresis around an impulse residual of zero.
    BangBang {
        /// Width of the hysteresis, s at full thrust.
        band_s: f64,
    },
    /// Shortest pulses, begun and ended by the impulse residual as a part of one.
    Schmitt {
        /// Fires from here on, of the shortest pulse.
        level_on: f64,
        /// Stops from here on, of the shortest pulse.
        level_off: f64,
    },
    /// Waits until the impulse residual makes a shortest pulse.
    Remainder {},
}

impl Craft {
    /// Reads a craft from the JSON object of `BotSpec.core_json()`.
    ///
    /// # Errors
    /// [`CraftError`] where the text is not such an object.
    pub fn from_json(text: &str) -> Result<Self, CraftError> {
        let craft: Self = serde_json::from_str(text)?;
        if craft.thrusters.len() != NOZZLES {
            return Err(CraftError::ThrusterCount(craft.thrusters.len()));
        }
        Ok(craft)
    }

    /// What the shortest pulse of the strongest nozzle burns, kg.
    #[must_use]
    pub fn shortest_pulse_kg(&self) -> f64 {
        let impulses_ns = self.thrusters.iter().map(|t| t.thrust_max_n * t.min_on_s);
        impulses_ns.fold(0.0, f64::max) / (self.mass.isp_s * STANDARD_GRAVITY_MPS2)
    }
}
