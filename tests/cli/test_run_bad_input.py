"""`qiki-hil run` with what cannot be: exit code 2, a message that says what and why, and nothing
left behind."""

import sys
from pathlib import Path

import pytest

from qiki_hil.console.cli import main as cli
from qiki_hil.spec import BotSpec
from tests.runs import LONG, fly, write_scenario

BROKEN_SPEC = BotSpec.load("dodeca-01").to_yaml().replace("dry_kg: 420", "dry_kg: -420")
CAN = "kind: can\ninterface: socketcan\nchannel: nowhere0\n"
SERIAL = "kind: can\ninterface: slcan\nchannel: /dev/ttyNOWHERE\n"


def refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: object
) -> str:
    """What the command line says before it exits with 2."""
    monkeypatch.setattr(sys, "argv", ["qiki-hil", "run", *map(str, arguments)])
    with pytest.raises(SystemExit) as exit_info:
        cli.main()
    assert exit_info.value.code == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Traceback" not in captured.err
    return captured.err


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of files that are used and of nothing else."""
    monkeypatch.chdir(tmp_path)
    write_scenario(tmp_path / "long.yaml", LONG)
    (tmp_path / "spec.yaml").write_text(BROKEN_SPEC)
    (tmp_path / "no.yaml").write_text(": : :\n")
    (tmp_path / "rig.yaml").write_text("kind: sim\nbitrat: 5\nrate_hz: 5000\n")
    write_scenario(tmp_path / "keys.yaml", "name: keys\nduration_s: 2\ncomands: []\n")
    (tmp_path / "file").write_text("")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--bot", "spec.yaml"], "mass.dry_kg: must be within 0.1..1e+06 kg, got -420"),
        (["--bot", "no.yaml"], "no.yaml: 1 problem(s)"),
        (["--bot", "dodeca-99"], "dodeca-01"),
        (["--scenario", "keys.yaml"], "comands: unknown key; did you mean commands? (line 3)"),
        (["--scenario", "no.yaml"], "scenario no.yaml: 1 problem(s)\n  - is not YAML: "),
        (["--scenario", "demmo"], "did you mean 'demo'? Allowed: auto_sets, brake_override"),
        (["--scenario", "gone.yaml"], "scenario gone.yaml: cannot be read: No such file"),
        (["--rig", "simm"], "rig 'simm' does not ship with the package; did you mean 'sim'?"),
        (["--rig", "rig.yaml"], "rig.yaml: 2 problem(s)"),
        (["--rate", "150"], "rate: 150 Hz given, 200..1000 Hz needed"),
        (["--rate", "1500"], "rate: 1500 Hz given, 200..1000 Hz needed"),
        (["--rate", "fast"], "'fast' is not a valid integer"),
        (["--rig", "slcan", "--speed", "2"], "rig slcan runs in real time; leave --speed at 1"),
        (["--rig", "slcan", "--speed", "max"], "rig slcan runs in real time; leave --speed at 1"),
        (["--speed", "nan"], "nan is not in 0.01..100; use 'max' for no limit"),
        (["--speed", "0"], "0 is not in 0.01..100; use 'max' for no limit"),
        (["--speed", "fast"], "'fast' is neither a number nor 'max'"),
        (["--duration", "nan"], "--duration nan: a number of seconds above 0"),
        (["--duration", "inf"], "--duration inf: a number of seconds above 0"),
        (["--duration", "-3"], "--duration -3: a number of seconds above 0"),
        (["--duration", "0.2"], "commands[2].at_s: must be before the end (duration_s = 0.2)"),
        (["--seed", "-1"], "-1 is not in the range 0<=x"),
        (["--nats", "bus"], "not a NATS URL: 'bus'; expected something like nats://127.0.0.1:4222"),
        (["--nats", "http://127.0.0.1:4222"], "not a NATS URL"),
        (["--nats", "nats://127.0.0.1:99999"], "not a NATS URL"),
        (["--nats", "ws://127.0.0.1:80"], "not a NATS URL: 'ws://127.0.0.1:80'"),
        (["--nats", "nats://a b"], "not a NATS URL: 'nats://a b'"),
        (["--runs", "file"], "'file' is a file"),
        (["--sped", "2"], "--sped"),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_written(
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    before = sorted(here.iterdir())
    scenario = [] if "--scenario" in arguments else ["--scenario", "long.yaml"]
    assert message in refused(monkeypatch, capsys, *scenario, *arguments)
    assert sorted(here.iterdir()) == before


@pytest.mark.parametrize("root", ["file/runs", "/proc/nowhere"])
def test_a_place_that_cannot_be_written_is_told_and_nothing_is_left(
    here: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], root: str
) -> None:
    before = sorted(here.iterdir())
    words = refused(monkeypatch, capfd, "--scenario", "long.yaml", "--runs", root)
    assert f"cannot create a run directory in {root}" in words
    assert sorted(here.iterdir()) == before


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (CAN, "error: CAN bus socketcan nowhere0: cannot be opened"),
        (SERIAL, "error: CAN bus slcan /dev/ttyNOWHERE: cannot be opened"),
    ],
)
def test_a_bus_that_cannot_be_reached_is_told_and_no_run_is_left(
    tmp_path: Path, root: Path, text: str, message: str
) -> None:
    rig = tmp_path / "bench.yaml"
    rig.write_text(text)
    one = fly("run", "--rig", rig, "--runs", root)
    assert one.end() == 2
    assert message in one.errors
    assert "Traceback" not in one.errors
    assert list(root.iterdir()) == []


def test_a_rate_that_the_bus_cannot_carry_is_told_and_no_run_is_left(root: Path) -> None:
    one = fly("run", "--rig", "virtual", "--rate", 1000, "--runs", root, "--nats", "off")
    assert one.end() == 2
    assert "1000 Hz loads a bus of 1000000 bit/s" in one.errors
    assert "the highest rate that fits is 500 Hz" in one.errors
    assert list(root.iterdir()) == []
