//! Mass, centre of mass and inertia of a dry body with a point of propellant in it.

use qiki_craft::{Mass, Vec3};

use crate::PlantError;
use crate::algebra::{Mat3, add_scaled, determinant, dot, sub};
use crate::error::check;
use crate::rigid::Body;

#[derive(Debug, Clone)]
pub(crate) struct MassModel {
    dry: Mass,
    /// From the dry centre of mass to the tank, m, body.
    tank_from_dry: Vec3,
    propellant_kg: f64,
    /// With the propellant that is left.
    total_kg: f64,
    com_m_body: Vec3,
    /// The same as a body; none until it is asked for.
    body: Option<Body>,
}

impl MassModel {
    pub(crate) fn new(mass: &Mass) -> Result<Self, PlantError> {
        let at = |field: &'static str| move || format!("mass.{field}");
        check(at("dry_kg"), mass.dry_kg, |x| x > 0.0, "a mass above 0 kg")?;
        check(
            at("propellant_kg"),
            mass.propellant_kg,
            |x| x >= 0.0,
            "0 kg or more",
        )?;
        check(
            at("isp_s"),
            mass.isp_s,
            |x| x > 0.0,
            "a specific impulse above 0 s",
        )?;
        for axis in 0..3 {
            check(
                at("com_m_body"),
                mass.com_m_body[axis],
                |_| true,
                "finite numbers",
            )?;
            check(
                at("tank_m_body"),
                mass.tank_m_body[axis],
                |_| true,
                "finite numbers",
            )?;
        }
        check_inertia(mass)?;
        let mut model = Self {
            tank_from_dry: sub(mass.tank_m_body, mass.com_m_body),
            propellant_kg: mass.propellant_kg,
            total_kg: mass.dry_kg,
            com_m_body: mass.com_m_body,
            body: None,
            dry: mass.clone(),
        };
        model.hold(mass.propellant_kg);
        Ok(model)
    }

    /// From now on there is so much propellant in the tank.
    pub(crate) fn hold(&mut self, propellant_kg: f64) {
        self.propellant_kg = propellant_kg;
        self.total_kg = self.dry.dry_kg + propellant_kg;
        let share = propellant_kg / self.total_kg;
        self.com_m_body = add_scaled(self.dry.com_m_body, share, self.tank_from_dry);
        self.body = None;
    }

    pub(crate) fn propellant_kg(&self) -> f64 {
        self.propellant_kg
    }

    pub(crate) fn total_kg(&self) -> f64 {
        self.total_kg
    }

    /// Centre of mass, m, body, from the geometric centre.
    pub(crate) fn com_m_body(&self) -> Vec3 {
        self.com_m_body
    }

    /// The body about its present centre of mass.
    pub(crate) fn body(&mut self) -> Body {
        let body = match self.body {
            Some(body) => body,
            None => Body::new(self.total_kg, self.inertia_kgm2()),
        };
        self.body = Some(body);
        body
    }

    /// The dry inertia plus that of two points a distance `d` apart, `mu (d.d 1 - d d^T)` with the
    /// reduced mass `mu`, kg·m², body.
    pub(crate) fn inertia_kgm2(&self) -> Mat3 {
        let d = self.tank_from_dry;
        let reduced = self.dry.dry_kg * self.propellant_kg / self.total_kg;
        let mut inertia = self.dry.inertia_kgm2;
        for i in 0..3 {
            for j in 0..3 {
                let square = if i == j { dot(d, d) } else { 0.0 };
                inertia[i][j] += reduced * (square - d[i] * d[j]);
            }
        }
        inertia
    }
}

/// Symmetric and positive definite, by Sylvester's leading minors.
fn check_inertia(mass: &Mass) -> Result<(), PlantError> {
    let m = &mass.inertia_kgm2;
    let path = || "mass.inertia_kgm2".to_owned();
    for i in 0..3 {
        for j in 0..3 {
            check(path, m[i][j], |_| true, "finite numbers")?;
            check(path, m[i][j] - m[j][i], |x| x == 0.0, "a symmetric matrix")?;
        }
    }
    let minor = m[0][0] * m[1][1] - m[0][1] * m[1][0];
    for value in [m[0][0], minor, determinant(m)] {
        check(path, value, |x| x > 0.0, "a positive definite matrix")?;
    }
    Ok(())
}
