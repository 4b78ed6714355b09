"""The page on scenarios says what the code does."""

import re
from pathlib import Path

import pytest

from qiki_hil.command import COMMAND_HELP
from qiki_hil.scenario import Scenario
from qiki_hil.scenario.fault_kinds import FAULT_KINDS
from qiki_hil.scenario.signals import SIGNALS

PAGE = (Path(__file__).parents[2] / "docs" / "scenarios.md").read_text(encoding="utf-8")


def test_the_example_loads():
    (example,) = re.findall(r"```yaml\n(name:.*?)```", PAGE, re.DOTALL)
    assert Scenario.from_text(example, "example", folder=None).name == "gentle_push"


@pytest.mark.parametrize("name", [*SIGNALS, *FAULT_KINDS, *Scenario.shipped()])
def test_every_signal_fault_and_scenario_is_on_the_page(name):
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize("name", [entry.name for entry in COMMAND_HELP])
def test_every_command_is_on_the_page(name):
    assert re.search(rf"`{re.escape(name)}\b", PAGE) or f"`.{name.removeprefix('rcs.')}`" in PAGE
