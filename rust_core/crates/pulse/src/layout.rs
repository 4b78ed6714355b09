//! Where pulses lie in a span: all about its middle where power allows, else in turns.

use qiki_craft::NOZZLES;

use crate::Plan;

/// Pulses that take turns are this far apart, µs: two that are nearer than the longest tick can be
/// open in the same one, and then count as open together.
pub const APART_US: u32 = 5000;

/// The electrical power of open nozzles.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Draw {
    /// Of each, W.
    pub power_w: [f64; NOZZLES],
    /// Of all together, W.
    pub power_max_w: f64,
}

/// Lays pulses of `on_us` into `span_us`, with `margin_us` left free at both ends but for pulses
/// of the whole span. Nozzles of `open` are open already and go on from the beginning. A pulse
/// that power leaves no room for is left out: its on-time in the plan is 0.
///
/// Pulses about one middle give their torques together, so that the torque in between stays near
/// the mean; so do those that take turns as far as there is room.
#[must_use]
pub fn schedule(
    on_us: &[u32; NOZZLES],
    span_us: u32,
    margin_us: u32,
    open: u16,
    draw: &Draw,
) -> Plan {
    let mut plan = Plan {
        span_us,
        ..Plan::EMPTY
    };
    for n in by_length(on_us) {
        let on = on_us[n];
        if on == 0 {
            continue;
        }
        let goes_on = open >> n & 1 == 1 || on >= span_us;
        let wanted = if goes_on { 0 } else { (span_us - on) / 2 };
        let start = if goes_on {
            plan.fits(n, 0, on, draw).then_some(0)
        } else {
            plan.place(n, wanted, on, margin_us, draw)
        };
        if let Some(start) = start {
            plan.start_us[n] = start;
            plan.on_us[n] = on;
        }
    }
    plan
}

/// Nozzles, the longest pulse first: short ones find room between.
fn by_length(on_us: &[u32; NOZZLES]) -> [usize; NOZZLES] {
    let mut order: [usize; NOZZLES] = std::array::from_fn(|n| n);
    order.sort_unstable_by_key(|n| (std::cmp::Reverse(on_us[*n]), *n));
    order
}

impl Plan {
    /// Where a pulse of `on` fits, the nearest to `wanted`: there, or as near to another as may be.
    fn place(&self, n: usize, wanted: u32, on: u32, margin_us: u32, draw: &Draw) -> Option<u32> {
        let last = self.span_us.checked_sub(margin_us + on)?;
        if last < margin_us {
            return None;
        }
        let beside = (0..NOZZLES).filter(|k| self.on_us[*k] > 0).flat_map(|k| {
            [
                self.end_us(k) + APART_US,
                self.start_us[k].saturating_sub(on + APART_US),
            ]
        });
        std::iter::once(wanted)
            .chain([margin_us, last])
            .chain(beside)
            .filter(|start| (margin_us..=last).contains(start))
            .filter(|start| self.fits(n, *start, on, draw))
            .min_by_key(|start| start.abs_diff(wanted))
    }

    /// Whether power allows nozzle n to be open for `on` from `start`. The draw changes only at
    /// edges, so it is looked at where this pulse and those inside of it begin. Pulses within a
    /// tick of each other count as overlapping, as the guard counts them.
    fn fits(&self, n: usize, start: u32, on: u32, draw: &Draw) -> bool {
        let end = start + on;
        let drawn_at = |at: u32| -> f64 {
            (0..NOZZLES)
                .filter(|k| *k != n && self.on_us[*k] > 0)
                .filter(|k| self.start_us[*k] < at + APART_US && at < self.end_us(*k) + APART_US)
                .map(|k| draw.power_w[k])
                .sum()
        };
        let within = |at: u32| drawn_at(at) + draw.power_w[n] <= draw.power_max_w;
        within(start)
            && within(end)
            && (0..NOZZLES)
                .filter(|k| self.on_us[*k] > 0 && (start..end).contains(&self.start_us[*k]))
                .all(|k| within(self.start_us[k]))
    }
}
