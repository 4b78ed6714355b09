//! Geometries, random problems and the conditions that an optimum meets.

use std::path::PathBuf;

use qiki_alloc::{AXES, Allocator, Bounds, Solution, Status};
use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

pub const N: usize = 16;
pub const SCALE: [f64; AXES] = [0.01, 0.01, 0.01, 0.02, 0.02, 0.02];

pub type Effectiveness = [[f64; N]; AXES];

pub fn data(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// Columns of a line of a table, without its comments.
pub fn lines(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split(',').collect())
}

/// Effectiveness and most thrust of one of the committed geometries.
pub fn geometry(name: &str) -> (Effectiveness, [f64; N]) {
    let text = data("allocation_geometries.csv");
    let mut effectiveness = [[0.0; N]; AXES];
    let mut most = [0.0; N];
    let nozzles = lines(&text).filter(|line| line[0] == name);
    for (n, line) in nozzles.enumerate() {
        for i in 0..AXES {
            effectiveness[i][n] = line[1 + i].parse().unwrap();
        }
        most[n] = line[7].parse().unwrap();
    }
    assert!(most.iter().all(|f| *f > 0.0), "{name}: 16 nozzles needed");
    (effectiveness, most)
}

pub fn healthy(most: [f64; N]) -> Bounds<N> {
    Bounds {
        lo: [0.0; N],
        hi: most,
    }
}

/// Seeded numbers; the same on every machine.
pub struct Dice(Pcg64Mcg);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(Pcg64Mcg::seed_from_u64(seed))
    }

    /// 0..1.
    pub fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 * (-53f64).exp2()
    }

    pub fn within(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.unit() * n as f64) as usize
    }

    /// Up to `force` N and `torque` N·m on each axis.
    pub fn wrench(&mut self, force: f64, torque: f64) -> [f64; AXES] {
        std::array::from_fn(|i| {
            let size = if i < 3 { force } else { torque };
            self.within(-size, size)
        })
    }

    /// Each nozzle: healthy, or with the given chances stuck closed, stuck open or limited.
    pub fn bounds(&mut self, most: &[f64; N], closed: f64, open: f64, limited: f64) -> Bounds<N> {
        let mut bounds = healthy(*most);
        for n in 0..N {
            let dice = self.unit();
            if dice < closed {
                bounds.hi[n] = 0.0;
            } else if dice < closed + open {
                bounds.lo[n] = most[n];
            } else if dice < closed + open + limited {
                let (a, b) = (self.within(0.0, most[n]), self.within(0.0, most[n]));
                (bounds.lo[n], bounds.hi[n]) = (a.min(b), a.max(b));
            }
        }
        bounds
    }
}

pub fn norm(v: &[f64; AXES]) -> f64 {
    v.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// `S (w - B f)`.
pub fn residual(b: &Effectiveness, wrench: &[f64; AXES], f: &[f64; N]) -> [f64; AXES] {
    std::array::from_fn(|i| {
        let given: f64 = b[i].iter().zip(f).map(|(b, f)| b * f).sum();
        SCALE[i] * (wrench[i] - given)
    })
}

pub fn error(b: &Effectiveness, wrench: &[f64; AXES], f: &[f64; N]) -> f64 {
    norm(&residual(b, wrench, f))
}

/// Upper bound on how far the error is from the least there is, from the conditions of Karush,
/// Kuhn and Tucker: by convexity, `e² - e_opt² <= 2 sum_j |g_j| * (room of f_j along -g_j)`.
pub fn gap(b: &Effectiveness, wrench: &[f64; AXES], bounds: &Bounds<N>, f: &[f64; N]) -> f64 {
    let r = residual(b, wrench, f);
    (0..N)
        .map(|j| {
            let slope: f64 = (0..AXES).map(|i| SCALE[i] * b[i][j] * r[i]).sum();
            let room = if slope > 0.0 {
                bounds.hi[j] - f[j]
            } else {
                f[j] - bounds.lo[j]
            };
            2.0 * slope.abs() * room
        })
        .sum()
}

/// Asserts that an answer is the optimum of its problem.
pub fn assert_optimal(
    b: &Effectiveness,
    wrench: &[f64; AXES],
    bounds: &Bounds<N>,
    answer: &Solution<N>,
) {
    // `e - e_opt <= gap / e`: a scaled error of 1e-6 is a tenth of a millinewton.
    assert_within(b, wrench, bounds, answer, 1e-6);
}

/// The same, with `e² - e_opt²` at most `allowed`.
pub fn assert_within(
    b: &Effectiveness,
    wrench: &[f64; AXES],
    bounds: &Bounds<N>,
    answer: &Solution<N>,
    allowed: f64,
) {
    let context = || format!("wrench {wrench:?}\nbounds {bounds:?}\nanswer {answer:?}");
    assert!(
        matches!(answer.status, Status::Optimal | Status::Saturated),
        "no answer\n{}",
        context()
    );
    for j in 0..N {
        let f = answer.thrust_n[j];
        assert!(
            f >= bounds.lo[j] && f <= bounds.hi[j],
            "nozzle {j} out of bounds\n{}",
            context()
        );
    }
    let size = norm(&std::array::from_fn(|i| SCALE[i] * wrench[i]));
    let e = error(b, wrench, &answer.thrust_n);
    let excess = gap(b, wrench, bounds, &answer.thrust_n);
    assert!(
        excess <= allowed * (1.0 + size),
        "excess {excess}, error {e}\n{}",
        context()
    );
    let strongest = (0..N).map(|n| {
        let column = std::array::from_fn(|i| SCALE[i] * b[i][n]);
        norm(&column) * bounds.hi[n]
    });
    let none = 1e-8 * (size + strongest.fold(0.0, f64::max));
    let met = e <= none;
    if e > 2.0 * none || e < 0.5 * none {
        assert_eq!(
            answer.status == Status::Optimal,
            met,
            "status, error {e}\n{}",
            context()
        );
    }
}

pub fn allocator(b: Effectiveness) -> Allocator<N> {
    Allocator::new(b, SCALE).unwrap()
}
