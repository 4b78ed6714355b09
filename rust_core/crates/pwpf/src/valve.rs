//! Time limits of a valve, and which valves are open since when.

use qiki_craft::Craft;

/// Time limits of a valve, s.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ValveTimes {
    /// Shortest opening.
    pub min_on_s: f64,
    /// Shortest pause.
    pub min_off_s: f64,
    /// Longest opening; then the valve closes for at least `min_off_s`.
    pub max_on_s: f64,
}

impl ValveTimes {
    /// The strictest times of all nozzles; shortest opening and pause are those of the nozzles that
    /// are on or off.
    #[must_use]
    pub fn strictest(craft: &Craft) -> Self {
        let fired = || craft.thrusters.iter().filter(|t| !t.throttleable);
        let max_on_s = craft.thrusters.iter().map(|t| t.max_on_s);
        Self {
            min_on_s: fired().map(|t| t.min_on_s).fold(0.0, f64::max),
            min_off_s: fired().map(|t| t.min_off_s).fold(0.0, f64::max),
            max_on_s: max_on_s.fold(f64::INFINITY, f64::min),
        }
    }

    /// Whether a tick is short enough for one edge a tick; the shorter limit where it is not.
    pub(crate) fn check_tick(&self, period_us: u32) -> Result<f64, (f64, f64)> {
        let dt_s = f64::from(period_us) * 1e-6;
        let shortest_s = self.min_on_s.min(self.min_off_s);
        if dt_s > 0.0 && dt_s < shortest_s && !self.min_on_s.is_nan() && !self.min_off_s.is_nan() {
            Ok(dt_s)
        } else {
            Err((dt_s, shortest_s))
        }
    }

    /// Whether the valve may stay open for longer than it must.
    pub(crate) fn can_close(&self) -> bool {
        self.max_on_s > self.min_on_s
    }
}

/// Whole microseconds, rounded.
pub(crate) fn micros(seconds: f64) -> u32 {
    whole((seconds * 1e6).round())
}

/// Rounded down to whole microseconds, at most 4e9: a longer time (67 minutes) is never the shorter
/// one.
pub(crate) fn whole(us: f64) -> u32 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let us = us.min(4e9) as u32;
    us
}

/// Last edge of a valve that had none, µs: 12.7 days before the first tick, so that every pause is
/// over. Far from the end of the range, so that differences do not overflow.
const LONG_AGO_US: i64 = -(1 << 40);
/// Instant that no tick reaches, µs.
const NEVER_US: i64 = i64::MAX;

/// The valves of a bank: limits, and each one's last edge.
#[derive(Debug, Clone)]
pub(crate) struct Valves {
    period_us: u32,
    min_on_us: u32,
    min_off_us: u32,
    max_on_us: u32,
    now_us: i64,
    /// The first instant at which an open valve reaches its longest opening.
    must_close_us: i64,
    open: u64,
    edge_at_us: Box<[i64]>,
    /// On-time of a tick without an edge.
    steady_us: Box<[u32]>,
    /// The valve that opens first where not all may.
    first: usize,
}

impl Valves {
    /// `count` closed valves that may open at once.
    pub(crate) fn new(count: usize, times: &ValveTimes, period_us: u32) -> Self {
        Self {
            period_us,
            min_on_us: micros(times.min_on_s),
            min_off_us: micros(times.min_off_s),
            max_on_us: micros(times.max_on_s),
            now_us: 0,
            must_close_us: NEVER_US,
            open: 0,
            edge_at_us: vec![LONG_AGO_US; count].into(),
            steady_us: vec![0; count].into(),
            first: 0,
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.edge_at_us.len()
    }

    pub(crate) fn period_us(&self) -> u32 {
        self.period_us
    }

    pub(crate) fn open_mask(&self) -> u64 {
        self.open
    }

    pub(crate) fn is_open(&self, n: usize) -> bool {
        self.open >> n & 1 == 1
    }

    /// All valves once, in the order in which they may open.
    pub(crate) fn in_priority(&self) -> impl Iterator<Item = usize> + use<> {
        (self.first..self.count()).chain(0..self.first)
    }

    /// From the next tick on valve `n` comes first.
    pub(crate) fn set_first(&mut self, n: usize) {
        self.first = n;
    }

    /// On-times where no valve has an edge in this tick.
    pub(crate) fn steady_us(&self) -> &[u32] {
        &self.steady_us
    }

    /// Whether an open valve reaches its longest opening before the end of this tick.
    pub(crate) fn any_must_close(&self) -> bool {
        self.must_close_us < self.now_us + i64::from(self.period_us)
    }

    /// Whether valve `n` is open and reaches its longest opening before the end of this tick.
    pub(crate) fn must_close(&self, n: usize) -> bool {
        self.is_open(n) && self.until_close_us(n) < self.period_us
    }

    /// Time from the start of the tick until valve `n` may have its next edge, µs.
    pub(crate) fn until_edge_us(&self, n: usize) -> u32 {
        let shortest = if self.is_open(n) {
            self.min_on_us
        } else {
            self.min_off_us
        };
        shortest.saturating_sub(self.since_edge_us(n))
    }

    /// Whether valve `n` is closed and its pause is over before the end of this tick.
    pub(crate) fn could_open(&self, n: usize) -> bool {
        !self.is_open(n) && self.until_edge_us(n) < self.period_us
    }

    /// Time from the start of the tick until the open valve `n` reaches its longest opening, µs.
    pub(crate) fn until_close_us(&self, n: usize) -> u32 {
        self.max_on_us.saturating_sub(self.since_edge_us(n))
    }

    /// An edge of valve `n` at `at_us` from the start of the tick; the on-time of the tick.
    pub(crate) fn switch(&mut self, n: usize, at_us: u32) -> u32 {
        self.edge_at_us[n] = self.now_us + i64::from(at_us);
        self.open ^= 1 << n;
        let opened = self.is_open(n);
        self.steady_us[n] = if opened { self.period_us } else { 0 };
        if opened {
            let longest = self.edge_at_us[n] + i64::from(self.max_on_us);
            self.must_close_us = self.must_close_us.min(longest);
            self.period_us - at_us
        } else {
            self.must_close_us = self.first_close_us();
            at_us
        }
    }

    /// Closes valve `n` at the start of the tick, whatever its shortest opening.
    pub(crate) fn force_close(&mut self, n: usize) {
        if self.is_open(n) {
            self.switch(n, 0);
        }
    }

    /// Takes over an on-time of valve `n` that somebody else commanded, by the edge rule. Returns
    /// whether the valve switched.
    pub(crate) fn follow(&mut self, n: usize, on_time_us: u32) -> bool {
        let on_time_us = on_time_us.min(self.period_us);
        let switches = on_time_us != self.steady_us[n];
        if switches {
            let at_us = if self.is_open(n) {
                on_time_us
            } else {
                self.period_us - on_time_us
            };
            self.switch(n, at_us);
        }
        switches
    }

    /// The tick is over.
    pub(crate) fn advance(&mut self) {
        self.now_us += i64::from(self.period_us);
    }

    fn since_edge_us(&self, n: usize) -> u32 {
        u32::try_from(self.now_us - self.edge_at_us[n]).unwrap_or(u32::MAX)
    }

    fn first_close_us(&self) -> i64 {
        (0..self.count())
            .filter(|n| self.is_open(*n))
            .map(|n| self.edge_at_us[n] + i64::from(self.max_on_us))
            .min()
            .unwrap_or(NEVER_US)
    }
}
