"""Filling the live state from cycle records."""

import math

import numpy as np
import pytest

from qiki_hil.console.live.state import ColumnFeed, LiveState
from tests.scenario.synthetic import rows, synthetic_columns


def test_the_state_is_that_of_the_last_record():
    state = LiveState()
    ColumnFeed().take(state, synthetic_columns(timed=True), 4.0)
    assert state.time_s == 3.99
    assert (state.mode, state.armed, state.inhibit_reason) == ("IDLE", True, "NONE")
    assert state.position_m == pytest.approx((1.01, 0.0, 0.0))
    assert state.attitude_rpy_deg == pytest.approx((0.0, 0.0, 40.1))
    assert state.isolated == 0b101
    assert state.measured_rate_hz == pytest.approx(100.0)
    assert state.wakeup_p99_us is not None


def test_on_ratios_are_over_the_records_taken():
    columns = rows(synthetic_columns(), slice(0, 10))
    columns["on_time_us"][:] = 0
    columns["on_time_us"][:5, 3] = 10_000
    state = LiveState()
    ColumnFeed().take(state, columns, 0.1)
    assert state.on_ratio[3] == pytest.approx(0.5)
    assert state.on_ratio[2] == 0.0


def test_overruns_add_up():
    columns = synthetic_columns()
    columns["overruns"][[3, 200]] = [2, 1]
    state, feed = LiveState(), ColumnFeed()
    feed.take(state, rows(columns, slice(0, 100)), 1.0)
    assert state.overruns == 2
    feed.take(state, rows(columns, slice(100, 400)), 4.0)
    assert state.overruns == 3


def test_ages_grow_until_a_part_is_heard_again():
    columns = synthetic_columns()
    columns["fresh"][:] = 0
    columns["fresh"][10] = 32
    columns["fresh"][250] = 1
    state, feed = LiveState(), ColumnFeed()
    feed.take(state, rows(columns, slice(0, 101)), 1.0)
    assert state.ages_s["record"] == 0.0
    assert state.ages_s["power"] == pytest.approx(0.9)
    assert state.ages_s["nav"] is None
    feed.take(state, rows(columns, slice(101, 300)), 3.0)
    assert state.ages_s["nav"] == pytest.approx(0.49)
    assert state.ages_s["power"] == pytest.approx(2.89)


def test_a_loop_that_stands_still_grows_old_in_wall_time():
    state, feed = LiveState(), ColumnFeed()
    nothing = rows(synthetic_columns(), slice(0, 0))
    feed.take(state, nothing, 0.5)
    assert state.ages_s["record"] is None
    feed.take(state, synthetic_columns(), 4.0)
    feed.take(state, nothing, 6.0)
    assert state.ages_s["record"] == pytest.approx(2.0)
    assert state.ages_s["nav"] == pytest.approx(2.0)
    assert state.wall_s == 6.0


def test_numbers_that_are_unknown_stay_unknown():
    columns = synthetic_columns()
    columns["est_attitude_xyzw"] = np.full_like(columns["est_attitude_xyzw"], np.nan)
    state = LiveState()
    ColumnFeed().take(state, columns, 4.0)
    assert all(math.isnan(angle) for angle in state.attitude_rpy_deg)
    assert state.wakeup_p50_us is None


def test_a_batch_without_a_report_keeps_the_value_of_the_last_one():
    state, feed = LiveState(), ColumnFeed()
    columns = synthetic_columns()
    feed.take(state, columns, wall_s=1.0)
    shown = state.propellant_kg, state.cluster_temp_c
    silent = rows(columns, slice(0, 5))
    silent["propellant_kg"] = np.full(5, np.nan)
    silent["cluster_temp_c"] = np.full((5, 4), np.nan)
    feed.take(state, silent, wall_s=1.1)
    assert (state.propellant_kg, state.cluster_temp_c) == shown
