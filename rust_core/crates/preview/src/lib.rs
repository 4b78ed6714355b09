//! Preview of a thrust profile: what it would give and cost, and which limits it would meet.
//!
//! * `preview`: the plan that is flown (`qiki-burn`), stepped under the controller's own limits.
//! * `result`: cost, effect and limits of each segment.

mod preview;
mod result;

pub use preview::preview;
pub use result::{LimitHit, Preview, PreviewError, SegmentPreview, Spent, Stores};
