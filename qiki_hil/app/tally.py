"""How often each whole number came, in memory that does not grow with how many came."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

DISTINCT_MAX = 1 << 18
"""So many different numbers are kept apart. Where there are more, those next to each other become
one: times of a cycle, ns, are then rounded up by some ns."""


class Tally:
    """Counts whole numbers that come part after part."""

    def __init__(self) -> None:
        self.numbers: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        """Those that came, ascending, and in `counts` how often each did."""
        self.counts: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._step = 1

    def take(self, numbers: NDArray[np.int64]) -> None:
        """Counts the next numbers."""
        found, counts = np.unique(self._rounded(numbers), return_counts=True)
        self._merge(np.concatenate([self.numbers, found]), np.concatenate([self.counts, counts]))
        while len(self.numbers) > DISTINCT_MAX:
            self._step *= 2
            self._merge(self._rounded(self.numbers), self.counts)

    def percentiles(self, percents: Sequence[float]) -> NDArray[np.int64]:
        """As `numpy.percentile` gives them with the method `higher`. There must be numbers."""
        ranks = np.cumsum(self.counts)
        wanted = np.ceil((ranks[-1] - 1) * (np.asarray(percents) / 100.0))
        found: NDArray[np.int64] = self.numbers[np.searchsorted(ranks, wanted, side="right")]
        return found

    def _rounded(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        return -(-numbers // self._step) * self._step

    def _merge(self, numbers: NDArray[np.int64], counts: NDArray[np.int64]) -> None:
        self.numbers, where = np.unique(numbers, return_inverse=True)
        self.counts = np.zeros(len(self.numbers), dtype=np.int64)
        np.add.at(self.counts, where, counts)
