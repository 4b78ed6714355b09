"""The summary: verdict, percentiles, what was spent."""

import json
import math

import numpy as np
import pytest

from qiki_hil._pb.qiki.telemetry.v1 import link_pb2
from qiki_hil.app.summary import RunFacts, RunSummary, summarize
from qiki_hil.app.totals import Totals
from qiki_hil.scenario import Expectation, evaluate
from tests.scenario.synthetic import rows, synthetic_columns

RUN = RunFacts(
    run_id="r-1",
    scenario="demo",
    rig="sim",
    rate_hz=100.0,
    period_us=10_000,
    seed=7,
    duration_s=4.0,
    speed="max",
    directory="runs/r-1",
    spec_hash="abc",
    versions={"qiki-hil": "0.1.0"},
)
COMPLETED = link_pb2.LoopEnded(
    end=link_pb2.LOOP_END_COMPLETED,
    ticks=400,
    wall_ns=200_000_000,
    valves_closed=True,
    rig_counters={"sent": 12, "bad_crc": 0},
)


def ended(**changes) -> link_pb2.LoopEnded:
    result = link_pb2.LoopEnded()
    result.CopyFrom(COMPLETED)
    for name, value in changes.items():
        setattr(result, name, value)
    return result


def expected(limit: float):
    expectation = Expectation(name="x", signal="position_x_m", max=limit)
    return evaluate([expectation], synthetic_columns(), 4.0)


def totals_of(*parts) -> Totals:
    totals = Totals(420.0, np.outer([3.0, 0.0, 4.0], np.ones(16)))
    for columns in parts:
        totals.take(columns)
    return totals


def summary(columns=None, last=COMPLETED, results=(), **keys) -> RunSummary:
    columns = synthetic_columns() if columns is None else columns
    return summarize(RUN, totals_of(columns), last, results, **keys)


@pytest.mark.parametrize(
    ("last", "limit", "status"),
    [
        (COMPLETED, 2.0, "passed"),
        (COMPLETED, 0.5, "failed"),
        (ended(valves_closed=False), 2.0, "failed"),
        (ended(end=link_pb2.LOOP_END_OVERRUN), 2.0, "failed"),
        (ended(records_dropped=1), 2.0, "failed"),
        (ended(commands_unanswered=1), 2.0, "failed"),
        (ended(end=link_pb2.LOOP_END_RIG_FAILED), 2.0, "failed"),
        (ended(end=link_pb2.LOOP_END_STOPPED), 2.0, "aborted"),
        (ended(end=link_pb2.LOOP_END_STOPPED, valves_closed=False), 2.0, "failed"),
        (link_pb2.LoopEnded(), 2.0, "failed"),
    ],
)
def test_a_run_passes_only_complete_with_valves_closed_and_all_expectations_met(
    last, limit, status
):
    result = summary(last=last, results=expected(limit))
    assert result.status == status
    assert result.passed is (status == "passed")


def test_a_loop_that_died_without_a_report_is_told_so():
    result = summary(last=link_pb2.LoopEnded(detail="killed"))
    assert result.end == "unknown"
    assert result.end_detail == "killed"
    assert result.valves_closed is False


def test_counts_and_times_are_those_of_the_loop():
    result = summary(last=ended(overruns=3, records_dropped=2))
    assert (result.ticks, result.overruns, result.records_dropped) == (400, 3, 2)
    assert result.simulated_s == 4.0
    assert result.wall_s == 0.2
    assert result.speed_ratio == pytest.approx(20.0)
    assert result.rig_counters == {"bad_crc": 0, "sent": 12}


def test_parts_that_were_not_timed_have_no_percentiles():
    timing = summary().timing
    assert [getattr(timing, part) for part in ("wakeup", "read", "step", "write", "send")] == [
        None
    ] * 5


def test_percentiles_are_values_that_were_measured():
    columns = synthetic_columns(40.0, timed=True)
    columns["wakeup_ns"] = np.arange(len(columns["tick"]), dtype=np.int64) * 1000
    columns["wakeup_ns"][0] = -1
    wakeup = summary(columns).timing.wakeup
    assert wakeup is not None
    assert (wakeup.p50_us, wakeup.p99_us, wakeup.p999_us, wakeup.max_us) == (
        2000.0,
        3960.0,
        3996.0,
        3999.0,
    )


def measured(*openings: tuple[int, int, int, int]):
    """Columns of a run with these openings: first row, row after the last, nozzle and open time of
    each row, µs. Anything was commanded."""
    columns = synthetic_columns()
    columns["open_time_us"] = np.zeros_like(columns["on_time_us"])
    for first, end, nozzle, open_time_us in openings:
        columns["open_time_us"][first:end, nozzle] = open_time_us
    return columns


def test_pulses_and_on_times_are_those_that_the_valves_report():
    columns = measured((10, 13, 5, 10_000), (20, 22, 5, 4_000))
    result = summary(columns)
    assert result.pulses_total == 2
    assert (result.nozzles[5].pulses, result.nozzles[5].on_time_s) == (2, pytest.approx(0.038))
    assert result.nozzles[4].pulses == 0
    assert len(result.nozzles) == 16
    assert result.isolated == [0, 2]


def test_valves_that_did_not_open_made_no_pulse_whatever_was_commanded():
    columns = measured()
    assert columns["on_time_us"].any()
    assert columns["wrench_allocated"].any()
    result = summary(columns)
    assert (result.pulses_total, result.delta_v_mps) == (0, 0.0)
    assert {(nozzle.pulses, nozzle.on_time_s) for nozzle in result.nozzles} == {(0, 0.0)}


def test_a_report_that_did_not_arrive_neither_ends_a_pulse_nor_is_one():
    columns = measured((10, 15, 5, 10_000))
    columns["fresh"][12] = 0xF7F & ~(1 << 9)
    result = summary(columns)
    assert (result.nozzles[5].pulses, result.nozzles[5].on_time_s) == (1, pytest.approx(0.04))
    columns["fresh"][:] = 0x7F
    assert summary(columns).pulses_total == 0


def test_feedback_that_lies_makes_no_pulses():
    columns = measured((0, 400, 3, 10_000), (10, 12, 4, 10_000))
    columns["feedback_lies"][100:] = 1 << 3
    result = summary(columns)
    assert [(n.pulses, n.on_time_s) for n in result.nozzles[3:5]] == [
        (1, pytest.approx(1.0)),
        (1, pytest.approx(0.02)),
    ]


def test_every_nozzle_says_how_it_stood_at_the_end():
    columns = synthetic_columns()
    assert [summary(columns).nozzles[n].state for n in (0, 1)] == ["isolated", "in use"]
    columns["stuck_open"][-1] = 0b1
    columns["stuck_closed"][-1] = 0b100
    columns["returning"][-1] = 0b1000
    columns["feedback_lies"][-1] = 0b1_0001
    assert [nozzle.state for nozzle in summary(columns).nozzles[:5]] == [
        "does not close, countered",
        "in use",
        "does not open, isolated",
        "on trial",
        "in use, its feedback lies",
    ]


def test_delta_v_is_the_impulse_of_the_reported_openings_over_the_mass():
    columns = measured((0, 400, 5, 10_000), (100, 200, 6, 5_000))
    columns["true_mass_kg"][:] = 500.0
    assert summary(columns).delta_v_mps == pytest.approx(5.0 / 500.0 * (4.0 + 0.5))
    columns["true_mass_kg"][:] = math.nan
    columns["propellant_kg"][:] = 80.0
    assert summary(columns).delta_v_mps == pytest.approx(5.0 / 500.0 * (4.0 + 0.5))


def test_a_run_without_records_still_has_a_summary():
    nothing = rows(synthetic_columns(), slice(0, 0))
    result = summary(nothing, link_pb2.LoopEnded(), expected(1.0))
    assert result.records == 0
    assert result.propellant_kg is None
    assert result.delta_v_mps is None


def test_the_json_is_one_object_without_nan_that_reads_back():
    columns = synthetic_columns()
    columns["true_mass_kg"][:] = math.nan
    columns["propellant_kg"][-1] = math.nan
    result = summary(columns, results=expected(0.5), telemetry={"sent": 3, "url": None})
    text = result.model_dump_json()
    data = json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    assert data["propellant_kg"] is None
    assert data["expectations"][0]["margin"] == pytest.approx(-0.5)
    assert data["telemetry"] == {"sent": 3, "url": None}
    assert RunSummary.model_validate_json(text) == result


@pytest.mark.parametrize("rows_of_part", [1, 7, 150])
@pytest.mark.parametrize("truth", [True, False])
def test_parts_are_summed_up_as_the_whole(rows_of_part, truth):
    columns = synthetic_columns(timed=True, truth=truth)
    columns["cluster_limits"][20:40, 2] = 1
    columns["stuck_open"][300:] = 0b1
    columns["overruns"][::90] = 2
    parts = [rows(columns, slice(at, at + rows_of_part)) for at in range(0, 400, rows_of_part)]
    whole = summarize(RUN, totals_of(columns), COMPLETED, ())
    found = summarize(RUN, totals_of(*parts), COMPLETED, ())
    # Sums of parts are rounded in another order.
    assert found.delta_v_mps == pytest.approx(whole.delta_v_mps, rel=1e-12)
    assert found.inhibited_s == pytest.approx(whole.inhibited_s, rel=1e-12)
    for nozzle, expected_one in zip(found.nozzles, whole.nozzles, strict=True):
        assert nozzle.on_time_s == pytest.approx(expected_one.on_time_s, rel=1e-12)
        assert nozzle.pulses == expected_one.pulses > 0
    names = ("delta_v_mps", "inhibited_s", "nozzles")
    rounded = {name: getattr(whole, name) for name in names}
    assert found.model_copy(update=rounded) == whole
    assert totals_of(*parts).overruns == totals_of(columns).overruns == 10
