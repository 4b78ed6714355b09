//! Where the motion test takes it from how a nozzle thrusts, for every combination of what its
//! node, its feedback and its state are.

use qiki_craft::{CLUSTERS, Feedback, Fresh, NodeState, nozzles_of};

use super::{HELD, health, heard};
use crate::evidence::Sources;
use crate::health::NozzleHealth;
use crate::health::nozzle_state::NozzleState;
use NozzleState::{Healthy, OnTrial, Resting, StuckClosed, StuckOpen};

/// A nozzle of the second node, neither its first nor its last.
const CLUSTER: usize = 1;
const VICTIM: usize = 6;
const BIT: u16 = 1 << VICTIM;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Reported,
    /// What it was commanded.
    Command,
    Uncertain,
    StuckOpen,
    StuckClosed,
}

fn armed(fresh: Fresh) -> Feedback {
    Feedback {
        fresh,
        node_state: [NodeState::Armed; CLUSTERS],
        ..Feedback::default()
    }
}

fn without_the_node() -> Fresh {
    Fresh(heard().0 & !Fresh::valves(CLUSTER).0)
}

/// The monitor after the victim's node has been silent for so many ticks.
fn silent_for(ticks: u32) -> (NozzleHealth, Feedback) {
    let mut health = health(2000);
    health.observe(&armed(heard()), &HELD);
    for _ in 0..ticks {
        health.observe(&armed(without_the_node()), &HELD);
    }
    let fresh = if ticks == 0 {
        heard()
    } else {
        without_the_node()
    };
    (health, armed(fresh))
}

/// What is expected of the victim, the other nozzles being what `others` say.
fn expected(source: Source, others: Sources) -> Sources {
    let add = |set: u16, member: bool| set & !BIT | u16::from(member) << VICTIM;
    Sources {
        reported: add(others.reported, source == Source::Reported),
        uncertain: add(others.uncertain, source == Source::Uncertain),
        stuck_open: add(others.stuck_open, source == Source::StuckOpen),
        stuck_closed: add(others.stuck_closed, source == Source::StuckClosed),
    }
}

#[test]
fn the_source_for_every_node_feedback_and_state() {
    use Source::{Command, Reported, Uncertain};
    let (open, closed) = (Source::StuckOpen, Source::StuckClosed);
    let states = [
        Healthy,
        OnTrial(1),
        StuckOpen,
        StuckClosed(None),
        StuckClosed(Some(3)),
        Resting(3),
    ];
    // Ticks for which the node has been silent, whether the feedback lies, and the source in each
    // of these states.
    let table = [
        (0, false, [Reported; 6]),
        (0, true, [Command, Command, open, closed, closed, closed]),
        (1, false, [Command, Command, open, closed, closed, closed]),
        (1, true, [Command, Command, open, closed, closed, closed]),
        (3, false, [Command, Command, open, closed, closed, closed]),
        (
            4,
            false,
            [Uncertain, Uncertain, open, closed, closed, closed],
        ),
        (
            4,
            true,
            [Uncertain, Uncertain, open, closed, closed, closed],
        ),
        (
            60,
            false,
            [Uncertain, Uncertain, open, closed, closed, closed],
        ),
    ];
    for (silent, lies, sources) in table {
        for (state, source) in states.into_iter().zip(sources) {
            let (mut health, feedback) = silent_for(silent);
            let others = health.sources(&feedback);
            health.states.set(VICTIM, state);
            health.known.feedback_lies = if lies { BIT } else { 0 };
            assert_eq!(
                health.sources(&feedback),
                expected(source, others),
                "silent for {silent}, lies {lies}, {state:?}"
            );
        }
    }
}

#[test]
fn a_silent_node_makes_its_own_nozzles_uncertain_and_no_others() {
    let own = nozzles_of(CLUSTER);
    let (health, feedback) = silent_for(4);
    let sources = health.sources(&feedback);
    assert_eq!((sources.reported, sources.uncertain), (!own, own));
    let (health, feedback) = silent_for(3);
    let sources = health.sources(&feedback);
    assert_eq!((sources.reported, sources.uncertain), (!own, 0));
}

#[test]
fn a_node_that_is_heard_again_is_trusted_at_once() {
    let (mut health, _) = silent_for(60);
    health.observe(&armed(heard()), &HELD);
    let sources = health.sources(&armed(heard()));
    assert_eq!((sources.reported, sources.uncertain), (u16::MAX, 0));
}
