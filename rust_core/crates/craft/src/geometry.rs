//! Centre of mass, inertia and effectiveness: what forces and torques the nozzles make.

use nalgebra::{Matrix3, Vector3};

use crate::craft::{Craft, Thruster};
use crate::feedback::Feedback;
use crate::nozzles::nozzles_in;
use crate::{AXES, NOZZLES};

/// The craft as the controller uses it: full tank, one set of valve times for all.
#[derive(Debug, Clone, PartialEq)]
pub struct Geometry {
    /// Force and torque about the centre of mass per newton of each nozzle, body.
    pub effectiveness: [[f64; NOZZLES]; AXES],
    /// Most thrust of each nozzle, N.
    pub thrust_max_n: [f64; NOZZLES],
    /// Inertia about the centre of mass, kg·m², body.
    pub inertia: Matrix3<f64>,
}

impl Geometry {
    /// Force per newton of nozzle n, body.
    #[must_use]
    pub fn force_direction(&self, n: usize) -> Vector3<f64> {
        let b = &self.effectiveness;
        Vector3::new(b[0][n], b[1][n], b[2][n])
    }

    /// Impulse by the measured open times of a tick, N·s, body.
    #[must_use]
    pub fn measured_impulse_ns(&self, feedback: &Feedback) -> Vector3<f64> {
        let mut impulse_ns = Vector3::zeros();
        for n in nozzles_in(feedback.fresh.nozzles_heard()) {
            let open_s = f64::from(feedback.open_time_us[n]) * 1e-6;
            let thrust_ns = open_s * self.thrust_max_n[n];
            impulse_ns += self.force_direction(n) * thrust_ns;
        }
        impulse_ns
    }

    /// Thrust (N) and wrench (N, N·m, body) of nozzles at these levels, 0..1.
    #[must_use]
    pub fn thrust_at(&self, level: &[f64; NOZZLES]) -> ([f64; NOZZLES], [f64; AXES]) {
        let thrust_n: [f64; NOZZLES] = std::array::from_fn(|n| level[n] * self.thrust_max_n[n]);
        let row = |axis: &[f64; NOZZLES]| axis.iter().zip(&thrust_n).map(|(b, f)| b * f).sum();
        (thrust_n, self.effectiveness.each_ref().map(row))
    }
}

fn matrix(rows: &[[f64; 3]; 3]) -> Matrix3<f64> {
    Matrix3::from_fn(|r, c| rows[r][c])
}

/// Inertia of a point mass at `arm` from the axes' origin, kg·m².
fn point_inertia(mass_kg: f64, arm: Vector3<f64>) -> Matrix3<f64> {
    mass_kg * (Matrix3::identity() * arm.norm_squared() - arm * arm.transpose())
}

/// Centre of mass, inertia and effectiveness with a full tank.
#[must_use]
pub fn geometry(craft: &Craft) -> Geometry {
    let mass = &craft.mass;
    let (dry, tank) = (
        Vector3::from(mass.com_m_body),
        Vector3::from(mass.tank_m_body),
    );
    let com = (dry * mass.dry_kg + tank * mass.propellant_kg) / (mass.dry_kg + mass.propellant_kg);
    let inertia = matrix(&mass.inertia_kgm2)
        + point_inertia(mass.dry_kg, dry - com)
        + point_inertia(mass.propellant_kg, tank - com);
    let mut effectiveness = [[0.0; NOZZLES]; AXES];
    for (n, thruster) in craft.thrusters.iter().enumerate().take(NOZZLES) {
        let force = Vector3::from(thruster.force_direction_body);
        let torque = (Vector3::from(thruster.position_m_body) - com).cross(&force);
        for i in 0..3 {
            effectiveness[i][n] = force[i];
            effectiveness[i + 3][n] = torque[i];
        }
    }
    Geometry {
        effectiveness,
        thrust_max_n: per_nozzle(craft, |t| t.thrust_max_n),
        inertia,
    }
}

/// One number of each thruster; 0 for a nozzle that the craft does not have.
#[must_use]
pub fn per_nozzle(craft: &Craft, pick: impl Fn(&Thruster) -> f64) -> [f64; NOZZLES] {
    std::array::from_fn(|n| craft.thrusters.get(n).map_or(0.0, &pick))
}

/// Bit n: nozzle n takes a level.
#[must_use]
pub fn throttleable_nozzles(craft: &Craft) -> u16 {
    let thrusters = craft.thrusters.iter().take(NOZZLES).enumerate();
    thrusters.fold(0, |mask, (n, t)| mask | u16::from(t.throttleable) << n)
}
