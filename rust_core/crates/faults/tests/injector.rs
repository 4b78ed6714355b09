//! What an injector takes away, and what it leaves.

use qiki_craft::{Feedback, Fresh, NodeState, ValveCommand};
use qiki_faults::{DROPOUTS, Dropout, Injector, LinkFault};

/// Everything is fresh, and no value is the default one.
fn full() -> Feedback {
    let mut feedback = Feedback {
        rates_rps_body: [1.0, 2.0, 3.0],
        acceleration_mps2_body: [4.0, 5.0, 6.0],
        attitude_xyzw: [0.5, 0.5, 0.5, 0.5],
        position_m_world: [7.0, 8.0, 9.0],
        velocity_mps_world: [10.0, 11.0, 12.0],
        open_time_us: [2000; 16],
        valve_fault: 0xFFFF,
        node_state: [NodeState::Armed; 4],
        battery_soc: 0.9,
        supercap_soc: 0.8,
        bus_v: 28.0,
        load_w: 100.0,
        propellant_kg: 12.0,
        cluster_temp_c: [20.0; 4],
        ..Feedback::default()
    };
    for part in Fresh::PARTS {
        feedback.fresh.set(part);
    }
    feedback.nodes.set_temps_c([21.0, 22.0].into_iter());
    feedback.power_detail.bus_a = 3.0;
    feedback
}

fn heard(injector: &mut Injector) -> Feedback {
    let mut feedback = Feedback::default();
    injector.filter_feedback(&full(), &mut feedback);
    feedback
}

#[test]
fn without_a_fault_everything_passes() {
    let mut injector = Injector::new(1);
    assert!(injector.is_idle());
    assert_eq!(heard(&mut injector), full());
    assert_eq!(injector.suppressed(), 0);
    let command = ValveCommand {
        armed: true,
        on_time_us: [2000; 16],
    };
    assert_eq!(injector.filter_command(&command), command);
}

#[test]
fn a_sensor_that_dropped_out_is_missing_and_its_values_stay() {
    for sensor in DROPOUTS {
        let mut injector = Injector::new(1);
        injector.set(LinkFault::NavDropout(sensor), true);
        let feedback = heard(&mut injector);
        assert_eq!(feedback.fresh, full().fresh.without(sensor.parts()));
        assert_eq!(
            injector.suppressed(),
            u64::from(sensor.parts().0.count_ones())
        );
        injector.set(LinkFault::NavDropout(sensor), false);
        assert!(injector.is_idle());
        assert_eq!(heard(&mut injector), full());
    }
    let mut injector = Injector::new(1);
    injector.set(LinkFault::NavDropout(Dropout::Rates), true);
    let feedback = heard(&mut injector);
    let rest = Feedback {
        rates_rps_body: [0.0; 3],
        fresh: feedback.fresh,
        ..full()
    };
    assert_eq!(feedback, rest);
}

#[test]
fn a_silent_node_is_not_heard_and_its_valves_stay_closed() {
    let mut injector = Injector::new(1);
    injector.set(LinkFault::NodeSilent(1), true);
    let feedback = heard(&mut injector);
    assert_eq!(feedback.fresh, full().fresh.without(Fresh::valves(1)));
    assert_eq!(feedback.valve_fault, 0xFF0F);
    assert_eq!(feedback.node_state[1], NodeState::Offline);
    let command = ValveCommand {
        armed: true,
        on_time_us: [500; 16],
    };
    let passed = injector.filter_command(&command);
    assert!(passed.armed);
    for (nozzle, on_time_us) in passed.on_time_us.into_iter().enumerate() {
        assert_eq!(on_time_us, if nozzle / 4 == 1 { 0 } else { 500 });
    }
}

#[test]
fn each_part_is_lost_as_often_as_is_asked_for() {
    let mut injector = Injector::new(3);
    injector.set(LinkFault::LostFrames(30), true);
    let mut lost = [0_u32; Fresh::PARTS.len()];
    for _ in 0..10_000 {
        let fresh = heard(&mut injector).fresh;
        for (count, part) in lost.iter_mut().zip(Fresh::PARTS) {
            *count += u32::from(!fresh.has(part));
        }
    }
    // 3000 of 10000, sigma 46; 13 counts within 5 sigma.
    for count in lost {
        assert!((2770..=3230).contains(&count), "{count}");
    }
    injector.set(LinkFault::LostFrames(30), false);
    assert!(injector.is_idle());
}

#[test]
fn the_same_seed_loses_the_same_reports() {
    let losses = |seed| {
        let mut injector = Injector::new(seed);
        injector.set(LinkFault::LostFrames(30), true);
        (0..200)
            .map(|_| heard(&mut injector).fresh.0)
            .collect::<Vec<_>>()
    };
    assert_eq!(losses(3), losses(3));
    assert_ne!(losses(3), losses(4));
}

/// What an injector with these faults takes away of many reports, and leaves of a command.
fn effect(injector: &Injector) -> (Vec<u32>, ValveCommand) {
    let mut injector = injector.clone();
    let kept = (0..100).map(|_| heard(&mut injector).fresh.0).collect();
    let command = ValveCommand {
        armed: true,
        on_time_us: [500; 16],
    };
    (kept, injector.filter_command(&command))
}

fn with(faults: &[LinkFault]) -> Injector {
    let mut injector = Injector::new(3);
    for fault in faults {
        injector.set(*fault, true);
    }
    injector
}

#[test]
fn each_fault_lasts_to_its_own_end_whatever_begins_and_ends_meanwhile() {
    let mut faults = vec![
        LinkFault::NodeSilent(0),
        LinkFault::NodeSilent(3),
        LinkFault::LostFrames(30),
        LinkFault::LostFrames(100),
    ];
    faults.extend(DROPOUTS.map(LinkFault::NavDropout));
    for first in &faults {
        for second in &faults {
            for (ends, stays) in [(first, second), (second, first)] {
                let mut injector = with(&[*first, *second]);
                injector.set(*ends, false);
                let case = format!("{first:?}, {second:?}, without {ends:?}");
                assert_eq!(effect(&injector), effect(&with(&[*stays])), "{case}");
                assert!(!injector.is_idle(), "{case}");
                injector.set(*stays, false);
                assert!(injector.is_idle(), "{case}");
            }
        }
    }
}

#[test]
fn of_what_one_loss_leaves_another_one_loses_its_part() {
    let mut injector = with(&[LinkFault::LostFrames(50), LinkFault::LostFrames(20)]);
    let mut lost = 0_u32;
    for _ in 0..10_000 {
        lost += u32::from(!heard(&mut injector).fresh.has(Fresh::POWER));
    }
    // 6000 of 10000, sigma 49.
    assert!((5755..=6245).contains(&lost), "{lost}");
}

#[test]
fn the_end_of_a_fault_that_is_not_on_changes_nothing() {
    let mut injector = Injector::new(1);
    injector.set(LinkFault::NodeSilent(2), false);
    injector.set(LinkFault::NodeSilent(2), true);
    assert!(!heard(&mut injector).fresh.has(Fresh::valves(2)));
}
