"""Stone Soup: its GOSPA, and its global nearest neighbour tracker. A peer of the bench only."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

Float64 = NDArray[np.float64]

START = datetime(2026, 1, 1)
NOISE_DENSITY = 20.0
"""Of the constant velocity model, m²/s³: the best of those tried."""
GATE = 5.0
"""Mahalanobis distance: the best of those tried."""


def gospa(truth: Float64, estimates: Float64, c: float) -> float:
    """Distance with p = 2, m."""
    metrics = pytest.importorskip("stonesoup.metricgenerator.ospametric", reason="needs stonesoup")
    from stonesoup.types.state import State

    def states(places: Float64) -> list[Any]:
        return [State(place[:, None], timestamp=START) for place in places]

    metric, _ = metrics.GOSPAMetric(p=2.0, c=c).compute_gospa_metric(
        states(estimates), states(truth)
    )
    return float(metric.value["distance"])


class Tracker:
    """GNN with an extended Kalman filter over constant velocity, range rate included."""

    def __init__(self, noise_std: Float64, speed_std_mps: float) -> None:
        """`noise_std`: (4,) range m, bearing rad, elevation rad, range rate m/s."""
        pytest.importorskip("stonesoup", reason="needs stonesoup")
        from stonesoup.dataassociator.neighbour import GNNWith2DAssignment
        from stonesoup.deleter.time import UpdateTimeStepsDeleter
        from stonesoup.hypothesiser.distance import DistanceHypothesiser
        from stonesoup.initiator.simple import (
            MultiMeasurementInitiator,
            SimpleMeasurementInitiator,
        )
        from stonesoup.measures import Mahalanobis
        from stonesoup.models.measurement.nonlinear import CartesianToElevationBearingRangeRate
        from stonesoup.models.transition.linear import (
            CombinedLinearGaussianTransitionModel,
            ConstantVelocity,
        )
        from stonesoup.predictor.kalman import ExtendedKalmanPredictor
        from stonesoup.types.state import GaussianState
        from stonesoup.updater.kalman import ExtendedKalmanUpdater

        in_order = noise_std[[2, 1, 0, 3]]
        self.model = CartesianToElevationBearingRangeRate(
            ndim_state=6,
            mapping=(0, 2, 4),
            velocity_mapping=(1, 3, 5),
            noise_covar=np.diag(in_order**2),
        )
        motion = CombinedLinearGaussianTransitionModel([ConstantVelocity(NOISE_DENSITY)] * 3)
        updater = ExtendedKalmanUpdater(None)
        hypothesiser = DistanceHypothesiser(
            ExtendedKalmanPredictor(motion), updater, Mahalanobis(), missed_distance=GATE
        )
        self.associator = GNNWith2DAssignment(hypothesiser)
        self.updater = updater
        self.deleter = UpdateTimeStepsDeleter(3)
        prior = GaussianState(
            np.zeros((6, 1)), np.diag([0.0, speed_std_mps**2] * 3), timestamp=START
        )
        self.initiator = MultiMeasurementInitiator(
            prior_state=prior,
            deleter=UpdateTimeStepsDeleter(2),
            data_associator=self.associator,
            updater=updater,
            measurement_model=self.model,
            min_points=2,
            initiator=SimpleMeasurementInitiator(prior, self.model),
        )
        self.tracks: set[Any] = set()

    def update(self, time_s: float, columns: list[Float64]) -> Float64:
        """Takes range m, bearing deg, elevation deg, range rate m/s; returns places (M, 3), m."""
        from stonesoup.types.angle import Bearing, Elevation
        from stonesoup.types.detection import Detection

        now = START + timedelta(seconds=float(time_s))
        # Its bearing runs from +X to +Y.
        detections = {
            Detection(
                np.array([[Elevation(np.radians(e))], [Bearing(np.radians(90.0 - b))], [r], [vr]]),
                timestamp=now,
                measurement_model=self.model,
            )
            for r, b, e, vr in zip(*columns, strict=True)
        }
        used = set()
        found = self.associator.associate(self.tracks, detections, now)
        for track, hypothesis in found.items():
            if hypothesis:
                track.append(self.updater.update(hypothesis))
                used.add(hypothesis.measurement)
            else:
                track.append(hypothesis.prediction)
        self.tracks -= self.deleter.delete_tracks(self.tracks)
        self.tracks |= self.initiator.initiate(detections - used, now)
        places = [track.state_vector[[0, 2, 4], 0].astype(float) for track in self.tracks]
        return np.array(places).reshape(-1, 3)
