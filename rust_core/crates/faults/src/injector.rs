//! Carries out link faults: what the controller hears and what the rig is told.

use qiki_craft::{CLUSTERS, Feedback, Fresh, NOZZLES_PER_CLUSTER, ValveCommand};
use qiki_plant::RandomStream;

use crate::fault::LinkFault;
use crate::kind::DROPOUTS;

/// Number of the random stream that draws which reports are lost; the sensors' noise has the
/// numbers below 10.
const LOSS_STREAM: u64 = 64;

/// The link faults that are on.
#[derive(Debug, Clone)]
pub struct Injector {
    random: RandomStream,
    dropouts: [bool; DROPOUTS.len()],
    silent: [bool; CLUSTERS],
    loss_ratio: f64,
    suppressed: u64,
}

impl Injector {
    /// Nothing is wrong yet. The same seed loses the same reports.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            random: RandomStream::new(seed, LOSS_STREAM),
            dropouts: [false; DROPOUTS.len()],
            silent: [false; CLUSTERS],
            loss_ratio: 0.0,
            suppressed: 0,
        }
    }

    /// Begins or ends a fault. Where reports are lost already, another part of them takes the
    /// place of the first; any end of lost reports ends the loss.
    pub fn set(&mut self, fault: LinkFault, active: bool) {
        match fault {
            LinkFault::NavDropout(sensor) => self.dropouts[sensor as usize] = active,
            LinkFault::NodeSilent(cluster) => self.silent[cluster] = active,
            LinkFault::LostFrames(percent) => {
                let ratio = f64::from(percent) / 100.0;
                self.loss_ratio = if active { ratio } else { 0.0 };
            }
        }
    }

    /// Whether no fault is on: then what the rig reports is what the controller gets.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.loss_ratio <= 0.0 && !self.dropouts.contains(&true) && !self.silent.contains(&true)
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
            if self.silent[nozzle / NOZZLES_PER_CLUSTER] {
                *on_time_us = 0;
            }
        }
        passed
    }

    /// The parts that are taken away; a draw for each fresh part while reports are lost.
    fn hidden(&mut self, fresh: Fresh) -> Fresh {
        let mut hidden = Fresh::default();
        for (on, sensor) in self.dropouts.iter().zip(DROPOUTS) {
            if *on {
                hidden.set(sensor.parts());
            }
        }
        for (cluster, on) in self.silent.iter().enumerate() {
            if *on {
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
