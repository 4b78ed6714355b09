//! One entry of a map.

use qiki_alloc::AXES;
use qiki_craft::NOZZLES;

use crate::direction::Direction;
use crate::{EXACT_FORCE_N, EXACT_TORQUE_NM, Effectiveness};

/// A nozzle below this part of its full thrust is not in the set, ratio: what rounding leaves of a
/// nozzle that does not push.
const IDLE: f64 = 1e-8;

/// Nozzles that push together, each with its thrust at the set's ceiling. Less than the ceiling
/// is had by scaling all of them down. Every number is worked out from `thrust_n`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct NozzleSet {
    /// Thrust of each nozzle at the ceiling, N.
    pub thrust_n: [f64; NOZZLES],
    /// Bit n is set where nozzle n pushes; 0 where the geometry has no set at all.
    pub nozzles: u16,
    /// What the set gives along its direction, N or N·m.
    pub ceiling: f64,
    /// Force and torque about the centre of mass, N and N·m, body.
    pub wrench: [f64; AXES],
    /// Sum of the thrusts, N.
    pub gross_n: f64,
    /// Length of the force across the direction (all force for a torque), N.
    pub leftover_force_n: f64,
    /// Length of the torque across the direction (all torque for a force), N·m.
    pub leftover_torque_nm: f64,
    /// Whether nothing is left over, within [`EXACT_FORCE_N`] and [`EXACT_TORQUE_NM`].
    pub exact: bool,
}

fn norm(v: &[f64]) -> f64 {
    v.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// `B f`, N and N·m.
pub(crate) fn wrench_of(b: &Effectiveness, thrust_n: &[f64; NOZZLES]) -> [f64; AXES] {
    std::array::from_fn(|i| b[i].iter().zip(thrust_n).map(|(b, f)| b * f).sum())
}

impl NozzleSet {
    /// The set of these thrusts for a direction. Thrusts that are nothing next to `most_n` count
    /// as none; where the rest gives nothing along the direction, there is no set.
    pub(crate) fn new(
        b: &Effectiveness,
        most_n: &[f64; NOZZLES],
        direction: Direction,
        thrust_n: &[f64; NOZZLES],
    ) -> Self {
        let pushes = |n: usize| thrust_n[n] > IDLE * most_n[n];
        let thrust_n = std::array::from_fn(|n| if pushes(n) { thrust_n[n] } else { 0.0 });
        let wrench = wrench_of(b, &thrust_n);
        let ceiling = direction.sign() * wrench[direction.axis()];
        if ceiling.is_nan() || ceiling <= 0.0 {
            return Self::default();
        }
        let mut across = wrench;
        across[direction.axis()] = 0.0;
        let (force, torque) = (norm(&across[..3]), norm(&across[3..]));
        Self {
            thrust_n,
            nozzles: (0..NOZZLES)
                .filter(|n| thrust_n[*n] > 0.0)
                .fold(0, |set, n| set | 1 << n),
            ceiling,
            wrench,
            gross_n: thrust_n.iter().sum(),
            leftover_force_n: force,
            leftover_torque_nm: torque,
            exact: force <= EXACT_FORCE_N && torque <= EXACT_TORQUE_NM,
        }
    }

    /// Whether the geometry has this set.
    #[must_use]
    pub const fn exists(&self) -> bool {
        self.nozzles != 0
    }

    /// Whether it exists and none of its nozzles is in `unavailable`.
    #[must_use]
    pub const fn usable(&self, unavailable: u16) -> bool {
        self.exists() && self.nozzles & unavailable == 0
    }
}
