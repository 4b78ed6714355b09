//! The pose between fixes: what arrives is taken, what does not is carried on.

use nalgebra::{Quaternion, UnitQuaternion, Vector3};
use qiki_craft::{Feedback, Fresh};

use crate::pose::Pose;

/// Sensors whose age counts: rates, attitude, position, velocity.
const AGED: [Fresh; 4] = [
    Fresh::RATES,
    Fresh::ATTITUDE,
    Fresh::POSITION,
    Fresh::VELOCITY,
];
/// Part of a fix's residual that is taken at once; the rest is noise until proved otherwise.
const ATTITUDE_GAIN: f64 = 0.5;
const POSITION_GAIN: f64 = 0.5;

/// Dead reckoning between fixes.
#[derive(Debug, Clone)]
pub struct Navigator {
    /// The estimate.
    pub pose: Pose,
    /// Ticks since each of [`AGED`] arrived; the maximum before the first time.
    ages: [u32; 4],
}

impl Default for Navigator {
    fn default() -> Self {
        Self::new()
    }
}

impl Navigator {
    /// Nothing is known yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            pose: Pose::default(),
            ages: [u32::MAX; 4],
        }
    }

    /// Age of the oldest value in use, ticks.
    pub fn age_ticks(&self) -> u32 {
        self.ages.into_iter().max().unwrap_or(u32::MAX)
    }

    /// Age of the rates, ticks: enough to damp a tumble.
    pub fn rates_age_ticks(&self) -> u32 {
        self.ages[0]
    }

    /// One tick of `dt_s`: carry on, then take what arrived.
    pub fn step(&mut self, feedback: &Feedback, dt_s: f64) {
        self.carry_on(dt_s);
        let first = self.ages;
        for (age, sensor) in self.ages.iter_mut().zip(AGED) {
            *age = if taken(feedback, sensor) {
                0
            } else {
                age.saturating_add(1)
            };
        }
        let pose = &mut self.pose;
        if self.ages[0] == 0 {
            pose.rates = Vector3::from(feedback.rates_rps_body);
        }
        if self.ages[1] == 0 {
            let fix = rotation(feedback);
            let gain = if first[1] == u32::MAX {
                1.0
            } else {
                ATTITUDE_GAIN
            };
            let residual = (pose.attitude.inverse() * fix).scaled_axis();
            pose.attitude *= UnitQuaternion::from_scaled_axis(gain * residual);
        }
        if self.ages[2] == 0 {
            let gain = if first[2] == u32::MAX {
                1.0
            } else {
                POSITION_GAIN
            };
            let fix = Vector3::from(feedback.position_m_world);
            pose.position += gain * (fix - pose.position);
        }
        if self.ages[3] == 0 {
            pose.velocity = Vector3::from(feedback.velocity_mps_world);
        }
    }

    fn carry_on(&mut self, dt_s: f64) {
        let pose = &mut self.pose;
        pose.position += pose.velocity * dt_s;
        pose.attitude *= UnitQuaternion::from_scaled_axis(pose.rates * dt_s);
        pose.attitude.renormalize_fast();
    }
}

/// Whether a value arrived and is a usable number; one that is not counts as not arrived.
fn taken(feedback: &Feedback, sensor: Fresh) -> bool {
    let finite = |values: &[f64]| values.iter().all(|v| v.is_finite());
    feedback.fresh.has(sensor)
        && match sensor {
            Fresh::RATES => finite(&feedback.rates_rps_body),
            Fresh::ATTITUDE => {
                let norm = feedback.attitude_xyzw.iter().map(|q| q * q).sum::<f64>();
                (norm - 1.0).abs() < 0.1
            }
            Fresh::POSITION => finite(&feedback.position_m_world),
            _ => finite(&feedback.velocity_mps_world),
        }
}

fn rotation(feedback: &Feedback) -> UnitQuaternion<f64> {
    let [x, y, z, w] = feedback.attitude_xyzw;
    UnitQuaternion::from_quaternion(Quaternion::new(w, x, y, z))
}

#[cfg(test)]
mod tests;
