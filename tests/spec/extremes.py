"""Every number of a specification at its extremes, and everything that is done with one that passes
the check."""

import copy
import json
import math
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np
from pydantic import TypeAdapter, ValidationError

from qiki_hil.analysis import Availability, controllability, explain
from qiki_hil.analysis.maps import map_report
from qiki_hil.app.profile_run import preview_push, profile_command
from qiki_hil.campaign.case import Case
from qiki_hil.campaign.flight import fly, judge, row_of
from qiki_hil.console.cli.profile import push_json
from qiki_hil.errors import SpecFileError
from qiki_hil.kernels.controller import period_us
from qiki_hil.scenario import Scenario
from qiki_hil.spec import BotSpec

Path_ = tuple[str | int, ...]

EXTREMES = (0.0, -1.0, 1e-300, 1e-12, 1e12, 1e300, float("nan"), float("inf"))
RATES_HZ = (200, 500, 1000)
_RANGE = re.compile(r"within (\S+)\.\.(\S+?)[ ,]")
_FLIGHT = """\
name: second
duration_s: 1
seed: 3
initial: {rates_dps_body: [1, -1, 0.5]}
commands:
  - {at_s: 0.02, do: arm}
  - {at_s: 0.05, do: goto 0.5 0.2 -0.1}
  - {at_s: 0.5, do: rcs.up 60 0.2s}
expect:
  - {name: slow, signal: speed_mps, max: 1.0e+9}
"""
SECOND = Scenario.from_text(_FLIGHT, "second", folder=None)
FLOWN = (
    *("est_position_m", "est_attitude_xyzw", "est_velocity_mps", "est_rates_rps"),
    *("true_position_m", "true_attitude_xyzw", "true_velocity_mps", "true_rates_rps"),
    *("wrench_demanded", "wrench_allocated", "thrust_n", "on_time_us"),
)


class Number(NamedTuple):
    """A number of a specification, and the range that its own error states."""

    path: Path_
    low: float | None
    high: float | None

    @property
    def values(self) -> list[float]:
        """Extremes, and both ends of the range."""
        return [*EXTREMES, *self._ends]

    def drawn(self, random: Random) -> float:
        """An end of the range, or something in it, small or large alike."""
        low, high = self._ends or [0.0, 0.0]
        if random.random() < 0.3:
            return random.choice([low, high, 0.0])
        if low > 0.0:
            return math.exp(random.uniform(math.log(low), math.log(high)))
        return random.uniform(low, high)

    @property
    def _ends(self) -> list[float]:
        return [end for end in (self.low, self.high) if end is not None]


def content(name: str) -> dict[str, Any]:
    """A shipped specification as plain data."""
    data: dict[str, Any] = BotSpec.load(name).model_dump(mode="json", exclude_none=True)
    return data


def numbers(data: dict[str, Any]) -> list[Number]:
    """Every number that is no integer. Of 16 nozzles the first and the last count."""
    return [_number(data, path) for path in _paths(data, ())]


def _paths(value: Any, path: Path_) -> Iterator[Path_]:
    if isinstance(value, float):
        yield path
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _paths(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if path != ("thrusters",) or index in (0, 15):
                yield from _paths(item, (*path, index))


def _number(data: dict[str, Any], path: Path_) -> Number:
    section = str(path[0])
    try:
        _adapter(section).validate_python(changed(data, path, float("nan"))[section])
    except ValidationError as error:
        found = _RANGE.search(" ".join(problem["msg"] for problem in error.errors()))
        return Number(path, *map(float, found.groups())) if found else Number(path, None, None)
    raise AssertionError(f"{path} takes nan")


@cache
def _adapter(section: str) -> TypeAdapter[Any]:
    annotation: Any = BotSpec.model_fields[section].annotation
    return TypeAdapter(annotation)


def combined(data: dict[str, Any], numbers: list[Number], random: Random) -> dict[str, Any]:
    """The data with some numbers anywhere in their ranges, as far as they are accepted together."""
    for number in random.sample(numbers, random.randint(2, 10)):
        trial = changed(data, number.path, number.drawn(random))
        try:
            BotSpec.from_mapping(trial)
        except SpecFileError:
            continue
        data = trial
    return data


def changed(data: dict[str, Any], path: Path_, value: float) -> dict[str, Any]:
    """The data with another number at a path; all nozzles get that of the first."""
    data = copy.deepcopy(data)
    paths = [path]
    if path[:2] == ("thrusters", 0) and "position_m_body" not in path:
        paths = [("thrusters", index, *path[2:]) for index in range(16)]
    for keys in paths:
        target: Any = data
        for key in keys[:-1]:
            target = target[key]
        target[keys[-1]] = value
    return data


def use(spec: BotSpec, rate_hz: int) -> None:
    """Does with a specification what the commands do. Raises where one of them would, or where a
    number that comes of it is not finite."""
    _finite(push_json(preview_push(spec, profile_command("up 60 1s; ztt.forward 50 1s"))))
    _finite(map_report(spec, ()).table())
    found = controllability(spec, Availability.of((), ()))
    assert np.isfinite(found.reach).all()
    explained = explain(spec, (100.0, 0.0, 10.0), (0.0, 5.0, 0.0), Availability.of((3,), ()), False)
    assert np.isfinite([n.thrust_n for n in explained.nozzles]).all()
    craft_json = spec.core_json()
    case = Case(
        index=0,
        seed=SECOND.seed,
        scenario=SECOND,
        numbers={},
        faults=(),
        truth_json=craft_json,
        nominal_json=craft_json,
        period_us=period_us(rate_hz),
    )
    columns = fly(case)
    for name in FLOWN:
        # What no sensor has told yet is unknown; by the middle of the flight all have.
        assert np.isfinite(columns[name][len(columns[name]) // 2 :]).all(), name
    _finite(row_of(case, columns, judge(case, columns)))


def _finite(report: Any) -> None:
    json.dumps(report, allow_nan=False, default=_plain)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value.tolist()
