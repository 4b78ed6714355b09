"""Thrust profiles on paper, for people: what one would give, take and run into."""

from dataclasses import dataclass
from typing import Any

from qiki_hil._core import preview_profile as _preview_profile
from qiki_hil.kernels.craft import CraftSource

Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Spent:
    """What is spent and gained over a span of time."""

    time_s: float
    rest_s: float
    """Part of it in which the nozzles rest."""
    delta_v_mps_body: Vector
    """Speed gained, m/s, body; the attitude is held."""
    gross_mps: float
    """What it would be if every nozzle pushed along the motion, m/s."""
    propellant_kg: float
    energy_j: float
    """Electrical energy of the nozzles."""
    nozzles: tuple[int, ...]
    """The nozzles that push."""

    @property
    def delta_v_mps(self) -> float:
        """Size of the speed gained, m/s."""
        x, y, z = self.delta_v_mps_body
        return float((x * x + y * y + z * z) ** 0.5)


@dataclass(frozen=True, slots=True)
class Stores:
    """How the craft is at one instant."""

    propellant_kg: float
    battery_soc: float
    supercap_soc: float
    cluster_temp_c: tuple[float, ...]
    """(4)"""


@dataclass(frozen=True, slots=True)
class SegmentPreview:
    """One segment: when it begins, what it takes and gives, how it leaves the craft."""

    at_s: float
    spent: Spent
    after: Stores


@dataclass(frozen=True, slots=True)
class LimitHit:
    """A limit that inhibits the profile for a while."""

    at_s: float
    for_s: float
    segment: int
    """From 0."""
    reason: int
    """`qiki.commands.v1.ReasonCode`."""
    rests: bool
    """The nozzles rest; else they push with less than asked."""


@dataclass(frozen=True, slots=True)
class ProfilePreview:
    """A profile on paper, of a craft at the beginning of a run. Pushes only: what holding the
    attitude takes is not in it, nor the wait for the last pulses."""

    segments: tuple[SegmentPreview, ...]
    total: Spent
    after: Stores
    cluster_max_c: tuple[float, ...]
    """(4) the warmest each cluster becomes."""
    supercap_min_soc: float
    limits: tuple[LimitHit, ...]
    end: str
    """`given` in full, `late` (never given, see `reason`), or `broken` (a group without one of its
    nozzles)."""
    reason: int
    """Why it is not given in full, `qiki.commands.v1.ReasonCode`; 0 where it is."""


class ProfileRefusedError(ValueError):
    """The controller would not take the profile; `reason` is a `qiki.commands.v1.ReasonCode`."""

    def __init__(self, reason: int) -> None:
        self.reason = reason
        super().__init__(f"the profile would be refused with reason code {reason}")


def preview_profile(spec: CraftSource, command: bytes) -> ProfilePreview:
    """What a push or a thrust profile would do, by the plan that the controller flies.

    `command`: an encoded `qiki.commands.v1.Command` with a `fire_axis` or a `thrust_profile`.
    Raises `ProfileRefusedError` where the controller would not take it, and ValueError where it is
    no such command.
    """
    found = _preview_profile(spec.core_json(), command)
    if "refused" in found:
        raise ProfileRefusedError(found["refused"])
    return ProfilePreview(
        segments=tuple(
            SegmentPreview(part["at_s"], _spent(part["spent"]), _stores(part["after"]))
            for part in found["segments"]
        ),
        total=_spent(found["total"]),
        after=_stores(found["after"]),
        cluster_max_c=tuple(found["cluster_max_c"]),
        supercap_min_soc=found["supercap_min_soc"],
        limits=tuple(LimitHit(**hit) for hit in found["limits"]),
        end=found["end"],
        reason=found["reason"],
    )


def _spent(found: dict[str, Any]) -> Spent:
    x, y, z = found["delta_v_mps_body"]
    return Spent(**found | {"delta_v_mps_body": (x, y, z), "nozzles": tuple(found["nozzles"])})


def _stores(found: dict[str, Any]) -> Stores:
    return Stores(**found | {"cluster_temp_c": tuple(found["cluster_temp_c"])})
