//! Nozzles in the operator's hand: what is refused before a valve moves, what is fired, and how
//! it ends.

use crate::common::references::Results;
use crate::common::*;
use qiki_command::{AllocationMode, Mode, Reason, ReplyStatus};
use qiki_craft::{Craft, Fresh, NOZZLES};
use qiki_messages::commands::AllocationMode::{Adaptive, Auto, ManualOverride};
use qiki_messages::commands::command::Action as Wire;
use qiki_messages::commands::{BodyAxis, FireNozzles, FlightMode};
use qiki_plant::{InitialState, ValveFault};

/// Two nozzles whose torques cancel, but for a rest far below the limit.
const PAIR: [u32; 2] = [1, 7];

fn fires(by_hand: FireNozzles) -> Wire {
    Wire::FireNozzles(by_hand)
}

fn manual() -> Wire {
    allocation(ManualOverride, true)
}

fn armed(craft: &Craft, initial: &InitialState) -> Loop {
    let mut l = Loop::from(craft, 2000, initial);
    l.run(0.1);
    l.say(arm());
    l.run(0.9);
    l
}

/// Armed, nozzles in hand for half a second.
fn in_hand() -> Loop {
    let mut l = armed(&craft(), &InitialState::default());
    take(&mut l);
    l
}

fn take(l: &mut Loop) {
    let id = l.say(manual());
    let done = [
        (ReplyStatus::Accepted, Reason::None),
        (ReplyStatus::EffectConfirmed, Reason::None),
    ];
    assert_eq!(l.said(id), done);
    l.run(0.5);
    assert_eq!(l.outputs.allocation_mode, AllocationMode::ManualOverride);
}

/// Says it; the reason of its refusal, after which no valve moves.
fn refused(l: &mut Loop, action: Wire) -> Reason {
    let pulses = l.waves.pulses;
    let id = l.say(action);
    let said = l.said(id);
    l.run(0.3);
    let [(ReplyStatus::Rejected, reason)] = said[..] else {
        panic!("not refused: {said:?}");
    };
    let by_hand = l.outputs.allocation_mode == AllocationMode::ManualOverride;
    assert!(!by_hand || l.waves.pulses == pulses, "a valve moved");
    reason
}

#[test]
fn named_nozzles_open_for_exactly_as_long_as_asked_and_no_others() {
    let mut l = in_hand();
    let before = l.waves.pulses;
    let id = l.say(fires(nozzles(&PAIR, 1.0, 0.2)));
    let mut open_us = [0u64; NOZZLES];
    for _ in 0..l.ticks(0.5) {
        for (sum, on) in open_us.iter_mut().zip(l.outputs.command.on_time_us) {
            *sum += u64::from(on);
        }
        l.step(None);
    }
    for (n, open_us) in open_us.iter().enumerate() {
        let wanted_us = if PAIR.contains(&(n as u32)) {
            200_000
        } else {
            0
        };
        assert_eq!(*open_us, wanted_us, "nozzle {n}");
    }
    assert_eq!(l.waves.pulses - before, 2);
    let done = [
        (ReplyStatus::Accepted, Reason::None),
        (ReplyStatus::EffectConfirmed, Reason::None),
    ];
    assert_eq!(l.said(id), done);
}

#[test]
fn the_effect_is_confirmed_by_the_valves_and_not_before_the_firing_is_over() {
    let mut l = in_hand();
    let id = l.say(fires(nozzles(&PAIR, 1.0, 0.2)));
    l.run(0.198);
    assert!(!l.confirmed(id));
    l.until("seen", 0.05, |l| l.confirmed(id));
    // Reports of one cluster are lost for as long as a pulse lasts.
    l.run(0.1);
    let id = l.say(fires(nozzles(&[PAIR[0]], 1.0, 0.03)));
    l.deaf = Fresh::valves(0);
    l.run(0.05);
    l.deaf = Fresh::default();
    l.run(1.0);
    let unseen = [
        (ReplyStatus::Accepted, Reason::None),
        (ReplyStatus::EffectTimeout, Reason::EffectTimeout),
    ];
    assert_eq!(l.said(id), unseen);
}

#[test]
fn half_a_level_is_a_train_of_shortest_pulses() {
    let mut l = in_hand();
    let before = l.waves.pulses;
    l.say(fires(nozzles(&PAIR, 0.5, 0.6)));
    l.run(1.0);
    assert_eq!(l.waves.pulses - before, 20, "ten of each");
    assert!(l.waves.shortest_pulse_us >= 30_000);
    assert!(l.waves.shortest_pause_us >= 30_000);
}

#[test]
fn throttleable_nozzles_give_the_same_impulse() {
    let mut craft = craft();
    for thruster in &mut craft.thrusters {
        (thruster.throttleable, thruster.min_on_s, thruster.min_off_s) = (true, 0.0, 0.0);
    }
    let mut l = armed(&craft, &InitialState::default());
    take(&mut l);
    let id = l.say(fires(nozzles(&PAIR, 0.37, 0.5)));
    let mut open_us = 0;
    for _ in 0..l.ticks(1.0) {
        open_us += l.outputs.command.on_time_us[PAIR[0] as usize];
        l.step(None);
    }
    assert!((184_900..=185_000).contains(&open_us), "{open_us}");
    assert!(l.confirmed(id));
}

#[test]
fn control_is_off_and_says_so() {
    let turning = InitialState {
        velocity_mps_world: [0.1, 0.0, 0.0],
        rates_rps_body: [0.0, 0.1, 0.0],
        ..InitialState::default()
    };
    let mut l = armed(&craft(), &turning);
    take(&mut l);
    let before = l.waves.pulses;
    l.run(5.0);
    assert_eq!(l.waves.pulses, before);
    assert!((norm(l.plant.truth().rates_rps_body) - 0.1).abs() < 1e-3);
    assert_eq!(l.outputs.mode, Mode::Coast);
    assert_eq!(l.outputs.inhibit_reason, Reason::ManualOverrideActive);
    assert_eq!(
        l.outputs.allocation_requested,
        AllocationMode::ManualOverride
    );
    assert_eq!(l.outputs.wrench_demanded, [0.0; 6]);
    assert_eq!(l.outputs.reference_position, l.outputs.position);
}

#[test]
fn every_hazardous_command_needs_its_confirmation() {
    let mut l = armed(&craft(), &InitialState::default());
    l.say(hold());
    l.run(1.0);
    let unconfirmed = allocation(ManualOverride, false);
    assert_eq!(refused(&mut l, unconfirmed), Reason::ConfirmRequired);
    assert_eq!(l.outputs.mode, Mode::Manoeuvre, "and nothing has changed");
    take(&mut l);
    let mut plain = nozzles(&PAIR, 1.0, 0.1);
    plain.confirmed = false;
    assert_eq!(refused(&mut l, fires(plain)), Reason::ConfirmRequired);
    let id = l.say(fires(nozzles(&PAIR, 1.0, 0.1)));
    l.run(0.3);
    assert!(l.confirmed(id));
    let mut again = nozzles(&PAIR, 1.0, 0.1);
    again.confirmed = false;
    assert_eq!(refused(&mut l, fires(again)), Reason::ConfirmRequired);
}

#[test]
fn manual_override_is_not_entered_silent_nor_from_modes_with_a_task() {
    let mut l = Loop::new(2000);
    l.run(0.1);
    assert_eq!(refused(&mut l, manual()), Reason::NotArmed);
    let mut l = armed(&craft(), &InitialState::default());
    for (flight, reason) in [
        (FlightMode::Dock, Reason::ManualNotFromMode),
        (FlightMode::Emcon, Reason::ManualNotFromMode),
        (FlightMode::Bridge, Reason::BridgeActiveRestrictedMotion),
        (FlightMode::Safe, Reason::SafeLocked),
    ] {
        l.say(mode(FlightMode::Idle));
        l.say(mode(flight));
        assert_eq!(refused(&mut l, manual()), reason, "{flight:?}");
    }
    l.say(mode(FlightMode::Idle));
    l.say(fire(BodyAxis::Up, 0.5, 3.0));
    assert_eq!(refused(&mut l, manual()), Reason::ManualNotFromMode);
    l.say(brake());
    assert_eq!(refused(&mut l, manual()), Reason::ManualNotFromMode);
}

#[test]
fn a_craft_that_turns_too_fast_is_not_taken_in_hand() {
    let turning = InitialState {
        rates_rps_body: [0.0, 0.0, 0.2],
        ..InitialState::default()
    };
    let mut l = armed(&craft(), &turning);
    assert_eq!(refused(&mut l, manual()), Reason::RateLimit);
}

#[test]
fn nozzles_are_fired_in_hand_only() {
    let mut l = armed(&craft(), &InitialState::default());
    let by_hand = || fires(nozzles(&PAIR, 1.0, 0.1));
    assert_eq!(refused(&mut l, by_hand()), Reason::ManualOverrideOff);
    l.say(disarm());
    assert_eq!(refused(&mut l, by_hand()), Reason::NotArmed);
}

#[test]
fn a_firing_beyond_a_limit_is_refused_with_that_limit() {
    let mut l = in_hand();
    for (by_hand, reason) in [
        (nozzles(&PAIR, 1.0, 0.029), Reason::PulseTooShort),
        (nozzles(&PAIR, 0.1, 0.2), Reason::PulseTooShort),
        (nozzles(&PAIR, 1.0, 3.01), Reason::PulseTooLong),
        (nozzles(&[1, 5], 1.0, 0.1), Reason::TorqueLimit),
    ] {
        assert_eq!(
            refused(&mut l, fires(by_hand.clone())),
            reason,
            "{by_hand:?}"
        );
    }
    let all: Vec<u32> = (0..16).collect();
    assert_eq!(
        refused(&mut l, fires(nozzles(&all, 1.0, 0.1))),
        Reason::PduPeakDenied,
        "all sixteen draw 67 kW"
    );
}

#[test]
fn one_firing_at_a_time() {
    let mut l = in_hand();
    l.say(fires(nozzles(&PAIR, 1.0, 1.0)));
    l.run(0.1);
    let id = l.say(fires(nozzles(&[3], 1.0, 0.1)));
    assert_eq!(l.said(id), [(ReplyStatus::Rejected, Reason::NozzlesBusy)]);
    // It may be stopped, and then the next one comes after the shortest pause.
    let stop = l.say(stop_thrust());
    assert!(l.confirmed(stop));
    assert!(l.closed());
    let id = l.say(fires(nozzles(&PAIR, 1.0, 0.1)));
    l.run(0.3);
    assert!(l.confirmed(id));
    assert!(l.waves.shortest_pause_us >= 30_000);
}

#[test]
fn an_isolated_nozzle_is_refused_and_the_others_are_not() {
    let mut l = armed(&craft(), &InitialState::default());
    l.plant
        .set_valve_fault(3, ValveFault::StuckClosed, true)
        .unwrap();
    l.say(go_to([2.0, 1.0, 1.0]));
    l.until("isolated", 20.0, |l| l.outputs.isolated == 1 << 3);
    // Before its first trial, 5 s after it was found.
    l.say(mode(FlightMode::Coast));
    take(&mut l);
    let by_hand = fires(nozzles(&[3], 1.0, 0.1));
    assert_eq!(refused(&mut l, by_hand), Reason::NozzleIsolated);
    let id = l.say(fires(nozzles(&PAIR, 1.0, 0.1)));
    l.run(0.3);
    assert!(l.confirmed(id));
}

#[test]
fn a_nozzle_of_a_warm_cluster_is_refused() {
    let mut craft = craft();
    let node = craft
        .thermal
        .nodes
        .iter_mut()
        .find(|n| n.name == "rcs_c01")
        .unwrap();
    (node.init_c, node.warn_c, node.trip_c) = (40.0, 30.0, 60.0);
    let mut l = armed(&craft, &InitialState::default());
    take(&mut l);
    let by_hand = fires(nozzles(&[3], 1.0, 0.1));
    assert_eq!(refused(&mut l, by_hand), Reason::NozzleResting);
    let id = l.say(fires(nozzles(&[7], 1.0, 0.1)));
    l.run(0.3);
    assert!(l.confirmed(id), "its cluster is cool");
}

#[test]
fn a_nozzle_at_rest_after_its_longest_opening_is_refused() {
    let mut l = in_hand();
    let id = l.say(fires(nozzles(&PAIR, 1.0, 3.0)));
    l.run(3.2);
    assert!(l.confirmed(id));
    let by_hand = fires(nozzles(&PAIR, 1.0, 0.1));
    assert_eq!(refused(&mut l, by_hand), Reason::NozzleResting);
}

#[test]
fn an_empty_supercapacitor_is_refused() {
    let mut craft = craft();
    craft.power.supercap_soc_init = 0.2;
    craft.power.supercap_charge_max_w = 1.0;
    let mut l = armed(&craft, &InitialState::default());
    take(&mut l);
    let by_hand = fires(nozzles(&PAIR, 1.0, 0.1));
    assert_eq!(refused(&mut l, by_hand), Reason::CapLow);
}

#[test]
fn motions_are_refused_until_the_nozzles_are_given_back() {
    let mut l = in_hand();
    let segments = vec![segment([1.0, 0.0, 0.0], 0.5, 1.0)];
    for action in [
        hold(),
        go_to([1.0, 0.0, 0.0]),
        turn_to(turn([0.0, 0.0, 1.0], 0.5)),
        fire(BodyAxis::Up, 0.5, 1.0),
        profile(segments),
        arm(),
        mode(FlightMode::Coast),
        mode(FlightMode::Manoeuvre),
    ] {
        assert_eq!(refused(&mut l, action), Reason::ManualOverrideActive);
    }
    let id = l.say(allocation(Adaptive, false));
    assert!(l.confirmed(id));
    assert_eq!(l.outputs.allocation_mode, AllocationMode::Adaptive);
    assert_eq!(l.outputs.allocation_reason, Reason::None);
    assert_eq!(
        (l.outputs.mode, l.outputs.inhibit_reason),
        (Mode::Coast, Reason::None)
    );
    let id = l.say(hold());
    l.until("held", 20.0, |l| l.confirmed(id));
}

/// What ends a firing of 3 s in its middle, and with which outcome.
fn ended(l: &mut Loop, by: impl FnOnce(&mut Loop)) -> (Mode, Reason) {
    let id = l.say(fires(nozzles(&PAIR, 1.0, 3.0)));
    l.run(0.1);
    assert!(!l.closed(), "fires");
    by(l);
    l.step(None);
    assert_eq!(l.outputs.allocation_mode, AllocationMode::Adaptive);
    assert_eq!(l.outputs.allocation_requested, AllocationMode::Adaptive);
    assert!(l.closed(), "and is over");
    let outcome = (l.outputs.mode, l.outputs.allocation_reason);
    let aborted = (ReplyStatus::Aborted, outcome.1);
    assert_eq!(l.said(id), [(ReplyStatus::Accepted, Reason::None), aborted]);
    l.run(10.0);
    let reason = l.outputs.inhibit_reason;
    assert_ne!(reason, Reason::GuardTrip);
    assert!(l.waves.shortest_pause_us >= 30_000);
    outcome
}

#[test]
fn brake_safe_idle_and_disarm_end_it_at_once() {
    for (action, flight) in [
        (brake(), Mode::Brake),
        (safe(), Mode::Safe),
        (mode(FlightMode::Safe), Mode::Safe),
        (mode(FlightMode::Idle), Mode::Idle),
        (disarm(), Mode::Idle),
    ] {
        let mut l = in_hand();
        let outcome = ended(&mut l, |l| {
            l.say(action);
            assert!(l.closed(), "in the very tick");
        });
        assert_eq!(outcome, (flight, Reason::Operator));
    }
}

#[test]
fn a_nozzle_that_fails_ends_it_with_a_brake() {
    let mut l = in_hand();
    let outcome = ended(&mut l, |l| {
        l.plant
            .set_valve_fault(1, ValveFault::StuckClosed, true)
            .unwrap();
        l.until("ended", 0.2, |l| {
            l.outputs.allocation_mode != AllocationMode::ManualOverride
        });
    });
    assert_eq!(outcome, (Mode::Brake, Reason::ValveFault));
}

#[test]
fn lost_navigation_and_lost_nodes_end_it_in_safe() {
    for (deaf, reason) in [
        (Fresh::POSITION, Reason::NavStale),
        (Fresh(0xF00), Reason::NodeOffline),
    ] {
        let mut l = in_hand();
        let by_hand = |l: &Loop| l.outputs.allocation_mode == AllocationMode::ManualOverride;
        l.deaf = deaf;
        l.until("ended", 0.5, |l| !by_hand(l));
        l.step(None);
        // A node that is lost takes its nozzles along before it counts as one too many.
        let expected = [reason, Reason::ValveFault];
        assert!(expected.contains(&l.outputs.allocation_reason));
        l.run(0.3);
        assert_eq!(
            (l.outputs.mode, l.outputs.inhibit_reason),
            (Mode::Safe, reason)
        );
    }
}

#[test]
fn too_fast_a_turn_ends_it_with_a_brake_that_stops_the_craft() {
    let mut l = in_hand();
    let id = l.say(fires(nozzles(&[3], 1.0, 3.0)));
    let took_s = l.until("ended", 1.0, |l| l.outputs.mode == Mode::Brake);
    // 139 N·m on 205 kg·m² take a quarter of a second to the limit of 0.17 rad/s.
    assert!((took_s - 0.25).abs() < 0.05, "{took_s} s");
    let aborted = (ReplyStatus::Aborted, Reason::RateLimit);
    assert_eq!(l.said(id)[1], aborted);
    assert_eq!(l.outputs.allocation_reason, Reason::RateLimit);
    // The valve takes another 7 ms to close.
    let rate_rps = norm(l.plant.truth().rates_rps_body);
    assert!((0.17..0.18).contains(&rate_rps), "{rate_rps} rad/s");
    let mut results = Results::of("too_fast_a_turn_ends_it_with_a_brake_that_stops_the_craft");
    let figures = [
        ("until the brake", took_s, "s"),
        ("rate", rate_rps, "rad/s"),
    ];
    results.add("", &figures);
    results.assert_as_committed();
    // Nobody asked for this brake, so there are no more replies; it comes to its end all the same.
    let replies = l.replies.len();
    l.until("still", 20.0, |l| l.outputs.mode == Mode::Manoeuvre);
    l.run(5.0);
    assert_eq!(l.replies.len(), replies);
    assert!(norm(l.plant.truth().rates_rps_body) < 0.04);
    assert!(norm(l.plant.truth().velocity_mps_world) < 0.06);
}

#[test]
fn a_minute_without_a_firing_ends_it_with_a_brake() {
    let mut l = in_hand();
    l.run(59.4);
    assert_eq!(l.outputs.allocation_mode, AllocationMode::ManualOverride);
    l.run(0.2);
    assert_eq!(l.outputs.allocation_mode, AllocationMode::Adaptive);
    assert_eq!(l.outputs.allocation_reason, Reason::ManualTimeout);
    assert_eq!(l.outputs.mode, Mode::Brake);
    // The reason stays until the next choice.
    l.run(20.0);
    assert_eq!(l.outputs.allocation_reason, Reason::ManualTimeout);
    l.say(allocation(Adaptive, false));
    assert_eq!(l.outputs.allocation_reason, Reason::None);
}

#[test]
fn what_the_loop_was_asked_to_allocate_with_comes_back() {
    let mut l = armed(&craft(), &InitialState::default());
    l.say(allocation(Auto, false));
    take(&mut l);
    l.say(brake());
    assert_eq!(l.outputs.allocation_requested, AllocationMode::Auto);
    assert_eq!(l.outputs.allocation_mode, AllocationMode::Auto);
}

#[test]
fn power_that_sinks_below_what_is_open_ends_the_firing_and_not_the_hand() {
    let mut craft = craft();
    // Ten nozzles while the supercapacitor may be spent; it is not full, and they drain it.
    craft.power.supercap_soc_init = 0.62;
    craft.power.supercap_capacity_wh = 1.0;
    craft.power.battery_discharge_max_w = 8_000.0;
    let mut l = armed(&craft, &InitialState::default());
    take(&mut l);
    let id = l.say(fires(nozzles(&[1, 3, 5, 7], 1.0, 3.0)));
    assert_eq!(l.said(id), [(ReplyStatus::Accepted, Reason::None)]);
    l.until("cut", 3.0, |l| l.said(id).len() > 1);
    assert_eq!(l.said(id)[1], (ReplyStatus::Aborted, Reason::PduPeakDenied));
    l.step(None);
    assert!(l.closed());
    assert_eq!(l.outputs.allocation_mode, AllocationMode::ManualOverride);
}

#[test]
fn limits_hold_at_every_rate() {
    for period_us in PERIODS_US {
        let mut l = Loop::armed(period_us);
        l.say(go_to([1.0, 0.0, 0.0]));
        l.run(1.0);
        for level in [1.0, 0.7, 0.33, 0.5] {
            l.say(manual());
            l.say(fires(nozzles(&PAIR, level, 0.317)));
            l.run(0.2);
            l.say(allocation(Adaptive, false));
            l.say(hold());
            l.run(1.0);
        }
        assert_ne!(l.outputs.mode, Mode::Safe, "{:?}", l.outputs.inhibit_reason);
        assert!(l.waves.shortest_pause_us >= 30_000, "{period_us}");
        assert!(l.waves.pulses > 20);
    }
}
