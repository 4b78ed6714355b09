"""Options that name a choice take it in any case, help says it as it is, and a dry run checks what
a run would."""

import sys
from pathlib import Path

import click
import pytest

from qiki_hil.console.cli import main as cli
from tests.runs import LONG, write_scenario


def said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: object
) -> tuple[int, str, str]:
    """Exit code, output and complaints of the command line."""
    monkeypatch.setattr(sys, "argv", ["qiki-hil", *map(str, arguments)])
    with pytest.raises(SystemExit) as exit_info:
        cli.main()
    captured = capsys.readouterr()
    return int(exit_info.value.code or 0), captured.out, captured.err


def options(command: click.Command, path: tuple[str, ...] = ()) -> list[tuple[str, click.Option]]:
    """Every option of every command."""
    found = [(" ".join(path), p) for p in command.params if isinstance(p, click.Option)]
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            found += options(inner, (*path, name))
    return found


def test_every_choice_is_taken_in_any_case() -> None:
    choices = [(where, o) for where, o in options(cli.cli) if isinstance(o.type, click.Choice)]
    assert {"direction", "geometry"} <= {option.name for _, option in choices}
    for where, option in choices:
        assert isinstance(option.type, click.Choice)
        assert not option.type.case_sensitive, where


@pytest.mark.parametrize("speed", ["max", "MAX", "Max"])
@pytest.mark.parametrize("nats", ["off", "OFF"])
def test_words_of_a_run_are_taken_in_any_case(
    speed: str, nats: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, complaint = said(
        monkeypatch, capsys, "run", "--dry-run", "--speed", speed, "--nats", nats
    )
    assert (code, complaint) == (0, "")


def test_help_says_the_words_as_they_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _, text, _ = said(monkeypatch, capsys, "run", "--help")
    assert "--speed FACTOR|max" in text
    assert "--nats private|off|URL" in text
    assert "MAX" not in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--rig", "simm"], "rig 'simm' does not ship with the package; did you mean 'sim'?"),
        (["--rate", "150"], "rate: 150 Hz given, 200..1000 Hz needed"),
        (["--nats", "bus"], "not a NATS URL: 'bus'"),
        (["--rig", "slcan", "--speed", "2"], "rig slcan runs in real time; leave --speed at 1"),
        (["--speed", "fast"], "'fast' is neither a number nor 'max'"),
        (["--bot", "dodeca-99"], "dodeca-01"),
        (["--duration", "0.2"], "must be before the end (duration_s = 0.2)"),
        (["--duration", "nan"], "--duration nan: a number of seconds above 0"),
        (["--seed", "-1"], "-1 is not in the range"),
    ],
)
@pytest.mark.parametrize("profile", [False, True], ids=["scenario", "profile"])
def test_a_dry_run_checks_what_a_run_would(
    arguments: list[str],
    message: str,
    profile: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    long = write_scenario(tmp_path / "long.yaml", LONG)
    flown = ["--profile", "up 60 1s"] if profile else ["--scenario", str(long)]
    code, text, complaint = said(monkeypatch, capsys, "run", "--dry-run", *flown, *arguments)
    assert code == 2
    assert message in complaint
    assert text == ""


def test_a_dry_run_shows_a_profile_that_cannot_be_given_in_full(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("run", "--dry-run", "--profile", "up 100 300s")
    code, text, _ = said(monkeypatch, capsys, *arguments)
    assert code == 1
    assert "not given in full" in text or "refused" in text
