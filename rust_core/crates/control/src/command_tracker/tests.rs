//! From acceptance to effect.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::{CommandTracker, EffectKind, REPLIES_MAX, Reply, ReplyStatus};
use qiki_command::Reason;

fn reply(id: u64, status: ReplyStatus, reason: Reason) -> Reply {
    Reply { id, status, reason }
}

fn accepted(within_ticks: u64) -> CommandTracker {
    let mut t = CommandTracker::new();
    t.accept(EffectKind::Motion, 7, within_ticks);
    assert_eq!(t.replies(), [reply(7, ReplyStatus::Accepted, Reason::None)]);
    t.clear();
    t
}

#[test]
fn an_effect_counts_when_it_is_seen_for_long_enough_without_a_gap() {
    let mut t = accepted(100);
    for seen in [true, true, false, true, true] {
        assert!(!t.watch(EffectKind::Motion, seen, 3));
        assert!(t.replies().is_empty() && t.is_pending(EffectKind::Motion));
    }
    assert!(t.watch(EffectKind::Motion, true, 3));
    assert_eq!(
        t.replies(),
        [reply(7, ReplyStatus::EffectConfirmed, Reason::None)]
    );
    assert!(!t.is_pending(EffectKind::Motion));
    assert!(!t.watch(EffectKind::Motion, true, 3), "once only");
}

#[test]
fn an_effect_that_does_not_come_times_out() {
    let mut t = accepted(3);
    for _ in 0..2 {
        t.watch(EffectKind::Motion, false, 1);
        assert!(t.replies().is_empty());
    }
    assert!(!t.watch(EffectKind::Motion, false, 1));
    assert_eq!(
        t.replies(),
        [reply(7, ReplyStatus::EffectTimeout, Reason::EffectTimeout)]
    );
    assert!(!t.is_pending(EffectKind::Motion));
}

#[test]
fn an_effect_in_the_last_moment_counts() {
    let mut t = accepted(1);
    assert!(t.watch(EffectKind::Motion, true, 1));
    assert_eq!(t.replies()[0].status, ReplyStatus::EffectConfirmed);
}

#[test]
fn a_later_command_aborts_the_earlier_and_their_kinds_are_apart() {
    let mut t = accepted(10);
    t.accept(EffectKind::Arming, 8, 10);
    t.accept(EffectKind::Motion, 9, 10);
    assert_eq!(
        t.replies(),
        [
            reply(8, ReplyStatus::Accepted, Reason::None),
            reply(7, ReplyStatus::Aborted, Reason::Superseded),
            reply(9, ReplyStatus::Accepted, Reason::None),
        ]
    );
    assert!(t.is_pending(EffectKind::Arming) && t.is_pending(EffectKind::Motion));
}

#[test]
fn more_replies_than_fit_are_left_off_and_do_no_harm() {
    let mut t = CommandTracker::new();
    for id in 0..20 {
        t.reject(id, Reason::NotArmed);
    }
    assert_eq!(t.replies().len(), REPLIES_MAX);
    t.clear();
    t.done(3);
    assert_eq!(t.replies().len(), 2);
}
