"""Distributions, and the random numbers drawn from them.

A number is drawn by name: `Draws(seed, case).uniform("thrust_percent.07")` hashes the three
together. There is no generator with a state, so what one dispersion draws does not depend on
which other dispersions there are, nor on the order in which cases are flown.
"""

import hashlib
from statistics import NormalDist
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, Strict, model_validator

CUT = 3.0
"""Normal distributions are truncated this many standard deviations from their mean, so that a
file can be checked for the range of what it draws."""

_NORMAL = NormalDist()
_TAIL = _NORMAL.cdf(-CUT)
_BITS = 52

Finite = Annotated[float, Field(allow_inf_nan=False)]
Pair = Annotated[tuple[Finite, Finite], Strict(False)]


class Draws:
    """The random numbers of one case."""

    def __init__(self, seed: int, case: int) -> None:
        self._key = f"{seed}/{case}/"

    def bits(self, name: str, count: int) -> int:
        """`count` (1..64) random bits."""
        digest = hashlib.blake2b((self._key + name).encode(), digest_size=8).digest()
        return int.from_bytes(digest, "little") >> (64 - count)

    def uniform(self, name: str) -> float:
        """In (0, 1): the middle of one of 2^52 equal intervals, exact as a float."""
        return (self.bits(name, _BITS) + 0.5) / 2.0**_BITS

    def index(self, name: str, length: int) -> int:
        """In 0..length-1."""
        return min(int(self.uniform(name) * length), length - 1)


class Distribution(BaseModel):
    """A distribution: `uniform: [low, high]`, or `normal: [mean, std]` truncated at three `std`."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    uniform: Pair | None = None
    normal: Pair | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.uniform is None) == (self.normal is None):
            raise ValueError("needs one of uniform: [low, high] and normal: [mean, std]")
        if self.uniform and self.uniform[0] > self.uniform[1]:
            raise ValueError(f"uniform: low {self.uniform[0]:g} is above high {self.uniform[1]:g}")
        if self.normal and self.normal[1] < 0.0:
            raise ValueError(f"normal: std must be 0 or more, not {self.normal[1]:g}")
        return self

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the greatest value that can be drawn."""
        if self.uniform:
            return self.uniform
        mean, std = self.normal or (0.0, 0.0)
        return mean - CUT * std, mean + CUT * std

    def at(self, uniform: float) -> float:
        """The value at a uniform number in (0, 1): the inverse of the distribution function."""
        low, high = self.ends
        if self.uniform:
            return low + (high - low) * uniform
        mean, std = self.normal or (0.0, 0.0)
        part = _TAIL + uniform * (1.0 - 2.0 * _TAIL)
        return min(max(mean + std * _NORMAL.inv_cdf(part), low), high)
