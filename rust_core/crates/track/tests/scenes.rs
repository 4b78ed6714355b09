//! Many targets in clutter.

use nalgebra::Vector3;
use qiki_track::{
    Association, Motion, OwnPose, Population, RadarModel, RadarTracker, Status, Track,
};

use crate::common::scene::{FRAME_S, Flier, frame};
use crate::common::{Dice, radar};

const BOTH: [Association; 2] = [Association::Probabilistic, Association::Nearest];

fn tracker(radar: RadarModel, association: Association) -> RadarTracker {
    RadarTracker::new(radar, Motion::CRAFT, Population::CRAFT, association).unwrap()
}

fn told(tracker: &RadarTracker) -> impl Iterator<Item = &Track> {
    let held = |track: &&Track| !matches!(track.status, None | Some(Status::Lost));
    tracker.tracks().iter().filter(held)
}

/// Distance of the nearest track.
fn nearest(tracker: &RadarTracker, flier: &Flier) -> f64 {
    let off = |track: &Track| (track.state().mean[0] - flier.place).norm();
    told(tracker).map(off).fold(f64::INFINITY, f64::min)
}

#[test]
fn every_target_has_its_track_and_clutter_has_none() {
    for association in BOTH {
        let radar = radar();
        let mut dice = Dice::new(51);
        let mut tracker = tracker(radar, association);
        let mut fliers: Vec<Flier> = (0..30)
            .map(|_| Flier::anywhere(&mut dice, &radar))
            .collect();
        for flier in fliers.iter_mut().step_by(3) {
            flier.turn = dice.vector(0.05);
        }
        let (mut missed, mut surplus) = (0, 0);
        for k in 0..100 {
            let seen = frame(&mut dice, &radar, &fliers);
            tracker.update(FRAME_S * f64::from(k), &seen, &OwnPose::default());
            if k >= 20 {
                missed += fliers
                    .iter()
                    .filter(|f| nearest(&tracker, f) > 150.0)
                    .count();
                surplus += told(&tracker).count().saturating_sub(fliers.len());
            }
            fliers.iter_mut().for_each(Flier::fly);
        }
        // Of 2400 chances; one in a hundred.
        assert!(
            missed <= 24 && surplus <= 24,
            "{association:?}: {missed} missed, {surplus} surplus"
        );
    }
}

/// Two targets whose paths cross, 20 m apart in height: tracks keep to their targets.
#[test]
fn tracks_that_cross_keep_their_numbers() {
    for association in BOTH {
        let radar = radar();
        let mut dice = Dice::new(52);
        let mut tracker = tracker(radar, association);
        let speed = Vector3::new(60.0, 0.0, 0.0);
        let at = |x: f64, z: f64, speed: Vector3<f64>| Flier {
            place: Vector3::new(x, 3_000.0, z),
            speed,
            turn: Vector3::zeros(),
        };
        let mut fliers = [at(-600.0, 200.0, speed), at(600.0, 220.0, -speed)];
        let mut numbers = Vec::new();
        for k in 0..100 {
            let seen = frame(&mut dice, &radar, &fliers);
            tracker.update(FRAME_S * f64::from(k), &seen, &OwnPose::default());
            if k == 20 || k == 99 {
                let own = |flier: &Flier| {
                    let off = |t: &&Track| (t.state().mean[0] - flier.place).norm();
                    told(&tracker)
                        .min_by(|a, b| off(a).total_cmp(&off(b)))
                        .unwrap()
                        .id
                };
                numbers.push(fliers.iter().map(own).collect::<Vec<u64>>());
            }
            fliers.iter_mut().for_each(Flier::fly);
        }
        assert_eq!(numbers[0], numbers[1], "{association:?}");
        assert_ne!(numbers[0][0], numbers[0][1], "{association:?}");
    }
}

/// The same detections in another order give the same tracks, but for rounding.
#[test]
fn the_order_of_detections_does_not_matter() {
    let radar = radar();
    let mut dice = Dice::new(53);
    let mut trackers = [tracker(radar, BOTH[0]), tracker(radar, BOTH[0])];
    let mut fliers: Vec<Flier> = (0..10)
        .map(|_| Flier::anywhere(&mut dice, &radar))
        .collect();
    for k in 0..40 {
        let mut seen = frame(&mut dice, &radar, &fliers);
        for tracker in &mut trackers {
            tracker.update(FRAME_S * f64::from(k), &seen, &OwnPose::default());
            seen.reverse();
        }
        fliers.iter_mut().for_each(Flier::fly);
    }
    let [a, b] = &trackers;
    assert!(told(a).count() >= 10);
    for track in told(a) {
        let off = |other: &Track| (other.state().mean[0] - track.state().mean[0]).norm();
        let nearest = told(b).map(off).fold(f64::INFINITY, f64::min);
        assert!(nearest < 1e-6, "track {}: {nearest} m", track.id);
    }
}

/// Existence says how often there is a target: tracks held at a given existence are true as often.
#[test]
fn existence_is_as_frequent_as_it_says() {
    let radar = RadarModel {
        prob_detection: 0.6,
        clutter_per_frame: 30.0,
        ..radar()
    };
    let mut dice = Dice::new(54);
    let mut tracker = tracker(radar, BOTH[0]);
    let mut fliers: Vec<Flier> = (0..20)
        .map(|_| Flier::anywhere(&mut dice, &radar))
        .collect();
    let stays = libm::exp(-FRAME_S / Population::CRAFT.lifetime_s);
    let (mut expected, mut present) = (0.0, 0.0);
    for k in 0..600 {
        let seen = frame(&mut dice, &radar, &fliers);
        tracker.update(FRAME_S * f64::from(k), &seen, &OwnPose::default());
        if k >= 20 {
            expected += told(&tracker).map(|track| track.existence).sum::<f64>();
            let held = |f: &&Flier| nearest(&tracker, f) < 200.0;
            present += fliers.iter().filter(held).count() as f64;
        }
        fliers.iter_mut().for_each(Flier::fly);
        fliers.retain(|_| dice.unit() < stays);
        while fliers.len() < 20 {
            fliers.push(Flier::anywhere(&mut dice, &radar));
        }
    }
    let ratio = expected / present;
    assert!(
        (ratio - 1.0).abs() < 0.03,
        "{expected} expected, {present} present"
    );
}
