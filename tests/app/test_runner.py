"""A run inside this process: supervisor, real loop process, real store."""

import array
import asyncio
import fcntl
import os
import signal
import socket
import sqlite3
import termios
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from qiki_hil._pb.qiki.events.v1 import events_pb2
from qiki_hil.app.request import RunParts, RunRequest, load
from qiki_hil.app.run.directory import RESERVE
from qiki_hil.app.runner import Runner
from qiki_hil.app.stop_signals import StopSignals
from qiki_hil.children import STOP_SIGNALS
from qiki_hil.command import parse_command
from qiki_hil.errors import QikiError, RigError, StoppedError
from qiki_hil.store import RunStatus
from qiki_hil.telemetry import PublisherStats

DEADLINE_S = 60.0


class Looker:
    """Keeps what an observer sees; breaks on request."""

    def __init__(self, error: Exception | None = None) -> None:
        self.events: list[events_pb2.Event] = []
        self.records = 0
        self.looks = 0
        self.error = error

    def refresh(self, blobs: list[bytes], telemetry: PublisherStats) -> None:
        self.looks += 1
        self.records += len(blobs)
        assert not telemetry.connected
        if self.error and self.records:
            raise self.error

    def event(self, event: events_pb2.Event) -> None:
        self.events.append(event)

    @property
    def emitted(self) -> list[str]:
        return [event.WhichOneof("detail") for event in self.events]


def parts(scenario: Path, root: Path, **others: object) -> RunParts:
    return load(RunRequest(scenario=str(scenario), root=root, nats="off", report=False, **others))


async def until(condition) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.mark.serial("counts looks against real time")
async def test_an_observer_sees_every_record_ten_times_a_second_and_every_event(
    short: Path, root: Path
) -> None:
    looker = Looker()
    runner = Runner(parts(short, root), looker)
    assert (runner.directory.path / RESERVE).stat().st_size == 64 * 1024
    outcome = await runner.run()
    assert outcome.summary.passed
    assert outcome.complaint == ""
    assert looker.records == 1000
    assert 15 <= looker.looks <= 60
    assert looker.emitted[0] == "run_started"
    assert looker.emitted[-1] == "run_ended"
    assert not (runner.directory.path / RESERVE).exists()


async def test_a_terminal_that_is_gone_does_not_end_the_run(short: Path, root: Path) -> None:
    looker = Looker(error=OSError(5, "gone"))
    outcome = await Runner(parts(short, root, speed=10.0), looker).run()
    assert outcome.summary.passed
    assert outcome.summary.records == 1000


async def test_a_record_that_is_damaged_before_it_is_judged_fails_the_run_by_its_tick(
    short: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = Runner(parts(short, root, speed="max"), Looker())
    finish = runner.supervisor.finish_record

    def finish_and_flip() -> None:
        finish()
        with closing(sqlite3.connect(runner.directory.store_path)) as store, store:
            (blob,) = store.execute("SELECT record FROM cycles WHERE tick = 321").fetchone()
            other = blob[:-1] + bytes([blob[-1] ^ 1])
            store.execute("UPDATE cycles SET record = ? WHERE tick = 321", (other,))

    monkeypatch.setattr(runner.supervisor, "finish_record", finish_and_flip)
    summary = (await runner.run()).summary
    assert (summary.status, summary.records) == ("failed", 0)
    assert summary.end == "the record could not be kept"
    assert "the record of tick 321 is damaged: row 321 of cycles" in summary.end_detail


async def test_an_observer_with_a_fault_ends_the_loop_in_order_and_is_not_hushed_up(
    long: Path, root: Path
) -> None:
    runner = Runner(parts(long, root), Looker(error=ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        await asyncio.wait_for(runner.run(), DEADLINE_S)
    ended = runner.supervisor.loop.ended
    assert ended is not None
    assert ended.valves_closed


async def test_commands_are_numbered_after_those_of_the_scenario_and_refused_when_it_is_over(
    long: Path, root: Path
) -> None:
    looker = Looker()
    runner = Runner(parts(long, root), looker)
    with pytest.raises(QikiError, match="not sent: the loop takes no commands"):
        runner.supervisor.submit(parse_command("hold"))
    task = asyncio.create_task(runner.run())
    await until(lambda: "run_started" in looker.emitted)
    assert runner.supervisor.submit(parse_command("disarm")) == 4
    assert runner.supervisor.submit(parse_command("hold"), source="test") == 5
    await until(lambda: looker.emitted.count("command_replied") >= 2)
    runner.supervisor.stop()
    outcome = await task
    assert outcome.summary.status == "aborted"
    replies = [e.command_replied for e in looker.events if e.HasField("command_replied")]
    assert {reply.command.source for reply in replies} >= {"terminal", "test"}
    with pytest.raises(QikiError, match="not sent: the loop takes no commands"):
        runner.supervisor.submit(parse_command("hold"))


async def test_a_supervisor_that_stands_still_costs_records_that_are_counted_and_told(
    long: Path, root: Path
) -> None:
    looker = Looker()
    # Fast enough to fill the link soon, slow enough that a busy machine keeps the rate.
    runner = Runner(parts(long, root, speed=20.0), looker)
    task = asyncio.create_task(runner.run())
    await until(lambda: looker.records)
    child, events = runner.supervisor.loop, asyncio.get_running_loop()
    assert child._socket is not None
    events.remove_reader(child._socket.fileno())
    await until_full(child._socket)
    events.add_reader(child._socket.fileno(), child._receive)
    await until(lambda: "records_dropped" in looker.emitted)
    runner.supervisor.stop()
    summary = (await asyncio.wait_for(task, DEADLINE_S)).summary
    assert summary.status == "aborted"
    assert summary.records + summary.records_dropped == summary.ticks
    told = [e.records_dropped.records for e in looker.events if e.HasField("records_dropped")]
    assert 0 < sum(told) <= summary.records_dropped


async def until_full(there: socket.socket) -> None:
    """Returns when what waits in a socket does not grow any more."""
    sizes = [-1, -2, -3]
    waiting = array.array("i", [0])
    async with asyncio.timeout(DEADLINE_S):
        while not sizes[-1] == sizes[-2] == sizes[-3] > 0:
            await asyncio.sleep(0.05)
            fcntl.ioctl(there.fileno(), termios.FIONREAD, waiting)
            sizes.append(waiting[0])


async def test_a_loop_that_cannot_be_set_up_leaves_nothing(short: Path, root: Path) -> None:
    wrong = replace(parts(short, root, rig="virtual"), rate_hz=900)
    runner = Runner(wrong, Looker())
    with pytest.raises(RigError, match=r"900\S* Hz loads a bus"):
        await runner.run()
    assert list(root.iterdir()) == []


async def test_a_loop_that_dies_while_it_is_set_up_is_told_with_its_words(
    short: Path, root: Path
) -> None:
    runner = Runner(parts(short, root), Looker())
    (runner.directory.path / "run.json").write_text("{}")
    with pytest.raises(RigError, match=r"the loop did not start: .*code 1\n(.|\n)*run manifest"):
        await runner.run()
    assert list(root.iterdir()) == []


@pytest.fixture
def signals() -> Iterator[StopSignals]:
    """Signals that are taken, and afterwards have the handlers that pytest gave them."""
    before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    with StopSignals() as signals:
        yield signals
    for number, handler in before.items():
        signal.signal(number, handler)


async def test_a_signal_before_the_loop_is_set_up_is_not_lost(
    signals: StopSignals, long: Path, root: Path
) -> None:
    looker = Looker()
    runner = Runner(parts(long, root), looker)
    task = asyncio.create_task(runner.run(signals))
    await until(lambda: runner.supervisor.loop.pid)
    os.kill(os.getpid(), signal.SIGTERM)
    outcome = await asyncio.wait_for(task, DEADLINE_S)
    assert outcome.summary.status == "aborted"
    assert runner.directory.manifest.status == RunStatus.ABORTED


async def test_a_signal_before_anything_is_started_leaves_nothing(
    signals: StopSignals, long: Path, root: Path
) -> None:
    os.kill(os.getpid(), signal.SIGINT)
    runner = Runner(parts(long, root), Looker())
    with pytest.raises(StoppedError, match="interrupted before the loop began"):
        await asyncio.wait_for(runner.run(signals), DEADLINE_S)
    assert list(root.iterdir()) == []
