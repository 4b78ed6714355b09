"""Checks between the keys of a scenario, on the plain data.

They run beside pydantic's checks of the single keys and look only at what has the right type,
so that one pass over a broken file finds all there is.
"""

import math
from collections.abc import Iterator
from typing import Any

from qiki_hil.document import Path, Problem, Problems, allowed_words
from qiki_hil.kernels import FAULT_SENSORS
from qiki_hil.scenario.fault_kinds import FAULT_KINDS
from qiki_hil.scenario.signals import SIGNALS, Signal

_BOUNDS = ("max", "min", "equals", "within")
_TARGETS = ("nozzle", "cluster", "sensor", "percent")


def relation_problems(data: dict[str, Any]) -> Problems:
    """What is wrong between the keys."""
    duration = _number(data, "duration_s")
    limit = math.inf if duration is None else duration
    for index, entry in _entries(data, "commands"):
        yield from _late(("commands", index, "at_s"), _number(entry, "at_s"), limit, strict=True)
    for index, entry in _entries(data, "faults"):
        yield from _fault_problems(("faults", index), entry, limit)
    seen: set[str] = set()
    for index, entry in _entries(data, "expect"):
        name = str(entry.get("name"))
        if name in seen:
            yield Problem(("expect", index, "name"), f"'{name}' is the name of two expectations")
        seen.add(name)
        yield from _expect_problems(("expect", index), entry, limit)


def _fault_problems(path: Path, fault: dict[str, Any], limit: float) -> Problems:
    at, until = _number(fault, "at_s"), _number(fault, "until_s")
    yield from _late((*path, "at_s"), at, limit, strict=True)
    yield from _late((*path, "until_s"), until, limit)
    if at is not None and until is not None and until <= at:
        yield Problem((*path, "until_s"), f"must be later than at_s = {at:g}, not {until:g}")
    given = [key for key in _TARGETS if fault.get(key) is not None]
    kind = fault.get("kind")
    if not isinstance(kind, str):
        return
    if kind not in FAULT_KINDS:
        yield Problem((*path, "kind"), f"'{kind}' is no fault{allowed_words(kind, FAULT_KINDS)}")
    elif given != [FAULT_KINDS[kind].target]:
        yield Problem(
            path, f"{kind} needs '{FAULT_KINDS[kind].target}' alone, not {_listed(given)}"
        )
    sensor = fault.get("sensor")
    if isinstance(sensor, str) and sensor not in FAULT_SENSORS:
        allowed = allowed_words(sensor, FAULT_SENSORS)
        yield Problem((*path, "sensor"), f"'{sensor}' is no sensor{allowed}")


def _expect_problems(path: Path, entry: dict[str, Any], limit: float) -> Problems:
    at, begin, end = (_number(entry, key) for key in ("at_s", "from_s", "to_s"))
    for key, value in (("at_s", at), ("from_s", begin), ("to_s", end)):
        yield from _late((*path, key), value, limit)
    if at is not None and (begin is not None or end is not None):
        yield Problem(path, "takes at_s, or from_s and to_s, not both")
    if begin is not None and end is not None and end <= begin:
        yield Problem((*path, "to_s"), f"must be later than from_s = {begin:g}, not {end:g}")
    bounds = [key for key in _BOUNDS if entry.get(key) is not None]
    if len(bounds) != 1:
        yield Problem(path, f"needs one of {', '.join(_BOUNDS)}, not {_listed(bounds)}")
    name = entry.get("signal")
    if not isinstance(name, str):
        return
    if name not in SIGNALS:
        yield Problem((*path, "signal"), f"'{name}' is no signal{allowed_words(name, SIGNALS)}")
        return
    yield from _bound_problems(path, entry, bounds, name, SIGNALS[name])


def _bound_problems(
    path: Path, entry: dict[str, Any], bounds: list[str], name: str, signal: Signal
) -> Problems:
    wanted = entry.get("equals")
    if signal.kind in ("number", "angle"):
        if wanted is not None and _number(entry, "equals") is None:
            yield Problem((*path, "equals"), f"{name} is a number, not {wanted!r}")
        return
    if bounds and bounds != ["equals"]:
        yield Problem(path, f"{name} has no order: it takes equals, not {_listed(bounds)}")
    if entry.get("reduce", "all") not in ("last", "any", "all"):
        yield Problem((*path, "reduce"), f"{name} takes last, any or all, not {entry['reduce']!r}")
    if signal.kind == "flag" and wanted is not None and not isinstance(wanted, bool):
        yield Problem((*path, "equals"), f"{name} is true or false, not {wanted!r}")
    if signal.kind == "word" and wanted is not None and str(wanted).upper() not in signal.words:
        allowed = allowed_words(str(wanted), signal.words)
        yield Problem((*path, "equals"), f"{name} is never '{wanted}'{allowed}")


def _late(path: Path, time_s: float | None, limit: float, *, strict: bool = False) -> Problems:
    if time_s is not None and (time_s > limit or (strict and time_s == limit)):
        word = "before" if strict else "not after"
        yield Problem(path, f"must be {word} the end (duration_s = {limit:g}), not {time_s:g}")


def _entries(data: dict[str, Any], key: str) -> Iterator[tuple[int, dict[str, Any]]]:
    entries = data.get(key)
    if isinstance(entries, list):
        yield from ((i, entry) for i, entry in enumerate(entries) if isinstance(entry, dict))


def _number(entry: dict[str, Any], key: str) -> float | None:
    """A finite number, or None where there is none."""
    value = entry.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def _listed(words: tuple[str, ...] | list[str]) -> str:
    return " and ".join(words) if words else "nothing"
