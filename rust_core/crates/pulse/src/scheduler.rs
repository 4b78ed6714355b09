//! The mean wrench over windows, by planned pulses.
//!
//! The impulse demanded of a window of [`WINDOW_S`] is
//!
//! ```text
//! force      sum of force * tick since the window before was planned,   + residual
//! torque     torque * window,                                           + residual
//! residual'  = demanded - allocated
//! ```
//!
//! so the error of the mean wrench does not add up over windows: it stays below the error of one
//! window, divided by the time. Force is given one window later and in full. Torque is feedback:
//! the caller computes it for the middle of the coming window ([`PulseScheduler::look_ahead`]). The
//! pulses of a window are searched for during the one before, because a search takes longer than a
//! tick.

use nalgebra::{Matrix3, UnitQuaternion, Vector3};
use qiki_alloc::{AXES, AllocError, PulseAllocator, PulseBounds, Search};
use qiki_craft::NOZZLES;
use qiki_gnc::Pose;

use crate::{Draw, Plan, State, Valves, schedule};

/// Length of a window, s. With pauses of 30 ms at both ends a pulse is 30 to 190 ms long, so that a
/// nozzle gives 12 to 76 % of its thrust, or all of it. A shorter window leaves less between; a
/// longer one delays the torque feedback more: at the attitude bandwidth of 2 rad/s a delay of
/// 0.25 s is 0.5 rad of phase, which looking ahead has to make good.
pub const WINDOW_S: f64 = 0.25;
/// Part of a window, at its end, in which the pulses of the next one are searched for, ratio: 0.1
/// s.
/// [`NODES_MAX`] programs in it are four a millisecond, as many as minimum-impulse hold solves. A
/// later start sees newer demands, an earlier one spreads the load more.
const SEARCH_PART: f64 = 0.4;
/// Price of an error: N·s of thrust per N·s of force impulse (1) and per N·m·s of torque impulse
/// (1/m). In force as minimum-impulse hold has it. In torque less than half of that: the error goes
/// into the residual and is made good in the next window, so it need not be bought at any price.
/// Higher fires more pulses for a smaller error in each window.
const PRICE: [f64; AXES] = [6.0, 6.0, 6.0, 60.0, 60.0, 60.0];
/// Programs for one window at most: what 0.1 s has time for, see [`SEARCH_PART`].
const NODES_MAX: u32 = 400;
/// Greatest impulse residual of an axis, in shortest pulses at its longest arm. One shortest pulse
/// is what rounding to pulses can miss in a window; twice that leaves room for a pulse that found
/// no power. More would make good a wrench that was out of reach long after it was demanded.
const RESIDUAL_PULSES: f64 = 2.0;

/// What is demanded of the nozzles in a tick.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Demand {
    /// N and N·m, body.
    pub wrench: [f64; AXES],
    /// Mean thrust that each nozzle may give, N; 0 for one that is out.
    pub mean_max_n: [f64; NOZZLES],
    /// Bit n: nozzle n cannot be closed.
    pub stuck: u16,
    /// What each nozzle draws, and all of them may.
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
    /// Time since the beginning of the window, µs.
    at_us: u32,
    /// How long each nozzle had been open when the window began, µs.
    open_us: [u32; NOZZLES],
    /// Force demanded since the last window was planned, summed over ticks, N·s, body.
    force_sum_ns: [f64; 3],
    /// Impulse demanded of the next window, N·s and N·m·s, body.
    demanded: [f64; AXES],
    /// Impulse demanded of earlier windows and not given, N·s and N·m·s, body.
    residual: [f64; AXES],
    residual_max: [f64; AXES],
    bounds: PulseBounds,
    searching: bool,
    /// Impulses of the nozzles in the next window, once they are found, N·s.
    next_ns: Option<[f64; NOZZLES]>,
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
            force_sum_ns: [0.0; 3],
            demanded: [0.0; AXES],
            residual: [0.0; AXES],
            residual_max: std::array::from_fn(|i| RESIDUAL_PULSES * longest(i)),
            bounds: PulseBounds::NONE,
            searching: false,
            next_ns: None,
            valves,
        })
    }

    /// Drops the plan and the impulse residual.
    pub fn reset(&mut self) {
        self.plan = Plan::EMPTY;
        self.at_us = 0;
        self.open_us = [0; NOZZLES];
        self.force_sum_ns = [0.0; 3];
        self.residual = [0.0; AXES];
        self.searching = false;
        self.next_ns = None;
    }

    /// Begins anew with a window in this very tick, so its search is not spread over ticks (0.3
    /// ms).
    pub fn restart(&mut self, demand: &Demand) {
        self.reset();
        self.begin_search(demand);
        self.next_ns = match self.allocator.search(NODES_MAX) {
            Search::Found(pulses) => Some(pulses.impulse_ns),
            Search::Going | Search::Nothing => None,
        };
        self.searching = false;
    }

    /// Impulse that the present window still gives (N·s and N·m·s, body), and the time until the
    /// middle of the next one, s. From these a caller predicts the motion for which it computes the
    /// torque of the next window.
    #[must_use]
    pub fn look_ahead(&self) -> ([f64; AXES], f64) {
        let to_come_ns: [f64; NOZZLES] = std::array::from_fn(|n| {
            let on_us = if self.bounds.stuck >> n & 1 == 1 {
                self.plan.span_us.saturating_sub(self.at_us)
            } else {
                let from = self.at_us.max(self.plan.start_us[n]);
                self.plan.end_us(n).saturating_sub(from)
            };
            f64::from(on_us) * 1e-6 * self.valves.thrust_max_n[n]
        });
        let lead_us = self.plan.span_us.saturating_sub(self.at_us) + self.window_us / 2;
        (
            self.allocator.impulse(&to_come_ns),
            f64::from(lead_us) * 1e-6,
        )
    }

    /// The pose in the middle of the next window, by the torque that the present one still gives.
    #[must_use]
    pub fn predicted_pose(&self, pose: &Pose, inverse_inertia: &Matrix3<f64>) -> Pose {
        let (impulse, lead_s) = self.look_ahead();
        let change = inverse_inertia * Vector3::new(impulse[3], impulse[4], impulse[5]);
        let rotation = (pose.rates + 0.5 * change) * lead_s;
        Pose {
            attitude: pose.attitude * UnitQuaternion::from_scaled_axis(rotation),
            rates: pose.rates + change,
            ..*pose
        }
    }

    /// Force impulse that was demanded and is still to come, N·s, body: not planned yet, or planned
    /// and not fired.
    #[must_use]
    pub fn pending_ns(&self) -> [f64; 3] {
        let is_planned = self.searching || self.next_ns.is_some();
        let kept = if is_planned {
            &self.demanded
        } else {
            &self.residual
        };
        let (to_come, _) = self.look_ahead();
        std::array::from_fn(|i| self.force_sum_ns[i] + kept[i] + to_come[i])
    }

    /// The plan of the present window.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Bit n: by the present plan nozzle n is open in the coming tick.
    #[must_use]
    pub fn opened_next(&self) -> u16 {
        self.plan.opened(self.at_us, self.period_us)
    }

    /// On-times of this tick, µs.
    pub fn step(&mut self, demand: &Demand) -> [u32; NOZZLES] {
        let period_s = f64::from(self.period_us) * 1e-6;
        for i in 0..3 {
            self.force_sum_ns[i] += demand.wrench[i] * period_s;
        }
        if self.at_us >= self.plan.span_us && !self.searching && self.next_ns.is_none() {
            self.begin_search(demand);
        }
        if self.searching {
            self.search();
        }
        if self.at_us >= self.plan.span_us
            && let Some(impulse) = self.next_ns.take()
        {
            self.begin_window(&impulse, demand);
        }
        let on_time_us = self.plan.on_time_us(self.at_us, self.period_us);
        self.at_us += self.period_us;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let lead_us = (SEARCH_PART * f64::from(self.window_us)) as u32;
        if !self.searching && self.next_ns.is_none() && self.at_us + lead_us >= self.plan.span_us {
            self.begin_search(demand);
        }
        on_time_us
    }

    /// Begins the search for the window after this one.
    fn begin_search(&mut self, demand: &Demand) {
        let window_s = f64::from(self.window_us) * 1e-6;
        self.demanded = std::array::from_fn(|i| {
            let fresh = if i < 3 {
                self.force_sum_ns[i]
            } else {
                demand.wrench[i] * window_s
            };
            fresh + self.residual[i]
        });
        self.force_sum_ns = [0.0; 3];
        let stays_open = self.plan.open_at_end();
        let state = State {
            mean_max_n: demand.mean_max_n,
            stuck: demand.stuck,
            open_us: std::array::from_fn(|n| {
                let open = stays_open >> n & 1 == 1;
                if open {
                    self.open_us[n] + self.plan.on_us[n]
                } else {
                    0
                }
            }),
            ready: (0..NOZZLES).fold(0, |mask, n| mask | u16::from(self.is_ready(n)) << n),
        };
        self.bounds = self.valves.bounds(self.window_us, &state, true);
        self.allocator.begin(&self.demanded, &self.bounds);
        self.searching = true;
    }

    /// Whether nozzle n may be open from the first moment of the next window on: it stays open, or
    /// it has been closed for a shortest pause. Before the first window that is not known.
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
            Search::Found(pulses) => self.next_ns = Some(pulses.impulse_ns),
            Search::Nothing => self.next_ns = Some([0.0; NOZZLES]),
        }
        self.searching = false;
    }

    /// Begins the next window with these impulses.
    fn begin_window(&mut self, impulse_ns: &[f64; NOZZLES], demand: &Demand) {
        let open = self.plan.open_at_end();
        let on_us = self.valves.on_us(impulse_ns, &self.bounds, self.window_us);
        // Before the first window any valve may have closed a moment ago.
        let first = self.plan.span_us == 0;
        let margin_us = self.valves.min_off_us / if first { 1 } else { 2 };
        let plan = schedule(&on_us, self.window_us, margin_us, open, &demand.draw);
        for n in 0..NOZZLES {
            let stays_open = open >> n & 1 == 1 && plan.on_us[n] > 0;
            self.open_us[n] = if stays_open {
                self.open_us[n] + self.plan.on_us[n]
            } else {
                0
            };
        }
        self.plan = plan;
        self.at_us = 0;
        let allocated = self
            .allocator
            .impulse(&self.scheduled_ns(impulse_ns, demand.stuck));
        for i in 0..AXES {
            let residual = self.demanded[i] - allocated[i];
            self.residual[i] = residual.clamp(-self.residual_max[i], self.residual_max[i]);
        }
    }

    /// The impulses that found room in the plan, N·s.
    fn scheduled_ns(&self, impulse_ns: &[f64; NOZZLES], stuck: u16) -> [f64; NOZZLES] {
        std::array::from_fn(|n| {
            let fires = self.plan.on_us[n] > 0 || stuck >> n & 1 == 1;
            if fires { impulse_ns[n] } else { 0.0 }
        })
    }
}
