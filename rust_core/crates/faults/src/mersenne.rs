//! MT19937 as Python's `random.Random` has it, because the fault injector of the rigs draws from
//! that and a case must lose the same reports.
//!
//! Matsumoto and Nishimura, "Mersenne Twister" (ACM TOMACS 8, 1998); seeding by array and the
//! 53-bit `random()` are those of their reference code `mt19937ar.c`.

const N: usize = 624;
const M: usize = 397;

/// The generator.
#[derive(Debug, Clone)]
pub struct Mersenne {
    state: [u32; N],
    next: usize,
}

impl Mersenne {
    /// The generator of `random.Random(seed)`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let (low, high) = (seed as u32, (seed >> 32) as u32);
        let key = [low, high];
        // Python takes as many words as the number needs, at least one.
        let length = if high == 0 { 1 } else { 2 };
        let mut twister = Self::from_word(19_650_218);
        twister.mix_in(&key[..length]);
        twister
    }

    /// The next number in [0, 1), 53 bits.
    pub fn random(&mut self) -> f64 {
        let high = f64::from(self.word() >> 5);
        let low = f64::from(self.word() >> 6);
        (high * 67_108_864.0 + low) * (1.0 / 9_007_199_254_740_992.0)
    }

    fn from_word(seed: u32) -> Self {
        let mut state = [0; N];
        state[0] = seed;
        for i in 1..N {
            let last: u32 = state[i - 1];
            state[i] = (last ^ last >> 30)
                .wrapping_mul(1_812_433_253)
                .wrapping_add(i as u32);
        }
        Self { state, next: N }
    }

    fn mix_in(&mut self, key: &[u32]) {
        let mut i = 1;
        for k in 0..N {
            let j = k % key.len();
            let word = self.crossed(i, 1_664_525);
            self.state[i] = word.wrapping_add(key[j]).wrapping_add(j as u32);
            i = self.following(i);
        }
        for _ in 1..N {
            self.state[i] = self.crossed(i, 1_566_083_941).wrapping_sub(i as u32);
            i = self.following(i);
        }
        self.state[0] = 0x8000_0000;
    }

    fn crossed(&self, i: usize, factor: u32) -> u32 {
        let last = self.state[i - 1];
        self.state[i] ^ (last ^ last >> 30).wrapping_mul(factor)
    }

    /// The place after `i`; past the end it goes on at 1, with the last word carried to 0.
    fn following(&mut self, i: usize) -> usize {
        if i + 1 < N {
            return i + 1;
        }
        self.state[0] = self.state[N - 1];
        1
    }

    fn word(&mut self) -> u32 {
        if self.next == N {
            self.twist();
        }
        let mut y = self.state[self.next];
        self.next += 1;
        y ^= y >> 11;
        y ^= y << 7 & 0x9d2c_5680;
        y ^= y << 15 & 0xefc6_0000;
        y ^ y >> 18
    }

    fn twist(&mut self) {
        for k in 0..N {
            let y = self.state[k] & 0x8000_0000 | self.state[(k + 1) % N] & 0x7fff_ffff;
            let matrix = if y & 1 == 1 { 0x9908_b0df } else { 0 };
            self.state[k] = self.state[(k + M) % N] ^ y >> 1 ^ matrix;
        }
        self.next = 0;
    }
}
