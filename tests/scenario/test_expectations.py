"""Expectations that pass, fail, and cannot be judged."""

import math
from dataclasses import replace

import numpy as np
import pytest

from qiki_hil.scenario import Expectation, ExpectationResult, evaluate
from qiki_hil.scenario.expectations import Judges
from qiki_hil.scenario.signals import SIGNALS, PropellantUsed
from tests.scenario.synthetic import rows, synthetic_columns

DURATION_S = 4.0


def judge(columns=None, **keys) -> ExpectationResult:
    columns = synthetic_columns(DURATION_S) if columns is None else columns
    expectation = Expectation.model_validate({"name": "x", **keys})
    (result,) = evaluate([expectation], columns, DURATION_S)
    return result


@pytest.mark.parametrize(
    ("keys", "measured", "margin"),
    [
        ({"signal": "position_error_m", "max": 0.03}, 0.02, 0.01),
        (
            {"signal": "position_x_m", "at_s": 3.0, "within": {"value": 1.1, "tolerance": 0.2}},
            1,
            0.1,
        ),
        ({"signal": "position_y_m", "max": 0.0}, 0.0, 0.0),
        ({"signal": "position_z_m", "min": 0.0}, 0.0, 0.0),
        ({"signal": "attitude_error_deg", "max": 1.0}, 0.5, 0.5),
        ({"signal": "yaw_deg", "at_s": 3.0, "min": 39.0}, 40.0, 1.0),
        ({"signal": "roll_deg", "reduce": "rms", "max": 0.1}, 0.0, 0.1),
        ({"signal": "pitch_deg", "reduce": "mean", "max": 0.1}, 0.0, 0.1),
        ({"signal": "rate_dps", "max": 0.5}, 0.0, 0.5),
        ({"signal": "speed_mps", "reduce": "max", "min": 0.7}, 0.75, 0.05),
        ({"signal": "propellant_used_kg", "reduce": "last", "max": 0.6}, 0.5, 0.1),
        ({"signal": "isolated_count", "reduce": "last", "equals": 2}, 2, 0.0),
        ({"signal": "max_cluster_temp_c", "max": 26.0}, 25.0, 1.0),
        ({"signal": "supercap_soc", "reduce": "min", "min": 0.5}, 0.6, 0.1),
        ({"signal": "battery_soc", "min": 0.7}, 0.79, 0.09),
        ({"signal": "overruns", "equals": 0}, 0, 0.0),
        ({"signal": "nav_age_ms", "max": 50.0}, 20.0, 30.0),
    ],
)
def test_numbers_are_measured_with_their_margin(keys, measured, margin):
    result = judge(**keys)
    assert result.passed, result.detail
    assert result.measured == pytest.approx(measured, abs=1e-3)
    assert result.margin == pytest.approx(margin, abs=1e-3)
    assert result.unit == SIGNALS[keys["signal"]].unit


@pytest.mark.parametrize(
    ("keys", "measured"),
    [
        ({"signal": "mode", "at_s": 1.0, "equals": "manoeuvre"}, "MANOEUVRE"),
        ({"signal": "mode", "reduce": "any", "equals": "IDLE"}, "IDLE"),
        ({"signal": "armed", "from_s": 0.5, "equals": True}, True),
        ({"signal": "armed", "to_s": 0.4, "equals": False}, False),
        ({"signal": "inhibit_reason", "at_s": 0.2, "equals": "NOT_ARMED"}, "NOT_ARMED"),
        ({"signal": "inhibit_reason", "reduce": "last", "equals": "NONE"}, "NONE"),
        ({"signal": "inhibit_reason", "reduce": "any", "equals": "none"}, "NONE"),
        ({"signal": "allocation_mode", "equals": "ADAPTIVE"}, "ADAPTIVE"),
        ({"signal": "armed", "reduce": "any", "equals": True}, True),
    ],
)
def test_words_and_flags_are_compared(keys, measured):
    result = judge(**keys)
    assert result.passed, result.detail
    assert result.measured == measured
    assert result.margin is None


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"signal": "position_x_m", "at_s": 3.0, "max": 0.9}, "1 m, wanted ≤ 0.9 m"),
        ({"signal": "speed_mps", "min": 0.1}, "0 m/s, wanted all ≥ 0.1 m/s"),
        ({"signal": "mode", "equals": "IDLE"}, "MANOEUVRE, wanted all = IDLE"),
        ({"signal": "armed", "equals": True}, "false, wanted all = true"),
        ({"signal": "armed", "from_s": 1.0, "equals": False}, "true, wanted all = false"),
        ({"signal": "mode", "reduce": "any", "equals": "SAFE"}, "IDLE, wanted any = SAFE"),
        ({"signal": "mode", "reduce": "last", "equals": "SAFE"}, "IDLE, wanted last = SAFE"),
        ({"signal": "isolated_count", "equals": 0}, "2, wanted all = 0"),
        (
            {"signal": "yaw_deg", "at_s": 3.0, "within": {"value": 45, "tolerance": 2}},
            "40 deg, wanted = 45 ± 2 deg",
        ),
    ],
)
def test_a_failed_expectation_says_what_was_measured_and_wanted(keys, words):
    result = judge(**keys)
    assert not result.passed
    assert result.detail == words


def test_any_needs_one_sample_and_all_needs_every_one():
    bound = {"signal": "position_x_m", "min": 0.9}
    assert judge(**bound, reduce="any").passed
    result = judge(**bound, reduce="all")
    assert not result.passed
    assert result.measured == 0.0


def test_angles_are_compared_around_the_circle():
    columns = synthetic_columns(DURATION_S)
    half_turn = np.array([0.0, 0.0, 1.0, 0.0])
    columns["true_attitude_xyzw"][:] = half_turn
    within = {"value": -179.0, "tolerance": 1.5}
    result = judge(columns, signal="yaw_deg", reduce="mean", within=within)
    assert result.passed
    assert result.margin == pytest.approx(0.5)


def test_the_truth_counts_where_it_is_known_and_the_estimate_where_not():
    at_end = {"signal": "position_x_m", "at_s": 3.0, "max": 1.005}
    assert judge(synthetic_columns(DURATION_S), **at_end).passed
    result = judge(synthetic_columns(DURATION_S, truth=False), **at_end)
    assert not result.passed
    assert result.measured == pytest.approx(1.01)


def test_propellant_is_counted_from_the_report_where_the_mass_is_not_known():
    columns = synthetic_columns(DURATION_S, truth=False)
    columns["propellant_kg"] = np.linspace(12.0, 11.0, len(columns["tick"]))
    result = judge(columns, signal="propellant_used_kg", reduce="last", max=2.0)
    assert result.measured == pytest.approx(1.0)


def test_pulses_are_reported_openings_of_any_nozzle():
    columns = synthetic_columns(DURATION_S)
    assert columns["on_time_us"].any()
    columns["open_time_us"] = np.zeros_like(columns["on_time_us"])
    columns["open_time_us"][10:20, 3] = 10_000
    columns["open_time_us"][30:31, 3] = 500
    columns["open_time_us"][0:5, 7] = 10_000
    assert judge(columns, signal="pulses_total", reduce="last", equals=3).passed
    assert judge(columns, signal="pulses_total", at_s=columns["time_s"][12], equals=2).passed
    columns["fresh"][30] = 0x7F
    columns["fresh"][12:15] = 0x7F
    assert judge(columns, signal="pulses_total", reduce="last", equals=2).passed


def test_not_a_number_never_passes():
    columns = synthetic_columns(DURATION_S)
    columns["battery_soc"][150] = math.nan
    for keys in ({"max": 1.0}, {"min": 0.0, "reduce": "any"}, {"max": 1.0, "reduce": "mean"}):
        result = judge(columns, signal="battery_soc", **keys)
        assert not result.passed
        assert result.detail == "battery_soc is not a number at 1.5 s"
    assert judge(columns, signal="battery_soc", at_s=1.0, max=1.0).passed


def test_a_run_that_ended_early_does_not_pass_for_what_came_after():
    early = rows(synthetic_columns(DURATION_S), slice(0, 150))
    whole = judge(early, signal="speed_mps", max=9.0)
    assert not whole.passed
    assert whole.detail == "no data from 1.49 to 4 s"
    moment = judge(early, signal="speed_mps", at_s=3.0, max=9.0)
    assert not moment.passed
    assert moment.detail == "no data from 1.49 to 3 s"
    assert judge(early, signal="speed_mps", to_s=1.5, max=9.0).passed


def test_a_hole_in_the_records_is_no_proof():
    columns = synthetic_columns(DURATION_S)
    holed = rows(columns, np.r_[0:100, 120:400])
    assert judge(holed, signal="speed_mps", max=9.0).detail == "no data from 0.99 to 1.2 s"
    small = rows(columns, np.r_[0:100, 105:400])
    assert judge(small, signal="speed_mps", max=9.0).passed


def test_a_run_without_records_fails_with_words():
    result = judge(rows(synthetic_columns(DURATION_S), slice(0, 0)), signal="speed_mps", max=9.0)
    assert not result.passed
    assert result.detail == "no data in 0..4 s"


def test_a_number_without_a_word_is_shown_as_it_is():
    columns = synthetic_columns(DURATION_S)
    columns["mode"][7] = 99
    result = judge(columns, signal="mode", to_s=1.0, equals="MANOEUVRE")
    assert not result.passed
    assert result.measured == "UNKNOWN_99"


def test_every_signal_has_one_value_per_record():
    columns = synthetic_columns(DURATION_S)
    for name, signal in SIGNALS.items():
        assert signal.of(columns).shape == columns["tick"].shape, name


EVERY_WAY = [
    *(
        {"signal": signal, **window, **bound, "reduce": reduce}
        for signal in ("position_x_m", "yaw_deg", "propellant_used_kg", "pulses_total", "overruns")
        for window in ({}, {"from_s": 0.7, "to_s": 3.3})
        for bound in ({"max": 0.5}, {"min": 0.5}, {"within": {"value": 0.6, "tolerance": 0.3}})
        for reduce in ("max", "min", "mean", "rms", "last", "any", "all")
    ),
    *(
        {"signal": signal, "equals": equals, "reduce": reduce}
        for signal, equals in (("mode", "IDLE"), ("mode", "SAFE"), ("armed", True))
        for reduce in ("last", "any", "all")
    ),
    *(
        {"signal": signal, "at_s": at_s, **bound}
        for signal, bound in (("speed_mps", {"max": 0.3}), ("mode", {"equals": "IDLE"}))
        for at_s in (0.0, 0.994, 2.5, 3.99, 4.0, 9.0)
    ),
]


@pytest.mark.parametrize("rows_of_part", [1, 7, 100, 399])
@pytest.mark.parametrize("what", ["whole", "holed", "unknown", "late"])
def test_parts_are_judged_as_the_whole(rows_of_part, what):
    columns = synthetic_columns(DURATION_S)
    columns["overruns"][::50] = 1
    if what == "holed":
        columns = rows(columns, np.r_[0:95, 130:400])
    if what == "unknown":
        columns["true_position_m"][150:] = math.nan
        columns["est_position_m"][200] = math.nan
    if what == "late":
        columns = rows(columns, slice(50, 400))
    expectations = [Expectation.model_validate({"name": "x", **keys}) for keys in EVERY_WAY]
    judges = Judges(expectations, DURATION_S)
    for first in range(0, len(columns["tick"]), rows_of_part):
        judges.take(rows(columns, slice(first, first + rows_of_part)))
    for whole, parts in zip(
        evaluate(expectations, columns, DURATION_S), judges.results(), strict=True
    ):
        if whole.bound.startswith(("mean", "rms")) and whole.measured is not None:
            # Sums of parts are rounded in another order.
            names = ("measured", "margin", "detail")
            rounded = {name: getattr(whole, name) for name in names}
            assert parts.measured == pytest.approx(whole.measured, rel=1e-12)
            assert parts.margin == pytest.approx(whole.margin, rel=1e-9, abs=1e-12)
            parts = replace(parts, **rounded)
        assert parts == whole


def test_propellant_counts_from_the_first_report_where_that_comes_late() -> None:
    columns = {
        "true_mass_kg": np.full(4, np.nan),
        "propellant_kg": np.array([np.nan, 12.0, 11.5, 11.0]),
    }
    assert PropellantUsed()(columns).tolist() == [0.0, 0.0, 0.5, 1.0]
