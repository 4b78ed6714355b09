//! The radar tracker as a Python object.

use nalgebra::{Matrix3, Quaternion, UnitQuaternion, Vector3};
use numpy::{IntoPyArray, PyArray2, PyArrayMethods};
use pyo3::prelude::*;
use qiki_track::{
    Association, Detection, Frame, Motion, OwnPose, Population, RadarModel, RadarTracker, Track,
};

use crate::convert::{Given, column, numbers, vector};
use crate::error::{CoreError, Result};

/// Columns of a row of `TrackerCore.tracks`.
const COLUMNS: usize = 30;

/// A radar tracker. `qiki_hil.Tracker` is its public face.
///
/// `noise`: standard deviations of range m, bearing deg, elevation deg, range rate m/s.
/// `detection`: probability of detection, clutter per frame. `field`: least and most range m, least
/// and most elevation deg, most range rate m/s. Raises ValueError naming what does not fit.
#[pyclass(module = "qiki_hil._core")]
#[derive(Clone)]
pub struct TrackerCore {
    tracker: RadarTracker,
}

fn association(name: &str) -> Result<Association> {
    match name {
        "probabilistic" => Ok(Association::Probabilistic),
        "nearest" => Ok(Association::Nearest),
        other => Err(CoreError::value(format!(
            "association: '{other}' given, probabilistic or nearest needed"
        ))),
    }
}

/// Range, bearing, elevation, range rate.
type Columns<'py> = (
    Bound<'py, PyAny>,
    Bound<'py, PyAny>,
    Bound<'py, PyAny>,
    Bound<'py, PyAny>,
);

fn detections((range_m, bearing_deg, elev_deg, vr_mps): &Columns<'_>) -> Result<Vec<Detection>> {
    let ranges = column("range_m", range_m)?;
    let bearings = numbers("bearing_deg", bearing_deg, ranges.len())?;
    let elevations = numbers("elev_deg", elev_deg, ranges.len())?;
    let rates = numbers("vr_mps", vr_mps, ranges.len())?;
    Ok((0..ranges.len())
        .map(|n| Detection {
            range_m: ranges[n],
            bearing_rad: bearings[n].to_radians(),
            elev_rad: elevations[n].to_radians(),
            vr_mps: rates[n],
        })
        .collect())
}

/// A pose of 13 numbers and standard deviations that are the same along every axis.
fn own_pose(given: Given<'_, '_>) -> Result<OwnPose> {
    let p: [f64; 13] = vector("own_pose", given)?;
    let attitude = Quaternion::new(p[9], p[6], p[7], p[8]);
    let attitude = UnitQuaternion::try_new(attitude, f64::EPSILON).ok_or_else(|| {
        CoreError::value("own_pose: attitude of length 0 given, a unit quaternion needed")
    })?;
    let variance = |std: f64| Matrix3::from_diagonal_element(std * std);
    Ok(OwnPose {
        position: Vector3::new(p[0], p[1], p[2]),
        velocity: Vector3::new(p[3], p[4], p[5]),
        attitude,
        position_covariance: variance(p[10]),
        velocity_covariance: variance(p[11]),
        attitude_covariance: variance(p[12].to_radians()),
    })
}

#[pymethods]
impl TrackerCore {
    #[new]
    fn new(
        noise: (f64, f64, f64, f64),
        detection: (f64, f64),
        field: (f64, f64, f64, f64, f64),
        association: &str,
    ) -> Result<Self> {
        let radar = RadarModel {
            range_std_m: noise.0,
            bearing_std_rad: noise.1.to_radians(),
            elev_std_rad: noise.2.to_radians(),
            vr_std_mps: noise.3,
            prob_detection: detection.0,
            clutter_per_frame: detection.1,
            range_min_m: field.0,
            range_max_m: field.1,
            elev_min_rad: field.2.to_radians(),
            elev_max_rad: field.3.to_radians(),
            vr_max_mps: field.4,
        };
        let way = self::association(association)?;
        let tracker = RadarTracker::new(radar, Motion::CRAFT, Population::CRAFT, way)?;
        Ok(Self { tracker })
    }

    /// Takes a frame: `detections` are the columns range m, bearing deg, elevation deg and range rate
    /// m/s, (N,) float64 each, and `own_pose` (13,) float64: position m and velocity m/s, world;
    /// attitude (x, y, z, w); standard deviations m, m/s, deg. Returns `taken`, `late` or
    /// `no_numbers`. Raises ValueError where a shape does not fit; releases the GIL.
    #[pyo3(signature = (time_s, detections, own_pose = None))]
    fn update(
        &mut self,
        py: Python<'_>,
        time_s: f64,
        detections: Columns<'_>,
        own_pose: Option<Given<'_, '_>>,
    ) -> Result<&'static str> {
        let detections = self::detections(&detections)?;
        let own = own_pose.map_or_else(|| Ok(OwnPose::default()), self::own_pose)?;
        let tracker = &mut self.tracker;
        Ok(
            match py.detach(|| tracker.update(time_s, &detections, &own)) {
                Frame::Taken => "taken",
                Frame::Late => "late",
                Frame::NoNumbers => "no_numbers",
            },
        )
    }

    /// (M, 30) float64, a row for each published track: id, status, position (3,) m, velocity (3,)
    /// m/s, covariance of position (9,) m², of velocity (9,) m²/s², existence, quality, age s, misses.
    fn tracks<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyArray2<f64>>> {
        let now_s = self.tracker.time_s().unwrap_or(0.0);
        let mut cells = Vec::new();
        for track in self.published() {
            let state = track.state();
            cells.push(track.id as f64);
            cells.push(track.status.map_or(0.0, |status| f64::from(status as u8)));
            cells.extend(state.mean[0].iter().chain(state.mean[1].iter()));
            cells.extend(state.covariance[0][0].iter());
            cells.extend(state.covariance[1][1].iter());
            cells.push(track.existence);
            cells.push(self.tracker.quality(track));
            cells.push(now_s - track.born_s);
            cells.push(f64::from(track.misses));
        }
        let rows = cells.len() / COLUMNS;
        Ok(cells.into_pyarray(py).reshape([rows, COLUMNS])?)
    }

    /// By track: why it has its status, in words, and since when, s.
    #[getter]
    fn reasons(&self) -> Vec<(u64, &'static str, f64)> {
        self.published()
            .map(|track| (track.id, track.reason.text(), track.since_s))
            .collect()
    }

    /// What was refused so far, by name.
    #[getter]
    fn refused(&self) -> Vec<(&'static str, u64)> {
        let refused = self.tracker.refused();
        vec![
            ("late_frames", refused.late_frames),
            ("broken_frames", refused.broken_frames),
            ("broken_detections", refused.broken_detections),
            ("surplus_detections", refused.surplus_detections),
            ("surplus_pairs", refused.surplus_pairs),
            ("surplus_candidates", refused.surplus_candidates),
        ]
    }

    fn __copy__(&self) -> Self {
        self.clone()
    }

    fn __deepcopy__(&self, _memo: &Bound<'_, PyAny>) -> Self {
        self.clone()
    }

    fn __reduce__(&self) -> Result<()> {
        Err(CoreError::Pickled("TrackerCore"))
    }
}

impl TrackerCore {
    fn published(&self) -> impl Iterator<Item = &Track> {
        let tracks = self.tracker.tracks().iter();
        tracks.filter(|track| track.is_published())
    }
}
