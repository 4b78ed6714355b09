"""Which nozzles an allocation may use, as bounds of their thrusts."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qiki_hil.errors import QikiError
from qiki_hil.kernels import NOZZLES

Float64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Availability:
    """Nozzles that are out (stuck closed, isolated) and nozzles that are stuck open."""

    out: frozenset[int] = frozenset()
    stuck_open: frozenset[int] = frozenset()

    @classmethod
    def of(cls, out: Iterable[int] = (), stuck_open: Iterable[int] = ()) -> "Availability":
        """Raises QikiError for a nozzle that does not exist or is both out and open."""
        availability = cls(frozenset(out), frozenset(stuck_open))
        for nozzle in sorted(availability.out | availability.stuck_open):
            if not 0 <= nozzle < NOZZLES:
                raise QikiError(f"nozzle {nozzle}: does not exist; 0 to {NOZZLES - 1} do")
        both = sorted(availability.out & availability.stuck_open)
        if both:
            raise QikiError(f"nozzle {both[0]}: given as out and as open; give one of the two")
        return availability

    def bounds(self, thrust_max_n: Float64) -> tuple[Float64, Float64]:
        """Least and most thrust, both (16,) float64, N; `thrust_max_n` is (16,), N."""
        lo, hi = np.zeros_like(thrust_max_n), thrust_max_n.copy()
        hi[list(self.out)] = 0.0
        lo[list(self.stuck_open)] = thrust_max_n[list(self.stuck_open)]
        return lo, hi

    def without(self, nozzle: int) -> "Availability":
        """The same with one nozzle more out."""
        return Availability(self.out | {nozzle}, self.stuck_open - {nozzle})

    def __str__(self) -> str:
        named = [
            f"{words} {', '.join(map(str, sorted(nozzles)))}"
            for words, nozzles in (("out:", self.out), ("stuck open:", self.stuck_open))
            if nozzles
        ]
        return "; ".join(named) or "all nozzles work"
