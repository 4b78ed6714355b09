"""What can be dispersed.

Each key of `dispersions` in a campaign file is a quantity with its unit; `QUANTITIES` says how
many numbers of it a case draws and the range that is allowed. Faults are drawn by
`DispersedFault`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from qiki_hil.campaign.distributions import Distribution, Draws
from qiki_hil.document import allowed_words
from qiki_hil.kernels import CLUSTERS, FAULT_SENSORS, NOZZLES
from qiki_hil.scenario.fault_kinds import FAULT_KINDS
from qiki_hil.scenario.model import Fault

_STRICT = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)
_AXES = ("x", "y", "z")
_ANGLES = ("roll", "pitch", "yaw")
_NOZZLES = tuple(f"{nozzle:02d}" for nozzle in range(NOZZLES))
_TILTS = tuple(f"{nozzle}.{side}" for nozzle in _NOZZLES for side in ("a", "b"))
DISPERSED_SENSORS = ("rates", "acceleration", "attitude", "position", "velocity")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity that can be dispersed: the names of its numbers (none where it is a single
    number), and the range that its distribution must stay within."""

    parts: tuple[str, ...]
    low: float
    high: float
    meaning: str


QUANTITIES: dict[str, Quantity] = {
    "dry_mass_percent": Quantity((), -90, 1000, "added to the dry mass"),
    "propellant_percent": Quantity((), -100, 1000, "added to the propellant at the start"),
    "com_m_body": Quantity(_AXES, -10, 10, "added to the dry centre of mass, each axis"),
    "inertia_percent": Quantity(
        _AXES, -90, 1000, "added to the second moment of the dry mass along each body axis"
    ),
    "thrust_percent": Quantity(_NOZZLES, -100, 1000, "added to the thrust, each nozzle"),
    "misalignment_deg": Quantity(
        _TILTS, -45, 45, "tilt of the thrust about two axes across it, each nozzle"
    ),
    "open_delay_ms": Quantity(_NOZZLES, -1000, 900, "added to the opening delay, each valve"),
    "close_delay_ms": Quantity(_NOZZLES, -1000, 900, "added to the closing delay, each valve"),
    "noise_scale": Quantity(DISPERSED_SENSORS, 0, 1000, "times the noise, each sensor"),
    "bias_scale": Quantity(DISPERSED_SENSORS, 0, 1000, "times the bias, each sensor"),
    "position_m_world": Quantity(_AXES, -1e5, 1e5, "added to where it starts, each axis"),
    "velocity_mps_world": Quantity(_AXES, -100, 100, "added to the velocity it starts with"),
    "attitude_rpy_deg": Quantity(_ANGLES, -180, 180, "added to roll, pitch, yaw at the start"),
    "rates_dps_body": Quantity(_AXES, -360, 360, "added to the rates it starts with"),
}


class DispersedFault(BaseModel):
    """A fault that a case has with a probability, at a moment and on a target that are drawn."""

    model_config = _STRICT

    kind: str
    probability: Annotated[float, Field(ge=0.0, le=1.0)] = 1.0
    at_s: float | Distribution
    lasts_s: float | Distribution | None = None
    among: tuple[int | str, ...] | None = Field(default=None, strict=False)
    """Nozzles, clusters, sensors or percents to draw from; all of them where not given."""

    @model_validator(mode="after")
    def _can_be(self) -> Self:
        if self.kind not in FAULT_KINDS:
            allowed_kinds = allowed_words(self.kind, FAULT_KINDS)
            raise ValueError(f"kind: '{self.kind}' is no fault{allowed_kinds}")
        if _ends(self.at_s)[0] < 0.0:
            raise ValueError(f"at_s: must be 0 or later, not {_ends(self.at_s)[0]:g}")
        if self.lasts_s is not None and _ends(self.lasts_s)[0] <= 0.0:
            raise ValueError(f"lasts_s: must be above 0, not {_ends(self.lasts_s)[0]:g}")
        target = FAULT_KINDS[self.kind].target
        allowed = _TARGETS[target]
        if self.among is None and target == "percent":
            raise ValueError("among: is missing: the percents to draw from, such as [5, 10]")
        wrong = [item for item in self.among or () if item not in allowed]
        if wrong or self.among == ():
            first, last = allowed[0], allowed[-1]
            words = ", ".join(map(str, allowed)) if target == "sensor" else f"{first}..{last}"
            raise ValueError(f"among: {target} needed ({words}), not {wrong or '[]'}")
        return self

    def drawn(self, draws: Draws, name: str, duration_s: float) -> Fault | None:
        """The fault of a case, None where the case does not have it. A fault that would outlast the
        run has no end."""
        if draws.uniform(f"{name}.happens") >= self.probability:
            return None
        target = FAULT_KINDS[self.kind].target
        choices = self.among or _TARGETS[target]
        chosen = choices[draws.index(f"{name}.target", len(choices))]
        at_s = _value(self.at_s, draws, f"{name}.at_s")
        until_s = None
        if self.lasts_s is not None:
            until_s = at_s + _value(self.lasts_s, draws, f"{name}.lasts_s")
        ends = {"until_s": until_s} if until_s is not None and until_s < duration_s else {}
        return Fault.model_validate({"at_s": at_s, "kind": self.kind, target: chosen, **ends})

    @property
    def latest_s(self) -> float:
        """The latest moment at which it can begin."""
        return _ends(self.at_s)[1]


_TARGETS: dict[str, tuple[int | str, ...]] = {
    "nozzle": tuple(range(NOZZLES)),
    "cluster": tuple(range(CLUSTERS)),
    "sensor": FAULT_SENSORS,
    "percent": tuple(range(1, 101)),
}


def _ends(value: float | Distribution) -> tuple[float, float]:
    return value.ends if isinstance(value, Distribution) else (value, value)


def _value(value: float | Distribution, draws: Draws, name: str) -> float:
    return value.at(draws.uniform(name)) if isinstance(value, Distribution) else value


def number_names(quantity: str) -> tuple[str, ...]:
    """The names of a quantity's numbers, such as `com_m_body.x`."""
    parts = QUANTITIES[quantity].parts
    return tuple(f"{quantity}.{part}" for part in parts) if parts else (quantity,)


def drawn_numbers(distributions: Mapping[str, Distribution], draws: Draws) -> dict[str, float]:
    """All numbers that a case draws, by name."""
    return {
        name: distribution.at(draws.uniform(name))
        for quantity, distribution in distributions.items()
        for name in number_names(quantity)
    }


def distribution_problems(distributions: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with `dispersions`, as (key, text): a key that is no quantity, or a
    distribution that goes beyond what is allowed for its quantity."""
    for key, distribution in distributions.items():
        if key not in QUANTITIES:
            yield key, f"cannot be dispersed{allowed_words(key, QUANTITIES)}"
        elif isinstance(distribution, Distribution):
            quantity, (low, high) = QUANTITIES[key], distribution.ends
            if low < quantity.low or high > quantity.high:
                yield (
                    key,
                    f"goes from {low:g} to {high:g}; {quantity.low:g}..{quantity.high:g} allowed",
                )
