//! Which pulses make an impulse, where a nozzle gives nothing or at least its shortest pulse.
//!
//! ```text
//! minimise  sum p + price'|e|    subject to   B p + e = w,   p_n = 0  or  least_n <= p_n <= most_n
//! ```
//!
//! with p the impulse of each nozzle, N·s, and w the impulse demanded, N·s and N·m·s. An impulse
//! below the shortest pulse comes from nozzles that oppose each other: each gives at least its
//! shortest pulse, and their difference is what is left. That costs propellant, and `price` says
//! what the error that it removes is worth; so the answer weighs one against the other.
//!
//! Where a valve may also stay open through the whole span, `full_n` is one value more, and between
//! `most_n` and `full_n` there is a gap again, for the shortest pause.
//!
//! Solved by branch and bound over the gaps, depth first, on the linear program without gaps
//! (`simplex.rs`); each goes on from the basis of the one before. The best answer that the cap
//! allows is returned, and whether it is proved to be the best of all.

use crate::simplex::{LpStatus, Simplex};
use crate::{AXES, AllocError};

/// Columns: nozzles, and the error of each axis in both directions.
const fn columns(nozzles: usize) -> usize {
    nozzles + 2 * AXES
}
/// Nozzles of a planner.
const N: usize = 16;
const COLUMNS: usize = columns(N);

/// By how much impulses may leave their bounds inside the simplex, N·s: 1e-10 of a shortest pulse
/// (7.2 N·s).
const TOLERANCE_NS: f64 = 1e-9;
/// A search stops when nothing better by more than this part can be left, ratio. A smaller gap
/// takes more programs to prove, and thrusts are not known better than that (3 %).
const GAP: f64 = 0.02;
/// Bound of the error variables, in units of the impulse. The simplex needs finite bounds; no
/// impulse of a craft comes near it.
const ERROR_MAX: f64 = 1e6;
/// Relative difference between the costs of nozzles, so that the answer is unique.
const TIE: f64 = 1e-7;
/// Tolerance at the edges of a gap, as a part of a shortest pulse: 30 ns of 30 ms, below the
/// microsecond of valve commands.
const EDGE: f64 = 1e-6;

/// What each nozzle can give, N·s: nothing, `least_ns..=most_ns`, or `full_ns`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PulseBounds {
    /// The shortest pulse.
    pub least_ns: [f64; N],
    /// The longest pulse; 0 for a nozzle that is out.
    pub most_ns: [f64; N],
    /// Open through the whole span; `most_ns` where there is no such choice.
    pub full_ns: [f64; N],
    /// Bit n: nozzle n cannot be closed and gives `full_ns` whatever is demanded.
    pub stuck: u16,
}

/// The pulses found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pulses {
    /// Of each nozzle, N·s.
    pub impulse_ns: [f64; N],
    /// `B p`, N·s and N·m·s.
    pub allocated: [f64; AXES],
    /// Linear programs solved.
    pub nodes: u32,
    /// Nothing better by more than the stated part exists.
    pub proved: bool,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    lower: [f64; N],
    upper: [f64; N],
}

/// Deepest path: two gaps a nozzle.
const DEPTH: usize = 2 * N + 1;

/// State of a search.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Search {
    /// Not finished.
    Going,
    /// The best pulses found.
    Found(Pulses),
    /// The demanded impulse was zero, or no program had an answer.
    Nothing,
}

/// Finds pulses for demanded impulses. Nothing is allocated after construction.
///
/// A search takes some hundred programs of less than a microsecond each, and can be spread over
/// ticks: [`PulseAllocator::begin`], then [`PulseAllocator::search`] until it has an answer.
#[derive(Debug, Clone)]
pub struct PulseAllocator {
    simplex: Box<Simplex<AXES, COLUMNS>>,
    effectiveness: [[f64; N]; AXES],
    cost: [f64; COLUMNS],
    nodes_max: u32,
    /// The problem that is being solved.
    demanded: [f64; AXES],
    bounds: PulseBounds,
    stack: Box<[Node; DEPTH]>,
    waiting: usize,
    nodes: u32,
    best: Option<[f64; N]>,
    best_cost: f64,
}

impl PulseAllocator {
    /// For `effectiveness` (6, 16), per newton, and `price`: what an error of one N·s or N·m·s of
    /// each axis is worth in N·s of thrust. At most `nodes_max` programs are solved for an answer.
    ///
    /// # Errors
    /// [`AllocError`] where a number is not usable.
    pub fn new(
        effectiveness: [[f64; N]; AXES],
        price: [f64; AXES],
        nodes_max: u32,
    ) -> Result<Self, AllocError> {
        if let Some(row) = price.iter().position(|p| !(p.is_finite() && *p > 0.0)) {
            return Err(AllocError::Scale(row));
        }
        let mut columns = [[0.0; AXES]; COLUMNS];
        let mut cost = [1.0; COLUMNS];
        for n in 0..N {
            columns[n] = std::array::from_fn(|i| effectiveness[i][n]);
            if !columns[n].iter().all(|v| v.is_finite()) {
                return Err(AllocError::Effectiveness(n));
            }
            // Equal nozzles are told apart: the answer must not hang on the basis before.
            cost[n] += TIE * n as f64;
        }
        for i in 0..AXES {
            // In the unit of what it is worth, so that all columns are of one size.
            columns[N + 2 * i][i] = 1.0 / price[i];
            columns[N + 2 * i + 1][i] = -1.0 / price[i];
        }
        let simplex = Simplex::new(columns, cost).ok_or(AllocError::Effectiveness(0))?;
        Ok(Self {
            simplex: Box::new(simplex),
            effectiveness,
            cost,
            nodes_max: nodes_max.max(1),
            demanded: [0.0; AXES],
            bounds: PulseBounds::NONE,
            stack: Box::new([PulseBounds::NONE.relaxed(); DEPTH]),
            waiting: 0,
            nodes: 0,
            best: None,
            best_cost: f64::INFINITY,
        })
    }

    /// The pulses for `demanded` (N·s, N·m·s), searched for to the end. None where a number is not
    /// usable, or no program had an answer.
    pub fn solve(&mut self, demanded: &[f64; AXES], bounds: &PulseBounds) -> Option<Pulses> {
        self.begin(demanded, bounds);
        match self.search(self.nodes_max) {
            Search::Found(pulses) => Some(pulses),
            Search::Going | Search::Nothing => None,
        }
    }

    /// Begins a search; one that was going on is given up.
    pub fn begin(&mut self, demanded: &[f64; AXES], bounds: &PulseBounds) {
        let usable = demanded.iter().all(|w| w.is_finite()) && bounds.usable();
        (self.demanded, self.bounds) = (*demanded, *bounds);
        self.stack[0] = bounds.relaxed();
        self.waiting = usize::from(usable);
        (self.nodes, self.best, self.best_cost) = (0, None, f64::INFINITY);
    }

    /// Goes on with the search for at most `nodes` programs.
    pub fn search(&mut self, nodes: u32) -> Search {
        let until = self.nodes.saturating_add(nodes).min(self.nodes_max);
        while self.waiting > 0 && self.nodes < until {
            self.waiting -= 1;
            self.nodes += 1;
            self.visit(self.stack[self.waiting]);
        }
        let over = self.waiting == 0 || self.nodes >= self.nodes_max;
        match self.best {
            _ if !over => Search::Going,
            None => Search::Nothing,
            Some(impulse_ns) => Search::Found(Pulses {
                impulse_ns,
                allocated: self.impulse(&impulse_ns),
                nodes: self.nodes,
                proved: self.waiting == 0,
            }),
        }
    }

    /// One program: an answer without a gap may be the best one, one with a gap has two sides.
    fn visit(&mut self, node: Node) {
        let Some((impulse, cost)) = self.relax(&node) else {
            return;
        };
        if cost >= self.best_cost * (1.0 - GAP) {
            return;
        }
        match self.bounds.gap(&impulse) {
            None => (self.best, self.best_cost) = (Some(impulse), cost),
            Some(gap) => {
                let (nearer, farther) = gap.sides(&node, &impulse);
                self.stack[self.waiting] = farther;
                self.stack[self.waiting + 1] = nearer;
                self.waiting += 2;
            }
        }
    }

    /// `B p`, N·s and N·m·s.
    #[must_use]
    pub fn impulse(&self, impulse_ns: &[f64; N]) -> [f64; AXES] {
        std::array::from_fn(|i| {
            let row = &self.effectiveness[i];
            row.iter().zip(impulse_ns).map(|(b, p)| b * p).sum()
        })
    }

    /// The program of a node, its gaps left aside, and what its answer costs.
    fn relax(&mut self, node: &Node) -> Option<([f64; N], f64)> {
        let (mut lower, mut upper) = ([0.0; COLUMNS], [ERROR_MAX; COLUMNS]);
        lower[..N].copy_from_slice(&node.lower);
        upper[..N].copy_from_slice(&node.upper);
        let (status, x, _) = self
            .simplex
            .solve(&self.demanded, &lower, &upper, TOLERANCE_NS);
        let cost = x.iter().zip(&self.cost).map(|(x, c)| x * c).sum();
        (status == LpStatus::Optimal).then(|| (std::array::from_fn(|n| x[n]), cost))
    }
}

/// A nozzle whose impulse lies where none can be.
#[derive(Debug, Clone, Copy)]
struct Gap {
    nozzle: usize,
    below: f64,
    above: f64,
}

impl Gap {
    /// The two ways out, the nearer one first.
    fn sides(&self, node: &Node, impulse: &[f64; N]) -> (Node, Node) {
        let (mut down, mut up) = (*node, *node);
        down.upper[self.nozzle] = self.below;
        up.lower[self.nozzle] = self.above;
        let at = impulse[self.nozzle];
        if at - self.below > self.above - at {
            (up, down)
        } else {
            (down, up)
        }
    }
}

impl PulseBounds {
    /// No nozzle can give anything.
    pub const NONE: Self = Self {
        least_ns: [0.0; N],
        most_ns: [0.0; N],
        full_ns: [0.0; N],
        stuck: 0,
    };

    fn usable(&self) -> bool {
        (0..N).all(|n| {
            let (least, most, full) = (self.least_ns[n], self.most_ns[n], self.full_ns[n]);
            0.0 <= least && 0.0 <= most && most <= full && full < ERROR_MAX
        })
    }

    fn is_stuck(&self, n: usize) -> bool {
        self.stuck >> n & 1 == 1
    }

    /// The bounds without the gaps.
    fn relaxed(&self) -> Node {
        let fires = |n: usize| self.full_ns[n] >= self.least_ns[n] || self.is_stuck(n);
        Node {
            lower: std::array::from_fn(|n| {
                if self.is_stuck(n) {
                    self.full_ns[n]
                } else {
                    0.0
                }
            }),
            upper: std::array::from_fn(|n| if fires(n) { self.full_ns[n] } else { 0.0 }),
        }
    }

    /// The nozzle that is furthest inside of a gap, measured in the gap's own width.
    fn gap(&self, impulse: &[f64; N]) -> Option<Gap> {
        let mut worst: Option<(Gap, f64)> = None;
        for n in (0..N).filter(|n| !self.is_stuck(*n)) {
            let p = impulse[n];
            let (least, most, full) = (self.least_ns[n], self.most_ns[n], self.full_ns[n]);
            let (below, above) = if p < least.min(full) {
                (0.0, if most >= least { least } else { full })
            } else {
                (most, full)
            };
            let depth = (p - below).min(above - p) / (above - below).max(EDGE);
            let inside = p > below + EDGE * least && p < above - EDGE * least;
            if inside && worst.is_none_or(|(_, deepest)| depth > deepest) {
                let gap = Gap {
                    nozzle: n,
                    below,
                    above,
                };
                worst = Some((gap, depth));
            }
        }
        worst.map(|(gap, _)| gap)
    }
}

#[cfg(test)]
mod tests;
