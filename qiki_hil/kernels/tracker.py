"""The radar tracker, for people: detections in, tracks out."""

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from enum import IntEnum
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qiki_hil._core import TrackerCore
from qiki_hil.kernels.copying import HoldsCore


class TrackStatus(IntEnum):
    """Numbers of `RadarTrackStatus` in `protos`."""

    NEW = 1
    TRACKED = 2
    LOST = 3
    COASTING = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class RadarModel:
    """Noise (standard deviations), probability of detection, clutter and field of view of a radar.

    Clutter is taken as even in range, bearing, elevation and range rate within the field of view.
    """

    range_std_m: float
    bearing_std_deg: float
    elev_std_deg: float
    vr_std_mps: float
    prob_detection: float
    clutter_per_frame: float
    range_min_m: float
    range_max_m: float
    elev_min_deg: float = -90.0
    elev_max_deg: float = 90.0
    vr_max_mps: float = 150.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPose:
    """Where the radar is when it measures, how it moves, and how well both are known.

    `attitude_xyzw` turns axes of the radar into those of the world. Standard deviations hold for
    each axis.
    """

    position_m_world: tuple[float, float, float] = (0.0, 0.0, 0.0)
    velocity_mps_world: tuple[float, float, float] = (0.0, 0.0, 0.0)
    attitude_xyzw: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 1.0)
    position_std_m: float = 0.0
    velocity_std_mps: float = 0.0
    attitude_std_deg: float = 0.0


@dataclass(frozen=True, slots=True)
class StatusReason:
    """Why a track has its status, in words, and since when, s."""

    text: str
    since_s: float


class Tracker(HoldsCore):
    """Follows targets from frame to frame. The same frames give the same tracks.

    >>> model = RadarModel(
    ...     range_std_m=10.0, bearing_std_deg=0.2, elev_std_deg=0.2, vr_std_mps=0.5,
    ...     prob_detection=0.9, clutter_per_frame=10.0, range_min_m=500.0, range_max_m=20e3,
    ... )
    >>> tracker = Tracker(model)
    >>> len(tracker.update(0.0, [4000.0], [30.0], [5.0], [-60.0]))
    0
    >>> tracker.update(0.2, [3988.0], [30.0], [5.0], [-60.0])["status"]
    array([1], dtype=uint8)
    """

    dtype = np.dtype(
        [
            ("track_id", np.uint64),
            ("status", np.uint8),
            ("position_m_world", np.float64, (3,)),
            ("velocity_mps_world", np.float64, (3,)),
            ("position_covariance_m2", np.float64, (3, 3)),
            ("velocity_covariance_m2ps2", np.float64, (3, 3)),
            ("existence_ratio", np.float64),
            ("quality_ratio", np.float64),
            ("age_s", np.float64),
            ("miss_count", np.uint32),
        ]
    )
    """Of one track; `status` is a `TrackStatus`."""

    def __init__(self, model: RadarModel, *, association: str = "probabilistic") -> None:
        """`association`: `probabilistic`, or `nearest` for the best assignment. Raises ValueError
        naming what does not fit."""
        noise = (model.range_std_m, model.bearing_std_deg, model.elev_std_deg, model.vr_std_mps)
        field = (
            *(model.range_min_m, model.range_max_m),
            *(model.elev_min_deg, model.elev_max_deg, model.vr_max_mps),
        )
        detection = (model.prob_detection, model.clutter_per_frame)
        self._core = TrackerCore(noise, detection, field, association)

    def update(
        self,
        time_s: float,
        range_m: ArrayLike,
        bearing_deg: ArrayLike,
        elev_deg: ArrayLike,
        vr_mps: ArrayLike,
        *,
        own_pose: OwnPose | None = None,
    ) -> NDArray[np.void]:
        """Takes a frame of detections and returns the tracks, (M,) of `Tracker.dtype`.

        Columns are (N,) float64 each; bearing clockwise from +Y, elevation up from the XY plane, in
        the axes of the radar: those of the world where no pose is given. A track that is lost is in
        the answer once. A frame that is not newer than the last one changes nothing and is counted
        in `refused`; the answer then has the tracks that are not lost. Raises ValueError for a
        shape that does not fit.
        """
        pose = None if own_pose is None else np.hstack(astuple(own_pose))
        became = self._core.update(time_s, (range_m, bearing_deg, elev_deg, vr_mps), pose)
        tracks = self.tracks
        return tracks if became == "taken" else tracks[tracks["status"] != TrackStatus.LOST]

    @property
    def tracks(self) -> NDArray[np.void]:
        """The tracks after the last frame that was taken, oldest first, (M,) of `Tracker.dtype`."""
        rows = self._core.tracks()
        tracks = np.empty(len(rows), dtype=self.dtype)
        begin = 0
        for name in self.dtype.names or ():
            shape = self.dtype[name].shape
            end = begin + int(np.prod(shape))
            tracks[name] = rows[:, begin:end].reshape(len(rows), *shape)
            begin = end
        return tracks

    @property
    def reasons(self) -> Mapping[int, StatusReason]:
        """By track, why it has its status."""
        told = self._core.reasons
        return MappingProxyType({track: StatusReason(text, s) for track, text, s in told})

    @property
    def refused(self) -> Mapping[str, int]:
        """What was refused so far, by name, counted: late and broken frames, broken detections, and
        what was beyond a limit of docs/math/tracking.md."""
        return MappingProxyType(dict(self._core.refused))
