//! The mean wrench over windows, by planned pulses.
//!
//! The impulse asked of a window of [`WINDOW_S`] is
//!
//! ```text
//! force     sum of force * tick since the window before was planned,   + carried
//! torque    torque * window,                                           + carried
//! carried'  = asked - given
//! ```
//!
//! so the error of the mean wrench does not add up over windows: it stays below what one window
//! can miss, divided by the time. What is asked in force is given a window later and in full; a
//! torque is feedback, which the caller works out for the window to come ([`PulseScheduler::ahead`]).
//! The pulses of a window are searched for during the one before.

use qiki_alloc::{AXES, AllocError, PulseAllocator, PulseBounds, Search};
use qiki_craft::NOZZLES;

use crate::{Draw, Plan, State, Valves, schedule};

/// Length of a window, s.
pub const WINDOW_S: f64 = 0.25;
/// The pulses are searched for over this part of the window before, at its end.
const SEARCH_PART: f64 = 0.4;
/// What an error of one N·s and one N·m·s is worth in N·s of thrust. It is carried and not lost,
/// so it need not be bought at any price.
const PRICE: [f64; AXES] = [6.0, 6.0, 6.0, 60.0, 60.0, 60.0];
/// Programs for one window.
const NODES_MAX: u32 = 400;
/// What may be carried is at most this many shortest pulses: a wrench that is out of reach must
/// not be made good long afterwards.
const CARRY_PULSES: f64 = 2.0;

/// What is asked of the nozzles in a tick.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Demand {
    /// N and N·m, body.
    pub wrench: [f64; AXES],
    /// What the nozzles are allowed; `open_us` and `ready` are the scheduler's own.
    pub mean_max_n: [f64; NOZZLES],
    /// Bit n: nozzle n cannot be closed.
    pub stuck: u16,
    /// Power of the nozzles.
    pub draw: Draw,
}

/// Plans window after window.
#[derive(Debug, Clone)]
pub struct PulseScheduler {
    valves: Valves,
    allocator: PulseAllocator,
    period_us: u32,
    window_us: u32,
    nodes_a_tick: u32,
    plan: Plan,
    at_us: u32,
    open_us: [u32; NOZZLES],
    /// Force asked since the last window was planned, N·s.
    owed_ns: [f64; 3],
    asked: [f64; AXES],
    carried: [f64; AXES],
    carry_max: [f64; AXES],
    bounds: PulseBounds,
    searching: bool,
    next: Option<[f64; NOZZLES]>,
}

impl PulseScheduler {
    /// A scheduler with nothing planned.
    ///
    /// # Errors
    /// [`AllocError`] where a number of the effectiveness is not usable.
    pub fn new(
        effectiveness: [[f64; NOZZLES]; AXES],
        valves: Valves,
        period_us: u32,
    ) -> Result<Self, AllocError> {
        let allocator = PulseAllocator::new(effectiveness, PRICE, NODES_MAX)?;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let ticks = (WINDOW_S * 1e6 / f64::from(period_us)).round() as u32;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let search_ticks = (SEARCH_PART * f64::from(ticks)) as u32;
        let shortest = |n: usize| valves.impulse_ns(n, valves.min_on_us);
        let longest = |i: usize| {
            (0..NOZZLES)
                .map(|n| effectiveness[i][n].abs() * shortest(n))
                .fold(0.0, f64::max)
        };
        Ok(Self {
            allocator,
            period_us,
            window_us: ticks * period_us,
            nodes_a_tick: NODES_MAX.div_ceil(search_ticks.max(1)),
            plan: Plan {
                span_us: 0,
                ..Plan::EMPTY
            },
            at_us: 0,
            open_us: [0; NOZZLES],
            owed_ns: [0.0; 3],
            asked: [0.0; AXES],
            carried: [0.0; AXES],
            carry_max: std::array::from_fn(|i| CARRY_PULSES * longest(i)),
            bounds: PulseBounds::NONE,
            searching: false,
            next: None,
            valves,
        })
    }

    /// Forgets the plan and what is carried.
    pub fn reset(&mut self) {
        self.plan = Plan::EMPTY;
        self.at_us = 0;
        self.open_us = [0; NOZZLES];
        self.owed_ns = [0.0; 3];
        self.carried = [0.0; AXES];
        self.searching = false;
        self.next = None;
    }

    /// Begins anew, with a window in this very tick: its search is not spread over ticks.
    pub fn restart(&mut self, demand: &Demand) {
        self.reset();
        self.begin(demand);
        self.next = match self.allocator.search(NODES_MAX) {
            Search::Found(pulses) => Some(pulses.impulse_ns),
            Search::Going | Search::Nothing => None,
        };
        self.searching = false;
    }

    /// What the present window still gives (N·s, N·m·s), and the time until the middle of the next
    /// one, s: a torque for the next window is worked out from the motion at that moment.
    #[must_use]
    pub fn ahead(&self) -> ([f64; AXES], f64) {
        let left: [f64; NOZZLES] = std::array::from_fn(|n| {
            let on_us = if self.bounds.stuck >> n & 1 == 1 {
                self.plan.span_us.saturating_sub(self.at_us)
            } else {
                let from = self.at_us.max(self.plan.start_us[n]);
                self.plan.end_us(n).saturating_sub(from)
            };
            f64::from(on_us) * 1e-6 * self.valves.thrust_max_n[n]
        });
        let rest_us = self.plan.span_us.saturating_sub(self.at_us) + self.window_us / 2;
        (self.allocator.given(&left), f64::from(rest_us) * 1e-6)
    }

    /// Force that was asked for and is still to come, N·s, body: not planned yet, or planned and
    /// not fired.
    #[must_use]
    pub fn pending_ns(&self) -> [f64; 3] {
        let planned = self.searching || self.next.is_some();
        let kept = if planned { &self.asked } else { &self.carried };
        let (ahead, _) = self.ahead();
        std::array::from_fn(|i| self.owed_ns[i] + kept[i] + ahead[i])
    }

    /// The plan of the present window.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// On-times of this tick, µs.
    pub fn step(&mut self, demand: &Demand) -> [u32; NOZZLES] {
        let period_s = f64::from(self.period_us) * 1e-6;
        for i in 0..3 {
            self.owed_ns[i] += demand.wrench[i] * period_s;
        }
        if self.at_us >= self.plan.span_us && !self.searching && self.next.is_none() {
            self.begin(demand);
        }
        if self.searching {
            self.search();
        }
        if self.at_us >= self.plan.span_us
            && let Some(impulse) = self.next.take()
        {
            self.turn(&impulse, demand);
        }
        let on_time_us = self.plan.on_time_us(self.at_us, self.period_us);
        self.at_us += self.period_us;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let lead_us = (SEARCH_PART * f64::from(self.window_us)) as u32;
        if !self.searching && self.next.is_none() && self.at_us + lead_us >= self.plan.span_us {
            self.begin(demand);
        }
        on_time_us
    }

    /// Begins the search for the window after this one.
    fn begin(&mut self, demand: &Demand) {
        let window_s = f64::from(self.window_us) * 1e-6;
        self.asked = std::array::from_fn(|i| {
            let new = if i < 3 {
                self.owed_ns[i]
            } else {
                demand.wrench[i] * window_s
            };
            new + self.carried[i]
        });
        self.owed_ns = [0.0; 3];
        let goes_on = self.plan.open_at_end();
        let state = State {
            mean_max_n: demand.mean_max_n,
            stuck: demand.stuck,
            open_us: std::array::from_fn(|n| {
                let open = goes_on >> n & 1 == 1;
                if open {
                    self.open_us[n] + self.plan.on_us[n]
                } else {
                    0
                }
            }),
            ready: (0..NOZZLES).fold(0, |mask, n| mask | u16::from(self.is_ready(n)) << n),
        };
        self.bounds = self.valves.bounds(self.window_us, &state, true);
        self.allocator.begin(&self.asked, &self.bounds);
        self.searching = true;
    }

    /// Whether nozzle n may be open from the first moment of the next window on: it goes on, or it
    /// has been closed for long enough. Before the first window nobody knows.
    fn is_ready(&self, n: usize) -> bool {
        let Plan { on_us, span_us, .. } = self.plan;
        let pause_us = span_us.saturating_sub(self.plan.end_us(n));
        match (span_us, on_us[n]) {
            (0, _) => false,
            (_, 0) => true,
            _ => pause_us == 0 || pause_us >= self.valves.min_off_us,
        }
    }

    fn search(&mut self) {
        match self.allocator.search(self.nodes_a_tick) {
            Search::Going => return,
            Search::Found(pulses) => self.next = Some(pulses.impulse_ns),
            Search::Nothing => self.next = Some([0.0; NOZZLES]),
        }
        self.searching = false;
    }

    /// The next window begins.
    fn turn(&mut self, impulse_ns: &[f64; NOZZLES], demand: &Demand) {
        let open = self.plan.open_at_end();
        let on_us = self.valves.on_us(impulse_ns, &self.bounds, self.window_us);
        // Before the first window anything may have been open a moment ago.
        let first = self.plan.span_us == 0;
        let margin_us = self.valves.min_off_us / if first { 1 } else { 2 };
        let plan = schedule(&on_us, self.window_us, margin_us, open, &demand.draw);
        for n in 0..NOZZLES {
            let goes_on = open >> n & 1 == 1 && plan.on_us[n] > 0;
            self.open_us[n] = if goes_on {
                self.open_us[n] + self.plan.on_us[n]
            } else {
                0
            };
        }
        self.plan = plan;
        self.at_us = 0;
        let given = self
            .allocator
            .given(&self.laid_out_ns(impulse_ns, demand.stuck));
        for i in 0..AXES {
            let carried = self.asked[i] - given[i];
            self.carried[i] = carried.clamp(-self.carry_max[i], self.carry_max[i]);
        }
    }

    /// The impulses that found room in the plan.
    fn laid_out_ns(&self, impulse_ns: &[f64; NOZZLES], stuck: u16) -> [f64; NOZZLES] {
        std::array::from_fn(|n| {
            let given = self.plan.on_us[n] > 0 || stuck >> n & 1 == 1;
            if given { impulse_ns[n] } else { 0.0 }
        })
    }
}
