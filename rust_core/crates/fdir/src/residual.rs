//! What the motion says of the nozzles: does the craft move as they are believed to push?
//!
//! The impulse that gyro and accelerometer show is compared with the one that the nozzles should
//! have given, in a window that forgets. What is left over is held against two hypotheses for each
//! nozzle, that it thrust less or more than believed; the best one counts where it states out, is
//! large enough, and leaves nothing else to explain. Equations, thresholds and limits:
//! `docs/math/faults.md`.

use nalgebra::Vector3;
use qiki_craft::{Craft, Feedback, NOZZLES};

use crate::evidence::{FORGET_S, Findings, MotionState, Sources, Verdict};
use crate::residual::motion::Motion;
use crate::residual::thrust::Thrust;
use crate::residual::window::Window;
use qiki_craft::Geometry;

mod motion;
mod thrust;
mod window;

/// Least log-likelihood ratio, twice, of a finding against "all is as believed": 4.5 sigma.
const GAIN_MIN: f64 = 20.25;
/// The same for a finding that another one explains nearly as well.
const GAIN_STRONG: f64 = 2.0 * GAIN_MIN;
/// By how much, in the same measure, a finding must beat the next best one.
const LEAD: f64 = 12.0;
/// What a finding may leave unexplained: chi squared of the other five directions at one in a
/// thousand, and a part of the finding for a column that is not quite the true one.
const REST_MAX: f64 = 20.5;
const REST_PART: f64 = 0.02;
/// Part of a nozzle's impulse that must be missing.
const MISSING: f64 = 0.6;
/// Times the impulse that a nozzle can have given or missed, a finding is not larger than this;
/// up to the second it may still become one.
const TOO_MUCH: f64 = 1.35;
const STRANGE: f64 = 3.0;
/// No finding is smaller than so much full thrust of the strongest nozzle, s: a third of a shortest
/// pulse.
const LEAST_S: f64 = 0.009;
/// Reports in a row that must say the same.
const IN_A_ROW: u32 = 2;

/// The test.
#[derive(Debug, Clone)]
pub(crate) struct Residual {
    /// Force and torque of full thrust, N and N·m, body.
    force_n: [Vector3<f64>; NOZZLES],
    torque_nm: [Vector3<f64>; NOZZLES],
    full_n: [f64; NOZZLES],
    /// Least impulse of a finding, N·s.
    least_ns: f64,
    thrust: Thrust,
    motion: Motion,
    window: Window,
    /// The last finding, and how often it came in a row.
    last: Findings,
    in_a_row: u32,
}

impl Residual {
    pub(crate) fn new(craft: &Craft, geometry: &Geometry, dt_s: f64) -> Self {
        let column = |n: usize, first: usize| {
            Vector3::from_fn(|i, _| geometry.effectiveness[first + i][n]) * geometry.thrust_max_n[n]
        };
        let strongest_n = geometry.thrust_max_n.into_iter().fold(0.0, f64::max);
        Self {
            force_n: std::array::from_fn(|n| column(n, 0)),
            torque_nm: std::array::from_fn(|n| column(n, 3)),
            full_n: geometry.thrust_max_n,
            least_ns: LEAST_S * strongest_n,
            thrust: Thrust::new(craft, dt_s),
            motion: Motion::new(&craft.sensors, geometry.inertia, dt_s, FORGET_S),
            window: Window::new(dt_s),
            last: Findings::default(),
            in_a_row: 0,
        }
    }

    /// Takes note of what is commanded in this tick.
    pub(crate) fn record_command(&mut self, on_time_us: &[u32; NOZZLES]) {
        self.thrust.record_command(on_time_us);
    }

    /// Begins a new window: what is believed has changed.
    pub(crate) fn restart(&mut self) {
        self.motion.restart();
        self.in_a_row = 0;
    }

    /// Takes in the reports of this tick, which tell of the last one.
    pub(crate) fn observe(
        &mut self,
        feedback: &Feedback,
        sources: &Sources,
        state: &MotionState,
    ) -> Findings {
        let levels = self.thrust.levels(&feedback.open_time_us, sources);
        self.window.add(&levels, sources.doubtful, &self.full_n);
        let (mut force, mut torque) = (Vector3::zeros(), Vector3::zeros());
        for (n, level) in levels.believed.into_iter().enumerate() {
            if level > 0.0 {
                force += self.force_n[n] * level;
                torque += self.torque_nm[n] * level;
            }
        }
        let complete = self.motion.observe(feedback, state, force, torque);
        if !self.motion.started() {
            self.window.begin();
        }
        if !complete {
            return Findings::default();
        }
        self.confirmed(self.test())
    }

    /// A finding counts when it came in a row; then a new window begins.
    fn confirmed(&mut self, found: Findings) -> Findings {
        self.in_a_row = if found == self.last && !found.none() {
            self.in_a_row + 1
        } else {
            1
        };
        self.last = found;
        if found.none() || self.in_a_row < IN_A_ROW {
            return Findings::default();
        }
        self.restart();
        found
    }

    fn test(&self) -> Findings {
        let (force, torque) = (self.motion.force_ns, self.motion.torque_nms);
        let noise = self.noise();
        let size = force.norm_squared() * noise.force + torque.norm_squared() * noise.torque;
        if size < GAIN_MIN {
            return Findings::default();
        }
        let fits = std::array::from_fn(|n| self.fit(n, force, torque, &noise));
        self.pick(&fits, size)
    }

    /// Inverse variances of the window's impulse, isotropic in force and in torque.
    fn noise(&self) -> Noise {
        let model = self.window.model_variance(&self.full_n);
        // A lever of one metre: the arms of a craft of this size.
        Noise {
            force: 1.0 / (self.motion.force_variance() + model),
            torque: 1.0 / (self.motion.torque_variance() + model),
        }
    }

    /// How well "nozzle n thrust more, or less" explains the window.
    fn fit(&self, n: usize, force: Vector3<f64>, torque: Vector3<f64>, noise: &Noise) -> Fit {
        let (f, t) = (self.force_n[n], self.torque_nm[n]);
        let along = f.dot(&force) * noise.force + t.dot(&torque) * noise.torque;
        let length = f.norm_squared() * noise.force + t.norm_squared() * noise.torque;
        // Seconds of full thrust more than believed.
        let extra_s = if length > 0.0 { along / length } else { 0.0 };
        let most_s = if extra_s < 0.0 {
            self.window.believed_s[n]
        } else {
            self.window.length_s - self.window.believed_s[n]
        };
        let part = if most_s > 0.0 {
            extra_s.abs() / most_s
        } else {
            f64::INFINITY
        };
        let least = if extra_s < 0.0 { MISSING } else { 0.0 };
        let large = extra_s.abs() * self.full_n[n] >= self.least_ns;
        Fit {
            extra_s,
            gain: if part <= STRANGE {
                along * extra_s
            } else {
                0.0
            },
            sound: large && (least..=TOO_MUCH).contains(&part),
        }
    }

    /// The best fit, if it states out; of several that the window cannot tell apart, those that
    /// can be tried without harm.
    fn pick(&self, fits: &[Fit; NOZZLES], size: f64) -> Findings {
        let mut found = Findings::default();
        let best = (0..NOZZLES).fold(0, |a, b| if fits[b].gain > fits[a].gain { b } else { a });
        let gain = fits[best].gain;
        if gain < GAIN_MIN || size - gain > REST_MAX + REST_PART * gain {
            return found;
        }
        let rival = |n: &usize| fits[*n].gain > 0.0 && fits[*n].gain > gain - LEAD;
        if (0..NOZZLES).filter(rival).any(|n| !fits[n].sound) {
            return found;
        }
        if (0..NOZZLES).filter(rival).count() == 1 {
            found.0[best] = Some(self.verdict(best, &fits[best]));
        } else if gain >= GAIN_STRONG {
            // A nozzle that is taken for closed is only left unused, and is tried again: so that
            // comes before countering a thrust that may not be there.
            let less = |n: &usize| rival(n) && fits[*n].extra_s < 0.0;
            for n in (0..NOZZLES).filter(less) {
                found.0[n] = Some(self.verdict(n, &fits[n]));
            }
            if found.none() {
                found.0[best] = Some(self.verdict(best, &fits[best]));
            }
        }
        found
    }

    /// What a fit means. A nozzle that differs from what is believed as its orders do obeys.
    fn verdict(&self, n: usize, fit: &Fit) -> Verdict {
        let commanded_s = self.window.commanded_s[n] - self.window.believed_s[n];
        let obeys = commanded_s * fit.extra_s.signum() > 0.5 * fit.extra_s.abs();
        match (obeys, fit.extra_s < 0.0) {
            (true, _) => Verdict::Obeys,
            (false, true) => Verdict::StuckClosed,
            (false, false) => Verdict::StuckOpen,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Noise {
    force: f64,
    torque: f64,
}

#[derive(Debug, Clone, Copy)]
struct Fit {
    /// Full thrust more than believed, s.
    extra_s: f64,
    /// Twice the log-likelihood ratio to "as believed"; 0 where the nozzle cannot have done it.
    gain: f64,
    /// Of a size that a nozzle that fails can have.
    sound: bool,
}

#[cfg(test)]
mod tests;
