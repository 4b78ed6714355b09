//! Factors between units.

pub(crate) const J_PER_WH: f64 = 3600.0;
