"""A case flown inside the core, judged, and summed up in one row."""

import math
from collections.abc import Callable, Collection, Sequence
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
from qiki_hil.scenario.readings import columns_read, over
from qiki_hil.scenario.signals import Columns

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
"""Metrics of a case: a signal, and which one value of it counts."""

_REDUCED: dict[str, Callable[[NDArray[Any]], Any]] = {
    "last": lambda values: values[-1],
    # What is not known yet (NaN: a sensor not heard so far) does not count.
    "max": np.fmax.reduce,
    "min": np.fmin.reduce,
}


def fly(case: Case, wanted: Collection[str] | None = None) -> Columns:
    """Columns of a whole run, every tick of it: those that are wanted, or all. Raises QikiError
    where the dispersed craft is none that can be, or a column is wanted that there is not."""
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
            None if wanted is None else sorted(wanted),
        )
    except ValueError as error:
        raise QikiError(f"case {case.index}: {error}") from error


def fly_cases(campaign: Campaign, indices: Sequence[int]) -> list[Row]:
    """The rows of some cases. A case that cannot be flown is a row that says why."""
    return [fly_row(make_case(campaign, index)) for index in indices]


def fly_row(case: Case) -> Row:
    """Flies a case and judges it."""
    try:
        columns = fly(case, looked_at(case))
    except QikiError as error:
        return _row(case, passed=False, failing=[], error=str(error))
    return row_of(case, columns, judged(case, columns))


def looked_at(case: Case) -> frozenset[str]:
    """The columns of a case that its row is made from."""
    signals = {signal for signal, _ in METRICS.values()}
    signals |= {expectation.signal for expectation in case.scenario.expect}
    return frozenset({"time_s", "period_s"}).union(*map(columns_read, signals))


def judged(case: Case, columns: Columns) -> list[ExpectationResult]:
    """The expectations of the case's scenario over its columns."""
    return evaluate(case.scenario.expect, columns, case.scenario.duration_s)


def row_of(case: Case, columns: Columns, results: Sequence[ExpectationResult]) -> Row:
    """What is kept of a case: what was drawn, what came out, whether it passed."""
    failing = [result.name for result in results if not result.passed]
    row = _row(case, passed=not failing, failing=failing, error=None)
    row |= {f"metric.{name}": value for name, value in metrics(columns).items()}
    for result in results:
        prefix = expectation_name(case.scenario.name, result.name)
        row[f"{prefix}.passed"] = result.passed
        row[f"{prefix}.measured"] = _number(result.measured)
        row[f"{prefix}.margin"] = _number(result.margin)
    return row


def metrics(columns: Columns) -> dict[str, float | None]:
    """`METRICS` of a run, looked at as often as its truth is known, and at its end."""
    ticks = len(columns["time_s"])
    stride = max(1, round(1.0 / (columns["period_s"][0] * TRUTH_RATE_HZ)))
    rows = np.append(np.arange(0, ticks - 1, stride), ticks - 1)
    signals = {signal for signal, _ in METRICS.values()}
    values = {signal: over(signal, columns, rows) for signal in signals}
    return {
        name: _number(_REDUCED[which](values[signal])) for name, (signal, which) in METRICS.items()
    }


def expectation_name(scenario: str, expectation: str) -> str:
    """How the columns of an expectation begin."""
    return f"expect.{scenario}.{expectation}"


def fault_words(fault: Fault | None) -> str | None:
    """A fault in words: `stuck_open 5 from 3.25 s`."""
    if fault is None:
        return None
    end = "" if fault.until_s is None else f" to {fault.until_s!r} s"
    return f"{fault.kind} {fault.target} from {fault.at_s!r} s{end}"


@cache
def _keep_freed_memory() -> None:
    """Lets the process keep what a case frees for the case that comes next: to get it anew from the
    kernel, page by page, takes time that could be flown. glibc gives back what is larger than the
    largest block that it has seen freed. Nothing is written to this one, so it takes no memory."""
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
    row |= {f"drawn.faults[{i}]": fault_words(fault) for i, fault in enumerate(case.faults)}
    return row


def _number(value: Any) -> float | None:
    """Numbers that are numbers; words, flags and what is not finite have no place here."""
    if value is None or isinstance(value, str | bool) or not math.isfinite(value):
        return None
    return float(value)
