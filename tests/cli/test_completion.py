"""What a shell offers: click's completion protocol, spoken with the real executable."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from qiki_hil.campaign import Campaign
from qiki_hil.console.cli.main import COMMANDS
from qiki_hil.rig import RigConfig
from qiki_hil.scenario import Scenario
from qiki_hil.spec import BotSpec
from tests.runs import QIKI_HIL, recorded


def offered(*words: str, cwd: Path | None = None) -> list[tuple[str, str]]:
    """Kind and value of what is offered for the last of the words."""
    environment = {
        "_QIKI_HIL_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(("qiki-hil", *words)),
        "COMP_CWORD": str(len(words)),
    }
    done = subprocess.run(
        [str(QIKI_HIL)], env=os.environ | environment, capture_output=True, text=True, cwd=cwd
    )
    assert (done.returncode, done.stderr) == (0, "")
    pairs = [line.split(",", 1) for line in done.stdout.splitlines() if line]
    return [(kind, value) for kind, value in pairs]


def plain(*values: str) -> list[tuple[str, str]]:
    return [("plain", value) for value in values]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (("run", "--bot", ""), BotSpec.shipped()),
        (("run", "--rig", ""), RigConfig.shipped()),
        (("run", "--scenario", ""), Scenario.shipped()),
        (("run", "--scenario", "de"), ["demo"]),
        (("campaign", ""), Campaign.shipped()),
        (("bot", "show", "dodeca-t"), ["dodeca-table"]),
        (("bot", "check", "dodeca-01", "dodeca-t"), ["dodeca-table"]),
        (("emulate", "--rig", "sl"), ["slcan"]),
    ],
)
def test_names_that_ship_are_offered(words: tuple[str, ...], names: list[str]) -> None:
    assert offered(*words) == plain(*names)


def test_commands_are_offered() -> None:
    assert offered("") == plain(*COMMANDS)
    assert offered("ru") == plain("run", "runs")
    assert offered("runs", "") == plain("list", "report", "rm", "show")


def test_where_no_name_fits_a_file_may() -> None:
    assert offered("run", "--bot", "my/") == [("file", "my/")]


def test_runs_are_offered_by_their_ids(tmp_path: Path) -> None:
    run = recorded("--rig", "sim", "--speed", "max")
    shutil.copytree(run.path, tmp_path / "runs" / run.run_id)
    shutil.copytree(run.path, tmp_path / "other" / "another")
    assert offered("runs", "show", "", cwd=tmp_path) == plain(run.run_id)
    assert offered("runs", "rm", run.run_id, "", cwd=tmp_path) == []
    assert offered("runs", "report", "--runs", "other", "", cwd=tmp_path) == plain("another")
    assert offered("replay", "runs/", cwd=tmp_path) == plain(f"runs/{run.run_id}")
    assert offered("runs", "show", "", cwd=tmp_path / "other") == []
