//! Probabilistic association: how free each detection is for each track, by belief propagation.
//!
//! Tracks and detections send each other messages along the pairs (Williams and Lau):
//!
//! ```text
//! to the detection   m_ij = odds_ij / (1 + sum_k≠j odds_ik f_ik)      wants it as much
//! to the track       f_ij = 1 / (1 + sum_k≠i m_kj)                    free as much
//! ```
//!
//! Where the pairs form no loop the answer is the exact sum over all joint associations; in a loop
//! it is near. It always settles, and takes time in proportion to the pairs.

use crate::pairs::Pairs;

/// Largest change of a message that still counts, ratio.
const SETTLED: f64 = 1e-7;
/// Rounds at most. What has not settled by then is used as it is: messages are within 0 and 1 in
/// every round.
const ROUNDS_MAX: usize = 200;

/// Room for the messages.
#[derive(Debug, Clone, Default)]
pub struct Marginals {
    wants: Vec<f64>,
    /// Sum of what tracks want of each detection.
    wanted: Vec<f64>,
}

impl Marginals {
    /// Sets `free` of all pairs. Returns the rounds that it took.
    pub fn solve(&mut self, pairs: &mut Pairs) -> usize {
        self.wants.clear();
        self.wants.resize(pairs.all().len(), 0.0);
        self.wanted.clear();
        self.wanted.resize(pairs.detections(), 0.0);
        for round in 1..=ROUNDS_MAX {
            self.tell_detections(pairs);
            if self.tell_tracks(pairs) < SETTLED {
                return round;
            }
        }
        ROUNDS_MAX
    }

    /// How probable it is that a detection belongs to no track, given `free` of the last solve.
    #[must_use]
    pub fn unclaimed(&self, detection: usize) -> f64 {
        1.0 / (1.0 + self.wanted[detection])
    }

    fn tell_detections(&mut self, pairs: &Pairs) {
        self.wanted.fill(0.0);
        for row in 0..pairs.rows() {
            let begin = pairs.start(row);
            let sum: f64 = pairs.row(row).iter().map(|p| p.odds * p.free).sum();
            for (k, pair) in pairs.row(row).iter().enumerate() {
                let others = (sum - pair.odds * pair.free).max(0.0);
                let want = pair.odds / (1.0 + others);
                self.wants[begin + k] = want;
                self.wanted[pair.detection as usize] += want;
            }
        }
    }

    /// Returns the largest change.
    fn tell_tracks(&self, pairs: &mut Pairs) -> f64 {
        let mut change: f64 = 0.0;
        for row in 0..pairs.rows() {
            let begin = pairs.start(row);
            for (k, pair) in pairs.row_mut(row).iter_mut().enumerate() {
                let others = self.wanted[pair.detection as usize] - self.wants[begin + k];
                let free = 1.0 / (1.0 + others.max(0.0));
                change = change.max((free - pair.free).abs());
                pair.free = free;
            }
        }
        change
    }
}
