//! Radar tracking: from detections to tracks.
//!
//! * `radar`, `detection`, `own_pose`: what the radar is, what it says, and from where.
//! * `conversion`: a detection as a position in the world, with its covariance.
//! * `motion`, `transition`: how targets move, and the three models of it.
//! * `gaussian`, `update`, `imm`: the state of a target, by each model and by all together.
//! * `grid`, `gate`, `pairs`: which detections may belong to which tracks.
//! * `marginals`, `nearest`: which do, by probability or by the best assignment.
//! * `status`, `track`, `tracker`: targets that exist as probably as they are seen.
//!
//! Nothing here reads a clock. Equations: `docs/math/tracking.md`.

mod conversion;
mod detection;
mod gate;
mod gaussian;
mod grid;
mod imm;
mod marginals;
mod motion;
mod nearest;
mod own_pose;
mod pairs;
mod radar;
mod status;
mod track;
mod tracker;
mod transition;
mod update;

pub use conversion::{Converter, Measurement};
pub use detection::Detection;
pub use gate::PAIRS_MAX;
pub use gaussian::Gaussian;
pub use imm::{Given, Imm, MODELS, Step};
pub use marginals::Marginals;
pub use motion::Motion;
pub use nearest::Nearest;
pub use own_pose::OwnPose;
pub use pairs::{Pair, Pairs};
pub use radar::{RadarError, RadarModel};
pub use status::{Reason, Status};
pub use track::Track;
pub use tracker::{
    Association, DETECTIONS_MAX, Frame, Population, RadarTracker, Refused, TRACKS_MAX,
};
pub use transition::Transition;
pub use update::{Updated, update};
