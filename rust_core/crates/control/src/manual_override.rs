//! Nozzles fired by hand: hard limits first, then pulses that keep the valve times.
//!
//! For tests and emergencies. Nothing is controlled meanwhile, so every firing is judged before
//! a valve moves, and manual override ends by itself on whatever it does not expect.

use qiki_command::{Firing, Reason};
use qiki_craft::NOZZLES;

use crate::allocation::AllocationStage;

/// Manual override ends after this long without a firing, s.
pub(crate) const UNUSED_MAX_S: f64 = 60.0;

/// What a firing by hand may not exceed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ManualLimits {
    /// Shortest opening, µs.
    pub(crate) min_on_us: u32,
    /// Shortest pause, µs.
    pub(crate) min_off_us: u32,
    /// Longest firing, µs.
    pub(crate) max_on_us: u32,
    /// Torque of all open nozzles about the centre of mass, N·m.
    pub(crate) torque_max_nm: f64,
    /// Body rate, rad/s.
    pub(crate) rate_max_rps: f64,
}

/// The state that a firing is judged in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Readiness {
    /// Bit n: nozzle n is out of use.
    pub(crate) isolated: u16,
    /// Bit n: nozzle n does not close, and pushes already.
    pub(crate) stuck_open: u16,
    /// Bit n: nozzle n has to rest, or to cool.
    pub(crate) resting: u16,
    /// What all nozzles together may draw, W.
    pub(crate) power_w: f64,
}

/// Pulses of the named nozzles, all at once: `count` openings of `on_us`, one every `cycle_us`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PulseTrain {
    pub(crate) nozzles: u16,
    pub(crate) on_us: u32,
    pub(crate) cycle_us: u32,
    pub(crate) count: u32,
}

impl PulseTrain {
    /// As many pulses as opening and pause allow; together they are open for level times
    /// duration.
    ///
    /// # Errors
    /// Shorter than the shortest opening, or longer than the longest.
    pub(crate) fn new(firing: &Firing, limits: &ManualLimits) -> Result<Self, Reason> {
        let micros = |seconds: f64| {
            // A decoded duration is at most an hour.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let us = (seconds * 1e6).round() as u64;
            us
        };
        let total_us = micros(firing.duration_s);
        let (Ok(total_us), true) = (
            u32::try_from(total_us),
            total_us <= u64::from(limits.max_on_us),
        ) else {
            return Err(Reason::PulseTooLong);
        };
        let open_us = u32::try_from(micros(firing.level * firing.duration_s)).unwrap_or(total_us);
        if open_us < limits.min_on_us {
            return Err(Reason::PulseTooShort);
        }
        let closed_us = total_us.saturating_sub(open_us);
        let count = (open_us / limits.min_on_us.max(1))
            .min(closed_us / limits.min_off_us.max(1))
            .max(1);
        Ok(Self {
            nozzles: firing.nozzles,
            on_us: open_us / count,
            cycle_us: total_us.div_ceil(count),
            count,
        })
    }

    /// On-time in the tick that begins `at_us` into the train.
    pub(crate) fn on_time_us(&self, at_us: u32, period_us: u32) -> u32 {
        let (number, phase_us) = (at_us / self.cycle_us, at_us % self.cycle_us);
        if number >= self.count {
            return 0;
        }
        if phase_us < self.on_us {
            return (self.on_us - phase_us).min(period_us);
        }
        // The valve opens again before the tick is over, if there is one more pulse.
        let opens_in_us = self.cycle_us - phase_us;
        if number + 1 < self.count {
            period_us.saturating_sub(opens_in_us)
        } else {
            0
        }
    }

    /// From its start to its last closing, µs.
    pub(crate) fn length_us(&self) -> u32 {
        (self.count - 1) * self.cycle_us + self.on_us
    }

    /// How long each named nozzle is open, µs.
    pub(crate) fn open_us(&self) -> u32 {
        self.count * self.on_us
    }
}

/// The whole rule on a firing, without a look at modes: may it begin?
///
/// # Errors
/// The first limit that it breaks.
pub(crate) fn judge(
    firing: &Firing,
    limits: &ManualLimits,
    ready: &Readiness,
    stage: &AllocationStage,
) -> Result<PulseTrain, Reason> {
    let train = PulseTrain::new(firing, limits)?;
    if firing.nozzles & ready.isolated != 0 {
        return Err(Reason::NozzleIsolated);
    }
    if firing.nozzles & ready.resting != 0 {
        return Err(Reason::NozzleResting);
    }
    let open = firing.nozzles | ready.stuck_open;
    let (_, [_, _, _, x, y, z]) = stage.thrust_of(&levels(open, 1.0));
    let torque_nm = (x * x + y * y + z * z).sqrt();
    // What is not a number is not within a limit.
    let torque_within = torque_nm <= limits.torque_max_nm;
    let power_within = stage.drawn_w(open) <= ready.power_w;
    if !torque_within {
        return Err(Reason::TorqueLimit);
    }
    if !power_within {
        return Err(Reason::PduPeakDenied);
    }
    Ok(train)
}

/// The same level for all of these nozzles, 0 for the others.
pub(crate) fn levels(nozzles: u16, level: f64) -> [f64; NOZZLES] {
    std::array::from_fn(|n| if nozzles >> n & 1 == 1 { level } else { 0.0 })
}

/// Nozzles in the operator's hand.
#[derive(Debug, Clone)]
pub(crate) struct ManualOverride {
    min_off_us: u32,
    on: bool,
    /// Nozzles that were out of use when it began; one more ends it.
    isolated: u16,
    unused_us: u64,
    /// Until a valve may open: control and hand leave each other the shortest pause.
    pause_us: u32,
    train: Option<PulseTrain>,
    /// How far into the train the next tick is, µs.
    at_us: u32,
    /// Measured open since the train began, µs.
    seen_us: [u32; NOZZLES],
}

impl ManualOverride {
    pub(crate) fn new(min_off_us: u32) -> Self {
        Self {
            min_off_us,
            on: false,
            isolated: 0,
            unused_us: 0,
            pause_us: 0,
            train: None,
            at_us: 0,
            seen_us: [0; NOZZLES],
        }
    }

    pub(crate) fn is_on(&self) -> bool {
        self.on
    }

    /// Whether control has to leave all valves closed.
    pub(crate) fn holds_valves(&self) -> bool {
        self.on || self.pause_us > 0
    }

    /// Takes the nozzles. Once more is a sign of life.
    pub(crate) fn take(&mut self, isolated: u16) {
        if !self.on {
            (self.on, self.isolated) = (true, isolated);
            self.pause_us = self.min_off_us;
        }
        self.unused_us = 0;
    }

    /// Gives the nozzles back.
    pub(crate) fn release(&mut self) {
        self.on = false;
        self.train = None;
    }

    pub(crate) fn fire(&mut self, train: PulseTrain) {
        (self.train, self.at_us, self.seen_us) = (Some(train), 0, [0; NOZZLES]);
        self.unused_us = 0;
    }

    /// Closes the valves, keeps the nozzles.
    pub(crate) fn stop(&mut self) {
        self.train = None;
    }

    /// The nozzles that are being fired.
    pub(crate) fn firing(&self) -> u16 {
        let goes_on = |train: &PulseTrain| self.at_us < train.length_us();
        self.train.filter(goes_on).map_or(0, |train| train.nozzles)
    }

    /// Mean level of each nozzle that is being fired.
    pub(crate) fn levels(&self) -> [f64; NOZZLES] {
        let level = self.train.map_or(0.0, |train| {
            f64::from(train.on_us) / f64::from(train.cycle_us)
        });
        levels(self.firing(), level)
    }

    /// Whether a nozzle has gone out of use since it began.
    pub(crate) fn lost_one(&self, isolated: u16) -> bool {
        isolated & !self.isolated != 0
    }

    /// A nozzle that has come back counts when it goes out of use again.
    pub(crate) fn know_again(&mut self, isolated: u16) {
        self.isolated &= isolated;
    }

    /// Whether nobody has fired for too long.
    pub(crate) fn unused(&self) -> bool {
        #[allow(clippy::cast_precision_loss)]
        let seconds = self.unused_us as f64 * 1e-6;
        seconds > UNUSED_MAX_S
    }

    /// Takes in measured open times of the nozzles in `heard`.
    pub(crate) fn observe(&mut self, open_time_us: &[u32; NOZZLES], heard: u16) {
        for (n, seen) in self.seen_us.iter_mut().enumerate() {
            if heard >> n & 1 == 1 {
                *seen = seen.saturating_add(open_time_us[n]);
            }
        }
    }

    /// Whether the train is over and each of its nozzles was seen open for at least half of its
    /// time: reports may get lost on the way, and a smaller difference is for `health.rs`.
    pub(crate) fn seen(&self) -> bool {
        let seen = |train: PulseTrain| {
            let half_us = train.open_us() / 2;
            self.firing() == 0
                && (0..NOZZLES).all(|n| train.nozzles >> n & 1 == 0 || self.seen_us[n] >= half_us)
        };
        self.train.is_some_and(seen)
    }

    /// One tick: how long the nozzles of [`Self::firing`] are open in it.
    pub(crate) fn step(&mut self, period_us: u32) -> u32 {
        let waits = self.at_us == 0 && self.pause_us > 0;
        self.pause_us = self.pause_us.saturating_sub(period_us);
        self.unused_us += u64::from(period_us);
        let Some(train) = self.train.filter(|_| !waits) else {
            return 0;
        };
        let on_us = train.on_time_us(self.at_us, period_us);
        self.at_us = self.at_us.saturating_add(period_us);
        if on_us > 0 {
            (self.pause_us, self.unused_us) = (self.min_off_us, 0);
        }
        on_us
    }
}

/// What manual override does in a tick.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ManualPulses {
    pub(crate) on: bool,
    /// Control has to leave all valves closed.
    pub(crate) holds_valves: bool,
    /// Bit n: nozzle n is being fired.
    pub(crate) nozzles: u16,
    /// How long these are open in this tick, µs.
    pub(crate) on_time_us: u32,
    /// Mean level of each nozzle.
    pub(crate) level: [f64; NOZZLES],
}

impl ManualPulses {
    /// The next tick of `period_us`.
    pub(crate) fn next(manual: &mut ManualOverride, period_us: u32) -> Self {
        Self {
            on: manual.is_on(),
            holds_valves: manual.holds_valves(),
            nozzles: manual.firing(),
            level: manual.levels(),
            on_time_us: manual.step(period_us),
        }
    }
}

#[cfg(test)]
mod tests;
