#![allow(clippy::unwrap_used, clippy::panic)]

use qiki_craft::Craft;
use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64;

use super::*;

const THRUST_N: f64 = 240.0;
const SHORTEST_NS: f64 = THRUST_N * 0.03;
const PRICE: [f64; AXES] = [4.0, 4.0, 4.0, 150.0, 150.0, 150.0];

fn effectiveness() -> [[f64; N]; AXES] {
    let json = include_str!("../../../craft/fixtures/dodeca-01.json");
    let craft = Craft::from_json(json).unwrap();
    let com = craft.mass.com_m_body;
    let mut rows = [[0.0; N]; AXES];
    for (n, thruster) in craft.thrusters.iter().enumerate() {
        let (p, f) = (thruster.position_m_body, thruster.force_direction_body);
        let r: [f64; 3] = std::array::from_fn(|i| p[i] - com[i]);
        for i in 0..3 {
            let (j, k) = ((i + 1) % 3, (i + 2) % 3);
            rows[i][n] = f[i];
            rows[i + 3][n] = r[j] * f[k] - r[k] * f[j];
        }
    }
    rows
}

fn bounds() -> PulseBounds {
    PulseBounds {
        least_ns: [SHORTEST_NS; N],
        most_ns: [THRUST_N * 0.25; N],
        full_ns: [THRUST_N * 0.25; N],
        stuck: 0,
    }
}

fn allocator(nodes_max: u32) -> PulseAllocator {
    PulseAllocator::new(effectiveness(), PRICE, nodes_max).unwrap()
}

struct Draws(Pcg64);

impl Draws {
    fn new(seed: u64) -> Self {
        Self(Pcg64::seed_from_u64(seed))
    }

    /// -1..1.
    fn number(&mut self) -> f64 {
        self.0.next_u64() as f64 / u64::MAX as f64 * 2.0 - 1.0
    }

    /// Less than a shortest pulse in most axes.
    fn small(&mut self) -> [f64; AXES] {
        std::array::from_fn(|i| self.number() * if i < 3 { 4.0 } else { 0.6 })
    }
}

fn cost(demanded: &[f64; AXES], pulses: &Pulses) -> f64 {
    let error = (0..AXES).map(|i| PRICE[i] * (demanded[i] - pulses.allocated[i]).abs());
    pulses.impulse_ns.iter().sum::<f64>() + error.sum::<f64>()
}

#[test]
fn every_nozzle_gives_nothing_or_at_least_its_shortest_pulse() {
    let (mut allocator, mut draws) = (allocator(600), Draws::new(1));
    let mut fired = 0;
    for _ in 0..200 {
        let demanded = draws.small();
        let pulses = allocator.solve(&demanded, &bounds()).unwrap();
        for p in pulses.impulse_ns {
            let pulse = (SHORTEST_NS * (1.0 - 1e-5)..=THRUST_N * 0.25 + 1e-6).contains(&p);
            assert!(p.abs() < 1e-5 || pulse, "{p} N·s");
            fired += u32::from(pulse);
        }
        assert!(
            cost(&demanded, &pulses)
                <= PRICE
                    .iter()
                    .zip(&demanded)
                    .map(|(p, w)| p * w.abs())
                    .sum::<f64>()
                    + 1e-6
        );
    }
    assert!(
        fired > 400,
        "{fired} pulses: too few for this to say anything"
    );
}

#[test]
fn differences_of_pulses_give_less_than_a_shortest_pulse() {
    // 0.05 N·m·s about each axis: a hundredth of what one shortest pulse gives.
    let mut allocator =
        PulseAllocator::new(effectiveness(), PRICE.map(|p| 40.0 * p), 2000).unwrap();
    for axis in 3..AXES {
        let mut demanded = [0.0; AXES];
        demanded[axis] = 0.05;
        let pulses = allocator.solve(&demanded, &bounds()).unwrap();
        // The search stops within a part of the best cost, and that much may be left.
        for i in 0..AXES {
            let bound = if i < 3 { 0.1 } else { 0.002 };
            assert!(
                (pulses.allocated[i] - demanded[i]).abs() < bound,
                "{axis}: {:?}",
                pulses.allocated
            );
        }
        let count = pulses.impulse_ns.iter().filter(|p| **p > 0.0).count();
        assert!((4..=8).contains(&count), "{count} nozzles");
    }
}

/// The best of all sets of nozzles, each tried with no gap left: what branch and bound may not
/// miss by more than its stated part.
fn best_of_all(
    allocator: &mut PulseAllocator,
    demanded: &[f64; AXES],
    bounds: &PulseBounds,
) -> f64 {
    let usable: Vec<usize> = (0..N).filter(|n| bounds.most_ns[*n] > 0.0).collect();
    allocator.demanded = *demanded;
    let mut best = f64::INFINITY;
    for set in 0u32..1 << usable.len() {
        let mut node = Node {
            lower: [0.0; N],
            upper: [0.0; N],
        };
        for (bit, &n) in usable.iter().enumerate() {
            if set >> bit & 1 == 1 {
                (node.lower[n], node.upper[n]) = (bounds.least_ns[n], bounds.most_ns[n]);
            }
        }
        if let Some((_, cost)) = allocator.relax(&node) {
            best = best.min(cost);
        }
    }
    best
}

#[test]
fn the_search_finds_what_trying_every_set_finds() {
    let mut draws = Draws::new(2);
    let mut bounds = bounds();
    for n in [1, 4, 6, 9, 12, 15] {
        bounds.most_ns[n] = 0.0;
        bounds.full_ns[n] = 0.0;
    }
    let (mut searching, mut trying) = (allocator(100_000), allocator(1));
    for _ in 0..20 {
        let demanded = draws.small();
        let pulses = searching.solve(&demanded, &bounds).unwrap();
        assert!(pulses.proved);
        let best = best_of_all(&mut trying, &demanded, &bounds);
        let found = cost(&demanded, &pulses);
        assert!(found <= best * (1.0 + GAP) + 1e-3, "{found} against {best}");
        assert!(found >= best - 1e-3, "{found} against {best}");
    }
}

#[test]
fn a_search_in_pieces_is_the_same_search() {
    let mut draws = Draws::new(3);
    let (mut whole, mut pieces) = (allocator(600), allocator(600));
    for _ in 0..20 {
        let demanded = draws.small();
        let expected = whole.solve(&demanded, &bounds()).unwrap();
        pieces.begin(&demanded, &bounds());
        let found = loop {
            match pieces.search(7) {
                Search::Going => {}
                Search::Found(pulses) => break pulses,
                Search::Nothing => panic!("nothing found"),
            }
        };
        assert_eq!(found, expected);
    }
}

#[test]
fn a_gap_below_the_whole_span_is_kept() {
    let mut bounds = bounds();
    bounds.full_ns = [THRUST_N * 0.31; N];
    let (mut allocator, mut draws) = (allocator(2000), Draws::new(4));
    let mut whole = 0;
    for _ in 0..50 {
        let demanded = std::array::from_fn(|i| draws.number() * if i < 3 { 200.0 } else { 20.0 });
        let pulses = allocator.solve(&demanded, &bounds).unwrap();
        for p in pulses.impulse_ns {
            let gap = bounds.most_ns[0] + 1e-4..bounds.full_ns[0] - 1e-4;
            assert!(!gap.contains(&p), "{p} N·s");
            whole += u32::from(p >= gap.end);
        }
    }
    assert!(whole > 20, "{whole}");
}

#[test]
fn a_nozzle_that_cannot_be_closed_is_countered() {
    let mut bounds = bounds();
    bounds.stuck = 1 << 5;
    let pulses = allocator(2000).solve(&[0.0; AXES], &bounds).unwrap();
    assert_eq!(pulses.impulse_ns[5], bounds.full_ns[5]);
    for i in 0..AXES {
        assert!(
            pulses.allocated[i].abs() < if i < 3 { 0.5 } else { 0.05 },
            "{:?}",
            pulses.allocated
        );
    }
}

#[test]
fn a_nozzle_that_takes_a_level_needs_no_shortest_pulse() {
    let mut bounds = bounds();
    bounds.least_ns = [0.0; N];
    let demanded = [0.5, -0.2, 0.1, 0.05, 0.02, -0.03];
    let pulses = allocator(10).solve(&demanded, &bounds).unwrap();
    assert!(pulses.proved && pulses.nodes == 1);
    for i in 0..AXES {
        assert!((pulses.allocated[i] - demanded[i]).abs() < 1e-6);
    }
}

#[test]
fn what_cannot_be_solved_says_so() {
    let mut allocator = allocator(600);
    assert_eq!(allocator.solve(&[f64::NAN; AXES], &bounds()), None);
    let mut broken = bounds();
    broken.most_ns[3] = f64::NAN;
    assert_eq!(allocator.solve(&[1.0; AXES], &broken), None);
    let out = allocator.solve(&[1.0; AXES], &PulseBounds::NONE).unwrap();
    assert_eq!((out.impulse_ns, out.allocated), ([0.0; N], [0.0; AXES]));
    let nothing = allocator.solve(&[0.0; AXES], &bounds()).unwrap();
    assert_eq!(nothing.impulse_ns, [0.0; N]);
    let price = [1.0, 0.0, 1.0, 1.0, 1.0, 1.0];
    assert_eq!(
        PulseAllocator::new(effectiveness(), price, 1).err(),
        Some(AllocError::Scale(1))
    );
}

#[test]
fn a_search_allocates_nothing() {
    let (mut allocator, mut draws) = (allocator(600), Draws::new(5));
    let demanded = draws.small();
    let bounds = bounds();
    let counted = allocation_counter::measure(|| {
        allocator.solve(&demanded, &bounds);
    });
    assert_eq!(counted.count_total, 0);
}
