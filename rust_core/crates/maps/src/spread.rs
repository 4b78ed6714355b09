//! Full sets: a wrench spread over the nozzles as evenly as the geometry lets it be.
//!
//! ```text
//! minimise   sum u²   subject to   C u = w,  0 <= u <= 1
//! ```
//!
//! with `u` the load of each nozzle (thrust over most thrust) and `C` the wrench of each nozzle
//! at its most thrust. The answer is unique, so it has every symmetry that the geometry has.
//!
//! Solved in the six prices λ of the wrench's rows: `u = clamp(Cᵀλ, 0, 1)` is the optimum for
//! the wrench that it gives, and λ climbs a concave, piecewise quadratic function. Its slope is
//! the missing wrench. Newton steps with a line search climb it, held near the last λ by a
//! proximal term (Rockafellar, "Monotone operators and the proximal point algorithm", SIAM
//! J. Control 14, 1976), which keeps every step solvable where prices are not unique.

use qiki_alloc::AXES;
use qiki_craft::NOZZLES;

use crate::elimination::{Square, solved};

type Row = [f64; AXES];

/// The weight of the proximal term is one over its reach. It begins with the first of these and
/// grows tenfold to the second: the longer it is, the further prices may go in one climb, and the
/// nearer to singular the steps are.
const REACH: (f64, f64) = (1e3, 1e10);
/// Climbs at most: the weight grows tenfold each time, so it is at its end after seven.
const OUTER_CAP: u32 = 40;
/// Newton steps of a climb at most. It keeps a climb finite where steps are nearly singular.
const INNER_CAP: u32 = 200;
/// Bisections of a line search: they find the step to `2⁻⁴⁰` = 1e-12.
const BISECTIONS: u32 = 40;
/// A missing wrench below this part of one nozzle's counts as zero, ratio.
const MET: f64 = 1e-10;

/// The nozzles' wrenches at full thrust, in units of the largest.
struct Problem {
    columns: [Row; NOZZLES],
    demanded: Row,
}

/// Load of each nozzle, 0..1, for the wrench `demanded`, with `columns` the wrench of each nozzle
/// at full load. None where the wrench is out of reach.
pub(crate) fn spread(columns: &[Row; NOZZLES], demanded: &Row) -> Option<[f64; NOZZLES]> {
    let unit = columns.iter().map(|c| dot(c, c)).fold(0.0, f64::max).sqrt();
    if unit.is_nan() || unit <= 0.0 {
        return None;
    }
    let problem = Problem {
        columns: columns.map(|c| c.map(|v| v / unit)),
        demanded: demanded.map(|v| v / unit),
    };
    let (mut price, mut reach) = ([0.0; AXES], REACH.0);
    for _ in 0..OUTER_CAP {
        price = problem.climb(&price, reach)?;
        let missing = problem.missing(&price);
        if dot(&missing, &missing) <= MET * MET {
            return Some(problem.load(&price));
        }
        reach = (10.0 * reach).min(REACH.1);
    }
    None
}

fn dot(a: &Row, b: &Row) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn along(from: &Row, step: &Row, by: f64) -> Row {
    std::array::from_fn(|i| from[i] + by * step[i])
}

impl Problem {
    fn load(&self, price: &Row) -> [f64; NOZZLES] {
        std::array::from_fn(|n| dot(&self.columns[n], price).clamp(0.0, 1.0))
    }

    fn missing(&self, price: &Row) -> Row {
        let mut missing = self.demanded;
        for (column, u) in self.columns.iter().zip(self.load(price)) {
            for i in 0..AXES {
                missing[i] -= u * column[i];
            }
        }
        missing
    }

    /// The top of the dual function less the proximal term about `centre`.
    fn climb(&self, centre: &Row, reach: f64) -> Option<Row> {
        let mut price = *centre;
        for _ in 0..INNER_CAP {
            let slope = self.slope(&price, centre, reach);
            if dot(&slope, &slope) <= MET * MET * 1e-2 {
                break;
            }
            let step = solved(&self.curvature(&price, reach), &slope)?;
            let Some(by) = self.line_search(&price, &step, centre, reach) else {
                break; // no step climbs any more: rounding
            };
            price = along(&price, &step, by);
        }
        Some(price)
    }

    fn slope(&self, price: &Row, centre: &Row, reach: f64) -> Row {
        let missing = self.missing(price);
        std::array::from_fn(|i| missing[i] - (price[i] - centre[i]) / reach)
    }

    fn curvature(&self, price: &Row, reach: f64) -> Square {
        let mut h = [[0.0; AXES]; AXES];
        for i in 0..AXES {
            h[i][i] = 1.0 / reach;
        }
        for column in &self.columns {
            let wish = dot(column, price);
            if wish > 0.0 && wish < 1.0 {
                for i in 0..AXES {
                    for k in 0..AXES {
                        h[i][k] += column[i] * column[k];
                    }
                }
            }
        }
        h
    }

    /// How much of `step` to go: all of it, or to where the slope along it vanishes, by bisection.
    /// The slope falls all the way, so up to there the climb is never down.
    fn line_search(&self, price: &Row, step: &Row, centre: &Row, reach: f64) -> Option<f64> {
        let rises = |by: f64| dot(&self.slope(&along(price, step, by), centre, reach), step) >= 0.0;
        if rises(1.0) {
            return Some(1.0);
        }
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..BISECTIONS {
            let middle = 0.5 * (low + high);
            if rises(middle) {
                low = middle;
            } else {
                high = middle;
            }
        }
        (low > 0.0).then_some(low)
    }
}
