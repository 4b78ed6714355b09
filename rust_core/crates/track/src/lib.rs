//! Radar tracking: from detections to tracks.
//!
//! * `radar`, `detection`, `own_pose`: what the radar is, what it says, and from where.
//! * `conversion`: a detection as a position in the world, with its covariance.
//!
//! Nothing here reads a clock. Equations: `docs/math/tracking.md`.

mod conversion;
mod detection;
mod own_pose;
mod radar;

pub use conversion::{Converter, Measurement};
pub use detection::Detection;
pub use own_pose::OwnPose;
pub use radar::{RadarError, RadarModel};
