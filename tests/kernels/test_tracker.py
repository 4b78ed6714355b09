"""The radar tracker from Python: a recorded scene of turning targets, and its answers."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from qiki_hil import OwnPose, RadarModel, Tracker
from qiki_hil._pb.qiki.radar.v1.radar_pb2 import RadarTrackStatus
from qiki_hil.analysis.gospa import gospa
from qiki_hil.kernels import TrackStatus

SCENE = np.load(Path(__file__).parent / "data/radar_20_targets.npz")
"""20 targets within 24 s, 10 false detections a frame; `truth_id` -1 is clutter. Its noise, clutter
and field of view are those of `MODEL`."""
MODEL = RadarModel(
    range_std_m=10.0,
    bearing_std_deg=0.2,
    elev_std_deg=0.2,
    vr_std_mps=0.5,
    prob_detection=0.9,
    clutter_per_frame=10.0,
    range_min_m=500.0,
    range_max_m=20_000.0,
    elev_min_deg=-34.4,
    elev_max_deg=34.4,
)


def frame(k: int) -> list[NDArray[np.float64]]:
    mine = SCENE["frame_index"] == k
    return [SCENE[name][mine] for name in ("range_m", "bearing_deg", "elev_deg", "vr_mps")]


def probable(tracks: NDArray[np.void]) -> NDArray[np.void]:
    """Those that are there rather than not."""
    held = (tracks["existence_ratio"] >= 0.5) & (tracks["status"] != TrackStatus.LOST)
    return np.asarray(tracks[held])


@pytest.mark.parametrize("association", ["probabilistic", "nearest"])
def test_turning_targets_in_clutter_are_followed_better_than_by_a_filter_that_is_told(
    association: str,
) -> None:
    tracker = Tracker(MODEL, association=association)
    found = []
    for k, time_s in enumerate(SCENE["time_s"]):
        tracks = probable(tracker.update(time_s, *frame(k)))
        if k >= 20:
            there = SCENE["truth_xyz_m"][k][SCENE["alive"][k]]
            found.append(gospa(there, tracks["position_m_world"]))
    # An extended Kalman filter that is told which detection is whose has 99.0, Stone Soup's
    # GNN with the same filter 101.8.
    assert np.mean([frame.distance_m for frame in found]) < 99.0
    assert np.mean([frame.missed for frame in found]) < 0.5
    assert np.mean([frame.surplus for frame in found]) < 0.5


def test_covariances_say_how_wrong_positions_and_velocities_are() -> None:
    tracker = Tracker(MODEL)
    errors = {"position": [], "velocity": []}  # type: dict[str, list[float]]
    names = {
        "position": ("truth_xyz_m", "position_m_world", "position_covariance_m2"),
        "velocity": ("truth_v_mps", "velocity_mps_world", "velocity_covariance_m2ps2"),
    }
    for k, time_s in enumerate(SCENE["time_s"]):
        tracks = probable(tracker.update(time_s, *frame(k)))
        places = SCENE["truth_xyz_m"][k]
        for target in np.flatnonzero(SCENE["alive"][k]) if k >= 20 else []:
            apart = np.linalg.norm(tracks["position_m_world"] - places[target], axis=1)
            if apart.min() > 300.0:
                continue
            track = tracks[np.argmin(apart)]
            for kind, (truth, mean, covariance) in names.items():
                off = track[mean] - SCENE[truth][k, target]
                errors[kind].append(float(off @ np.linalg.solve(track[covariance], off)))
    # Chi square with three degrees of freedom has the median 2.37. Turns are no draws from the
    # models, so there is no band of 95 % to ask for. Too certain by a quarter, or
    # too modest by a half, at most.
    for kind, squares in errors.items():
        assert len(squares) > 1000
        assert 2.37 / 1.5 < np.median(squares) < 2.37 * 1.25, kind


def test_a_track_is_told_of_in_this_shape() -> None:
    tracker = Tracker(MODEL)
    assert tracker.update(0.0, [4000.0], [30.0], [5.0], [-60.0]).shape == (0,)
    tracks = tracker.update(0.2, [3988.0], [30.0], [5.0], [-60.0])
    assert tracks.dtype == Tracker.dtype
    (track,) = tracks
    assert (track["track_id"], track["status"], track["miss_count"]) == (1, TrackStatus.NEW, 0)
    assert track["age_s"] == pytest.approx(0.2)
    assert 0.0 < track["quality_ratio"] < track["existence_ratio"] < 1.0
    bearing, elevation = np.radians(30.0), np.radians(5.0)
    level = np.cos(elevation)
    sight = [level * np.sin(bearing), level * np.cos(bearing), np.sin(elevation)]
    assert np.linalg.norm(track["position_m_world"] - 3988.0 * np.array(sight)) < 10.0
    assert track["velocity_mps_world"] @ sight == pytest.approx(-60.0, abs=0.5)
    assert np.linalg.eigvalsh(track["position_covariance_m2"]).min() > 0.0
    reason = tracker.reasons[1]
    assert (reason.text, reason.since_s) == ("seen a second time where it was expected", 0.2)


def test_a_track_lives_through_the_states_of_the_messages_by_their_numbers() -> None:
    tracker = Tracker(MODEL)
    seen = ([4000.0], [30.0], [5.0], [0.0])
    statuses = []
    for k in range(10):
        statuses += tracker.update(0.2 * k, *(seen if k < 4 else [[]] * 4))["status"].tolist()
    lived = list(dict.fromkeys(RadarTrackStatus.Name(status) for status in statuses))
    names = ("NEW", "TRACKED", "COASTING", "LOST")
    assert lived == [f"RADAR_TRACK_STATUS_{name}" for name in names]
    assert statuses.count(TrackStatus.LOST) == 1
    for status in TrackStatus:
        assert RadarTrackStatus.Name(status) == f"RADAR_TRACK_STATUS_{status.name}"


def test_the_own_pose_is_taken_out() -> None:
    tracker = Tracker(MODEL)
    for k in range(10):
        # Flies north, past a buoy that lies ahead, looking east: the buoy is to the left.
        pose = OwnPose(
            position_m_world=(0.0, 8.0 * k, 0.0),
            velocity_mps_world=(0.0, 40.0, 0.0),
            attitude_xyzw=(0.0, 0.0, -np.sqrt(0.5), np.sqrt(0.5)),
            position_std_m=1.0,
        )
        tracks = tracker.update(0.2 * k, [3000.0 - 8.0 * k], [-90.0], [0.0], [-40.0], own_pose=pose)
    (track,) = tracks
    assert track["position_m_world"] == pytest.approx([0.0, 3000.0, 0.0], abs=1.0)
    assert track["velocity_mps_world"] == pytest.approx([0.0, 0.0, 0.0], abs=1.0)


def test_what_is_refused_is_counted() -> None:
    tracker = Tracker(MODEL)
    tracker.update(1.0, [4000.0, np.nan], [30.0, 30.0], [5.0, 5.0], [0.0, 0.0])
    tracker.update(0.5, [4000.0], [30.0], [5.0], [0.0])
    tracker.update(np.inf, [], [], [], [])
    refused = {name: count for name, count in tracker.refused.items() if count}
    assert refused == {"late_frames": 1, "broken_frames": 1, "broken_detections": 1}


def test_columns_that_do_not_fit_are_refused_by_name() -> None:
    tracker = Tracker(MODEL)
    with pytest.raises(ValueError, match=r"^elev_deg: shape \(1,\) given, \(2,\) needed$"):
        tracker.update(0.0, [4000.0, 5000.0], [30.0, 40.0], [5.0], [0.0, 0.0])
    with pytest.raises(ValueError, match=r"^range_m: shape \(1, 1\) given, \(N,\) needed$"):
        tracker.update(0.0, [[4000.0]], [30.0], [5.0], [0.0])
    with pytest.raises(ValueError, match=r"^association: 'best' given, probabilistic or nearest"):
        Tracker(MODEL, association="best")


def test_a_track_that_is_lost_is_told_once_also_where_a_late_frame_follows() -> None:
    tracker, nothing = Tracker(MODEL), ([], [], [], [])
    for k in range(10):
        tracker.update(0.2 * k, [4000.0], [30.0], [5.0], [0.0])
    time_s, lost = 2.0, 0
    while not lost:
        time_s += 0.2
        lost = np.count_nonzero(tracker.update(time_s, *nothing)["status"] == TrackStatus.LOST)
        assert time_s < 60.0
    assert lost == 1
    assert len(tracker.update(time_s, *nothing)) == 0
    assert tracker.refused["late_frames"] == 1
    assert len(tracker.update(time_s + 0.2, *nothing)) == 0
