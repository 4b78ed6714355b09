"""Expectations that no run could fail, or none could meet, are told by name."""

import math
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from qiki_hil.console.cli.main import cli
from qiki_hil.scenario import Scenario
from qiki_hil.scenario.signals import SIGNALS
from qiki_hil.scenario.warnings import warnings_of
from tests.runs import fly, write_scenario

PAGE = (Path(__file__).parents[2] / "docs" / "scenarios.md").read_text(encoding="utf-8")
HEAD = "name: mine\nduration_s: 20\nexpect:\n  - "


def found(expectation: str) -> list[str]:
    return warnings_of(
        Scenario.from_text(f"{HEAD}{{name: it, {expectation}}}", "mine", folder=None)
    )


@pytest.mark.parametrize(
    ("expectation", "words"),
    [
        ("signal: supercap_soc, max: 90", "it cannot fail: supercap_soc is always within 0..1"),
        ("signal: supercap_soc, max: 1", "it cannot fail: supercap_soc is always within 0..1"),
        ("signal: battery_soc, min: 20", "it cannot be met: battery_soc is always within 0..1"),
        ("signal: speed_mps, min: 0", "it cannot fail: speed_mps is never below 0 m/s"),
        ("signal: speed_mps, max: -0.1", "it cannot be met: speed_mps is never below 0 m/s"),
        ("signal: isolated_count, equals: 17", "it cannot be met: isolated_count is always within"),
        ("signal: attitude_error_deg, max: 180", "it cannot fail: attitude_error_deg is always"),
        ("signal: pitch_deg, min: -90", "it cannot fail: pitch_deg is always within -90..90 deg"),
        (
            "signal: roll_deg, within: {value: 90, tolerance: 300}",
            "it cannot fail: roll_deg is always within -180..180 deg",
        ),
        (
            "signal: pitch_deg, within: {value: 120, tolerance: 5}",
            "it cannot be met: pitch_deg is always within -90..90 deg",
        ),
        (
            "signal: position_x_m, reduce: rms, min: 0",
            "it cannot fail: the rms of position_x_m is never below 0 m",
        ),
        (
            "signal: roll_deg, reduce: rms, max: 180",
            "it cannot fail: the rms of roll_deg is always within 0..180 deg",
        ),
        (
            "signal: mode, from_s: 20, equals: COAST",
            "its window, 20 to 20 s, has no length; at_s takes one moment",
        ),
        (
            "signal: armed, to_s: 0, equals: true",
            "its window, 0 to 0 s, has no length; at_s takes one moment",
        ),
    ],
)
def test_what_cannot_fail_or_cannot_be_met_is_told(expectation: str, words: str) -> None:
    (text,) = found(expectation)
    assert text.startswith(f"expectation 'it': {words}")


@pytest.mark.parametrize(
    "expectation",
    [
        "signal: supercap_soc, max: 0.9",
        "signal: speed_mps, min: 0.001",
        "signal: speed_mps, equals: 0",
        "signal: position_x_m, min: 0",
        "signal: position_x_m, max: -1.0e+6",
        "signal: roll_deg, within: {value: 270, tolerance: 5}",
        "signal: yaw_deg, within: {value: 180, tolerance: 170}",
        "signal: roll_deg, at_s: 3, reduce: rms, max: -10",
        "signal: mode, equals: COAST",
        "signal: armed, at_s: 20, equals: true",
        "signal: max_cluster_temp_c, max: 110",
    ],
)
def test_what_can_fail_and_be_met_is_not(expectation: str) -> None:
    assert found(expectation) == []


@pytest.mark.parametrize("name", Scenario.shipped())
def test_what_ships_has_no_warning(name: str) -> None:
    assert warnings_of(Scenario.load(name)) == []


@pytest.mark.parametrize("name", SIGNALS)
def test_the_page_has_the_ranges_of_the_table(name: str) -> None:
    row = next(line for line in PAGE.splitlines() if re.match(rf"\|.*`{name}`.*\|", line))
    text = row.split("|")[3].strip()
    low, _, high = text.partition("..")
    signal = SIGNALS[name]
    assert float(low or -math.inf) == signal.low
    assert float(high or math.inf) == signal.high


def test_the_command_checks_what_ships_and_what_is_written(tmp_path: Path) -> None:
    shipped = CliRunner().invoke(cli, ["scenario", "check"])
    assert shipped.exit_code == 0
    assert shipped.stderr == ""
    assert [line.partition(":")[0] for line in shipped.stdout.splitlines()] == Scenario.shipped()
    suspect, broken = tmp_path / "suspect.yaml", tmp_path / "broken.yaml"
    suspect.write_text(f"{HEAD}{{name: charge, signal: supercap_soc, max: 90}}\n")
    broken.write_text(f"{HEAD}{{name: mode, signal: mode, equals: COASTING}}\n")
    result = CliRunner().invoke(cli, ["scenario", "check", str(suspect), str(broken)])
    assert result.exit_code == 2
    assert result.stdout == f"{suspect}: ok, mine, 20 s\n"
    assert "warning: scenario mine: expectation 'charge': it cannot fail" in result.stderr
    assert "expect[0].equals: mode is never 'COASTING'; did you mean 'COAST'?" in result.stderr


def test_a_run_warns_and_is_flown_nevertheless(tmp_path: Path) -> None:
    text = (
        "name: mine\nduration_s: 0.5\nexpect:\n  - {name: charge, signal: supercap_soc, max: 90}\n"
    )
    scenario = write_scenario(tmp_path / "mine.yaml", text)
    one = fly("run", "--scenario", scenario, "--speed", "max", "--nats", "off", "--runs", tmp_path)
    assert one.end() == 0
    assert "warning: scenario mine: expectation 'charge': it cannot fail" in one.errors
    dry = fly("run", "--scenario", scenario, "--dry-run")
    assert dry.errors == one.errors
