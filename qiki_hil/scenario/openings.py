"""What the valves did in a run: by their own reports, whatever was commanded.

A report that did not arrive, or of a nozzle whose feedback is not believed, says nothing.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qiki_hil.kernels import CLUSTERS, FRESH_VALVES_0, NOZZLES, NOZZLES_PER_CLUSTER

_Columns = Mapping[str, NDArray[Any]]

_NOZZLE = np.arange(NOZZLES)
_ALL_HEARD = sum(FRESH_VALVES_0 << cluster for cluster in range(CLUSTERS))


def open_s(columns: _Columns) -> NDArray[np.float64]:
    """`(N, 16)`: how long each valve was open in the tick that is reported, s; zero where nothing
    is said."""
    return np.where(_says(columns), columns["open_time_us"], 0) / 1e6


class Openings:
    """Reads `(N, 16)`: a report says that a valve is open which was closed in the report before.
    Takes a run part after part from its first row on."""

    def __init__(self) -> None:
        self._on = np.zeros(NOZZLES, dtype=np.bool_)

    def __call__(self, columns: _Columns) -> NDArray[np.bool_]:
        """The next part."""
        on = _last_said(columns["open_time_us"] > 0, _says(columns), self._on)
        before = np.concatenate([self._on[None], on])
        self._on = before[-1].copy()
        return np.asarray(on & ~before[:-1])


def _says(columns: _Columns) -> NDArray[np.bool_]:
    """`(N, 16)`: a report of the nozzle arrived and is believed."""
    heard, lies = columns["fresh"], columns["feedback_lies"]
    if np.all(heard & _ALL_HEARD == _ALL_HEARD) and not lies.any():
        return np.broadcast_to(np.True_, (len(heard), NOZZLES))
    heard = heard[:, None] & FRESH_VALVES_0 << _NOZZLE // NOZZLES_PER_CLUSTER
    return np.asarray((heard != 0) & (lies[:, None] & 1 << _NOZZLE == 0))


def _last_said(
    on: NDArray[np.bool_], says: NDArray[np.bool_], before: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Each value of `on`, or where nothing is said the one before it; `before` the first."""
    if says.all():
        return on
    rows = np.where(says, np.arange(1, len(on) + 1)[:, None], 0)
    said = np.concatenate([before[None], on])
    return np.take_along_axis(said, np.maximum.accumulate(rows, axis=0), axis=0)
