//! Replies to commands.

use crate::reason::Reason;

/// How far a command has come; the numbers are those of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum ReplyStatus {
    /// No reply.
    #[default]
    None = 0,
    /// Accepted; the effect is pending.
    Accepted = 1,
    /// Refused; nothing is done.
    Rejected = 2,
    /// The effect is seen in the feedback.
    EffectConfirmed = 3,
    /// The effect did not come in time.
    EffectTimeout = 4,
    /// Ended before its effect.
    Aborted = 5,
    /// Under way, but inhibited for now.
    Inhibited = 6,
}

/// Reply to one command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reply {
    /// The command's number.
    pub id: u64,
    /// How far it has come.
    pub status: ReplyStatus,
    /// Why, where it is not plain success.
    pub reason: Reason,
}

/// Replies one tick can have: a verdict, a superseded command, an effect for each of two kinds, and
/// one more for each of those.
pub const REPLIES_MAX: usize = 6;
