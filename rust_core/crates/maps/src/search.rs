//! Economy sets: the fewest nozzles that push along a direction and in no other way.
//!
//! For `K` nozzles with independent columns `A` the thrusts per unit along row `i` are the one
//! solution of `A f = ±e_i`; it is a set where it exists and every thrust is positive. So one
//! elimination tells all twelve directions of a combination. Dependent columns are passed over:
//! a set among them has no thrusts of its own, it is a mixture of smaller sets.
//!
//! Six nozzles are always enough. The pure wrenches along a direction are a cone in the thrusts
//! with five equations, and its edges have at most six nozzles that push.

use qiki_alloc::AXES;
use qiki_craft::NOZZLES;

use crate::Effectiveness;
use crate::direction::{DIRECTIONS, Direction};
use crate::elimination::reduced;
use crate::set::NozzleSet;

/// Sizes in the order of preference: pairs and fours, as the craft's papers define them, then
/// the others.
const SIZES: [usize; 6] = [2, 4, 1, 3, 5, AXES];
/// Residual of a unit wrench in the rows that must vanish, at most: above rounding of the geometry
/// (twelve digits), far below [`crate::EXACT_FORCE_N`] at any thrust.
const RESIDUAL: f64 = 1e-9;
/// Relative difference below which ceilings and sums of thrust are equal, so that rounding does not
/// decide between symmetric sets.
const TIE: f64 = 1e-9;

/// The best exact economy set of each direction; one that does not exist has no nozzles.
pub(crate) fn economy_sets(b: &Effectiveness, most_n: &[f64; NOZZLES]) -> [NozzleSet; DIRECTIONS] {
    let mut best = [NozzleSet::default(); DIRECTIONS];
    for size in SIZES {
        let mut found = [NozzleSet::default(); DIRECTIONS];
        for mask in combinations(size) {
            consider(b, most_n, mask, &best, &mut found);
        }
        for (best, found) in best.iter_mut().zip(&found) {
            if !best.exists() {
                *best = *found;
            }
        }
        if best.iter().all(NozzleSet::exists) {
            break;
        }
    }
    best
}

/// All sets of `size` nozzles, lowest numbers first.
fn combinations(size: usize) -> impl Iterator<Item = u16> {
    std::iter::successors(Some((1_u32 << size) - 1), |set| Some(next_alike(*set)))
        .map_while(|set| u16::try_from(set).ok())
}

/// The next larger number with as many bits set (Gosper's hack): the lowest bit that can move up
/// does, and those below it go to the bottom.
fn next_alike(set: u32) -> u32 {
    let lowest = set & set.wrapping_neg();
    let moved = set + lowest;
    moved | ((moved ^ set) / lowest) >> 2
}

/// Puts what this combination gives into `found` where it is better; directions that have a set
/// in `done` are passed over.
fn consider(
    b: &Effectiveness,
    most_n: &[f64; NOZZLES],
    mask: u16,
    done: &[NozzleSet; DIRECTIONS],
    found: &mut [NozzleSet; DIRECTIONS],
) {
    let mut members = [0; AXES];
    let mut columns = [[0.0; AXES]; AXES];
    let mut size = 0;
    for n in (0..NOZZLES).filter(|n| mask >> n & 1 == 1) {
        if most_n[n] <= 0.0 {
            return;
        }
        members[size] = n;
        columns[size] = std::array::from_fn(|i| b[i][n]);
        size += 1;
    }
    let Some(t) = reduced(&columns[..size]) else {
        return;
    };
    for direction in Direction::all().filter(|d| !done[d.index()].exists()) {
        let (axis, sign) = (direction.axis(), direction.sign());
        let solvable = (size..AXES).all(|r| t[r][axis].abs() <= RESIDUAL);
        if !solvable || !(0..size).all(|r| sign * t[r][axis] > 0.0) {
            continue;
        }
        let per_unit = |r: usize| sign * t[r][axis];
        let most = (0..size)
            .map(|r| most_n[members[r]] / per_unit(r))
            .fold(f64::INFINITY, f64::min);
        let mut thrust_n = [0.0; NOZZLES];
        for r in 0..size {
            thrust_n[members[r]] = (per_unit(r) * most).min(most_n[members[r]]);
        }
        let set = NozzleSet::new(b, most_n, direction, &thrust_n);
        if set.exact && set.nozzles == mask && better(&set, &found[direction.index()]) {
            found[direction.index()] = set;
        }
    }
}

/// The higher ceiling, then the lower sum of thrust, then the one that came first.
fn better(set: &NozzleSet, than: &NozzleSet) -> bool {
    let more = |a: f64, b: f64| a > b + TIE * b.abs();
    more(set.ceiling, than.ceiling)
        || (!more(than.ceiling, set.ceiling) && more(than.gross_n, set.gross_n))
}
