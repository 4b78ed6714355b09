//! What is reported when: sensors with errors, and the housekeeping's plain values.

use qiki_craft::{Feedback, Fresh, SensorConfig, Sensors, Truth, Vec3};

use crate::PlantError;
use crate::algebra::{add, quat_mul, quat_of_rotation};
use crate::error::check;
use crate::noise::SensorNoise;
use crate::schedule::Schedule;

#[derive(Debug, Clone)]
struct Sensor {
    schedule: Schedule,
    noise: SensorNoise,
}

impl Sensor {
    /// The error of the report due in `tick`, if one is.
    fn due(&mut self, tick: u64) -> Option<Vec3> {
        self.schedule
            .due(tick)
            .map(|number| self.noise.error(number))
    }
}

#[derive(Debug, Clone)]
pub(crate) struct SensorSet {
    rates: Sensor,
    acceleration: Sensor,
    attitude: Sensor,
    position: Sensor,
    velocity: Sensor,
    power: Schedule,
    thermal: Schedule,
}

impl SensorSet {
    pub(crate) fn new(sensors: &Sensors, dt_s: f64, seed: u64) -> Result<Self, PlantError> {
        check_rate("power_rate_hz", sensors.power_rate_hz)?;
        check_rate("thermal_rate_hz", sensors.thermal_rate_hz)?;
        let make = |name, number, config: &SensorConfig| {
            check_sensor(name, config)?;
            Ok(Sensor {
                schedule: Schedule::new(config.rate_hz, dt_s),
                noise: SensorNoise::new(config, seed, number),
            })
        };
        Ok(Self {
            rates: make("rates", 0, &sensors.rates)?,
            acceleration: make("acceleration", 1, &sensors.acceleration)?,
            attitude: make("attitude", 2, &sensors.attitude)?,
            position: make("position", 3, &sensors.position)?,
            velocity: make("velocity", 4, &sensors.velocity)?,
            power: Schedule::new(sensors.power_rate_hz, dt_s),
            thermal: Schedule::new(sensors.thermal_rate_hz, dt_s),
        })
    }

    /// Fills in the navigation sensors that are due.
    pub(crate) fn sense(
        &mut self,
        tick: u64,
        truth: &Truth,
        specific_force_mps2_body: Vec3,
        feedback: &mut Feedback,
    ) {
        if let Some(error) = self.rates.due(tick) {
            feedback.rates_rps_body = add(truth.rates_rps_body, error);
            feedback.fresh.set(Fresh::RATES);
        }
        if let Some(error) = self.acceleration.due(tick) {
            feedback.acceleration_mps2_body = add(specific_force_mps2_body, error);
            feedback.fresh.set(Fresh::ACCELERATION);
        }
        if let Some(error) = self.attitude.due(tick) {
            // A small turn in the tracker's own frame, which is the body's.
            feedback.attitude_xyzw = quat_mul(truth.attitude_xyzw, quat_of_rotation(error));
            feedback.fresh.set(Fresh::ATTITUDE);
        }
        if let Some(error) = self.position.due(tick) {
            feedback.position_m_world = add(truth.position_m_world, error);
            feedback.fresh.set(Fresh::POSITION);
        }
        if let Some(error) = self.velocity.due(tick) {
            feedback.velocity_mps_world = add(truth.velocity_mps_world, error);
            feedback.fresh.set(Fresh::VELOCITY);
        }
    }

    pub(crate) fn power_due(&mut self, tick: u64) -> bool {
        self.power.due(tick).is_some()
    }

    pub(crate) fn thermal_due(&mut self, tick: u64) -> bool {
        self.thermal.due(tick).is_some()
    }
}

fn check_rate(path: &str, rate_hz: f64) -> Result<(), PlantError> {
    check(
        || format!("sensors.{path}"),
        rate_hz,
        |x| x > 0.0,
        "a rate above 0 Hz",
    )
}

fn check_sensor(name: &str, config: &SensorConfig) -> Result<(), PlantError> {
    check_rate(&format!("{name}.rate_hz"), config.rate_hz)?;
    let need = "0 or more";
    check(
        || format!("sensors.{name}.noise_std"),
        config.noise_std,
        |x| x >= 0.0,
        need,
    )?;
    check(
        || format!("sensors.{name}.bias_std"),
        config.bias_std,
        |x| x >= 0.0,
        need,
    )
}
