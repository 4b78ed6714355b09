"""Valves are called closed only where their nodes have said so after the last command."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runs import Flight, events, flight, fly, only_run, summary_of, write_scenario

pytestmark = pytest.mark.serial("nodes in a process of their own, in real time")

EMULATOR = "qiki_hil.rig.emulator"
BURN = """\
name: burn
duration_s: {duration_s}
commands:
  - {{at_s: 0.1, do: arm}}
  - {{at_s: 0.3, do: rcs.forward 100 5s}}
"""
SILENT_NODE = """\
name: silent_node
duration_s: 0.8
commands:
  - {at_s: 0.1, do: arm}
faults:
  - {at_s: 0.4, kind: node_silent, cluster: 2}
"""


@pytest.fixture
def nodes() -> Iterator[Flight]:
    """Emulated nodes on a pty, at 200 Hz."""
    with flight("emulate", "--pty", "--rate", 200) as one:
        one.heard("on /dev/pts/")
        yield one


def bench(folder: Path, nodes: Flight) -> Path:
    """A rig file for the bus of these nodes."""
    channel = nodes.text.split(" on ")[1].split(";")[0]
    fields = {"kind": "can", "interface": "slcan", "channel": channel, "rate_hz": 200}
    path = folder / "rig.yaml"
    path.write_text(json.dumps(fields))
    return path


def assert_not_confirmed(one: Flight, root: Path, why: str) -> None:
    """In the terminal, in the summary, in the event, in the report, and in the exit code."""
    assert one.end() == 1, one.text + one.errors
    assert f"valves NOT CONFIRMED CLOSED: {why}" in one.text
    assert "valves: NOT CONFIRMED CLOSED" in one.text
    run = only_run(root)
    summary = summary_of(run)
    assert not summary["valves_closed"]
    assert summary["status"] == "failed"
    assert f"valves NOT CONFIRMED CLOSED: {why}" in summary["end_detail"]
    (event,) = events(run, "run_ended")
    assert not event.run_ended.valves_closed
    assert f"valves NOT CONFIRMED CLOSED: {why}" in event.run_ended.detail
    assert "NOT CONFIRMED CLOSED" in (run.path / "report.html").read_text()


def test_nodes_that_were_killed_in_a_burn_have_not_said_that_they_are_closed(
    root: Path, tmp_path: Path, nodes: Flight
) -> None:
    scenario = write_scenario(tmp_path / "burn.yaml", BURN.format(duration_s=60))
    rig = bench(tmp_path, nodes)
    command = ("run", "--rig", rig, "--scenario", scenario, "--runs", root, "--nats", "off")
    with flight(*command, report=True) as one:
        one.heard("rcs.forward 100 5s: accepted")
        nodes.process.kill()
        assert_not_confirmed(one, root, "")
    assert "ended: the rig failed – " in one.text


def test_nodes_that_stand_still_have_not_said_that_they_are_closed(
    root: Path, tmp_path: Path, nodes: Flight
) -> None:
    scenario = write_scenario(tmp_path / "burn.yaml", BURN.format(duration_s=2))
    rig = bench(tmp_path, nodes)
    command = ("run", "--rig", rig, "--scenario", scenario, "--runs", root, "--nats", "off")
    with flight(*command, report=True) as one:
        one.heard("rcs.forward 100 5s: accepted")
        nodes.process.send_signal(signal.SIGSTOP)
        try:
            assert_not_confirmed(one, root, "node C1 was not heard")
        finally:
            nodes.process.send_signal(signal.SIGCONT)


def test_an_emulator_of_the_rigs_own_that_stands_still_has_not_said_that_it_is_closed(
    root: Path, tmp_path: Path
) -> None:
    scenario = write_scenario(tmp_path / "burn.yaml", BURN.format(duration_s=2))
    command = ("run", "--rig", "slcan", "--scenario", scenario, "--runs", root, "--nats", "off")
    with flight(*command, report=True) as one:
        one.heard("rcs.forward 100 5s: accepted")
        os.kill(one.only(EMULATOR), signal.SIGSTOP)
        assert_not_confirmed(one, root, "node C1 was not heard, node C2 was not heard")


def test_nodes_of_another_rate_are_told_before_anything_flies(
    root: Path, tmp_path: Path, nodes: Flight
) -> None:
    scenario = write_scenario(tmp_path / "burn.yaml", BURN.format(duration_s=2))
    rig = bench(tmp_path, nodes)
    command = ("run", "--rig", rig, "--scenario", scenario, "--runs", root, "--nats", "off")
    one = fly(*command, "--rate", 400)
    assert one.end() == 2
    assert "say FAULT to a loop of 400 Hz: they run at another rate" in one.errors
    assert not list(root.iterdir())
    # They follow a controller of their own rate all the same.
    assert fly(*command).end() == 0


def test_nodes_that_live_say_that_they_are_closed(
    root: Path, tmp_path: Path, nodes: Flight
) -> None:
    scenario = write_scenario(tmp_path / "burn.yaml", BURN.format(duration_s=1))
    rig = bench(tmp_path, nodes)
    one = fly("run", "--rig", rig, "--scenario", scenario, "--runs", root, "--nats", "off")
    assert one.end() == 0, one.text + one.errors
    assert "valves: closed" in one.text
    assert events(only_run(root), "run_ended")[0].run_ended.valves_closed


@pytest.mark.parametrize("kind", ["sim", "virtual", "slcan", "can"])
def test_one_silent_node_of_four_is_enough_for_a_doubt(
    root: Path, tmp_path: Path, nodes: Flight, kind: str
) -> None:
    scenario = write_scenario(tmp_path / "silent_node.yaml", SILENT_NODE)
    rig = bench(tmp_path, nodes) if kind == "can" else kind
    command = ("run", "--rig", rig, "--scenario", scenario, "--runs", root, "--nats", "off")
    with flight(*command, report=True) as one:
        assert_not_confirmed(one, root, "node C3 was not heard")
    assert "node C1" not in one.text.partition("NOT CONFIRMED")[2]


@pytest.mark.parametrize("kind", ["sim", "virtual", "slcan"])
def test_a_valve_that_is_stuck_open_is_not_called_closed(
    root: Path, tmp_path: Path, kind: str
) -> None:
    text = SILENT_NODE.replace("node_silent, cluster: 2", "stuck_open, nozzle: 6")
    scenario = write_scenario(tmp_path / "stuck.yaml", text)
    command = ("run", "--rig", kind, "--scenario", scenario, "--runs", root, "--nats", "off")
    with flight(*command, report=True) as one:
        assert_not_confirmed(one, root, "node C2 says that nozzle(s) 6 are open")
