"""BotSpec: the one description of a craft."""

import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any, Self, cast

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, model_validator

from qiki_hil.document import (
    Path,
    Problem,
    ShippedFiles,
    as_texts,
    dotted,
    from_pydantic,
    parse,
    unknown_key,
)
from qiki_hil.errors import SpecError, SpecFileError
from qiki_hil.spec import checks
from qiki_hil.spec.authority import Authority, WrenchSet, effectiveness
from qiki_hil.spec.body import Hull, Mass, Metadata, Thruster
from qiki_hil.spec.control import ControlConfig
from qiki_hil.spec.core import core_craft
from qiki_hil.spec.defaults import THRUSTER_DEFAULTS, Expanded, expand
from qiki_hil.spec.equipment import (
    Can,
    Component,
    Docking,
    EventBus,
    Mount,
    Sensors,
    Transponder,
)
from qiki_hil.spec.planes import PowerPlane, ThermalPlane
from qiki_hil.spec.quantities import Name
from qiki_hil.spec.writer import as_yaml

Float64 = NDArray[np.float64]

_FILES = ShippedFiles("bot", "bots", SpecError)
_UNORDERED = {"channels", "provides", "consumes", "capture_modes", "bridge_profiles"}
"""Lists whose order means nothing."""


class BotSpec(BaseModel):
    """A craft with 16 nozzles, validated; it cannot be changed.

    Everything the project knows of a craft comes from here: effectiveness matrix, limits, mass,
    node ids, hash. Lengths are metres from the geometric centre, vectors are in the body frame
    (+X forward, +Y left, +Z up).
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    metadata: Metadata
    hull: Hull
    mass: Mass
    thrusters: tuple[Thruster, ...]
    power: PowerPlane
    thermal: ThermalPlane
    docking: Docking
    transponder: Transponder
    mounts: dict[Name, Mount]
    sensors: Sensors
    control: ControlConfig
    components: dict[Name, Component]
    event_bus: EventBus
    can: Can

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        problems = checks.run(_sections(self))
        if problems:
            raise ValueError("; ".join(f"{dotted(p.path)}: {p.text}" for p in problems))
        return self

    @classmethod
    def shipped(cls) -> tuple[str, ...]:
        """Names of the specifications that come with the package."""
        return tuple(_FILES.names())

    @classmethod
    def load(cls, name_or_path: str | FilePath) -> Self:
        """Reads a shipped specification by name, or a YAML file.

        Raises:
            SpecError: with every problem of the file, each with its path and line.
        """
        return cls.parse(_FILES.read(name_or_path).text, str(name_or_path))

    @classmethod
    def parse(cls, text: str, origin: str = "BotSpec") -> Self:
        """Reads a specification from YAML text; `origin` names it in errors.

        Raises:
            SpecError: with every problem of the text, each with its path and line.
        """
        document = parse(text, origin, SpecFileError, start="start from `qiki-hil bot init`")
        return cls._read(document.data, origin, document.problems, document.lines)

    @classmethod
    def from_mapping(cls, data: dict[str, Any], origin: str = "BotSpec") -> Self:
        """Reads a specification from plain data shaped like the YAML file.

        Raises:
            SpecError: with every problem of the data, each with its path.
        """
        return cls._read(data, origin, [], {})

    @classmethod
    def _read(
        cls, data: dict[str, Any], origin: str, found: list[Problem], lines: dict[Path, int]
    ) -> Self:
        expanded = expand(data)
        sections, broken = _validate(expanded)
        problems = [*found, *expanded.problems, *broken, *checks.run(sections)]
        if problems:
            blamed = (Problem(expanded.written_at(p.path), p.text) for p in problems)
            raise SpecFileError(origin, as_texts(blamed, lines))
        return cls.model_construct(**sections)

    @cached_property
    def effectiveness(self) -> Float64:
        """(6, 16) float64: force (rows 0..2, N/N) and torque about the centre of mass with full
        tanks (rows 3..5, N·m/N) per newton of each nozzle, body. Read-only."""
        return _frozen(
            effectiveness(
                np.array([t.position_m_body for t in self.thrusters]),
                np.array([t.force_direction_body for t in self.thrusters]),
                self.com_m_body,
            )
        )

    @cached_property
    def thrust_max_n(self) -> Float64:
        """(16,) float64, N. Read-only."""
        return _frozen(np.array([t.thrust_max_n for t in self.thrusters]))

    @cached_property
    def com_m_body(self) -> Float64:
        """(3,) float64: centre of mass with full tanks, m, body. Read-only."""
        return _frozen(self.mass.com_full_m_body)

    @cached_property
    def hash(self) -> str:
        """`sha256:` and the digest of everything but the title.

        It does not depend on comments, the order of keys, how numbers are written, or on which
        values stand in `thruster_defaults`.
        """
        content = self.model_dump(mode="json")
        del content["metadata"]["title"]
        canonical = json.dumps(
            _sorted(content), sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """As pydantic's, without what was worked out from the original: of another craft
        effectiveness, centre of mass and hash are others."""
        copied = super().model_copy(update=update, deep=deep)
        for name, attribute in vars(BotSpec).items():
            if isinstance(attribute, cached_property):
                copied.__dict__.pop(name, None)
        return copied

    def core_json(self) -> str:
        """The part that the Rust core reads, as a JSON object."""
        craft = core_craft(
            self.mass, self.thrusters, self.power, self.thermal, self.sensors, self.control
        )
        return json.dumps(craft, separators=(",", ":"), allow_nan=False)

    def to_yaml(self) -> str:
        """The specification as YAML that `parse` reads back to an equal one."""
        return as_yaml(self.model_dump(mode="json"))

    def authority(self) -> Authority:
        """The largest pure forces and torques about the centre of mass with full tanks."""
        return WrenchSet(self.effectiveness, self.thrust_max_n).authority()


_ADAPTERS: dict[str, TypeAdapter[Any]] = {
    name: TypeAdapter(cast(Any, field.annotation)) for name, field in BotSpec.model_fields.items()
}


def _sections(spec: BotSpec) -> dict[str, Any]:
    return {name: getattr(spec, name) for name in BotSpec.model_fields}


def _validate(expanded: Expanded) -> tuple[dict[str, Any], list[Problem]]:
    """The sound sections, and what is wrong with the others."""
    sections: dict[str, Any] = {}
    problems = [
        Problem((key,), unknown_key(key, [*_ADAPTERS, THRUSTER_DEFAULTS]))
        for key in expanded.data
        if key not in _ADAPTERS
    ]
    for name, adapter in _ADAPTERS.items():
        if name not in expanded.data:
            problems.append(Problem((name,), "missing"))
            continue
        try:
            sections[name] = adapter.validate_python(expanded.data[name])
        except ValidationError as error:
            errors = error.errors(include_url=False)
            for detail in errors:
                detail["loc"] = (name, *detail["loc"])
            problems += from_pydantic(errors, BotSpec)
    return sections, problems


def _sorted(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _sorted(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return sorted(value) if key in _UNORDERED else [_sorted(item) for item in value]
    return value


def _frozen(array: Float64) -> Float64:
    array.setflags(write=False)
    return array
