"""The line editor on a terminal, key by key."""

import asyncio
import fcntl
import os
import pty
import random
import struct
import termios
import time
import tty
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from qiki_hil.console.live.editor import LineEditor

UP, DOWN, LEFT, RIGHT = b"\x1b[A", b"\x1b[B", b"\x1b[D", b"\x1b[C"


class Typist:
    """Somebody at a terminal that an editor reads."""

    def __init__(self) -> None:
        self.terminal, self.fd = pty.openpty()
        self.lines: list[str] = []
        self.editor = LineEditor(self.fd, self.lines.append)

    async def type(self, *keys: bytes) -> None:
        """Types, and returns when every key is taken."""
        for key in keys:
            os.write(self.terminal, key)
            await until(lambda: not waiting(self.fd))
            await turns()

    async def shows(self, text: str, cursor: int | None = None) -> None:
        await until(lambda: self.editor.text == text)
        if cursor is not None:
            assert self.editor.cursor == cursor


def waiting(fd: int) -> int:
    """Bytes that nobody has read yet."""
    return struct.unpack("i", fcntl.ioctl(fd, termios.FIONREAD, b"\0" * 4))[0]


async def turns(count: int = 6) -> None:
    for _ in range(count):
        await asyncio.sleep(0.002)


async def until(condition) -> None:
    end = time.monotonic() + 10.0
    while not condition():
        assert time.monotonic() < end, condition
        await asyncio.sleep(0.001)


@asynccontextmanager
async def typist() -> AsyncIterator[Typist]:
    one = Typist()
    try:
        async with one.editor:
            yield one
    finally:
        os.close(one.terminal)
        os.close(one.fd)


async def test_enter_finishes_a_line_and_empties_the_editor():
    async with typist() as one:
        await one.type(b"arm")
        await one.shows("arm", 3)
        assert one.lines == []
        await one.type(b"\r")
        assert one.lines == ["arm"]
        await one.shows("", 0)


@pytest.mark.parametrize(
    "paste",
    [b"arm\n\n  \nhold \nbr", b"arm\r\r  \rhold \rbr", b"\x1b[200~arm\n\n  \nhold \nbr\x1b[201~"],
    ids=["line feeds", "returns", "bracketed"],
)
async def test_pasted_lines_come_one_by_one_and_empty_ones_not_at_all(paste):
    async with typist() as one:
        await one.type(paste)
        await one.shows("br", 2)
        assert one.lines == ["arm", "hold"]


async def test_a_long_paste_is_taken_whole_and_the_event_loop_gets_its_turns():
    async with typist() as one:
        late_s = 0.0

        async def watch() -> None:
            nonlocal late_s
            while True:
                before = time.monotonic()
                await asyncio.sleep(0.005)
                late_s = max(late_s, time.monotonic() - before)

        watcher = asyncio.create_task(watch())
        lines = [f"goto {n} 0 0" for n in range(300)]
        sender = asyncio.create_task(asyncio.to_thread(send, one.terminal, "\r".join([*lines, ""])))
        await until(lambda: len(one.lines) == len(lines))
        await sender
        watcher.cancel()
        assert one.lines == lines
        assert late_s < 1.0


def send(fd: int, text: str) -> None:
    data = text.encode()
    while data:
        data = data[os.write(fd, data[:512]) :]


@pytest.mark.parametrize(
    ("keys", "text", "cursor"),
    [
        ([b"armm", b"\x7f"], "arm", 3),
        ([b"\x7f", b"a", b"\x08", b"\x08"], "", 0),
        ([b"goto 1 2", b"\x15"], "", 0),
        ([b"goto 1 2", LEFT, LEFT, b"\x15"], " 2", 0),
        ([b"goto 1 2", b"\x17"], "goto 1 ", 7),
        ([b"goto 1 2 ", b"\x17", b"\x17"], "goto ", 5),
        ([b"goto 1 2", b"\x01", b"\x0b"], "", 0),
        ([b"am", LEFT, b"r"], "arm", 2),
        ([b"am", LEFT, LEFT, LEFT, RIGHT, b"r"], "arm", 2),
        ([b"rm", b"\x1b[H", b"a", b"\x1b[F", b"!"], "arm!", 4),
        ([b"rm", b"\x1bOH", b"a", b"\x05", b"!"], "arm!", 4),
        ([b"xarm", b"\x01", b"\x1b[3~"], "arm", 0),
        ([b"a\x1b[5~rm"], "arm", 3),
        ([b"a\x00\x07\trm"], "arm", 3),
    ],
)
async def test_keys_edit_the_line(keys, text, cursor):
    async with typist() as one:
        await one.type(*keys)
        await one.shows(text, cursor)


async def test_up_and_down_go_through_what_was_typed_and_come_back_to_the_draft():
    async with typist() as one:
        await one.type(b"arm\r", b"hold\r", b"hold\r", b"dra", UP)
        await one.shows("hold")
        await one.type(UP, UP)
        await one.shows("arm")
        await one.type(DOWN)
        await one.shows("hold")
        await one.type(DOWN, DOWN)
        await one.shows("dra")
        await one.type(b"ft", UP, b"\r")
        assert one.lines == ["arm", "hold", "hold", "hold"]


async def test_a_key_and_a_letter_may_arrive_in_pieces():
    async with typist() as one:
        await one.type(b"arm\r", b"\x1b", b"[", b"A")
        await one.shows("arm")
        await one.type(b"\x15", *(bytes([byte]) for byte in "°µ".encode()))
        await one.shows("°µ")


async def test_no_bytes_upset_the_editor():
    noise = random.Random(7)
    async with typist() as one:
        tty.setraw(one.fd)  # as it is, but for signals: every byte reaches the editor
        for _ in range(100):
            await one.type(noise.randbytes(noise.randrange(1, 24)))
        await one.type(b"\x1b\x1b\x07\x03")
        await asyncio.sleep(1.2)  # a started key is given up
        await one.type(b"\r", b"\x15\x0b", b"\r")
        assert all(line == line.strip() != "" and line.isprintable() for line in one.lines)
        one.lines.clear()
        await one.type(b"arm\r")
        assert one.lines == ["arm"]


async def test_a_line_has_an_end():
    async with typist() as one:
        for _ in range(10):
            await one.type(b"x" * 1000)
        await until(lambda: len(one.editor.text) == 4096)


async def test_keys_come_without_echo_and_signals_still_do():
    async with typist() as one:
        flags = termios.tcgetattr(one.fd)[3]
        assert not flags & (termios.ECHO | termios.ICANON)
        assert flags & termios.ISIG


async def test_a_terminal_that_is_gone_ends_the_reading_and_nothing_spins():
    one = Typist()
    async with one.editor:
        await one.type(b"arm\r")
        os.close(one.terminal)
        await until(lambda: one.editor._reading.done())
        before = time.process_time()
        await asyncio.sleep(0.2)
        assert time.process_time() - before < 0.1
    os.close(one.fd)
    assert one.lines == ["arm"]


async def test_the_modes_are_given_back_where_the_block_ends_with_an_error():
    one = Typist()
    before = termios.tcgetattr(one.fd)

    async def fail() -> None:
        async with one.editor:
            assert termios.tcgetattr(one.fd) != before
            raise RuntimeError("on request")

    with pytest.raises(RuntimeError, match="on request"):
        await fail()
    assert termios.tcgetattr(one.fd) == before
    os.close(one.terminal)
    os.close(one.fd)
