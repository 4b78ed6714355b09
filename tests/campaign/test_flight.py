"""A case inside the core is the case on the simulated rig, to the last bit."""

import json
from dataclasses import replace

import numpy as np
import pytest

from qiki_hil.app.stop_signals import StopSignals
from qiki_hil.campaign import fly, make_case, rerun
from qiki_hil.campaign.case import Case
from qiki_hil.campaign.flight import METRICS, Metrics, fly_row, judge, metrics, row_of
from qiki_hil.campaign.rerun import differences
from qiki_hil.errors import QikiError
from qiki_hil.kernels import decode_cycles, fly_case
from qiki_hil.store import RunDirectory
from tests.runs import records


@pytest.mark.parametrize("index", range(6))
def test_every_column_and_metric_is_that_of_the_loop(campaign, tmp_path, index):
    columns = fly(make_case(campaign, index))
    done = rerun(campaign, index, tmp_path / "runs", StopSignals(), report=False)
    recorded = decode_cycles(records(RunDirectory.open(done.directory)))
    assert recorded.keys() == columns.keys()
    for name, column in columns.items():
        np.testing.assert_array_equal(column, recorded[name], err_msg=name, strict=True)
    assert columns["on_time_us"].any(), "nothing was flown"
    assert differences(fly_row(make_case(campaign, index)), done.row) == []


def test_the_cases_that_are_compared_have_every_kind_of_fault(campaign):
    cases = [make_case(campaign, index) for index in range(6)]
    for number in range(len(campaign.entries.faults)):
        assert any(case.faults[number] for case in cases), campaign.entries.faults[number].kind


def test_a_rerun_is_an_ordinary_run(campaign, tmp_path):
    directory = rerun(campaign, 0, tmp_path / "runs", StopSignals()).directory
    names = {path.name for path in directory.iterdir()}
    assert {"run.json", "spec.yaml", "rig.yaml", "scenario.yaml", "run.sqlite"} <= names
    assert {"summary.json", "report.html", "truth.json", "case.json"} <= names
    assert not [name for name in names if name.startswith(".")], "the reserved space is left"


def test_a_rerun_draws_no_report_where_none_is_wanted(campaign, tmp_path):
    done = rerun(campaign, 0, tmp_path / "runs", StopSignals(), report=False)
    assert done.report is None
    assert not list(done.directory.glob("report.*"))


def test_a_row_has_every_metric(campaign):
    row = fly_row(make_case(campaign, 0))
    assert all(isinstance(row[f"metric.{name}"], float) for name in METRICS)


@pytest.mark.parametrize("index", range(6))
def test_a_row_is_the_same_from_all_columns(campaign, index):
    case = make_case(campaign, index)
    columns = fly(case)
    assert fly_row(case) == row_of(case, metrics(columns), judge(case, columns))


@pytest.mark.parametrize("rows_of_part", [1, 7, 1000])
def test_metrics_of_parts_are_those_of_the_whole(campaign, rows_of_part):
    columns = fly(make_case(campaign, 0))
    found = Metrics()
    for first in range(0, len(columns["time_s"]), rows_of_part):
        part = slice(first, first + rows_of_part)
        found.take({name: column[part] for name, column in columns.items()})
    assert found.values() == metrics(columns)


def test_a_craft_that_turns_too_fast_for_numbers_is_judged_like_any_other(campaign):
    case = make_case(campaign, 0)
    craft = json.loads(case.truth_json)
    mass = craft["mass"]
    mass["inertia_kgm2"] = [[1e-90 * part for part in row] for row in mass["inertia_kgm2"]]
    mass["tank_m_body"] = mass["com_m_body"]
    wild = replace(case, truth_json=json.dumps(craft))
    columns = fly(wild)
    assert np.isnan(columns["true_rates_rps"]).any()
    with np.errstate(over="ignore", invalid="ignore"):
        assert fly_row(wild) == row_of(wild, metrics(columns), judge(wild, columns))


def test_a_case_does_not_depend_on_what_was_flown_before(campaign):
    case = make_case(campaign, 0)
    by_sets = replace(case, nominal_json=case.nominal_json.replace('"adaptive"', '"auto"'))
    coarse = replace(case, period_us=5000)
    flown = [(each, fly(each)) for each in (case, by_sets, coarse)]
    assert [columns["allocation_mode"][-1] for _, columns in flown] == [2, 1, 2]
    for each, before in (flown[0], flown[2], flown[1]):
        for name, column in fly(each).items():
            np.testing.assert_array_equal(column, before[name], strict=True)


def test_only_the_columns_that_are_wanted_come_back(campaign):
    case = make_case(campaign, 0)
    few = fly(case, ("true_mass_kg", "on_time_us"))
    assert few.keys() == {"true_mass_kg", "on_time_us"}
    for name, column in fly(case).items():
        if name in few:
            np.testing.assert_array_equal(few[name], column, strict=True)


def test_a_column_that_there_is_not_is_named(campaign):
    words = r'^case 0: wanted: there is no column "true_mass"; there are tick, time_s, period_s, '
    with pytest.raises(QikiError, match=words):
        fly(make_case(campaign, 0), ["tick", "true_mass"])


def test_a_craft_that_cannot_be_is_a_row_that_says_so(campaign):
    case = make_case(campaign, 0)
    broken = case.truth_json.replace('"dry_kg":', '"dry_kg":-')
    row = fly_row(Case(**{**vars(case), "truth_json": broken}))
    assert not row["passed"]
    words = row["error"]
    assert words.startswith("case 0: craft that flies: plant: craft mass.dry_kg: -"), words


def test_an_entry_that_is_nothing_is_refused(campaign):
    case = make_case(campaign, 0)
    with pytest.raises(ValueError, match="timeline: tick 3 needs a command or a fault, one of"):
        fly_case(
            case.truth_json,
            case.nominal_json,
            case.period_us,
            1,
            (0, 0, 0),
            (0, 0, 0),
            (0, 0, 0, 1),
            (0, 0, 0),
            10,
            [(3, None, None)],
        )
