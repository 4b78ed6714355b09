"""GOSPA by its definition, and its assignment by trying all of them."""

from itertools import permutations

import numpy as np
import pytest

from qiki_hil.analysis.gospa import assignment, gospa


def test_what_is_at_its_place_costs_nothing() -> None:
    places = np.arange(12.0).reshape(4, 3) * 50.0
    assert gospa(places, places[::-1]).distance_m == 0.0


def test_what_is_missed_and_what_is_too_much_costs_half_of_c_squared() -> None:
    one, far = [[0.0, 0.0, 0.0]], [[1e4, 0.0, 0.0]]
    assert gospa(one, np.empty((0, 3))).distance_m == pytest.approx(np.sqrt(5000.0))
    found = gospa(one, far)
    assert (found.missed, found.surplus, found.localisation) == (1, 1, 0.0)
    assert found.distance_m == pytest.approx(100.0)
    assert gospa(np.empty((0, 3)), np.empty((0, 3))).distance_m == 0.0


def test_distances_add_as_squares() -> None:
    truth = [[0.0, 0.0, 0.0], [0.0, 1000.0, 0.0]]
    found = gospa(truth, [[0.0, 1000.0, 40.0], [30.0, 0.0, 0.0]])
    assert found.distance_m == pytest.approx(50.0)
    assert (found.missed, found.surplus) == (0, 0)


@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (2, 5), (5, 3), (4, 4), (6, 6)])
def test_the_assignment_is_the_best_of_all(shape: tuple[int, int]) -> None:
    random = np.random.default_rng(7)
    for _ in range(30):
        cost = random.uniform(0.0, 10.0, shape) ** 2
        pairs = assignment(cost)
        assert len({i for i, _ in pairs}) == len({j for _, j in pairs}) == min(shape)
        wide = cost if shape[0] <= shape[1] else cost.T
        ways = permutations(range(wide.shape[1]), wide.shape[0])
        best = min(sum(wide[i, j] for i, j in enumerate(way)) for way in ways)
        assert sum(cost[i, j] for i, j in pairs) == pytest.approx(best)
