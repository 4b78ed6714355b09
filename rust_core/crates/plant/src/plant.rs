//! The craft as a whole, one tick at a time.

use qiki_craft::{
    CLUSTERS, Craft, Feedback, Fresh, NOZZLES, NodeState, Quat, Truth, ValveCommand, Vec3,
};
use qiki_power::{Demand, PowerSystem};

use crate::PlantError;
use crate::algebra::{add, cross, norm, quat_norm, quat_unit, rotate, scale, sub};
use crate::mass::MassModel;
use crate::power::{PowerState, detail};
use crate::propulsion::{Burn, Propulsion};
use crate::rigid::{RigidState, Wrench};
use crate::schedule::{DT_MAX_S, Schedule};
use crate::sensors::SensorSet;
use crate::valve_fault::ValveFault;

/// How often power and heat are stepped, Hz.
const HOUSEKEEPING_HZ: f64 = 50.0;

/// A time within this of the end or the beginning of a tick is that, s: a thousandth of the 1 µs in
/// which valves are commanded, and far above the rounding of seconds.
const ON_TIME_EPS_S: f64 = 1e-9;
/// Most that a craft may turn in a step at the start, rad. The equations of motion are stepped by a
/// method of fourth order, whose error a step grows with the fifth power of this; beyond a radian
/// gyroscopic torque throws the rates off without bound.
const TURN_MAX_RAD: f64 = 1.0;

/// Where a run begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InitialState {
    /// Centre of mass, m, world.
    pub position_m_world: Vec3,
    /// Velocity of the centre of mass, m/s, world.
    pub velocity_mps_world: Vec3,
    /// Attitude, body to world; any length above zero.
    pub attitude_xyzw: Quat,
    /// Angular rate, rad/s, body.
    pub rates_rps_body: Vec3,
}

impl Default for InitialState {
    fn default() -> Self {
        Self {
            position_m_world: [0.0; 3],
            velocity_mps_world: [0.0; 3],
            attitude_xyzw: [0.0, 0.0, 0.0, 1.0],
            rates_rps_body: [0.0; 3],
        }
    }
}

/// The simulated craft. Made once, then moved ahead by [`Plant::command`] or [`Plant::step`].
#[derive(Debug, Clone)]
pub struct Plant {
    dt_s: f64,
    tick: u64,
    whole_period_us: u32,
    rigid: RigidState,
    mass: MassModel,
    propulsion: Propulsion,
    sensors: SensorSet,
    power: PowerSystem,
    /// What the power plane is asked for besides the nozzles.
    demand: Demand,
    housekeeping: Schedule,
    /// Ticks since power and heat were stepped.
    since_housekeeping: u32,
    armed: bool,
    /// Mean over the last tick, m/s², body.
    specific_force_mps2_body: Vec3,
}

impl Plant {
    /// A craft at rest in its tanks and temperatures, valves closed, at tick 0.
    ///
    /// # Errors
    /// [`PlantError`] names the first number that the equations cannot take.
    pub fn new(
        craft: &Craft,
        dt_s: f64,
        seed: u64,
        initial: &InitialState,
    ) -> Result<Self, PlantError> {
        if !(dt_s > 0.0 && dt_s <= DT_MAX_S) {
            return Err(PlantError::Step(dt_s));
        }
        Ok(Self {
            dt_s,
            tick: 0,
            whole_period_us: (dt_s * 1e6 + 1e-3) as u32,
            rigid: start(initial, dt_s)?,
            mass: MassModel::new(&craft.mass)?,
            propulsion: Propulsion::new(craft, dt_s)?,
            sensors: SensorSet::new(&craft.sensors, dt_s, seed)?,
            power: PowerSystem::new(&craft.power, &craft.thermal, 1.0 / HOUSEKEEPING_HZ + dt_s)
                .map_err(PlantError::of_power)?,
            demand: Demand::default(),
            housekeeping: Schedule::new(HOUSEKEEPING_HZ, dt_s),
            since_housekeeping: 0,
            armed: false,
            specific_force_mps2_body: [0.0; 3],
        })
    }

    /// Moves one tick ahead under a valve command; unarmed, all valves are commanded closed.
    /// On-times of the whole microseconds of the period and above count as the whole period.
    pub fn command(&mut self, command: &ValveCommand) {
        let on_s = command.on_time_us.map(|us| {
            if !command.armed {
                0.0
            } else if us >= self.whole_period_us {
                self.dt_s
            } else {
                f64::from(us) * 1e-6
            }
        });
        self.advance(&on_s);
        self.armed = command.armed;
    }

    /// Moves one tick ahead, armed, with on-times in seconds by the edge rule of
    /// [`ValveCommand`]. They are held to 0 and the period; NaN counts as 0. Within
    /// [`ON_TIME_EPS_S`] of the period or of 0 they are the period or 0: no valve has such an edge.
    pub fn step(&mut self, on_time_s: &[f64; NOZZLES]) {
        self.advance(&on_time_s.map(|on_s| {
            if on_s > self.dt_s - ON_TIME_EPS_S {
                self.dt_s
            } else if on_s < ON_TIME_EPS_S {
                0.0
            } else {
                on_s
            }
        }));
        self.armed = true;
    }

    /// What the sensors report at the start of the present tick; clears `feedback` first.
    /// Asking again in the same tick gives the same values.
    pub fn sense(&mut self, feedback: &mut Feedback) {
        feedback.fresh = Fresh::default();
        let truth = self.truth();
        self.sensors
            .sense(self.tick, &truth, self.specific_force_mps2_body, feedback);
        self.sense_valves(feedback);
        if self.sensors.power_due(self.tick) {
            self.sense_power(feedback);
        }
        if self.sensors.thermal_due(self.tick) {
            self.sense_heat(feedback);
        }
    }

    /// What is so, without any sensor.
    #[must_use]
    pub fn truth(&self) -> Truth {
        Truth {
            position_m_world: self.rigid.position_m_world,
            velocity_mps_world: self.rigid.velocity_mps_world,
            attitude_xyzw: self.rigid.attitude_xyzw,
            rates_rps_body: self.rigid.rates_rps_body,
            mass_kg: self.mass.total_kg(),
        }
    }

    /// Begins a fault of a valve, or ends it. A fault that has begun several times lasts until it
    /// has ended as often. Of different ones that hold the valve, or change what its sensor says,
    /// the one that began last counts.
    ///
    /// # Errors
    /// [`PlantError::Nozzle`] where there is no such nozzle.
    pub fn set_valve_fault(
        &mut self,
        nozzle: usize,
        fault: ValveFault,
        active: bool,
    ) -> Result<(), PlantError> {
        self.propulsion.set_fault(nozzle, fault, active)
    }

    /// Ticks since the start.
    #[must_use]
    pub fn tick(&self) -> u64 {
        self.tick
    }

    /// Time since the start, s.
    #[must_use]
    pub fn time_s(&self) -> f64 {
        self.tick as f64 * self.dt_s
    }

    /// Propellant left, kg.
    #[must_use]
    pub fn propellant_kg(&self) -> f64 {
        self.mass.propellant_kg()
    }

    /// Centre of mass from the geometric centre, m, body.
    #[must_use]
    pub fn com_m_body(&self) -> Vec3 {
        self.mass.com_m_body()
    }

    /// Inertia about the present centre of mass, kg·m², body.
    #[must_use]
    pub fn inertia_kgm2(&self) -> [Vec3; 3] {
        self.mass.inertia_kgm2()
    }

    /// How long each valve was open in the last tick by its own position switch, µs: after the
    /// delays and whatever a fault does, so it lags the command by them; of a throttled valve the
    /// time integral of its position. The fraction of a microsecond is carried over, so with equal delays the sum over a run is the sum commanded.
    #[must_use]
    pub fn open_time_us(&self) -> [u32; NOZZLES] {
        self.propulsion.open_time_us
    }

    /// Whether each valve is open at this instant.
    #[must_use]
    pub fn valve_open(&self) -> [bool; NOZZLES] {
        self.propulsion.valve_open()
    }

    /// Whether each nozzle takes a level and not only on and off.
    #[must_use]
    pub fn throttleable(&self) -> [bool; NOZZLES] {
        self.propulsion.throttleable()
    }

    /// Temperature of each thermal node by name, °C, in the craft's order.
    pub fn temperatures_c(&self) -> impl Iterator<Item = (&str, f64)> {
        let nodes = self.power.thermal().nodes();
        nodes.map(|node| (node.name, node.watch.temp_c()))
    }

    /// The electrical side.
    #[must_use]
    pub fn power(&self) -> PowerState {
        self.power.report().into()
    }

    /// The power plane with its full report and its thermal nodes.
    #[must_use]
    pub fn power_system(&self) -> &PowerSystem {
        &self.power
    }

    /// Switches of the power plane from its next step on: radar, transponder, narrow-band link,
    /// dock. Speed and nozzle powers are the plant's own and are not taken from here.
    pub fn set_power_demand(&mut self, demand: &Demand) {
        self.demand = *demand;
    }

    fn advance(&mut self, on_s: &[f64; NOZZLES]) {
        let burn = self
            .propulsion
            .tick(on_s, self.dt_s, self.mass.propellant_kg());
        // Half of the propellant leaves before the motion and half after it: symmetric, hence
        // second order, and the motion itself sees the mass of mid-tick.
        self.drain(0.5 * burn.propellant_kg);
        self.rigid = self
            .rigid
            .advanced(&self.mass.body(), &self.wrench(&burn), self.dt_s);
        self.specific_force_mps2_body = scale(
            1.0 / (self.mass.total_kg() * self.dt_s),
            burn.impulse_ns_body,
        );
        self.drain(0.5 * burn.propellant_kg);
        self.since_housekeeping += 1;
        if self.housekeeping.due(self.tick).is_some() {
            self.step_housekeeping();
        }
        self.tick += 1;
    }

    /// Mean wrench of a tick, moved from the geometric centre to the centre of mass.
    fn wrench(&self, burn: &Burn) -> Wrench {
        let per_s = 1.0 / self.dt_s;
        let offset = cross(self.mass.com_m_body(), burn.impulse_ns_body);
        Wrench {
            force_n_body: scale(per_s, burn.impulse_ns_body),
            torque_nm_body: scale(per_s, sub(burn.angular_impulse_nms_body, offset)),
        }
    }

    /// Takes propellant out. No material point of the craft jumps or changes its velocity, but
    /// the centre of mass is another point afterwards, with a place and velocity of its own.
    fn drain(&mut self, propellant_kg: f64) {
        if propellant_kg <= 0.0 {
            return;
        }
        let before = self.mass.com_m_body();
        let left_kg = self.mass.propellant_kg() - propellant_kg;
        self.mass.hold(left_kg.max(0.0));
        let moved = sub(self.mass.com_m_body(), before);
        let q = self.rigid.attitude_xyzw;
        let carried = rotate(q, cross(self.rigid.rates_rps_body, moved));
        self.rigid.position_m_world = add(self.rigid.position_m_world, rotate(q, moved));
        self.rigid.velocity_mps_world = add(self.rigid.velocity_mps_world, carried);
    }

    fn step_housekeeping(&mut self) {
        let span_s = f64::from(self.since_housekeeping) * self.dt_s;
        self.since_housekeeping = 0;
        let energy_j = self.propulsion.take_energy_j();
        self.demand.rcs_cluster_w = energy_j.map(|energy_j| energy_j / span_s);
        self.demand.speed_mps = norm(self.rigid.velocity_mps_world);
        self.power.step(&self.demand, span_s);
    }

    fn sense_valves(&self, feedback: &mut Feedback) {
        let state = if self.armed {
            NodeState::Armed
        } else {
            NodeState::Silent
        };
        feedback.open_time_us = self.propulsion.open_time_us;
        feedback.valve_fault = 0;
        feedback.node_state = [state; CLUSTERS];
        for cluster in 0..CLUSTERS {
            feedback.fresh.set(Fresh::valves(cluster));
        }
    }

    fn sense_power(&self, feedback: &mut Feedback) {
        let state = self.power.report();
        feedback.battery_soc = state.battery_soc;
        feedback.supercap_soc = state.supercap_soc;
        feedback.bus_v = state.bus_v;
        feedback.load_w = state.load_w;
        feedback.propellant_kg = self.mass.propellant_kg();
        feedback.fresh.set(Fresh::POWER);
        feedback.power_detail = detail(state);
        feedback.fresh.set(Fresh::POWER_DETAIL);
    }

    fn sense_heat(&self, feedback: &mut Feedback) {
        let thermal = self.power.thermal();
        feedback.cluster_temp_c = thermal.clusters().map(|node| node.temp_c());
        feedback.fresh.set(Fresh::THERMAL);
        let temps_c = thermal.nodes().map(|node| node.watch.temp_c());
        feedback.nodes.set_temps_c(temps_c);
        feedback.nodes.warned = thermal.warned();
        feedback.nodes.tripped = thermal.tripped();
        feedback.fresh.set(Fresh::NODES);
    }
}

fn start(initial: &InitialState, dt_s: f64) -> Result<RigidState, PlantError> {
    finite("position_m_world", &initial.position_m_world)?;
    finite("velocity_mps_world", &initial.velocity_mps_world)?;
    finite("attitude_xyzw", &initial.attitude_xyzw)?;
    finite("rates_rps_body", &initial.rates_rps_body)?;
    let rate_rps = norm(initial.rates_rps_body);
    let can_be_stepped = rate_rps * dt_s <= TURN_MAX_RAD;
    if !can_be_stepped {
        let most_rps = TURN_MAX_RAD / dt_s;
        return Err(PlantError::Rates { rate_rps, most_rps });
    }
    let norm = quat_norm(initial.attitude_xyzw);
    if !(norm > 1e-6 && norm.is_finite()) {
        return Err(PlantError::Attitude(norm));
    }
    Ok(RigidState {
        position_m_world: initial.position_m_world,
        velocity_mps_world: initial.velocity_mps_world,
        attitude_xyzw: quat_unit(initial.attitude_xyzw),
        rates_rps_body: initial.rates_rps_body,
    })
}

fn finite(field: &'static str, values: &[f64]) -> Result<(), PlantError> {
    match values.iter().find(|v| !v.is_finite()) {
        Some(value) => Err(PlantError::Initial {
            field,
            value: *value,
        }),
        None => Ok(()),
    }
}
