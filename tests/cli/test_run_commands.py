"""Commands typed on standard input while a run is under way."""

from pathlib import Path

import pytest

from tests.runs import events, flight, only_run, until, write_scenario

QUIET = "name: quiet\nduration_s: 600\n"


@pytest.fixture
def quiet(tmp_path: Path) -> Path:
    return write_scenario(tmp_path / "quiet.yaml", QUIET)


def test_a_typed_command_is_answered_with_its_effect_or_with_a_reason_and_a_way(
    root: Path, quiet: Path
) -> None:
    command = ("run", "--scenario", quiet, "--runs", root, "--nats", "off")
    with flight(*command, stdin=True) as one:
        one.heard("run started")
        for line, answers in {
            "hold": ["hold: rejected, NOT_ARMED; allowed when armed"],
            "arm": ["arm: accepted", "armed", "arm: effect confirmed"],
            "HOLD": ["hold: accepted", "mode MANOEUVRE"],
            "goto 0.2 0 0": ["goto 0.2 0 0: accepted"],
            "rcs.forward 40 200ms": ["mode BURN"],
            "brake": ["brake: accepted", "mode BRAKE"],
            "safe": ["safe: accepted", "mode SAFE"],
            "goto 1 2 3": [
                "goto 1 2 3: rejected, SAFE_LOCKED; "
                "allowed when in IDLE (mode idle); brake is always allowed"
            ],
            "goto nan 0 0": [
                "\"goto nan 0 0\", column 6: X must be a finite number (m), not 'nan'"
            ],
            "goto 1e999 0 0": ["column 6: X must be within"],
            "levitate": ["\"levitate\", column 1: 'levitate' is no command"],
            "": [],
            "disarm": ["disarm: accepted", "disarmed"],
        }.items():
            one.type(line)
            for answer in answers:
                one.heard(answer)
        assert one.process.poll() is None
        one.type("x" * 100_000)
        one.heard("is no command")
    assert "Traceback" not in one.errors


def test_a_hazardous_command_is_explained_and_sent_only_when_confirmed(
    root: Path, quiet: Path
) -> None:
    command = ("run", "--scenario", quiet, "--runs", root, "--nats", "off")
    with flight(*command, stdin=True) as one:
        one.heard("run started")
        for line, answers in {
            "arm": ["arm: effect confirmed"],
            "alloc auto": ["alloc auto: effect confirmed", "allocation AUTO"],
            "alloc manual": ["HAZARDOUS: it switches control off and opens nozzles by hand"],
            "alloc manual confirm": ["allocation MANUAL_OVERRIDE", "MANUAL_OVERRIDE_ACTIVE"],
            "nozzles 1,7 100 50ms": ["say it again with the word confirm at its end"],
            "nozzles 1,7 100 50ms confirm": [
                "nozzles 1,7 100 0.05s confirm: accepted",
                "nozzles 1,7 100 0.05s confirm: effect confirmed",
            ],
            "brake": ["mode BRAKE", "allocation AUTO, OPERATOR"],
            "nozzles 1 100 50ms confirm": [
                "rejected, MANUAL_OVERRIDE_OFF; "
                "allowed when in manual override (alloc manual confirm)"
            ],
        }.items():
            one.type(line)
            for answer in answers:
                one.heard(answer)
        assert "alloc manual: " not in one.text, "what was not confirmed was not sent"


def test_what_is_wrong_goes_to_standard_error_and_nothing_of_it_to_the_loop(
    root: Path, short: Path
) -> None:
    command = ("run", "--scenario", short, "--json", "--runs", root, "--nats", "off")
    with flight(*command, stdin=True) as one:
        until(lambda: one.processes("loop_process"), "a loop")
        one.type("goto nan 0 0")
        one.type("fly away")
        one.heard("'fly' is no command")
        assert one.end() == 0
        assert one.text.startswith("{")
    replies = [event.command_replied for event in events(only_run(root), "command_replied")]
    assert {reply.reply.command_id for reply in replies} == {1, 2, 3}


def test_what_was_typed_before_the_loop_is_there_is_not_lost(root: Path, short: Path) -> None:
    command = ("run", "--scenario", short, "--speed", "max", "--runs", root, "--nats", "off")
    with flight(*command, stdin=True) as one:
        one.type("turn 0 0 5")
        one.end()
    first = events(only_run(root), "command_replied")[0]
    assert first.tick == 0
    assert first.command_replied.command.source == "terminal"
    # The three of the scenario have the first numbers.
    assert first.command_replied.reply.command_id == 4
