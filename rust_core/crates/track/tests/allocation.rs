//! No memory is allocated in a frame once there has been one as large.

use allocation_counter::measure;
use qiki_track::{Association, Motion, OwnPose, Population, RadarTracker};

use crate::common::scene::{FRAME_S, Flier, frame};
use crate::common::{Dice, radar};

#[test]
fn a_frame_allocates_nothing_after_one_as_large() {
    for association in [Association::Probabilistic, Association::Nearest] {
        let radar = radar();
        let mut dice = Dice::new(41);
        let mut fliers: Vec<Flier> = (0..50)
            .map(|_| Flier::anywhere(&mut dice, &radar))
            .collect();
        let mut tracker =
            RadarTracker::new(radar, Motion::CRAFT, Population::CRAFT, association).unwrap();
        // Each target four times over: more tracks and pairs than there will be.
        let many = frame(&mut dice, &radar, &fliers.repeat(4));
        tracker.update(-2.0 * FRAME_S, &many, &OwnPose::default());
        tracker.update(-FRAME_S, &many, &OwnPose::default());
        for k in 0..30 {
            let seen = frame(&mut dice, &radar, &fliers);
            let counted = measure(|| {
                tracker.update(FRAME_S * f64::from(k), &seen, &OwnPose::default());
            });
            // What began in the large frames is gone by then.
            if k >= 5 {
                assert_eq!(counted.count_total, 0, "{association:?}, frame {k}");
            }
            fliers.iter_mut().for_each(Flier::fly);
        }
    }
}
