"""What a craft can do with the nozzles it has, and what each of them is needed for.

A wrench is attainable where some thrusts within bounds and power give it; such wrenches form a
convex set. The craft can be controlled as long as no wrench at all lies inside of that set and
not on its edge: then every direction has some reach. Twelve directions tell it all: a convex set
that holds a piece of each half-axis holds the hull of these pieces, and so a ball around zero.

Stuck-open nozzles push whatever is asked. What is reported is the reach of a wrench on top of
cancelling them; where they cannot be cancelled there is none. Where they can, the attainable part
of a ray is an interval from zero on, which is what `Allocator.reach` bisects.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qiki_hil.analysis.availability import Availability
from qiki_hil.analysis.axes import HALF_AXES, HalfAxis
from qiki_hil.kernels import NOZZLES, Allocator
from qiki_hil.spec import BotSpec

Float64 = NDArray[np.float64]

NOTHING = 1e-2
"""A reach below this, N or N·m, is none: a ten-thousandth of a nozzle's thrust and less."""
_RANK_TOLERANCE = 1e-9
"""Singular values below this part of the largest one do not count."""


@dataclass(frozen=True, slots=True)
class Loss:
    """What is lost when one nozzle more is out."""

    nozzle: int
    reach: Float64
    """(12,) in the order of `HALF_AXES`, N and N·m."""
    worst: HalfAxis
    """The half-axis that loses the largest part."""
    part: float
    """Of its reach, 0..1."""
    lost: tuple[HalfAxis, ...]
    """Half-axes of which nothing is left."""


@dataclass(frozen=True, slots=True)
class Controllability:
    """What the nozzles that work can do."""

    availability: Availability
    rank: int
    """Of the effectiveness of the nozzles that can be commanded; 6 spans all axes."""
    cancelled: bool
    """Whether the nozzles that are stuck open can be held in balance."""
    reach: Float64
    """(12,) pure force N and pure torque N·m in the order of `HALF_AXES`, within the power
    limit, on top of cancelling what is stuck open."""
    losses: tuple[Loss, ...]
    """For each nozzle that works, in order of their numbers."""

    @property
    def lost(self) -> tuple[HalfAxis, ...]:
        """Half-axes along which nothing can be had."""
        return _lost(self.reach)

    @property
    def alarm(self) -> bool:
        """Whether a direction of the wrench is lost."""
        return bool(self.lost)


def controllability(spec: BotSpec, availability: Availability | None = None) -> Controllability:
    """The report for a craft, all nozzles working where `availability` says nothing else."""
    availability = availability or Availability()
    allocator = Allocator.from_spec(spec)
    lo, hi = availability.bounds(spec.thrust_max_n)
    cancelled, reach = _reach(allocator, lo, hi)
    working = [n for n in range(NOZZLES) if n not in availability.out | availability.stuck_open]
    return Controllability(
        availability,
        _rank(spec, hi > lo),
        cancelled,
        reach,
        tuple(_loss(spec, allocator, availability, n, reach) for n in working),
    )


def _reach(allocator: Allocator, lo: Float64, hi: Float64) -> tuple[bool, Float64]:
    if allocator.solve(np.zeros(6), lo, hi).status != "optimal":
        return False, np.zeros(len(HALF_AXES))
    reach = np.array([allocator.reach(axis.wrench(), lo, hi) for axis in HALF_AXES])
    return True, np.where(reach > NOTHING, reach, 0.0)


def _rank(spec: BotSpec, free: NDArray[np.bool_]) -> int:
    control = spec.control
    scale = np.repeat([control.force_weight_per_n, control.torque_weight_per_nm], 3)
    columns = (scale[:, None] * spec.effectiveness)[:, free]
    return int(np.linalg.matrix_rank(columns, rtol=_RANK_TOLERANCE)) if free.any() else 0


def _loss(
    spec: BotSpec, allocator: Allocator, availability: Availability, nozzle: int, before: Float64
) -> Loss:
    _, reach = _reach(allocator, *availability.without(nozzle).bounds(spec.thrust_max_n))
    part = np.where(before > 0.0, 1.0 - reach / np.maximum(before, NOTHING), 0.0)
    worst = int(np.argmax(part))
    lost = tuple(a for a in _lost(reach) if before[HALF_AXES.index(a)] > 0.0)
    return Loss(nozzle, reach, HALF_AXES[worst], max(float(part[worst]), 0.0), lost)


def _lost(reach: Float64) -> tuple[HalfAxis, ...]:
    return tuple(axis for axis, have in zip(HALF_AXES, reach, strict=True) if have <= 0.0)
