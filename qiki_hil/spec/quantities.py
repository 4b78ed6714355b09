"""Scalars and vectors that every section of a BotSpec is made of, with their ranges, and the base
model of the sections.

The ranges are wider than any craft of this kind needs. They end where a number would be a slip of
the pen, or where the simulation or the controller could not compute with it any more: what is
within them flies, at every rate of the loop.
"""

import math
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    Strict,
    StringConstraints,
)
from pydantic_core import CoreSchema, core_schema

UNIT_LENGTH_TOLERANCE = 0.01
"""How far from 1 a direction's length may be; such a direction is normalised."""
_EXACT_LENGTH = 1e-9
"""Below this error a direction is taken as it is, so that reading it twice changes nothing."""


class Section(BaseModel):
    """A part of a BotSpec: cannot be changed, knows all of its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers that a quantity can have: `low..high` in `unit` and, where it says so, zero.

    In `Annotated[float, Range(...)]` it takes whole numbers too, no texts and no booleans.
    """

    low: float
    high: float
    unit: str = ""
    or_zero: bool = False

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        number = core_schema.float_schema(strict=True, allow_inf_nan=True)
        return core_schema.no_info_after_validator_function(self.checked, number)

    def checked(self, value: float) -> float:
        """The value, -0.0 as 0.0: the two mean the same and must hash the same. Raises ValueError
        where it is beyond the range."""
        if self.low <= value <= self.high or (self.or_zero and value == 0.0):
            return value + 0.0
        zero = "0 or " if self.or_zero else ""
        allowed = f"{zero}within {self.low:g}..{self.high:g} {self.unit}".rstrip()
        raise ValueError(f"must be {allowed}, got {value!r}")


def _unit(vector: tuple[float, float, float]) -> tuple[float, float, float]:
    length = math.hypot(*vector)
    if abs(length - 1.0) > UNIT_LENGTH_TOLERANCE:
        cure = "divide by its length" if length > 0 else "give a direction"
        raise ValueError(f"length {length:.4g}, must be 1 ± {UNIT_LENGTH_TOLERANCE}: {cure}")
    if abs(length - 1.0) < _EXACT_LENGTH:
        return vector
    x, y, z = vector
    return x / length, y / length, z / length


# Mass and geometry: from a model craft on a table to a station.
DRY_KG = Range(0.1, 1e6, "kg")
PROPELLANT_KG = Range(1e-6, 1e6, "kg", or_zero=True)
INRADIUS_M = Range(0.01, 100.0, "m")
Kilograms = Annotated[float, DRY_KG]
Propellant = Annotated[float, PROPELLANT_KG]
Inradius = Annotated[float, INRADIUS_M]
Coordinate = Annotated[float, Range(-100.0, 100.0, "m")]
Length = Annotated[float, Range(1e-6, 100.0, "m", or_zero=True)]
InertiaEntry = Annotated[float, Range(-1e9, 1e9, "kg·m²")]
# Cold gas has 30 s, electric propulsion some thousands.
SpecificImpulse = Annotated[float, Range(1.0, 1e5, "s")]

# Nozzles and valves. The bus tells edges in whole microseconds.
THRUST_N = Range(1e-3, 1e6, "N")
Thrust = Annotated[float, THRUST_N]
Force = Annotated[float, Range(1e-3, 1e9, "N")]
# The simulation knows delays up to 1 s, and a campaign adds up to 0.9 s.
Delay = Annotated[float, Range(1e-6, 0.1, "s", or_zero=True)]
Slope = Annotated[float, Range(1e-6, 1.0, "s", or_zero=True)]
# A valve has one edge a tick at most, and a tick of the slowest loop lasts 5 ms.
ShortestTime = Annotated[float, Range(6e-3, 10.0, "s")]
# Times of valves are counted in 32 bits of microseconds: 71 minutes.
LongestTime = Annotated[float, Range(6e-3, 4000.0, "s")]
PowerPerThrust = Annotated[float, Range(1e-6, 1e6, "W/N", or_zero=True)]

# Power and energy.
Watts = Annotated[float, Range(1e-3, 1e9, "W")]
WattsOrNone = Annotated[float, Range(1e-3, 1e9, "W", or_zero=True)]
WattHours = Annotated[float, Range(1e-3, 1e9, "Wh")]
Volts = Annotated[float, Range(0.1, 1e5, "V")]
Amperes = Annotated[float, Range(1e-3, 1e6, "A")]
AmperesOrNone = Annotated[float, Range(1e-3, 1e6, "A", or_zero=True)]
PowerPerSpeed = Annotated[float, Range(1e-3, 1e6, "W/(m/s)", or_zero=True)]
SoftStart = Annotated[float, Range(1e-3, 3600.0, "s", or_zero=True)]
Ratio = Annotated[float, Range(0.0, 1.0)]

# Heat. The thermal model keeps every node within -120..160 °C; the sky is colder.
Celsius = Annotated[float, Range(-120.0, 160.0, "°C")]
AmbientCelsius = Annotated[float, Range(-273.15, 160.0, "°C")]
Kelvin = Annotated[float, Range(1e-3, 280.0, "K")]
HeatCapacity = Annotated[float, Range(1e-3, 1e9, "J/K")]
Conductance = Annotated[float, Range(1e-6, 1e6, "W/K", or_zero=True)]
HeatGain = Annotated[float, Range(1e-6, 1e3, "W per unit of the source", or_zero=True)]

# Sensors: a report in 100 s is as good as none. Noise may not be larger than what is measured.
RateHz = Annotated[float, Range(0.01, 1000.0, "Hz")]
AngleError = Annotated[float, Range(1e-12, 1.0, "rad", or_zero=True)]
RateError = Annotated[float, Range(1e-12, 1.0, "rad/s", or_zero=True)]
AccelerationError = Annotated[float, Range(1e-12, 100.0, "m/s²", or_zero=True)]
PositionError = Annotated[float, Range(1e-12, 1e4, "m", or_zero=True)]
VelocityError = Annotated[float, Range(1e-12, 100.0, "m/s", or_zero=True)]

# Control. A loop of 200 Hz cannot close faster than 100 rad/s.
Bandwidth = Annotated[float, Range(1e-3, 100.0, "rad/s")]
Damping = Annotated[float, Range(0.01, 100.0)]
AngularRate = Annotated[float, Range(1e-5, 10.0, "rad/s")]
AngularAcceleration = Annotated[float, Range(1e-6, 100.0, "rad/s²")]
Speed = Annotated[float, Range(1e-4, 1000.0, "m/s")]
Acceleration = Annotated[float, Range(1e-6, 100.0, "m/s²")]
FilterGain = Annotated[float, Range(1e-3, 1e4)]
FilterTime = Annotated[float, Range(1e-3, 1e4, "s")]
FilterLevel = Annotated[float, Range(1e-6, 1e4)]
FilterLevelOrNone = Annotated[float, Range(1e-6, 1e4, or_zero=True)]
ImpulseWidth = Annotated[float, Range(6e-3, 10.0, "s")]
ForceWeight = Annotated[float, Range(1e-5, 100.0, "1/N")]
TorqueWeight = Annotated[float, Range(1e-5, 100.0, "1/(N·m)")]
Torque = Annotated[float, Range(1e-6, 1e9, "N·m")]
# Longer than two ticks of the slowest loop; a value older than a minute is none.
StaleTime = Annotated[float, Range(0.01, 60.0, "s")]

_Part = Annotated[float, Range(-1e3, 1e3)]
Position = tuple[Coordinate, Coordinate, Coordinate]
UnitVector = Annotated[tuple[_Part, _Part, _Part], AfterValidator(_unit)]
InertiaRow = tuple[InertiaEntry, InertiaEntry, InertiaEntry]
Flag = Annotated[bool, Strict()]
Name = Annotated[
    str, StringConstraints(strict=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=64)
]
Text = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=200)]
