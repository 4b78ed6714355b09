"""What the craft is made of: hull, mass, nozzles and their valves."""

from typing import Annotated, Literal

from pydantic import Field

from qiki_hil.kernels import CLUSTERS
from qiki_hil.spec.quantities import (
    Name,
    NotNegative,
    Positive,
    Section,
    Text,
    UnitVector,
    Vector,
)

FaceRole = Literal["bayonet", "rcs", "sensor", "radiator", "utility"]


class Metadata(Section):
    """Who this is."""

    id: Name
    """Name of the bot; part of the hash."""
    title: Text
    """One line for people; not part of the hash."""


class Face(Section):
    """A face of the hull, one uniform hardpoint."""

    role: FaceRole
    outward_normal_body: UnitVector


class Hull(Section):
    """A regular dodecahedron about the geometric centre."""

    shape: Literal["dodecahedron"]
    inradius_m: Positive
    """Geometric centre to the centre of a face, m."""
    faces: dict[Name, Face]
    """F00..F11."""


class Mass(Section):
    """Mass properties of the dry craft, and its propellant, a point mass in the tank."""

    dry_kg: Positive
    propellant_kg: NotNegative
    com_m_body: Vector
    """Centre of mass of the dry craft, from the geometric centre, m, body."""
    inertia_kgm2: tuple[Vector, Vector, Vector]
    """Of the dry craft about its centre of mass, kg·m², body."""
    tank_m_body: Vector
    isp_s: Positive


class Valve(Section):
    """Timing of a valve. Delays and slopes are physical, the rest are limits."""

    open_delay_s: NotNegative
    close_delay_s: NotNegative
    rise_s: NotNegative
    fall_s: NotNegative
    min_on_s: Positive
    min_off_s: Positive
    max_on_s: Positive


class Thruster(Section):
    """One nozzle. The force on the craft is along `force_direction_body`, the plume against it."""

    position_m_body: Vector
    """Where the force acts, from the geometric centre, m, body."""
    force_direction_body: UnitVector
    thrust_max_n: Positive
    cluster: Annotated[int, Field(strict=True, ge=0, lt=CLUSTERS)]
    """Nozzles 4c..4c+3 belong to cluster c, whose node drives their valves."""
    valve: Valve
    power_w_per_n: NotNegative
    """Electrical power while open, per newton of `thrust_max_n`, W/N."""
    throttleable: Annotated[bool, Field(strict=True)]
    """Takes a level as it is, without `min_on_s` and `min_off_s`; otherwise the valve is on or
    off, and modulated."""
