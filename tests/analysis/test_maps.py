"""The report on a map: every check can fail, and says so."""

import json
import re

import numpy as np
import pytest

from qiki_hil import BotSpec
from qiki_hil.analysis.map_drawing import loads
from qiki_hil.analysis.maps import MapReport, map_report, report_of
from qiki_hil.kernels import NOZZLES, ThrustMap


@pytest.fixture(scope="module")
def spec() -> BotSpec:
    return BotSpec.load("dodeca-table")


@pytest.fixture(scope="module")
def report(spec: BotSpec) -> MapReport:
    return map_report(spec)


def failed(report: MapReport) -> set[str]:
    return {check.name for e in report.entries for check in e.checks if not check.passed}


def test_both_shipped_craft_pass_every_check_with_pure_sets() -> None:
    for name in BotSpec.shipped():
        report = map_report(BotSpec.load(name))
        assert report.passed
        assert [entry.kind for entry in report.entries] == ["ZTT", "FTG"] * 6 + ["ZFR", "FRG"] * 6
        assert {entry.verdict for entry in report.entries} == {"✓ pure"}


def test_sets_of_another_craft_do_not_pass_as_those_of_this_one(spec: BotSpec) -> None:
    other = report_of(spec, ThrustMap.from_spec(BotSpec.load("dodeca-01")))
    assert not other.passed
    assert failed(other) >= {"torque", "numbers"}
    assert other.of("+Y")[0].verdict.startswith("✗ torque")


def test_a_nozzle_beyond_its_most_thrust_fails(spec: BotSpec) -> None:
    most_n = 1.001 * spec.thrust_max_n
    stronger = report_of(spec, ThrustMap(spec.effectiveness, most_n, np.ones(NOZZLES)))
    assert failed(stronger) == {"thrust"}


def without_the_rear_cluster(spec: BotSpec) -> MapReport:
    most_n = np.where(np.isin(np.arange(NOZZLES), [4, 5, 6, 7]), 0.0, spec.thrust_max_n)
    return report_of(spec, ThrustMap(spec.effectiveness, most_n, np.ones(NOZZLES)))


def test_a_direction_that_nothing_pushes_in_has_no_set(spec: BotSpec) -> None:
    report = without_the_rear_cluster(spec)
    assert [entry.verdict for entry in report.of("+X")] == ["✗ no set", "✗ no set"]
    assert not report.passed


def test_a_direction_that_cannot_be_pure_says_what_is_left_over(spec: BotSpec) -> None:
    report = without_the_rear_cluster(spec)
    port = report.of("+Y")[0]
    assert port.verdict == "≈ left over"
    assert port.set.leftover_torque_nm == pytest.approx(25.0)
    assert np.linalg.norm(port.torque_nm) == pytest.approx(25.0)
    assert 0.0 < port.set.leftover_force_n < 25.0
    up = report.of("+Z")[0]
    assert up.verdict == "✓ pure"


def test_ceilings_that_are_not_equal_fail(spec: BotSpec) -> None:
    report = without_the_rear_cluster(spec)
    assert [entry.verdict for entry in report.of("-Z")] == ["✓ pure", "✗ ceiling"]
    pitch = report.of("+pitch")[1]
    assert pitch.verdict == "✓ pure", "both signs of pitch still end alike"


def test_a_nozzle_that_is_out_marks_its_sets_and_what_auto_loses(spec: BotSpec) -> None:
    report = map_report(spec, out=[12])
    assert report.lost[0] == "+Z"
    assert not report.passed
    assert [entry.verdict for entry in report.of("+Z")] == ["✗ out 12", "✗ out 12"]
    assert report.of("-Z")[0].verdict == "✓ pure"
    assert map_report(spec).lost == ()


def test_the_table_holds_numbers_that_json_can_and_no_minus_zero(report: MapReport) -> None:
    text = json.dumps(report.table(), allow_nan=False)
    assert not re.search(r"-0\.0\b", text)
    rows = json.loads(text)["sets"]
    assert len(rows) == 24
    for row in rows:
        assert sum(row["thrust_n"].values()) == pytest.approx(row["gross_n"], abs=0.01)
        assert set(row["checks"].values()) == {"passed"}


def test_loads_are_drawn_one_character_a_nozzle(spec: BotSpec, report: MapReport) -> None:
    ztt = report.of("+X")[0]
    assert loads(spec, ztt) == "····██▅▅········"
