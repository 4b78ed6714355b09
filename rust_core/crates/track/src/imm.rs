//! Interacting multiple models: steady motion, coordinated turn and manoeuvre side by side, each as
//! probable as the measurements make it.

use nalgebra::{Matrix3, Vector3};

use crate::gaussian::Mixture;
use crate::transition::turn_rate;
use crate::update::{Updated, update, update_range_rate};
use crate::{Gaussian, Measurement, Motion, OwnPose, Transition};

/// Steady, turn, manoeuvre.
pub const MODELS: usize = 3;
/// Least probability of a model: none is ruled out for ever.
const WEIGHT_MIN: f64 = 1e-9;

/// What a step of a given time does to every target: worked out once a frame.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    motion: Motion,
    step_s: f64,
    steady: Transition,
    manoeuvre: Transition,
    /// Probability to go from a model to another.
    switch: [[f64; MODELS]; MODELS],
}

impl Step {
    /// A step of `step_s`, s.
    #[must_use]
    pub fn new(step_s: f64, motion: &Motion) -> Self {
        let leave = |mean_s: f64| -libm::expm1(-step_s / mean_s);
        let (steady, other) = (leave(motion.steady_time_s), leave(motion.manoeuvre_time_s));
        let (half, rest) = (0.5 * steady, 0.5 * other);
        Self {
            motion: *motion,
            step_s,
            steady: Transition::steady(step_s, motion),
            manoeuvre: Transition::manoeuvre(step_s, motion),
            switch: [
                [1.0 - steady, half, half],
                [rest, 1.0 - other, rest],
                [rest, rest, 1.0 - other],
            ],
        }
    }

    fn predict(&self, model: usize, state: &Gaussian) -> Gaussian {
        let transition = match model {
            0 => self.steady,
            1 => {
                let rate = turn_rate(&state.mean[1], &state.mean[2], &self.motion);
                Transition::turn(self.step_s, &self.motion, rate)
            }
            _ => self.manoeuvre,
        };
        state.predict(&transition)
    }
}

/// The state of a target: a Gaussian for each model, and how probable each is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Imm {
    /// The state, were the target to move by the model.
    pub states: [Gaussian; MODELS],
    /// Probability of each model; they add up to one.
    pub weights: [f64; MODELS],
}

impl Imm {
    /// A target of which one measurement is known: somewhere there, moving with that range rate, at
    /// most as fast as targets do.
    #[must_use]
    pub fn begin(seen: &Measurement, own: &OwnPose, motion: &Motion) -> Option<Self> {
        let unmeasured = Gaussian::independent(
            [seen.position, Vector3::zeros(), Vector3::zeros()],
            [
                seen.covariance,
                Matrix3::from_diagonal_element(motion.velocity_variance()),
                Matrix3::from_diagonal_element(motion.accel_variance()),
            ],
        );
        let state = update_range_rate(&unmeasured, seen, own)?.state;
        // How the time of a target is shared where every model lasts as long as it does.
        let (steady, other) = (motion.steady_time_s, motion.manoeuvre_time_s);
        let whole = steady + 2.0 * other;
        Some(Self {
            states: [state; MODELS],
            weights: [steady / whole, other / whole, other / whole],
        })
    }

    /// The target after a step.
    #[must_use]
    pub fn predict(&self, step: &Step) -> Self {
        let weights: [f64; MODELS] = std::array::from_fn(|to| {
            (0..MODELS)
                .map(|from| step.switch[from][to] * self.weights[from])
                .sum()
        });
        let states = std::array::from_fn(|to| {
            let mut mixture = Mixture::around(self.states[to].mean);
            for from in 0..MODELS {
                mixture.add(
                    step.switch[from][to] * self.weights[from],
                    &self.states[from],
                );
            }
            step.predict(to, &mixture.gaussian().unwrap_or(self.states[to]))
        });
        Self { states, weights }
    }

    /// The one Gaussian with the mean and covariance of all models together.
    #[must_use]
    pub fn gaussian(&self) -> Gaussian {
        let mut mixture = Mixture::around(self.states[0].mean);
        for (weight, state) in self.weights.iter().zip(&self.states) {
            mixture.add(*weight, state);
        }
        mixture.gaussian().unwrap_or(self.states[0])
    }

    /// Density of a measurement under each model, 1/(m³·m/s).
    #[must_use]
    pub fn likelihoods(&self, seen: &Measurement, own: &OwnPose) -> [f64; MODELS] {
        std::array::from_fn(|m| {
            update(&self.states[m], seen, own).map_or(0.0, |found| libm::exp(found.log_likelihood))
        })
    }

    /// The target given that it caused the measurement.
    #[must_use]
    pub fn update(&self, seen: &Measurement, own: &OwnPose) -> Option<Self> {
        let mut given = Given::new(self, 0.0);
        given.add(1.0, seen, own);
        given.target()
    }
}

/// A target given that one of several measurements is its own, or none. Weights are relative: of
/// none, and of each measurement per density.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    prior: &'a Imm,
    mixtures: [Mixture; MODELS],
    weights: [f64; MODELS],
}

impl<'a> Given<'a> {
    /// With the weight of having no measurement.
    #[must_use]
    pub fn new(prior: &'a Imm, missed: f64) -> Self {
        let mut mixtures = prior.states.map(|state| Mixture::around(state.mean));
        for (mixture, state) in mixtures.iter_mut().zip(&prior.states) {
            mixture.add(missed, state);
        }
        Self {
            prior,
            mixtures,
            weights: prior.weights.map(|weight| weight * missed),
        }
    }

    /// A measurement with its weight, to which its density under each model is multiplied.
    pub fn add(&mut self, weight: f64, seen: &Measurement, own: &OwnPose) {
        for m in 0..MODELS {
            let found = update(&self.prior.states[m], seen, own);
            if let Some(Updated {
                state,
                log_likelihood,
                ..
            }) = found
            {
                let share = weight * libm::exp(log_likelihood);
                self.mixtures[m].add(share, &state);
                self.weights[m] += self.prior.weights[m] * share;
            }
        }
    }

    /// The target; None where nothing had any weight.
    #[must_use]
    pub fn target(&self) -> Option<Imm> {
        let sum: f64 = self.weights.iter().sum();
        if !(sum > 0.0 && sum.is_finite()) {
            return None;
        }
        let weights = self.weights.map(|weight| (weight / sum).max(WEIGHT_MIN));
        let states =
            std::array::from_fn(|m| self.mixtures[m].gaussian().unwrap_or(self.prior.states[m]));
        Some(Imm { states, weights })
    }
}
