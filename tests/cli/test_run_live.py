"""`qiki-hil run` on a real terminal: drawn, typed at, and ended with Ctrl-C."""

import fcntl
import os
import select
import struct
import subprocess
import termios
from pathlib import Path

import pyte

from qiki_hil.store import RunStatus
from tests.runs import DEADLINE_S, QIKI_HIL, only_run, until

ROWS, COLUMNS = 40, 120


class Terminal:
    """A terminal with somebody at it."""

    def __init__(self, *arguments: object, rows: int = ROWS, columns: int = COLUMNS) -> None:
        self.master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.before = termios.tcgetattr(slave)
        self.screen = pyte.Screen(columns, rows)
        self.raw = b""
        self._stream = pyte.ByteStream(self.screen)
        self.slave = slave
        self.process = subprocess.Popen(
            [str(QIKI_HIL), *map(str, arguments), "--no-report"],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=os.environ | {"TERM": "xterm-256color", "LANG": "C.UTF-8"},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )

    def look(self) -> str:
        """What is on the screen now."""
        while select.select([self.master], [], [], 0)[0]:
            data = os.read(self.master, 65536)
            self.raw += data
            self._stream.feed(data)
        return "\n".join(self.screen.display)

    def shows(self, words: str) -> None:
        """Returns when the screen shows these words."""
        until(lambda: words in self.look(), f"{words!r} in\n{self.look()}")

    def press(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def end(self) -> int:
        """The exit code; the screen is read meanwhile, or the program could not write."""
        until(lambda: (self.look(), self.process.poll() is not None)[1], "its end", DEADLINE_S)
        self.look()
        return self.process.returncode

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.master)
        os.close(self.slave)


def test_a_run_on_a_terminal_is_drawn_takes_commands_and_ends_with_ctrl_c(
    root: Path, long: Path
) -> None:
    terminal = Terminal("run", "--scenario", long, "--runs", root, "--nats", "off")
    try:
        terminal.shows("BURN")
        terminal.press("hover\r")
        terminal.shows("'hover' is no command")
        terminal.press("brake\r")
        terminal.shows("brake: accepted")
        terminal.press("\x03")
        assert terminal.end() == 130
        shown = terminal.look()
        assert termios.tcgetattr(terminal.slave) == terminal.before
    finally:
        terminal.close()
    assert "stopped by the operator" in shown
    assert b"ABORTED long on sim" in terminal.raw
    # The alternate screen was taken and given back.
    assert b"\x1b[?1049h" in terminal.raw
    assert terminal.raw.rindex(b"\x1b[?1049l") > terminal.raw.rindex(b"\x1b[?1049h")
    assert only_run(root).manifest.status == RunStatus.ABORTED


def test_at_80_by_24_a_hazardous_command_is_asked_for_its_confirmation_in_full(
    root: Path, long: Path
) -> None:
    command = ("run", "--scenario", long, "--runs", root, "--nats", "off")
    terminal = Terminal(*command, rows=24, columns=80)
    try:
        terminal.shows("BURN")
        terminal.press("alloc manual\r")
        terminal.shows("with the word confirm at its end")
        terminal.press("\x1b[A confirm\r")
        terminal.shows("in IDLE, MANOEUVRE or COAST")
        terminal.press("half a li\x03")
        assert terminal.end() == 130
        assert termios.tcgetattr(terminal.slave) == terminal.before
    finally:
        terminal.close()
    assert only_run(root).manifest.status == RunStatus.ABORTED


def test_without_the_view_the_terminal_keeps_its_modes_and_complaints_are_printed(
    root: Path, long: Path
) -> None:
    terminal = Terminal("run", "--scenario", long, "--runs", root, "--nats", "off", "--plain")
    try:
        terminal.shows("BURN")
        assert termios.tcgetattr(terminal.slave) == terminal.before
        terminal.press("hoverr\x7f\n")
        terminal.shows("'hover' is no command")
        terminal.press("\x03")
        assert terminal.end() == 130
    finally:
        terminal.close()
    assert b"\x1b[?1049h" not in terminal.raw
