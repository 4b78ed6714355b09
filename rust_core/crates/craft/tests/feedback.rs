//! The small types that pass between a rig and the controller.

use qiki_craft::{CLUSTERS, Fresh, NodeState, ValveCommand};

const ALL: [Fresh; 11] = [
    Fresh::RATES,
    Fresh::ACCELERATION,
    Fresh::ATTITUDE,
    Fresh::POSITION,
    Fresh::VELOCITY,
    Fresh::POWER,
    Fresh::THERMAL,
    Fresh::valves(0),
    Fresh::valves(1),
    Fresh::valves(2),
    Fresh::valves(3),
];

#[test]
fn every_part_of_a_feedback_has_a_bit_of_its_own() {
    for (i, a) in ALL.iter().enumerate() {
        for (j, b) in ALL.iter().enumerate() {
            assert_eq!(a.has(*b), i == j);
        }
    }
}

#[test]
fn the_bits_are_those_of_the_contract() {
    let bits = ALL.map(|part| part.0);
    assert_eq!(bits, [1, 2, 4, 8, 16, 32, 64, 256, 512, 1024, 2048]);
}

#[test]
fn parts_add_up() {
    let mut fresh = Fresh::default();
    fresh.set(Fresh::RATES);
    fresh.set(Fresh::POSITION);
    assert!(fresh.has(Fresh::RATES) && fresh.has(Fresh::POSITION));
    assert!(!fresh.has(Fresh::VELOCITY));
    let both = Fresh(Fresh::RATES.0 | Fresh::VELOCITY.0);
    assert!(!fresh.has(both), "half of what is asked is not all of it");
}

#[test]
fn node_states_go_over_the_wire_and_unknown_ones_are_faults() {
    use NodeState::{Armed, Failsafe, Fault, Offline, Silent};
    for state in [Offline, Silent, Armed, Failsafe, Fault] {
        assert_eq!(NodeState::from_wire(state as u8), state);
    }
    assert_eq!(NodeState::from_wire(5), Fault);
    assert_eq!(NodeState::from_wire(255), Fault);
}

#[test]
fn a_cluster_has_four_neighbouring_nozzles() {
    let command = ValveCommand {
        armed: true,
        on_time_us: std::array::from_fn(|n| n as u32),
    };
    let all: Vec<u32> = (0..CLUSTERS)
        .flat_map(|c| command.cluster_on_time_us(c))
        .collect();
    assert_eq!(all, (0..16).collect::<Vec<u32>>());
}

#[test]
fn a_command_that_nobody_filled_in_keeps_the_valves_closed() {
    let command = ValveCommand::default();
    assert!(!command.armed);
    assert_eq!(command.on_time_us, [0; 16]);
}
