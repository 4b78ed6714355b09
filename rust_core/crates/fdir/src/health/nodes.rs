//! Which valve nodes are heard, and which of them follow.

use qiki_craft::{CLUSTERS, Feedback, Fresh, NodeState, nozzles_of};

/// Time within which nodes must follow arming or disarming, s: fifty reports of a valve node
/// (50 Hz), so that lost ones do not matter.
pub const ARMING_S: f64 = 1.0;
/// After this many ticks without a report a node may have closed its valves by itself: nodes do so
/// three periods after the last command (`docs/can.md`), and a node that does not report may have
/// lost commands as well.
const FAILSAFE_TICKS: u32 = 3;
/// Lost nodes with which the craft can still be controlled: any three clusters hold all six axes,
/// two do not.
const LOST_MAX: usize = 1;

/// How many valve nodes are in which state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NodeStatus {
    /// Not heard within `node_stale_s`, or unarmed: their nozzles are out of use.
    pub lost: usize,
    /// Heard, but for `node_stale_s` not armed as they should be.
    pub unarmed: usize,
    /// Heard, and armed by their last report.
    pub armed: usize,
    /// Heard, and silent by their last report.
    pub silent: usize,
}

impl NodeStatus {
    /// Whether so many are lost that the craft cannot be controlled.
    #[must_use]
    pub fn too_few(&self) -> bool {
        self.lost > LOST_MAX
    }

    /// Whether the craft cannot be controlled, and nodes that are heard refuse to be armed.
    #[must_use]
    pub fn refuse(&self) -> bool {
        self.too_few() && self.unarmed > 0
    }

    /// Whether enough of them open valves on command.
    #[must_use]
    pub fn fire(&self) -> bool {
        self.armed + LOST_MAX >= CLUSTERS
    }
}

/// Watches the reports of the nodes.
#[derive(Debug, Clone)]
pub(super) struct NodeWatch {
    /// Since the last report, ticks.
    age: [u32; CLUSTERS],
    /// Ticks for which each node may still be unarmed.
    patience: [u32; CLUSTERS],
    /// By the last report.
    state: [NodeState; CLUSTERS],
    /// Bit n: the node of nozzle n reported last that it is armed, so it follows commands.
    pub(super) follows: u16,
    /// Bit n: the node of nozzle n may have closed its valves by itself.
    pub(super) failsafe: u16,
    /// Bit n: the node of nozzle n is lost.
    pub(super) lost: u16,
    stale_ticks: u32,
    arming_ticks: u32,
}

impl NodeWatch {
    /// No node heard yet.
    pub(super) fn new(stale_ticks: u32, arming_ticks: u32) -> Self {
        Self {
            age: [u32::MAX; CLUSTERS],
            patience: [arming_ticks; CLUSTERS],
            state: [NodeState::Offline; CLUSTERS],
            follows: 0,
            failsafe: u16::MAX,
            lost: u16::MAX,
            stale_ticks,
            arming_ticks,
        }
    }

    /// The nodes are armed from this tick on.
    pub(super) fn begin_arming(&mut self) {
        self.patience = [self.arming_ticks; CLUSTERS];
    }

    /// One tick, in which the nodes should be `armed` or need not.
    pub(super) fn observe(&mut self, feedback: &Feedback, armed: bool) {
        (self.follows, self.failsafe, self.lost) = (0, 0, 0);
        for c in 0..CLUSTERS {
            let heard = feedback.fresh.has(Fresh::valves(c));
            if heard {
                (self.age[c], self.state[c]) = (0, feedback.node_state[c]);
            } else {
                self.age[c] = self.age[c].saturating_add(1);
            }
            // A node that is not armed follows no command: its closed valves are no fault.
            let follows = self.state[c] == NodeState::Armed;
            self.patience[c] = if heard && follows || !armed {
                self.stale_ticks.saturating_add(1)
            } else {
                self.patience[c].saturating_sub(1)
            };
            let nozzles = |condition: bool| if condition { nozzles_of(c) } else { 0 };
            self.follows |= nozzles(follows);
            self.failsafe |= nozzles(self.age[c] > FAILSAFE_TICKS);
            self.lost |= nozzles(self.is_lost(c));
        }
    }

    /// How many nodes are in which state.
    pub(super) fn status(&self) -> NodeStatus {
        let count = |is: &dyn Fn(usize) -> bool| (0..CLUSTERS).filter(|c| is(*c)).count();
        let says = |c: usize, state| self.is_heard(c) && self.state[c] == state;
        NodeStatus {
            lost: count(&|c| self.is_lost(c)),
            unarmed: count(&|c| self.is_heard(c) && self.is_lost(c)),
            armed: count(&|c| says(c, NodeState::Armed)),
            silent: count(&|c| says(c, NodeState::Silent)),
        }
    }

    fn is_heard(&self, cluster: usize) -> bool {
        self.age[cluster] <= self.stale_ticks
    }

    fn is_lost(&self, cluster: usize) -> bool {
        !self.is_heard(cluster) || self.patience[cluster] == 0
    }
}
