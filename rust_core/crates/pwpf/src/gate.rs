//! What all modulators have in common, and what inhibits their valves.

use qiki_craft::NOZZLES;

/// Most valves of one modulator: the bits of a `u64` mask.
pub const COUNT_MAX: usize = 64;

/// What inhibits nozzles in a tick, whatever their levels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gate {
    /// Bit n: nozzle n must be closed now; wins over the shortest opening.
    pub closed: u16,
    /// Bit n: nozzle n may not open now; an open one may end its pulse. A throttled one has no
    /// pulse to end and closes.
    pub no_opening: u16,
    /// Bit n: nozzle n may not open, and an open one ends its pulse as soon as its shortest opening
    /// is over. A throttled one closes.
    pub ending: u16,
    /// Most electrical power of all nozzles at once, W. Where those that are open draw more, the
    /// ones with the smallest levels end their pulses.
    pub power_max_w: f64,
}

/// What inhibits up to [`COUNT_MAX`] on/off valves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WideGate {
    /// Bit n: valve n must be closed now; wins over the shortest opening.
    pub closed: u64,
    /// Bit n: valve n may not open now; an open one may go on.
    pub no_opening: u64,
    /// Bit n: valve n may not open, and an open one closes as soon as its shortest opening is over.
    pub ending: u64,
    /// Most valves open at once. What is open already may go on.
    pub open_max: u32,
}

impl WideGate {
    /// Nothing is inhibited.
    pub const FREE: Self = Self {
        closed: 0,
        no_opening: 0,
        ending: 0,
        open_max: u32::MAX,
    };
}

/// Turns levels into on-times, tick by tick. A planner that shapes levels or gates over several
/// ticks needs no more than this.
pub trait Modulator {
    /// How many valves there are.
    fn count(&self) -> usize;

    /// The tick, µs.
    fn period_us(&self) -> u32;

    /// One tick: `level` (thrust over maximum, 0..1) in, on-times in µs out, by the edge rule of
    /// `ValveCommand`. A level that is not a number counts as zero. Of slices that are shorter
    /// than `count` the missing levels count as zero and the missing on-times are not returned.
    fn step(&mut self, level: &[f64], gate: WideGate, on_time_us: &mut [u32]);

    /// One tick that somebody else commanded, in place of [`Modulator::step`]. The valves and the
    /// times of their edges follow these on-times, so that the next step keeps shortest pulse and
    /// pause. Earlier demands are not made good later: a filter decays, a residual is dropped.
    /// Missing on-times are zero.
    fn follow(&mut self, on_time_us: &[u32]);

    /// Bit n: valve n is commanded open at this instant.
    fn open_mask(&self) -> u64;

    /// Impulse residual of valve `n`: demanded and not given yet, µs at full thrust; negative where
    /// more was given than demanded so far. `None` where the rule keeps no residual.
    fn residual_us(&self, n: usize) -> Option<f64>;

    /// What was demanded of valve `n` and will not be given, µs at full thrust: demanded while it
    /// was kept closed, or beyond what its limits allow. `None` where the rule keeps no residual.
    fn dropped_us(&self, n: usize) -> Option<f64>;
}

const _: () = assert!(NOZZLES <= COUNT_MAX);
