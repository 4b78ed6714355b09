"""The twelve half-axes of a wrench and their names."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]


class HalfAxis(NamedTuple):
    """A direction along one row of the wrench; body frame, +X forward, +Y left, +Z up."""

    row: int
    sign: float
    name: str
    words: str

    @property
    def unit(self) -> str:
        """Of a wrench along it."""
        return "N" if self.row < 3 else "N·m"

    @property
    def unit_words(self) -> str:
        """The same, spoken."""
        return "newton" if self.row < 3 else "newton metre"

    def wrench(self, size: float = 1.0) -> Float64:
        """(6,) float64, N and N·m: `size` along it and nothing else."""
        wrench = np.zeros(6)
        wrench[self.row] = self.sign * size
        return wrench


HALF_AXES = tuple(
    HalfAxis(row, sign, name, words)
    for row, pair in enumerate(
        (
            (("Fx+", "forward"), ("Fx-", "back")),
            (("Fy+", "to the left"), ("Fy-", "to the right")),
            (("Fz+", "up"), ("Fz-", "down")),
            (("Tx+", "of roll to the right"), ("Tx-", "of roll to the left")),
            (("Ty+", "of pitch, nose down"), ("Ty-", "of pitch, nose up")),
            (("Tz+", "of yaw to the left"), ("Tz-", "of yaw to the right")),
        )
    )
    for sign, (name, words) in zip((1.0, -1.0), pair, strict=True)
)
