//! Random numbers: independent streams of one generator, chosen by a seed and a number.

use rand_core::Rng;
use rand_pcg::Pcg64;

/// One stream of uniform numbers. Seed and number alone decide what comes; streams of other
/// numbers do not disturb it.
#[derive(Debug, Clone)]
pub struct RandomStream(Pcg64);

impl RandomStream {
    /// The stream of this number at its start. PCG streams of one seed resemble each other unless
    /// their states differ too, so both words of the state go through SplitMix64.
    #[must_use]
    pub fn new(seed: u64, number: u64) -> Self {
        let low = split_mix(seed ^ split_mix(number));
        let high = split_mix(low);
        let state = u128::from(high) << 64 | u128::from(low);
        Self(Pcg64::new(state, u128::from(number)))
    }

    /// The next number in [0, 1), 53 bits.
    pub fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Passes over so many numbers. Back is forward the long way round: the generator is a ring of
    /// 2^128 states.
    pub(crate) fn skip(&mut self, numbers: u128) {
        self.0.advance(numbers);
    }
}

/// Finaliser of SplitMix64 (Steele, Lea, Flood 2014).
fn split_mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
