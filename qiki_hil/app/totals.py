"""What the summary of a run counts and adds up, over columns that come part after part."""

import math

import numpy as np
from numpy.typing import NDArray

from qiki_hil.app.active_limits import InhibitedTimes
from qiki_hil.app.tally import Tally
from qiki_hil.kernels import NOZZLES
from qiki_hil.scenario.openings import Openings, open_s
from qiki_hil.scenario.signals import Columns, PropellantUsed, backfilled

TIMED_PARTS = ("wakeup", "read", "step", "write", "send")
"""Parts of the cycle, each with a column of ns."""
NOZZLE_STATES = {
    "stuck_open": "does not close, countered",
    "stuck_closed": "does not open, isolated",
    "isolated": "isolated",
    "returning": "on trial",
    "feedback_lies": "in use, its feedback lies",
}
"""Text for the state of a nozzle, by the column of bits that holds it; the first that is set
counts."""


class Totals:
    """Sums, counts and last values. None of it takes more memory for a longer run."""

    def __init__(self, dry_mass_kg: float, force_n_body: NDArray[np.float64]) -> None:
        """`force_n_body`: (3, 16) force of each nozzle at full thrust, N, body."""
        self.records = 0
        self.ticks = 0
        """By the number of the last record."""
        self.overruns = 0
        self.propellant_kg = math.nan
        self.delta_v_mps = 0.0
        self.pulses = np.zeros(NOZZLES, dtype=np.int64)
        """Reported openings of each valve."""
        self.open_s = np.zeros(NOZZLES)
        """How long each valve was open by its reports, s."""
        self.nozzle_bits = dict.fromkeys(NOZZLE_STATES, 0)
        """Columns of `NOZZLE_STATES` as they are in the last record."""
        self.inhibited = InhibitedTimes()
        self.timing = {part: Tally() for part in TIMED_PARTS}
        """Those that were timed, ns."""
        self._dry_mass_kg = dry_mass_kg
        self._force_n_body = force_n_body
        self._openings = Openings()
        self._propellant_used = PropellantUsed()

    def take(self, columns: Columns) -> None:
        """Takes the next part."""
        if not len(columns["time_s"]):
            return
        self.records += len(columns["time_s"])
        self.ticks = int(columns["tick"][-1]) + 1
        self.overruns += int(columns["overruns"].sum(dtype=np.int64))
        self.propellant_kg = float(self._propellant_used(columns)[-1])
        self.pulses += self._openings(columns).sum(axis=0)
        reported_s = open_s(columns)
        self.open_s += reported_s.sum(axis=0)
        self.delta_v_mps += self._delta_v(columns, reported_s)
        self.nozzle_bits = {name: int(columns[name][-1]) for name in NOZZLE_STATES}
        self.inhibited.take(columns)
        for part, tally in self.timing.items():
            tally.take(_timed(columns[f"{part}_ns"]))

    def _delta_v(self, columns: Columns, reported_s: NDArray[np.float64]) -> float:
        """Impulse of all reported openings over the mass, m/s. It counts all thrust, also where one
        push takes back another, because it measures the effort and not the motion."""
        impulse_ns = np.linalg.norm(reported_s @ self._force_n_body.T, axis=1)
        true = columns["true_mass_kg"]
        reported = self._dry_mass_kg + backfilled(columns["propellant_kg"])
        mass = np.where(np.isnan(true), reported, true)
        return float(np.sum(impulse_ns / mass))


def _timed(nanoseconds: NDArray[np.int64]) -> NDArray[np.int64]:
    return nanoseconds[nanoseconds >= 0]
