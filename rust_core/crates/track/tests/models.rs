//! Models that cannot be used are refused by name.

use qiki_track::{Converter, OwnPose, RadarModel};

use crate::common::radar;

fn refusal(change: impl Fn(&mut RadarModel)) -> String {
    let mut model = radar();
    change(&mut model);
    Converter::new(model, OwnPose::default())
        .unwrap_err()
        .to_string()
}

#[test]
fn a_model_that_cannot_be_used_is_refused_by_name() {
    assert_eq!(
        refusal(|m| m.range_std_m = f64::NAN),
        "range_std_m: NaN given, a positive finite number needed"
    );
    assert_eq!(
        refusal(|m| m.elev_std_rad = 0.2),
        "elev_std: 0.2 rad given, at most 0.1 rad can be tracked with"
    );
    assert_eq!(
        refusal(|m| m.prob_detection = 1.0),
        "prob_detection: 1 given, above 0 and below 1 needed"
    );
    assert_eq!(
        refusal(|m| m.clutter_per_frame = -1.0),
        "clutter_per_frame: -1 given, a finite number, not negative, needed"
    );
    assert_eq!(
        refusal(|m| m.range_max_m = 100.0),
        "range_min_m, range_max_m: 500 to 100 given, 0 <= from < to needed"
    );
    assert_eq!(
        refusal(|m| m.elev_max_rad = 2.0),
        "elev_min, elev_max (rad): -0.6 to 2 given, -pi/2 <= from < to <= pi/2 needed"
    );
}
