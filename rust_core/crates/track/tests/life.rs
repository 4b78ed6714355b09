//! The life of one track: seen, certain, coasting, back, lost; and frames that are refused.

use nalgebra::Vector3;
use qiki_track::{
    Association, Detection, Frame, Motion, OwnPose, Population, RadarTracker, Status, Track,
};

use crate::common::{polar, radar};

fn tracker() -> RadarTracker {
    RadarTracker::new(
        radar(),
        Motion::CRAFT,
        Population::CRAFT,
        Association::Probabilistic,
    )
    .unwrap()
}

fn published(tracker: &RadarTracker) -> Vec<&Track> {
    let tracks = tracker.tracks().iter();
    tracks.filter(|track| track.is_published()).collect()
}

/// A target on a straight line, seen without noise.
fn target(time_s: f64) -> Detection {
    let speed = Vector3::new(40.0, -60.0, 10.0);
    polar(&(Vector3::new(4e3, 6e3, 1e3) + speed * time_s), &speed)
}

/// Status, number and reason of the tracks after each frame; `seen` says in which the target is seen.
fn told(seen: &[bool], step_s: f64) -> Vec<Vec<(Status, u64, &'static str)>> {
    let mut tracker = tracker();
    let mut told = Vec::new();
    for (k, seen) in seen.iter().enumerate() {
        let time_s = step_s * k as f64;
        let frame = if *seen { vec![target(time_s)] } else { vec![] };
        assert_eq!(
            tracker.update(time_s, &frame, &OwnPose::default()),
            Frame::Taken
        );
        let published = tracker.tracks().iter().filter_map(|track| {
            track
                .status
                .map(|status| (status, track.id, track.reason.text()))
        });
        told.push(published.collect());
    }
    told
}

const NEW: (Status, u64, &str) = (Status::New, 1, "seen a second time where it was expected");
const CERTAIN: (Status, u64, &str) = (Status::Tracked, 1, "existence above 0.99");
const COASTS: (Status, u64, &str) = (
    Status::Coasting,
    1,
    "no detection that is likely to be its own",
);
const BACK: (Status, u64, &str) = (Status::Tracked, 1, "seen again after coasting");
const LOST: (Status, u64, &str) = (Status::Lost, 1, "existence below 0.1");

#[test]
fn a_track_goes_through_its_states_one_by_one() {
    let seen = [
        [true, true, true, false, true].as_slice(),
        [false; 5].as_slice(),
        [true, true].as_slice(),
    ];
    let told = told(&seen.concat(), 0.2);
    assert_eq!(told[0], []);
    assert_eq!(told[1], [NEW]);
    assert_eq!(told[2], [CERTAIN]);
    assert_eq!(told[3], [COASTS]);
    assert_eq!(told[4], [BACK]);
    let lost = told.iter().filter(|tracks| tracks.contains(&LOST)).count();
    assert_eq!(lost, 1, "said once: {told:?}");
    let coasting = told[5..]
        .iter()
        .take_while(|tracks| **tracks == [COASTS])
        .count();
    assert!((2..=4).contains(&coasting), "{told:?}");
    // What comes after is another track.
    let (status, id, _) = told[11][0];
    assert_eq!((status, id), (Status::New, 2));
}

#[test]
fn a_candidate_that_is_not_seen_again_is_never_told_of() {
    let told = told(&[true, false, false, false, true, false, false], 0.2);
    assert!(told.iter().all(Vec::is_empty), "{told:?}");
}

#[test]
fn frames_may_come_at_any_distance() {
    let mut tracker = tracker();
    let mut time_s = 0.0;
    for k in 0..40 {
        time_s += [0.05, 0.2, 1.3, 0.4][k % 4];
        tracker.update(time_s, &[target(time_s)], &OwnPose::default());
    }
    let [track] = tracker.tracks() else {
        panic!("{} tracks", tracker.tracks().len());
    };
    assert_eq!((track.id, track.status), (1, Some(Status::Tracked)));
    assert!((track.state().mean[1] - Vector3::new(40.0, -60.0, 10.0)).norm() < 2.0);
}

#[test]
fn a_frame_that_is_not_newer_changes_nothing_and_is_counted() {
    let mut tracker = tracker();
    let own = OwnPose::default();
    for k in 0..5 {
        let time_s = 0.2 * f64::from(k);
        tracker.update(time_s, &[target(time_s)], &own);
    }
    let before = tracker.tracks()[0].target;
    assert_eq!(tracker.update(0.5, &[target(0.5)], &own), Frame::Late);
    assert_eq!(tracker.update(0.8, &[target(0.8)], &own), Frame::Late);
    assert_eq!(tracker.update(f64::NAN, &[], &own), Frame::NoNumbers);
    assert_eq!(tracker.tracks()[0].target, before);
    assert_eq!(tracker.refused().late_frames, 2);
    assert_eq!(tracker.refused().broken_frames, 1);
}

#[test]
fn detections_that_cannot_be_true_are_counted_and_left() {
    let mut tracker = tracker();
    let broken = Detection {
        range_m: f64::NAN,
        ..target(0.0)
    };
    tracker.update(0.0, &[broken, target(0.0)], &OwnPose::default());
    assert_eq!(tracker.refused().broken_detections, 1);
    assert_eq!(tracker.tracks().len(), 1);
}

/// The radar moves and turns; the target stands still, and so must its track.
#[test]
fn what_the_craft_does_itself_is_not_seen_in_the_track() {
    use nalgebra::UnitQuaternion;
    let mut tracker = tracker();
    let there = Vector3::new(3_000.0, 2_000.0, 500.0);
    let velocity = Vector3::new(30.0, 10.0, -5.0);
    for k in 0..60 {
        let time_s = 0.2 * f64::from(k);
        let own = OwnPose {
            position: velocity * time_s,
            velocity,
            attitude: UnitQuaternion::from_euler_angles(0.3, 0.1 * time_s, -0.2 * time_s),
            ..OwnPose::default()
        };
        let inside = own.attitude.inverse();
        let seen = polar(&(inside * (there - own.position)), &(inside * -velocity));
        tracker.update(time_s, &[seen], &own);
    }
    let state = tracker.tracks()[0].state();
    assert!((state.mean[0] - there).norm() < 1.0, "{}", state.mean[0]);
    assert!(state.mean[1].norm() < 0.5, "{}", state.mean[1]);
}

/// A minute without the radar, then a week: what was is lost, what is there is found anew.
#[test]
fn after_a_long_silence_targets_are_found_anew() {
    let mut tracker = tracker();
    let own = OwnPose::default();
    let place = Vector3::new(4e3, 6e3, 1e3);
    let still = polar(&place, &Vector3::zeros());
    let mut time_s = 0.0;
    for silence_s in [0.0, 60.0, 604_800.0] {
        time_s += silence_s;
        for _ in 0..10 {
            time_s += 0.2;
            tracker.update(time_s, &[still], &own);
        }
        let told = published(&tracker);
        let [track] = told.as_slice() else {
            panic!("after {silence_s} s: {} tracks", told.len());
        };
        assert_eq!(track.status, Some(Status::Tracked), "after {silence_s} s");
        let off = (track.state().mean[0] - place).norm();
        assert!(off < 1.0, "after {silence_s} s: {off} m");
    }
}

/// Straight over the radar, and past it through north: one track all the way.
#[test]
fn a_target_that_passes_the_zenith_or_north_keeps_its_track() {
    use crate::common::Dice;
    let ways = [
        ("zenith", Vector3::new(-1_500.0, 0.0, 2_000.0)),
        ("nearly the zenith", Vector3::new(-1_500.0, 5.0, 2_000.0)),
        ("north", Vector3::new(-1_500.0, 3_000.0, 200.0)),
    ];
    let speed = Vector3::new(100.0, 0.0, 0.0);
    for (way, start) in ways {
        let (mut tracker, mut dice) = (tracker(), Dice::new(32));
        for k in 0..150 {
            let time_s = 0.2 * f64::from(k);
            let place = start + speed * time_s;
            let seen = dice.seen(&radar(), &polar(&place, &speed));
            tracker.update(time_s, &[seen], &OwnPose::default());
            if k >= 20 {
                let told = published(&tracker);
                let [track] = told.as_slice() else {
                    panic!("{way}, frame {k}: {} tracks", told.len());
                };
                assert_eq!(
                    (track.id, track.status),
                    (1, Some(Status::Tracked)),
                    "{way}, frame {k}"
                );
                // Four standard deviations of a single detection, along the range.
                let off = (track.state().mean[0] - place).norm();
                assert!(off < 40.0, "{way}, frame {k}: {off} m");
            }
        }
    }
}
