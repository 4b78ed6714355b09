//! What became of the commands: accepted is not yet done.

use qiki_command::{REPLIES_MAX, Reason, Reply, ReplyStatus};

#[derive(Debug, Clone, Copy)]
struct Pending {
    /// None where nobody asked for it.
    id: Option<u64>,
    ticks_left: u64,
    /// Ticks in a row in which the effect was seen.
    seen: u32,
}

/// The two things that can be waited for at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EffectKind {
    /// Armed or silent.
    Arming = 0,
    /// A motion.
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
        self.say(id, ReplyStatus::Rejected, reason);
    }

    /// Accepts a command whose effect is waited for; it takes the place of the one before.
    pub(crate) fn accept(&mut self, slot: EffectKind, id: u64, within_ticks: u64) {
        self.abort(slot, Reason::Superseded);
        self.say(id, ReplyStatus::Accepted, Reason::None);
        self.wait(slot, Some(id), within_ticks);
    }

    /// RecoveryTimes for an effect that nobody asked for; it takes the place of what is waited for.
    pub(crate) fn follow(&mut self, slot: EffectKind, within_ticks: u64) {
        self.abort(slot, Reason::Superseded);
        self.wait(slot, None, within_ticks);
    }

    fn wait(&mut self, slot: EffectKind, id: Option<u64>, within_ticks: u64) {
        self.pending[slot as usize] = Some(Pending {
            id,
            ticks_left: within_ticks,
            seen: 0,
        });
    }

    /// Accepts a command whose effect is immediate.
    pub(crate) fn done(&mut self, id: u64) {
        self.say(id, ReplyStatus::Accepted, Reason::None);
        self.say(id, ReplyStatus::EffectConfirmed, Reason::None);
    }

    /// Gives up what a slot waits for.
    pub(crate) fn abort(&mut self, slot: EffectKind, reason: Reason) {
        if let Some(pending) = self.pending[slot as usize].take() {
            self.say_of(pending.id, ReplyStatus::Aborted, reason);
        }
    }

    /// Says that what a slot waits for is inhibited, and goes on waiting.
    pub(crate) fn inhibit(&mut self, slot: EffectKind, reason: Reason) {
        if let Some(id) = self.pending[slot as usize].and_then(|pending| pending.id) {
            self.say(id, ReplyStatus::Inhibited, reason);
        }
    }

    /// Gives up waiting: the effect was not seen in its time.
    pub(crate) fn late(&mut self, slot: EffectKind, reason: Reason) {
        if let Some(id) = self.pending[slot as usize].take().and_then(|p| p.id) {
            self.say(id, ReplyStatus::EffectTimeout, reason);
        }
    }

    /// Whether a slot waits for something.
    pub(crate) fn waits(&self, slot: EffectKind) -> bool {
        self.pending[slot as usize].is_some()
    }

    /// One tick of waiting: the effect counts when seen for `needed` ticks in a row. True in
    /// the tick in which it is confirmed.
    pub(crate) fn watch(&mut self, slot: EffectKind, seen: bool, needed: u32) -> bool {
        let Some(pending) = &mut self.pending[slot as usize] else {
            return false;
        };
        pending.seen = if seen { pending.seen + 1 } else { 0 };
        pending.ticks_left = pending.ticks_left.saturating_sub(1);
        let (id, confirmed, late) = (pending.id, pending.seen >= needed, pending.ticks_left == 0);
        if confirmed {
            self.pending[slot as usize] = None;
            self.say_of(id, ReplyStatus::EffectConfirmed, Reason::None);
        } else if late {
            self.pending[slot as usize] = None;
            self.say_of(id, ReplyStatus::EffectTimeout, Reason::EffectTimeout);
        }
        confirmed
    }

    fn say_of(&mut self, id: Option<u64>, status: ReplyStatus, reason: Reason) {
        if let Some(id) = id {
            self.say(id, status, reason);
        }
    }

    fn say(&mut self, id: u64, status: ReplyStatus, reason: Reason) {
        if let Some(slot) = self.replies.get_mut(self.count) {
            *slot = Reply { id, status, reason };
            self.count += 1;
        }
    }
}

#[cfg(test)]
mod tests;
