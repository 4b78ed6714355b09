"""Other ways to find pulses for an impulse. Peers of the bench only."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

Float64 = NDArray[np.float64]


def highs_milp(
    effectiveness: Float64, price: Float64, least_ns: float, most_ns: float, gap: float
) -> Callable[[Float64], Float64]:
    """`scipy.optimize.milp` (HiGHS): impulses, their errors both ways, and a switch a nozzle.

    Stops within `gap` of the best cost.
    """
    optimize = pytest.importorskip("scipy.optimize", reason="needs scipy")
    axes, count = effectiveness.shape
    zeros = np.zeros((count, 2 * axes))
    wrench = np.hstack([effectiveness, np.eye(axes), -np.eye(axes), np.zeros((axes, count))])
    above = np.hstack([np.eye(count), zeros, -least_ns * np.eye(count)])
    below = np.hstack([np.eye(count), zeros, -most_ns * np.eye(count)])
    cost = np.concatenate([np.ones(count), price, price, np.zeros(count)])
    integrality = np.concatenate([np.zeros(count + 2 * axes), np.ones(count)])
    highest = np.concatenate([np.full(count, most_ns), np.full(2 * axes, np.inf), np.ones(count)])

    def solve(impulse: Float64) -> Float64:
        found = optimize.milp(
            cost,
            integrality=integrality,
            bounds=optimize.Bounds(0.0, highest),
            constraints=[
                optimize.LinearConstraint(wrench, impulse, impulse),
                optimize.LinearConstraint(above, 0.0, np.inf),
                optimize.LinearConstraint(below, -np.inf, 0.0),
            ],
            options={"mip_rel_gap": gap},
        )
        impulses: Float64 = found.x[:count]
        return impulses

    return solve
