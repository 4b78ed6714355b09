"""A case flown inside the core and judged; its result is one row."""

import math
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qiki_hil.campaign.case import Case, make_case
from qiki_hil.campaign.file import Campaign
from qiki_hil.control.loop import TRUTH_RATE_HZ
from qiki_hil.errors import QikiError
from qiki_hil.kernels import fly_case
from qiki_hil.scenario import ExpectationResult, evaluate
from qiki_hil.scenario.model import Fault
from qiki_hil.scenario.samples import columns_read, over
from qiki_hil.scenario.signals import SIGNALS, Columns

Row = dict[str, Any]

KEPT_BYTES = 31 << 20
"""The largest block, nearly, that the C library takes a hint from; see `_keep_freed_memory`."""

METRICS: dict[str, tuple[str, str]] = {
    "position_error_end_m": ("position_error_m", "last"),
    "position_error_max_m": ("position_error_m", "max"),
    "attitude_error_end_deg": ("attitude_error_deg", "last"),
    "attitude_error_max_deg": ("attitude_error_deg", "max"),
    "rate_end_dps": ("rate_dps", "last"),
    "rate_max_dps": ("rate_dps", "max"),
    "speed_end_mps": ("speed_mps", "last"),
    "propellant_used_kg": ("propellant_used_kg", "last"),
    "pulses_total": ("pulses_total", "last"),
    "isolated_count": ("isolated_count", "last"),
    "cluster_temp_max_c": ("max_cluster_temp_c", "max"),
    "supercap_soc_min": ("supercap_soc", "min"),
    "battery_soc_min": ("battery_soc", "min"),
}
"""Metrics of a case by name: a signal, and how it is reduced to one value."""

_REDUCED: dict[str, np.ufunc] = {
    # NaN marks a sensor that has not reported yet; fmax and fmin ignore it.
    "max": np.fmax,
    "min": np.fmin,
}


def fly(case: Case, selection: Collection[str] | None = None) -> Columns:
    """Columns of a whole run with a row for every tick: those of `selection`, or all where it is
    None. Raises QikiError where the dispersed craft is physically impossible (such as a negative
    mass), or where `selection` names a column that does not exist."""
    _keep_freed_memory()
    initial = case.initial
    try:
        return fly_case(
            case.truth_json,
            case.nominal_json,
            case.period_us,
            case.seed,
            initial.position_m_world,
            initial.velocity_mps_world,
            initial.attitude_xyzw,
            initial.rates_rps_body,
            case.scenario.ticks(case.period_us * 1e-6),
            case.timeline(),
            None if selection is None else sorted(selection),
        )
    except ValueError as error:
        raise QikiError(f"case {case.index}: {error}") from error


def fly_cases(campaign: Campaign, indices: Sequence[int]) -> list[Row]:
    """The rows of some cases. A case that cannot be flown is a row that says why."""
    return [fly_row(make_case(campaign, index)) for index in indices]


def fly_row(case: Case) -> Row:
    """Flies a case and judges it."""
    try:
        columns = fly(case, columns_needed(case))
    except QikiError as error:
        return _row(case, passed=False, failing=[], error=str(error))
    return row_of(case, metrics(columns), judge(case, columns))


def columns_needed(case: Case) -> frozenset[str]:
    """The columns that the row of a case is computed from."""
    signals = {signal for signal, _ in METRICS.values()}
    signals |= {expectation.signal for expectation in case.scenario.expect}
    return frozenset({"time_s", "period_s"}).union(*map(columns_read, signals))


def judge(case: Case, columns: Columns) -> list[ExpectationResult]:
    """The expectations of the case's scenario over its columns."""
    return evaluate(case.scenario.expect, columns, case.scenario.duration_s)


def row_of(
    case: Case, found: Mapping[str, float | None], results: Sequence[ExpectationResult]
) -> Row:
    """The row of a case: what was drawn, the metrics that were found, expectations, whether it
    passed."""
    failing = [result.name for result in results if not result.passed]
    if unanswered := case.scenario.commands_unanswered(case.period_us * 1e-6):
        failing.append(f"{unanswered} command(s) were not answered")
    row = _row(case, passed=not failing, failing=failing, error=None)
    row |= {f"metric.{name}": value for name, value in found.items()}
    for result in results:
        prefix = expectation_name(case.scenario.name, result.name)
        row[f"{prefix}.passed"] = result.passed
        row[f"{prefix}.measured"] = _number(result.measured)
        row[f"{prefix}.margin"] = _number(result.margin)
    return row


def metrics(columns: Columns) -> dict[str, float | None]:
    """`Metrics` of a whole run."""
    found = Metrics()
    found.take(columns)
    return found.values()


class Metrics:
    """`METRICS` of a run whose columns come part after part, sampled at the rate at which its truth
    is recorded, and at its end."""

    def __init__(self) -> None:
        signals = {signal for signal, _ in METRICS.values()}
        self._running = {name: SIGNALS[name].reader() for name in signals if SIGNALS[name].running}
        self._taken = 0
        self._stride = 1
        self._extremes: dict[str, Any] = {}
        """The greatest or least sample so far, by metric."""
        self._last: dict[str, Any] = {}
        """The last value of each signal."""

    def take(self, columns: Columns) -> None:
        """Takes the next part, which has rows."""
        if not self._taken:
            self._stride = max(1, round(1.0 / (columns["period_s"][0] * TRUTH_RATE_HZ)))
        count = len(columns["time_s"])
        rows = np.append(np.arange(-self._taken % self._stride, count, self._stride), count - 1)
        self._taken += count
        signals = {signal for signal, _ in METRICS.values()}
        values = {signal: self._sampled(signal, columns, rows) for signal in signals}
        self._last = {signal: samples[-1] for signal, samples in values.items()}
        for name, (signal, which) in METRICS.items():
            if which != "last" and len(rows) > 1:
                extreme = _REDUCED[which]
                found = extreme.reduce(values[signal][:-1])
                self._extremes[name] = extreme(self._extremes.get(name, found), found)

    def _sampled(self, signal: str, columns: Columns, rows: NDArray[np.intp]) -> NDArray[Any]:
        if signal in self._running:
            return self._running[signal](columns)[rows]
        return over(signal, columns, rows)

    def values(self) -> dict[str, float | None]:
        """The metrics after the last part."""
        found = {}
        for name, (signal, which) in METRICS.items():
            last = self._last[signal]
            value = last if which == "last" else _REDUCED[which](self._extremes[name], last)
            found[name] = _number(value)
        return found


def expectation_name(scenario: str, expectation: str) -> str:
    """The prefix of the columns of an expectation."""
    return f"expect.{scenario}.{expectation}"


def fault_text(fault: Fault | None) -> str | None:
    """A fault as text, such as `stuck_open 5 from 3.25 s`; None where there is none."""
    if fault is None:
        return None
    end = "" if fault.until_s is None else f" to {fault.until_s!r} s"
    return f"{fault.kind} {fault.target} from {fault.at_s!r} s{end}"


@cache
def _keep_freed_memory() -> None:
    """Lets the process keep the memory that a case frees for the next case; getting it from the
    kernel again, page by page, is slow. glibc returns freed blocks that are larger than the largest
    block it has seen freed so far, so this frees one. Nothing is written to it, so it occupies no
    memory."""
    np.empty(KEPT_BYTES, dtype=np.uint8)


def _row(case: Case, *, passed: bool, failing: list[str], error: str | None) -> Row:
    row: Row = {
        "case": case.index,
        "scenario": case.scenario.name,
        "seed": case.seed,
        "passed": passed,
        "failing": failing,
        "error": error,
    }
    row |= {f"drawn.{name}": value for name, value in case.numbers.items()}
    row |= {f"drawn.faults[{i}]": fault_text(fault) for i, fault in enumerate(case.faults)}
    return row


def _number(value: Any) -> float | None:
    """The value as a number; None for text, flags and what is not finite, because a column of a
    Parquet file has one type."""
    if value is None or isinstance(value, str | bool) or not math.isfinite(value):
        return None
    return float(value)
