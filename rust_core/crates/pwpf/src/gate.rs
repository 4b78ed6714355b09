//! What every modulator is, and what may hold its valves back.

use qiki_craft::NOZZLES;

/// Most valves of one modulator.
pub const COUNT_MAX: usize = 64;

/// What holds valves back in a tick, whatever the modulators want.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gate {
    /// Bit n: nozzle n must be closed now; wins over the shortest opening.
    pub closed: u16,
    /// Bit n: nozzle n may not open now; an open one may go on.
    pub no_opening: u16,
    /// Most nozzles open at once.
    pub open_max: u32,
}

/// [`Gate`] for up to [`COUNT_MAX`] valves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WideGate {
    /// Bit n: valve n must be closed now; wins over the shortest opening.
    pub closed: u64,
    /// Bit n: valve n may not open now; an open one may go on.
    pub no_opening: u64,
    /// Most valves open at once.
    pub open_max: u32,
}

impl WideGate {
    /// Nothing is held back.
    pub const FREE: Self = Self {
        closed: 0,
        no_opening: 0,
        open_max: u32::MAX,
    };
}

impl From<Gate> for WideGate {
    fn from(gate: Gate) -> Self {
        Self {
            closed: u64::from(gate.closed),
            no_opening: u64::from(gate.no_opening),
            open_max: gate.open_max,
        }
    }
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
    /// than `count` the missing levels count as zero and the missing on-times are not told.
    fn step(&mut self, level: &[f64], gate: WideGate, on_time_us: &mut [u32]);

    /// Bit n: valve n is commanded open at this instant.
    fn open_mask(&self) -> u64;

    /// What valve `n` was asked for and has not given yet, µs at full thrust; negative where it
    /// gave ahead. `None` where the rule keeps no such account.
    fn owed_us(&self, n: usize) -> Option<f64>;

    /// What valve `n` was asked for and will not give, µs at full thrust: asked while it was kept
    /// closed, or beyond what its limits let it do. `None` where the rule keeps no such account.
    fn dropped_us(&self, n: usize) -> Option<f64>;
}

const _: () = assert!(NOZZLES <= COUNT_MAX);
