//! The tracker: a frame of detections in, tracks on.

use crate::gate::Gate;
use crate::grid::Grid;
use crate::imm::{Given, Step};
use crate::marginals::Marginals;
use crate::nearest::Nearest;
use crate::pairs::Pairs;
use crate::track::Track;
use crate::{Converter, Detection, Imm, Measurement, Motion, OwnPose, RadarError, RadarModel};

/// Tracks and candidates at most; a detection that would start one more is counted and left.
pub const TRACKS_MAX: usize = 32_768;
/// Detections of a frame at most; those beyond are counted and left.
pub const DETECTIONS_MAX: usize = 65_536;
/// Existence below which no candidate is started: its detection belongs to a track, or to nothing.
const CANDIDATE_FROM: f64 = 1e-7;
/// Cells of the grid, in standard deviations across at the end of the field of view: a gate of a
/// track that is well known touches eight.
const CELL_STDS: f64 = 10.0;

/// How targets come and go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Population {
    /// Targets that appear in a frame, on average.
    pub births_per_frame: f64,
    /// Mean time that a target stays, s.
    pub lifetime_s: f64,
}

impl Population {
    /// One new target in ten frames, which stays for a minute.
    pub const CRAFT: Self = Self {
        births_per_frame: 0.1,
        lifetime_s: 60.0,
    };
}

/// How detections are given to tracks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Association {
    /// Each detection to each track by its probability.
    #[default]
    Probabilistic,
    /// Each detection to one track at most, the best for all together.
    Nearest,
}

/// What became of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frame {
    /// Tracks are those after it.
    Taken,
    /// It is not newer than the last one; nothing has changed.
    Late,
    /// Time or own pose are no numbers; nothing has changed.
    NoNumbers,
}

/// What was refused so far, each counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Refused {
    /// Frames that were not newer than the one before.
    pub late_frames: u64,
    /// Frames whose time or own pose were no numbers.
    pub broken_frames: u64,
    /// Detections that cannot be true.
    pub broken_detections: u64,
    /// Detections beyond [`DETECTIONS_MAX`].
    pub surplus_detections: u64,
    /// Pairs beyond [`crate::PAIRS_MAX`].
    pub surplus_pairs: u64,
    /// Candidates beyond [`TRACKS_MAX`].
    pub surplus_candidates: u64,
}

/// Follows targets from frame to frame. The same frames give the same tracks.
#[derive(Debug, Clone)]
pub struct RadarTracker {
    radar: RadarModel,
    motion: Motion,
    population: Population,
    association: Association,
    /// From the pose of the last frame.
    converter: Converter,
    tracks: Vec<Track>,
    time_s: Option<f64>,
    next_id: u64,
    refused: Refused,
    seen: Vec<Measurement>,
    grid: Grid,
    pairs: Pairs,
    marginals: Marginals,
    nearest: Nearest,
}

impl RadarTracker {
    /// A tracker without tracks.
    ///
    /// # Errors
    /// [`RadarError`] where the model is not usable.
    pub fn new(
        radar: RadarModel,
        motion: Motion,
        population: Population,
        association: Association,
    ) -> Result<Self, RadarError> {
        let converter = Converter::new(radar, OwnPose::default())?;
        let angle = radar.bearing_std_rad.max(radar.elev_std_rad);
        let across = radar.range_std_m.max(angle * radar.range_max_m);
        Ok(Self {
            radar,
            motion,
            population,
            association,
            converter,
            tracks: Vec::new(),
            time_s: None,
            next_id: 1,
            refused: Refused::default(),
            seen: Vec::new(),
            grid: Grid::new(CELL_STDS * across),
            pairs: Pairs::default(),
            marginals: Marginals::default(),
            nearest: Nearest::default(),
        })
    }

    /// Tracks and candidates, oldest first.
    #[must_use]
    pub fn tracks(&self) -> &[Track] {
        &self.tracks
    }

    /// What was refused so far.
    #[must_use]
    pub fn refused(&self) -> &Refused {
        &self.refused
    }

    /// Time of the last frame that was taken, s.
    #[must_use]
    pub fn time_s(&self) -> Option<f64> {
        self.time_s
    }

    /// How good a track is, 0..1: its existence, times the share that its own covariance has not in
    /// that of a detection beside it. Half of its existence where a detection would tell as much.
    #[must_use]
    pub fn quality(&self, track: &Track) -> f64 {
        let state = track.state();
        let range_m = (state.mean[0] - self.converter.pose().position).norm();
        let noise = self.converter.noise_variance(range_m);
        track.existence * noise / (noise + state.covariance[0][0].trace())
    }

    /// Takes a frame of detections from `own`, at `time_s`.
    pub fn update(&mut self, time_s: f64, detections: &[Detection], own: &OwnPose) -> Frame {
        if !(time_s.is_finite() && own.is_finite()) {
            self.refused.broken_frames += 1;
            return Frame::NoNumbers;
        }
        if self.time_s.is_some_and(|last_s| time_s <= last_s) {
            self.refused.late_frames += 1;
            return Frame::Late;
        }
        self.tracks.retain(|track| !track.is_over());
        self.predict(time_s);
        self.converter = self.converter.moved(*own);
        self.convert(detections);
        self.associate();
        self.take_in(own, time_s);
        self.begin_candidates(own, time_s);
        self.time_s = Some(time_s);
        Frame::Taken
    }

    fn predict(&mut self, time_s: f64) {
        let Some(last_s) = self.time_s else {
            return;
        };
        let step = Step::new(time_s - last_s, &self.motion);
        let stays = libm::exp((last_s - time_s) / self.population.lifetime_s);
        for track in &mut self.tracks {
            track.target = track.target.predict(&step);
            track.existence *= stays;
        }
    }

    fn convert(&mut self, detections: &[Detection]) {
        let taken = &detections[..detections.len().min(DETECTIONS_MAX)];
        self.refused.surplus_detections += (detections.len() - taken.len()) as u64;
        self.seen.clear();
        let found = taken
            .iter()
            .filter_map(|detection| self.converter.convert(detection));
        self.seen.extend(found);
        self.refused.broken_detections += (taken.len() - self.seen.len()) as u64;
        self.grid.fill(self.seen.iter().map(|seen| seen.position));
    }

    /// Clutter and new targets in a frame: what else a detection can be.
    fn unexpected(&self) -> f64 {
        self.radar.clutter_per_frame + self.population.births_per_frame
    }

    fn associate(&mut self) {
        let gate = Gate {
            converter: &self.converter,
            grid: &self.grid,
            seen: &self.seen,
            prob_detection: self.radar.prob_detection,
            unexpected: self.unexpected(),
        };
        self.pairs.clear(self.seen.len());
        for track in &self.tracks {
            self.refused.surplus_pairs += gate.add_row(track, &mut self.pairs) as u64;
        }
        match self.association {
            Association::Probabilistic => {
                self.marginals.solve(&mut self.pairs);
            }
            Association::Nearest => self.nearest.solve(&mut self.pairs),
        }
    }

    /// Each track given the detections that are free for it.
    fn take_in(&mut self, own: &OwnPose, time_s: f64) {
        let detected = self.radar.prob_detection;
        let unexpected = self.unexpected();
        for (n, track) in self.tracks.iter_mut().enumerate() {
            let row = self.pairs.row(n);
            let (before, prior) = (track.existence, track.target);
            let mut given = Given::new(&prior, 1.0 - detected);
            for pair in row {
                let seen = &self.seen[pair.detection as usize];
                let weight = detected * pair.free / (unexpected * seen.even_density);
                given.add(weight, seen, own);
            }
            if let Some(target) = given.target() {
                track.target = target;
            }
            // Odds of being there and undetected, and of being there and detected, to one that is
            // missing or undetected.
            let hit: f64 = row.iter().map(|pair| pair.odds * pair.free).sum();
            let missed = before * (1.0 - detected) / (1.0 - before * detected);
            track.existence = (missed + hit) / (1.0 + hit);
            let is_seen = track.count(hit / (missed + hit).max(f64::MIN_POSITIVE));
            track.update_status(is_seen, time_s, &mut self.next_id);
        }
    }

    /// A candidate for each detection that may be the first of a target.
    fn begin_candidates(&mut self, own: &OwnPose, time_s: f64) {
        let new = self.population.births_per_frame / self.unexpected();
        for (n, seen) in self.seen.iter().enumerate() {
            let unclaimed = match self.association {
                Association::Probabilistic => self.marginals.unclaimed(n),
                Association::Nearest => self.nearest.unclaimed(n),
            };
            let existence = new * unclaimed;
            if existence < CANDIDATE_FROM {
                continue;
            }
            if self.tracks.len() >= TRACKS_MAX {
                self.refused.surplus_candidates += 1;
            } else if let Some(target) = Imm::begin(seen, own, &self.motion) {
                self.tracks
                    .push(Track::candidate(target, existence, time_s));
            }
        }
    }
}
