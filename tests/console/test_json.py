"""`--json` on commands that report: one object, with a version, of finite numbers."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from qiki_hil.console.cli.main import cli
from qiki_hil.console.say import say_json
from qiki_hil.spec import BotSpec

REPORTS = (
    "bot show dodeca-01",
    "bot map dodeca-01",
    "alloc explain --force 100,0,0",
    "alloc report",
    "profile preview --bot dodeca-01 forward\xa060\xa01s",
    "bench modulator --rate 500",
)


@pytest.mark.parametrize("command", REPORTS)
def test_a_report_is_one_object_with_a_version(command: str) -> None:
    words = [word.replace("\xa0", " ") for word in command.split(" ")]
    result = CliRunner().invoke(cli, [*words, "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["schema_version"] == 1


def test_json_has_no_word_for_a_number_that_is_not_finite() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        say_json({"reach": float("inf")})


@pytest.mark.parametrize("force", ["1e200,0,0", "nan,0,0", "0,-inf,0"])
def test_a_wrench_beyond_all_nozzles_is_refused(force: str) -> None:
    result = CliRunner().invoke(cli, ["alloc", "explain", "--force", force, "--json"])
    assert result.exit_code != 0
    assert "numbers up to ±1e+09 are needed" in str(result.exception) + result.output


def test_a_picture_by_another_name_than_png_is_refused(tmp_path: Path) -> None:
    command = ["bot", "show", "--png", str(tmp_path / "a.svg")]
    result = CliRunner().invoke(cli, command)
    assert result.exit_code != 0
    assert "a name that ends in .png is needed" in str(result.exception) + result.output
    assert not list(tmp_path.iterdir())


def test_a_title_is_text_and_no_markup(tmp_path: Path) -> None:
    spec = BotSpec.load("dodeca-01")
    title = "[/dev/x] [red]bot[/red]"
    path = tmp_path / "titled.yaml"
    path.write_text(spec.to_yaml().replace(spec.metadata.title, f"'{title}'"))
    for command in ("show", "map"):
        result = CliRunner().invoke(cli, ["bot", command, str(path)])
        assert result.exit_code == 0, result.exception
        assert title in result.output
