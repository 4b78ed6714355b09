"""`--json` on commands that report: one object, with a version, of finite numbers."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from google.protobuf.message import Message

from qiki_hil._pb.qiki.events.v1.events_pb2 import Event
from qiki_hil._pb.qiki.telemetry.v1.snapshot_pb2 import TelemetrySnapshot
from qiki_hil.console.cli.main import cli
from qiki_hil.console.say import say_json
from qiki_hil.digits import EXACT_MAX
from qiki_hil.scenario.model import SEED_MAX
from qiki_hil.spec import BotSpec
from qiki_hil.telemetry.snapshot import to_json
from tests.runs import fly, write_scenario

REPORTS = (
    "bot show dodeca-01",
    "bot map dodeca-01",
    "alloc explain --force 100,0,0",
    "alloc report",
    "profile preview --bot dodeca-01 forward\xa060\xa01s",
    "bench modulator --rate 500",
)


SEED = 2**63 - 1
"""The largest of a campaign."""
SHORT = "name: brief\nduration_s: 0.2\nexpect:\n  - {name: still, signal: speed_mps, max: 1}\n"


def exact(text: str) -> Any:
    """The JSON of a text, every number of which a reader with doubles alone reads exactly."""

    def integer(digits: str) -> int:
        assert abs(int(digits)) <= EXACT_MAX, digits
        return int(digits)

    return json.loads(text, parse_int=integer)


@pytest.mark.parametrize("command", REPORTS)
def test_a_report_is_one_object_with_a_version(command: str) -> None:
    words = [word.replace("\xa0", " ") for word in command.split(" ")]
    result = CliRunner().invoke(cli, [*words, "--json"])
    assert result.exit_code == 0, result.output
    assert exact(result.stdout)["schema_version"] == 1


def test_integers_of_a_run_are_exact_whoever_reads_them(tmp_path: Path) -> None:
    scenario = write_scenario(tmp_path / "brief.yaml", SHORT)
    run = fly(
        *("run", "--scenario", scenario, "--speed", "max", "--nats", "off", "--json"),
        *("--seed", SEED_MAX, "--runs", tmp_path / "runs"),
    )
    assert run.end() == 0, run.errors
    assert exact(run.text)["seed"] == str(SEED_MAX)
    (folder,) = (tmp_path / "runs").iterdir()
    found = {path.name: exact(path.read_text()) for path in folder.glob("*.json")}
    assert found["run.json"]["seed"] == found["summary.json"]["seed"] == str(SEED_MAX)
    assert int(found["run.json"]["created_unix_ns"]) > EXACT_MAX
    replay = fly("replay", folder, "--json")
    assert exact(replay.text)["identical"] is True


def test_integers_of_a_campaign_are_exact_whoever_reads_them(tmp_path: Path) -> None:
    write_scenario(tmp_path / "brief.yaml", SHORT)
    (tmp_path / "few.yaml").write_text("name: few\ncases: 2\nscenarios: [./brief.yaml]\n")
    whole = fly(
        *("campaign", tmp_path / "few.yaml", "--seed", SEED, "--jobs", 1, "--json"),
        *("--out", tmp_path / "out"),
    )
    assert exact(whole.text)["seed"] == str(SEED)
    (kept,) = (tmp_path / "out").iterdir()
    assert exact((kept / "summary.json").read_text())["seed"] == str(SEED)
    case = fly(
        *("campaign", kept / "campaign.yaml", "--case", 1, "--json", "--no-report"),
        *("--runs", tmp_path / "runs"),
    )
    assert int(exact(case.text)["seed"]) > EXACT_MAX
    (folder,) = (tmp_path / "runs").iterdir()
    found = {path.name: exact(path.read_text()) for path in folder.glob("*.json")}
    assert found["case.json"]["seed"] == found["run.json"]["seed"] == exact(case.text)["seed"]


@pytest.mark.parametrize(
    "message",
    [
        TelemetrySnapshot(tick=2**60, time_ns=2**60 + 1, unix_ns=2**62, monotonic_ns=-(2**60)),
        Event(tick=2**60 + 1, time_ns=2**60, unix_ns=2**62 + 1),
    ],
    ids=lambda message: message.DESCRIPTOR.name,
)
def test_integers_of_messages_are_exact_whoever_reads_them(message: Message) -> None:
    found = exact(to_json(message).decode())
    assert int(found["tick"]) == message.tick
    assert int(found["timeNs"]) == message.time_ns
    assert int(found["unixNs"]) == message.unix_ns


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
