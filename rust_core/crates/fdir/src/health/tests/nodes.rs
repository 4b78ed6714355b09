//! Nodes that are heard and do not follow.

use qiki_craft::{CLUSTERS, Feedback, Fresh, NodeState};

use super::{HELD, health, heard};
use crate::health::{MonitorContext, NodeStatus, NozzleHealth};

const ARMED: MonitorContext = MonitorContext {
    armed: true,
    ..HELD
};

/// One tick in which all nodes report, this one another state than armed.
fn report(health: &mut NozzleHealth, cluster: usize, state: NodeState, context: &MonitorContext) {
    let mut node_state = [NodeState::Armed; CLUSTERS];
    node_state[cluster] = state;
    let feedback = Feedback {
        fresh: heard(),
        node_state,
        ..Feedback::default()
    };
    health.observe(&feedback, context);
}

#[test]
fn a_node_that_ceases_to_be_armed_is_lost_as_soon_as_one_that_ceases_to_be_heard() {
    for state in [
        NodeState::Silent,
        NodeState::Failsafe,
        NodeState::Fault,
        NodeState::Offline,
    ] {
        let mut health = health(2000);
        report(&mut health, 2, NodeState::Armed, &ARMED);
        for tick in 1..=51 {
            report(&mut health, 2, state, &ARMED);
            let lost = usize::from(tick > 50);
            let nodes = health.nodes();
            assert_eq!(
                (nodes.lost, nodes.unarmed),
                (lost, lost),
                "{state:?} {tick}"
            );
            assert_eq!(health.isolated(), if tick > 50 { 0x0F00 } else { 0 });
        }
        report(&mut health, 2, NodeState::Armed, &ARMED);
        assert_eq!((health.nodes().lost, health.isolated()), (0, 0));
    }
}

#[test]
fn a_node_has_one_second_to_follow_arming() {
    let mut health = health(2000);
    report(&mut health, 1, NodeState::Silent, &HELD);
    health.reset();
    for tick in 1..=500 {
        report(&mut health, 1, NodeState::Silent, &ARMED);
        assert_eq!(health.nodes().unarmed, usize::from(tick == 500), "{tick}");
    }
    health.reset();
    assert_eq!(health.nodes().unarmed, 0, "arming anew gives it time again");
}

#[test]
fn a_node_that_need_not_be_armed_is_not_lost_for_that() {
    let mut health = health(2000);
    for _ in 0..1000 {
        report(&mut health, 3, NodeState::Fault, &HELD);
    }
    let nodes = NodeStatus {
        lost: 0,
        unarmed: 0,
        armed: 3,
        silent: 0,
    };
    assert_eq!(health.nodes(), nodes);
    assert_eq!(health.isolated(), 0);
}

#[test]
fn a_node_that_is_not_heard_is_lost_and_neither_armed_nor_silent_nor_unarmed() {
    let mut health = health(2000);
    report(&mut health, 0, NodeState::Silent, &ARMED);
    let nodes = health.nodes();
    assert_eq!((nodes.armed, nodes.silent), (3, 1));
    let deaf = Feedback {
        fresh: Fresh(heard().0 & !Fresh::valves(0).0 & !Fresh::valves(1).0),
        node_state: [NodeState::Armed; CLUSTERS],
        ..Feedback::default()
    };
    for _ in 0..600 {
        health.observe(&deaf, &ARMED);
    }
    let nodes = NodeStatus {
        lost: 2,
        unarmed: 0,
        armed: 2,
        silent: 0,
    };
    assert_eq!(health.nodes(), nodes);
}

#[test]
fn one_node_can_be_done_without_and_two_cannot() {
    let status = |lost, unarmed, armed| NodeStatus {
        lost,
        unarmed,
        armed,
        silent: 0,
    };
    for (nodes, too_few, refuse, fire) in [
        (status(0, 0, 4), false, false, true),
        (status(1, 0, 3), false, false, true),
        (status(1, 1, 3), false, false, true),
        (status(2, 0, 2), true, false, false),
        (status(2, 1, 2), true, true, false),
        (status(4, 4, 0), true, true, false),
        (status(0, 0, 0), false, false, false),
    ] {
        assert_eq!(nodes.too_few(), too_few, "{nodes:?}");
        assert_eq!(nodes.refuse(), refuse, "{nodes:?}");
        assert_eq!(nodes.fire(), fire, "{nodes:?}");
    }
}
