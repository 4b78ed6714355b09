//! The shipped craft, others made by hand, and what a set is checked against.

use qiki_alloc::{AXES, Allocator, Bounds};
use qiki_craft::{Craft, NOZZLES, Vec3};
use qiki_maps::{Direction, Effectiveness, NozzleSet, ThrustMap};
use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

pub const NAMES: [&str; 2] = ["dodeca-01", "dodeca-table"];

/// What a map is made from.
#[derive(Debug, Clone)]
pub struct Bot {
    pub effectiveness: Effectiveness,
    pub most_n: [f64; NOZZLES],
    pub w_per_n: [f64; NOZZLES],
}

pub fn craft(name: &str) -> Craft {
    let text = match name {
        "dodeca-01" => include_str!("../../../craft/fixtures/dodeca-01.json"),
        "dodeca-table" => include_str!("../../../craft/fixtures/dodeca-table.json"),
        _ => panic!("{name}: no such fixture"),
    };
    Craft::from_json(text).unwrap()
}

fn cross(a: Vec3, b: Vec3) -> Vec3 {
    std::array::from_fn(|i| a[(i + 1) % 3] * b[(i + 2) % 3] - a[(i + 2) % 3] * b[(i + 1) % 3])
}

/// About `com_m` from the geometric centre.
pub fn bot_about(craft: &Craft, com_m: Vec3) -> Bot {
    let mut effectiveness = [[0.0; NOZZLES]; AXES];
    for (n, thruster) in craft.thrusters.iter().enumerate() {
        let arm = std::array::from_fn(|i| thruster.position_m_body[i] - com_m[i]);
        let torque = cross(arm, thruster.force_direction_body);
        for i in 0..3 {
            effectiveness[i][n] = thruster.force_direction_body[i];
            effectiveness[i + 3][n] = torque[i];
        }
    }
    Bot {
        effectiveness,
        most_n: std::array::from_fn(|n| craft.thrusters[n].thrust_max_n),
        w_per_n: std::array::from_fn(|n| craft.thrusters[n].power_w_per_n),
    }
}

/// A shipped one, about its centre of mass with a full tank.
pub fn bot(name: &str) -> Bot {
    let craft = craft(name);
    // Tank and dry craft share one centre in both.
    assert_eq!(craft.mass.com_m_body, craft.mass.tank_m_body);
    bot_about(&craft, craft.mass.com_m_body)
}

/// Twelve nozzles on the axes at +-1 m, two for each direction of force across them; 100 N each,
/// numbers 12 to 15 not there. Everything about it can be worked out by hand.
pub fn hand_made() -> Bot {
    let mut effectiveness = [[0.0; NOZZLES]; AXES];
    let mut most_n = [0.0; NOZZLES];
    for axis in 0..3 {
        let (force, torque) = (axis, 3 + (axis + 2) % 3);
        for (k, (push, arm)) in [(1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)]
            .into_iter()
            .enumerate()
        {
            effectiveness[force][4 * axis + k] = push;
            effectiveness[torque][4 * axis + k] = push * arm;
            most_n[4 * axis + k] = 100.0;
        }
    }
    Bot {
        effectiveness,
        most_n,
        w_per_n: [17.5; NOZZLES],
    }
}

impl Bot {
    pub fn map(&self) -> ThrustMap {
        ThrustMap::new(&self.effectiveness, &self.most_n, &self.w_per_n).unwrap()
    }

    pub fn without(mut self, nozzles: &[usize]) -> Self {
        for n in nozzles {
            self.most_n[*n] = 0.0;
        }
        self
    }

    pub fn wrench(&self, f: &[f64; NOZZLES]) -> [f64; AXES] {
        std::array::from_fn(|i| (0..NOZZLES).map(|n| self.effectiveness[i][n] * f[n]).sum())
    }

    pub fn watts(&self, f: &[f64; NOZZLES]) -> f64 {
        (0..NOZZLES).map(|n| self.w_per_n[n] * f[n]).sum()
    }

    /// Most along a direction with these nozzles alone, by the allocator's linear programs.
    pub fn reach(&self, direction: Direction, nozzles: u16) -> f64 {
        let bounds = Bounds {
            lo: [0.0; NOZZLES],
            hi: std::array::from_fn(|n| f64::from(nozzles >> n & 1) * self.most_n[n]),
        };
        let allocator = Allocator::new(self.effectiveness, [0.01; AXES]).unwrap();
        allocator.reach(&direction.wrench(1.0), &bounds)
    }
}

pub fn norm(v: &[f64]) -> f64 {
    v.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// Every number of a set, worked out again from its thrusts.
pub fn assert_says_what_it_does(bot: &Bot, direction: Direction, set: &NozzleSet) {
    let context = || format!("{} {set:?}", direction.name());
    let f = &set.thrust_n;
    let wrench = bot.wrench(f);
    let mut across = wrench;
    across[direction.axis()] = 0.0;
    let close = |a: f64, b: f64| (a - b).abs() <= 1e-9;
    for n in 0..NOZZLES {
        assert!(f[n] >= 0.0 && f[n] <= bot.most_n[n], "{}", context());
        assert_eq!(set.nozzles >> n & 1 == 1, f[n] > 0.0, "{}", context());
    }
    for i in 0..AXES {
        assert!(close(wrench[i], set.wrench[i]), "{}", context());
    }
    let given = wrench[direction.axis()] * direction.sign();
    assert!(close(set.ceiling, given), "{}", context());
    assert!(close(set.gross_n, f.iter().sum()), "{}", context());
    let (force, torque) = (norm(&across[..3]), norm(&across[3..]));
    assert!(close(set.leftover_force_n, force), "{}", context());
    assert!(close(set.leftover_torque_nm, torque), "{}", context());
    assert_eq!(set.exact, force <= 1e-3 && torque <= 1e-3, "{}", context());
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

    /// Up to `force` N and `torque` N·m on each axis.
    pub fn wrench(&mut self, force: f64, torque: f64) -> [f64; AXES] {
        std::array::from_fn(|i| {
            let size = if i < 3 { force } else { torque };
            self.within(-size, size)
        })
    }

    /// Each nozzle with the chance given.
    pub fn nozzles(&mut self, chance: f64) -> u16 {
        (0..NOZZLES).fold(0, |set, n| set | u16::from(self.unit() < chance) << n)
    }
}
