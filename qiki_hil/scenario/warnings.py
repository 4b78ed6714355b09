"""Expectations that no run could fail, or none could meet. A scenario with such a one can be flown,
but whoever wrote it meant something else."""

import math
from collections.abc import Iterator

from qiki_hil.scenario.expectations import Expectation
from qiki_hil.scenario.model import Scenario
from qiki_hil.scenario.signals import SIGNALS


def warnings_of(scenario: Scenario) -> list[str]:
    """Warnings about a scenario, a line each that names the expectation."""
    return [
        f"expectation '{expectation.name}': {text}"
        for expectation in scenario.expect
        for text in _warnings(expectation, scenario.duration_s)
    ]


def _warnings(expectation: Expectation, duration_s: float) -> Iterator[str]:
    first, last = expectation.window_s(duration_s)
    if expectation.at_s is None and first >= last:
        yield f"its window, {first:g} to {last:g} s, has no length; at_s takes one moment"
    if SIGNALS[expectation.signal].kind in ("word", "flag"):
        return
    low, high = _range(expectation)
    least, most = _band(expectation)
    if least <= low and most >= high:
        yield f"it cannot fail: {_extent(expectation, low, high)}"
    elif least > high or most < low:
        yield f"it cannot be met: {_extent(expectation, low, high)}"


def _is_rms(expectation: Expectation) -> bool:
    return expectation.reduce == "rms" and expectation.at_s is None


def _range(expectation: Expectation) -> tuple[float, float]:
    """The least and the greatest value of what is compared: the signal, reduced."""
    signal = SIGNALS[expectation.signal]
    if _is_rms(expectation):
        return 0.0, max(abs(signal.low), abs(signal.high))
    return signal.low, signal.high


def _band(expectation: Expectation) -> tuple[float, float]:
    """The values that keep the bound."""
    if expectation.max is not None:
        return -math.inf, expectation.max
    if expectation.min is not None:
        return expectation.min, math.inf
    if expectation.within is None:
        wanted = float(expectation.equals or 0.0)
        return wanted, wanted
    value, tolerance = expectation.within.value, expectation.within.tolerance
    if SIGNALS[expectation.signal].kind == "angle":
        value = math.remainder(value, 360.0)
    return value - tolerance, value + tolerance


def _extent(expectation: Expectation, low: float, high: float) -> str:
    """The range in words."""
    unit = SIGNALS[expectation.signal].unit
    name = f"the rms of {expectation.signal}" if _is_rms(expectation) else expectation.signal
    if math.isinf(high):
        return f"{name} is never below {low:g} {unit}".rstrip()
    return f"{name} is always within {low:g}..{high:g} {unit}".rstrip()
