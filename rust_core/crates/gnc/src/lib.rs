//! Navigation, guidance and control laws.
//!
//! ```text
//! feedback -> navigator -> pose ---------+
//!                                        v
//! goal -> guidance -> reference -> pose error -> law -> wrench
//! ```
//!
//! * `pose`, `reference`: estimate, and the pose that the laws follow.
//! * `navigator`: propagates the estimate between fixes and knows its age.
//! * `sample_gate`, `consistency`, `sensor_limits`: what can be true of a sensor, and of two.
//! * `guidance`: moves the reference towards the goal within speed and acceleration limits.
//! * `attitude_error`, `pose_error`: the difference between reference and estimate.
//! * `law`: pose error to wrench. `wrench`: force and torque as one row.
//!
//! Nothing here reads a clock, allocates or fails. Equations: `docs/math/control.md`.

mod attitude_error;
mod consistency;
mod guidance;
mod law;
mod navigator;
mod pose;
mod pose_error;
mod reference;
mod sample_gate;
mod sensor_limits;
mod wrench;

pub use attitude_error::{AttitudeError, AttitudeErrorCache};
pub use guidance::Guidance;
pub use law::Law;
pub use navigator::Navigator;
pub use pose::Pose;
pub use pose_error::{Hold, PoseError};
pub use reference::{MotionLimits, Reference};
pub use sample_gate::Plausible;
pub use sensor_limits::SensorLimits;
pub use wrench::{Wrench, wrench};
