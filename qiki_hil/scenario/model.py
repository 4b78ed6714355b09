"""Scenarios: what a run starts from, what is asked of it, what goes wrong and what it must show.

A scenario is a YAML file; `docs/scenarios.md` describes every key. Loading reports all problems
at once, each with its line and path. A loaded scenario is self-contained: thrust profiles that
were files are written out, so the copy kept with a run means the same for ever.
"""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    Strict,
    ValidationInfo,
)

from qiki_hil._pb.qiki.commands.v1 import command_pb2
from qiki_hil._pb.qiki.telemetry.v1 import link_pb2
from qiki_hil.command.format import format_command
from qiki_hil.command.grammar import parse_command
from qiki_hil.command.tokens import POSITION_MAX_M
from qiki_hil.document import ShippedFiles, as_texts, dump, parse, validated
from qiki_hil.errors import CommandError, ScenarioError, ScenarioFileError
from qiki_hil.euler import xyzw_from_rpy_deg
from qiki_hil.kernels import CLUSTERS, NOZZLES
from qiki_hil.scenario.check import relation_problems
from qiki_hil.scenario.expectations import Expectation, TimeS
from qiki_hil.scenario.fault_kinds import rig_fault

DURATION_MAX_S = 86_400.0
SEED_MAX = 2**64 - 1

_FILES = ShippedFiles("scenario", "scenarios", ScenarioError)

_STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)


def _vector(limit: float) -> Any:
    part = Annotated[float, Field(ge=-limit, le=limit)]
    return Annotated[tuple[part, part, part], Strict(False)]


class Initial(BaseModel):
    """Where a simulated craft begins."""

    model_config = _STRICT

    position_m_world: _vector(POSITION_MAX_M) = (0.0, 0.0, 0.0)  # type: ignore[valid-type]
    velocity_mps_world: _vector(1000.0) = (0.0, 0.0, 0.0)  # type: ignore[valid-type]
    attitude_rpy_deg: _vector(360.0) = (0.0, 0.0, 0.0)  # type: ignore[valid-type]
    rates_dps_body: _vector(720.0) = (0.0, 0.0, 0.0)  # type: ignore[valid-type]

    @property
    def attitude_xyzw(self) -> tuple[float, float, float, float]:
        """Scalar last, body to world."""
        return xyzw_from_rpy_deg(*self.attitude_rpy_deg)

    @property
    def rates_rps_body(self) -> tuple[float, float, float]:
        """rad/s, body."""
        x, y, z = map(math.radians, self.rates_dps_body)
        return (x, y, z)


def _canonical(text: str, info: ValidationInfo) -> str:
    """The command in its canonical text; files are looked up beside the scenario."""
    try:
        return format_command(parse_command(text, files=(info.context or {}).get("files", Path())))
    except CommandError as error:
        raise ValueError(str(error)) from None


class TimedCommand(BaseModel):
    """A command text and when it is given."""

    model_config = _STRICT

    at_s: TimeS
    do: Annotated[str, AfterValidator(_canonical)]

    @property
    def command(self) -> command_pb2.Command:
        """The command, without id and source."""
        return parse_command(self.do, files=None)


class Fault(BaseModel):
    """A fault put into the rig on purpose, for good or until a moment."""

    model_config = _STRICT

    at_s: TimeS
    kind: str
    nozzle: Annotated[int, Field(ge=0, lt=NOZZLES)] | None = None
    cluster: Annotated[int, Field(ge=0, lt=CLUSTERS)] | None = None
    sensor: str | None = None
    percent: Annotated[int, Field(ge=1, le=100)] | None = None
    until_s: TimeS | None = None

    @property
    def target(self) -> int | str:
        """Nozzle or cluster number, sensor name, or percent."""
        targets = (self.nozzle, self.cluster, self.sensor, self.percent)
        return next(target for target in targets if target is not None)


class Scenario(BaseModel):
    """A whole scenario. Get one with `load`."""

    model_config = _STRICT

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
    description: str = ""
    duration_s: Annotated[float, Field(gt=0.0, le=DURATION_MAX_S)]
    seed: Annotated[int, Field(ge=0, le=SEED_MAX)] = 0
    initial: Initial = Initial()
    commands: list[TimedCommand] = []
    faults: list[Fault] = []
    expect: list[Expectation] = []

    @classmethod
    def shipped(cls) -> list[str]:
        """Names of the scenarios that come with the package."""
        return _FILES.names()

    @classmethod
    def load(cls, name_or_path: str | Path) -> Self:
        """A shipped scenario by name, or one from a file.

        Raises `ScenarioError` with every problem found.
        """
        found = _FILES.read(name_or_path)
        folder = found.path.parent if found.path else None
        return cls.from_text(found.text, found.source, folder=folder)

    @classmethod
    def from_text(cls, text: str, source: str, *, folder: Path | None) -> Self:
        """A scenario from YAML. `folder` is where profile files are; None refuses them."""
        document = parse(text, source, ScenarioFileError, start="give name, duration_s, ...")
        scenario, found = validated(cls, document.data, context={"files": folder})
        problems = [*document.problems, *relation_problems(document.data), *found]
        if problems or scenario is None:
            raise ScenarioFileError(source, as_texts(problems, document.lines))
        return scenario

    def to_yaml(self) -> str:
        """The scenario as YAML that loads to the same scenario."""
        return dump(self.model_dump(mode="json", exclude_none=True))

    def ticks(self, period_s: float) -> int:
        """How many ticks the run has."""
        return max(1, _tick(self.duration_s, period_s))

    def commands_unanswered(self, period_s: float) -> int:
        """How many commands have their tick after the end of the run, see `timeline`."""
        ticks = self.ticks(period_s)
        return sum(
            tick >= ticks
            for tick, message in self.timeline(period_s)
            if isinstance(message, command_pb2.Command)
        )

    def timeline(
        self, period_s: float
    ) -> list[tuple[int, command_pb2.Command | link_pb2.RigFault]]:
        """Commands and faults by the tick at whose start they are due, in order.

        The controller takes one command a tick: of commands due together, the later ones in
        the file come a tick later each. Faults come before commands of the same tick.
        """
        items: list[tuple[int, int, command_pb2.Command | link_pb2.RigFault]] = [
            (tick, 0, message) for tick, message in self._fault_edges(period_s)
        ]
        free = 0
        for entry in sorted(self.commands, key=lambda entry: entry.at_s):
            tick = max(_tick(entry.at_s, period_s), free)
            free = tick + 1
            items.append((tick, 1, entry.command))
        return [(tick, message) for tick, _, message in sorted(items, key=lambda item: item[:2])]

    def _fault_edges(self, period_s: float) -> Iterator[tuple[int, link_pb2.RigFault]]:
        for fault in self.faults:
            begin = _tick(fault.at_s, period_s)
            yield begin, rig_fault(fault.kind, fault.target, active=True)
            if fault.until_s is not None:
                end = max(_tick(fault.until_s, period_s), begin + 1)
                yield end, rig_fault(fault.kind, fault.target, active=False)


def _tick(time_s: float, period_s: float) -> int:
    """The first tick that starts at or after a time; a hair early counts as in time."""
    return math.ceil(time_s / period_s - 1e-6)
