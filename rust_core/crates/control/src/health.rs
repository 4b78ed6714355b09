//! Nozzles that do not do what they are told, and nodes that are not heard.

use qiki_craft::{CLUSTERS, Feedback, Fresh, NOZZLES, NOZZLES_PER_CLUSTER, NodeState};

/// Commanded minus measured open time that makes a fault, µs. The valve's delays and one or
/// two ticks on the bus shift feedback by a few milliseconds; the shortest pulse is 30 ms.
const MISMATCH_US: f64 = 20_000.0;
/// A valve may open and close with delays this far apart, and then every pulse is longer or
/// shorter than commanded, and they add up, µs.
const DELAY_SPREAD_US: f64 = 4_000.0;
/// Rounding of measured times is forgotten with this time constant, s.
const FORGET_S: f64 = 2.0;

/// What is wrong with a nozzle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Fault {
    #[default]
    None,
    /// Does not open.
    Closed,
    /// Does not close.
    Open,
}

/// Compares what was commanded with what was measured.
#[derive(Debug, Clone)]
pub(crate) struct Health {
    /// Commanded minus measured open time, µs, slowly forgotten.
    mismatch_us: [f64; NOZZLES],
    /// What the pulses commanded so far may be off by, µs, forgotten as slowly.
    allowance_us: [f64; NOZZLES],
    last_command_us: [u32; NOZZLES],
    fault: [Fault; NOZZLES],
    node_age: [u32; CLUSTERS],
    keep: f64,
    stale_ticks: u32,
}

impl Health {
    pub(crate) fn new(dt_s: f64, stale_ticks: u32) -> Self {
        Self {
            mismatch_us: [0.0; NOZZLES],
            allowance_us: [0.0; NOZZLES],
            last_command_us: [0; NOZZLES],
            fault: [Fault::None; NOZZLES],
            node_age: [u32::MAX; CLUSTERS],
            keep: 1.0 - dt_s / FORGET_S,
            stale_ticks,
        }
    }

    /// Takes in the feedback of this tick.
    pub(crate) fn observe(&mut self, feedback: &Feedback) {
        for c in 0..CLUSTERS {
            let heard = feedback.fresh.has(Fresh::valves(c));
            self.node_age[c] = if heard {
                0
            } else {
                self.node_age[c].saturating_add(1)
            };
            for n in c * NOZZLES_PER_CLUSTER..(c + 1) * NOZZLES_PER_CLUSTER {
                if heard {
                    self.compare(n, feedback);
                }
            }
        }
    }

    fn compare(&mut self, n: usize, feedback: &Feedback) {
        // A node that is not armed obeys nothing: its valves are closed, and rightly so.
        let obeys = feedback.node_state[n / NOZZLES_PER_CLUSTER] == NodeState::Armed;
        let commanded_us = if obeys { self.last_command_us[n] } else { 0 };
        let difference = f64::from(commanded_us) - f64::from(feedback.open_time_us[n]);
        self.mismatch_us[n] = self.mismatch_us[n] * self.keep + difference;
        let allowed_us = MISMATCH_US + self.allowance_us[n];
        self.allowance_us[n] *= self.keep;
        if feedback.valve_fault >> n & 1 == 1 || self.mismatch_us[n] > allowed_us {
            self.fault[n] = Fault::Closed;
        }
        if self.mismatch_us[n] < -allowed_us {
            self.fault[n] = Fault::Open;
        }
    }

    /// Takes note of what is commanded in this tick.
    pub(crate) fn note(&mut self, on_time_us: &[u32; NOZZLES]) {
        for n in 0..NOZZLES {
            if self.last_command_us[n] > 0 && on_time_us[n] == 0 {
                self.allowance_us[n] += DELAY_SPREAD_US;
            }
        }
        self.last_command_us = *on_time_us;
    }

    /// Forgets every fault; arming is a fresh start.
    pub(crate) fn reset(&mut self) {
        self.mismatch_us = [0.0; NOZZLES];
        self.allowance_us = [0.0; NOZZLES];
        self.fault = [Fault::None; NOZZLES];
    }

    pub(crate) fn fault(&self, n: usize) -> Fault {
        self.fault[n]
    }

    /// Whether a cluster's node has been heard of late.
    pub(crate) fn node_alive(&self, cluster: usize) -> bool {
        self.node_age[cluster] <= self.stale_ticks
    }

    pub(crate) fn nodes_lost(&self) -> usize {
        (0..CLUSTERS).filter(|c| !self.node_alive(*c)).count()
    }

    /// Bit n: nozzle n must not be used.
    pub(crate) fn isolated(&self) -> u16 {
        (0..NOZZLES).fold(0, |mask, n| {
            let out = self.fault[n] != Fault::None || !self.node_alive(n / NOZZLES_PER_CLUSTER);
            mask | u16::from(out) << n
        })
    }
}

#[cfg(test)]
mod tests;
