"""Numbers that are counted, and not kept."""

import numpy as np
import pytest

from qiki_hil.app import tally as tally_module
from qiki_hil.app.tally import Tally

PERCENTS = [0.0, 37.0, 50.0, 99.0, 99.9, 100.0]


def counted(numbers: np.ndarray, rows_of_part: int) -> Tally:
    tally = Tally()
    for first in range(0, len(numbers), rows_of_part):
        tally.take(numbers[first : first + rows_of_part])
    return tally


@pytest.mark.parametrize("count", [1, 2, 999, 20_001])
@pytest.mark.parametrize("rows_of_part", [1000, 77])
def test_percentiles_are_those_of_all_numbers(count: int, rows_of_part: int) -> None:
    numbers = np.random.default_rng(5).gamma(4.0, 300.0, count).astype(np.int64)
    found = counted(numbers, rows_of_part)
    expected = np.percentile(numbers, PERCENTS, method="higher")
    np.testing.assert_array_equal(found.percentiles(PERCENTS), expected)
    assert int(found.counts.sum()) == count


def test_numbers_of_too_many_kinds_are_rounded_up_by_little(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tally_module, "DISTINCT_MAX", 1000)
    numbers = np.random.default_rng(6).integers(0, 1_000_000, 50_000)
    found = counted(numbers, 777)
    assert 250 < len(found.numbers) <= 1000
    assert int(found.counts.sum()) == 50_000
    exact = np.percentile(numbers, PERCENTS, method="higher")
    excess = found.percentiles(PERCENTS) - exact
    assert (excess >= 0).all()
    assert excess.max() < 2048
