"""`qiki-hil bot map`: what it prints, draws and refuses."""

import dataclasses
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from qiki_hil.analysis.maps import map_report, report_of
from qiki_hil.console.cli import bot_map
from qiki_hil.console.cli.bot import bot
from qiki_hil.errors import QikiError, SpecError
from qiki_hil.kernels import ThrustMap
from qiki_hil.spec import BotSpec


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(bot, ["map", *(str(a) for a in arguments)])


def test_the_default_bot_has_24_pure_sets_and_ends_with_0() -> None:
    result = run()
    assert result.exit_code == 0, result.output
    assert result.output.count("✓ pure") == 24
    assert "✓ passed: all 24 sets are pure, ceilings are equal" in result.output
    assert "tolerance: |sum r x F| 25 N·m, |sum F| across 25 N" in result.output
    for words in ("forward", "aft", "port", "starboard", "up", "down", "+pitch", "FRG", "ZFR"):
        assert words in result.output


def test_a_set_is_shown_with_newtons_ceiling_net_force_and_load() -> None:
    output = run("dodeca-table").output
    row = next(line for line in output.splitlines() if line.lstrip().startswith("+X"))
    for part in ("ZTT", "4:260.00", "588.31 N", "+588.31 +0.00 +0.00", "0.000", "✓ pure"):
        assert part in row
    assert "····██▅▅········" in output


def test_no_line_is_wider_than_120() -> None:
    assert max(len(line) for line in run("--out", "1", "--out", "3").output.splitlines()) <= 120


def test_a_direction_is_drawn_with_its_plumes_and_checks() -> None:
    result = run("dodeca-table", "--direction", "+yaw")
    assert result.exit_code == 0
    assert "+yaw ZFR  625.08 N·m from 520.00 N of thrust and 9100 W  ✓ pure" in result.output
    assert "✓ passed  torque: |sum r x F| across 0.000 of at most 25 N·m" in result.output
    assert "↘0" in result.output
    assert "↖5" in result.output
    assert "12/14" not in result.output


def test_as_json_it_is_one_object_with_all_sets() -> None:
    shown = json.loads(run("dodeca-table", "--json").stdout)
    assert shown["bot"] == "dodeca-table"
    assert shown["hash"] == BotSpec.load("dodeca-table").hash
    assert shown["passed"] is True
    assert len(shown["sets"]) == 24
    first = shown["sets"][0]
    assert (first["direction"], first["set"], first["ceiling"]) == ("+X", "ZTT", 588.313)
    assert first["thrust_n"] == {"4": 260.0, "5": 260.0, "6": 156.0, "7": 156.0}


def test_a_nozzle_that_is_out_and_takes_a_direction_ends_with_1() -> None:
    result = run("dodeca-table", "--out", "12")
    assert result.exit_code == 1
    assert "✗ LOST in AUTO without 12: +Z" in result.output
    assert json.loads(run("dodeca-table", "--out", "12", "--json").stdout)["lost"][0] == "+Z"


def test_a_nozzle_that_is_out_and_takes_none_ends_with_0(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = BotSpec.load("dodeca-01")
    spared = dataclasses.replace(map_report(spec), out=(3,))
    monkeypatch.setattr(bot_map, "map_report", lambda spec, out: spared)  # noqa: ARG005
    result = run("--out", "3")
    assert result.exit_code == 0
    assert "✓ passed: every direction keeps a set" in result.output


def test_a_failed_check_is_named_and_ends_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = ThrustMap.from_spec(BotSpec.load("dodeca-table"))
    monkeypatch.setattr(bot_map, "map_report", lambda spec, out: report_of(spec, wrong, out))
    result = run("dodeca-01")
    assert result.exit_code == 1
    assert "✗ FAILED: +X ZTT" in result.output
    detail = run("dodeca-01", "--direction", "+X")
    assert "✗ FAILED  torque: |sum r x F| across" in detail.output
    assert json.loads(run("dodeca-01", "--json").stdout)["passed"] is False


def test_it_writes_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "map.png"
    result = run("--png", path)
    assert result.exit_code == 0
    assert f"drawing written to {path}" in result.stderr
    assert path.read_bytes().startswith(b"\x89PNG")
    missing = tmp_path / "none" / "map.png"
    error = run("--png", missing).exception
    assert isinstance(error, QikiError)
    assert str(error) == f"{missing}: cannot write the drawing: No such file or directory"


def test_what_does_not_exist_is_refused() -> None:
    assert isinstance(run("nobody").exception, SpecError)
    error = run("--out", "16").exception
    assert str(error) == "nozzle 16: does not exist; 0 to 15 do"
    assert run("--direction", "sideways").exit_code == 2
