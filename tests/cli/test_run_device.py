"""Runs on devices that others have, or that need a driver which is not there."""

import json
from pathlib import Path

import pytest

from tests.runs import flight, fly, only_run, write_scenario

RIG = "kind: can\ninterface: {}\nchannel: {}\nrate_hz: 200\n"
CALM = "name: calm\nduration_s: {}\ncommands:\n  - {{at_s: 0.3, do: arm}}\n"


def test_a_second_run_on_a_serial_port_is_refused_and_leaves_the_first_alone(
    tmp_path: Path,
) -> None:
    scenario = write_scenario(tmp_path / "calm.yaml", CALM.format(6))
    with flight("emulate", "--pty", "--rate", 200) as nodes:
        nodes.heard("dodeca-01 at 200 Hz on /dev/pts/")
        tty = nodes.text.split()[5].rstrip(";")
        (tmp_path / "rig.yaml").write_text(RIG.format("slcan", tty))
        command = ("run", "--rig", tmp_path / "rig.yaml", "--scenario", scenario, "--nats", "off")
        with flight(*command, "--runs", tmp_path / "a") as first:
            first.heard("arm: effect confirmed")
            second = fly(*command, "--runs", tmp_path / "b")
            assert second.end() == 2, second.text + second.errors
            assert f"error: CAN bus slcan {tty}: in use by " in second.errors
            assert "Traceback" not in second.errors
            assert list((tmp_path / "b").iterdir()) == []
            assert first.end() == 0, first.text + first.errors
    summary = json.loads((only_run(tmp_path / "a").path / "summary.json").read_text())
    assert summary["passed"]


@pytest.mark.parametrize(
    ("interface", "message"),
    [
        ("kvaser", "error: CAN bus kvaser 0: cannot be opened: the driver of kvaser is not"),
        ("socketcand", "host: missing; socketcand needs host and port of its daemon"),
    ],
)
def test_an_interface_that_lacks_something_is_told_and_no_run_is_left(
    tmp_path: Path, root: Path, interface: str, message: str
) -> None:
    (tmp_path / "rig.yaml").write_text(RIG.format(interface, "'0'"))
    one = fly("run", "--rig", tmp_path / "rig.yaml", "--runs", root, "--nats", "off")
    assert one.end() == 2
    assert message in one.errors
    assert "Traceback" not in one.errors
    assert not root.exists() or list(root.iterdir()) == []
