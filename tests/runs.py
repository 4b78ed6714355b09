"""Runs through the real executable, and looks into what they leave behind."""

import atexit
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

from qiki_hil._pb.qiki.events.v1 import events_pb2
from qiki_hil._pb.qiki.telemetry.v1 import cycle_pb2
from qiki_hil.clock import monotonic_ns
from qiki_hil.kernels import wait_until_ns
from qiki_hil.store import RunDirectory, RunStore

QIKI_HIL = Path(sys.executable).with_name("qiki-hil")
DEADLINE_S = 60.0
POLL_NS = 10_000_000
MARK = "QIKI_TEST_RUN"


def until(condition: Callable[[], object], what: str, timeout_s: float = DEADLINE_S) -> None:
    """Waits for what other processes bring about."""
    deadline_ns = monotonic_ns() + round(timeout_s * 1e9)
    while not condition():
        assert monotonic_ns() < deadline_ns, f"not within {timeout_s:g} s: {what}"
        wait_until_ns(monotonic_ns() + POLL_NS)


class Flight:
    """A `qiki-hil` process; its lines are read as they come. Every process that comes of it,
    however far down, carries its mark in the environment. A run draws no report unless `report`:
    drawing takes longer than most runs of tests."""

    def __init__(
        self,
        *arguments: object,
        cwd: Path | None = None,
        stdin: bool = False,
        report: bool = False,
    ) -> None:
        if arguments[:1] == ("run",) and not report:
            arguments = (*arguments, "--no-report")
        self.mark = uuid.uuid4().hex
        self.out: list[str] = []
        self.err: list[str] = []
        self.process = subprocess.Popen(
            [str(QIKI_HIL), *map(str, arguments)],
            stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=cwd,
            env=os.environ | {MARK: self.mark},
            start_new_session=True,
        )
        self._readers = [
            threading.Thread(target=self._read, args=parts, daemon=True)
            for parts in ((self.process.stdout, self.out), (self.process.stderr, self.err))
        ]
        for reader in self._readers:
            reader.start()

    @property
    def text(self) -> str:
        """Everything printed so far."""
        return "".join(self.out)

    @property
    def errors(self) -> str:
        """Everything complained of so far."""
        return "".join(self.err)

    def heard(self, words: str, timeout_s: float = DEADLINE_S) -> None:
        """Returns when a line with these words was printed."""

        def there() -> bool:
            if words in self.text + self.errors:
                return True
            assert self.process.poll() is None, f"ended without {words!r}: {self.text}{self.errors}"
            return False

        until(there, f"{words!r} in {self.text}{self.errors}", timeout_s)

    def type(self, line: str) -> None:
        """Types a command."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal to the supervisor alone."""
        self.process.send_signal(number)

    def end(self, timeout_s: float = DEADLINE_S) -> int:
        """The exit code, once it has ended and everything it printed is read."""
        code = self.process.wait(timeout_s)
        for reader in self._readers:
            reader.join(timeout_s)
        return code

    def processes(self, part: str = "") -> list[int]:
        """Living processes of this flight whose command line has `part` in it."""
        found = []
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit():
                continue
            try:
                environment = (folder / "environ").read_bytes()
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if f"{MARK}={self.mark}".encode() in environment and part in command:
                found.append(int(folder.name))
        return found

    def only(self, part: str) -> int:
        """The one process with `part` in its command line."""
        (pid,) = self.processes(part)
        return pid

    def all_gone(self, timeout_s: float = 5.0) -> None:
        """Fails where a process is left."""
        until(lambda: not self.processes(), f"no process left: {self.processes()}", timeout_s)

    def _read(self, stream, lines: list[str]) -> None:
        for line in stream:
            lines.append(line)  # noqa: PERF402  (others look at the list meanwhile)
        stream.close()


@contextmanager
def flight(
    *arguments: object, cwd: Path | None = None, stdin: bool = False, report: bool = False
) -> Iterator[Flight]:
    """A flight that leaves nothing running behind, whatever the test does."""
    one = Flight(*arguments, cwd=cwd, stdin=stdin, report=report)
    try:
        yield one
    finally:
        if one.process.stdin is not None:
            with suppress(BrokenPipeError):
                one.process.stdin.close()
        for pid in one.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        one.end()


def fly(*arguments: object, cwd: Path | None = None, report: bool = False) -> Flight:
    """A flight from start to end; nothing of it runs any more."""
    with flight(*arguments, cwd=cwd, report=report) as one:
        one.end()
        one.all_gone()
        return one


@cache
def recorded(*arguments: object) -> RunDirectory:
    """A run of `SHORT` without a broker, flown once for all tests that only look at it."""
    folder = Path(tempfile.mkdtemp(prefix="qiki-recorded-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    scenario = write_scenario(folder / "short.yaml", SHORT)
    root = folder / "runs"
    one = fly("run", "--scenario", scenario, "--nats", "off", "--json", "--runs", root, *arguments)
    assert one.end() == 0, one.text + one.errors
    return only_run(root)


def summary_of(run: RunDirectory) -> dict[str, Any]:
    """Its summary."""
    found: dict[str, Any] = json.loads((run.path / "summary.json").read_text())
    return found


def only_run(root: Path) -> RunDirectory:
    """The one run that a folder holds."""
    (path,) = root.iterdir()
    return RunDirectory.open(path)


def records(run: RunDirectory) -> list[bytes]:
    """Its cycle records."""
    with RunStore.open(run.store_path) as store:
        return list(store.cycle_blobs())


def events(run: RunDirectory, *types: str) -> list[events_pb2.Event]:
    """Its events."""
    with RunStore.open(run.store_path) as store:
        return list(store.events(types))


def flip_open_time(run: RunDirectory, tick: int) -> None:
    """Flips one bit of `open_time_us` of a record, in the file of its store."""
    record = records(run)[tick]
    values = cycle_pb2.CycleRecord.FromString(record).feedback.open_time_us
    # Feedback.open_time_us: field 7, packed.
    packed = b"".join(_varint(value) for value in values)
    at = record.index(b"\x3a" + _varint(len(packed)) + packed) + 2
    content = run.store_path.read_bytes()
    assert content.count(record) == 1
    place = content.index(record) + at
    run.store_path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    broken = bytearray(record)
    broken[at] ^= 1
    now = cycle_pb2.CycleRecord.FromString(bytes(broken)).feedback.open_time_us
    assert list(now) != list(values)


def _varint(value: int) -> bytes:
    low, rest = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + _varint(rest) if rest else bytes([low])


def write_scenario(path: Path, text: str) -> Path:
    """A scenario file."""
    path.write_text(text, encoding="utf-8")
    return path


SHORT = """\
name: short
duration_s: 2
seed: 9
initial: {rates_dps_body: [2, -1, 3]}
commands:
  - {at_s: 0.1, do: arm}
  - {at_s: 0.2, do: hold}
  - {at_s: 0.6, do: rcs.forward 50 300ms}
expect:
  - {name: armed, signal: armed, at_s: 1, equals: true}
"""
"""Two seconds with something in them; passes."""

LONG = """\
name: long
duration_s: 600
commands:
  - {at_s: 0.1, do: arm}
  - {at_s: 0.2, do: hold}
  - {at_s: 0.3, do: rcs.forward 20 60s}
"""
"""Longer than any test, with valves moving from the start."""
