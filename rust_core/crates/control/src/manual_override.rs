//! Manual override: an operator opens named nozzles, within hard limits and the valve times.
//!
//! It is for tests and emergencies. Control is off meanwhile, so every firing is checked before a
//! valve moves, and manual override ends by itself on a high rate, a new fault or a time-out.

use qiki_command::{Firing, Reason};
use qiki_craft::{CLUSTERS, NOZZLES, levels, nozzles_of};

use qiki_pulse::{PulseLimits, PulseTrain};

use crate::allocation::AllocationStage;
use crate::decision::ManualPulses;

/// Manual override ends after this long without a firing or a repeated command, s: the operator may
/// be gone, and control is off. Long enough to look at the result of a firing and to type the next
/// one; a craft that drifts at 0.1 m/s moves 6 m meanwhile.
pub(crate) const UNUSED_MAX_S: f64 = 60.0;

/// Limits of a firing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ManualLimits {
    pub(crate) pulses: PulseLimits,
    /// Torque of all open nozzles about the centre of mass, N·m.
    pub(crate) torque_max_nm: f64,
    /// Body rate, rad/s.
    pub(crate) rate_max_rps: f64,
}

/// State of nozzles and power that a firing is checked against.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Readiness {
    /// Bit n: nozzle n is isolated.
    pub(crate) isolated: u16,
    /// Bit n: nozzle n does not close, so it thrusts already.
    pub(crate) stuck_open: u16,
    /// Bit n: nozzle n rests, or its cluster is above its warning temperature.
    pub(crate) resting: u16,
    /// What all nozzles together may draw, W.
    pub(crate) power_w: f64,
    /// What the nozzles of each cluster may draw before it is too hot, J.
    pub(crate) room_j: [f64; CLUSTERS],
}

/// Whether a firing may begin. Flight modes are not considered here; `modes.rs` does that.
///
/// # Errors
/// The first limit that it breaks.
pub(crate) fn check_firing(
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
    let open_s = f64::from(train.open_us()) * 1e-6;
    let heats = |c| stage.drawn_w(firing.nozzles & nozzles_of(c)) * open_s > ready.room_j[c];
    if (0..CLUSTERS).any(heats) {
        return Err(Reason::RcsClusterHot);
    }
    let (_, [_, _, _, x, y, z]) = stage.geometry.thrust_at(&levels(open, 1.0));
    let torque_nm = (x * x + y * y + z * z).sqrt();
    // Written so that NaN is not within a limit.
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

/// State of manual override.
#[derive(Debug, Clone)]
pub(crate) struct ManualOverride {
    min_off_us: u32,
    on: bool,
    /// Nozzles that are isolated since before it began; one more ends it.
    isolated: u16,
    unused_us: u64,
    /// Time until a valve may open, µs: between control and manual override there is a shortest
    /// pause.
    pause_us: u32,
    train: Option<PulseTrain>,
    /// Time from the start of the train to the next tick, µs.
    at_us: u32,
    /// Measured open time since the train began, µs.
    measured_us: [u32; NOZZLES],
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
            measured_us: [0; NOZZLES],
        }
    }

    pub(crate) fn is_on(&self) -> bool {
        self.on
    }

    /// Whether control must leave all valves closed.
    pub(crate) fn holds_valves(&self) -> bool {
        self.on || self.pause_us > 0
    }

    /// Starts manual override. A repeated command restarts the time-out.
    pub(crate) fn start(&mut self, isolated: u16) {
        if !self.on {
            (self.on, self.isolated) = (true, isolated);
            self.pause_us = self.min_off_us;
        }
        self.unused_us = 0;
    }

    /// Ends manual override.
    pub(crate) fn end(&mut self) {
        self.on = false;
        self.train = None;
    }

    /// Starts a firing; it replaces the one before.
    pub(crate) fn fire(&mut self, train: PulseTrain) {
        (self.train, self.at_us, self.measured_us) = (Some(train), 0, [0; NOZZLES]);
        self.unused_us = 0;
    }

    /// Ends the firing; manual override stays on.
    pub(crate) fn stop(&mut self) {
        self.train = None;
    }

    /// The nozzles that are being fired.
    pub(crate) fn firing(&self) -> u16 {
        let not_over = |train: &PulseTrain| self.at_us < train.length_us();
        self.train.filter(not_over).map_or(0, |train| train.nozzles)
    }

    /// Mean level of the nozzles that are being fired.
    pub(crate) fn level(&self) -> f64 {
        self.train.map_or(0.0, |train| train.level())
    }

    /// Whether a nozzle was isolated since manual override began.
    pub(crate) fn has_new_fault(&self, isolated: u16) -> bool {
        isolated & !self.isolated != 0
    }

    /// Nozzles that have come back count as new faults when they are isolated again.
    pub(crate) fn forget_recovered(&mut self, isolated: u16) {
        self.isolated &= isolated;
    }

    /// Whether the time-out without a firing is over.
    pub(crate) fn timed_out(&self) -> bool {
        #[allow(clippy::cast_precision_loss)]
        let seconds = self.unused_us as f64 * 1e-6;
        seconds > UNUSED_MAX_S
    }

    /// Takes in measured open times of the nozzles in `heard`.
    pub(crate) fn observe(&mut self, open_time_us: &[u32; NOZZLES], heard: u16) {
        for (n, measured) in self.measured_us.iter_mut().enumerate() {
            if heard >> n & 1 == 1 {
                *measured = measured.saturating_add(open_time_us[n]);
            }
        }
    }

    /// Whether the train is over and each of its nozzles was measured open for at least half of the
    /// commanded time. Half, because reports may get lost on the bus; smaller differences are for
    /// fault detection (`qiki-fdir`).
    pub(crate) fn effect_observed(&self) -> bool {
        let observed = |train: PulseTrain| {
            let half_us = train.open_us() / 2;
            self.firing() == 0
                && (0..NOZZLES)
                    .all(|n| train.nozzles >> n & 1 == 0 || self.measured_us[n] >= half_us)
        };
        self.train.is_some_and(observed)
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

    /// One tick: how long the nozzles of [`Self::firing`] are open in it, µs.
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
