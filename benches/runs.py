"""Runs of the real command, as a user starts it."""

import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qiki_hil.errors import StoreError
from qiki_hil.store import RunStore

COMMAND = (sys.executable, "-P", "-m", "qiki_hil.console.cli.main")
HOLD = Path(__file__).with_name("scenarios") / "hold.yaml"
ROWS, COLUMNS = 40, 120
START_TIMEOUT_S = 30.0


def fly(runs: Path, *options: str, cpu: int | None = None) -> dict[str, Any]:
    """Runs to the end without a terminal; returns the summary. With `cpu`, supervisor and loop
    share that one."""
    pinned = ("taskset", "-c", str(cpu)) if cpu is not None else ()
    command = [*pinned, *COMMAND, "run", "--nats", "off", "--json", "--runs", str(runs), *options]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.stdout, f"exit {done.returncode}: {done.stderr}"
    summary: dict[str, Any] = json.loads(done.stdout)
    return summary


def assert_complete(summary: dict[str, Any]) -> None:
    """The run passed and nothing of it is missing."""
    failed = [e["words"] for e in summary["expectations"] if not e["passed"]]
    assert summary["status"] == "passed", (summary["end"], summary["end_detail"], failed)
    assert summary["end"] == "completed"
    assert summary["valves_closed"]
    assert summary["records"] == summary["ticks"] > 0
    assert summary["records_dropped"] == 0


class LiveRun:
    """A run with its live view on a terminal of its own."""

    def __init__(self, runs: Path, options: Sequence[str]) -> None:
        self.shown_bytes = 0
        self._runs = runs
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        command = [*COMMAND, "run", "--nats", "off", "--runs", str(runs), *options]
        env = os.environ | {"TERM": "xterm-256color"}
        self._process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=env, start_new_session=True
        )
        os.close(slave)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def store(self) -> Path:
        """Where the records go."""
        return next(self._runs.iterdir()) / "run.sqlite"

    def wait_for_ticks(self) -> None:
        """Returns when the loop is running and its records come in."""
        give_up = time.monotonic() + START_TIMEOUT_S
        while self.ticks() == 0:
            assert self._process.poll() is None, "the run ended before it began"
            assert time.monotonic() < give_up, "the loop did not start"
            time.sleep(0.1)

    def ticks(self) -> int:
        """Ticks recorded so far."""
        try:
            with RunStore.open(self.store) as store:
                return store.counts().cycles
        except (StoreError, StopIteration, OSError):
            return 0

    def finish(self) -> dict[str, Any]:
        """Waits for the end; returns the summary that the run left."""
        self._process.wait()
        self._reader.join(5.0)
        os.close(self._master)
        summary: dict[str, Any] = json.loads((self.store.parent / "summary.json").read_text())
        return summary

    def _read(self) -> None:
        """Plays the terminal: takes everything that is drawn."""
        while True:
            try:
                drawn = os.read(self._master, 65536)
            except OSError:
                return
            if not drawn:
                return
            self.shown_bytes += len(drawn)
