//! Both maps of a craft, made once.

use qiki_alloc::{AXES, AllocError, Allocator, Bounds};
use qiki_craft::NOZZLES;

use crate::direction::{DIRECTIONS, Direction};
use crate::search::economy_sets;
use crate::set::NozzleSet;
use crate::spread::spread;
use crate::{Effectiveness, FORCE_TOLERANCE_N, TORQUE_TOLERANCE_NM};

/// Part of the reach at which full sets end, ratio. The linear programs that find the reach may
/// overstate it by a tenth of the millionth that is left here.
const INSIDE: f64 = 1.0 - 1e-6;

/// Why a map cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum MapError {
    /// The effectiveness cannot be used.
    #[error(transparent)]
    Effectiveness(#[from] AllocError),
    /// A most thrust is not a finite number, or negative.
    #[error("thrust_max_n: nozzle {0} must be finite and not negative, N")]
    ThrustMax(usize),
    /// A power is not a finite number, or negative.
    #[error("power_w_per_n: nozzle {0} must be finite and not negative, W/N")]
    PowerPerNewton(usize),
    /// The even spread of a full set did not converge.
    #[error("full set {0}: no even spread found; the geometry is next to one without this set")]
    Spread(&'static str),
}

/// The thrust map (six directions along the axes) and the torque map (six about them) of a craft
/// with all its nozzles. Sets are in the order of [`Direction::all`].
#[derive(Debug, Clone, PartialEq)]
pub struct ThrustMap {
    pub(crate) effectiveness: Effectiveness,
    pub(crate) thrust_max_n: [f64; NOZZLES],
    pub(crate) power_w_per_n: [f64; NOZZLES],
    pub(crate) economy: [NozzleSet; DIRECTIONS],
    pub(crate) full: [NozzleSet; DIRECTIONS],
}

impl ThrustMap {
    /// The maps for `effectiveness` (6, 16) per newton about the centre of mass, body;
    /// `thrust_max_n` the most thrust of each nozzle, N, 0 for one that is not there;
    /// `power_w_per_n` what each draws while open, W/N. Searches: takes milliseconds.
    ///
    /// # Errors
    /// [`MapError`] where a number is not usable.
    pub fn new(
        effectiveness: &Effectiveness,
        thrust_max_n: &[f64; NOZZLES],
        power_w_per_n: &[f64; NOZZLES],
    ) -> Result<Self, MapError> {
        let usable = |v: &f64| v.is_finite() && *v >= 0.0;
        if let Some(n) = thrust_max_n.iter().position(|v| !usable(v)) {
            return Err(MapError::ThrustMax(n));
        }
        if let Some(n) = power_w_per_n.iter().position(|v| !usable(v)) {
            return Err(MapError::PowerPerNewton(n));
        }
        let mut maker = Maker::new(effectiveness, thrust_max_n)?;
        let economy = economy_sets(effectiveness, thrust_max_n);
        let full = maker.full_sets(&economy)?;
        let nearest: [NozzleSet; DIRECTIONS] = maker.nearest_sets(&economy);
        let or_nearest = |sets: [NozzleSet; DIRECTIONS]| {
            std::array::from_fn(|i| {
                if sets[i].exists() {
                    sets[i]
                } else {
                    nearest[i]
                }
            })
        };
        Ok(Self {
            effectiveness: *effectiveness,
            thrust_max_n: *thrust_max_n,
            power_w_per_n: *power_w_per_n,
            economy: or_nearest(economy),
            full: or_nearest(full),
        })
    }

    /// The set with the fewest nozzles: ZTT along an axis, ZFR about one. Where it is not exact it
    /// is the nearest to one.
    #[must_use]
    pub const fn economy(&self, direction: Direction) -> &NozzleSet {
        &self.economy[direction.index()]
    }

    /// The set of most nozzles: FTG along an axis, FRG about one. Where it is not exact it is the
    /// same as the economy set.
    #[must_use]
    pub const fn full(&self, direction: Direction) -> &NozzleSet {
        &self.full[direction.index()]
    }

    /// Electrical power of a set at its ceiling, W.
    #[must_use]
    pub fn power_w(&self, set: &NozzleSet) -> f64 {
        self.draw(&set.thrust_n)
    }

    pub(crate) fn draw(&self, thrust_n: &[f64; NOZZLES]) -> f64 {
        self.power_w_per_n
            .iter()
            .zip(thrust_n)
            .map(|(w, f)| w * f)
            .sum()
    }
}

/// Inputs for full and nearest sets.
struct Maker<'a> {
    effectiveness: &'a Effectiveness,
    thrust_max_n: &'a [f64; NOZZLES],
    allocator: Allocator<NOZZLES>,
    healthy: Bounds<NOZZLES>,
}

impl<'a> Maker<'a> {
    fn new(
        effectiveness: &'a Effectiveness,
        thrust_max_n: &'a [f64; NOZZLES],
    ) -> Result<Self, MapError> {
        Ok(Self {
            effectiveness,
            thrust_max_n,
            // A newton counts like a newton metre.
            allocator: Allocator::new(*effectiveness, [1.0; AXES])?,
            healthy: Bounds {
                lo: [0.0; NOZZLES],
                hi: *thrust_max_n,
            },
        })
    }

    fn set(&self, direction: Direction, thrust_n: &[f64; NOZZLES]) -> NozzleSet {
        NozzleSet::new(self.effectiveness, self.thrust_max_n, direction, thrust_n)
    }

    /// The full sets; none for a direction that has no exact set at all.
    fn full_sets(
        &self,
        economy: &[NozzleSet; DIRECTIONS],
    ) -> Result<[NozzleSet; DIRECTIONS], MapError> {
        let mut full = [NozzleSet::default(); DIRECTIONS];
        let ceilings = self.common_ceilings(economy);
        let columns = std::array::from_fn(|n| {
            std::array::from_fn(|i| self.effectiveness[i][n] * self.thrust_max_n[n])
        });
        for direction in Direction::all().filter(|d| economy[d.index()].exists()) {
            let wanted = direction.wrench(ceilings[direction.index()]);
            let load = spread(&columns, &wanted).ok_or(MapError::Spread(direction.name()))?;
            let thrust_n = std::array::from_fn(|n| load[n] * self.thrust_max_n[n]);
            full[direction.index()] = self.set(direction, &thrust_n);
        }
        Ok(full)
    }

    /// The least reach of all six translations, and of each pair of rotations; directions without
    /// an exact set are left aside.
    fn common_ceilings(&self, economy: &[NozzleSet; DIRECTIONS]) -> [f64; DIRECTIONS] {
        let mut reach = [f64::INFINITY; DIRECTIONS];
        for direction in Direction::all().filter(|d| economy[d.index()].exists()) {
            reach[direction.index()] = self.allocator.reach(&direction.wrench(1.0), &self.healthy);
        }
        let least =
            |of: std::ops::Range<usize>| reach[of].iter().copied().fold(f64::INFINITY, f64::min);
        std::array::from_fn(|i| {
            INSIDE
                * if i < AXES {
                    least(0..AXES)
                } else {
                    least(i / 2 * 2..i / 2 * 2 + 2)
                }
        })
    }

    /// Where there is no exact set: the nozzles whose wrench points nearest to the direction, as
    /// far as what is left over stays within tolerance.
    fn nearest_sets(&mut self, economy: &[NozzleSet; DIRECTIONS]) -> [NozzleSet; DIRECTIONS] {
        let mut nearest = [NozzleSet::default(); DIRECTIONS];
        for direction in Direction::all().filter(|d| !economy[d.index()].exists()) {
            nearest[direction.index()] = self.nearest(direction);
        }
        nearest
    }

    fn nearest(&mut self, direction: Direction) -> NozzleSet {
        // A wrench so small that no nozzle meets its bound: the direction alone decides.
        let smallest = self.thrust_max_n.iter().copied().filter(|m| *m > 0.0);
        let size = 1e-3 * smallest.fold(f64::INFINITY, f64::min);
        if !size.is_finite() {
            return NozzleSet::default();
        }
        let thrust_n = self
            .allocator
            .solve(&direction.wrench(size), &self.healthy)
            .thrust_n;
        let small = self.set(direction, &thrust_n);
        let room = (0..NOZZLES)
            .filter(|n| small.thrust_n[*n] > 0.0)
            .map(|n| self.thrust_max_n[n] / small.thrust_n[n])
            .fold(f64::INFINITY, f64::min)
            .min(TORQUE_TOLERANCE_NM / small.leftover_torque_nm)
            .min(FORCE_TOLERANCE_N / small.leftover_force_n);
        if !small.exists() || !room.is_finite() {
            return NozzleSet::default();
        }
        let grown = |n: usize| (small.thrust_n[n] * room).min(self.thrust_max_n[n]);
        self.set(direction, &std::array::from_fn(grown))
    }
}
