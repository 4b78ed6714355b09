//! Every state of a nozzle against every event.

use qiki_craft::{CLUSTERS, Feedback, Fresh, NOZZLES, NodeState};

use super::{HELD, health, heard};
use crate::evidence::{Findings, Verdict};
use crate::fault::NozzleFaults;
use crate::health::nozzle_state::NozzleState;
use crate::health::{DOUBTED_TRIALS, NozzleHealth};
use NozzleState::{Healthy, OnTrial, Resting, StuckClosed, StuckOpen};

const CLUSTER: usize = 1;
const VICTIM: usize = 6;
const BIT: u16 = 1 << VICTIM;
/// A nozzle of the same node, that has troubles of its own.
const NEIGHBOUR: usize = 7;
const BESIDE: u16 = 1 << NEIGHBOUR;

/// One of each kind.
const STATES: [NozzleState; 6] = [
    Healthy,
    OnTrial(40_000),
    StuckClosed(Some(30)),
    StuckClosed(None),
    StuckOpen,
    Resting(30),
];
/// A second at 500 Hz, and the time to the first trial.
const REST: NozzleState = Resting(500);
const CLOSED: NozzleState = StuckClosed(Some(2500));

fn feedback() -> Feedback {
    Feedback {
        fresh: heard(),
        node_state: [NodeState::Armed; CLUSTERS],
        ..Feedback::default()
    }
}

/// Heard and armed, with the victim in `state`.
fn with(state: NozzleState) -> NozzleHealth {
    let mut health = health(2000);
    health.observe(&feedback(), &HELD);
    health.states.set(VICTIM, state);
    health
}

/// The states that the six become by an event, in the order of `STATES`.
fn becomes(event: impl Fn(&mut NozzleHealth)) -> [NozzleState; 6] {
    STATES.map(|state| {
        let mut health = with(state);
        event(&mut health);
        health.states.of(VICTIM)
    })
}

fn all_open() -> [u32; NOZZLES] {
    let mut open_time_us = [0; NOZZLES];
    open_time_us[VICTIM] = 2000;
    open_time_us
}

#[test]
fn motion_that_shows_a_nozzle_closed() {
    let after = becomes(|health| health.apply(VICTIM, Verdict::StuckClosed));
    let kept = [STATES[2], STATES[3]];
    assert_eq!(after, [CLOSED, CLOSED, kept[0], kept[1], CLOSED, CLOSED]);
}

#[test]
fn motion_that_shows_a_nozzle_open() {
    let after = becomes(|health| health.apply(VICTIM, Verdict::StuckOpen));
    assert_eq!(after, [StuckOpen; 6]);
}

#[test]
fn motion_that_shows_a_nozzle_obeying() {
    let after = becomes(|health| health.apply(VICTIM, Verdict::Obeys));
    assert_eq!(after, [STATES[0], STATES[1], REST, REST, REST, STATES[5]]);
}

#[test]
fn motion_is_the_evidence_for_a_fault_and_not_for_obeying() {
    for (verdict, by_motion) in [
        (Verdict::StuckClosed, BIT),
        (Verdict::StuckOpen, BIT),
        (Verdict::Obeys, 0),
    ] {
        for state in STATES {
            let mut health = with(state);
            health.apply(VICTIM, verdict);
            assert_eq!(
                health.faults().by_motion,
                by_motion,
                "{verdict:?} {state:?}"
            );
        }
    }
}

#[test]
fn a_node_that_reports_a_fault() {
    let report = Feedback {
        valve_fault: BIT,
        ..feedback()
    };
    let after = becomes(|health| health.update_from_valves(&report));
    // What is open, or was a moment ago, is not taken for closed: a node may report that as well.
    let [_, _, counting, given_up, open, resting] = STATES;
    assert_eq!(after, [CLOSED, CLOSED, counting, given_up, open, resting]);
    for state in STATES {
        let mut health = with(state);
        health.update_from_valves(&report);
        let faults = health.faults();
        assert_eq!(faults.by_node, BIT, "{state:?}");
        assert_eq!((faults.by_feedback, faults.by_motion), (0, 0), "{state:?}");
    }
}

#[test]
fn a_report_of_a_node_that_is_not_heard_is_no_news() {
    let report = Feedback {
        fresh: Fresh(heard().0 & !Fresh::valves(CLUSTER).0),
        valve_fault: BIT,
        ..feedback()
    };
    assert_eq!(becomes(|health| health.update_from_valves(&report)), STATES);
    let mut health = with(Healthy);
    health.update_from_valves(&report);
    assert_eq!(health.faults(), NozzleFaults::default());
}

/// The feedback of a valve that is commanded closed and says that it is open, ten ticks of it are
/// 20 ms and not too much, the eleventh is.
#[test]
fn feedback_that_says_open() {
    let report = Feedback {
        open_time_us: all_open(),
        ..feedback()
    };
    for (ticks, expected) in [(10, STATES), (11, [StuckOpen; 6])] {
        let after = becomes(|health| {
            for _ in 0..ticks {
                health.update_from_valves(&report);
            }
        });
        assert_eq!(after, expected, "{ticks} ticks");
    }
}

#[test]
fn feedback_that_says_closed_of_a_nozzle_that_is_commanded_open() {
    let after = becomes(|health| {
        health.record_command(&all_open());
        for _ in 0..11 {
            health.update_from_valves(&feedback());
        }
    });
    let [_, _, counting, given_up, ..] = STATES;
    // What was open has closed, which is what it is watched for.
    assert_eq!(after, [CLOSED, CLOSED, counting, given_up, REST, CLOSED]);
}

#[test]
fn feedback_is_the_evidence_where_it_is_off_and_not_where_a_valve_has_closed() {
    for (state, by_feedback) in STATES.into_iter().zip([BIT, BIT, BIT, BIT, 0, BIT]) {
        let mut health = with(state);
        health.record_command(&all_open());
        for _ in 0..11 {
            health.update_from_valves(&feedback());
        }
        let faults = health.faults();
        assert_eq!(faults.by_feedback, by_feedback, "{state:?}");
        assert_eq!((faults.by_node, faults.by_motion), (0, 0), "{state:?}");
    }
}

#[test]
fn feedback_that_agrees_with_what_is_known_is_no_new_evidence() {
    let report = Feedback {
        open_time_us: all_open(),
        ..feedback()
    };
    for (state, by_feedback) in STATES.into_iter().zip([BIT, BIT, BIT, BIT, 0, BIT]) {
        let mut health = with(state);
        for _ in 0..30 {
            health.update_from_valves(&report);
        }
        assert_eq!(health.states.of(VICTIM), StuckOpen);
        assert_eq!(health.faults().by_feedback, by_feedback, "{state:?}");
    }
}

#[test]
fn a_valve_that_was_stuck_open_rests_once_it_has_been_closed_for_20_ms() {
    let closed_after = |reports: &[u32]| {
        let mut health = with(StuckOpen);
        for open_us in reports {
            let mut report = feedback();
            report.open_time_us[VICTIM] = *open_us;
            health.update_from_valves(&report);
        }
        health.states.of(VICTIM)
    };
    assert_eq!(closed_after(&[0; 9]), StuckOpen);
    assert_eq!(closed_after(&[0; 11]), REST);
    let mut interrupted = [0; 17];
    interrupted[8] = 1;
    assert_eq!(closed_after(&interrupted), StuckOpen, "it begins anew");
}

#[test]
fn feedback_that_lies_says_nothing() {
    for report_us in [0, 2000] {
        let mut report = feedback();
        report.open_time_us[VICTIM] = report_us;
        let after = becomes(|health| {
            health.known.feedback_lies = BIT;
            let commanded = if report_us == 0 {
                all_open()
            } else {
                [0; NOZZLES]
            };
            health.record_command(&commanded);
            for _ in 0..50 {
                health.update_from_valves(&report);
            }
        });
        let mut unchanged = STATES;
        if report_us == 0 {
            // Its command counts as proof.
            unchanged[1] = OnTrial(42_000);
        }
        assert_eq!(after, unchanged, "{report_us}");
    }
}

#[test]
fn a_command_to_open_is_proof_for_a_nozzle_on_trial_as_far_as_its_node_obeys() {
    let [healthy, _, counting, given_up, open, resting] = STATES;
    let others = |on_trial| [healthy, on_trial, counting, given_up, open, resting];
    let after = becomes(|health| health.record_command(&all_open()));
    assert_eq!(after, others(OnTrial(42_000)));
    let after = becomes(|health| {
        let mut deaf = feedback();
        deaf.node_state[CLUSTER] = NodeState::Silent;
        health.nodes.observe(&deaf, false);
        health.record_command(&all_open());
    });
    assert_eq!(after, others(OnTrial(40_000)), "not armed");
    let after = becomes(|health| {
        let mut deaf = feedback();
        deaf.node_state = [NodeState::Silent; CLUSTERS];
        deaf.node_state[CLUSTER] = NodeState::Armed;
        health.nodes.observe(&deaf, false);
        health.record_command(&all_open());
    });
    assert_eq!(after, others(OnTrial(42_000)), "its own node is armed");
}

#[test]
fn which_nodes_obey_is_what_each_said_last() {
    let mut health = with(Healthy);
    assert_eq!(health.nodes.follows, u16::MAX);
    for state in [NodeState::Silent, NodeState::Failsafe, NodeState::Offline] {
        let mut report = feedback();
        report.node_state[CLUSTER] = state;
        health.nodes.observe(&report, false);
        assert_eq!(health.nodes.follows, 0xFF0F, "{state:?}");
        let unheard = Feedback {
            fresh: Fresh(heard().0 & !Fresh::valves(CLUSTER).0),
            ..feedback()
        };
        health.nodes.observe(&unheard, false);
        assert_eq!(health.nodes.follows, 0xFF0F, "not heard since");
        health.nodes.observe(&feedback(), false);
        assert_eq!(health.nodes.follows, u16::MAX);
    }
}

/// What time makes of nozzles that are about to come back.
const READY: [NozzleState; 3] = [OnTrial(100_000), StuckClosed(Some(0)), Resting(0)];

fn ready_becomes(node_lost: bool, reported: u16, trials_allowed: bool) -> [NozzleState; 3] {
    READY.map(|state| {
        let mut health = with(state);
        health.nodes.lost = if node_lost { 0x00F0 } else { 0xFF0F };
        health.advance_recovery(reported, trials_allowed);
        health.states.of(VICTIM)
    })
}

#[test]
fn time_brings_nozzles_back() {
    assert_eq!(
        ready_becomes(false, !BIT, true),
        [Healthy, OnTrial(0), Healthy]
    );
    assert_eq!(
        ready_becomes(false, !BIT, false),
        [Healthy, READY[1], Healthy]
    );
}

#[test]
fn no_nozzle_comes_back_while_its_node_is_lost() {
    for trials_allowed in [false, true] {
        assert_eq!(ready_becomes(true, 0, trials_allowed), READY);
    }
}

/// A node reports less often than the loop ticks: what it said last stands.
#[test]
fn no_nozzle_comes_back_while_its_node_reports_a_fault() {
    for trials_allowed in [false, true] {
        assert_eq!(ready_becomes(false, BIT, trials_allowed), READY);
    }
}

#[test]
fn a_nozzle_whose_node_is_lost_goes_on_trial_when_the_node_is_back_and_no_sooner() {
    let mut health = with(StuckClosed(Some(100)));
    let unheard = Feedback {
        fresh: Fresh(heard().0 & !Fresh::valves(CLUSTER).0),
        ..feedback()
    };
    // Lost after 50 ticks: until then the wait goes on.
    for _ in 0..400 {
        health.observe(&unheard, &HELD);
    }
    assert_eq!(health.states.of(VICTIM), StuckClosed(Some(50)));
    assert_eq!(health.trials[VICTIM], 0);
    for _ in 0..51 {
        health.observe(&feedback(), &HELD);
    }
    assert_eq!(health.states.of(VICTIM), OnTrial(0));
    assert_eq!(health.trials[VICTIM], 1);
}

/// Everything is held against the victim and its neighbour.
fn suspected(state: NozzleState) -> NozzleHealth {
    let mut health = with(state);
    let both = BIT | BESIDE;
    health.known = NozzleFaults {
        by_feedback: both,
        by_motion: both,
        by_node: both,
        feedback_lies: both,
        ..NozzleFaults::default()
    };
    health.trials = [3; NOZZLES];
    health
}

fn evidence(health: &NozzleHealth) -> [u16; 4] {
    let known = health.faults();
    [
        known.by_feedback,
        known.by_motion,
        known.by_node,
        known.feedback_lies,
    ]
}

#[test]
fn evidence_is_cleared_as_a_nozzle_becomes_healthy_and_a_lie_is_not() {
    for state in [OnTrial(100_000), Resting(0)] {
        let mut health = suspected(state);
        health.advance_recovery(0, true);
        assert_eq!(health.states.of(VICTIM), Healthy);
        let both = BIT | BESIDE;
        assert_eq!(evidence(&health), [BESIDE, BESIDE, BESIDE, both]);
        assert_eq!((health.trials[VICTIM], health.trials[NEIGHBOUR]), (0, 3));
    }
}

#[test]
fn evidence_stays_while_a_nozzle_is_anything_but_healthy() {
    let both = BIT | BESIDE;
    let ready = [StuckClosed(Some(0)), StuckClosed(Some(1))];
    for state in STATES.into_iter().chain(ready) {
        let mut health = suspected(state);
        health.advance_recovery(0, true);
        assert_eq!(evidence(&health), [both; 4], "{state:?}");
        let on_trial = u32::from(state == StuckClosed(Some(0)));
        assert_eq!(health.trials[VICTIM], 3 + on_trial, "{state:?}");
        assert_eq!(health.trials[NEIGHBOUR], 3);
    }
    let mut health = suspected(StuckOpen);
    health.begin_rest(VICTIM);
    assert_eq!(evidence(&health), [both; 4]);
}

#[test]
fn a_nozzle_that_fails_its_trial_waits_for_twice_as_long() {
    for (trials, wait) in [(1, Some(5000)), (4, Some(40_000)), (5, None)] {
        let mut health = with(OnTrial(2000));
        health.trials[VICTIM] = trials;
        health.apply(VICTIM, Verdict::StuckClosed);
        assert_eq!(health.states.of(VICTIM), StuckClosed(wait));
    }
}

#[test]
fn what_is_known_of_each_state() {
    let known = |state| {
        let faults = with(state).faults();
        (faults.closed, faults.open, faults.returning)
    };
    let expected = [
        (0, 0, 0),
        (0, 0, BIT),
        (BIT, 0, 0),
        (BIT, 0, 0),
        (0, BIT, 0),
        (0, 0, BIT),
    ];
    assert_eq!(STATES.map(known), expected);
    let used = STATES.map(|state| with(state).isolated() == 0);
    assert_eq!(used, [true, true, false, false, false, false]);
    assert_eq!(with(StuckOpen).stuck_open(), BIT);
}

#[test]
fn a_reset_forgets_all_that_is_held_against_nozzles() {
    for state in STATES {
        let mut health = suspected(state);
        health.reset();
        assert_eq!(health.faults(), NozzleFaults::default());
        assert_eq!(health.trials, [0; NOZZLES]);
        assert_eq!(health.states.of(VICTIM), Healthy);
    }
}

#[test]
fn a_nozzle_is_isolated_by_its_state_or_by_its_node_or_by_both() {
    for (state, out) in STATES.into_iter().zip([0, 0, BIT, BIT, BIT, BIT]) {
        let mut health = with(state);
        for lost in [0, 0x00F0, 0xF000, 0xF0F0] {
            health.nodes.lost = lost;
            assert_eq!(health.isolated(), out | lost, "{state:?}, lost {lost:#x}");
        }
    }
}

/// The nozzles of a set are found stuck closed by the motion.
fn found_closed(nozzles: u16) -> Findings {
    let closed = |n: usize| (nozzles >> n & 1 == 1).then_some(Verdict::StuckClosed);
    Findings(std::array::from_fn(closed))
}

#[test]
fn a_nozzle_whose_valve_says_that_it_opens_is_tried_again_soon_three_times() {
    let soon = StuckClosed(Some(750));
    let mut health = with(Healthy);
    for trials in 0..=DOUBTED_TRIALS {
        health.trials[VICTIM] = trials;
        health.states.set(VICTIM, Healthy);
        // From the second time on its report is not believed, and still says that it opens.
        health.take_findings(&found_closed(BIT), if trials == 0 { BIT } else { 0 });
        assert_eq!(health.faults().feedback_lies, BIT);
        let wait = if trials < DOUBTED_TRIALS {
            soon
        } else {
            StuckClosed(Some(2500 << DOUBTED_TRIALS))
        };
        assert_eq!(health.states.of(VICTIM), wait, "after {trials} trials");
    }
}

#[test]
fn a_nozzle_whose_valve_says_nothing_waits_for_its_trial() {
    let mut health = with(Healthy);
    health.take_findings(&found_closed(BIT), BESIDE);
    assert_eq!(health.states.of(VICTIM), CLOSED);
    assert_eq!(health.faults().feedback_lies, 0);
}

#[test]
fn three_nozzles_that_the_motion_contradicts_are_given_back_and_the_model_is_indicted() {
    let mut health = with(Healthy);
    // Two more are known by their own reports, and one of them by the motion too.
    health.known.by_feedback = 1 << 12 | 1 << 13;
    health.known.by_node = 1 << 14;
    health.known.by_motion = 1 << 13 | 1 << 14;
    for n in [12, 13, 14] {
        health.states.set(n, StuckClosed(None));
    }
    health.take_findings(&found_closed(BIT | BESIDE), BIT | BESIDE);
    assert!(!health.model_mismatch());
    assert_eq!(health.faults().closed, BIT | BESIDE | 0x7000);
    health.take_findings(&found_closed(1), 1);
    assert!(health.model_mismatch());
    let expected = NozzleFaults {
        closed: 0x7000,
        by_feedback: 0x3000,
        by_node: 0x4000,
        by_motion: 0x6000,
        ..NozzleFaults::default()
    };
    assert_eq!(health.faults(), expected);
    assert_eq!(health.isolated(), 0x7000);
    health.reset();
    assert!(!health.model_mismatch());
}
