"""GOSPA: how far estimates are from the truth, with what is missed and what is too much.

Rahmathullah, García-Fernández, Svensson, *Generalized optimal sub-pattern assignment metric*,
Fusion 2017, with alpha = 2.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Float64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Gospa:
    """The distance, and what it is made of."""

    distance_m: float
    localisation: float
    """Sum of the distances of what belongs together, to the power p."""
    missed: int
    surplus: int


def gospa(truth: ArrayLike, estimates: ArrayLike, c: float = 100.0, p: float = 2.0) -> Gospa:
    """GOSPA of `estimates` (M, 3) to `truth` (N, 3), m.

    `c`: distance from which an estimate is none, m; a missed target and a surplus estimate cost
    c^p / 2 each.
    """
    here = np.asarray(truth, dtype=np.float64).reshape(-1, 3)
    there = np.asarray(estimates, dtype=np.float64).reshape(-1, 3)
    apart = np.linalg.norm(here[:, None, :] - there[None, :, :], axis=-1)
    cost = np.minimum(apart, c) ** p
    pairs = assignment(cost)
    near = [cost[i, j] for i, j in pairs if apart[i, j] < c]
    missed, surplus = len(here) - len(near), len(there) - len(near)
    localisation = float(np.sum(near))
    whole = localisation + c**p / 2.0 * (missed + surplus)
    return Gospa(whole ** (1.0 / p), localisation, missed, surplus)


def assignment(cost: Float64) -> list[tuple[int, int]]:
    """The rows and columns of `cost` (N, M) that go together with the least sum, min(N, M) of them.

    Shortest augmenting paths, a row at a time.
    """
    if cost.shape[0] > cost.shape[1]:
        return [(i, j) for j, i in assignment(cost.T)]
    rows, columns = cost.shape
    row_price, column_price = np.zeros(rows), np.zeros(columns)
    owner = np.full(columns, -1)
    for row in range(rows):
        _place(row, cost, row_price, column_price, owner)
    return [(int(i), j) for j, i in enumerate(owner) if i >= 0]


def _place(
    row: int, cost: Float64, row_price: Float64, column_price: Float64, owner: NDArray[np.int_]
) -> None:
    """Gives `row` a column, moving others; keeps the prices of both sides."""
    columns = cost.shape[1]
    distance = np.full(columns, np.inf)
    before = np.full(columns, -1)
    done = np.zeros(columns, dtype=np.bool_)
    at, column, base = row, -1, 0.0
    while at >= 0:
        ahead = base + cost[at] - row_price[at] - column_price
        shorter = ~done & (ahead < distance)
        distance[shorter] = ahead[shorter]
        before[shorter] = column
        column = int(np.argmin(np.where(done, np.inf, distance)))
        done[column] = True
        base, at = distance[column], int(owner[column])
    passed = done & (distance < base)
    row_price[row] += base
    row_price[owner[passed]] += base - distance[passed]
    column_price[passed] -= base - distance[passed]
    while column >= 0:
        source = int(before[column])
        owner[column] = row if source < 0 else owner[source]
        column = source
