//! Crafts that are not the one that was described: nothing that helps may harm.

use nalgebra::{UnitQuaternion, Vector3};
use qiki_campaign::Columns;
use qiki_command::{Mode, Reason};
use qiki_craft::{Craft, NOZZLES, Thruster};

use crate::common::references::Results;
use crate::hold::{hold, nominal};
use crate::motion::{Dice, flown_as, rows, unit};

/// Makes another craft of the one described.
type Change<'a> = &'a mut dyn FnMut(&mut Craft);

/// What planned pulses may burn more than the modulators on the same craft, ratio.
const DEARER_MAX: f64 = 1.3;
/// The same in the first two minutes, kg/min: up to eight useless sets before they are given up, and
/// two that are tried, of 60 N·s or 0.1 kg each.
const GIVING_UP_KG_PER_MIN: f64 = 0.5;
/// How long a nozzle that works may be out of use, s.
const OUT_MAX_S: f64 = 2.0;

fn tilt(thruster: &mut Thruster, dice: &mut Dice, degrees: f64) {
    let direction = Vector3::from(thruster.force_direction_body);
    let axis = direction
        .cross(&Vector3::from(dice.vector(1.0)))
        .normalize();
    let turned = UnitQuaternion::from_scaled_axis(axis * degrees.to_radians()) * direction;
    thruster.force_direction_body = turned.into();
}

fn scale_inertia(craft: &mut Craft, factor: f64) {
    for row in &mut craft.mass.inertia_kgm2 {
        row.iter_mut().for_each(|x| *x *= factor);
    }
}

fn scale_noise(craft: &mut Craft, factor: f64) {
    let s = &mut craft.sensors;
    s.rates.noise_std *= factor;
    s.acceleration.noise_std *= factor;
    s.attitude.noise_std *= factor;
    s.position.noise_std *= factor;
    s.velocity.noise_std *= factor;
}

/// Mass, inertia and thrust 0.7 to 1.4 times the described ones, the centre of mass 3 cm off,
/// nozzles tilted by up to 3 degrees, delays 2 ms less to 8 ms more, noise up to five times.
fn unlike(books: &Craft, dice: &mut Dice) -> Craft {
    let mut craft = books.clone();
    craft.mass.dry_kg *= dice.between(0.7, 1.4);
    scale_inertia(&mut craft, dice.between(0.7, 1.4));
    let thrust = dice.between(0.7, 1.4);
    let shift = unit(dice.vector(1.0)).map(|x| x * 0.03);
    for axis in 0..3 {
        craft.mass.com_m_body[axis] += shift[axis];
    }
    let (open_s, close_s) = (dice.between(-0.002, 0.008), dice.between(-0.002, 0.008));
    for thruster in &mut craft.thrusters {
        thruster.thrust_max_n *= thrust;
        thruster.open_delay_s += open_s;
        thruster.close_delay_s += close_s;
        let degrees = dice.between(0.0, 3.0);
        tilt(thruster, dice, degrees);
    }
    scale_noise(&mut craft, dice.between(1.0, 5.0));
    craft
}

/// Propellant of holding still with planned pulses, and with the modulators alone, kg/min.
fn used(change: Change<'_>, seed: u64) -> (f64, f64) {
    let mut used = [true, false].map(|planned| {
        let mut books = nominal(planned);
        // Which nozzles are blamed is another question.
        books.control.motion_evidence = false;
        (books.clone(), books)
    });
    let mut truth = used[0].1.clone();
    change(&mut truth);
    for (books, craft) in &mut used {
        let planned = books.control.differential_pulses;
        *craft = truth.clone();
        craft.control.differential_pulses = planned;
    }
    let [with, without] = used.map(|(books, truth)| hold(&books, &truth, seed));
    (with.propellant_kg_per_min, without.propellant_kg_per_min)
}

#[test]
fn planned_pulses_that_do_not_pay_on_a_craft_are_given_up() {
    let changes: [(&str, Change<'_>); 8] = [
        ("inertia x0.8", &mut |c| scale_inertia(c, 0.8)),
        ("inertia x0.6", &mut |c| scale_inertia(c, 0.6)),
        ("inertia x0.5", &mut |c| scale_inertia(c, 0.5)),
        ("tilt 3 deg", &mut |c| {
            let mut dice = Dice::new(3);
            c.thrusters.iter_mut().for_each(|t| tilt(t, &mut dice, 3.0));
        }),
        ("tilt 8 deg", &mut |c| {
            let mut dice = Dice::new(3);
            c.thrusters.iter_mut().for_each(|t| tilt(t, &mut dice, 8.0));
        }),
        ("thrust up to 30 % off", &mut |c| {
            let mut dice = Dice::new(4);
            let scale = |t: &mut Thruster| t.thrust_max_n *= 1.0 + dice.between(-0.3, 0.3);
            c.thrusters.iter_mut().for_each(scale);
        }),
        ("noise x5", &mut |c| scale_noise(c, 5.0)),
        ("noise x20", &mut |c| scale_noise(c, 20.0)),
    ];
    let mut results = Results::of("planned_pulses_that_do_not_pay_on_a_craft_are_given_up");
    for (what, change) in changes {
        let (planned, plain) = used(change, 1);
        let figures = [
            ("planned", planned, "kg/min"),
            ("modulators", plain, "kg/min"),
        ];
        results.add(what, &figures);
        let most = plain + GIVING_UP_KG_PER_MIN;
        assert!(planned <= most, "{what}: {planned} and {plain} kg/min");
    }
    results.assert_as_committed();
}

#[test]
fn planned_pulses_are_kept_on_a_craft_as_described() {
    let (planned, plain) = used(&mut |_| {}, 1);
    assert!(planned < 0.7 * plain, "{planned} and {plain} kg/min");
}

#[test]
fn hardly_any_craft_holds_dearer_because_pulses_are_planned() {
    let dearer = (0..20).filter(|seed| {
        let mut dice = Dice::new(7000 + seed);
        let (planned, plain) = used(&mut |c| *c = unlike(c, &mut dice), *seed);
        planned > DEARER_MAX * plain
    });
    let dearer = dearer.count();
    let mut results = Results::of("hardly_any_craft_holds_dearer_because_pulses_are_planned");
    results.add("", &[("crafts of 20 that hold dearer", dearer as f64, "")]);
    results.assert_as_committed();
}

/// The longest time for which any nozzle was taken for one that fails, s.
fn longest_out_s(columns: &Columns) -> f64 {
    let mut longest = 0;
    for n in 0..NOZZLES {
        let mut run = 0;
        for row in 0..rows(columns) {
            let out = (columns.stuck_closed[row] | columns.stuck_open[row]) >> n & 1 == 1;
            run = if out { run + 1 } else { 0 };
            longest = longest.max(run);
        }
    }
    longest as f64 * 0.002
}

#[test]
fn on_hardly_any_craft_a_nozzle_that_works_is_out_for_long() {
    let books = nominal(true);
    let (mut long, mut lost) = (0, 0);
    for seed in 0..50 {
        let mut dice = Dice::new(9000 + seed);
        let truth = unlike(&books, &mut dice);
        let columns = flown_as(&books, &truth, 2000, seed, &mut dice, None);
        long += u32::from(longest_out_s(&columns) > OUT_MAX_S);
        lost += u32::from((0..columns.len).any(|row| {
            let because = columns.inhibit_reason[row];
            columns.mode[row] == Mode::Safe as u8 && because == Reason::ValveFault as u8
        }));
    }
    let mut results = Results::of("on_hardly_any_craft_a_nozzle_that_works_is_out_for_long");
    let figures = [
        (
            "crafts of 50 with a nozzle out for over 2 s",
            f64::from(long),
            "",
        ),
        ("crafts of 50 in SAFE with VALVE_FAULT", f64::from(lost), ""),
    ];
    results.add("", &figures);
    results.assert_as_committed();
}
