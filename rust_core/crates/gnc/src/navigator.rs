//! Dead reckoning: the estimate is propagated every tick and corrected by every fix that arrives.
//!
//! Fixes come at 50 Hz, the loop runs at 200 to 1000 Hz, so most ticks have no fix. Rates and
//! velocity are taken as they come; position and attitude are filtered.

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
/// Part of an attitude fix's residual that corrects the estimate, ratio. A first-order filter with
/// gain g leaves `sqrt(g / (2 - g))` of white noise: 0.58 for 0.5, so 0.17 mrad of the star
/// tracker's 0.3 mrad (BotSpec). An error is halved with every fix, every 20 ms at 50 Hz. Lower
/// smooths more and lets a bias of the rates build up a larger error between the fixes.
const ATTITUDE_GAIN: f64 = 0.5;
/// The same for position: 2.9 mm of the receiver's 5 mm.
const POSITION_GAIN: f64 = 0.5;
/// How far the squared length of an attitude quaternion may be from 1. A unit quaternion in any
/// encoding in use here is far nearer; an all-zero or a corrupt one is not.
const NORM_TOLERANCE: f64 = 0.1;

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
    /// Nothing has arrived yet: all ages are at their maximum.
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

    /// One tick of `dt_s`: propagates the estimate, then corrects it by what arrived.
    pub fn step(&mut self, feedback: &Feedback, dt_s: f64) {
        self.propagate(dt_s);
        let ages_before = self.ages;
        for (age, sensor) in self.ages.iter_mut().zip(AGED) {
            *age = if is_usable(feedback, sensor) {
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
            let gain = if ages_before[1] == u32::MAX {
                1.0
            } else {
                ATTITUDE_GAIN
            };
            let residual = (pose.attitude.inverse() * fix).scaled_axis();
            pose.attitude *= UnitQuaternion::from_scaled_axis(gain * residual);
        }
        if self.ages[2] == 0 {
            let gain = if ages_before[2] == u32::MAX {
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

    fn propagate(&mut self, dt_s: f64) {
        let pose = &mut self.pose;
        pose.position += pose.velocity * dt_s;
        pose.attitude *= UnitQuaternion::from_scaled_axis(pose.rates * dt_s);
        pose.attitude.renormalize_fast();
    }
}

/// Whether a value arrived and is plausible. A value that is not plausible counts as not arrived,
/// so that its age grows and staleness is noticed.
fn is_usable(feedback: &Feedback, sensor: Fresh) -> bool {
    let finite = |values: &[f64]| values.iter().all(|v| v.is_finite());
    feedback.fresh.has(sensor)
        && match sensor {
            Fresh::RATES => finite(&feedback.rates_rps_body),
            Fresh::ATTITUDE => {
                let norm = feedback.attitude_xyzw.iter().map(|q| q * q).sum::<f64>();
                (norm - 1.0).abs() < NORM_TOLERANCE
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
