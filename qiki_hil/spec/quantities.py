"""Scalars and vectors that every section of a BotSpec is made of, and their base model."""

import math
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

UNIT_LENGTH_TOLERANCE = 0.01
"""How far from 1 a direction's length may be; such a direction is normalised."""
_EXACT_LENGTH = 1e-9
"""Below this error a direction is taken as it is, so that reading it twice changes nothing."""


class Section(BaseModel):
    """A part of a BotSpec: cannot be changed, knows all of its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _plus_zero(value: float) -> float:
    """Turns -0.0 into 0.0: the two mean the same and must hash the same."""
    return value + 0.0


def _unit(vector: tuple[float, float, float]) -> tuple[float, float, float]:
    length = math.hypot(*vector)
    if abs(length - 1.0) > UNIT_LENGTH_TOLERANCE:
        cure = "divide by its length" if length > 0 else "give a direction"
        raise ValueError(f"length {length:.4g}, must be 1 ± {UNIT_LENGTH_TOLERANCE}: {cure}")
    if abs(length - 1.0) < _EXACT_LENGTH:
        return vector
    x, y, z = vector
    return x / length, y / length, z / length


# `strict` keeps texts and booleans from passing as numbers; whole numbers still do.
Real = Annotated[float, Field(strict=True), AfterValidator(_plus_zero)]
Positive = Annotated[float, Field(strict=True, gt=0)]
NotNegative = Annotated[float, Field(strict=True, ge=0), AfterValidator(_plus_zero)]
Ratio = Annotated[float, Field(strict=True, ge=0, le=1), AfterValidator(_plus_zero)]
RateHz = Annotated[float, Field(strict=True, gt=0, le=1000)]
Vector = tuple[Real, Real, Real]
UnitVector = Annotated[Vector, AfterValidator(_unit)]
Name = Annotated[
    str, StringConstraints(strict=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=64)
]
Text = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=200)]
