//! Pulses in time: all centred on the middle of a span where power allows, else one after the
//! other.

use qiki_craft::NOZZLES;

use crate::Plan;

/// Least distance of pulses that must not overlap, µs: the longest tick (5 ms, 200 Hz). Two that
/// are nearer can be open in the same tick, and the guard counts a nozzle for every tick in which
/// it is open at all.
pub const APART_US: u32 = 5000;

/// Electrical power of open nozzles, and its limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Draw {
    /// What each nozzle draws while it is open, W.
    pub power_w: [f64; NOZZLES],
    /// What all of them may draw at once, W.
    pub power_max_w: f64,
}

/// Puts pulses of `on_us` into `span_us`. `margin_us` stays free at both ends, except for pulses
/// of the whole span. Nozzles of `open` are open already and stay open from the beginning. A pulse
/// that finds no room within the power limit is left out: its on-time in the plan is 0.
///
/// Pulses with the same middle give their torques together, so that opposed torques cancel at
/// once. Pulses that cannot overlap are put as near to the middle as there is room.
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
        let stays_open = open >> n & 1 == 1 || on >= span_us;
        let preferred = if stays_open { 0 } else { (span_us - on) / 2 };
        let start = if stays_open {
            plan.fits(n, 0, on, draw).then_some(0)
        } else {
            plan.place(n, preferred, on, margin_us, draw)
        };
        if let Some(start) = start {
            plan.start_us[n] = start;
            plan.on_us[n] = on;
        }
    }
    plan
}

/// Nozzles in the order of their pulses, the longest first: short ones find room between them.
fn by_length(on_us: &[u32; NOZZLES]) -> [usize; NOZZLES] {
    let mut order: [usize; NOZZLES] = std::array::from_fn(|n| n);
    order.sort_unstable_by_key(|n| (std::cmp::Reverse(on_us[*n]), *n));
    order
}

impl Plan {
    /// The start nearest to `preferred` at which a pulse of `on` fits: there, at an end of the
    /// span, or as near to another pulse as allowed.
    fn place(&self, n: usize, preferred: u32, on: u32, margin_us: u32, draw: &Draw) -> Option<u32> {
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
        std::iter::once(preferred)
            .chain([margin_us, last])
            .chain(beside)
            .filter(|start| (margin_us..=last).contains(start))
            .filter(|start| self.fits(n, *start, on, draw))
            .min_by_key(|start| start.abs_diff(preferred))
    }

    /// Whether power allows nozzle n to be open for `on` from `start`. The draw changes only at
    /// edges, so it is checked at both ends of this pulse and where others begin inside of it.
    /// Pulses within a tick of each other count as overlapping, as the guard counts them.
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
