"""The craft that flies: the nominal one with the dispersions of a case applied."""

import json
import math
from collections.abc import Mapping
from typing import Any

from qiki_hil.campaign.dispersions import DISPERSED_SENSORS
from qiki_hil.kernels import NOZZLES

Vector = list[float]


def dispersed(core_json: str, numbers: Mapping[str, float]) -> str:
    """The dispersed craft in the form of `BotSpec.core_json()`. `numbers` are those of
    `dispersions.drawn_numbers`; a quantity without a number stays nominal."""
    craft = json.loads(core_json)
    _disperse_mass(craft["mass"], numbers)
    for nozzle, thruster in enumerate(craft["thrusters"][:NOZZLES]):
        _disperse_thruster(thruster, f"{nozzle:02d}", numbers)
    for name in DISPERSED_SENSORS:
        sensor = craft["sensors"][name]
        sensor["noise_std"] *= numbers.get(f"noise_scale.{name}", 1.0)
        sensor["bias_std"] *= numbers.get(f"bias_scale.{name}", 1.0)
    return json.dumps(craft, separators=(",", ":"), allow_nan=False)


def _disperse_mass(mass: dict[str, Any], numbers: Mapping[str, float]) -> None:
    mass["dry_kg"] *= _factor(numbers, "dry_mass_percent")
    mass["propellant_kg"] *= _factor(numbers, "propellant_percent")
    for index, axis in enumerate("xyz"):
        mass["com_m_body"][index] += numbers.get(f"com_m_body.{axis}", 0.0)
    factors = [_factor(numbers, f"inertia_percent.{axis}") for axis in "xyz"]
    if factors != [1.0, 1.0, 1.0]:
        mass["inertia_kgm2"] = _stretched(mass["inertia_kgm2"], factors)


def _stretched(inertia: list[Vector], factors: Vector) -> list[Vector]:
    """Inertia (kg·m², body) of the body stretched along its axes, so that each second moment of
    its mass grows by its factor. Such a body exists for any positive factors. If the moments of
    inertia were scaled one by one, they could break the triangle inequality, which no body does."""
    half = sum(inertia[i][i] for i in range(3)) / 2.0
    second = [[(half if i == j else 0.0) - inertia[i][j] for j in range(3)] for i in range(3)]
    root = [math.sqrt(factor) for factor in factors]
    second = [[root[i] * root[j] * second[i][j] for j in range(3)] for i in range(3)]
    trace = sum(second[i][i] for i in range(3))
    return [[(trace if i == j else 0.0) - second[i][j] for j in range(3)] for i in range(3)]


def _disperse_thruster(thruster: dict[str, Any], name: str, numbers: Mapping[str, float]) -> None:
    thruster["thrust_max_n"] *= _factor(numbers, f"thrust_percent.{name}")
    for key in ("open_delay", "close_delay"):
        added_s = numbers.get(f"{key}_ms.{name}", 0.0) * 1e-3
        thruster[f"{key}_s"] = max(0.0, thruster[f"{key}_s"] + added_s)
    tilt = [math.radians(numbers.get(f"misalignment_deg.{name}.{side}", 0.0)) for side in "ab"]
    if tilt != [0.0, 0.0]:
        thruster["force_direction_body"] = tilted(thruster["force_direction_body"], *tilt)


def tilted(direction: Vector, a_rad: float, b_rad: float) -> Vector:
    """A unit vector tilted by two angles, rad, about two axes that are perpendicular to it and to
    each other."""
    # The cross product is best conditioned with the body axis furthest from the direction.
    away = [0.0, 0.0, 0.0]
    away[min(range(3), key=lambda i: abs(direction[i]))] = 1.0
    first = _unit(_cross(direction, away))
    second = _cross(direction, first)
    tilted_direction = [
        direction[i] + math.tan(a_rad) * first[i] + math.tan(b_rad) * second[i] for i in range(3)
    ]
    return _unit(tilted_direction)


def _factor(numbers: Mapping[str, float], name: str) -> float:
    return 1.0 + numbers.get(name, 0.0) / 100.0


def _cross(a: Vector, b: Vector) -> Vector:
    return [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]


def _unit(vector: Vector) -> Vector:
    length = math.sqrt(sum(part * part for part in vector))
    return [part / length for part in vector]
