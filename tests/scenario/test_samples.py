"""Signals over a part of a run are that part of the signals over the whole run."""

import numpy as np
import pytest

from qiki_hil.scenario.samples import SampleCache, columns_read, over
from qiki_hil.scenario.signals import SIGNALS
from tests.scenario.synthetic import rows, synthetic_columns


@pytest.mark.parametrize("name", SIGNALS)
@pytest.mark.parametrize(
    "chosen", [slice(30, 90), np.array([0, 7, 250, 399])], ids=["window", "rows"]
)
def test_a_part_is_that_of_the_whole(name, chosen):
    columns = synthetic_columns()
    np.testing.assert_array_equal(over(name, columns, chosen), SIGNALS[name].of(columns)[chosen])


@pytest.mark.parametrize("truth", [True, False])
@pytest.mark.parametrize("name", SIGNALS)
def test_a_run_that_is_read_in_parts_has_the_signals_of_the_whole(name, truth):
    columns = synthetic_columns(truth=truth)
    columns["overruns"][::50] = 1
    read = SIGNALS[name].reader()
    parts = [read(rows(columns, slice(first, first + 63))) for first in range(0, 400, 63)]
    np.testing.assert_array_equal(np.concatenate(parts), SIGNALS[name].of(columns))


@pytest.mark.parametrize("name", ["position_error_m", "pulses_total", "mode"])
def test_windows_are_the_same_in_whatever_order_they_are_asked_for(name):
    columns = synthetic_columns()
    cache = SampleCache([name])
    cache.take(columns)
    for window in (slice(50, 200), slice(60, 61), slice(40, 120), slice(40, 400), slice(0, 400)):
        expected = SIGNALS[name].of(columns)[window]
        np.testing.assert_array_equal(cache.over(name, window), expected)


def test_what_was_computed_is_kept_for_windows_within_it():
    cache = SampleCache(["speed_mps"])
    cache.take(synthetic_columns())
    whole = cache.over("speed_mps", slice(0, 400))
    assert np.shares_memory(whole, cache.over("speed_mps", slice(100, 200)))


@pytest.mark.parametrize("truth", [True, False])
@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_needs_no_other_columns_than_it_says(name, truth):
    columns = synthetic_columns(truth=truth)
    alone = {column: columns[column] for column in columns_read(name)}
    np.testing.assert_array_equal(SIGNALS[name].of(alone), SIGNALS[name].of(columns))


def test_what_stands_in_for_an_unknown_truth_is_read_too():
    assert columns_read("position_error_m") == {
        *("true_position_m", "est_position_m", "ref_position_m")
    }
    assert columns_read("propellant_used_kg") == {"true_mass_kg", "propellant_kg"}
