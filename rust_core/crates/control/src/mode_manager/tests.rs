//! The mode manager in a controller on a desk.
#![allow(clippy::unwrap_used, clippy::panic)]

use qiki_craft::Fresh;

mod burning;
mod commands;
mod effects;
mod manual;
mod safe;

/// Everything is reported but these parts.
fn without(parts: &[Fresh]) -> Fresh {
    Fresh(parts.iter().fold(u32::MAX, |fresh, part| fresh & !part.0))
}
