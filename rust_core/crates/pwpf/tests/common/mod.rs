//! Waveforms, put together again from on-times.

pub mod plain;
pub mod wide;

use qiki_craft::{ModulatorConfig, NOZZLES};
use qiki_pwpf::{Bank, Gate, Nozzles, Params, ValveTimes};
use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// The set of the published check values.
pub const PARAMS: Params = Params {
    km: 4.5,
    tau_s: 0.15,
    u_on: 0.45,
    u_off: 0.15,
};
/// Valve times that leave this set alone.
pub const QUICK: ValveTimes = ValveTimes {
    min_on_s: 0.008,
    min_off_s: 0.008,
    max_on_s: 100.0,
};
pub const FREE: Gate = Gate {
    closed: 0,
    no_opening: 0,
    ending: 0,
    power_max_w: 16.0,
};
/// Nozzles that are on or off and take 1 W.
pub const NOZZLES_1_W: Nozzles = Nozzles {
    throttleable: 0,
    power_w: [1.0; NOZZLES],
};
/// 1000, 800, 500, 333, 300 and 200 Hz.
pub const PERIODS_US: [u32; 6] = [1000, 1250, 2000, 3003, 3333, 5000];

pub struct Dice(Pcg64Mcg);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(Pcg64Mcg::seed_from_u64(seed))
    }

    /// 0..1.
    pub fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 * (-53f64).exp2()
    }
}

/// The rule of a craft description.
pub fn pwpf(params: Params) -> ModulatorConfig {
    ModulatorConfig::Pwpf {
        km: params.km,
        tau_s: params.tau_s,
        u_on: params.u_on,
        u_off: params.u_off,
    }
}

/// One nozzle's command over time, by the edge rule of `ValveCommand` alone.
#[derive(Debug, Clone, Default)]
pub struct Wave {
    pub open: bool,
    pub now_us: u64,
    /// Times of the edges, µs; the first opens.
    pub edges: Vec<u64>,
}

impl Wave {
    pub fn tick(&mut self, on_time_us: u32, period_us: u32) {
        assert!(
            on_time_us <= period_us,
            "on-time {on_time_us} above the tick"
        );
        let stays = if self.open {
            on_time_us == period_us
        } else {
            on_time_us == 0
        };
        if !stays {
            let at = if self.open {
                on_time_us
            } else {
                period_us - on_time_us
            };
            self.edges.push(self.now_us + u64::from(at));
            self.open = !self.open;
        }
        self.now_us += u64::from(period_us);
    }

    /// Lengths of the finished pulses, µs.
    pub fn pulses(&self) -> Vec<u64> {
        self.edges.chunks_exact(2).map(|e| e[1] - e[0]).collect()
    }

    /// Lengths of the finished pauses between pulses, µs.
    pub fn pauses(&self) -> Vec<u64> {
        self.edges[1.min(self.edges.len())..]
            .chunks_exact(2)
            .map(|e| e[1] - e[0])
            .collect()
    }
}

/// A bank and the waveforms that it commands.
pub struct Bench {
    pub bank: Bank,
    pub period_us: u32,
    pub waves: [Wave; NOZZLES],
    pub on_time_us: [u32; NOZZLES],
}

impl Bench {
    pub fn new(params: Params, times: ValveTimes, period_us: u32) -> Self {
        Self::of(pwpf(params), times, NOZZLES_1_W, period_us)
    }

    pub fn of(rule: ModulatorConfig, times: ValveTimes, nozzles: Nozzles, period_us: u32) -> Self {
        Self {
            bank: Bank::new(&rule, times, &nozzles, period_us).unwrap(),
            period_us,
            waves: std::array::from_fn(|_| Wave::default()),
            on_time_us: [0; NOZZLES],
        }
    }

    pub fn tick(&mut self, level: &[f64; NOZZLES], gate: Gate) {
        self.bank.step(level, gate, &mut self.on_time_us);
        for n in 0..NOZZLES {
            self.waves[n].tick(self.on_time_us[n], self.period_us);
            let open = self.bank.open_mask() >> n & 1 == 1;
            assert_eq!(
                self.waves[n].open, open,
                "nozzle {n}: on-times and modulator disagree"
            );
        }
    }

    /// All nozzles at one level.
    pub fn run(&mut self, level: f64, gate: Gate, seconds: f64) {
        let ticks = (seconds * 1e6 / f64::from(self.period_us)).round() as u64;
        for _ in 0..ticks {
            self.tick(&[level; NOZZLES], gate);
        }
    }
}
