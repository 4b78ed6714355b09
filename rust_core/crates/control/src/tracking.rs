//! Stage 3: the wrench that is demanded.
//!
//! [`Tracking`] moves the reference towards the goal and turns the pose error into a wrench. Goals
//! are set by the mode manager; here they are only followed.

use nalgebra::Vector3;
use qiki_command::Mode;
use qiki_craft::{AXES, ControlConfig};
use qiki_gnc::{AttitudeError, AttitudeErrorCache, Guidance, Hold, Law, MotionLimits};
use qiki_gnc::{Pose, Reference, Wrench, wrench};

use crate::decision::Decision;
use crate::estimate::Estimate;

/// An approach to a port goes at this part of the free-flight limits. With 1 m/s and 0.4 m/s² that
/// is 0.1 m/s, the largest closing rate of the IDSS contact envelope.
const DOCK_LIMITS_RATIO: f64 = 0.1;

/// What is demanded of the nozzles, and the errors behind it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Demand {
    /// N and N·m, body.
    pub(crate) wrench: Wrench,
    /// Which part of the pose is held.
    pub(crate) hold: Hold,
    pub(crate) reference: Reference,
    /// From the pose to the reference.
    pub(crate) attitude_error: AttitudeError,
}

/// Moves the reference and computes the wrench.
#[derive(Debug, Clone)]
pub(crate) struct Tracking {
    pub(crate) guidance: Guidance,
    law: Law,
    errors: AttitudeErrorCache,
    /// Of free flight, translation and rotation.
    limits: (MotionLimits, MotionLimits),
    dt_s: f64,
}

impl Tracking {
    pub(crate) fn new(config: &ControlConfig, law: Law, dt_s: f64) -> Self {
        let translation = MotionLimits {
            speed_max: config.position.speed_max_mps,
            acceleration_max: config.position.acceleration_max_mps2,
        };
        let rotation = MotionLimits {
            speed_max: config.attitude.limits.rate_max_rps,
            acceleration_max: config.attitude.limits.acceleration_max_rps2,
        };
        Self {
            guidance: Guidance::new(),
            law,
            errors: AttitudeErrorCache::default(),
            limits: (translation, rotation),
            dt_s,
        }
    }

    /// Translation and rotation limits of a mode.
    pub(crate) fn limits(&self, mode: Mode) -> (MotionLimits, MotionLimits) {
        let (translation, rotation) = self.limits;
        if mode != Mode::Dock {
            return (translation, rotation);
        }
        let slow = |limits: MotionLimits| MotionLimits {
            speed_max: limits.speed_max * DOCK_LIMITS_RATIO,
            acceleration_max: limits.acceleration_max * DOCK_LIMITS_RATIO,
        };
        (slow(translation), slow(rotation))
    }

    /// The goal becomes where the craft can come to rest from `pose`.
    pub(crate) fn stop_from(&mut self, pose: &Pose) {
        self.guidance.restart(pose);
        self.guidance.stop(self.limits.0, self.limits.1);
    }

    /// One tick. `predicted_pose` is the pose at the moment at which the wrench will act.
    pub(crate) fn demand(
        &mut self,
        estimate: &Estimate,
        decision: &Decision,
        predicted_pose: &Pose,
    ) -> Demand {
        let wrench = self.wrench(estimate, decision, predicted_pose);
        let hold = hold(decision);
        let (pose, reference) = (&estimate.pose, self.guidance.reference);
        let attitude_error = self
            .errors
            .between(&pose.attitude, &reference.pose.attitude);
        Demand {
            wrench,
            hold,
            reference,
            attitude_error,
        }
    }

    fn wrench(
        &mut self,
        estimate: &Estimate,
        decision: &Decision,
        predicted_pose: &Pose,
    ) -> Wrench {
        if !decision.thrusts() {
            return [0.0; AXES];
        }
        if decision.manual.on {
            // Control is off: the reference goes with the craft.
            self.guidance.restart(&estimate.pose);
            return [0.0; AXES];
        }
        if decision.mode == Mode::Safe {
            return self.damping(estimate, predicted_pose);
        }
        let (translation, rotation) = self.limits(decision.mode);
        self.guidance.rotate(rotation, self.dt_s);
        let drifts = decision.stabilise_only || matches!(decision.mode, Mode::Burn | Mode::Coast);
        let force = if drifts {
            self.guidance.drift(predicted_pose);
            decision.burn_force_n
        } else {
            self.guidance.translate(translation, self.dt_s);
            let reference = &self.guidance.reference;
            self.law.force(predicted_pose, reference, estimate.mass_kg)
        };
        let reference = &self.guidance.reference;
        let error = self
            .errors
            .between(&predicted_pose.attitude, &reference.pose.attitude);
        wrench(force, self.law.torque(predicted_pose, reference, &error))
    }

    /// SAFE: stops the rotation while the rates are fresh.
    fn damping(&self, estimate: &Estimate, predicted_pose: &Pose) -> Wrench {
        if estimate.rates_fresh {
            wrench(Vector3::zeros(), self.law.damping(predicted_pose))
        } else {
            [0.0; AXES]
        }
    }
}

/// Which part of the pose is held in a mode.
fn hold(decision: &Decision) -> Hold {
    match decision.mode {
        Mode::Safe => Hold::Rates,
        Mode::Burn | Mode::Coast => Hold::Attitude,
        _ if decision.stabilise_only => Hold::Attitude,
        _ => Hold::Pose,
    }
}
