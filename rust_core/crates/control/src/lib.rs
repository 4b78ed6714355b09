//! The controller.
mod allocation_mode;
mod command_tracker;
mod config;
mod controller;
mod manual_override;
mod modes;
mod sets;

pub use config::ConfigError;
pub use controller::{
    Controller, Inputs, LimitHit, Outputs, Preview, PreviewError, SegmentPreview, Spent, Stores,
    preview,
};
pub use modes::{by_hand, confirmed, permits};
