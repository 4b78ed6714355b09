//! One track: a target that may exist.

use crate::status::{Reason, Status};
use crate::{Gaussian, Imm};

/// Existence from which a candidate is published, when it is seen again.
const NEW_FROM: f64 = 0.5;
/// Existence from which a track is tracked.
const CERTAIN_FROM: f64 = 0.99;
/// Existence below which a track is lost.
const LOST_BELOW: f64 = 0.1;
/// Probability that one of the detections is its own, from which a track counts as seen.
const SEEN_FROM: f64 = 0.5;
/// Frames in a row without a detection after which a candidate is dropped.
const CANDIDATE_MISSES: u32 = 2;

/// A target as the tracker knows it.
#[derive(Debug, Clone, Copy)]
pub struct Track {
    /// Counts up from 1 in the order in which tracks are published; 0 of a candidate.
    pub id: u64,
    /// None of a candidate.
    pub status: Option<Status>,
    /// Why it has that status, and since when, s.
    pub reason: Reason,
    /// When the status became what it is, s.
    pub since_s: f64,
    /// State, by each model of motion.
    pub target: Imm,
    /// Probability that the target exists, 0..1.
    pub existence: f64,
    /// When it was seen for the first time, s.
    pub born_s: f64,
    /// Frames in a row in which it was not seen.
    pub misses: u32,
}

impl Track {
    pub(crate) fn candidate(target: Imm, existence: f64, time_s: f64) -> Self {
        Self {
            id: 0,
            status: None,
            reason: Reason::SeenAgain,
            since_s: time_s,
            target,
            existence,
            born_s: time_s,
            misses: 0,
        }
    }

    /// The state with mean and covariance of all models.
    #[must_use]
    pub fn state(&self) -> Gaussian {
        self.target.gaussian()
    }

    /// Whether it is told of outside.
    #[must_use]
    pub fn is_published(&self) -> bool {
        self.status.is_some()
    }

    /// Whether nothing more will be said of it.
    pub(crate) fn is_over(&self) -> bool {
        match self.status {
            None => self.misses >= CANDIDATE_MISSES,
            Some(status) => status == Status::Lost,
        }
    }

    /// Takes the probability that a detection of this frame is its own, if it exists.
    pub(crate) fn count(&mut self, seen: f64) -> bool {
        let is_seen = seen >= SEEN_FROM;
        self.misses = if is_seen { 0 } else { self.misses + 1 };
        is_seen
    }

    /// Moves to the status that follows from what this frame has shown. `next_id` is taken, and
    /// counted on, when a candidate becomes a track.
    pub(crate) fn update_status(&mut self, is_seen: bool, time_s: f64, next_id: &mut u64) {
        let Some((status, reason)) = self.following(is_seen) else {
            return;
        };
        if self.status.is_none() {
            self.id = *next_id;
            *next_id += 1;
        }
        self.status = Some(status);
        self.reason = reason;
        self.since_s = time_s;
    }

    fn following(&self, is_seen: bool) -> Option<(Status, Reason)> {
        match self.status {
            None => {
                (is_seen && self.existence >= NEW_FROM).then_some((Status::New, Reason::SeenAgain))
            }
            Some(Status::Lost) => None,
            Some(_) if self.existence < LOST_BELOW => Some((Status::Lost, Reason::Improbable)),
            Some(Status::New) => (is_seen && self.existence >= CERTAIN_FROM)
                .then_some((Status::Tracked, Reason::Certain)),
            Some(Status::Tracked) => (!is_seen).then_some((Status::Coasting, Reason::NotSeen)),
            Some(Status::Coasting) => is_seen.then_some((Status::Tracked, Reason::Back)),
        }
    }
}
