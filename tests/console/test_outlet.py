"""Writing to a pipe whose reader takes its time, or is gone."""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from typing import TextIO

import pytest

from qiki_hil.clock import monotonic_ns
from qiki_hil.console.live import outlet as outlet_module
from qiki_hil.console.live.outlet import WAITING_MAX_CHARS, Outlet

NOTICE = "[{} left out]"
PIECE = "x" * 1000


class Pipe:
    def __init__(self) -> None:
        self.reading, writing = os.pipe()
        self.stream: TextIO = os.fdopen(writing, "w", encoding="utf-8")

    def read_all(self) -> str:
        """What comes until the other end is closed."""
        text = b""
        while data := os.read(self.reading, 65536):
            text += data
        return text.decode()


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    pipe = Pipe()
    yield pipe
    pipe.stream.close()
    os.close(pipe.reading)


def write(outlet: Outlet, text: str) -> None:
    assert outlet.write(text) == len(text)
    outlet.flush()


def test_pieces_come_whole_and_in_order(pipe: Pipe) -> None:
    with Outlet(pipe.stream) as outlet:
        for number in range(10):
            outlet.write(f"{number}:")
            write(outlet, "ä ")
    pipe.stream.close()
    assert pipe.read_all() == "".join(f"{number}:ä " for number in range(10))


def test_a_reader_that_does_not_read_holds_up_nobody_and_is_told_what_it_missed(
    pipe: Pipe,
) -> None:
    outlet = Outlet(pipe.stream, NOTICE)
    start_ns = monotonic_ns()
    for _ in range(1000):
        write(outlet, PIECE)
    assert monotonic_ns() - start_ns < 500_000_000
    assert not outlet.idle
    found: list[str] = []
    reader = threading.Thread(target=lambda: found.append(pipe.read_all()))
    reader.start()
    outlet.finish()
    pipe.stream.close()
    reader.join()
    pieces = found[0].count(PIECE)
    assert WAITING_MAX_CHARS // 1000 <= pieces < 200
    # The pipe was full when they came, so the ones that came last are missing.
    assert found[0] == PIECE * pieces + NOTICE.format(1000 - pieces)


def test_a_reader_that_is_gone_is_nothing_to_wait_for(pipe: Pipe) -> None:
    with open(os.devnull) as other:
        os.dup2(other.fileno(), pipe.reading)
    with Outlet(pipe.stream) as outlet:
        for _ in range(1000):
            write(outlet, PIECE)


def test_a_terminal_that_was_made_not_to_block_is_waited_for(pipe: Pipe) -> None:
    os.set_blocking(pipe.stream.fileno(), False)
    reader = threading.Thread(target=pipe.read_all)
    with Outlet(pipe.stream) as outlet:
        for _ in range(WAITING_MAX_CHARS // 1000):
            write(outlet, PIECE)
        outlet.finish()
        write(outlet, PIECE)
        reader.start()
    pipe.stream.close()
    reader.join()


def test_the_end_does_not_wait_for_a_reader_that_never_reads(
    pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outlet_module, "PATIENCE_S", 0.2)
    start_ns = monotonic_ns()
    with Outlet(pipe.stream, NOTICE) as outlet:
        for _ in range(1000):
            write(outlet, PIECE)
        outlet.finish()
        write(outlet, "after the end")
    assert monotonic_ns() - start_ns < 5_000_000_000
    # The thread that writes still waits; it goes with the reader.
    with open(os.devnull) as other:
        os.dup2(other.fileno(), pipe.reading)


def test_a_slow_reader_is_waited_for_as_long_as_it_reads(
    pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outlet_module, "PATIENCE_S", 0.3)
    fcntl.fcntl(pipe.stream.fileno(), fcntl.F_SETPIPE_SZ, 4096)
    found: list[bytes] = []

    def read_slowly() -> None:
        while len(found) < 12:
            time.sleep(0.1)
            found.append(os.read(pipe.reading, 4096))

    reader = threading.Thread(target=read_slowly)
    reader.start()
    with Outlet(pipe.stream) as outlet:
        write(outlet, "y" * 48_000)
    pipe.stream.close()
    reader.join()
    assert b"".join(found) + pipe.read_all().encode() == b"y" * 48_000
