//! Nozzles fired by hand: hard limits first, then pulses that keep the valve times.
//!
//! For tests and emergencies. Nothing is controlled meanwhile, so every firing is judged before
//! a valve moves, and manual override ends by itself on whatever it does not expect.

use qiki_command::{Firing, Reason};
use qiki_craft::NOZZLES;

use qiki_pulse::{PulseLimits, PulseTrain};

use crate::allocation::{AllocationStage, levels};
use crate::decision::ManualPulses;

/// Manual override ends after this long without a firing, s.
pub(crate) const UNUSED_MAX_S: f64 = 60.0;

/// What a firing by hand may not exceed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ManualLimits {
    pub(crate) pulses: PulseLimits,
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
    let train = PulseTrain::new(firing, &limits.pulses)?;
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

    /// Mean level of the nozzles that are being fired.
    pub(crate) fn level(&self) -> f64 {
        self.train.map_or(0.0, |train| {
            f64::from(train.on_us) / f64::from(train.cycle_us)
        })
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

    /// The next tick of `period_us`.
    pub(crate) fn next_pulses(&mut self, period_us: u32) -> ManualPulses {
        ManualPulses {
            on: self.is_on(),
            holds_valves: self.holds_valves(),
            nozzles: self.firing(),
            level: self.level(),
            on_time_us: self.step(period_us),
        }
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

#[cfg(test)]
mod tests;
