//! Faults by the craft's motion: a generalised likelihood ratio test.
//!
//! The impulse that gyro and accelerometer show is compared with the one that the nozzles are
//! expected to have given, in a window with exponential forgetting. The difference is tested
//! against two hypotheses for each nozzle: it thrust less, or more, than expected. The best
//! hypothesis counts where it stands out, is large enough, and leaves nothing else to explain.
//! Equations, thresholds and limits: `docs/math/faults.md`.

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

/// Least gain of a finding: twice the log-likelihood ratio against "all nozzles as expected".
/// `4.5²`, 4.5 standard deviations, which noise alone exceeds in 7 of a million evaluations. Lower
/// finds faults earlier and finds more that are none.
const GAIN_MIN: f64 = 20.25;
/// Least gain of a finding that another nozzle explains nearly as well: twice [`GAIN_MIN`], so
/// about twice the data. Until then the decision waits.
const GAIN_STRONG: f64 = 2.0 * GAIN_MIN;
/// By how much the gain must exceed that of the next best finding: a likelihood ratio of `exp(6)`,
/// 400 to 1. Lower names the wrong one of two similar nozzles more often, higher waits longer.
const LEAD_MIN: f64 = 12.0;
/// What a finding may leave unexplained: chi squared of the other five directions, exceeded by
/// noise once in a thousand.
const UNEXPLAINED_MAX: f64 = 20.5;
/// The same as a part of the gain, ratio, for a nozzle that does not point where its description
/// says: a tilt of 8° leaves `sin² 8°` = 0.02. Long pulses have a large gain, and would else leave
/// more than
/// [`UNEXPLAINED_MAX`] by small tilts.
const UNEXPLAINED_RATIO: f64 = 0.02;
/// Least part of a nozzle's expected impulse that must be missing, ratio. A nozzle that is stuck
/// closed misses all of it; errors of thrust, mass and timing miss much less. Above one half, so
/// that a loss is nearer to all than to nothing; a nozzle that lost less is left to the control
/// law.
const MISSING_MIN: f64 = 0.6;
/// Largest finding against the impulse that the nozzle can have given or missed, ratio: 1, and
/// margin for the same errors as at [`MISSING_MIN`].
const SIZE_MAX: f64 = 1.35;
/// Beyond this size, ratio, a hypothesis is dropped. Between [`SIZE_MAX`] and this it is not sound
/// but still a rival: a window that has just begun can make a true finding look too large.
const SIZE_MAX_RIVAL: f64 = 3.0;
/// Smallest finding, s of full thrust of the strongest nozzle: a third of a shortest pulse (30 ms).
/// At 240 N it is 2.2 N·s, seven times what the noise of gyro and accelerometer
/// makes at rest (0.3 N·s).
const SIZE_MIN_S: f64 = 0.009;
/// Most that a craft as a whole gives beyond what is expected, ratio: thrust of 1.4 times the
/// described one on 0.7 times the mass.
const EXCESS_MAX: f64 = 1.0;
/// Evaluations in a row with the same finding: 2, so that one odd report does not decide. More
/// would add a sensor period (20 ms by velocity fixes) to the time until a fault is found.
const IN_A_ROW: u32 = 2;

/// The motion test.
#[derive(Debug, Clone)]
pub(crate) struct Residual {
    /// Force and torque of full thrust, N and N·m, body.
    force_n: [Vector3<f64>; NOZZLES],
    torque_nm: [Vector3<f64>; NOZZLES],
    full_n: [f64; NOZZLES],
    /// Least impulse of a finding, N·s.
    size_min_ns: f64,
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
            size_min_ns: SIZE_MIN_S * strongest_n,
            thrust: Thrust::new(craft, dt_s),
            motion: Motion::new(&craft.sensors, geometry.inertia, dt_s, FORGET_S),
            window: Window::new(dt_s),
            last: Findings::default(),
            in_a_row: 0,
        }
    }

    /// Records what is commanded in this tick.
    pub(crate) fn record_command(&mut self, on_time_us: &[u32; NOZZLES]) {
        self.thrust.record_command(on_time_us);
    }

    /// Begins a new window: what is expected of the nozzles has changed.
    pub(crate) fn restart(&mut self) {
        self.motion.restart();
        self.in_a_row = 0;
    }

    /// Takes in the reports of this tick, which are about the last one.
    pub(crate) fn observe(
        &mut self,
        feedback: &Feedback,
        sources: &Sources,
        state: &MotionState,
    ) -> Findings {
        let levels = self.thrust.levels(&feedback.open_time_us, sources);
        self.window.add(&levels, sources.uncertain, &self.full_n);
        let (mut force, mut torque) = (Vector3::zeros(), Vector3::zeros());
        for (n, level) in levels.expected.into_iter().enumerate() {
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
        let found = self.pick(&fits, size);
        if found.stuck_open() && self.scale_gain(force, torque, &noise) > best(&fits).1 - LEAD_MIN {
            return Findings::default();
        }
        found
    }

    /// Gain of "all nozzles gave more than expected, in proportion": the craft is lighter, or its
    /// nozzles are stronger. One factor for force and one for torque.
    fn scale_gain(&self, force: Vector3<f64>, torque: Vector3<f64>, noise: &Noise) -> f64 {
        let expected = |columns: &[Vector3<f64>; NOZZLES]| -> Vector3<f64> {
            let terms = columns.iter().zip(&self.window.expected_s);
            terms.map(|(column, s)| column * *s).sum()
        };
        let gain = |expected: Vector3<f64>, residual: Vector3<f64>| {
            let (along, length) = (expected.dot(&residual), expected.norm_squared());
            if length <= 0.0 {
                return 0.0; // Nothing was expected that could be scaled.
            }
            let excess = (along / length).clamp(0.0, EXCESS_MAX);
            (2.0 * along - excess * length) * excess
        };
        gain(expected(&self.force_n), force) * noise.force
            + gain(expected(&self.torque_nm), torque) * noise.torque
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

    /// How well "nozzle n thrust more, or less, than expected" explains the window.
    fn fit(&self, n: usize, force: Vector3<f64>, torque: Vector3<f64>, noise: &Noise) -> Fit {
        let (f, t) = (self.force_n[n], self.torque_nm[n]);
        let along = f.dot(&force) * noise.force + t.dot(&torque) * noise.torque;
        let length = f.norm_squared() * noise.force + t.norm_squared() * noise.torque;
        // Seconds of full thrust more than expected.
        let extra_s = if length > 0.0 { along / length } else { 0.0 };
        let expected_s = self.window.expected_s[n];
        let (most_s, part_min) = if extra_s < 0.0 {
            (expected_s, MISSING_MIN)
        } else {
            (self.window.length_s - expected_s, 0.0)
        };
        let part = if most_s > 0.0 {
            extra_s.abs() / most_s
        } else {
            f64::INFINITY
        };
        let large = extra_s.abs() * self.full_n[n] >= self.size_min_ns;
        Fit {
            extra_s,
            gain: if part <= SIZE_MAX_RIVAL {
                along * extra_s
            } else {
                0.0
            },
            sound: large && (part_min..=SIZE_MAX).contains(&part),
        }
    }

    /// The best fit, if it stands out. Of several that the window cannot tell apart, those that are
    /// harmless to act on.
    fn pick(&self, fits: &[Fit; NOZZLES], size: f64) -> Findings {
        let mut found = Findings::default();
        let (best, gain) = best(fits);
        if gain < GAIN_MIN || size - gain > UNEXPLAINED_MAX + UNEXPLAINED_RATIO * gain {
            return found;
        }
        let rival = |n: &usize| fits[*n].gain > gain - LEAD_MIN;
        if (0..NOZZLES).filter(rival).any(|n| !fits[n].sound) {
            return found;
        }
        if (0..NOZZLES).filter(rival).count() == 1 {
            found.0[best] = Some(self.verdict(best, &fits[best]));
        } else if gain >= GAIN_STRONG {
            // A nozzle that is taken for stuck closed is only left unused, and is tried again.
            // Countering a thrust that is not there would push the craft, so that comes last.
            let gave_less = |n: &usize| rival(n) && fits[*n].extra_s < 0.0;
            for n in (0..NOZZLES).filter(gave_less) {
                found.0[n] = Some(self.verdict(n, &fits[n]));
            }
            if found.none() {
                found.0[best] = Some(self.verdict(best, &fits[best]));
            }
        }
        found
    }

    /// What a fit means. A nozzle whose difference from the expected is that of its command does
    /// what it is commanded.
    fn verdict(&self, n: usize, fit: &Fit) -> Verdict {
        let commanded_s = self.window.commanded_s[n] - self.window.expected_s[n];
        let as_commanded = commanded_s * fit.extra_s.signum() > 0.5 * fit.extra_s.abs();
        match (as_commanded, fit.extra_s < 0.0) {
            (true, _) => Verdict::Obeys,
            (false, true) => Verdict::StuckClosed,
            (false, false) => Verdict::StuckOpen,
        }
    }
}

/// The nozzle with the greatest gain, and that gain.
fn best(fits: &[Fit; NOZZLES]) -> (usize, f64) {
    let best = (0..NOZZLES).fold(0, |a, b| if fits[b].gain > fits[a].gain { b } else { a });
    (best, fits[best].gain)
}

#[derive(Debug, Clone, Copy)]
struct Noise {
    force: f64,
    torque: f64,
}

#[derive(Debug, Clone, Copy)]
struct Fit {
    /// Full thrust more than expected, s.
    extra_s: f64,
    /// Twice the log-likelihood ratio to "as expected"; 0 where the nozzle cannot have done it.
    gain: f64,
    /// Of a size that a nozzle that fails can have.
    sound: bool,
}

#[cfg(test)]
mod tests;
