//! A thrust profile on paper: what it would give, take and run into.
//!
//! * `paper`: the plan that flies (`qiki-burn`), asked step by step under the controller's own limits.
//! * `result`: what comes of it.

mod paper;
mod result;

pub use paper::preview;
pub use result::{LimitHit, Preview, PreviewError, SegmentPreview, Spent, Stores};
