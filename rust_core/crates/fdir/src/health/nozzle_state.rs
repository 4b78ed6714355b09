//! How a nozzle states, and how it comes back.

use qiki_craft::NOZZLES;

/// A nozzle that was stuck open is used again when it has been closed for this long, s.
const REST_S: f64 = 1.0;
/// A nozzle that did not open is tried again after this time, then twice, four times that, ... s
const TRIAL_AFTER_S: f64 = 5.0;
/// ... and this many times in all.
const TRIALS_MAX: u32 = 5;
/// It works when it has been commanded open for this long and nothing spoke against it, µs.
const PROOF_US: u32 = 100_000;

/// How a nozzle states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NozzleState {
    Healthy,
    /// Used again, though it did not open when last asked; commanded open since for so long, µs.
    OnTrial(u32),
    /// Does not open; ticks to its trial, if there will be one.
    StuckClosed(Option<u32>),
    StuckOpen,
    /// Was open and is closed now; ticks until it is used again.
    Resting(u32),
}

impl NozzleState {
    /// A tick later, while nothing new is known. A trial begins only where it is `trials_allowed`.
    pub(super) fn next(self, trials_allowed: bool) -> Self {
        match self {
            Self::StuckClosed(Some(0)) if trials_allowed => Self::OnTrial(0),
            Self::StuckClosed(Some(left)) => Self::StuckClosed(Some(left.saturating_sub(1))),
            Self::Resting(0) | Self::OnTrial(PROOF_US..) => Self::Healthy,
            Self::Resting(left) => Self::Resting(left - 1),
            Self::Healthy | Self::StuckOpen | Self::StuckClosed(None) | Self::OnTrial(_) => self,
        }
    }
}

/// How all nozzles state. Who states how is kept as sets too, bit n for nozzle n: that is asked for
/// many times a tick, and seldom changes.
#[derive(Debug, Clone)]
pub(super) struct NozzleStates {
    each: [NozzleState; NOZZLES],
    closed: u16,
    open: u16,
    resting: u16,
    on_trial: u16,
}

impl NozzleStates {
    /// All work.
    pub(super) fn new() -> Self {
        Self {
            each: [NozzleState::Healthy; NOZZLES],
            closed: 0,
            open: 0,
            resting: 0,
            on_trial: 0,
        }
    }

    pub(super) fn of(&self, n: usize) -> NozzleState {
        self.each[n]
    }

    pub(super) fn set(&mut self, n: usize, state: NozzleState) {
        self.each[n] = state;
        let put = |set: &mut u16, member: bool| *set = *set & !(1 << n) | u16::from(member) << n;
        put(
            &mut self.closed,
            matches!(state, NozzleState::StuckClosed(_)),
        );
        put(&mut self.open, state == NozzleState::StuckOpen);
        put(&mut self.resting, matches!(state, NozzleState::Resting(_)));
        put(&mut self.on_trial, matches!(state, NozzleState::OnTrial(_)));
    }

    pub(super) fn closed(&self) -> u16 {
        self.closed
    }

    pub(super) fn open(&self) -> u16 {
        self.open
    }

    pub(super) fn resting(&self) -> u16 {
        self.resting
    }

    pub(super) fn on_trial(&self) -> u16 {
        self.on_trial
    }

    /// Those that are out of the allocation.
    pub(super) fn out(&self) -> u16 {
        self.closed | self.open | self.resting
    }
}

/// How long nozzles stay out, in ticks.
#[derive(Debug, Clone, Copy)]
pub(super) struct RecoveryTimes {
    rest: u32,
    trial: u32,
}

impl RecoveryTimes {
    pub(super) fn new(dt_s: f64) -> Self {
        Self {
            rest: ticks(REST_S, dt_s),
            trial: ticks(TRIAL_AFTER_S, dt_s),
        }
    }

    /// A nozzle that has just closed.
    pub(super) fn closing(self) -> NozzleState {
        NozzleState::Resting(self.rest)
    }

    /// A nozzle that does not open, after so many trials.
    pub(super) fn closed(self, trials: u32) -> NozzleState {
        NozzleState::StuckClosed((trials < TRIALS_MAX).then(|| self.trial << trials))
    }
}

pub(super) fn ticks(seconds: f64, dt_s: f64) -> u32 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let ticks = (seconds / dt_s).ceil() as u32;
    ticks
}
