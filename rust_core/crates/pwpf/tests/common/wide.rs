//! Any modulator with the waveforms that it commands.

use qiki_pwpf::{Modulator, WideGate};

use super::Wave;

pub struct WideBench<M> {
    pub modulator: M,
    pub waves: Vec<Wave>,
    pub on_time_us: Vec<u32>,
}

impl<M: Modulator> WideBench<M> {
    pub fn new(modulator: M) -> Self {
        let count = modulator.count();
        Self {
            modulator,
            waves: vec![Wave::default(); count],
            on_time_us: vec![0; count],
        }
    }

    pub fn tick(&mut self, level: &[f64], gate: WideGate) {
        self.modulator.step(level, gate, &mut self.on_time_us);
        let (open, period_us) = (self.modulator.open_mask(), self.modulator.period_us());
        for (n, wave) in self.waves.iter_mut().enumerate() {
            wave.tick(self.on_time_us[n], period_us);
            assert_eq!(wave.open, open >> n & 1 == 1, "valve {n}");
        }
    }

    /// All valves at one level.
    pub fn run(&mut self, level: f64, seconds: f64) {
        let level = vec![level; self.modulator.count()];
        let ticks = (seconds * 1e6 / f64::from(self.modulator.period_us())).round() as u64;
        for _ in 0..ticks {
            self.tick(&level, WideGate::FREE);
        }
    }
}
