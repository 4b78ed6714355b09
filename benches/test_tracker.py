"""The radar tracker beside Stone Soup's, and how its time grows."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from benches.ledger import Ledger
from benches.peers import stone_soup
from qiki_hil import RadarModel, Tracker
from qiki_hil.analysis.gospa import gospa

Float64 = NDArray[np.float64]

SCENE = Path(__file__).parents[1] / "tests/kernels/data/radar_20_targets.npz"
FIRST = 20
"""Frames before are the start of all tracks at once."""
CUTOFF_M = 100.0
SMALL, LARGE = (1_000, 200), (10_000, 1_000)
"""Targets, false detections a frame."""


def model(clutter: float) -> RadarModel:
    return RadarModel(
        range_std_m=10.0,
        bearing_std_deg=0.2,
        elev_std_deg=0.2,
        vr_std_mps=0.5,
        prob_detection=0.9,
        clutter_per_frame=clutter,
        range_min_m=500.0,
        range_max_m=20_000.0,
        elev_min_deg=-34.4,
        elev_max_deg=34.4,
    )


def recorded() -> Iterator[tuple[float, list[Float64], Float64]]:
    """Time, columns of detections, true positions."""
    scene = np.load(SCENE)
    for k, time_s in enumerate(scene["time_s"]):
        mine = scene["frame_index"] == k
        columns = ("range_m", "bearing_deg", "elev_deg", "vr_mps")
        here = scene["truth_xyz_m"][k][scene["alive"][k]]
        yield float(time_s), [scene[name][mine] for name in columns], here


def flown(targets: int, clutter: int, frames: int) -> Iterator[list[Float64]]:
    """Columns of detections of targets that fly straight."""
    random = np.random.default_rng(3)
    sight = random.normal(size=(targets, 3)) * [1.0, 1.0, 0.35]
    sight /= np.linalg.norm(sight, axis=1)[:, None]
    place = sight * 20_000.0 * random.uniform(0.1, 1.0, (targets, 1)) ** (1.0 / 3.0)
    speed = random.normal(size=(targets, 3)) * 40.0
    for k in range(frames):
        seen = random.random(targets) < 0.9
        now, rate = place[seen] + 0.2 * k * speed[seen], speed[seen]
        far = np.linalg.norm(now, axis=1)
        true = [
            far,
            np.degrees(np.arctan2(now[:, 0], now[:, 1])),
            np.degrees(np.arcsin(now[:, 2] / far)),
            np.sum(now * rate, axis=1) / far,
        ]
        spans = [(500.0, 20_000.0), (0.0, 360.0), (-34.4, 34.4), (-150.0, 150.0)]
        yield [
            np.concatenate(
                [column + std * random.normal(size=far.size), random.uniform(*span, clutter)]
            )
            for column, std, span in zip(true, (10.0, 0.2, 0.2, 0.5), spans, strict=True)
        ]


def frame_ms(targets: int, clutter: int) -> float:
    """Median time of a frame once all targets are tracked, processor time, ms."""
    tracker, taken = Tracker(model(clutter)), []
    for k, columns in enumerate(flown(targets, clutter, 12)):
        begin = time.process_time()
        tracker.update(0.2 * k, *columns)
        taken.append(time.process_time() - begin)
    assert np.sum(tracker.tracks["existence_ratio"] > 0.5) > 0.98 * targets
    return 1e3 * float(np.median(taken[4:]))


def test_gospa_is_that_of_stone_soup() -> None:
    random = np.random.default_rng(4)
    for _ in range(100):
        truth = random.uniform(0.0, 400.0, (random.integers(1, 8), 3))
        estimates = random.uniform(0.0, 400.0, (random.integers(0, 8), 3))
        want = stone_soup.gospa(truth, estimates, CUTOFF_M)
        assert gospa(truth, estimates, CUTOFF_M).distance_m == pytest.approx(want, abs=1e-9)


def test_targets_are_followed_better_than_by_stone_soup_and_faster(
    ledger: Ledger, one_cpu: int
) -> None:
    ours = Tracker(model(10.0))
    noise = np.array([10.0, np.radians(0.2), np.radians(0.2), 0.5])
    peer = stone_soup.Tracker(noise, speed_std_mps=150.0 / np.sqrt(5.0))
    apart, taken = [], []
    for k, (time_s, columns, truth) in enumerate(recorded()):
        begin = time.perf_counter()
        tracks = ours.update(time_s, *columns)
        middle = time.perf_counter()
        places = peer.update(time_s, columns)
        taken.append((middle - begin, time.perf_counter() - middle))
        probable = tracks[tracks["existence_ratio"] >= 0.5]["position_m_world"]
        if k >= FIRST:
            pair = (probable, places)
            apart.append([gospa(truth, found, CUTOFF_M).distance_m for found in pair])
    (our_m, peer_m), (our_s, peer_s) = np.mean(apart, axis=0), np.median(taken, axis=0)
    what = "tracker, 20 targets, 10 false a frame: GOSPA"
    peer_text = f"Stone Soup GNN {peer_m:.1f} m"
    ledger.judge("tracker_gospa_vs_stone_soup", what, f"{our_m:.1f} m", peer_text, our_m / peer_m)
    what, peer_text = "tracker, the same: a frame", f"Stone Soup GNN {1e3 * peer_s:.1f} ms"
    ours_text, ratio = f"{1e3 * our_s:.2f} ms", our_s / peer_s
    ledger.judge("tracker_frame_vs_stone_soup", what, ours_text, peer_text, ratio, cpu=one_cpu)


def test_time_grows_with_the_targets_and_not_with_their_square(
    ledger: Ledger, one_cpu: int
) -> None:
    small_ms, large_ms = frame_ms(*SMALL), frame_ms(*LARGE)
    what = "tracker, a frame of 10,000 targets and 1000 false"
    ours, peer = f"{large_ms:.0f} ms", f"1000 and 200: {small_ms:.1f} ms"
    ledger.judge("tracker_growth_tenfold", what, ours, peer, large_ms / small_ms, cpu=one_cpu)
