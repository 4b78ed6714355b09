//! Gaussian errors of one sensor, as a function of seed, sensor and report number alone.

use qiki_craft::{SensorConfig, Vec3};
use rand_core::Rng;
use rand_pcg::Pcg64;

/// Two pairs of uniform numbers give four normal ones, of which a vector takes three.
const DRAWS_PER_REPORT: u128 = 4;

/// White noise and a bias drawn once. The generator is wound to the report's place, so that
/// reports nobody asked for, or asked for twice, do not shift the ones after them.
#[derive(Debug, Clone)]
pub(crate) struct SensorNoise {
    noise_std: f64,
    bias: Vec3,
    stream: Pcg64,
    /// The report the generator stands before.
    next: u64,
    /// The last report and its error.
    last: Option<(u64, Vec3)>,
}

impl SensorNoise {
    /// `sensor` numbers the sensors of a craft and selects their streams.
    pub(crate) fn new(config: &SensorConfig, seed: u64, sensor: u64) -> Self {
        let mut once = stream(seed, 2 * sensor);
        let bias = normal(&mut once).map(|x| config.bias_std * x);
        let stream = stream(seed, 2 * sensor + 1);
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
        // Winding back is winding forward the long way round: the generator is a ring.
        let skip = u128::from(number).wrapping_sub(u128::from(self.next));
        if skip != 0 {
            self.stream.advance(skip.wrapping_mul(DRAWS_PER_REPORT));
        }
        let white = normal(&mut self.stream);
        let error = std::array::from_fn(|i| self.bias[i] + self.noise_std * white[i]);
        self.next = number + 1;
        self.last = Some((number, error));
        error
    }
}

/// PCG streams of one seed resemble each other unless their states differ too, so both words of
/// the state go through SplitMix64.
fn stream(seed: u64, number: u64) -> Pcg64 {
    let low = split_mix(seed ^ split_mix(number));
    let high = split_mix(low);
    Pcg64::new(u128::from(high) << 64 | u128::from(low), u128::from(number))
}

/// Finaliser of SplitMix64 (Steele, Lea, Flood 2014).
fn split_mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Three standard normal numbers by Box and Muller. They take the same number of draws whatever
/// comes, and libm gives them the same bits on every machine.
fn normal(rng: &mut Pcg64) -> Vec3 {
    let (radius, angle) = polar(rng);
    let (sin, cos) = libm::sincos(angle);
    let (third, angle) = polar(rng);
    [radius * cos, radius * sin, third * libm::cos(angle)]
}

/// Two normal numbers as a point in the plane: radius, and angle in rad.
fn polar(rng: &mut Pcg64) -> (f64, f64) {
    // In (0, 1]: the logarithm of zero must not come up.
    let radius = (-2.0 * libm::log(1.0 - uniform(rng))).sqrt();
    (radius, std::f64::consts::TAU * uniform(rng))
}

/// In [0, 1), 53 bits.
fn uniform(rng: &mut Pcg64) -> f64 {
    (rng.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}
