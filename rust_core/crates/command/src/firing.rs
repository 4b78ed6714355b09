//! Nozzles fired by name.

/// Named nozzles, opened together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Firing {
    /// Bit n: nozzle n.
    pub nozzles: u16,
    /// Part of the duration in which they are open, above 0, up to 1.
    pub level: f64,
    /// s.
    pub duration_s: f64,
}
