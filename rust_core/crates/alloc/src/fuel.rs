//! Least fuel for a wrench that is within reach: the linear program of stage two.
//!
//! Variables are the thrusts; rows the scaled wrench. A power limit is one row more, and seldom
//! binds: the program without it comes first, and an answer that keeps the limit is the answer.
//! Where rows need it they have a variable of their own beside the thrusts: at zero, or as far from
//! it as counts as none for a weak row of the wrench (`rows.rs`), so that nozzles that span fewer
//! than six axes make a basis all the same, and between zero and the limit for the power row.

use crate::rows::Rows;
use crate::simplex::{LpStatus, Simplex};
use crate::vector::norm;
use crate::{AXES, Bounds, Power};

const POWER_ROW: usize = AXES;
/// Nozzles a program has room for.
pub(crate) const ROOM: usize = 16;
const WITHOUT: usize = ROOM + AXES;
const WITH: usize = ROOM + AXES + 1;

/// By how much thrusts may leave their bounds inside the simplex, in parts of the largest bound;
/// the answer is put back into them. Of 240 N it is 1e-7 N: above rounding, and no valve resolves
/// it.
const TOLERANCE: f64 = 4e-10;
/// Relative difference between the costs of nozzles. It makes the answer unique, whatever basis a
/// solve starts from. Far above the cost tolerance of the simplex (1e-12), and too small to cost
/// fuel.
const ORDER: f64 = 1e-7;
/// Golden ratio minus one. The fractional parts of its square multiples are irregular, so no
/// symmetry of a craft makes two sets of nozzles cost the same.
const GOLDEN: f64 = 0.618_033_988_749_894_9;

/// By how much a weak row may miss the wrench, in parts of the wrench and of what the strongest
/// nozzle can do: a tenth of what counts as met.
const MISS: f64 = 1e-9;

/// The program without a power limit, in the two sizes that occur.
#[derive(Debug, Clone)]
enum Engine {
    /// The nozzles give all axes: the ordinary case.
    Plain(Box<Simplex<AXES, ROOM>>),
    /// Some axes are weak or missing: each row has a variable of its own.
    Elastic(Box<Simplex<AXES, WITHOUT>>),
}

/// The program with a power limit.
#[derive(Debug, Clone)]
struct Limited<const N: usize> {
    simplex: Box<Simplex<{ AXES + 1 }, WITH>>,
    power: Power<N>,
    /// The hungriest nozzle, W/N. In this unit the power row is about thrust, N, as the variables
    /// are.
    unit_w_per_n: f64,
}

/// Least fuel for one geometry; the basis of the last solve is the start of the next.
#[derive(Debug, Clone)]
pub(crate) struct Fuel<const N: usize> {
    rows: Rows,
    engine: Engine,
    limited: Option<Limited<N>>,
    /// Whether the limit bound in the last solve.
    bound: bool,
}

fn widened<const N: usize, const TO: usize>(values: &[f64; N]) -> [f64; TO] {
    let mut wide = [0.0; TO];
    wide[..N].copy_from_slice(values);
    wide
}

fn costs<const TO: usize>() -> [f64; TO] {
    // What is not a nozzle costs nothing.
    std::array::from_fn(|j| {
        if j < ROOM {
            1.0 + ORDER * (((j + 1) * (j + 1)) as f64 * GOLDEN).fract()
        } else {
            0.0
        }
    })
}

impl<const N: usize> Fuel<N> {
    /// `columns`: the scaled effectiveness, by nozzle. None where no basis can be found, which
    /// takes numbers that are not finite.
    pub(crate) fn new(columns: &[[f64; AXES]; N], power: Option<Power<N>>) -> Option<Self> {
        const { assert!(N <= ROOM) }
        let rows = Rows::new(columns);
        let made = columns.map(|column| rows.of(&column));
        let plain = if rows.plain() { plain(&made) } else { None };
        let engine = plain.or_else(|| elastic(&made))?;
        let limited = match power {
            Some(power) => Some(Limited::new(&made, power)?),
            None => None,
        };
        Some(Self {
            rows,
            engine,
            limited,
            bound: false,
        })
    }

    /// Whether some axes are weak or missing.
    pub(crate) fn elastic(&self) -> bool {
        matches!(self.engine, Engine::Elastic(_))
    }

    /// Changes the power limit, W; without one from the beginning it changes nothing.
    pub(crate) fn set_power_max(&mut self, max_w: f64) {
        if let Some(limited) = &mut self.limited {
            limited.power.max_w = max_w;
        }
    }

    /// Gives up the bases of earlier solves: next to dependent columns one can be worth nothing.
    pub(crate) fn restart(&mut self) {
        // Both have begun from these bases before.
        let _ = match &mut self.engine {
            Engine::Plain(simplex) => simplex.restart(),
            Engine::Elastic(simplex) => simplex.restart(),
        };
        if let Some(limited) = &mut self.limited {
            let _ = limited.simplex.restart();
        }
    }

    /// Thrusts that give the scaled wrench `target` for the least sum, and the pivots taken. Errors
    /// are small against `size`, that of the wrench and of the strongest nozzle together.
    pub(crate) fn solve(
        &mut self,
        target: &[f64; AXES],
        bounds: &Bounds<N>,
        size: f64,
    ) -> (LpStatus, [f64; N], u32) {
        let (lo, hi) = (&bounds.lo, &bounds.hi);
        let tolerance = TOLERANCE * bounds.most();
        let (target, room) = (&self.rows.of(target), &self.rows.room(MISS * size));
        let free = match &mut self.engine {
            Engine::Plain(simplex) => run(simplex, target, &widened(lo), &widened(hi), tolerance),
            Engine::Elastic(simplex) => {
                let (lower, upper) = (with_room(lo, room, -1.0), with_room(hi, room, 1.0));
                run(simplex, target, &lower, &upper, tolerance)
            }
        };
        let (status, thrust, pivots) = free;
        self.bound = false;
        match &mut self.limited {
            Some(limited) if limited.has_its_turn(status, &thrust) => {
                self.bound = true;
                let (status, thrust, more) = limited.solve(target, room, bounds);
                (status, thrust, pivots + more)
            }
            _ => free,
        }
    }

    /// What one unit more of each row of the scaled wrench would cost, N.
    pub(crate) fn prices(&self) -> [f64; AXES] {
        self.rows.prices(&match (&self.engine, &self.limited) {
            (_, Some(limited)) if self.bound => {
                let prices = limited.simplex.prices();
                std::array::from_fn(|i| prices[i])
            }
            (Engine::Plain(simplex), _) => simplex.prices(),
            (Engine::Elastic(simplex), _) => simplex.prices(),
        })
    }

    /// What one watt more would save, N; zero where the limit does not bind.
    pub(crate) fn power_price(&self) -> f64 {
        match &self.limited {
            Some(limited) if self.bound => {
                -limited.simplex.prices()[POWER_ROW] / limited.unit_w_per_n
            }
            _ => 0.0,
        }
    }
}

impl<const N: usize> Limited<N> {
    fn new(columns: &[[f64; AXES]; N], power: Power<N>) -> Option<Self> {
        let hungriest = power.w_per_n.iter().copied().fold(0.0, f64::max);
        let unit_w_per_n = if hungriest > 0.0 { hungriest } else { 1.0 };
        let mut wide = [[0.0; AXES + 1]; WITH];
        for n in 0..N {
            wide[n][..AXES].copy_from_slice(&columns[n]);
            wide[n][POWER_ROW] = power.w_per_n[n] / unit_w_per_n;
        }
        for i in 0..=AXES {
            wide[ROOM + i][i] = if i < AXES { longest(columns) } else { 1.0 };
        }
        let simplex = Box::new(Simplex::new(wide, costs())?);
        Some(Self {
            simplex,
            power,
            unit_w_per_n,
        })
    }

    /// Whether the program is to be solved after the one without the limit ended so.
    fn has_its_turn(&self, status: LpStatus, thrust: &[f64; N]) -> bool {
        match status {
            LpStatus::Optimal => self.power.draw(thrust) > self.power.max_w,
            // What has no answer without the limit has none with it.
            LpStatus::Infeasible => false,
            // Its basis may be sound where that of the other was not.
            LpStatus::Stuck => true,
        }
    }

    fn solve(
        &mut self,
        target: &[f64; AXES],
        room: &[f64; AXES],
        bounds: &Bounds<N>,
    ) -> (LpStatus, [f64; N], u32) {
        let limit = self.power.max_w / self.unit_w_per_n;
        let lower: [f64; WITH] = with_room(&bounds.lo, room, -1.0);
        let mut upper: [f64; WITH] = with_room(&bounds.hi, room, 1.0);
        upper[ROOM + POWER_ROW] = limit;
        let mut rhs: [f64; AXES + 1] = widened(target);
        rhs[POWER_ROW] = limit;
        let tolerance = TOLERANCE * bounds.most();
        run(&mut self.simplex, &rhs, &lower, &upper, tolerance)
    }
}

fn run<const M: usize, const TO: usize, const N: usize>(
    simplex: &mut Simplex<M, TO>,
    b: &[f64; M],
    lower: &[f64; TO],
    upper: &[f64; TO],
    tolerance: f64,
) -> (LpStatus, [f64; N], u32) {
    let (status, x, pivots) = simplex.solve(b, lower, upper, tolerance);
    (status, std::array::from_fn(|n| x[n]), pivots)
}

fn plain<const N: usize>(columns: &[[f64; AXES]; N]) -> Option<Engine> {
    let mut wide = [[0.0; AXES]; ROOM];
    wide[..N].copy_from_slice(columns);
    let simplex = Simplex::new(wide, costs())?;
    Some(Engine::Plain(Box::new(simplex)))
}

/// Length of the longest column: what stands beside the nozzles is of their size.
fn longest<const N: usize>(columns: &[[f64; AXES]; N]) -> f64 {
    let longest = columns.iter().map(norm).fold(0.0, f64::max);
    if longest > 0.0 { longest } else { 1.0 }
}

/// The bounds of nozzles and, beside them, of what each row may be missed by.
fn with_room<const N: usize, const TO: usize>(
    nozzles: &[f64; N],
    room: &[f64; AXES],
    side: f64,
) -> [f64; TO] {
    let mut wide = widened(nozzles);
    for i in 0..AXES {
        wide[ROOM + i] = side * room[i];
    }
    wide
}

fn elastic<const N: usize>(columns: &[[f64; AXES]; N]) -> Option<Engine> {
    let mut wide = [[0.0; AXES]; WITHOUT];
    wide[..N].copy_from_slice(columns);
    for i in 0..AXES {
        wide[ROOM + i][i] = longest(columns);
    }
    let simplex = Simplex::new(wide, costs())?;
    Some(Engine::Elastic(Box::new(simplex)))
}
