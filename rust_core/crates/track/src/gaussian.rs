//! A Gaussian over position, velocity and acceleration, in blocks of three axes.

use nalgebra::{Matrix3, Vector3};

use crate::transition::Transition;

/// Blocks of a state: position, velocity, acceleration.
pub(crate) const BLOCKS: usize = 3;

/// Mean (m, m/s, m/s², world) and covariance of a state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gaussian {
    /// Position, velocity, acceleration.
    pub mean: [Vector3<f64>; BLOCKS],
    /// Block (i, j) is the covariance of mean i with mean j.
    pub covariance: [[Matrix3<f64>; BLOCKS]; BLOCKS],
}

impl Gaussian {
    /// Three independent parts.
    #[must_use]
    pub fn independent(mean: [Vector3<f64>; BLOCKS], parts: [Matrix3<f64>; BLOCKS]) -> Self {
        let block = |i: usize, j: usize| if i == j { parts[i] } else { Matrix3::zeros() };
        Self {
            mean,
            covariance: std::array::from_fn(|i| std::array::from_fn(|j| block(i, j))),
        }
    }

    /// The state after a transition.
    #[must_use]
    pub fn predict(&self, transition: &Transition) -> Self {
        let Transition { f, q } = transition;
        let sum = |i: usize, term: &dyn Fn(usize) -> Matrix3<f64>| {
            (0..BLOCKS).fold(Matrix3::zeros(), |sum, k| sum + f[(i, k)] * term(k))
        };
        let half: [[Matrix3<f64>; BLOCKS]; BLOCKS] =
            std::array::from_fn(|i| std::array::from_fn(|j| sum(i, &|k| self.covariance[k][j])));
        let noise = |i: usize, j: usize| Matrix3::from_diagonal_element(q[(i, j)]);
        Self {
            mean: std::array::from_fn(|i| {
                (0..BLOCKS).fold(Vector3::zeros(), |sum, k| sum + f[(i, k)] * self.mean[k])
            }),
            covariance: symmetric(|i, j| sum(j, &|k| half[i][k]) + noise(i, j)),
        }
    }
}

/// A covariance from its upper blocks.
pub(crate) fn symmetric(
    block: impl Fn(usize, usize) -> Matrix3<f64>,
) -> [[Matrix3<f64>; BLOCKS]; BLOCKS] {
    let mut whole = [[Matrix3::zeros(); BLOCKS]; BLOCKS];
    for i in 0..BLOCKS {
        let own = block(i, i);
        whole[i][i] = 0.5 * (own + own.transpose());
        for j in i + 1..BLOCKS {
            whole[i][j] = block(i, j);
            whole[j][i] = whole[i][j].transpose();
        }
    }
    whole
}

/// Puts weighted Gaussians together into the one with their mean and covariance.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mixture {
    /// Near all means: what is squared is small.
    reference: [Vector3<f64>; BLOCKS],
    weight: f64,
    offset: [Vector3<f64>; BLOCKS],
    square: [[Matrix3<f64>; BLOCKS]; BLOCKS],
}

impl Mixture {
    pub(crate) fn around(reference: [Vector3<f64>; BLOCKS]) -> Self {
        Self {
            reference,
            weight: 0.0,
            offset: [Vector3::zeros(); BLOCKS],
            square: [[Matrix3::zeros(); BLOCKS]; BLOCKS],
        }
    }

    pub(crate) fn add(&mut self, weight: f64, part: &Gaussian) {
        let off: [Vector3<f64>; BLOCKS] = std::array::from_fn(|i| part.mean[i] - self.reference[i]);
        self.weight += weight;
        for i in 0..BLOCKS {
            self.offset[i] += weight * off[i];
            for j in i..BLOCKS {
                self.square[i][j] += weight * (part.covariance[i][j] + off[i] * off[j].transpose());
            }
        }
    }

    /// None where nothing of any weight was added.
    pub(crate) fn gaussian(&self) -> Option<Gaussian> {
        if !(self.weight > 0.0 && self.weight.is_finite()) {
            return None;
        }
        let off = self.offset.map(|sum| sum / self.weight);
        Some(Gaussian {
            mean: std::array::from_fn(|i| self.reference[i] + off[i]),
            covariance: symmetric(|i, j| {
                self.square[i][j] / self.weight - off[i] * off[j].transpose()
            }),
        })
    }
}
