//! What a controller is made from, worked out once from the craft.

use nalgebra::{Matrix3, Vector3};
use qiki_alloc::{AXES, AllocError, Allocator, Bounds, Power};
use qiki_craft::{Craft, NOZZLES, Thruster};
use qiki_pwpf::{Bank, ParamError, Params, ValveTimes};

use crate::guard::Limits;

/// Why a controller cannot be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ConfigError {
    /// The period is outside of what the loop allows.
    #[error("period: {0} us given, 1000..=5000 us (200..1000 Hz) needed")]
    Period(u32),
    /// The effectiveness cannot be used.
    #[error(transparent)]
    Alloc(#[from] AllocError),
    /// The modulator cannot drive the valves.
    #[error(transparent)]
    Modulator(#[from] ParamError),
}

/// The craft as the controller uses it: full tank, one set of valve times for all.
#[derive(Debug, Clone, PartialEq)]
pub struct Geometry {
    /// Force and torque about the centre of mass per newton of each nozzle, body.
    pub effectiveness: [[f64; NOZZLES]; AXES],
    /// Most thrust of each nozzle, N.
    pub thrust_max_n: [f64; NOZZLES],
    /// Inertia about the centre of mass, kg·m², body.
    pub inertia: Matrix3<f64>,
}

fn matrix(rows: &[[f64; 3]; 3]) -> Matrix3<f64> {
    Matrix3::from_fn(|r, c| rows[r][c])
}

/// Inertia of a point mass at `arm` from the axes' origin, kg·m².
fn point_inertia(mass_kg: f64, arm: Vector3<f64>) -> Matrix3<f64> {
    mass_kg * (Matrix3::identity() * arm.norm_squared() - arm * arm.transpose())
}

/// Centre of mass, inertia and effectiveness with a full tank.
#[must_use]
pub fn geometry(craft: &Craft) -> Geometry {
    let mass = &craft.mass;
    let (dry, tank) = (
        Vector3::from(mass.com_m_body),
        Vector3::from(mass.tank_m_body),
    );
    let com = (dry * mass.dry_kg + tank * mass.propellant_kg) / (mass.dry_kg + mass.propellant_kg);
    let inertia = matrix(&mass.inertia_kgm2)
        + point_inertia(mass.dry_kg, dry - com)
        + point_inertia(mass.propellant_kg, tank - com);
    let mut effectiveness = [[0.0; NOZZLES]; AXES];
    for (n, thruster) in craft.thrusters.iter().enumerate().take(NOZZLES) {
        let force = Vector3::from(thruster.force_direction_body);
        let torque = (Vector3::from(thruster.position_m_body) - com).cross(&force);
        for i in 0..3 {
            effectiveness[i][n] = force[i];
            effectiveness[i + 3][n] = torque[i];
        }
    }
    Geometry {
        effectiveness,
        thrust_max_n: per_nozzle(craft, |t| t.thrust_max_n),
        inertia,
    }
}

/// One number of each thruster.
fn per_nozzle(craft: &Craft, pick: impl Fn(&Thruster) -> f64) -> [f64; NOZZLES] {
    std::array::from_fn(|n| craft.thrusters.get(n).map_or(0.0, &pick))
}

/// The strictest valve times of all nozzles.
fn valve_times(craft: &Craft) -> ValveTimes {
    let most = |pick: fn(&Thruster) -> f64| per_nozzle(craft, pick).into_iter().fold(0.0, f64::max);
    let least = |pick: fn(&Thruster) -> f64| {
        per_nozzle(craft, pick)
            .into_iter()
            .fold(f64::INFINITY, f64::min)
    };
    ValveTimes {
        min_on_s: most(|t| t.min_on_s),
        min_off_s: most(|t| t.min_off_s),
        max_on_s: least(|t| t.max_on_s),
    }
}

fn micros(seconds: f64) -> u32 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let us = (seconds * 1e6).round() as u32;
    us
}

/// The parts of a controller that are computed from a craft.
pub(crate) struct Parts {
    pub(crate) geometry: Geometry,
    pub(crate) allocator: Allocator<NOZZLES>,
    pub(crate) bank: Bank,
    pub(crate) limits: Limits,
    /// What the rest of the bot draws, W.
    pub(crate) others_w: f64,
    /// Most pure force along +X, -X, +Y, -Y, +Z, -Z, N.
    pub(crate) axis_force_n: [f64; 6],
}

pub(crate) fn parts(craft: &Craft, period_us: u32) -> Result<Parts, ConfigError> {
    if !(1000..=5000).contains(&period_us) {
        return Err(ConfigError::Period(period_us));
    }
    let geometry = geometry(craft);
    let control = &craft.control;
    let (f, t) = (control.force_weight_per_n, control.torque_weight_per_nm);
    let p = &control.pwpf;
    let params = Params {
        km: p.km,
        tau_s: p.tau_s,
        u_on: p.u_on,
        u_off: p.u_off,
    };
    let times = valve_times(craft);
    let power_w = per_nozzle(craft, |t| t.power_w_per_n * t.thrust_max_n);
    let bus = &craft.power;
    let others_w = bus.base_out_w + bus.mcqpu_w + bus.radar_w + bus.transponder_w + bus.nbl_w;
    let limits = Limits {
        period_us,
        min_on_us: micros(times.min_on_s),
        min_off_us: micros(times.min_off_s),
        max_on_us: micros(times.max_on_s),
        power_w,
        power_max_w: control.rcs_power_max_w.min(bus.peak_max_w - others_w),
    };
    let power = Power {
        w_per_n: per_nozzle(craft, |t| t.power_w_per_n),
        max_w: limits.power_max_w.max(0.0),
    };
    let allocator = Allocator::with_power(geometry.effectiveness, [f, f, f, t, t, t], power)?;
    let healthy = Bounds {
        lo: [0.0; NOZZLES],
        hi: geometry.thrust_max_n,
    };
    let axis_force_n = std::array::from_fn(|axis| {
        let mut wrench = [0.0; AXES];
        wrench[axis / 2] = if axis % 2 == 0 { 1.0 } else { -1.0 };
        allocator.reach(&wrench, &healthy)
    });
    let bank = Bank::new(params, times, period_us)?;
    Ok(Parts {
        geometry,
        allocator,
        bank,
        limits,
        others_w,
        axis_force_n,
    })
}
