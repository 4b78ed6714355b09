"""Commands from standard input: terminals, pipes, files, and nothing at all."""

import asyncio
import fcntl
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from qiki_hil.console.live.command_line import CommandLine

APP = [sys.executable, "-m", "tests.console.terminal_app"]
WAIT_S = 30.0


@asynccontextmanager
async def reading(fd: int, **how: bool) -> AsyncIterator[tuple[CommandLine, list[str]]]:
    lines: list[str] = []
    async with CommandLine(lines.append, fd=fd, **how) as keys:
        yield keys, lines


async def settle(lines: list[str], count: int) -> None:
    for _ in range(500):
        if len(lines) >= count:
            return
        await asyncio.sleep(0.002)


async def test_lines_of_a_pipe_are_read_as_they_come_to_the_end():
    out, into = os.pipe()
    async with reading(out) as (keys, lines):
        os.write(into, b"arm\nho")
        await settle(lines, 1)
        assert lines == ["arm"]
        os.write(into, b"ld\nbrake")
        os.close(into)
        await settle(lines, 3)
        assert lines == ["arm", "hold", "brake"]
        assert keys.prompt is None
    os.close(out)


async def test_nothing_to_read_is_fine():
    with open(os.devnull) as null:
        async with reading(null.fileno()) as (keys, lines):
            await asyncio.sleep(0.02)
            assert lines == []
            assert not keys.interactive


async def test_a_plain_file_is_read_to_its_end(tmp_path):
    path = tmp_path / "commands"
    path.write_text("\n".join(f"goto {n} 0 0" for n in range(2000)))
    with path.open() as file:
        async with reading(file.fileno()) as (_, lines):
            await settle(lines, 2000)
            assert (len(lines), lines[-1]) == (2000, "goto 1999 0 0")


async def test_a_closed_input_is_fine():
    out, into = os.pipe()
    os.close(out)
    os.close(into)
    async with reading(out) as (_, lines):
        await asyncio.sleep(0)
        assert lines == []


async def test_a_terminal_of_somebody_else_is_left_alone():
    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    async with reading(slave) as (keys, _):
        assert not keys.interactive
        assert termios.tcgetattr(slave) == before
    os.close(master)
    os.close(slave)


async def test_a_terminal_that_is_not_drawn_on_keeps_its_own_editing(monkeypatch):
    master, slave = pty.openpty()
    monkeypatch.setattr(os, "tcgetpgrp", lambda _: os.getpgrp())
    before = termios.tcgetattr(slave)
    async with reading(slave, edit=False) as (keys, lines):
        assert termios.tcgetattr(slave) == before
        assert keys.prompt is None
        os.write(master, b"armm\x7f\n")
        await settle(lines, 1)
        assert lines == ["arm"]
    os.close(master)
    os.close(slave)


def take_terminal() -> None:
    """Makes stdin the terminal of the new session. Where tests run in the background of a shell,
    SIGINT is ignored; a terminal's program must hear it."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, *args: str) -> None:
        self.master, slave = pty.openpty()
        self.before = termios.tcgetattr(self.master)
        self.process = subprocess.Popen(
            [*APP, *args],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=take_terminal,
        )
        os.close(slave)
        self.seen = b""
        self.until(b"ready")

    def until(self, words: bytes) -> None:
        end = time.monotonic() + WAIT_S
        while words not in self.seen:
            ready, _, _ = select.select([self.master], [], [], max(end - time.monotonic(), 0.0))
            assert ready, self.seen
            self.seen += os.read(self.master, 65536)

    def type(self, keys: bytes) -> None:
        os.write(self.master, keys)

    @property
    def modes(self) -> list[object]:
        return termios.tcgetattr(self.master)

    def end(self) -> int:
        code = self.process.wait(WAIT_S)
        assert self.modes == self.before
        os.close(self.master)
        return code


def test_a_terminal_is_read_key_by_key_without_echo_and_gets_its_modes_back():
    terminal = Terminal()
    flags = terminal.modes[3]
    assert isinstance(flags, int)
    assert not flags & (termios.ECHO | termios.ICANON)
    assert flags & termios.ISIG
    terminal.type(b"armx\x7f\r")
    terminal.until(b"heard <arm>")
    assert b"armx" not in terminal.seen
    terminal.type(b"\x1b[A\r")
    terminal.until(b"heard <arm>\r\nheard <arm>")
    terminal.type(b"quit\r")
    terminal.until(b"bye")
    assert terminal.end() == 0


@pytest.mark.parametrize("view", [[], ["--view"]], ids=["plain", "view"])
def test_the_terminal_gets_its_modes_back_after_an_error(view):
    terminal = Terminal(*view)
    terminal.type(b"break\r")
    terminal.until(b"broken on request")
    assert terminal.end() == 1
    if view:
        assert terminal.seen.count(b"\x1b[?1049h") == terminal.seen.count(b"\x1b[?1049l") == 1
        assert terminal.seen.rindex(b"\x1b[?25h") > terminal.seen.rindex(b"\x1b[?25l")


def test_the_terminal_gets_its_modes_back_after_control_c():
    terminal = Terminal("--view")
    terminal.until(b"demo")
    terminal.type(b"\x03")
    terminal.until(b"KeyboardInterrupt")
    assert terminal.end() in (1, 130, -signal.SIGINT)
