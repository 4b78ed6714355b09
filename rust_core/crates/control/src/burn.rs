//! Open-loop burns: which force now, and how long a nozzle has been burning.

use nalgebra::Vector3;
use qiki_craft::{CLUSTERS, Craft, NOZZLES, NOZZLES_PER_CLUSTER};

use crate::command::{SEGMENTS_MAX, Segment};

/// A burn that is being flown.
#[derive(Debug, Clone)]
pub(crate) struct Burn {
    segments: [Segment; SEGMENTS_MAX],
    count: usize,
    current: usize,
    elapsed_s: f64,
}

impl Burn {
    pub(crate) fn new(segments: [Segment; SEGMENTS_MAX], count: usize) -> Self {
        Self {
            segments,
            count,
            current: 0,
            elapsed_s: 0.0,
        }
    }

    /// Direction and level of this tick, then time moves on. None when the burn is over.
    pub(crate) fn step(&mut self, dt_s: f64) -> Option<(Vector3<f64>, f64)> {
        // Half a tick of slack: durations are sums of ticks, with rounding.
        while self.current < self.count
            && self.elapsed_s > self.segments[self.current].duration_s - 0.5 * dt_s
        {
            self.elapsed_s -= self.segments[self.current].duration_s;
            self.current += 1;
        }
        let segment = self.segments[..self.count].get(self.current)?;
        let level = segment.level_at(self.elapsed_s + 0.5 * dt_s);
        self.elapsed_s += dt_s;
        Some((segment.direction, level))
    }

    /// All segments together, s.
    pub(crate) fn duration_s(&self) -> f64 {
        self.segments[..self.count]
            .iter()
            .map(|s| s.duration_s)
            .sum()
    }
}

/// After its longest opening a nozzle rests at least this long, s; a warm cluster rests longer.
const COOLDOWN_S: f64 = 1.0;

/// Who must rest: nozzles after their longest opening, clusters that are too hot.
#[derive(Debug, Clone)]
pub(crate) struct Cooldown {
    max_on_us: u32,
    open_us: [u32; NOZZLES],
    rest_us: [u32; NOZZLES],
    trip_c: [f64; CLUSTERS],
    clear_c: [f64; CLUSTERS],
    tripped: [bool; CLUSTERS],
}

impl Cooldown {
    /// Trip and clear temperatures come from the nodes `rcs_c01`..`rcs_c04`.
    pub(crate) fn new(craft: &Craft, max_on_us: u32) -> Self {
        let node = |c: usize| {
            let name = format!("rcs_c{:02}", c + 1);
            craft.thermal.nodes.iter().find(move |n| n.name == name)
        };
        Self {
            max_on_us,
            open_us: [0; NOZZLES],
            rest_us: [0; NOZZLES],
            trip_c: std::array::from_fn(|c| node(c).map_or(f64::INFINITY, |n| n.trip_c)),
            clear_c: std::array::from_fn(|c| {
                node(c).map_or(f64::INFINITY, |n| n.trip_c - n.hysteresis_k)
            }),
            tripped: [false; CLUSTERS],
        }
    }

    /// Bit n: nozzle n may not open in this tick.
    pub(crate) fn resting(&mut self, cluster_temp_c: &[f64; CLUSTERS]) -> u16 {
        for c in 0..CLUSTERS {
            let limit = if self.tripped[c] {
                self.clear_c[c]
            } else {
                self.trip_c[c]
            };
            self.tripped[c] = cluster_temp_c[c] >= limit;
        }
        (0..NOZZLES).fold(0, |mask, n| {
            let rests = self.rest_us[n] > 0 || self.tripped[n / NOZZLES_PER_CLUSTER];
            mask | u16::from(rests) << n
        })
    }

    /// Takes note of what was commanded in this tick.
    pub(crate) fn note(&mut self, on_time_us: &[u32; NOZZLES], period_us: u32) {
        for n in 0..NOZZLES {
            self.rest_us[n] = self.rest_us[n].saturating_sub(period_us);
            let open = self.open_us[n] + on_time_us[n];
            if on_time_us[n] == period_us || self.open_us[n] == 0 {
                self.open_us[n] = open;
            } else {
                if open >= self.max_on_us {
                    // Limits are checked at construction; a second in microseconds fits.
                    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                    let rest = (COOLDOWN_S * 1e6) as u32;
                    self.rest_us[n] = rest;
                }
                self.open_us[n] = 0;
            }
        }
    }
}

#[cfg(test)]
mod tests;
