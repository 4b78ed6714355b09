//! Sets of nozzles: bit n is nozzle n.

use crate::{NOZZLES, NOZZLES_PER_CLUSTER};

/// The nozzles for which something holds.
///
/// ```
/// use qiki_craft::nozzles_where;
/// assert_eq!(nozzles_where(|n| n < 3), 0b111);
/// ```
pub fn nozzles_where(holds: impl Fn(usize) -> bool) -> u16 {
    (0..NOZZLES).fold(0, |set, n| set | u16::from(holds(n)) << n)
}

/// The nozzles of a set, lowest number first.
///
/// ```
/// use qiki_craft::nozzles_in;
/// assert_eq!(nozzles_in(0b1010).collect::<Vec<_>>(), [1, 3]);
/// ```
pub fn nozzles_in(set: u16) -> impl Iterator<Item = usize> {
    let mut left = set;
    std::iter::from_fn(move || {
        let lowest = left.trailing_zeros() as usize;
        left &= left.wrapping_sub(1);
        (lowest < NOZZLES).then_some(lowest)
    })
}

/// The nozzles of a cluster (0..4).
///
/// ```
/// use qiki_craft::nozzles_of;
/// assert_eq!(nozzles_of(1), 0x00F0);
/// ```
#[must_use]
pub const fn nozzles_of(cluster: usize) -> u16 {
    ((1 << NOZZLES_PER_CLUSTER) - 1) << (cluster * NOZZLES_PER_CLUSTER)
}

/// The same level for all of these nozzles, 0 for the others.
///
/// ```
/// use qiki_craft::levels;
/// assert_eq!(levels(0b101, 0.5)[..4], [0.5, 0.0, 0.5, 0.0]);
/// ```
#[must_use]
pub fn levels(nozzles: u16, level: f64) -> [f64; NOZZLES] {
    std::array::from_fn(|n| if nozzles >> n & 1 == 1 { level } else { 0.0 })
}
