"""What the plots of a report draw, over columns that come part after part.

A line keeps the least and the greatest sample of each of its bins, and the raster of the nozzles
one value for each bin, so a day takes as much memory as an hour.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from qiki_hil.app.tally import Tally
from qiki_hil.euler import rpy_deg_from_xyzw
from qiki_hil.kernels import NOZZLES
from qiki_hil.scenario.signals import Columns, Reading

Float64 = NDArray[np.float64]

POINTS_MAX = 2000
"""Points of a line."""
RASTER_BINS = 800
SOURCES = ("true", "est", "ref")


class _Unjumped:
    """Reads angles, deg, with NaN where one wraps around: no line crosses the plot there."""

    def __init__(self, column: str) -> None:
        self._column = column
        self._before: Float64 = np.empty((0, 3))

    def __call__(self, columns: Columns) -> Float64:
        """The next part."""
        angles = rpy_deg_from_xyzw(columns[self._column])
        joined = np.concatenate([self._before, angles])
        kept = joined.copy()
        kept[1:][np.abs(np.diff(joined, axis=0)) > 180.0] = np.nan
        self._before = angles[-1:].copy()
        return kept[len(kept) - len(angles) :]


def _column(name: str) -> Callable[[], Reading]:
    return lambda: lambda columns: columns[name]


def _percent(name: str) -> Callable[[], Reading]:
    return lambda: lambda columns: columns[name] * 100.0


def _unjumped(name: str) -> Callable[[], Reading]:
    return lambda: _Unjumped(name)


def _timed_us(name: str) -> Callable[[], Reading]:
    return lambda: lambda columns: np.where(columns[name] >= 0, columns[name] / 1e3, np.nan)


LINES: dict[str, Callable[[], Reading]] = {
    **{f"{s}_attitude_deg": _unjumped(f"{s}_attitude_xyzw") for s in SOURCES},
    **{f"{s}_position_m": _column(f"{s}_position_m") for s in SOURCES},
    "wrench_demanded": _column("wrench_demanded"),
    "wrench_allocated": _column("wrench_allocated"),
    "battery_percent": _percent("battery_soc"),
    "supercap_percent": _percent("supercap_soc"),
    "load_kw": lambda: lambda columns: columns["load_w"] / 1e3,
    "cluster_temp_c": _column("cluster_temp_c"),
    "wakeup_us": _timed_us("wakeup_ns"),
    "step_us": _timed_us("step_ns"),
}
"""Lines by name: each makes what reads its value or values, row by row."""


class Traces:
    """Every line of a report, and how long the nozzles were open."""

    def __init__(self, rows: int, timing: Mapping[str, Tally]) -> None:
        """`rows` are those of all parts together; `timing` are times of the cycle, ns, which
        somebody else counts."""
        self.timing = timing
        self.duty = DutyRaster(rows)
        self.span_s: tuple[float, float] | None = None
        """Times of the first and the last row; None where there is none."""
        self._readings = {name: make() for name, make in LINES.items()}
        self._lines = {name: Thinned(rows) for name in LINES}

    def take(self, columns: Columns) -> None:
        """Takes the next part."""
        time_s = columns["time_s"]
        if not len(time_s):
            return
        start_s = float(time_s[0]) if self.span_s is None else self.span_s[0]
        self.span_s = start_s, float(time_s[-1])
        self.duty.take(columns)
        for name, reading in self._readings.items():
            self._lines[name].take(time_s, reading(columns))

    def line(self, name: str, part: int = 0) -> tuple[Float64, Float64]:
        """Times and values of a line, or of one of its parts; see `LINES`."""
        return self._lines[name].points(part)


class Thinned:
    """At most `POINTS_MAX` samples of values that come row by row: the least and the greatest of
    each bin, so that no peak is lost, and both ends."""

    def __init__(self, rows: int, points: int = POINTS_MAX) -> None:
        """`rows` that will come."""
        bins = rows if rows <= points else points // 2 - 1
        self._size = -(-rows // max(bins, 1))
        self._bins = bins
        self._taken = 0
        self._extremes: list[_Extremes] = []
        self._ends: list[tuple[int, float, Float64]] = []

    def take(self, time_s: Float64, values: NDArray[np.generic]) -> None:
        """Takes the next rows: `(N,)` or `(N, parts)` values, NaN where there is none."""
        table = np.asarray(values, dtype=np.float64).reshape(len(time_s), -1)
        if not self._extremes:
            shape = (self._bins, table.shape[1])
            self._extremes = [_Extremes(shape, self._size, sign) for sign in (1.0, -1.0)]
            self._ends = [(0, float(time_s[0]), table[0].copy())]
        for extremes in self._extremes:
            extremes.take(self._taken, time_s, table)
        self._taken += len(table)
        self._ends[1:] = [(self._taken - 1, float(time_s[-1]), table[-1].copy())]

    def points(self, part: int = 0) -> tuple[Float64, Float64]:
        """Times and values of one part, by time."""
        rows = [np.array([row for row, _, _ in self._ends], dtype=np.int64)]
        times = [np.array([time_s for _, time_s, _ in self._ends])]
        values = [np.array([values[part] for _, _, values in self._ends])]
        for extremes in self._extremes:
            rows.append(extremes.row[:, part])
            times.append(extremes.time_s[:, part])
            values.append(extremes.value[:, part])
        found, first = np.unique(np.concatenate(rows), return_index=True)
        chosen = first[found >= 0]
        return np.concatenate(times)[chosen], np.concatenate(values)[chosen]


class _Extremes:
    """The first least sample of each bin; the first greatest where `sign` is -1. A bin without a
    number keeps its first row."""

    def __init__(self, shape: tuple[int, int], size: int, sign: float) -> None:
        self.row = np.full(shape, -1, dtype=np.int64)
        self.time_s = np.full(shape, np.nan)
        self.value = np.full(shape, np.nan)
        self._key = np.full(shape, np.inf)
        self._size = size
        self._sign = sign

    def take(self, start: int, time_s: Float64, table: Float64) -> None:
        """Takes the rows from number `start` on."""
        count, parts = table.shape
        first, before = divmod(start, self._size)
        bins = -(-(before + count) // self._size)
        keys = np.full((bins * self._size, parts), np.inf)
        keys[before : before + count] = np.where(np.isnan(table), np.inf, self._sign * table)
        in_bin = np.argmin(keys.reshape(bins, self._size, parts), axis=1)
        padded = in_bin + self._size * np.arange(bins)[:, None]
        best = np.take_along_axis(keys, padded, axis=0)
        here = slice(first, first + bins)
        better = best < self._key[here]
        # The first bin may have rows already; the others have none.
        better[1 if before else 0 :] = True
        which, part = np.nonzero(better)
        rows = padded[which, part] - before
        self._key[here][better] = best[better]
        self.row[here][better] = start + rows
        self.time_s[here][better] = time_s[rows]
        self.value[here][better] = table[rows, part]


class DutyRaster:
    """How much of the time each nozzle was commanded open, in bins of equally many rows."""

    def __init__(self, rows: int) -> None:
        """`rows` that will come."""
        bins = min(rows, RASTER_BINS)
        self._edges = np.linspace(0, rows, bins + 1).astype(int)
        self._open_us = np.zeros((bins, NOZZLES))
        self._span_s = np.zeros(bins)
        self._taken = 0

    def take(self, columns: Columns) -> None:
        """Takes the next part."""
        start, end = self._taken, self._taken + len(columns["time_s"])
        first = int(np.searchsorted(self._edges, start, side="right")) - 1
        last = int(np.searchsorted(self._edges, end, side="left"))
        cuts = np.maximum(self._edges[first:last], start) - start
        on_us, period_s = columns["on_time_us"], columns["period_s"]
        self._open_us[first:last] += np.add.reduceat(on_us.astype(np.float64), cuts, axis=0)
        self._span_s[first:last] += np.add.reduceat(period_s.astype(np.float64), cuts)
        self._taken = end

    @property
    def ratio(self) -> Float64:
        """`(16, bins)`, 0..1."""
        open_s = self._open_us / 1e6
        return np.clip(open_s / np.maximum(self._span_s, 1e-9)[:, None], 0.0, 1.0).T
