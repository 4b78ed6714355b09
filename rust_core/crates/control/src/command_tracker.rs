//! Commands from acceptance to effect: an accepted command is not yet done.

use qiki_command::{REPLIES_MAX, Reason, Reply, ReplyStatus};

#[derive(Debug, Clone, Copy)]
struct Pending {
    /// None for a motion that no command asked for.
    id: Option<u64>,
    remaining_ticks: u64,
    /// Ticks in a row in which the effect was observed.
    observed_ticks: u32,
}

/// Kinds of effects; one of each can be pending at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EffectKind {
    /// All nodes armed, or all silent.
    Arming = 0,
    /// A motion, a burn or a firing has ended as commanded.
    Motion = 1,
}

/// Follows commands from acceptance to effect.
#[derive(Debug, Clone)]
pub(crate) struct CommandTracker {
    pending: [Option<Pending>; 2],
    replies: [Reply; REPLIES_MAX],
    count: usize,
}

impl CommandTracker {
    pub(crate) fn new() -> Self {
        Self {
            pending: [None; 2],
            replies: [Reply::default(); REPLIES_MAX],
            count: 0,
        }
    }

    /// Begins a tick.
    pub(crate) fn clear(&mut self) {
        self.count = 0;
    }

    /// The replies of this tick.
    pub(crate) fn replies(&self) -> &[Reply] {
        &self.replies[..self.count]
    }

    pub(crate) fn reject(&mut self, id: u64, reason: Reason) {
        self.reply(id, ReplyStatus::Rejected, reason);
    }

    /// Accepts a command whose effect is pending. It supersedes the one before.
    pub(crate) fn accept(&mut self, kind: EffectKind, id: u64, within_ticks: u64) {
        self.abort(kind, Reason::Superseded);
        self.reply(id, ReplyStatus::Accepted, Reason::None);
        self.wait(kind, Some(id), within_ticks);
    }

    /// Waits for an effect that no command asked for. It supersedes the one before.
    pub(crate) fn accept_internal(&mut self, kind: EffectKind, within_ticks: u64) {
        self.abort(kind, Reason::Superseded);
        self.wait(kind, None, within_ticks);
    }

    fn wait(&mut self, kind: EffectKind, id: Option<u64>, within_ticks: u64) {
        self.pending[kind as usize] = Some(Pending {
            id,
            remaining_ticks: within_ticks,
            observed_ticks: 0,
        });
    }

    /// Accepts a command whose effect is immediate.
    pub(crate) fn done(&mut self, id: u64) {
        self.reply(id, ReplyStatus::Accepted, Reason::None);
        self.reply(id, ReplyStatus::EffectConfirmed, Reason::None);
    }

    /// Aborts the pending effect.
    pub(crate) fn abort(&mut self, kind: EffectKind, reason: Reason) {
        if let Some(pending) = self.pending[kind as usize].take() {
            self.reply_to(pending.id, ReplyStatus::Aborted, reason);
        }
    }

    /// Replies that the pending effect is inhibited, and goes on waiting.
    pub(crate) fn inhibit(&mut self, kind: EffectKind, reason: Reason) {
        if let Some(id) = self.pending[kind as usize].and_then(|pending| pending.id) {
            self.reply(id, ReplyStatus::Inhibited, reason);
        }
    }

    /// Ends the wait: the effect was not observed in time.
    pub(crate) fn time_out(&mut self, kind: EffectKind, reason: Reason) {
        if let Some(id) = self.pending[kind as usize].take().and_then(|p| p.id) {
            self.reply(id, ReplyStatus::EffectTimeout, reason);
        }
    }

    /// Whether an effect of this kind is pending.
    pub(crate) fn is_pending(&self, kind: EffectKind) -> bool {
        self.pending[kind as usize].is_some()
    }

    /// One tick of waiting. The effect is confirmed when it was `observed` for `needed_ticks` in a
    /// row. True in the tick in which it is confirmed.
    pub(crate) fn watch(&mut self, kind: EffectKind, observed: bool, needed_ticks: u32) -> bool {
        let Some(pending) = &mut self.pending[kind as usize] else {
            return false;
        };
        let in_a_row = pending.observed_ticks + 1;
        pending.observed_ticks = if observed { in_a_row } else { 0 };
        pending.remaining_ticks = pending.remaining_ticks.saturating_sub(1);
        let (id, late) = (pending.id, pending.remaining_ticks == 0);
        let confirmed = pending.observed_ticks >= needed_ticks;
        if confirmed {
            self.pending[kind as usize] = None;
            self.reply_to(id, ReplyStatus::EffectConfirmed, Reason::None);
        } else if late {
            self.pending[kind as usize] = None;
            self.reply_to(id, ReplyStatus::EffectTimeout, Reason::EffectTimeout);
        }
        confirmed
    }

    fn reply_to(&mut self, id: Option<u64>, status: ReplyStatus, reason: Reason) {
        if let Some(id) = id {
            self.reply(id, status, reason);
        }
    }

    fn reply(&mut self, id: u64, status: ReplyStatus, reason: Reason) {
        if let Some(slot) = self.replies.get_mut(self.count) {
            *slot = Reply { id, status, reason };
            self.count += 1;
        }
    }
}

#[cfg(test)]
mod tests;
