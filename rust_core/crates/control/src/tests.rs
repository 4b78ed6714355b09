//! What the unit tests of several files share: a controller on a desk, without a simulated craft.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::LazyLock;

use qiki_command::{Action, Command, Mode, Reason, ReplyStatus};
use qiki_craft::{CLUSTERS, Craft, Feedback, Fresh, NodeState};

use ReplyStatus::EffectConfirmed;

use crate::{GuardedController, Inputs, Outputs};

/// 200, 333, 500 and 1000 Hz.
pub(crate) const PERIODS_US: [u32; 4] = [5000, 3003, 2000, 1000];

/// As it flies, but that what its nozzles do is no evidence: on a desk it does not move by them.
pub(crate) fn flying() -> Craft {
    let mut craft = Craft::from_json(include_str!("../../craft/fixtures/dodeca-01.json")).unwrap();
    craft.control.motion_evidence = false;
    craft
}

/// Believes any feedback: one made by hand repeats itself, and need not be consistent.
pub(crate) fn credulous(mut craft: Craft) -> Craft {
    craft.control.motion_evidence = false;
    let sensors = &mut craft.sensors;
    for sensor in [&mut sensors.rates, &mut sensors.attitude] {
        (sensor.noise_std, sensor.bias_std) = (0.0, 1e6);
    }
    for sensor in [&mut sensors.position, &mut sensors.velocity] {
        (sensor.noise_std, sensor.bias_std) = (0.0, 1e6);
    }
    craft
}

/// The craft on a desk.
pub(crate) fn craft() -> Craft {
    credulous(flying())
}

// Kept, because it takes long to make a controller and no time to copy it.
static ARMED: LazyLock<Desk> = LazyLock::new(|| Desk::armed_of(&craft(), 2000));
static HOLDING: LazyLock<Desk> = LazyLock::new(|| {
    let mut desk = Desk::armed();
    assert!(desk.effect(Action::Hold, 1000).is_some());
    desk
});

/// A craft that is where the feedback says, whatever its nozzles do; the valves obey.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    pub(crate) controller: GuardedController,
    pub(crate) feedback: Feedback,
    pub(crate) outputs: Outputs,
    pub(crate) period_us: u32,
    pub(crate) tick: u64,
    /// Of the last command.
    pub(crate) id: u64,
    /// Ticks that go by before the next one, as the loop measures them.
    pub(crate) passed: i64,
    /// Nodes that follow arming.
    pub(crate) obeys: [bool; CLUSTERS],
    /// Measured open times are what was commanded.
    pub(crate) reports: bool,
}

impl Desk {
    pub(crate) fn of(craft: &Craft, period_us: u32) -> Self {
        let mut desk = Self {
            controller: GuardedController::new(craft, period_us).unwrap(),
            feedback: Feedback {
                fresh: Fresh(u32::MAX),
                attitude_xyzw: [0.0, 0.0, 0.0, 1.0],
                cluster_temp_c: [20.0; 4],
                propellant_kg: 12.0,
                battery_soc: 0.8,
                supercap_soc: 0.9,
                ..Feedback::default()
            },
            outputs: Outputs::default(),
            period_us,
            tick: 0,
            id: 0,
            passed: 1,
            obeys: [true; CLUSTERS],
            reports: true,
        };
        desk.step(None);
        desk
    }

    pub(crate) fn armed_of(craft: &Craft, period_us: u32) -> Self {
        let mut desk = Self::of(craft, period_us);
        desk.step(Some(Action::Arm));
        desk.step(None);
        assert_eq!(desk.said(), [(EffectConfirmed, Reason::None)]);
        desk
    }

    pub(crate) fn armed() -> Self {
        ARMED.clone()
    }

    /// Armed, holding the pose it has, and that is confirmed.
    pub(crate) fn holding() -> Self {
        HOLDING.clone()
    }

    pub(crate) fn step(&mut self, action: Option<Action>) {
        self.id += u64::from(action.is_some());
        let command = action.map(|action| Command {
            id: self.id,
            action: Some(action),
        });
        let inputs = Inputs {
            tick: self.tick,
            period_ns: i64::from(self.period_us) * 1000 * self.passed,
            feedback: &self.feedback,
            command: command.as_ref(),
        };
        self.controller.step(&inputs, &mut self.outputs);
        self.tick += 1;
        if self.reports {
            self.feedback.open_time_us = self.outputs.command.on_time_us;
        }
        for (node, obeys) in self.feedback.node_state.iter_mut().zip(self.obeys) {
            if obeys {
                *node = if self.outputs.command.armed {
                    NodeState::Armed
                } else {
                    NodeState::Silent
                };
            }
        }
    }

    pub(crate) fn run(&mut self, ticks: u64) {
        for _ in 0..ticks {
            self.step(None);
        }
    }

    /// What was said in the last tick.
    pub(crate) fn said(&self) -> Vec<(ReplyStatus, Reason)> {
        self.outputs.replies[..self.outputs.reply_count]
            .iter()
            .map(|reply| (reply.status, reply.reason))
            .collect()
    }

    /// Gives a command; how it ends and in which tick, the command's own being the first.
    pub(crate) fn effect(
        &mut self,
        action: Action,
        limit: u64,
    ) -> Option<(u64, ReplyStatus, Reason)> {
        self.step(Some(action));
        self.ends(limit)
    }

    pub(crate) fn ends(&mut self, limit: u64) -> Option<(u64, ReplyStatus, Reason)> {
        for tick in 1..=limit {
            let replies = &self.outputs.replies[..self.outputs.reply_count];
            let end = replies
                .iter()
                .find(|reply| reply.id == self.id && reply.status != ReplyStatus::Accepted);
            if let Some(end) = end {
                return Some((tick, end.status, end.reason));
            }
            self.step(None);
        }
        None
    }

    pub(crate) fn state(&self) -> (Mode, Reason) {
        (self.outputs.mode, self.outputs.inhibit_reason)
    }
}
