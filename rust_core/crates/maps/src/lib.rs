//! The thrust map and the torque map of a craft: which nozzles push it along each axis and turn
//! it about each axis, and with nothing else.
//!
//! For each of the twelve [`Direction`]s there are two [`NozzleSet`]s:
//!
//! * the **economy set**, as few nozzles as can do it. Along an axis it is the ZTT, the
//!   zero-torque translation set; about an axis the ZFR, the zero-force rotation set.
//! * the **full set**, spread over the nozzles as evenly as the geometry lets it be. Along an
//!   axis it is the FTG, the full thrust group, with one ceiling for all six; about an axis the
//!   FRG, the full rotation group, with one ceiling for both signs.
//!
//! `search.rs` finds the economy sets by going through the combinations of nozzles, `spread.rs`
//! the full ones as the least squares of the nozzles' load. Where a geometry has no exact set
//! for a direction, `map.rs` takes the nearest one and says what is left over. `auto.rs` gives a
//! wrench by these sets alone, every tick: [`ThrustMap::allocate`].
//!
//! Making a map searches and may take milliseconds; `allocate` allocates no memory, has no loop
//! without an end and takes less than a microsecond. Forces N, torques N·m about the centre of
//! mass, body frame.

mod auto;
mod direction;
mod elimination;
mod map;
mod search;
mod set;
mod spread;

pub use auto::AutoSolution;
pub use direction::{DIRECTIONS, Direction};
pub use map::{MapError, ThrustMap};
pub use set::NozzleSet;

use qiki_alloc::AXES;
use qiki_craft::NOZZLES;

/// Force and torque about the centre of mass per newton of each nozzle, body.
pub type Effectiveness = [[f64; NOZZLES]; AXES];

/// A set is exact where no more force than this is left over across its direction, N: 4 ppm of one
/// nozzle (240 N), above rounding of the geometry (twelve digits).
pub const EXACT_FORCE_N: f64 = 1e-3;
/// The same for torque, N·m.
pub const EXACT_TORQUE_NM: f64 = 1e-3;
/// A set that is not exact is used only as far as its leftover torque stays below this, N·m: the
/// `ztt_torque_tol` of the craft's propulsion papers. About 205 kg·m² it is 0.12 rad/s², which the
/// attitude law (0.2 rad/s² at most) can hold.
pub const TORQUE_TOLERANCE_NM: f64 = 25.0;
/// The same for force, N: what makes the torque tolerance at an arm of one metre.
pub const FORCE_TOLERANCE_N: f64 = 25.0;
