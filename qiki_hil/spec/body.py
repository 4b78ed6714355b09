"""What the craft is made of: hull, mass, nozzles and their valves."""

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from qiki_hil.kernels import CLUSTERS
from qiki_hil.spec.quantities import (
    Delay,
    Flag,
    InertiaRow,
    Inradius,
    Kilograms,
    LongestTime,
    Name,
    Position,
    PowerPerThrust,
    Propellant,
    Section,
    ShortestTime,
    Slope,
    SpecificImpulse,
    Text,
    Thrust,
    UnitVector,
)

Float64 = NDArray[np.float64]
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
    inradius_m: Inradius
    """Geometric centre to the centre of a face, m."""
    faces: dict[Name, Face]
    """F00..F11."""


class Mass(Section):
    """Mass properties of the dry craft, and its propellant, a point mass in the tank."""

    dry_kg: Kilograms
    propellant_kg: Propellant
    com_m_body: Position
    """Centre of mass of the dry craft, from the geometric centre, m, body."""
    inertia_kgm2: tuple[InertiaRow, InertiaRow, InertiaRow]
    """Of the dry craft about its centre of mass, kg·m², body."""
    tank_m_body: Position
    isp_s: SpecificImpulse

    @property
    def com_full_m_body(self) -> Float64:
        """(3,) float64: centre of mass with full tanks, m, body."""
        moment = self.dry_kg * np.array(self.com_m_body)
        moment += self.propellant_kg * np.array(self.tank_m_body)
        return np.asarray(moment / (self.dry_kg + self.propellant_kg), dtype=np.float64)


class Valve(Section):
    """Timing of a valve. Delays and slopes are physical, the rest are limits."""

    open_delay_s: Delay
    close_delay_s: Delay
    rise_s: Slope
    fall_s: Slope
    min_on_s: ShortestTime
    min_off_s: ShortestTime
    max_on_s: LongestTime


class Thruster(Section):
    """One nozzle. The force on the craft is along `force_direction_body`, the plume against it."""

    position_m_body: Position
    """Where the force acts, from the geometric centre, m, body."""
    force_direction_body: UnitVector
    thrust_max_n: Thrust
    cluster: Annotated[int, Field(strict=True, ge=0, lt=CLUSTERS)]
    """Nozzles 4c..4c+3 belong to cluster c, whose node drives their valves."""
    valve: Valve
    power_w_per_n: PowerPerThrust
    """Electrical power while open, per newton of `thrust_max_n`, W/N."""
    throttleable: Flag
    """Takes a level as it is, without `min_on_s` and `min_off_s`; otherwise the valve is on or
    off, and modulated."""
