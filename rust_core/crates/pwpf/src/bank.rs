//! The modulators of all nozzles of a craft.

use qiki_craft::{ModulatorConfig, NOZZLES};

use crate::rule::input;
use crate::throttle::{Throttles, dot, set_bits};
use crate::valve::micros;
use crate::{Firing, Gate, Modulator, ParamError, ValveTimes, WideGate};

/// Keeps the sum of rounded powers within the limit, ratio: a double has 1e-16, sixteen terms and
/// some products are far below 1e-9, and 1e-9 of 45 kW is nothing.
const POWER_ROUNDING: f64 = 1.0 - 1e-9;

/// Properties of the nozzles besides the times of their valves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nozzles {
    /// Bit n: nozzle n is throttled and takes its level directly.
    pub throttleable: u16,
    /// Electrical power of each nozzle at full thrust, W.
    pub power_w: [f64; NOZZLES],
}

/// All nozzles of a craft: the on/off ones under one firing rule, the throttled ones without a
/// rule.
///
/// The on-time of a throttled nozzle stands for its level: divided by the period it is the thrust
/// during the whole tick. Shortest opening and shortest pause do not apply to it.
#[derive(Debug, Clone)]
pub struct Bank {
    /// None where all nozzles are throttled. Has a valve for every nozzle, so that indices agree;
    /// those of throttled nozzles stay closed.
    firing: Option<Firing>,
    throttles: Throttles,
    power_w: [f64; NOZZLES],
    /// Greatest power of an on/off nozzle, W.
    nozzle_max_w: f64,
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
            nozzle_max_w: fired_w.fold(1.0, f64::max),
        })
    }

    /// One tick: `level` (thrust over maximum, 0..1) in, on-times in µs out. A level that is not a
    /// number counts as zero. Valves that are open keep their power, as far as the limit allows it;
    /// the throttled nozzles share what is left.
    pub fn step(&mut self, level: &[f64; NOZZLES], gate: Gate, on_time_us: &mut [u32; NOZZLES]) {
        if self.throttles.mask() == 0 {
            return self.fire(level, gate, gate.power_max_w, on_time_us);
        }
        let mask = self.throttles.mask();
        let demanded_w = self
            .throttles
            .demand(level, gate.closed | gate.no_opening | gate.ending);
        let fired = std::array::from_fn(|n| if mask >> n & 1 == 1 { 0.0 } else { level[n] });
        *on_time_us = [0; NOZZLES];
        self.fire(&fired, gate, gate.power_max_w - demanded_w, on_time_us);
        // A nozzle that is open at any moment of the tick counts for all of it: its power cannot be
        // used by others in the rest.
        let open = on_time_us.map(|us| f64::from(u8::from(us > 0)));
        let open_w = dot(&open, &self.power_w);
        let remaining_w = (gate.power_max_w - open_w) * POWER_ROUNDING;
        self.throttles.deliver(demanded_w, remaining_w, on_time_us);
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
        let surplus = self.surplus(level, gate.power_max_w);
        let Some(firing) = &mut self.firing else {
            return;
        };
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let open_max = (power_w / self.nozzle_max_w).clamp(0.0, NOZZLES as f64) as u32;
        let gate = WideGate {
            closed: u64::from(gate.closed),
            no_opening: u64::from(gate.no_opening),
            ending: u64::from(gate.ending | surplus),
            open_max,
        };
        firing.step(level, gate, on_time_us);
    }

    /// Bit n: on/off nozzle n has to end its pulse, because those that are open draw more than
    /// `power_w`; the ones with the smallest levels do.
    fn surplus(&self, level: &[f64; NOZZLES], power_w: f64) -> u16 {
        #[allow(clippy::cast_possible_truncation)]
        let mut open = self.firing.as_ref().map_or(0, |f| f.open_mask() as u16);
        let mut ending = 0;
        while set_bits(open).map(|n| self.power_w[n]).sum::<f64>() * POWER_ROUNDING > power_w {
            let smaller = |a: &usize, b: &usize| input(level[*a]).total_cmp(&input(level[*b]));
            let Some(least) = set_bits(open).min_by(smaller) else {
                break;
            };
            open &= !(1 << least);
            ending |= 1 << least;
        }
        ending
    }
}
