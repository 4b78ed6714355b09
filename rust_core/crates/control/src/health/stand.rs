//! How a nozzle stands, and how it comes back.

/// A nozzle that was stuck open is used again when it has been closed for this long, s.
const REST_S: f64 = 1.0;
/// A nozzle that did not open is tried again after this time, then twice, four times that, ... s
const TRIAL_AFTER_S: f64 = 5.0;
/// ... and this many times in all.
const TRIALS_MAX: u32 = 5;
/// It works when it has been commanded open for this long and nothing spoke against it, µs.
const PROOF_US: u32 = 100_000;

/// How a nozzle stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stand {
    Works,
    /// Used again, though it did not open when last asked; commanded open since for so long, µs.
    Trial(u32),
    /// Does not open; ticks to its trial, if there will be one.
    Closed(Option<u32>),
    Open,
    /// Was open and is closed now; ticks until it is used again.
    Resting(u32),
}

impl Stand {
    /// Whether the nozzle is in the allocation.
    pub(super) fn used(self) -> bool {
        matches!(self, Self::Works | Self::Trial(_))
    }

    /// A tick later, while nothing new is known. A trial begins only where it is `calm`.
    pub(super) fn later(self, calm: bool) -> Self {
        match self {
            Self::Closed(Some(0)) if calm => Self::Trial(0),
            Self::Closed(Some(left)) => Self::Closed(Some(left.saturating_sub(1))),
            Self::Resting(0) | Self::Trial(PROOF_US..) => Self::Works,
            Self::Resting(left) => Self::Resting(left - 1),
            Self::Works | Self::Open | Self::Closed(None) | Self::Trial(_) => self,
        }
    }
}

/// How long nozzles stay out, in ticks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waits {
    rest: u32,
    trial: u32,
}

impl Waits {
    pub(super) fn new(dt_s: f64) -> Self {
        Self {
            rest: ticks(REST_S, dt_s),
            trial: ticks(TRIAL_AFTER_S, dt_s),
        }
    }

    /// A nozzle that has just closed.
    pub(super) fn closing(self) -> Stand {
        Stand::Resting(self.rest)
    }

    /// A nozzle that does not open, after so many trials.
    pub(super) fn closed(self, trials: u32) -> Stand {
        Stand::Closed((trials < TRIALS_MAX).then(|| self.trial << trials))
    }
}

pub(super) fn ticks(seconds: f64, dt_s: f64) -> u32 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let ticks = (seconds / dt_s).ceil() as u32;
    ticks
}
