//! Carries out link faults: what the controller hears and what the rig is told.

use qiki_craft::{CLUSTERS, Feedback, Fresh, NOZZLES_PER_CLUSTER, ValveCommand};
use qiki_plant::RandomStream;

use crate::fault::LinkFault;
use crate::kind::DROPOUTS;

/// Number of the random stream that draws which reports are lost; the sensors' noise has the
/// numbers below 10.
const LOSS_STREAM: u64 = 64;

/// The link faults that are on, each as often as it has begun and not yet ended.
#[derive(Debug, Clone)]
pub struct Injector {
    random: RandomStream,
    dropouts: [u32; DROPOUTS.len()],
    silent: [u32; CLUSTERS],
    /// By percent.
    losses: [u32; 101],
    loss_ratio: f64,
    suppressed: u64,
}

impl Injector {
    /// Nothing is wrong yet. The same seed loses the same reports.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            random: RandomStream::new(seed, LOSS_STREAM),
            dropouts: [0; DROPOUTS.len()],
            silent: [0; CLUSTERS],
            losses: [0; 101],
            loss_ratio: 0.0,
            suppressed: 0,
        }
    }

    /// Begins a fault, or ends it. A fault that has begun several times lasts until it has ended as
    /// often. Of reports that one fault leaves the next one loses its part: 50 and 20 percent
    /// together lose 60.
    pub fn set(&mut self, fault: LinkFault, active: bool) {
        let count = match fault {
            LinkFault::NavDropout(sensor) => &mut self.dropouts[sensor as usize],
            LinkFault::NodeSilent(cluster) => &mut self.silent[cluster],
            LinkFault::LostFrames(percent) => &mut self.losses[usize::from(percent)],
        };
        *count = if active {
            *count + 1
        } else {
            count.saturating_sub(1)
        };
        self.loss_ratio = loss_ratio(&self.losses);
    }

    /// Whether no fault is on: then what the rig reports is what the controller gets.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        let any = |counts: &[u32]| counts.iter().any(|count| *count > 0);
        self.loss_ratio <= 0.0 && !any(&self.dropouts) && !any(&self.silent)
    }

    /// Parts of feedbacks that were taken away so far.
    #[must_use]
    pub fn suppressed(&self) -> u64 {
        self.suppressed
    }

    /// Fills `feedback` with what the faults leave of `reported`. The values of what they take
    /// away stay what they were.
    pub fn filter_feedback(&mut self, reported: &Feedback, feedback: &mut Feedback) {
        let kept = reported.fresh.without(self.hidden(reported.fresh));
        self.suppressed += u64::from(reported.fresh.without(kept).0.count_ones());
        feedback.take_parts(reported, kept);
    }

    /// The command, without the valves of silent nodes.
    #[must_use]
    pub fn filter_command(&self, command: &ValveCommand) -> ValveCommand {
        let mut passed = *command;
        for (nozzle, on_time_us) in passed.on_time_us.iter_mut().enumerate() {
            if self.silent[nozzle / NOZZLES_PER_CLUSTER] > 0 {
                *on_time_us = 0;
            }
        }
        passed
    }

    /// The parts that are taken away; a draw for each fresh part while reports are lost.
    fn hidden(&mut self, fresh: Fresh) -> Fresh {
        let mut hidden = Fresh::default();
        for (count, sensor) in self.dropouts.iter().zip(DROPOUTS) {
            if *count > 0 {
                hidden.set(sensor.parts());
            }
        }
        for (cluster, count) in self.silent.iter().enumerate() {
            if *count > 0 {
                hidden.set(Fresh::valves(cluster));
            }
        }
        if self.loss_ratio > 0.0 {
            for part in Fresh::PARTS {
                if fresh.has(part) && self.random.uniform() < self.loss_ratio {
                    hidden.set(part);
                }
            }
        }
        hidden
    }
}

/// The part of all reports that is lost, from how often each percentage is on.
fn loss_ratio(losses: &[u32]) -> f64 {
    let mut lost = 0.0;
    for (percent, count) in (0_u8..).zip(losses) {
        for _ in 0..*count {
            let ratio = f64::from(percent) / 100.0;
            lost += ratio - lost * ratio;
        }
    }
    lost
}
