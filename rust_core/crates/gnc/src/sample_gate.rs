//! Whether a sensor's sample can be true: its range, its change since the last one, and whether the
//! sensor still measures.

use nalgebra::Vector3;

/// How many standard deviations of the sensor's noise a sample may be off. Five would do for the
/// noise that is described; a sensor eight times as noisy shall still be flown by.
const NOISE_SIGMAS: f64 = 40.0;
/// Equal samples in a row after which a sensor counts as frozen: 0.1 s of a gyro at 250 Hz, 0.5 s
/// of fixes at 50 Hz. Noise of the size of the last digit repeats all three axes in one sample of
/// thirty at most: 25 in a row have a probability below 1e-36.
const FROZEN_AFTER: u32 = 25;
/// So many samples in a row that are refused are no single spikes: 16 ms of a gyro at 250 Hz, 80 ms
/// of fixes at 50 Hz.
const SPIKES: u32 = 4;
/// Time for which samples that are refused must agree with each other before the sensor is taken up
/// anew, s. By then the craft is in SAFE: navigation is stale after a quarter of that.
const TAKE_UP_S: f64 = 1.0;

/// What is possible for a sensor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plausible {
    /// Largest size of a component, in the sensor's unit.
    pub range: f64,
    /// Deviation from what is expected that means nothing, in the sensor's unit.
    pub tolerance: f64,
    /// How much the deviation may grow in a second without a sample.
    pub growth_per_s: f64,
    /// Standard deviation of the noise, in the sensor's unit; 0 where a sensor may repeat itself.
    pub noise_std: f64,
}

/// What became of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It may be used.
    Accepted,
    /// The first one: the estimate begins with it.
    First,
    /// The first after samples that were refused for a while: the estimate begins anew with it, in
    /// doubt.
    Restarted,
    /// It is not what is expected.
    Unexpected,
    /// It cannot be true: out of range, no number, or repeated too often.
    Impossible,
}

impl Verdict {
    /// Whether the sample is not to be used.
    pub(crate) fn refuses(self) -> bool {
        matches!(self, Self::Unexpected | Self::Impossible)
    }
}

/// Judges the samples of one sensor.
#[derive(Debug, Clone)]
pub(crate) struct SampleGate {
    plausible: Plausible,
    /// As reported, of up to four components.
    last: [f64; 4],
    repeats: u32,
    /// Since a sample was used, s; None before the first.
    unused_s: Option<f64>,
    /// Since the last sample, s.
    silent_s: f64,
    /// For how long samples have been refused that agree with each other, s.
    agreeing_s: f64,
    /// What became of the last sample.
    verdict: Verdict,
    /// Samples refused in a row.
    refused: u32,
}

impl SampleGate {
    pub(crate) fn new(plausible: Plausible) -> Self {
        Self {
            plausible,
            last: [f64::NAN; 4],
            repeats: 0,
            unused_s: None,
            silent_s: 0.0,
            agreeing_s: 0.0,
            verdict: Verdict::First,
            refused: 0,
        }
    }

    /// A tick of `dt_s` goes by.
    pub(crate) fn tick(&mut self, dt_s: f64) {
        self.silent_s += dt_s;
        self.unused_s = self.unused_s.map(|s| s + dt_s);
    }

    /// Checks a sample: as reported, and its deviation from what is expected.
    pub(crate) fn check(&mut self, sample: [f64; 4], deviation: &Vector3<f64>) -> Verdict {
        let in_range = sample.iter().all(|v| v.abs() <= self.plausible.range);
        let change = distance(&sample, &self.last);
        self.repeats = if sample == self.last {
            self.repeats.saturating_add(1)
        } else {
            0
        };
        let frozen = self.plausible.noise_std > 0.0 && self.repeats >= FROZEN_AFTER;
        let agrees = in_range && !frozen && change <= self.allowed(self.silent_s);
        let most = self.unused_s.map_or(f64::INFINITY, |s| self.allowed(s));
        let expected = deviation.iter().all(|d| d.abs() <= most);
        self.agreeing_s = if agrees {
            self.agreeing_s + self.silent_s
        } else {
            0.0
        };
        (self.last, self.silent_s) = (sample, 0.0);
        self.verdict = if !in_range || frozen || deviation.iter().any(|d| d.is_nan()) {
            Verdict::Impossible
        } else if self.unused_s.is_none() {
            Verdict::First
        } else if expected && !self.suspected() {
            Verdict::Accepted
        } else if expected || self.agreeing_s >= TAKE_UP_S {
            Verdict::Restarted
        } else {
            Verdict::Unexpected
        };
        if self.refuses() {
            self.refused = self.refused.saturating_add(1);
        } else {
            self.refused = 0;
            (self.unused_s, self.agreeing_s) = (Some(0.0), 0.0);
        }
        self.verdict
    }

    /// Forgets that a sample was ever used.
    pub(crate) fn restart(&mut self) {
        self.unused_s = None;
    }

    /// Whether the last sample was refused.
    pub(crate) fn refuses(&self) -> bool {
        self.verdict.refuses()
    }

    /// Whether the sensor is known to be wrong by itself, whatever other sensors say.
    pub(crate) fn impossible(&self) -> bool {
        self.verdict == Verdict::Impossible
    }

    /// Whether so many samples have been refused that these are no single spikes.
    pub(crate) fn suspected(&self) -> bool {
        self.refused >= SPIKES
    }

    fn allowed(&self, seconds: f64) -> f64 {
        let p = &self.plausible;
        p.tolerance + NOISE_SIGMAS * p.noise_std + p.growth_per_s * seconds
    }
}

/// Largest difference of two components.
fn distance(a: &[f64; 4], b: &[f64; 4]) -> f64 {
    let differences = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    differences.fold(0.0, f64::max)
}

#[cfg(test)]
mod tests;
