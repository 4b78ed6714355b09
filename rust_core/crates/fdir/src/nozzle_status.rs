//! Which nozzles can be used, and how far.

use qiki_alloc::Bounds;
use qiki_craft::{NOZZLES, nozzles_in};

/// Nozzles: bit n of a set is nozzle n.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NozzleStatus {
    /// Out of the allocation.
    pub isolated: u16,
    /// Does not close.
    pub stuck_open: u16,
    /// Bounds of the thrusts now, N: faults, heat and rests.
    pub bounds: Bounds<NOZZLES>,
}

impl NozzleStatus {
    /// A nozzle that does not open gives nothing; one that does not close gives all of `full_n`;
    /// any other gives up to `most_n`.
    pub fn new(
        isolated: u16,
        stuck_open: u16,
        most_n: [f64; NOZZLES],
        full_n: &[f64; NOZZLES],
    ) -> Self {
        let mut bounds = Bounds {
            lo: [0.0; NOZZLES],
            hi: most_n,
        };
        for n in nozzles_in(stuck_open) {
            (bounds.lo[n], bounds.hi[n]) = (full_n[n], full_n[n]);
        }
        for n in nozzles_in(isolated & !stuck_open) {
            bounds.hi[n] = 0.0;
        }
        Self {
            isolated,
            stuck_open,
            bounds,
        }
    }
}
