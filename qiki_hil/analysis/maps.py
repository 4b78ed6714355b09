"""The thrust map and the torque map of a craft, each set with what was checked of it.

The sets come from the core. What is checked is worked out anew from the thrusts and the BotSpec's
effectiveness, so that a wrong number of the core does not vouch for itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from qiki_hil.kernels import (
    MAP_EXACT_FORCE_N,
    MAP_EXACT_TORQUE_NM,
    MAP_FORCE_TOLERANCE_N,
    MAP_TORQUE_TOLERANCE_NM,
    MapSet,
    ThrustMap,
)
from qiki_hil.spec import BotSpec

Float64 = NDArray[np.float64]

EQUAL = 1e-5
"""Ceilings that should be equal may differ by this part."""
_SAME = 1e-6
"""Newtons and newton metres between a number of the core and the same worked out here."""
_DIGITS = 3
"""Of a reference table: millinewtons, well above what rounding differs by between machines."""


class Axis(NamedTuple):
    """One direction of a map; body frame, +X forward, +Y left, +Z up."""

    name: str
    words: str
    row: int
    sign: float

    @property
    def unit(self) -> str:
        """Of a ceiling."""
        return "N" if self.row < 3 else "N·m"


AXES = tuple(
    Axis(name, words, number // 2, -1.0 if number % 2 else 1.0)
    for number, (name, words) in enumerate(
        (
            ("+X", "forward"),
            ("-X", "aft"),
            ("+Y", "port"),
            ("-Y", "starboard"),
            ("+Z", "up"),
            ("-Z", "down"),
            ("+roll", "to starboard"),
            ("-roll", "to port"),
            ("+pitch", "nose down"),
            ("-pitch", "nose up"),
            ("+yaw", "to port"),
            ("-yaw", "to starboard"),
        )
    )
)


class Check(NamedTuple):
    """One thing that must hold of a set."""

    name: str
    passed: bool
    words: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A set of the map, with its checks and the nozzles of it that are out."""

    axis: Axis
    kind: str
    """ZTT, FTG (along an axis), ZFR or FRG (about one)."""
    set: MapSet
    force_n: Float64
    """(3,) net force at the ceiling, body, worked out from the thrusts."""
    torque_nm: Float64
    """(3,) net torque about the centre of mass at the ceiling, likewise."""
    checks: tuple[Check, ...]
    out: tuple[int, ...]

    @property
    def passed(self) -> bool:
        """Whether every check holds."""
        return all(check.passed for check in self.checks)

    @property
    def verdict(self) -> str:
        """A glyph and words."""
        failed = [check.name for check in self.checks if not check.passed]
        if failed:
            return f"✗ {', '.join(failed)}"
        if self.out:
            return f"✗ out {', '.join(map(str, self.out))}"
        return "✓ pure" if self.set.exact else "≈ left over"


@dataclass(frozen=True, slots=True)
class MapReport:
    """Both maps of a craft."""

    spec: BotSpec
    entries: tuple[Entry, ...]
    out: tuple[int, ...]
    lost: tuple[str, ...]
    """Directions that AUTO has no set for without the nozzles `out`."""

    @property
    def passed(self) -> bool:
        """Whether every check of every set holds and no direction is lost."""
        return not self.lost and all(entry.passed for entry in self.entries)

    def of(self, name: str) -> tuple[Entry, ...]:
        """The entries of a direction."""
        return tuple(entry for entry in self.entries if entry.axis.name == name)

    def table(self) -> dict[str, Any]:
        """The map as plain data, rounded so that it is the same on every machine."""
        return {
            "bot": self.spec.metadata.id,
            "com_m_body": _rounded(self.spec.com_m_body),
            "tolerance": {
                "leftover_force_n": MAP_FORCE_TOLERANCE_N,
                "leftover_torque_nm": MAP_TORQUE_TOLERANCE_NM,
                "exact_force_n": MAP_EXACT_FORCE_N,
                "exact_torque_nm": MAP_EXACT_TORQUE_NM,
                "equal_ceilings": EQUAL,
            },
            "sets": [_row(entry) for entry in self.entries],
        }


def map_report(spec: BotSpec, out: Iterable[int] = ()) -> MapReport:
    """The maps of a craft with a full tank, without the nozzles `out`. Raises ValueError for a
    nozzle that does not exist."""
    return report_of(spec, ThrustMap.from_spec(spec), out)


def report_of(spec: BotSpec, found: ThrustMap, out: Iterable[int] = ()) -> MapReport:
    """The same for a map that is there already, against the craft it should be of."""
    out = tuple(sorted(set(out)))
    lost = tuple(found.lost(out))
    entries = [
        _entry(spec, found, axis, full, out)
        for first in (0, 6)
        for axis in AXES[first : first + 6]
        for full in (False, True)
    ]
    return MapReport(spec, tuple(entries), out, lost)


def _entry(spec: BotSpec, found: ThrustMap, axis: Axis, full: bool, out: tuple[int, ...]) -> Entry:
    kind = ("FTG" if full else "ZTT") if axis.row < 3 else ("FRG" if full else "ZFR")
    entry = (found.full if full else found.economy)[axis.name]
    wrench = spec.effectiveness @ entry.thrust_n
    checks = [*_pure(axis, wrench), *_stated(spec, axis, entry, wrench)]
    if not entry.exists:
        checks = [Check("no set", False, "nothing pushes in this direction")]
    elif full:
        checks.append(_equal(found, axis))
    dead = tuple(nozzle for nozzle in entry.nozzles if nozzle in out)
    return Entry(axis, kind, entry, wrench[:3], wrench[3:], tuple(checks), dead)


def _pure(axis: Axis, wrench: Float64) -> list[Check]:
    across = wrench.copy()
    across[axis.row] = 0.0
    force_n, torque_nm = np.linalg.norm(across[:3]), np.linalg.norm(across[3:])
    most_n, most_nm = MAP_FORCE_TOLERANCE_N, MAP_TORQUE_TOLERANCE_NM
    return [
        Check(
            "torque",
            bool(torque_nm <= most_nm + _SAME),
            f"|sum r x F| across {torque_nm:.3f} of at most {most_nm:g} N·m",
        ),
        Check(
            "force",
            bool(force_n <= most_n + _SAME),
            f"|sum F| across {force_n:.3f} of at most {most_n:g} N",
        ),
    ]


def _stated(spec: BotSpec, axis: Axis, entry: MapSet, wrench: Float64) -> list[Check]:
    thrust_n = entry.thrust_n
    within = bool(np.all(thrust_n >= 0.0) and np.all(thrust_n <= spec.thrust_max_n))
    gap = max(
        float(np.abs(wrench - entry.wrench).max()),
        abs(axis.sign * wrench[axis.row] - entry.ceiling),
    )
    return [
        Check("thrust", within, "every nozzle between nothing and its most thrust"),
        Check("numbers", gap <= _SAME, f"stated and worked out anew differ by {gap:.1e}"),
    ]


def _equal(found: ThrustMap, axis: Axis) -> Check:
    alike = [a for a in AXES if (a.row == axis.row if axis.row >= 3 else a.row < 3)]
    ceilings = [found.full[a.name].ceiling for a in alike]
    passed = max(ceilings) - min(ceilings) <= EQUAL * max(ceilings)
    words = f"{min(ceilings):.3f} to {max(ceilings):.3f} {axis.unit} in {len(alike)} directions"
    return Check("ceiling", passed, words)


def _rounded(values: Float64) -> list[float]:
    return [round(float(value), _DIGITS) + 0.0 for value in values]


def _row(entry: Entry) -> dict[str, Any]:
    found = entry.set
    numbers = {
        "gross_n": found.gross_n,
        "power_w": found.power_w,
        "leftover_force_n": found.leftover_force_n,
        "leftover_torque_nm": found.leftover_torque_nm,
    }
    return {
        "direction": entry.axis.name,
        "set": entry.kind,
        "exact": found.exact,
        "ceiling": round(found.ceiling, _DIGITS),
        "unit": entry.axis.unit,
        "thrust_n": {str(n): round(float(found.thrust_n[n]), _DIGITS) for n in found.nozzles},
        "net_force_n": _rounded(entry.force_n),
        "net_torque_nm": _rounded(entry.torque_nm),
        **{name: round(value, _DIGITS) + 0.0 for name, value in numbers.items()},
        "checks": {check.name: "passed" if check.passed else "failed" for check in entry.checks},
    }
