//! Who must rest or hold back, and why.
#![allow(clippy::unwrap_used, clippy::panic)]

use crate::limits::ClusterLimit;
use crate::set::Set;
use qiki_craft::{Craft, Feedback, Fresh, NOZZLES, ValveCommand};

use super::ThermalLimiter;

const PERIOD_US: u32 = 2000;
/// 10 ms, so that a longest opening is five ticks. It heats nothing to speak of.
const MAX_ON_US: u32 = 10_000;

fn craft() -> Craft {
    Craft::from_json(include_str!("../../../craft/fixtures/dodeca-01.json")).unwrap()
}

fn cooldown() -> ThermalLimiter {
    ThermalLimiter::new(&craft(), MAX_ON_US, PERIOD_US)
}

fn heard(cluster_temp_c: [f64; 4]) -> Feedback {
    Feedback {
        fresh: Fresh::THERMAL,
        cluster_temp_c,
        ..Feedback::default()
    }
}

/// With every cluster at this temperature.
fn at(celsius: f64) -> ThermalLimiter {
    let mut c = cooldown();
    c.observe(&heard([celsius; 4]));
    c
}

fn only(nozzle: usize, on_time_us: u32) -> ValveCommand {
    let mut command = ValveCommand::default();
    command.on_time_us[nozzle] = on_time_us;
    command
}

fn set(limits: &[ClusterLimit]) -> Set<ClusterLimit> {
    let mut set = Set::default();
    limits.iter().for_each(|limit| set.insert(*limit));
    set
}

/// Opens a nozzle for as long as it may, and closes it.
fn open_longest(c: &mut ThermalLimiter, nozzle: usize, ticks: u32) {
    for _ in 0..ticks {
        c.record_command(&only(nozzle, PERIOD_US));
    }
    c.record_command(&only(nozzle, 0));
}

/// How long a nozzle rests while its cluster stays as warm as this, s. Up to a minute and a bit.
fn rest_s(celsius: f64, max_on_us: u32) -> f64 {
    let mut c = ThermalLimiter::new(&craft(), max_on_us, PERIOD_US);
    c.observe(&heard([celsius; 4]));
    open_longest(&mut c, 5, max_on_us / PERIOD_US);
    let mut ticks = 0;
    while c.share(5) == 0.0 && ticks < 40_000 {
        ticks += 1;
        c.observe(&heard([celsius; 4]));
        c.record_command(&ValveCommand::default());
    }
    f64::from(ticks * PERIOD_US) * 1e-6
}

#[test]
fn a_nozzle_rests_after_its_longest_opening_and_not_after_a_shorter_one() {
    for (last_us, rests) in [(1999, true), (1000, true), (999, false), (0, false)] {
        let mut c = at(20.0);
        // Opens 1 ms before the end of a tick, stays for four, closes in the sixth.
        for (tick, on) in [1000, 2000, 2000, 2000, 2000, last_us]
            .into_iter()
            .enumerate()
        {
            c.record_command(&only(5, on));
            assert_eq!(c.resting() >> 5 & 1 == 1, rests && tick == 5);
        }
        for _ in 0..499 {
            c.record_command(&only(5, 0));
            c.observe(&heard([20.0; 4]));
            assert_eq!(c.resting(), u16::from(rests) << 5);
            let limits = if rests {
                set(&[ClusterLimit::Cooldown])
            } else {
                Set::default()
            };
            assert_eq!(c.limits()[1], limits);
        }
        c.record_command(&only(5, 0));
        assert_eq!(c.resting(), 0);
    }
}

#[test]
fn separate_pulses_do_not_add_up() {
    let mut c = at(20.0);
    for _ in 0..100 {
        for on in [2000, 2000, 500, 0] {
            c.record_command(&only(0, on));
            assert_eq!(c.resting(), 0);
        }
    }
}

#[test]
fn a_throttled_nozzle_is_open_as_long_as_it_has_any_level() {
    let mut craft = craft();
    craft.thrusters[3].throttleable = true;
    let mut c = ThermalLimiter::new(&craft, MAX_ON_US, PERIOD_US);
    c.observe(&heard([20.0; 4]));
    for _ in 0..5 {
        c.record_command(&only(3, 700));
        assert_eq!(c.resting(), 0);
    }
    c.record_command(&only(3, 0));
    assert_eq!(c.resting(), 1 << 3);
}

#[test]
fn a_warm_cluster_rests_longer_down_to_a_second_when_it_is_cool() {
    const THREE_S: u32 = 3_000_000;
    // Three seconds of one nozzle heat by 22.5 K: from 87.5 °C on there is no room for them.
    assert_eq!(rest_s(20.0, THREE_S), 1.0);
    assert_eq!(rest_s(87.5, THREE_S), 1.0);
    // From the trip to 87.5 °C in an environment of -60 °C, with 140 J/K and 2.7 W/K.
    let longest_s = 140.0 / 2.7 * (180.0_f64 / 147.5).ln();
    assert!((longest_s - 10.33).abs() < 0.01);
    assert!((rest_s(87.6, THREE_S) - longest_s).abs() < 0.01);

    // Cooling as it does, the warmer one rests longer.
    let cooling = |from_c: f64| {
        let mut c = ThermalLimiter::new(&craft(), THREE_S, PERIOD_US);
        let mut celsius = from_c;
        c.observe(&heard([celsius; 4]));
        open_longest(&mut c, 5, THREE_S / PERIOD_US);
        let mut ticks = 0;
        while c.share(5) == 0.0 {
            ticks += 1;
            celsius -= 4.2 * (celsius + 55.0) / 140.0 * 0.002;
            c.observe(&heard([celsius; 4]));
            c.record_command(&ValveCommand::default());
        }
        f64::from(ticks) * 0.002
    };
    let rests = [80.0, 92.0, 98.0, 105.0].map(cooling);
    assert_eq!(rests[0], 1.0);
    assert!(rests.is_sorted_by(|a, b| a < b), "{rests:?}");
}

#[test]
fn from_its_warning_temperature_to_its_trip_a_cluster_fades_linearly() {
    for (celsius, share) in [
        (20.0, 1.0),
        (110.0, 1.0),
        (112.5, 0.75),
        (115.0, 0.5),
        (119.0, 0.1),
        (120.0, 0.0),
        (160.0, 0.0),
    ] {
        let mut c = cooldown();
        c.observe(&heard([20.0, 20.0, celsius, 20.0]));
        assert!((c.share(8) - share).abs() < 1e-12, "{celsius}");
        assert_eq!(c.share(7), 1.0);
        let limits = match celsius {
            c if c <= 110.0 => Set::default(),
            c if c < 120.0 => set(&[ClusterLimit::HotDerated]),
            _ => set(&[ClusterLimit::HotTripped]),
        };
        assert_eq!(
            c.limits(),
            [Set::default(), Set::default(), limits, Set::default()]
        );
        assert_eq!(c.resting(), if celsius >= 119.0 { 0x0F00 } else { 0 });
    }
}

/// From here on pulses end: four nozzles of 4.2 kW heat 140 J/K by a quarter of that for 30 ms and
/// two ticks, and 0.2 K are left over.
const STOP_C: f64 = 120.0 - 0.034 * 0.25 * 16_800.0 / 140.0 - 0.2;

#[test]
fn pulses_end_where_those_that_have_begun_could_reach_the_trip() {
    for (celsius, stopped) in [(STOP_C - 0.01, 0), (STOP_C + 0.01, 0x00F0)] {
        let mut c = cooldown();
        c.observe(&heard([20.0, celsius, 20.0, 20.0]));
        assert_eq!((c.status().stopped, c.resting()), (stopped, stopped));
        assert_eq!(c.share(4), (120.0 - celsius) / 10.0, "it only fades");
        assert!(!c.forbids_burns());
    }
    assert_eq!(at(130.0).status().stopped, u16::MAX);
}

/// Nozzles 4 to 7 open for so many ticks, without a report.
fn heat_up(c: &mut ThermalLimiter, ticks: u32) {
    for _ in 0..ticks {
        let mut command = ValveCommand::default();
        command.on_time_us[4..8].fill(PERIOD_US);
        c.record_command(&command);
        c.observe(&Feedback::default());
    }
}

#[test]
fn between_reports_a_temperature_follows_the_commands() {
    // Explicit Euler as in the power plane: 4.2 kW of heat, 2.7 W/K to -60 °C, 140 J/K.
    let predicted = |from_c: f64, ticks: u32| {
        (0..ticks).fold(from_c, |t, _| {
            t + 0.002 * (4200.0 - 2.7 * (t + 60.0)) / 140.0
        })
    };
    let mut c = at(108.0);
    heat_up(&mut c, 100);
    let expected_c = predicted(108.0, 100);
    assert!((113.0..114.0).contains(&expected_c));
    assert!((c.share(4) - (120.0 - expected_c) / 10.0).abs() < 1e-9);
    assert_eq!((c.warm(), c.share(0)), (0x00F0, 1.0));
    // And pulses end before the trip.
    let mut ticks = 100;
    while c.status().stopped == 0 {
        heat_up(&mut c, 1);
        ticks += 1;
    }
    let expected_c = predicted(108.0, ticks);
    assert!(
        (STOP_C..STOP_C + 0.06).contains(&expected_c),
        "{expected_c}"
    );
}

#[test]
fn a_report_may_leave_out_what_was_commanded_last() {
    let room_k = |c: &ThermalLimiter| c.status().room_j[1] * 0.25 / 140.0;
    let mut c = at(20.0);
    heat_up(&mut c, 200);
    c.observe(&heard([20.0, 112.0, 20.0, 20.0]));
    assert!((c.share(4) - 0.8).abs() < 1e-12, "what was told");
    // Between 0.05 and 0.1 s of 30 K/s.
    let left_out_k = STOP_C - 112.0 - room_k(&c);
    assert!((1.5..=3.0).contains(&left_out_k), "{left_out_k} K");
    for _ in 0..100 {
        c.record_command(&ValveCommand::default());
    }
    c.observe(&heard([20.0, 112.0, 20.0, 20.0]));
    assert!((room_k(&c) - (STOP_C - 112.0)).abs() < 1e-9);
}

#[test]
fn room_is_the_energy_until_pulses_end() {
    let room_j = at(20.0).status().room_j;
    assert!(
        room_j
            .iter()
            .all(|j| (j - (STOP_C - 20.0) * 140.0 / 0.25).abs() < 1e-6)
    );
    assert_eq!(at(STOP_C + 0.1).status().room_j, [0.0; 4]);
    assert_eq!(at(130.0).status().room_j, [0.0; 4]);
}

#[test]
fn a_tripped_cluster_stays_closed_until_it_is_below_its_hysteresis() {
    let mut c = cooldown();
    let mut at = |celsius: f64| {
        c.observe(&heard([20.0, celsius, 20.0, 20.0]));
        (c.resting(), c.share(4))
    };
    assert_eq!(at(118.5).0, 0);
    assert_eq!(at(120.0), (0x00F0, 0.0));
    assert_eq!(at(105.1), (0x00F0, 0.0));
    assert_eq!(at(105.0), (0, 1.0));
    assert_eq!(at(118.5).0, 0);
}

/// Part of full thrust that a cluster stands for ever: 2.7 W/K over 170 K, of a quarter of
/// 16.8 kW.
const SUSTAINED: f64 = 2.7 * 170.0 / (0.25 * 16_800.0);

#[test]
fn a_temperature_never_heard_leaves_what_the_cluster_stands_for_ever() {
    let c = cooldown();
    for n in 0..NOZZLES {
        assert!((c.share(n) - SUSTAINED).abs() < 1e-9, "{}", c.share(n));
    }
    assert_eq!(c.limits(), [set(&[ClusterLimit::Unknown]); 4]);
    assert_eq!(c.resting(), 0);
    assert!(c.forbids_burns());
}

#[test]
fn a_temperature_that_stays_away_for_more_than_a_second_is_unknown() {
    for lost in [Feedback::default(), heard([20.0, f64::NAN, 20.0, 20.0])] {
        let mut c = at(20.0);
        for _ in 0..500 {
            c.observe(&lost);
            assert_eq!(c.share(4), 1.0);
        }
        c.observe(&lost);
        assert!((c.share(4) - SUSTAINED).abs() < 1e-9);
        assert!(c.limits()[1].has(ClusterLimit::Unknown));
        let others = if lost.fresh.has(Fresh::THERMAL) {
            1.0
        } else {
            SUSTAINED
        };
        assert!((c.share(0) - others).abs() < 1e-9);
        c.observe(&heard([20.0; 4]));
        assert_eq!(c.share(4), 1.0);
    }
}

#[test]
fn a_hot_cluster_that_is_heard_no_more_stays_as_hot() {
    for (celsius, share) in [(119.5, 0.05), (130.0, 0.0)] {
        let mut c = at(celsius);
        for _ in 0..2000 {
            c.observe(&heard([f64::NAN; 4]));
            c.record_command(&ValveCommand::default());
        }
        assert!((c.share(0) - share).abs() < 1e-9, "{}", c.share(0));
        assert_eq!(c.resting(), if share > 0.0 { 0 } else { u16::MAX });
    }
}

#[test]
fn a_nozzle_of_unknown_heat_rests_as_long_as_from_the_trip() {
    let mut c = ThermalLimiter::new(&craft(), 3_000_000, PERIOD_US);
    open_longest(&mut c, 5, 1500);
    let mut ticks = 0;
    while c.share(5) == 0.0 {
        ticks += 1;
        c.record_command(&ValveCommand::default());
    }
    assert!((f64::from(ticks) * 0.002 - 10.33).abs() < 0.01);
}

#[test]
fn a_node_that_does_not_cool_gives_its_nozzles_back_after_a_minute() {
    let mut craft = craft();
    craft.thermal.ambient_exchange_w_per_k = 0.0;
    for node in &mut craft.thermal.nodes {
        node.cooling_w_per_k = 0.0;
    }
    let mut c = ThermalLimiter::new(&craft, MAX_ON_US, PERIOD_US);
    assert_eq!(c.share(0), 0.0, "it stands nothing for ever");
    open_longest(&mut c, 5, 5);
    for _ in 0..30_000 {
        assert_eq!(c.resting(), 1 << 5);
        c.record_command(&ValveCommand::default());
    }
    assert_eq!(c.resting(), 0);
}

#[test]
fn a_craft_without_such_nodes_is_not_limited() {
    let mut craft = craft();
    craft.thermal.nodes.retain(|n| !n.name.starts_with("rcs_c"));
    let mut c = ThermalLimiter::new(&craft, MAX_ON_US, PERIOD_US);
    assert!((0..NOZZLES).all(|n| c.share(n) == 1.0));
    assert!(!c.forbids_burns());
    open_longest(&mut c, 5, 5);
    for _ in 0..500 {
        assert_eq!(c.resting(), 1 << 5);
        c.record_command(&ValveCommand::default());
    }
    assert_eq!(c.resting(), 0);
}
