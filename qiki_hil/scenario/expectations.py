"""Expectations: what a run must show, written in a scenario and judged afterwards.

An expectation takes a signal, a moment or a window, and a bound. In a window the signal is
reduced to one value first (`reduce`), or every sample (`all`, the default) or at least one
(`any`) has to keep the bound. What was not measured does not pass: a gap in the data, a value
that is not a number, or a run that ended early fails, and `detail` says why.
"""

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
    cache = SampleCache(columns)
    return [_judge(expectation, cache, duration_s) for expectation in expectations]


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


def _judge(expectation: Expectation, cache: SampleCache, duration_s: float) -> ExpectationResult:
    signal = SIGNALS[expectation.signal]
    first, last = expectation.window_s(duration_s)

    def result(
        passed: bool, detail: str, measured: Any = None, margin: float | None = None
    ) -> ExpectationResult:
        return ExpectationResult(
            name=expectation.name,
            signal=expectation.signal,
            unit=signal.unit,
            window=f"{first:g} s" if first == last else f"{first:g}..{last:g} s",
            bound=describe_bound(expectation),
            measured=measured,
            margin=margin,
            passed=passed,
            detail=detail,
        )

    rows = _rows(cache.time_s, first, last)
    time_s = cache.time_s[rows]
    missing = _gap(time_s, first, last)
    if missing:
        return result(False, missing)
    samples = cache.over(expectation.signal, rows)
    if signal.kind in ("word", "flag"):
        measured, passed = _compare_values(expectation, signal, samples)
        return result(passed, f"{_shown(measured)}, wanted {describe_bound(expectation)}", measured)
    samples = samples.astype(np.float64)
    unknown = np.isnan(samples)
    if unknown.any():
        at = time_s[unknown][0]
        return result(False, f"{expectation.signal} is not a number at {at:g} s")
    value, margin = _compare_numbers(expectation, signal, samples)
    detail = f"{value:.4g} {signal.unit}".strip() + f", wanted {describe_bound(expectation)}"
    return result(margin >= 0.0, detail, value, margin)


def _rows(time_s: NDArray[np.float64], first: float, last: float) -> slice:
    """Rows inside the window; for a moment the nearest row before it, else after it."""
    begin = int(np.searchsorted(time_s, first - 1e-9, side="left"))
    end = int(np.searchsorted(time_s, last + 1e-9, side="right"))
    if first == last:
        begin = max(end - 1, 0)
        end = begin + 1
    return slice(begin, end)


def _gap(time_s: NDArray[np.float64], first: float, last: float) -> str:
    """Words where the rows leave a part of the window unknown, else nothing."""
    if not len(time_s):
        return f"no data in {first:g}..{last:g} s"
    # Nearly in order as they are, which a stable sort is quick with.
    edges = np.sort(np.concatenate([[first], time_s, [last]]), kind="stable")
    gaps = np.diff(edges)
    widest = int(np.argmax(gaps))
    if gaps[widest] <= GAP_MAX_S + 1e-9:
        return ""
    return f"no data from {edges[widest]:g} to {edges[widest + 1]:g} s"


def _compare_numbers(
    expectation: Expectation, signal: Signal, samples: NDArray[np.float64]
) -> tuple[float, float]:
    """The value that counts, and its margin."""
    if expectation.within is not None and signal.kind == "angle":
        centre = expectation.within.value
        samples = centre + wrap_deg(samples - centre)
    if expectation.at_s is None and expectation.reduce in ("any", "all"):
        margins = _margin(expectation, samples)
        pick = np.argmax(margins) if expectation.reduce == "any" else np.argmin(margins)
        return float(samples[pick]), float(margins[pick])
    value = _reduced(expectation, samples)
    return value, float(_margin(expectation, np.array([value]))[0])


def _reduced(expectation: Expectation, samples: NDArray[np.float64]) -> float:
    match expectation.reduce:
        case "max":
            return float(np.max(samples))
        case "min":
            return float(np.min(samples))
        case "mean":
            return float(np.mean(samples))
        case "rms":
            return float(np.sqrt(np.mean(samples**2)))
        case _:
            return float(samples[-1])


def _margin(expectation: Expectation, values: NDArray[np.float64]) -> NDArray[np.float64]:
    if expectation.max is not None:
        return expectation.max - values
    if expectation.min is not None:
        return values - expectation.min
    if expectation.within is not None:
        return expectation.within.tolerance - np.abs(values - expectation.within.value)
    return 0.0 - np.abs(values - np.float64(expectation.equals or 0.0))


def _compare_values(
    expectation: Expectation, signal: Signal, samples: NDArray[Any]
) -> tuple[Any, bool]:
    """The word or flag that counts and whether it is the right one."""
    wanted = expectation.equals
    if isinstance(wanted, str):
        wanted = wanted.upper()
    if expectation.at_s is not None or expectation.reduce == "last":
        last = signal.value(samples[-1])
        return last, last == wanted
    # The numbers are few: each is put into text once, not in every row.
    right = [number for number in np.unique(samples) if signal.value(number) == wanted]
    is_right = np.isin(samples, right)
    if expectation.reduce == "any":
        passed = bool(is_right.any())
        counts = int(np.argmax(is_right)) if passed else -1
    else:
        passed = bool(is_right.all())
        counts = 0 if passed else int(np.argmin(is_right))
    return signal.value(samples[counts]), passed


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float | int) else str(value)
