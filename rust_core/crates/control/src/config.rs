//! What a controller is made from, worked out once from the craft.

use nalgebra::Matrix3;
use qiki_alloc::{AllocError, Allocator, Power};
use qiki_craft::{
    Craft, Geometry, NOZZLES, PERIOD_MAX_US, PERIOD_MIN_US, geometry, per_nozzle,
    throttleable_nozzles,
};
use qiki_pulse::{PulseScheduler, Valves};
use qiki_pwpf::{Bank, Nozzles, ParamError, ValveTimes};

use crate::sets::Sets;
use qiki_fdir::Authority;
use qiki_guard::ValveLimits;
use qiki_pulse::MinimumImpulseHold;

/// Why a controller cannot be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ConfigError {
    /// The period is outside of what the loop allows.
    #[error("period: {0} us given, 1000..=5000 us (200..1000 Hz) needed")]
    Period(u32),
    /// The effectiveness cannot be used.
    #[error(transparent)]
    Alloc(#[from] AllocError),
    /// The inertia has no inverse.
    #[error("inertia_kgm2: has no inverse; a positive definite matrix is needed")]
    Inertia,
    /// The modulator cannot drive the valves.
    #[error(transparent)]
    Modulator(#[from] ParamError),
}

fn micros(seconds: f64) -> u32 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let us = (seconds * 1e6).round() as u32;
    us
}

/// The parts of a controller that are computed from a craft.
pub struct Parts {
    pub(crate) geometry: Geometry,
    pub(crate) allocator: Allocator<NOZZLES>,
    pub(crate) authority: Authority,
    pub(crate) bank: Bank,
    pub(crate) scheduler: PulseScheduler,
    pub(crate) minimum_impulse: MinimumImpulseHold,
    /// Inverse of the inertia, 1/(kg·m²), body.
    pub(crate) inverse_inertia: Matrix3<f64>,
    pub(crate) limits: ValveLimits,
    /// What all other loads draw, switched on, W.
    pub(crate) others_w: f64,
    pub(crate) sets: Sets,
}

impl Parts {
    /// Limits of valves and bus.
    #[must_use]
    pub fn limits(&self) -> &ValveLimits {
        &self.limits
    }
}

/// What a controller is made from, worked out once from the craft, for a loop of `period_us`.
///
/// # Errors
/// [`ConfigError`] where the craft cannot be controlled at this period.
pub fn parts(craft: &Craft, period_us: u32) -> Result<Parts, ConfigError> {
    if !(PERIOD_MIN_US..=PERIOD_MAX_US).contains(&period_us) {
        return Err(ConfigError::Period(period_us));
    }
    let geometry = geometry(craft);
    let control = &craft.control;
    let (f, t) = (control.force_weight_per_n, control.torque_weight_per_nm);
    let times = ValveTimes::strictest(craft);
    let power_w = per_nozzle(craft, |t| t.power_w_per_n * t.thrust_max_n);
    let bus = &craft.power;
    let others_w = bus.base_out_w + bus.mcqpu_w + bus.radar_w + bus.transponder_w + bus.nbl_w;
    let limits = ValveLimits {
        period_us,
        min_on_us: micros(times.min_on_s),
        min_off_us: micros(times.min_off_s),
        max_on_us: micros(times.max_on_s),
        throttleable: throttleable_nozzles(craft),
        power_w,
        power_max_w: control.rcs_power_max_w.min(bus.peak_max_w - others_w),
    };
    let power = Power {
        w_per_n: per_nozzle(craft, |t| t.power_w_per_n),
        max_w: limits.power_max_w.max(0.0),
    };
    let allocator = Allocator::with_power(geometry.effectiveness, [f, f, f, t, t, t], power)?;
    let dt_s = f64::from(period_us) * 1e-6;
    let authority = Authority::new(&geometry, control, power, dt_s)?;
    let sets = Sets::new(&geometry, &power.w_per_n, power.max_w);
    let nozzles = Nozzles {
        throttleable: limits.throttleable,
        power_w,
    };
    let bank = Bank::new(&control.modulator, times, &nozzles, period_us)?;
    let valves = Valves {
        thrust_max_n: geometry.thrust_max_n,
        min_on_us: limits.min_on_us,
        min_off_us: limits.min_off_us,
        max_on_us: limits.max_on_us,
        surplus_s: per_nozzle(craft, |t| {
            t.close_delay_s - t.open_delay_s + 0.5 * (t.fall_s - t.rise_s)
        }),
    };
    let inverse = geometry.inertia.try_inverse();
    Ok(Parts {
        scheduler: PulseScheduler::new(geometry.effectiveness, valves, period_us)?,
        minimum_impulse: MinimumImpulseHold::new(geometry.effectiveness, valves, period_us)?,
        inverse_inertia: inverse.ok_or(ConfigError::Inertia)?,
        geometry,
        allocator,
        authority,
        bank,
        limits,
        others_w,
        sets,
    })
}
