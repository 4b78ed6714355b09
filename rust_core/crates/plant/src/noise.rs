//! Gaussian errors of one sensor, as a function of seed, sensor and report number alone.

use qiki_craft::{SensorConfig, Vec3};

use crate::random::RandomStream;

/// Two pairs of uniform numbers give four normal ones, of which a vector takes three.
const DRAWS_PER_REPORT: u128 = 4;

/// White noise and a bias drawn once. The generator is wound to the report's place, so that
/// reports nobody asked for, or asked for twice, do not shift the ones after them.
#[derive(Debug, Clone)]
pub(crate) struct SensorNoise {
    noise_std: f64,
    bias: Vec3,
    stream: RandomStream,
    /// The report the generator stands before.
    next: u64,
    /// The last report and its error.
    last: Option<(u64, Vec3)>,
}

impl SensorNoise {
    /// `sensor` numbers the sensors of a craft and selects their streams.
    pub(crate) fn new(config: &SensorConfig, seed: u64, sensor: u64) -> Self {
        let mut once = RandomStream::new(seed, 2 * sensor);
        let bias = normal(&mut once).map(|x| config.bias_std * x);
        let stream = RandomStream::new(seed, 2 * sensor + 1);
        Self {
            noise_std: config.noise_std,
            bias,
            stream,
            next: 0,
            last: None,
        }
    }

    /// Bias plus noise of report `number`, in the sensor's unit, per axis.
    pub(crate) fn error(&mut self, number: u64) -> Vec3 {
        if let Some((at, error)) = self.last
            && at == number
        {
            return error;
        }
        let skip = u128::from(number).wrapping_sub(u128::from(self.next));
        if skip != 0 {
            self.stream.skip(skip.wrapping_mul(DRAWS_PER_REPORT));
        }
        let white = normal(&mut self.stream);
        let error = std::array::from_fn(|i| self.bias[i] + self.noise_std * white[i]);
        self.next = number + 1;
        self.last = Some((number, error));
        error
    }
}

/// Three standard normal numbers by Box and Muller. They take the same number of draws whatever
/// comes, and libm gives them the same bits on every machine.
fn normal(random: &mut RandomStream) -> Vec3 {
    let (radius, angle) = polar(random);
    let (sin, cos) = libm::sincos(angle);
    let (third, angle) = polar(random);
    [radius * cos, radius * sin, third * libm::cos(angle)]
}

/// Two normal numbers as a point in the plane: radius, and angle in rad.
fn polar(random: &mut RandomStream) -> (f64, f64) {
    // In (0, 1]: the logarithm of zero must not come up.
    let radius = (-2.0 * libm::log(1.0 - random.uniform())).sqrt();
    (radius, std::f64::consts::TAU * random.uniform())
}
