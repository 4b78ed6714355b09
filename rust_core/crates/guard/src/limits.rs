//! What a valve command may not exceed.

use qiki_craft::NOZZLES;

/// What a command may not exceed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ValveLimits {
    /// The tick, µs.
    pub period_us: u32,
    /// Shortest opening, µs. Closing everything early is always allowed.
    pub min_on_us: u32,
    /// Shortest pause, µs.
    pub min_off_us: u32,
    /// Longest opening, µs.
    pub max_on_us: u32,
    /// Bit n: nozzle n is throttled; its on-time is its level.
    pub throttleable: u16,
    /// Electrical power of each open nozzle, of a throttled one at full thrust, W.
    pub power_w: [f64; NOZZLES],
    /// Most power of all open nozzles, W.
    pub power_max_w: f64,
}

impl ValveLimits {
    pub(crate) fn throttled(&self, n: usize) -> bool {
        self.throttleable >> n & 1 == 1
    }

    /// What nozzle `n` draws in a tick, W: all of it where it is open at any moment, because two
    /// pulses that only touch could still overlap; its level of it where it is throttled.
    pub(crate) fn drawn_w(&self, n: usize, on_time_us: u32) -> f64 {
        let share = if self.throttled(n) {
            f64::from(on_time_us) / f64::from(self.period_us)
        } else {
            f64::from(u8::from(on_time_us > 0))
        };
        share * self.power_w[n]
    }
}
