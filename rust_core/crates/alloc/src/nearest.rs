//! The nearest attainable wrench under a power limit: Wolfe's minimum norm point.
//!
//! The set of attainable wrenches is the image of `{ lo <= f <= hi, p'f <= P }`, a polytope
//! whose farthest point in a direction is a fractional knapsack: nozzles in the order of gain per
//! watt. Wolfe's algorithm ("Finding the nearest point in a polytope", Mathematical Programming
//! 11, 1976) needs nothing else. It keeps at most seven corners whose affine hull holds the
//! present answer and ends after finitely many steps at the exact nearest point.

use crate::vector::dot;
use crate::{AXES, Bounds, Power};

const CORNERS: usize = AXES + 1;
/// Steps of a search at most: more than ten times what ordinary ones take (ten to thirty).
const STEP_CAP: u32 = 500;
/// Relative gain in the squared distance below which a corner is no better.
const GAIN_TOLERANCE: f64 = 1e-11;

/// A corner of the set: thrusts, and their scaled wrench less the demanded one.
#[derive(Clone, Copy)]
struct Corner<const N: usize> {
    thrust: [f64; N],
    offset: [f64; AXES],
}

/// Thrusts within bounds and power whose scaled wrench is nearest to `target`. `columns` are the
/// scaled columns of the effectiveness. None where the bounds alone break the power limit or the
/// cap was reached. Also returns the number of steps.
pub(crate) fn nearest<const N: usize>(
    columns: &[[f64; AXES]; N],
    target: &[f64; AXES],
    bounds: &Bounds<N>,
    power: &Power<N>,
) -> (Option<[f64; N]>, u32) {
    let floor: f64 = (0..N).map(|n| power.w_per_n[n] * bounds.lo[n]).sum();
    if floor > power.max_w * (1.0 + 1e-12) {
        return (None, 0);
    }
    let farthest = |gain: &[f64; AXES]| corner(columns, target, bounds, power, gain);
    let first = farthest(target);
    let mut corners = [first; CORNERS];
    let mut weights = [0.0; CORNERS];
    weights[0] = 1.0;
    let mut count = 1;
    let mut point = first.offset;
    for step in 1..=STEP_CAP {
        let candidate = farthest(&point.map(|v| -v));
        let scale = corners[..count]
            .iter()
            .map(|c| dot(&c.offset, &c.offset))
            .fold(1.0, f64::max);
        let gain = dot(&point, &point) - dot(&point, &candidate.offset);
        let known = corners[..count]
            .iter()
            .any(|c| c.offset == candidate.offset);
        if gain <= GAIN_TOLERANCE * scale || known || count == CORNERS {
            return (Some(mix(&corners[..count], &weights)), step);
        }
        corners[count] = candidate;
        weights[count] = 0.0;
        count += 1;
        count = settle(&mut corners, &mut weights, count);
        let before = dot(&point, &point);
        point =
            std::array::from_fn(|i| (0..count).map(|k| weights[k] * corners[k].offset[i]).sum());
        // In exact numbers every step comes nearer; what is left where one does not is rounding,
        // as with corners that nearly depend on each other.
        if dot(&point, &point) >= before {
            return (Some(mix(&corners[..count], &weights)), step);
        }
    }
    (None, STEP_CAP)
}

/// The corner that reaches farthest along `gain`.
fn corner<const N: usize>(
    columns: &[[f64; AXES]; N],
    target: &[f64; AXES],
    bounds: &Bounds<N>,
    power: &Power<N>,
    gain: &[f64; AXES],
) -> Corner<N> {
    let mut thrust = bounds.lo;
    let mut left_w = power.max_w - (0..N).map(|n| power.w_per_n[n] * bounds.lo[n]).sum::<f64>();
    let worth: [f64; N] = std::array::from_fn(|n| dot(&columns[n], gain));
    let mut done = [false; N];
    for _ in 0..N {
        let mut best: Option<(usize, f64)> = None;
        for n in 0..N {
            let per_watt = worth[n] / power.w_per_n[n].max(1e-12);
            if !done[n] && worth[n] > 0.0 && best.is_none_or(|(_, b)| per_watt > b) {
                best = Some((n, per_watt));
            }
        }
        let Some((n, _)) = best else {
            break;
        };
        done[n] = true;
        let room = bounds.hi[n] - bounds.lo[n];
        let affordable = if power.w_per_n[n] > 0.0 {
            left_w.max(0.0) / power.w_per_n[n]
        } else {
            room
        };
        let more = room.min(affordable);
        thrust[n] += more;
        left_w -= more * power.w_per_n[n];
    }
    let mut offset = target.map(|t| -t);
    for (column, f) in columns.iter().zip(&thrust) {
        for i in 0..AXES {
            offset[i] += column[i] * f;
        }
    }
    Corner { thrust, offset }
}

/// Moves the weights to the point of the corners' hull nearest to the origin, dropping corners
/// that have no part in it. Returns how many are left.
fn settle<const N: usize>(
    corners: &mut [Corner<N>; CORNERS],
    weights: &mut [f64; CORNERS],
    mut count: usize,
) -> usize {
    for _ in 0..=CORNERS {
        let Some(solution) = affine(&corners[..count]) else {
            // Affinely dependent: the newest corner adds nothing.
            return count - 1;
        };
        if solution[..count].iter().all(|w| *w > 1e-12) {
            *weights = solution;
            return count;
        }
        let mut step = 1.0_f64;
        for k in 0..count {
            if solution[k] <= 1e-12 && weights[k] > solution[k] {
                step = step.min(weights[k] / (weights[k] - solution[k]));
            }
        }
        let mut kept = 0;
        for k in 0..count {
            let weight = weights[k] + step * (solution[k] - weights[k]);
            if weight > 1e-12 {
                corners[kept] = corners[k];
                weights[kept] = weight;
                kept += 1;
            }
        }
        if kept == count {
            return count;
        }
        count = kept.max(1);
    }
    count
}

/// Weights, adding up to one, of the point of the affine hull nearest to the origin: solves
/// `(1 1' + V'V) w = 1` by Cholesky and normalises.
fn affine<const N: usize>(corners: &[Corner<N>]) -> Option<[f64; CORNERS]> {
    let count = corners.len();
    let mut factor = [[0.0; CORNERS]; CORNERS];
    let mut w = [0.0; CORNERS];
    for r in 0..count {
        for c in 0..=r {
            let mut value = 1.0 + dot(&corners[r].offset, &corners[c].offset);
            for k in 0..c {
                value -= factor[r][k] * factor[c][k];
            }
            if r == c {
                let size = 1.0 + dot(&corners[r].offset, &corners[r].offset);
                if value <= 1e-13 * size {
                    return None;
                }
                factor[r][r] = value.sqrt();
            } else {
                factor[r][c] = value / factor[c][c];
            }
        }
        let known: f64 = (0..r).map(|k| factor[r][k] * w[k]).sum();
        w[r] = (1.0 - known) / factor[r][r];
    }
    for r in (0..count).rev() {
        for k in r + 1..count {
            w[r] -= factor[k][r] * w[k];
        }
        w[r] /= factor[r][r];
    }
    let total: f64 = w[..count].iter().sum();
    for value in &mut w {
        *value /= total;
    }
    Some(w)
}

fn mix<const N: usize>(corners: &[Corner<N>], weights: &[f64; CORNERS]) -> [f64; N] {
    std::array::from_fn(|n| {
        corners
            .iter()
            .zip(weights)
            .map(|(c, w)| w * c.thrust[n])
            .sum()
    })
}
