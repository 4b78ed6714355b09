//! Result of a preview.

use qiki_craft::{CLUSTERS, Vec3};
use qiki_power::PowerError;

use qiki_burn::End;
use qiki_command::Reason;
use qiki_command::SEGMENTS_MAX;
use qiki_control::ConfigError;

/// Why there is no preview.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PreviewError {
    /// The craft cannot be controlled.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Its power plane cannot be computed.
    #[error(transparent)]
    Power(#[from] PowerError),
    /// No segments, or too many of them.
    #[error("profile: {0} segments given, 1..={SEGMENTS_MAX} needed")]
    Segments(usize),
    /// The controller would refuse the profile.
    #[error("profile: it would be refused: {0:?}")]
    Refused(Reason),
}

/// Cost and effect over a span of time.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Spent {
    /// Duration, s.
    pub time_s: f64,
    /// Part of it in which the nozzles rest, s.
    pub rest_s: f64,
    /// Speed gained, m/s, body; the attitude is held.
    pub delta_v_mps: Vec3,
    /// Speed that would be gained if every nozzle pushed along the motion, m/s.
    pub gross_mps: f64,
    /// kg.
    pub propellant_kg: f64,
    /// Electrical energy of the nozzles, J.
    pub energy_j: f64,
    /// Bit n: nozzle n pushes.
    pub nozzles: u16,
}

/// Stores and temperatures at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Stores {
    /// kg.
    pub propellant_kg: f64,
    /// 0..1.
    pub battery_soc: f64,
    /// 0..1.
    pub supercap_soc: f64,
    /// °C.
    pub cluster_temp_c: [f64; CLUSTERS],
}

/// One segment of a preview.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SegmentPreview {
    /// When it begins, s.
    pub at_s: f64,
    /// Its cost and effect.
    pub spent: Spent,
    /// Stores and temperatures at its end.
    pub after: Stores,
}

/// A limit that inhibits the profile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LimitHit {
    /// Its beginning, s.
    pub at_s: f64,
    /// Its duration, s.
    pub for_s: f64,
    /// In this segment, from 0.
    pub segment: usize,
    /// Which limit.
    pub reason: Reason,
    /// The nozzles rest; else they push with less than the profile says.
    pub rests: bool,
}

/// Preview of a profile.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// One for each segment that is begun.
    pub segments: Vec<SegmentPreview>,
    /// All of it.
    pub total: Spent,
    /// Stores and temperatures at its end.
    pub after: Stores,
    /// Highest temperature of each cluster, °C.
    pub cluster_max_c: [f64; CLUSTERS],
    /// Lowest charge, 0..1.
    pub supercap_min_soc: f64,
    /// In order of time.
    pub limits: Vec<LimitHit>,
    /// How it ends.
    pub end: End,
}

impl Spent {
    pub(crate) fn add(&mut self, more: &Self) {
        self.time_s += more.time_s;
        self.rest_s += more.rest_s;
        for (sum, part) in self.delta_v_mps.iter_mut().zip(more.delta_v_mps) {
            *sum += part;
        }
        self.gross_mps += more.gross_mps;
        self.propellant_kg += more.propellant_kg;
        self.energy_j += more.energy_j;
        self.nozzles |= more.nozzles;
    }
}
