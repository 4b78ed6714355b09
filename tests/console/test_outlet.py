"""Writing to a pipe whose reader takes its time, or is gone."""

import os
import threading
from collections.abc import Iterator
from typing import TextIO

import pytest

from qiki_hil.clock import monotonic_ns
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
