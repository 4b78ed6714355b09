"""Solvers that other people would allocate thrust with. Peers of the bench only.

Each takes effectiveness (6, n), thrust_max_n (n,) and weights (6,), and returns a function from a
wrench to thrusts. One that is not installed skips the bench and says so.
"""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

Float64 = NDArray[np.float64]
Solve = Callable[[Float64], Float64]
Problem = tuple[Float64, Float64, Float64]

RIDGE = 1e-6
"""Part of the largest diagonal that is added so that a quadratic program has one answer; that
is also what keeps its fuel near the least."""


def daqp_warm(problem: Problem) -> Solve:
    """DAQP's model, set up once; per wrench the linear term changes. Least weighted error."""
    daqp = pytest.importorskip("daqp", reason="needs daqp")
    effectiveness, most, scale = problem
    scaled = scale[:, None] * effectiveness
    hessian = scaled.T @ scaled
    hessian += RIDGE * hessian.diagonal().max() * np.eye(len(most))
    gain = -scaled.T * scale
    model, size = daqp.Model(), len(most)
    empty = np.zeros((0, size))
    model.setup(
        hessian, np.zeros(size), empty, most.copy(), np.zeros(size), np.zeros(size, np.int32)
    )
    model.solve()

    def solve(wrench: Float64) -> Float64:
        model.update(f=gain @ wrench)
        thrust: Float64 = model.solve()[0]
        return thrust

    return solve


def scipy_bvls(problem: Problem) -> Solve:
    """`scipy.optimize.lsq_linear(method="bvls")`. Least weighted error."""
    optimize = pytest.importorskip("scipy.optimize", reason="needs scipy")
    effectiveness, most, scale = problem
    scaled, bounds = scale[:, None] * effectiveness, (np.zeros_like(most), most)
    return lambda wrench: optimize.lsq_linear(scaled, scale * wrench, bounds, method="bvls").x


def scipy_nnls(problem: Problem) -> Solve:
    """`scipy.optimize.nnls`: least weighted error, thrusts without a maximum."""
    optimize = pytest.importorskip("scipy.optimize", reason="needs scipy")
    effectiveness, _, scale = problem
    scaled = scale[:, None] * effectiveness
    return lambda wrench: optimize.nnls(scaled, scale * wrench)[0]


def highs(problem: Problem) -> Solve:
    """HiGHS through `scipy.optimize.linprog`: least fuel where the wrench is within reach."""
    optimize = pytest.importorskip("scipy.optimize", reason="needs scipy")
    effectiveness, most, _ = problem
    cost, bounds = np.ones_like(most), np.stack([np.zeros_like(most), most], axis=1)
    return lambda wrench: (
        optimize.linprog(cost, A_eq=effectiveness, b_eq=wrench, bounds=bounds, method="highs").x
    )
