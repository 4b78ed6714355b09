"""What the valves did in a run: by their own reports, whatever was commanded."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qiki_hil.kernels import FRESH_VALVES_0, NOZZLES, NOZZLES_PER_CLUSTER
from qiki_hil.scenario.signals import Columns


@dataclass(frozen=True, slots=True)
class Openings:
    """Reported openings of a run of N records. A report that did not arrive, or whose nozzle's
    feedback is not believed, says nothing and counts as closed."""

    open_s: NDArray[np.float64]
    """(N, 16) how long each valve was open in the tick of the report, s."""
    pulses: NDArray[np.int64]
    """(16,) openings of each valve."""


def reported_openings(columns: Columns) -> Openings:
    """The openings in `columns`, those of `kernels.decode_cycles`."""
    says = _reported(columns)
    open_s = np.where(says, columns["open_time_us"], 0) / 1e6
    pulses = [_risings(open_s[says[:, n], n] > 0.0) for n in range(NOZZLES)]
    return Openings(open_s, np.array(pulses, dtype=np.int64))


def _reported(columns: Columns) -> NDArray[np.bool_]:
    """`(N, 16)`: a report of the nozzle arrived and is believed."""
    nozzle = np.arange(NOZZLES)
    heard = columns["fresh"][:, None] & FRESH_VALVES_0 << nozzle // NOZZLES_PER_CLUSTER
    lies = columns["feedback_lies"][:, None] & 1 << nozzle
    return np.asarray((heard != 0) & (lies == 0))


def _risings(on: NDArray[Any]) -> int:
    """How often a row of flags becomes true; before its first it was false."""
    return int(np.count_nonzero(on[1:] & ~on[:-1])) + int(on[:1].sum())
