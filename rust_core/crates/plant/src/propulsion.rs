//! Sixteen valves: the wrench they give in a tick, and the propellant that takes.

use qiki_craft::{Craft, NOZZLES, STANDARD_GRAVITY_MPS2, Thruster, Vec3};

use crate::PlantError;
use crate::algebra::{add_scaled, cross, norm, scale};
use crate::error::check;
use crate::valve::Valve;
use crate::valve_fault::ValveFault;

/// Longest delay of a valve, s, and in ticks: what a queue is sized for at most.
const DELAY_MAX_S: f64 = 1.0;
const DELAY_MAX_TICKS: f64 = 10_000.0;

#[derive(Debug, Clone)]
struct Nozzle {
    force_n_body: Vec3,
    /// Torque of full thrust about the geometric centre, N·m, body.
    torque_nm_body: Vec3,
    thrust_max_n: f64,
    /// Electrical power while open, W.
    power_w: f64,
    cluster: usize,
}

/// What the nozzles did in one tick; impulses are about the geometric centre.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Burn {
    pub(crate) impulse_ns_body: Vec3,
    pub(crate) angular_impulse_nms_body: Vec3,
    pub(crate) propellant_kg: f64,
}

impl Burn {
    /// A nozzle that gave its full thrust for `thrust_s`, as far as the wrench is concerned.
    fn add(&mut self, thrust_s: f64, nozzle: &Nozzle) {
        let (force, torque) = (nozzle.force_n_body, nozzle.torque_nm_body);
        self.impulse_ns_body = add_scaled(self.impulse_ns_body, thrust_s, force);
        self.angular_impulse_nms_body = add_scaled(self.angular_impulse_nms_body, thrust_s, torque);
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Propulsion {
    nozzles: [Nozzle; NOZZLES],
    valves: [Valve; NOZZLES],
    exhaust_mps: f64,
    /// How long each valve was open in the last tick, µs, a throttled one by its level; and what
    /// rounding still owes.
    pub(crate) open_time_us: [u32; NOZZLES],
    residual_us: [f64; NOZZLES],
    /// Electrical energy of each cluster since it was last taken, J.
    energy_j: [f64; qiki_craft::CLUSTERS],
}

impl Propulsion {
    pub(crate) fn new(craft: &Craft, dt_s: f64) -> Result<Self, PlantError> {
        let thrusters: &[Thruster; NOZZLES] = craft
            .thrusters
            .as_slice()
            .try_into()
            .map_err(|_| PlantError::ThrusterCount(craft.thrusters.len()))?;
        for (index, thruster) in thrusters.iter().enumerate() {
            check_thruster(index, thruster, dt_s)?;
        }
        Ok(Self {
            nozzles: std::array::from_fn(|i| nozzle(&thrusters[i])),
            valves: std::array::from_fn(|i| Valve::new(&thrusters[i], dt_s)),
            exhaust_mps: craft.mass.isp_s * STANDARD_GRAVITY_MPS2,
            open_time_us: [0; NOZZLES],
            residual_us: [0.0; NOZZLES],
            energy_j: [0.0; qiki_craft::CLUSTERS],
        })
    }

    /// Moves every valve one tick on; a tank that runs dry in the tick scales its thrust down.
    pub(crate) fn tick(&mut self, on_s: &[f64; NOZZLES], dt_s: f64, tank_kg: f64) -> Burn {
        let mut burn = Burn::default();
        let mut total_ns = 0.0;
        for i in 0..NOZZLES {
            let (nozzle, valve) = (&self.nozzles[i], &mut self.valves[i]);
            // `clamp` keeps NaN, `max` drops it: an on-time that is no number is no on-time.
            let on_s = on_s[i].max(0.0).min(dt_s);
            if on_s == 0.0 && valve.rests() {
                self.open_time_us[i] = 0; // Less than a microsecond is left.
                continue;
            }
            let done = valve.tick(on_s, dt_s);
            if done.thrust_s != 0.0 {
                burn.add(done.thrust_s, nozzle);
                total_ns += done.thrust_s * nozzle.thrust_max_n;
            }
            self.energy_j[nozzle.cluster] += done.open_s * nozzle.power_w;
            self.report_open_time(i, done.reported_s);
        }
        burn.propellant_kg = total_ns / self.exhaust_mps;
        limited(burn, tank_kg)
    }

    /// Whole microseconds are reported and the rest is left to the next tick, so that the sum
    /// over ticks stays within half a microsecond of the truth.
    fn report_open_time(&mut self, nozzle: usize, reported_s: f64) {
        let exact_us = reported_s * 1e6 + self.residual_us[nozzle];
        // `f64::round` would be a call into a library. Below zero the conversion gives zero.
        let below_us = exact_us as u32;
        let whole_us = below_us + u32::from(exact_us - f64::from(below_us) >= 0.5);
        self.residual_us[nozzle] = exact_us - f64::from(whole_us);
        self.open_time_us[nozzle] = whole_us;
    }

    /// Electrical energy of each cluster since the last call, J.
    pub(crate) fn take_energy_j(&mut self) -> [f64; qiki_craft::CLUSTERS] {
        std::mem::take(&mut self.energy_j)
    }

    pub(crate) fn valve_open(&self) -> [bool; NOZZLES] {
        std::array::from_fn(|i| self.valves[i].is_open())
    }

    pub(crate) fn throttleable(&self) -> [bool; NOZZLES] {
        std::array::from_fn(|i| self.valves[i].throttleable())
    }

    pub(crate) fn set_fault(
        &mut self,
        nozzle: usize,
        fault: ValveFault,
        active: bool,
    ) -> Result<(), PlantError> {
        let valve = self
            .valves
            .get_mut(nozzle)
            .ok_or(PlantError::Nozzle(nozzle))?;
        valve.set_fault(fault, active);
        Ok(())
    }
}

fn limited(burn: Burn, tank_kg: f64) -> Burn {
    if burn.propellant_kg <= tank_kg && tank_kg > 0.0 {
        return burn;
    }
    let share = if burn.propellant_kg > 0.0 {
        tank_kg / burn.propellant_kg
    } else {
        0.0
    };
    Burn {
        impulse_ns_body: scale(share, burn.impulse_ns_body),
        angular_impulse_nms_body: scale(share, burn.angular_impulse_nms_body),
        propellant_kg: share * burn.propellant_kg,
    }
}

fn nozzle(thruster: &Thruster) -> Nozzle {
    let force = scale(thruster.thrust_max_n, thruster.force_direction_body);
    Nozzle {
        force_n_body: force,
        torque_nm_body: cross(thruster.position_m_body, force),
        thrust_max_n: thruster.thrust_max_n,
        power_w: thruster.power_w_per_n * thruster.thrust_max_n,
        cluster: thruster.cluster,
    }
}

fn check_thruster(index: usize, thruster: &Thruster, dt_s: f64) -> Result<(), PlantError> {
    let at = |field: &'static str| move || format!("thrusters[{index}].{field}");
    for axis in 0..3 {
        let position = thruster.position_m_body[axis];
        check(at("position_m_body"), position, |_| true, "finite numbers")?;
    }
    let length = norm(thruster.force_direction_body);
    check(
        at("force_direction_body"),
        length,
        |x| (x - 1.0).abs() < 1e-3,
        "a vector of length 1",
    )?;
    check(
        at("thrust_max_n"),
        thruster.thrust_max_n,
        |x| x >= 0.0,
        "0 N or more",
    )?;
    check(
        at("power_w_per_n"),
        thruster.power_w_per_n,
        |x| x >= 0.0,
        "0 W/N or more",
    )?;
    check(at("rise_s"), thruster.rise_s, |x| x >= 0.0, "0 s or more")?;
    check(at("fall_s"), thruster.fall_s, |x| x >= 0.0, "0 s or more")?;
    let in_range = |x: f64| (0.0..=DELAY_MAX_S).contains(&x) && x / dt_s <= DELAY_MAX_TICKS;
    let need = "0 to 1 s and at most 10000 ticks";
    check(at("open_delay_s"), thruster.open_delay_s, in_range, need)?;
    check(at("close_delay_s"), thruster.close_delay_s, in_range, need)?;
    let cluster = thruster.cluster as f64;
    check(
        at("cluster"),
        cluster,
        |_| thruster.cluster < qiki_craft::CLUSTERS,
        "0 to 3",
    )
}
