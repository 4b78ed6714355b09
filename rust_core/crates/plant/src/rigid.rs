//! Newton and Euler for a rigid body about its centre of mass, one classical Runge-Kutta step.
//!
//! Force and torque are fixed in the body during the step; force turns with it.

use qiki_craft::{Quat, Vec3};

use crate::algebra::{
    Mat3, add_scaled, cross, inverse_symmetric, mat_vec, quat_mul, quat_unit, rotate, scale, sub,
};

/// Where the body is and how it moves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RigidState {
    /// Centre of mass, m, world.
    pub position_m_world: Vec3,
    /// Velocity of the centre of mass, m/s, world.
    pub velocity_mps_world: Vec3,
    /// Attitude, body to world.
    pub attitude_xyzw: Quat,
    /// Angular rate of the body against the world, rad/s, body.
    pub rates_rps_body: Vec3,
}

/// What resists motion: mass, and inertia about the centre of mass with its inverse.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Body {
    /// Mass, kg.
    pub mass_kg: f64,
    /// Inertia about the centre of mass, kg·m², body, symmetric.
    pub inertia_kgm2: [Vec3; 3],
    per_kg: f64,
    inverse: Mat3,
}

/// Force through the centre of mass and torque about it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Wrench {
    /// Force, N, body.
    pub force_n_body: Vec3,
    /// Torque, N·m, body.
    pub torque_nm_body: Vec3,
}

impl Body {
    /// A body; `inertia_kgm2` must be symmetric and positive definite.
    #[must_use]
    pub fn new(mass_kg: f64, inertia_kgm2: [Vec3; 3]) -> Self {
        Self {
            mass_kg,
            inertia_kgm2,
            per_kg: 1.0 / mass_kg,
            inverse: inverse_symmetric(&inertia_kgm2),
        }
    }
}

impl RigidState {
    /// The state `dt_s` later under a wrench that is constant in the body.
    #[must_use]
    pub fn advanced(&self, body: &Body, wrench: &Wrench, dt_s: f64) -> Self {
        let half = 0.5 * dt_s;
        let k1 = self.slope(body, wrench);
        let k2 = self.along(&k1, half).slope(body, wrench);
        let k3 = self.along(&k2, half).slope(body, wrench);
        let k4 = self.along(&k3, dt_s).slope(body, wrench);
        let mut next = self
            .along(&k1, dt_s / 6.0)
            .along(&k2, dt_s / 3.0)
            .along(&k3, dt_s / 3.0)
            .along(&k4, dt_s / 6.0);
        next.attitude_xyzw = quat_unit(next.attitude_xyzw);
        next
    }

    /// `x' = v`, `m v' = R F`, `2 q' = q (w, 0)`, `I w' = T - w x I w`; the slope has the
    /// state's own shape.
    fn slope(&self, body: &Body, wrench: &Wrench) -> Self {
        let w = self.rates_rps_body;
        let momentum = mat_vec(&body.inertia_kgm2, w);
        let force = rotate(self.attitude_xyzw, wrench.force_n_body);
        let spin = quat_mul(self.attitude_xyzw, [w[0], w[1], w[2], 0.0]);
        Self {
            position_m_world: self.velocity_mps_world,
            velocity_mps_world: scale(body.per_kg, force),
            attitude_xyzw: spin.map(|c| 0.5 * c),
            rates_rps_body: mat_vec(
                &body.inverse,
                sub(wrench.torque_nm_body, cross(w, momentum)),
            ),
        }
    }

    fn along(&self, slope: &Self, k: f64) -> Self {
        let (q, s) = (self.attitude_xyzw, slope.attitude_xyzw);
        Self {
            position_m_world: add_scaled(self.position_m_world, k, slope.position_m_world),
            velocity_mps_world: add_scaled(self.velocity_mps_world, k, slope.velocity_mps_world),
            attitude_xyzw: std::array::from_fn(|i| q[i] + k * s[i]),
            rates_rps_body: add_scaled(self.rates_rps_body, k, slope.rates_rps_body),
        }
    }
}
