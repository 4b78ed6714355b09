"""What must not cost a run its record: readers that do not read, locks, and too many commands."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from qiki_hil.app.replay import replay
from qiki_hil.kernels.controller import period_us
from qiki_hil.store.run_store import LOCKED_MAX_S
from tests.cli.test_run_live import Terminal
from tests.runs import QIKI_HIL, events, flight, fly, only_run, records, summary_of, write_scenario

HOLDER = (
    "import sqlite3, sys, time\n"
    "connection = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
    "connection.execute('BEGIN IMMEDIATE')\n"
    "print('locked', flush=True)\n"
    "time.sleep(float(sys.argv[2]))\n"
    "connection.execute('ROLLBACK')\n"
)


TICKS = 9_000
"""At 1000 Hz. The link to the loop holds some 6500 records: a supervisor that stands still for
longer than that loses some."""


@pytest.fixture
def calm(tmp_path: Path) -> Path:
    commands = "commands:\n  - {at_s: 0.1, do: arm}\n  - {at_s: 0.2, do: hold}\n"
    return write_scenario(
        tmp_path / "calm.yaml", f"name: calm\nduration_s: {TICKS / 1000:g}\n{commands}"
    )


def whole(root: Path, ticks: int) -> None:
    run = only_run(root)
    summary = summary_of(run)
    assert summary["status"] == "passed", summary["end_detail"]
    assert (summary["ticks"], summary["records"], summary["records_dropped"]) == (ticks, ticks, 0)
    assert len(records(run)) == ticks
    assert replay(run.path).identical


@pytest.mark.serial("a run in real time")
def test_a_terminal_that_nobody_reads_costs_no_record(root: Path, calm: Path) -> None:
    terminal = Terminal("run", "--scenario", calm, "--rate", 1000, "--nats", "off", "--runs", root)
    try:
        deadline = time.monotonic() + 60.0
        while not list(root.glob("*/summary.json")):
            assert time.monotonic() < deadline, "the run does not end"
            time.sleep(0.1)
        assert terminal.end() == 0
        shown = terminal.look()
    finally:
        terminal.close()
    assert b"PASSED calm on sim" in terminal.raw
    assert f"{TICKS} (0 missing)" in shown
    assert terminal.raw.rindex(b"\x1b[?1049l") > terminal.raw.rindex(b"\x1b[?1049h")
    whole(root, TICKS)


@pytest.mark.serial("a run in real time")
@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_pipe_whose_reader_is_stopped_costs_no_record(
    root: Path, calm: Path, stream: str
) -> None:
    """The pipe is full before the run begins, and is read when the run is over."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    stuffing = 0
    try:
        while True:
            stuffing += os.write(writing, b".")
    except BlockingIOError:
        os.set_blocking(writing, True)
    command = ["run", "--plain", "--scenario", calm, "--rate", 1000, "--nats", "off"]
    one = subprocess.Popen(
        [str(QIKI_HIL), *map(str, command), "--no-report", "--runs", str(root)],
        stdin=subprocess.PIPE,
        **{"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} | {stream: writing},
    )
    os.close(writing)
    assert one.stdin is not None
    one.stdin.write(b"levitate\n" * 5000)
    one.stdin.flush()
    deadline = time.monotonic() + 60.0
    while not list(root.glob("*/summary.json")):
        assert time.monotonic() < deadline, "the run does not end"
        time.sleep(0.1)
    with os.fdopen(reading, "rb") as pipe:
        text = pipe.read()[stuffing:].decode()
    assert one.wait(10.0) == 0
    one.stdin.close()
    assert ("PASSED calm on sim" in text) == (stream == "stdout")
    assert ("'levitate' is no command" in text) == (stream == "stderr")
    assert ("lines are left out here: nobody read them" in text) == (stream == "stderr")
    whole(root, TICKS)


@pytest.mark.serial("a run in real time")
def test_a_lock_of_three_seconds_costs_no_record(root: Path, calm: Path) -> None:
    command = ("run", "--scenario", calm, "--rate", 1000, "--nats", "off", "--runs", root)
    with flight(*command) as one:
        one.heard("hold: accepted")
        locked = hold_locked(root, 3.0)
        assert one.end() == 0, one.text
        locked.communicate()
    whole(root, TICKS)
    (ended,) = events(only_run(root), "run_ended")
    assert ended.run_ended.detail == ""


@pytest.mark.serial("a run in real time")
@pytest.mark.parametrize("goes_on", [False, True])
def test_a_lock_that_lasts_ends_the_run_with_its_reason_and_true_counts(
    root: Path, long: Path, goes_on: bool
) -> None:
    command = ("run", "--scenario", long, "--nats", "off", "--runs", root)
    with flight(*command) as one:
        one.heard("hold: accepted")
        locked = hold_locked(root, LOCKED_MAX_S * (4 if goes_on else 1) + 2.0)
        assert one.end() == 1, one.text
        locked.kill()
        locked.communicate()
    summary = summary_of(only_run(root))
    assert summary["status"] == "failed"
    assert summary["end"] == "the record could not be kept"
    assert "another program has it locked" in summary["end_detail"]
    assert summary["valves_closed"]
    missing = summary["ticks"] - summary["records"]
    assert summary["records_dropped"] == missing
    assert (missing > LOCKED_MAX_S * 500 * 0.9) == goes_on
    assert (f"{missing} of {summary['ticks']} records are missing" in one.text) == goes_on
    assert len(records(only_run(root))) == summary["records"] > 0


def hold_locked(root: Path, seconds: float) -> subprocess.Popen[str]:
    """Another program that has the event store locked for so long."""
    (path,) = root.glob("*/run.sqlite")
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path), str(seconds)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "locked\n"
    return holder


def test_commands_that_no_tick_is_left_for_fail_the_run(root: Path, tmp_path: Path) -> None:
    commands = "\n".join(["  - {at_s: 1, do: hold}"] * 5000)
    text = f"name: crowd\nduration_s: 3\ncommands:\n  - {{at_s: 0.1, do: arm}}\n{commands}\n"
    scenario = write_scenario(tmp_path / "crowd.yaml", text)
    one = fly("run", "--scenario", scenario, "--speed", "max", "--nats", "off", "--runs", root)
    assert one.end() == 1
    assert "4000 command(s) were not answered: no tick was left for them" in one.text
    run = only_run(root)
    assert summary_of(run)["commands_unanswered"] == 4000
    (ended,) = events(run, "run_ended")
    assert ended.run_ended.commands_unanswered == 4000


@pytest.mark.parametrize("rate_hz", [200, 300, 700, 999])
def test_the_end_of_a_run_is_its_ticks_times_its_period(
    root: Path, short: Path, rate_hz: int
) -> None:
    words = ("--rate", rate_hz, "--speed", "max", "--nats", "off", "--json", "--runs", root)
    one = fly("run", "--scenario", short, *words)
    summary = json.loads(one.text)
    run = only_run(root)
    period_ns = period_us(rate_hz) * 1000
    (ended,) = events(run, "run_ended")
    assert ended.time_ns == summary["ticks"] * period_ns
    with sqlite3.connect(run.store_path) as connection:
        (last_ns,) = connection.execute("SELECT max(time_ns) FROM cycles").fetchone()
    assert ended.time_ns == last_ns + period_ns
    assert summary["simulated_s"] == ended.time_ns / 1e9


def test_a_fault_has_the_time_of_its_tick_whatever_packet_it_came_in(
    root: Path, tmp_path: Path
) -> None:
    text = (
        "name: faults\nduration_s: 2\nfaults:\n"
        "  - {at_s: 0.502, kind: stuck_closed, nozzle: 3, until_s: 0.998}\n"
    )
    scenario = write_scenario(tmp_path / "faults.yaml", text)
    one = fly("run", "--scenario", scenario, "--speed", "max", "--nats", "off", "--runs", root)
    assert one.end() == 0, one.text + one.errors
    told = events(only_run(root), "fault_injected")
    assert [event.time_ns for event in told] == [502_000_000, 998_000_000]
