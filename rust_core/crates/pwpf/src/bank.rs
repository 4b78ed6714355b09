//! The modulators of a craft.

use qiki_craft::{ModulatorConfig, NOZZLES};

use crate::throttle::{Throttles, dot, set_bits};
use crate::valve::micros;
use crate::{Firing, Gate, Modulator, ParamError, ValveTimes, WideGate};

/// What a bank must know of the nozzles besides the times of their valves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nozzles {
    /// Bit n: nozzle n is throttled and takes its level directly.
    pub throttleable: u16,
    /// Electrical power of each nozzle at full thrust, W.
    pub power_w: [f64; NOZZLES],
}

/// All nozzles of a craft: those that are on or off under one firing rule, those that are
/// throttled without.
///
/// The on-time of a throttled nozzle is its level: over the period, the thrust for the whole tick.
/// It knows neither shortest opening nor shortest pause.
#[derive(Debug, Clone)]
pub struct Bank {
    /// None where all nozzles are throttled. Has a valve for each nozzle, also for the throttled.
    firing: Option<Firing>,
    throttles: Throttles,
    power_w: [f64; NOZZLES],
    /// Most power of one nozzle that is on or off, W.
    hungriest_w: f64,
}

impl Bank {
    /// A bank at rest: all closed, and allowed to open at once. `times` are those of the valves
    /// that are on or off; the longest opening is that of all.
    ///
    /// # Errors
    /// [`ParamError`] where the rule cannot drive the valves, or a tick is too long for it or for
    /// the longest opening of a throttled nozzle.
    pub fn new(
        rule: &ModulatorConfig,
        times: ValveTimes,
        nozzles: &Nozzles,
        period_us: u32,
    ) -> Result<Self, ParamError> {
        let &Nozzles {
            throttleable,
            power_w,
        } = nozzles;
        let firing = match throttleable {
            u16::MAX => None,
            _ => Some(Firing::new(NOZZLES, rule, times, period_us)?),
        };
        let (max_on_s, dt_s) = (times.max_on_s, f64::from(period_us) * 1e-6);
        if throttleable != 0 && !(dt_s > 0.0 && dt_s <= max_on_s) {
            return Err(ParamError::ThrottleOpening { max_on_s, dt_s });
        }
        let fired_w = set_bits(!throttleable).map(|n| power_w[n]);
        Ok(Self {
            firing,
            throttles: Throttles::new(throttleable, period_us, micros(max_on_s), power_w),
            power_w,
            hungriest_w: fired_w.fold(1.0, f64::max),
        })
    }

    /// One tick: `level` (thrust over maximum, 0..1) in, on-times in µs out. A level that is not a
    /// number counts as zero. Valves that are open keep their power; the throttled nozzles share
    /// what is left.
    pub fn step(&mut self, level: &[f64; NOZZLES], gate: Gate, on_time_us: &mut [u32; NOZZLES]) {
        if self.throttles.mask() == 0 {
            return self.fire(level, gate, gate.power_max_w, on_time_us);
        }
        let mask = self.throttles.mask();
        let asked_w = self.throttles.ask(level, gate.closed | gate.no_opening);
        let fired = std::array::from_fn(|n| if mask >> n & 1 == 1 { 0.0 } else { level[n] });
        *on_time_us = [0; NOZZLES];
        self.fire(&fired, gate, gate.power_max_w - asked_w, on_time_us);
        // Open at any moment of the tick: it cannot be lent to others meanwhile.
        let open = on_time_us.map(|us| f64::from(u8::from(us > 0)));
        let open_w = dot(&open, &self.power_w);
        // A little less, for the rounding of these sums.
        let left_w = (gate.power_max_w - open_w) * (1.0 - 1e-9);
        self.throttles.give(asked_w, left_w, on_time_us);
    }

    /// One tick that somebody else commanded, in place of [`Bank::step`]; see
    /// [`Modulator::follow`].
    pub fn follow(&mut self, on_time_us: &[u32; NOZZLES]) {
        let mask = self.throttles.mask();
        self.throttles.follow(on_time_us);
        if let Some(firing) = &mut self.firing {
            let fired: [u32; NOZZLES] =
                std::array::from_fn(|n| if mask >> n & 1 == 1 { 0 } else { on_time_us[n] });
            firing.follow(&fired);
        }
    }

    /// Bit n: nozzle n is commanded open at this instant.
    #[must_use]
    pub fn open_mask(&self) -> u16 {
        #[allow(clippy::cast_possible_truncation)]
        let fired = self.firing.as_ref().map_or(0, |f| f.open_mask() as u16);
        fired | self.throttles.open_mask()
    }

    fn fire(
        &mut self,
        level: &[f64; NOZZLES],
        gate: Gate,
        power_w: f64,
        on_time_us: &mut [u32; NOZZLES],
    ) {
        let Some(firing) = &mut self.firing else {
            return;
        };
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let open_max = (power_w / self.hungriest_w).clamp(0.0, NOZZLES as f64) as u32;
        let gate = WideGate {
            closed: u64::from(gate.closed),
            no_opening: u64::from(gate.no_opening),
            open_max,
        };
        firing.step(level, gate, on_time_us);
    }
}
