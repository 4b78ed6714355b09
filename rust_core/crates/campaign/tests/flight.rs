//! A case against the same run made tick by tick, recorded, and read back.

use prost::Message;
use qiki_campaign::{Case, ColumnSelection, Columns, Event, TimedEvent, fly};
use qiki_control::{GuardedController, Inputs, Outputs};
use qiki_craft::{Craft, Feedback};
use qiki_faults::Fault;
use qiki_messages::commands::{self, command::Action};
use qiki_messages::for_each_column;
use qiki_messages::{CycleEncoder, command_from_message};
use qiki_plant::{InitialState, Plant, ValveFault};

const PERIOD_US: u32 = 2000;
const PERIOD_NS: i64 = 2_000_000;

fn craft() -> Craft {
    Craft::from_json(include_str!("../../craft/fixtures/dodeca-01.json")).expect("a craft")
}

/// Another craft than the nominal one, in mass, thrust and sensors.
fn heavier() -> Craft {
    let mut craft = craft();
    craft.mass.dry_kg *= 1.1;
    craft.thrusters[3].thrust_max_n *= 0.9;
    craft.sensors.rates.noise_std *= 3.0;
    craft
}

fn command(id: u64, action: Action) -> commands::Command {
    commands::Command {
        command_id: id,
        source: "test".to_owned(),
        action: Some(action),
    }
}

fn script() -> Vec<(u64, commands::Command)> {
    let goal = commands::GoToPose {
        position_m_world: Some(commands::Vector3 {
            x: 0.5,
            y: 0.0,
            z: 0.2,
        }),
        attitude_xyzw: None,
    };
    vec![
        (250, command(1, Action::Arm(commands::Arm {}))),
        (300, command(2, Action::GoToPose(goal))),
        (300, command(3, Action::HoldPose(commands::HoldPose {}))),
    ]
}

fn start() -> InitialState {
    InitialState {
        rates_rps_body: [0.02, -0.01, 0.03],
        ..InitialState::default()
    }
}

/// The long way: every tick encoded, all of them decoded.
fn recorded(ticks: u64, valve_fault: Option<(u64, usize, ValveFault)>) -> Columns {
    let mut controller = controller();
    let mut plant = Plant::new(&heavier(), 0.002, 7, &start()).expect("a plant");
    let (mut feedback, mut outputs) = (Feedback::default(), Outputs::default());
    let mut script = script().into_iter().peekable();
    let mut blobs: Vec<Vec<u8>> = Vec::new();
    for tick in 0..ticks {
        if let Some((at, nozzle, fault)) = valve_fault
            && at == tick
        {
            plant
                .set_valve_fault(nozzle, fault, true)
                .expect("a nozzle");
        }
        let message = script.next_if(|(at, _)| *at <= tick).map(|(_, m)| m);
        let decoded = message.as_ref().map(command_from_message);
        plant.sense(&mut feedback);
        let inputs = Inputs {
            tick,
            period_ns: PERIOD_NS,
            feedback: &feedback,
            command: decoded.as_ref(),
        };
        controller.step(&inputs, &mut outputs);
        let truth = tick.is_multiple_of(10).then(|| plant.truth());
        let mut encoder = CycleEncoder::new(1);
        let time_ns = i64::try_from(tick).expect("few ticks") * PERIOD_NS;
        let said = (message.as_ref(), truth.as_ref());
        encoder.push(time_ns, &inputs, said.0, &outputs, said.1, None);
        let mut packet = &encoder.packet()[1..];
        let length = prost::encoding::decode_varint(&mut packet).expect("a length");
        assert_eq!(packet.len() as u64, length);
        blobs.push(packet.to_vec());
        plant.command(&outputs.command);
    }
    Columns::decode(blobs.iter().map(Vec::as_slice)).expect("records")
}

fn controller() -> GuardedController {
    GuardedController::new(&craft(), PERIOD_US).expect("a controller")
}

fn flown(ticks: u64, seed: u64, faults: &[(u64, Fault, bool)]) -> Columns {
    flown_as_wanted(ticks, seed, faults, &ColumnSelection::all())
}

fn flown_as_wanted(
    ticks: u64,
    seed: u64,
    faults: &[(u64, Fault, bool)],
    wanted: &ColumnSelection,
) -> Columns {
    let mut timeline: Vec<TimedEvent> = script()
        .iter()
        .map(|(tick, message)| TimedEvent {
            tick: *tick,
            what: Event::command(&message.encode_to_vec()).expect("a command"),
        })
        .collect();
    timeline.extend(faults.iter().map(|(tick, fault, active)| TimedEvent {
        tick: *tick,
        what: Event::Fault {
            fault: *fault,
            active: *active,
        },
    }));
    timeline.sort_by_key(|event| event.tick);
    let case = Case {
        truth: &heavier(),
        controller: &controller(),
        seed,
        initial: start(),
        ticks,
        timeline: &timeline,
    };
    fly(&case, wanted).expect("a flight")
}

/// Bits, so that what is not a number is compared as well.
fn assert_same(a: &Columns, b: &Columns) {
    assert_eq!(a.len, b.len);
    macro_rules! compare {
        ($name:ident, $type:ty, $width:literal) => {
            assert_eq!(a.$name.len(), a.len * $width, stringify!($name));
            let same = a.$name.iter().map(|v| format!("{v:?}"));
            let other = b.$name.iter().map(|v| format!("{v:?}"));
            assert!(same.eq(other), "{} differs", stringify!($name));
        };
    }
    for_each_column!(compare);
}

#[test]
fn the_columns_are_those_of_the_decoded_records() {
    let columns = flown(3000, 7, &[]);
    assert_same(&columns, &recorded(3000, None));
    assert!(
        columns.on_time_us.iter().any(|us| *us > 0),
        "nothing was flown"
    );
}

#[test]
fn the_columns_that_are_wanted_are_the_same_without_the_others() {
    let names = ["true_mass_kg", "on_time_us", "tick", "on_time_us", "bus_v"];
    let wanted = ColumnSelection::named(names).expect("columns");
    let some = flown_as_wanted(1500, 7, &[], &wanted);
    let all = flown(1500, 7, &[]);
    assert_eq!(some.len, all.len);
    macro_rules! compare {
        ($name:ident, $type:ty, $width:literal) => {
            let mut expected = all.$name.clone();
            if !names.contains(&stringify!($name)) {
                expected.clear();
            }
            let bits = |v: &$type| format!("{v:?}");
            let same = some.$name.iter().map(bits).eq(expected.iter().map(bits));
            assert!(same, "{} differs", stringify!($name));
        };
    }
    for_each_column!(compare);
}

#[test]
fn a_column_that_there_is_not_cannot_be_wanted() {
    let error = ColumnSelection::named(["tick", "true_mass"]).expect_err("no column");
    let words = error.to_string();
    let begin =
        "wanted: there is no column \"true_mass\"; there are tick, time_s, period_s, mode, ";
    assert!(words.starts_with(begin), "{words}");
    assert!(words.ends_with(", overruns"), "{words}");
}

#[test]
fn a_stuck_valve_does_the_same_as_on_the_plant() {
    let fault = Fault::new("stuck_open", 5, "").expect("a fault");
    let columns = flown(2000, 7, &[(700, fault, true)]);
    assert_same(
        &columns,
        &recorded(2000, Some((700, 5, ValveFault::StuckOpen))),
    );
    assert!(columns.isolated.iter().any(|bits| bits >> 5 & 1 == 1));
}

#[test]
fn a_sensor_that_dropped_out_grows_old_and_comes_back() {
    let fault = Fault::new("nav_dropout", 0, "velocity").expect("a fault");
    let columns = flown(1000, 7, &[(400, fault, true), (500, fault, false)]);
    let age = |tick: usize| columns.nav_age_ticks[tick];
    assert!(age(499) >= 99, "age {}", age(499));
    assert!(age(520) < 20, "age {}", age(520));
}

#[test]
fn a_silent_node_neither_reports_nor_opens_its_valves() {
    let fault = Fault::new("node_silent", 2, "").expect("a fault");
    let columns = flown(2000, 7, &[(0, fault, true)]);
    let of_cluster = |row: &[u32]| row[8..12].iter().all(|us| *us == 0);
    assert!(columns.open_time_us.chunks(16).all(of_cluster));
    assert!(columns.fresh.iter().all(|bits| bits >> 10 & 1 == 0));
    assert_eq!(columns.isolated[1999], 0x0F00);
}

#[test]
fn the_end_of_a_fault_leaves_another_of_its_kind_on() {
    for (kind, target, sensor) in [
        ("stuck_closed", 5, ""),
        ("node_silent", 2, ""),
        ("nav_dropout", 0, "velocity"),
    ] {
        let fault = Fault::new(kind, target, sensor).expect("a fault");
        let alone = [(300, fault, true), (700, fault, false)];
        let beside = [alone[0], (350, fault, true), (450, fault, false), alone[1]];
        assert_same(&flown(1000, 7, &beside), &flown(1000, 7, &alone));
    }
}

#[test]
fn the_same_seed_loses_the_same_reports() {
    let fault = Fault::new("lost_frames", 30, "").expect("a fault");
    let lossy = |seed| flown(1500, seed, &[(100, fault, true)]);
    let (one, other) = (lossy(7), lossy(8));
    assert_same(&one, &lossy(7));
    assert_ne!(one.fresh, other.fresh);
}

#[test]
fn a_craft_that_cannot_be_is_said() {
    let mut broken = craft();
    broken.mass.dry_kg = -1.0;
    let case = Case {
        truth: &broken,
        controller: &controller(),
        seed: 1,
        initial: InitialState::default(),
        ticks: 10,
        timeline: &[],
    };
    let error = fly(&case, &ColumnSelection::all())
        .expect_err("a craft of negative mass")
        .to_string();
    assert!(error.starts_with("craft that flies: "), "{error}");
}
