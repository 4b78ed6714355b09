//! Radar tracking: from detections to tracks.
//!
//! * `radar`, `detection`, `own_pose`: what the radar is, what it says, and from where.
//! * `conversion`: a detection as a position in the world, with its covariance.
//! * `motion`, `transition`: how targets move, and the three models of it.
//! * `gaussian`, `update`, `imm`: the state of a target, by each model and by all together.
//!
//! Nothing here reads a clock. Equations: `docs/math/tracking.md`.

mod conversion;
mod detection;
mod gaussian;
mod imm;
mod motion;
mod own_pose;
mod radar;
mod transition;
mod update;

pub use conversion::{Converter, Measurement};
pub use detection::Detection;
pub use gaussian::Gaussian;
pub use imm::{Given, Imm, MODELS, Step};
pub use motion::Motion;
pub use own_pose::OwnPose;
pub use radar::{RadarError, RadarModel};
pub use transition::Transition;
pub use update::{Updated, update};
