"""Signals read off a run's columns: over the rows that count, and from the columns it takes."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qiki_hil.kernels import decode_cycles
from qiki_hil.scenario.signals import SIGNALS, Columns

Rows = slice | NDArray[np.intp]


class RowsOf(Mapping[str, NDArray[Any]]):
    """Some rows of columns. They are taken when a column is asked for, and of that one alone."""

    def __init__(self, columns: Columns, rows: Rows) -> None:
        self._columns = columns
        self._rows = rows

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self._columns[name][self._rows]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)


def over(name: str, columns: Columns, rows: Rows) -> NDArray[Any]:
    """Signal `name` in some rows."""
    signal = SIGNALS[name]
    return signal.of(RowsOf(columns, rows)) if signal.of_row else signal.of(columns)[rows]


class SampleCache:
    """Windows of some signals over a run that comes part after part. What is computed of a signal
    is kept for windows within it, up to the next part."""

    def __init__(self, names: Iterable[str]) -> None:
        """`names` of the signals that will be asked for."""
        self.time_s: NDArray[np.float64] = np.empty(0)
        self._columns: Columns = {}
        self._kept: dict[str, tuple[int, NDArray[Any]]] = {}
        running = sorted(name for name in set(names) if SIGNALS[name].running)
        self._running = {name: SIGNALS[name].reader() for name in running}

    def take(self, columns: Columns) -> None:
        """Goes on to the next part."""
        self.time_s = np.asarray(columns["time_s"], dtype=np.float64)
        self._columns = columns
        self._kept = {name: (0, read(columns)) for name, read in self._running.items()}

    def over(self, name: str, window: slice) -> NDArray[Any]:
        """Signal `name` in a window of rows of this part, which has a start and a stop."""
        start, kept = self._kept.get(name, (0, np.empty(0)))
        if window.start < start or window.stop > start + len(kept):
            start, kept = window.start, over(name, self._columns, window)
            self._kept[name] = start, kept
        return kept[window.start - start : window.stop - start]


@cache
def columns_read(name: str) -> frozenset[str]:
    """The columns that signal `name` is computed from, whether the truth is known or not."""
    # In a record that tells nothing the truth is unknown: then what stands in for it is read too.
    columns = _Noting(decode_cycles([b""]))
    SIGNALS[name].of(columns)
    return frozenset(columns.noted)


class _Noting(dict[str, NDArray[Any]]):
    """Columns that know which of them were asked for."""

    def __init__(self, columns: Mapping[str, NDArray[Any]]) -> None:
        super().__init__(columns)
        self.noted: set[str] = set()

    def __getitem__(self, name: str) -> NDArray[Any]:
        self.noted.add(name)
        return super().__getitem__(name)
