//! Which detections may be a track's own.

use nalgebra::Vector3;

use crate::grid::Grid;
use crate::pairs::Pairs;
use crate::track::Track;
use crate::update::update;
use crate::{Converter, Gaussian, Measurement};

/// Gate on the normalised innovation squared of position and range rate: of chi square with four
/// degrees of freedom 1e-4 is beyond.
const GATE_NIS: f64 = 23.51;
/// How much larger the noise of a coarse angle may be than its small-angle share.
const NOISE_MARGIN: f64 = 1.2;
/// Pairs of one track at most; those with the best odds stay.
pub const PAIRS_MAX: usize = 32;

/// What all gates of a frame have in common.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gate<'a> {
    pub converter: &'a Converter,
    pub grid: &'a Grid,
    pub seen: &'a [Measurement],
    /// Probability that a target is detected.
    pub prob_detection: f64,
    /// Detections of clutter and of new targets in a frame.
    pub unexpected: f64,
}

impl Gate<'_> {
    /// Adds the row of a track to `pairs`. Returns how many pairs there was no room for.
    pub(crate) fn add_row(&self, track: &Track, pairs: &mut Pairs) -> usize {
        let whole = track.state();
        let half = self.half_size(&whole);
        let missed = 1.0 - track.existence * self.prob_detection;
        let known = track.existence * self.prob_detection / missed;
        self.grid.each_near(&whole.mean[0], &half, |n| {
            let density = self.density(track, &whole, &half, &self.seen[n as usize]);
            let odds = known * density;
            if odds > 0.0 && odds.is_finite() {
                pairs.push(n, odds);
            }
        });
        pairs.end_row(PAIRS_MAX)
    }

    /// How much denser the target makes the place of a measurement than everything unexpected; 0
    /// outside of the gate.
    fn density(
        &self,
        track: &Track,
        whole: &Gaussian,
        half: &Vector3<f64>,
        seen: &Measurement,
    ) -> f64 {
        let off = (seen.position - whole.mean[0]).abs();
        if off.x > half.x || off.y > half.y || off.z > half.z {
            return 0.0;
        }
        let own = self.converter.pose();
        if !update(whole, seen, own).is_some_and(|found| found.nis < GATE_NIS) {
            return 0.0;
        }
        let by_model = track.target.likelihoods(seen, own);
        let likelihood: f64 = by_model
            .iter()
            .zip(&track.target.weights)
            .map(|(l, w)| l * w)
            .sum();
        likelihood / (self.unexpected * seen.even_density)
    }

    /// Half of a box that holds the gate: the noise is that at its far end.
    fn half_size(&self, whole: &Gaussian) -> Vector3<f64> {
        let own = whole.covariance[0][0].diagonal();
        let far = (whole.mean[0] - self.converter.pose().position).norm()
            + libm::sqrt(GATE_NIS * own.max().max(0.0));
        let noise = NOISE_MARGIN * self.converter.noise_variance(far);
        own.map(|variance| libm::sqrt(GATE_NIS * (variance.max(0.0) + noise)))
    }
}
