//! A wrench by sets of the map alone, every tick.

use qiki_alloc::{AXES, Status};
use qiki_craft::NOZZLES;

use crate::direction::{DIRECTIONS, Direction};
use crate::map::ThrustMap;
use crate::set::{NozzleSet, wrench_of};

/// Result for one wrench. Bit sets are of [`Direction::bit`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AutoSolution {
    /// Thrust of each nozzle, N.
    pub thrust_n: [f64; NOZZLES],
    /// `B f`, N and N·m.
    pub wrench: [f64; AXES],
    /// `Optimal` where the demanded wrench is allocated; `Saturated` where it is scaled down, where a
    /// demanded direction is lost, or where a set that is not exact had to serve; `BadInput`
    /// where it was no finite numbers: zero thrust. Never anything else.
    pub status: Status,
    /// What part of the wrench is given in its own direction (lost directions aside), 0..=1.
    pub scale: f64,
    /// Directions that no set serves with the nozzles there are, demanded or not.
    pub lost: u16,
    /// Lost directions that were demanded.
    pub denied: u16,
    /// Directions served by their economy set, in whole or in part.
    pub economy: u16,
    /// Directions served by their full set, in whole or in part.
    pub full: u16,
}

impl Default for AutoSolution {
    fn default() -> Self {
        Self {
            thrust_n: [0.0; NOZZLES],
            wrench: [0.0; AXES],
            status: Status::BadInput,
            scale: 0.0,
            lost: 0,
            denied: 0,
            economy: 0,
            full: 0,
        }
    }
}

impl AutoSolution {
    /// Whether less is allocated than was demanded.
    #[must_use]
    pub fn saturated(&self) -> bool {
        self.status == Status::Saturated
    }
}

impl ThrustMap {
    /// Gives `wrench_demanded` (force N, torque N·m about the centre of mass, body) by superposing
    /// the sets of its six components. A component takes its economy set up to that one's
    /// ceiling; from there on to the ceiling of the full set it passes over from one to the other
    /// in proportion. Where that or the sum is more than a component's ceiling, a nozzle's most
    /// thrust or `power_max_w` (all nozzles together, W; not a number or negative counts as zero)
    /// allow, everything is scaled down together, in the demanded direction.
    ///
    /// A set with a nozzle in `unavailable` (bit n is nozzle n) is not used; the other set of the
    /// direction serves alone. Where both are out the direction is lost, and said to be.
    #[must_use]
    pub fn allocate(
        &self,
        wrench_demanded: &[f64; AXES],
        unavailable: u16,
        power_max_w: f64,
    ) -> AutoSolution {
        let lost = self.lost(unavailable);
        if !wrench_demanded.iter().all(|w| w.is_finite()) {
            return AutoSolution {
                lost,
                ..AutoSolution::default()
            };
        }
        let mut solution = AutoSolution {
            status: Status::Optimal,
            scale: 1.0,
            lost,
            ..AutoSolution::default()
        };
        for (direction, amount) in components(wrench_demanded) {
            if lost & direction.bit() != 0 {
                solution.denied |= direction.bit();
            } else {
                let ceiling = self.ceiling(direction, unavailable);
                solution.scale = solution.scale.min(ceiling / amount);
            }
        }
        let (scale, served) = (solution.scale, !solution.denied);
        let mut exact = true;
        for (direction, amount) in components(wrench_demanded) {
            if direction.bit() & served != 0 {
                exact &= self.serve(direction, scale * amount, unavailable, &mut solution);
            }
        }
        self.limit(power_max_w, &mut solution);
        if solution.scale < 1.0 || solution.denied != 0 || !exact {
            solution.status = Status::Saturated;
        }
        solution.wrench = wrench_of(&self.effectiveness, &solution.thrust_n);
        solution
    }

    /// The directions that no set serves without the nozzles `unavailable`.
    #[must_use]
    pub fn lost(&self, unavailable: u16) -> u16 {
        (0..DIRECTIONS).fold(0, |lost, i| {
            let served = self.economy[i].usable(unavailable) || self.full[i].usable(unavailable);
            lost | u16::from(!served) << i
        })
    }

    /// The highest ceiling along a direction among the sets that are left, N or N·m.
    fn ceiling(&self, direction: Direction, unavailable: u16) -> f64 {
        [self.economy(direction), self.full(direction)]
            .into_iter()
            .filter(|set| set.usable(unavailable))
            .fold(0.0, |most, set| set.ceiling.max(most))
    }

    /// Adds what `amount`, at most the ceiling, along a direction takes; whether the sets used
    /// are exact.
    fn serve(
        &self,
        direction: Direction,
        amount: f64,
        unavailable: u16,
        solution: &mut AutoSolution,
    ) -> bool {
        let (economy, full) = (self.economy(direction), self.full(direction));
        let shares = match (economy.usable(unavailable), full.usable(unavailable)) {
            (true, true) => mixture(economy.ceiling, full.ceiling, amount),
            (true, false) => [amount / economy.ceiling, 0.0],
            _ => [0.0, amount / full.ceiling],
        };
        let mut exact = true;
        if shares[0] > 0.0 {
            solution.economy |= direction.bit();
            exact &= economy.exact;
            add(&mut solution.thrust_n, economy, shares[0]);
        }
        if shares[1] > 0.0 {
            solution.full |= direction.bit();
            exact &= full.exact;
            add(&mut solution.thrust_n, full, shares[1]);
        }
        exact
    }

    /// Scales the sum down to what every nozzle and the power allow.
    fn limit(&self, power_max_w: f64, solution: &mut AutoSolution) {
        let mut part: f64 = 1.0;
        for n in 0..NOZZLES {
            if solution.thrust_n[n] > self.thrust_max_n[n] {
                part = part.min(self.thrust_max_n[n] / solution.thrust_n[n]);
            }
        }
        let draw = self.draw(&solution.thrust_n);
        let allowed = if power_max_w > 0.0 { power_max_w } else { 0.0 };
        if part * draw > allowed {
            part = allowed / draw;
        }
        if part < 1.0 {
            solution.scale *= part;
            for (f, most) in solution.thrust_n.iter_mut().zip(&self.thrust_max_n) {
                // Rounding of the product must not lift a nozzle over its most.
                *f = (*f * part).min(*most);
            }
        }
    }
}

/// The components that are demanded: direction and size.
fn components(wrench: &[f64; AXES]) -> impl Iterator<Item = (Direction, f64)> {
    wrench
        .iter()
        .enumerate()
        .filter(|(_, w)| **w != 0.0)
        .map(|(axis, w)| (Direction::of(axis, *w), w.abs()))
}

fn add(thrust_n: &mut [f64; NOZZLES], set: &NozzleSet, share: f64) {
    for (sum, f) in thrust_n.iter_mut().zip(&set.thrust_n) {
        *sum += share * f;
    }
}

/// Shares of the economy and of the full set whose sum is `amount`: the economy set alone up to
/// its ceiling, from there on a mixture that ends as the full set alone. Where the full set
/// reaches no further, the economy set serves all.
fn mixture(economy: f64, full: f64, amount: f64) -> [f64; 2] {
    if amount <= economy || full <= economy {
        return [amount / economy, 0.0];
    }
    let part = ((amount - economy) / (full - economy)).min(1.0);
    [1.0 - part, part]
}
