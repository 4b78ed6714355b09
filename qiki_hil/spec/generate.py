"""Makes a BotSpec from a few answers, on the base of `dodeca-01`.

Only what follows from the answers changes; the rest (power plane, sensors, components, node
ids, tuning) is taken over, so that it is written down in one place.
"""

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from qiki_hil.errors import SpecFileError
from qiki_hil.kernels import NOZZLES, NOZZLES_PER_CLUSTER
from qiki_hil.spec.bot import BotSpec
from qiki_hil.spec.geometry import (
    CLUSTER_FACES,
    FACE_NAMES,
    canted_clusters,
    face_normals,
    table_nozzles,
)
from qiki_hil.spec.planes import CLUSTER_NODES
from qiki_hil.spec.quantities import DRY_KG, INRADIUS_M, PROPELLANT_KG, THRUST_N

Float64 = NDArray[np.float64]

BASE = "dodeca-01"
_DIGITS = 12
"""Decimals of generated coordinates: exact to a picometre, and readable."""
_TABLE_INRADIUS_M = 1.05
_TABLE_WEAK_THRUST = 220.0 / 260.0
"""Thrust of clusters C and D of the table over that of A and B."""
_AUTHORITY_SHARE = 0.5
"""Guidance plans with at most half of the weakest authority; feedback keeps the rest."""

_RANGES = {
    "thrust_n": THRUST_N,
    "inradius_m": INRADIUS_M,
    "dry_kg": DRY_KG,
    "propellant_kg": PROPELLANT_KG,
}

Geometry = Literal["canted", "table"]


@dataclass(frozen=True, slots=True)
class Answers:
    """What `bot init` asks. `cant_deg` has no meaning for the table.

    Raises SpecError with every answer that no craft can have.
    """

    id: str
    geometry: Geometry = "canted"
    thrust_n: float = 240.0
    cant_deg: float = 40.0
    inradius_m: float = 1.05
    dry_kg: float = 420.0
    propellant_kg: float = 12.0

    def __post_init__(self) -> None:
        problems = []
        for name, allowed in _RANGES.items():
            try:
                allowed.checked(getattr(self, name))
            except ValueError as error:
                problems.append(f"{name}: {error}")
        if self.geometry == "canted" and not 0.0 < self.cant_deg < 90.0:
            problems.append(f"cant_deg: must be between 0 and 90, got {self.cant_deg:g}")
        if problems:
            raise SpecFileError(f"answers for {self.id}", problems)


def generate(answers: Answers) -> BotSpec:
    """A valid specification for these answers.

    Lengths scale with the inradius, inertia with mass times inradius squared, the heat capacity
    of a cluster with a thrust above the base's, the torque limit of manual override with the
    torque of a nozzle. The accelerations that guidance plans with stay within half of the
    authority. Raises SpecError where no such craft is possible.
    """
    base = BotSpec.load(BASE)
    content = base.model_dump(mode="json")
    scale = answers.inradius_m / base.hull.inradius_m
    content["metadata"] = {"id": answers.id, "title": _title(answers)}
    content["transponder"]["id"] = f"QIKI-{answers.id.upper()}"[:64]
    content["hull"] = hull(answers.geometry, answers.inradius_m)
    content["mass"] |= _mass(base, answers, scale)
    content["thrusters"] = _thrusters(content["thrusters"][0], answers)
    for mount in content["mounts"].values():
        mount["position_m_body"] = _rounded(np.array(mount["position_m_body"]) * scale)
    heavier = max(1.0, answers.thrust_n / base.thrusters[0].thrust_max_n)
    for name in CLUSTER_NODES:
        content["thermal"]["nodes"][name]["heat_capacity_j_per_k"] *= heavier
    draft = _parse(content, answers)
    _limit_accelerations(content["control"], draft)
    stronger = _nozzle_torque_nm(draft) / _nozzle_torque_nm(base)
    content["control"]["manual_torque_max_nm"] = _short(
        base.control.manual_torque_max_nm * stronger
    )
    return _parse(content, answers)


def hull(geometry: Geometry, inradius_m: float) -> dict[str, Any]:
    """The hull section: F00 and F01 bayonets, F06 and F07 sensors, F08 and F09 radiators."""
    roles = dict.fromkeys(FACE_NAMES, "utility")
    roles |= dict.fromkeys(("F00", "F01"), "bayonet")
    roles |= dict.fromkeys(("F06", "F07"), "sensor") | dict.fromkeys(("F08", "F09"), "radiator")
    if geometry == "canted":
        roles |= dict.fromkeys(CLUSTER_FACES, "rcs")
    normals = zip(FACE_NAMES, face_normals(), strict=True)
    return {
        "shape": "dodecahedron",
        "inradius_m": inradius_m,
        "faces": {
            name: {"role": roles[name], "outward_normal_body": _rounded(normal)}
            for name, normal in normals
        },
    }


def nozzles(geometry: Geometry, thrust_n: float, cant_deg: float, inradius_m: float) -> list[Any]:
    """Position, direction, thrust and cluster of each nozzle, as rows of the file."""
    thrusts = [thrust_n] * NOZZLES
    if geometry == "canted":
        positions, directions = canted_clusters(inradius_m, math.radians(cant_deg))
    else:
        positions, directions = table_nozzles()
        positions = positions * (inradius_m / _TABLE_INRADIUS_M)
        thrusts[8:] = [round(thrust_n * _TABLE_WEAK_THRUST, 6)] * 8
    return [
        {
            "position_m_body": _rounded(positions[i]),
            "force_direction_body": _rounded(directions[i]),
            "thrust_max_n": thrusts[i],
            "cluster": i // NOZZLES_PER_CLUSTER,
        }
        for i in range(NOZZLES)
    ]


def _title(answers: Answers) -> str:
    if answers.geometry == "table":
        return "Four planar clusters of the 16-row table"
    return f"Four clusters of four on a dodecahedron, {answers.cant_deg:g}° cant"


def _mass(base: BotSpec, answers: Answers, scale: float) -> dict[str, Any]:
    inertia = np.array(base.mass.inertia_kgm2) * (answers.dry_kg / base.mass.dry_kg) * scale**2
    return {
        "dry_kg": answers.dry_kg,
        "propellant_kg": answers.propellant_kg,
        "com_m_body": _rounded(np.array(base.mass.com_m_body) * scale),
        "inertia_kgm2": [[_short(x) for x in row] for row in inertia],
        "tank_m_body": _rounded(np.array(base.mass.tank_m_body) * scale),
    }


def _thrusters(common: dict[str, Any], answers: Answers) -> list[dict[str, Any]]:
    rows = nozzles(answers.geometry, answers.thrust_n, answers.cant_deg, answers.inradius_m)
    return [common | row for row in rows]


def _limit_accelerations(control: dict[str, Any], spec: BotSpec) -> None:
    authority = spec.authority()
    force_mps2 = authority.force_worst_n / (spec.mass.dry_kg + spec.mass.propellant_kg)
    largest = float(np.linalg.eigvalsh(np.array(spec.mass.inertia_kgm2))[-1])
    turn_rps2 = authority.torque_worst_nm / largest
    limits = control["attitude"]["limits"]
    for section, key, most in (
        (control["position"], "acceleration_max_mps2", force_mps2),
        (limits, "acceleration_max_rps2", turn_rps2),
    ):
        section[key] = min(section[key], _short(_AUTHORITY_SHARE * most))


def _nozzle_torque_nm(spec: BotSpec) -> float:
    """The largest torque about the centre of mass of one nozzle alone."""
    torques = spec.effectiveness[3:] * spec.thrust_max_n
    return float(np.linalg.norm(torques, axis=0).max())


def _parse(content: dict[str, Any], answers: Answers) -> BotSpec:
    return BotSpec.from_mapping(content, f"specification for {answers.id}")


def _rounded(vector: Float64) -> list[float]:
    return [round(float(x), _DIGITS) + 0.0 for x in vector]


def _short(value: float) -> float:
    """Four significant digits: a generated value is no more exact than that."""
    return float(f"{value:.4g}")
