//! How targets move, and how long they keep to it.

/// Figures of the motion of targets. Each is something that can be known of craft, and the models
/// follow from them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Motion {
    /// Greatest speed, m/s.
    pub speed_max_mps: f64,
    /// Drift of a steady velocity: variance of an axis gained in a second, m²/s³.
    pub drift_m2ps3: f64,
    /// Standard deviation of the acceleration of a manoeuvre, each axis, m/s².
    pub accel_std_mps2: f64,
    /// Time in which a manoeuvre becomes another one, s.
    pub accel_time_s: f64,
    /// Drift of the acceleration in a turn: variance of an axis gained in a second, m²/s⁵.
    pub jerk_m2ps5: f64,
    /// Fastest turn, rad/s.
    pub turn_rate_max_rps: f64,
    /// Mean time of steady motion, s.
    pub steady_time_s: f64,
    /// Mean time of a turn, and of a manoeuvre, s.
    pub manoeuvre_time_s: f64,
}

impl Motion {
    /// Craft that reach 150 m/s and turn with up to 20 m/s².
    pub const CRAFT: Self = Self {
        speed_max_mps: 150.0,
        drift_m2ps3: 0.01,
        accel_std_mps2: 4.0,
        accel_time_s: 4.0,
        jerk_m2ps5: 0.25,
        turn_rate_max_rps: 0.5,
        steady_time_s: 20.0,
        manoeuvre_time_s: 10.0,
    };

    /// Variance of each axis of a velocity of which only the greatest speed is known, all
    /// velocities being alike: that of an even ball, m²/s².
    #[must_use]
    pub fn velocity_variance(&self) -> f64 {
        self.speed_max_mps * self.speed_max_mps / 5.0
    }

    /// Variance of each axis of the acceleration of a manoeuvre, m²/s⁴.
    #[must_use]
    pub fn accel_variance(&self) -> f64 {
        self.accel_std_mps2 * self.accel_std_mps2
    }
}
