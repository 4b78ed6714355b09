//! State of a nozzle, and how it comes back.

use qiki_craft::NOZZLES;

/// A nozzle that was stuck open is used again when it has been closed for this long, s: twenty
/// windows of the motion test (50 ms), and as long as a nozzle rests after its longest opening.
/// Shorter uses a valve that sticks now and then before it shows; longer goes without a good
/// nozzle.
const REST_S: f64 = 1.0;
/// A nozzle that did not open is tried again after this time, s, then after twice, four times that
/// and so on. A failed trial costs one missing pulse, so trials must be rare against pulses.
/// Shorter costs more missing pulses, longer goes without a nozzle whose fault has passed.
const TRIAL_AFTER_S: f64 = 5.0;
/// The same for the first trial where the valve's own report says that it did open, s: motion
/// against report, and of a craft that is not as described the motion is wrong.
const DOUBTED_TRIAL_S: f64 = 1.5;
/// Trials until one is passed, at most: 5, 10, 20, 40 and 80 s, 155 s in all. A nozzle that fails
/// five times counts as broken until the next arming.
const TRIALS_MAX: u32 = 5;
/// A trial is passed when the nozzle was commanded open for this long without evidence of a fault,
/// µs. Five times what the valve feedback needs for a finding (20 ms), twice the window of the
/// motion test (50 ms); three shortest pulses.
const PROOF_US: u32 = 100_000;

/// State of a nozzle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NozzleState {
    Healthy,
    /// Used again after it did not open; holds how long it was commanded open since, µs.
    OnTrial(u32),
    /// Does not open; holds the ticks to its next trial, if there will be one.
    StuckClosed(Option<u32>),
    StuckOpen,
    /// Was stuck open and is closed now; holds the ticks until it is used again.
    Resting(u32),
}

impl NozzleState {
    /// The state a tick later, without new evidence. A trial begins only with `trials_allowed`.
    pub(super) fn next(self, trials_allowed: bool) -> Self {
        match self {
            Self::StuckClosed(Some(0)) if trials_allowed => Self::OnTrial(0),
            Self::StuckClosed(Some(ticks)) => Self::StuckClosed(Some(ticks.saturating_sub(1))),
            Self::Resting(0) | Self::OnTrial(PROOF_US..) => Self::Healthy,
            Self::Resting(ticks) => Self::Resting(ticks - 1),
            Self::Healthy | Self::StuckOpen | Self::StuckClosed(None) | Self::OnTrial(_) => self,
        }
    }
}

/// States of all nozzles. They are kept as sets too, bit n for nozzle n, because the sets are read
/// many times a tick and seldom change.
#[derive(Debug, Clone)]
pub(super) struct NozzleStates {
    each: [NozzleState; NOZZLES],
    closed: u16,
    open: u16,
    resting: u16,
    on_trial: u16,
}

impl NozzleStates {
    /// All healthy.
    pub(super) fn new() -> Self {
        Self {
            each: [NozzleState::Healthy; NOZZLES],
            closed: 0,
            open: 0,
            resting: 0,
            on_trial: 0,
        }
    }

    /// A nozzle that is stuck closed is tried again after so many ticks at the latest.
    pub(super) fn try_within(&mut self, n: usize, most: u32) {
        if let NozzleState::StuckClosed(Some(ticks)) = self.each[n] {
            self.set(n, NozzleState::StuckClosed(Some(ticks.min(most))));
        }
    }

    pub(super) fn of(&self, n: usize) -> NozzleState {
        self.each[n]
    }

    pub(super) fn set(&mut self, n: usize, state: NozzleState) {
        self.each[n] = state;
        let put = |set: &mut u16, member: bool| {
            if member {
                *set |= 1 << n;
            } else {
                *set &= !(1 << n);
            }
        };
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

    /// Bit n: nozzle n is out of the allocation.
    pub(super) fn out(&self) -> u16 {
        self.closed | self.open | self.resting
    }
}

/// How long nozzles stay out, in ticks.
#[derive(Debug, Clone, Copy)]
pub(super) struct RecoveryTimes {
    rest: u32,
    trial: u32,
    doubted: u32,
}

impl RecoveryTimes {
    pub(super) fn new(dt_s: f64) -> Self {
        Self {
            rest: ticks(REST_S, dt_s),
            trial: ticks(TRIAL_AFTER_S, dt_s),
            doubted: ticks(DOUBTED_TRIAL_S, dt_s),
        }
    }

    /// Ticks to the first trial of a nozzle whose valve says that it did open.
    pub(super) fn doubted(self) -> u32 {
        self.doubted
    }

    /// State of a nozzle that was stuck open and has just closed.
    pub(super) fn closing(self) -> NozzleState {
        NozzleState::Resting(self.rest)
    }

    /// State of a nozzle that does not open, after this many trials.
    pub(super) fn closed(self, trials: u32) -> NozzleState {
        NozzleState::StuckClosed((trials < TRIALS_MAX).then(|| self.trial << trials))
    }
}

pub(super) fn ticks(seconds: f64, dt_s: f64) -> u32 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let ticks = (seconds / dt_s).ceil() as u32;
    ticks
}
