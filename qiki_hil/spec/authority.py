"""What wrenches a set of nozzles can give, exactly.

With 0 <= f <= f_max the wrenches B f fill a zonotope. In six dimensions each of its facets is
spanned by five columns of B, so the normals of all five-column subsets contain all facet
normals, and for every normal n, facet or not, n·w <= h(n) = sum_j max(0, n·b_j f_max_j) holds.
The furthest wrench along a direction d is therefore t d with t = min_n h(n) / (n·d) over the
normals with n·d > 0: a closed form that needs no solver.
"""

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]

AXES = ("+X", "-X", "+Y", "-Y", "+Z", "-Z")
_DIRECTIONS = np.array([sign * row for row in np.eye(3) for sign in (1.0, -1.0)])
_NOTHING = 1e-9
"""Reach that counts as none, relative to what all nozzles together could give."""


@dataclass(frozen=True, slots=True)
class Authority:
    """Largest pure forces and torques. Arrays are (6,) float64 in the order of `AXES`."""

    force_n: Float64
    """Force without torque along each half-axis, N."""
    torque_nm: Float64
    """Torque about the centre of mass without force about each half-axis, N·m."""
    force_worst_n: float
    """Pure force in the weakest of all directions, N."""
    torque_worst_nm: float
    """Pure torque about the weakest of all directions, N·m."""


class WrenchSet:
    """The wrenches attainable with 0 <= f <= f_max.

    `effectiveness` is (6, n) per newton (force, then torque), `thrust_max_n` is (n,), N.
    """

    def __init__(self, effectiveness: Float64, thrust_max_n: Float64) -> None:
        columns = effectiveness * thrust_max_n
        subsets = np.array(list(itertools.combinations(range(columns.shape[1]), 5)))
        spans = columns.T[subsets].transpose(0, 2, 1)
        half = np.linalg.qr(spans, mode="complete").Q[:, :, 5]
        self._normals = np.concatenate([half, -half])
        products = self._normals @ columns
        self._support = np.maximum(products, 0.0).sum(axis=1)
        self._total = np.abs(products).sum(axis=1)

    def reach(self, direction: Float64) -> float:
        """The largest t with `t * direction` attainable; `direction` is (6,), N and N·m."""
        along = self._normals @ direction
        ahead = along > 1e-12
        return float(np.min(self._support[ahead] / along[ahead]))

    def unreachable(self) -> Float64 | None:
        """A wrench direction, (6,), that no combination can push along; None where all can."""
        worst = int(np.argmin(self._support))
        if self._support[worst] > _NOTHING * self._total.max():
            return None
        normal: Float64 = self._normals[worst]
        return normal

    def authority(self) -> Authority:
        """Pure forces and torques along the body axes and in the weakest directions."""
        zero = np.zeros_like(_DIRECTIONS)
        return Authority(
            force_n=np.array([self.reach(d) for d in np.hstack([_DIRECTIONS, zero])]),
            torque_nm=np.array([self.reach(d) for d in np.hstack([zero, _DIRECTIONS])]),
            force_worst_n=self._worst(slice(0, 3)),
            torque_worst_nm=self._worst(slice(3, 6)),
        )

    def _worst(self, rows: slice) -> float:
        # The slice of the set is a polytope with these normals: its nearest side is the worst.
        lengths = np.linalg.norm(self._normals[:, rows], axis=1)
        facing = lengths > 1e-9
        return float(np.min(self._support[facing] / lengths[facing]))


def effectiveness(positions_m: Float64, directions: Float64, com_m: Float64) -> Float64:
    """Force and torque about `com_m` per newton of each nozzle.

    `positions_m` and `directions` are (n, 3), `com_m` is (3,), all body. Returns (6, n).
    """
    torques = np.cross(positions_m - com_m, directions)
    return np.vstack([directions.T, torques.T])
