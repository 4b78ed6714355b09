//! The twelve directions of a map.

use qiki_alloc::AXES;

/// Directions of a map: along and about three axes, each sign.
pub const DIRECTIONS: usize = 2 * AXES;

/// A row of the wrench and a sign. In order, and so in bit sets: +X, -X, +Y, -Y, +Z, -Z, then
/// +roll, -roll, +pitch, -pitch, +yaw, -yaw (torque about +X, -X, ...).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Direction(u8);

impl Direction {
    /// All of them, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        #[allow(clippy::cast_possible_truncation)] // twelve
        (0..DIRECTIONS as u8).map(Self)
    }

    /// The direction that `amount` along row `axis` of a wrench points to; `axis` below 6.
    #[must_use]
    pub fn of(axis: usize, amount: f64) -> Self {
        #[allow(clippy::cast_possible_truncation)] // axis < 6
        Self(2 * axis as u8 + u8::from(amount < 0.0))
    }

    /// Its place in the order, 0..12.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// Its bit in a set of directions.
    #[must_use]
    pub const fn bit(self) -> u16 {
        1 << self.0
    }

    /// The row of the wrench, 0..6.
    #[must_use]
    pub const fn axis(self) -> usize {
        self.index() / 2
    }

    /// +1 or -1.
    #[must_use]
    pub const fn sign(self) -> f64 {
        if self.0.is_multiple_of(2) { 1.0 } else { -1.0 }
    }

    /// Whether it is along an axis (force), not about one (torque).
    #[must_use]
    pub const fn is_translation(self) -> bool {
        self.axis() < 3
    }

    /// `size` (N or N·m) along it, and nothing else.
    #[must_use]
    pub fn wrench(self, size: f64) -> [f64; AXES] {
        let mut wrench = [0.0; AXES];
        wrench[self.axis()] = self.sign() * size;
        wrench
    }

    /// +X .. -Z, +roll .. -yaw.
    #[must_use]
    pub const fn name(self) -> &'static str {
        [
            "+X", "-X", "+Y", "-Y", "+Z", "-Z", "+roll", "-roll", "+pitch", "-pitch", "+yaw",
            "-yaw",
        ][self.index()]
    }
}
