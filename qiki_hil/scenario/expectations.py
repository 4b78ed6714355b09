"""Expectations: what a run must show, written in a scenario and judged afterwards.

An expectation takes a signal, a moment or a window, and a bound. In a window the signal is
reduced to one value first (`reduce`), or every sample (`all`, the default) or at least one
(`any`) has to keep the bound. What was not measured does not pass: a gap in the data, a value
that is not a number, or a run that ended early fails, and `detail` says why.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from qiki_hil.euler import wrap_deg
from qiki_hil.scenario.samples import SampleCache
from qiki_hil.scenario.signals import SIGNALS, Columns, Signal

# Records further apart than this leave the time between them unknown.
GAP_MAX_S = 0.1

Reduce = Literal["max", "min", "rms", "last", "mean", "any", "all"]
TimeS = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]


class Within(BaseModel):
    """A band around a value; angles are compared around the circle."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    value: float
    tolerance: Annotated[float, Field(ge=0.0)]


class Expectation(BaseModel):
    """One thing that a run must show."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    name: Annotated[str, Field(min_length=1, max_length=80)]
    signal: str
    at_s: TimeS | None = None
    from_s: TimeS | None = None
    to_s: TimeS | None = None
    max: float | None = None
    min: float | None = None
    equals: bool | float | str | None = None
    within: Within | None = None
    reduce: Reduce = "all"

    def window_s(self, duration_s: float) -> tuple[float, float]:
        """First and last moment that count; without any time it is the whole run."""
        if self.at_s is not None:
            return self.at_s, self.at_s
        return self.from_s or 0.0, duration_s if self.to_s is None else self.to_s


@dataclass(frozen=True, slots=True)
class ExpectationResult:
    """What became of an expectation. `measured` and `margin` are None where nothing counts;
    a margin is how much of the bound is left, negative where it is broken."""

    name: str
    signal: str
    unit: str
    window: str
    bound: str
    measured: float | bool | str | None
    margin: float | None
    passed: bool
    detail: str


def evaluate(
    expectations: Sequence[Expectation], columns: Columns, duration_s: float
) -> list[ExpectationResult]:
    """Judges every expectation over a run's columns (see `kernels.decode_cycles`), whose `time_s`
    ascends."""
    judges = Judges(expectations, duration_s)
    judges.take(columns)
    return judges.results()


class Judges:
    """Judges expectations over a run whose columns come part after part. Nothing is kept of a part
    but what the results need of it."""

    def __init__(self, expectations: Sequence[Expectation], duration_s: float) -> None:
        self._samples = SampleCache(expectation.signal for expectation in expectations)
        self._judges = [_Judge(expectation, duration_s) for expectation in expectations]

    def take(self, columns: Columns) -> None:
        """Takes the next part; `time_s` ascends over all of them."""
        self._samples.take(columns)
        for judge in self._judges:
            judge.take(self._samples)

    def results(self) -> list[ExpectationResult]:
        """What became of each, after the last part."""
        return [judge.result() for judge in self._judges]


def describe_bound(expectation: Expectation) -> str:
    """The bound as text, such as `all ≤ 0.15 m`."""
    unit = SIGNALS[expectation.signal].unit
    if expectation.max is not None:
        bound = f"≤ {expectation.max:g} {unit}"
    elif expectation.min is not None:
        bound = f"≥ {expectation.min:g} {unit}"
    elif expectation.within is not None:
        bound = f"= {expectation.within.value:g} ± {expectation.within.tolerance:g} {unit}"
    else:
        bound = f"= {_shown(expectation.equals)} {unit}"
    reduce = "" if expectation.at_s is not None else f"{expectation.reduce} "
    return f"{reduce}{bound}".strip()


class _Judge:
    """One expectation over a run."""

    def __init__(self, expectation: Expectation, duration_s: float) -> None:
        self._expectation = expectation
        self._signal = SIGNALS[expectation.signal]
        self._first, self._last = expectation.window_s(duration_s)
        self._begin()

    def _begin(self) -> None:
        self._gaps = _Gaps(self._first, self._last)
        self._unknown_s: float | None = None
        kind = _Words if self._signal.kind in ("word", "flag") else _Numbers
        self._measure: _Words | _Numbers = kind(self._expectation, self._signal)

    def take(self, samples: SampleCache) -> None:
        """Takes the next part."""
        rows = self._rows(samples.time_s)
        if rows.start >= rows.stop:
            return
        time_s = samples.time_s[rows]
        self._gaps.take(time_s)
        values = samples.over(self._expectation.signal, rows)
        if isinstance(self._measure, _Numbers) and self._unknown_s is None:
            values = values.astype(np.float64)
            unknown = np.isnan(values)
            if unknown.any():
                self._unknown_s = float(time_s[unknown][0])
        if self._unknown_s is None:
            self._measure.take(values)

    def _rows(self, time_s: NDArray[np.float64]) -> slice:
        """Rows inside the window; for a moment the nearest row before it, else after it."""
        begin = int(np.searchsorted(time_s, self._first - 1e-9, side="left"))
        end = int(np.searchsorted(time_s, self._last + 1e-9, side="right"))
        if self._first != self._last:
            return slice(begin, end)
        if not len(time_s) or (self._gaps.rows and not end):
            return slice(0, 0)
        self._begin()  # this row is nearer than any before
        begin = max(end - 1, 0)
        return slice(begin, begin + 1)

    def result(self) -> ExpectationResult:
        """What became of it."""
        missing, name = self._gaps.text(), self._expectation.signal
        if missing:
            return self._result(False, missing)
        if self._unknown_s is not None:
            return self._result(False, f"{name} is not a number at {self._unknown_s:g} s")
        return self._result(*self._measure.verdict())

    def _result(
        self, passed: bool, detail: str, measured: Any = None, margin: float | None = None
    ) -> ExpectationResult:
        first, last = self._first, self._last
        return ExpectationResult(
            name=self._expectation.name,
            signal=self._expectation.signal,
            unit=self._signal.unit,
            window=f"{first:g} s" if first == last else f"{first:g}..{last:g} s",
            bound=describe_bound(self._expectation),
            measured=measured,
            margin=margin,
            passed=passed,
            detail=detail,
        )


class _Gaps:
    """The widest part of a window that rows leave unknown."""

    def __init__(self, first: float, last: float) -> None:
        self.rows = 0
        self._window = first, last
        self._known_s = first
        self._widest = (0.0, first, first)

    def take(self, time_s: NDArray[np.float64]) -> None:
        """Takes the times of the next rows in the window."""
        self.rows += len(time_s)
        # Nearly in order as they are, which a stable sort is quick with.
        edges = np.sort(np.concatenate([[self._known_s], time_s]), kind="stable")
        gaps = np.diff(edges)
        at = int(np.argmax(gaps))
        if gaps[at] > self._widest[0]:
            self._widest = float(gaps[at]), float(edges[at]), float(edges[at + 1])
        self._known_s = float(edges[-1])

    def text(self) -> str:
        """Words where a part of the window is unknown, else nothing."""
        first, last = self._window
        if not self.rows:
            return f"no data in {first:g}..{last:g} s"
        at_end = (last - self._known_s, self._known_s, last)
        gap, begin, end = max(self._widest, at_end, key=lambda gap: gap[0])
        return "" if gap <= GAP_MAX_S + 1e-9 else f"no data from {begin:g} to {end:g} s"


class _Numbers:
    """The value that counts of a signal of numbers, and its margin."""

    def __init__(self, expectation: Expectation, signal: Signal) -> None:
        self._expectation = expectation
        self._unit = signal.unit
        self._around = expectation.within if signal.kind == "angle" else None
        self._reduce = expectation.reduce
        if expectation.at_s is not None and self._reduce in ("any", "all"):
            self._reduce = "last"
        self._count = 0
        self._found: float | tuple[float, float] = 0.0

    def take(self, samples: NDArray[np.float64]) -> None:
        """Takes the next samples, all of them numbers."""
        if self._around is not None:
            centre = self._around.value
            samples = centre + wrap_deg(samples - centre)
        part = self._of_part(samples)
        self._found = self._joined(self._found, part) if self._count else part
        self._count += len(samples)

    def _of_part(self, samples: NDArray[np.float64]) -> Any:
        match self._reduce:
            case "any" | "all":
                margins = _margin(self._expectation, samples)
                pick = np.argmax(margins) if self._reduce == "any" else np.argmin(margins)
                return float(margins[pick]), float(samples[pick])
            case "max":
                return float(np.max(samples))
            case "min":
                return float(np.min(samples))
            case "mean":
                return float(np.sum(samples))
            case "rms":
                return float(np.sum(samples**2))
            case _:
                return float(samples[-1])

    def _joined(self, before: Any, part: Any) -> Any:
        match self._reduce:
            case "any":
                return part if part[0] > before[0] else before
            case "all":
                return part if part[0] < before[0] else before
            case "max":
                return max(before, part)
            case "min":
                return min(before, part)
            case "mean" | "rms":
                return before + part
            case _:
                return part

    def verdict(self) -> tuple[bool, str, float, float]:
        """Whether it passes, in words, the value and its margin."""
        value, margin = self._value_and_margin()
        wanted = describe_bound(self._expectation)
        words = f"{value:.4g} {self._unit}".strip() + f", wanted {wanted}"
        return margin >= 0.0, words, value, margin

    def _value_and_margin(self) -> tuple[float, float]:
        if isinstance(self._found, tuple):
            margin, value = self._found
            return value, margin
        value = self._found
        if self._reduce in ("mean", "rms"):
            value /= self._count
        if self._reduce == "rms":
            value = math.sqrt(value)
        return value, float(_margin(self._expectation, np.array([value]))[0])


class _Words:
    """The word or flag that counts, and whether it is the right one."""

    def __init__(self, expectation: Expectation, signal: Signal) -> None:
        self._expectation = expectation
        self._signal = signal
        self._reduce = "last" if expectation.at_s is not None else expectation.reduce
        wanted = expectation.equals
        self._wanted = wanted.upper() if isinstance(wanted, str) else wanted
        self._found: tuple[Any, bool] | None = None

    def take(self, samples: NDArray[Any]) -> None:
        """Takes the next samples."""
        number, right = self._of_part(samples)
        if self._found is not None and self._is_decided(self._found[1], right):
            return
        self._found = self._signal.value(number), right

    def _of_part(self, samples: NDArray[Any]) -> tuple[Any, bool]:
        # The numbers are few: each is put into text once, not in every row.
        right = [n for n in np.unique(samples) if self._signal.value(n) == self._wanted]
        is_right = np.isin(samples, right)
        if self._reduce == "last":
            at = -1
        elif self._reduce == "any":
            at = int(np.argmax(is_right)) if is_right.any() else -1
        else:
            at = int(np.argmin(is_right))
        return samples[at], bool(is_right[at])

    def _is_decided(self, before: bool, now: bool) -> bool:
        """Whether what was found before counts, and not what is found now."""
        if self._reduce == "last":
            return False
        return before if self._reduce == "any" else not before or now

    def verdict(self) -> tuple[bool, str, Any]:
        """Whether it passes, in words, and what was measured."""
        assert self._found is not None
        measured, passed = self._found
        return passed, f"{_shown(measured)}, wanted {describe_bound(self._expectation)}", measured


def _margin(expectation: Expectation, values: NDArray[np.float64]) -> NDArray[np.float64]:
    if expectation.max is not None:
        return expectation.max - values
    if expectation.min is not None:
        return values - expectation.min
    if expectation.within is not None:
        return expectation.within.tolerance - np.abs(values - expectation.within.value)
    return 0.0 - np.abs(values - np.float64(expectation.equals or 0.0))


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float | int) else str(value)
