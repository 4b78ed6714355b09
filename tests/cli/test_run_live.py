"""`qiki-hil run` on a real terminal: drawn, typed at, and ended with Ctrl-C."""

import fcntl
import os
import select
import signal
import struct
import subprocess
import termios
import time
from pathlib import Path

import pyte
import pytest

from qiki_hil.app.event_text import event_text
from qiki_hil.clock import monotonic_ns
from qiki_hil.console.live.outlet import PATIENCE_S
from qiki_hil.console.live.pages import help_texts
from qiki_hil.store import RunStatus
from tests.runs import (
    DEADLINE_S,
    QIKI_HIL,
    events,
    flight,
    only_run,
    summary_of,
    until,
    write_scenario,
)

ROWS, COLUMNS = 40, 120
PAGE_UP, PAGE_DOWN = "\x1b[5~", "\x1b[6~"


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


def test_at_80_by_24_events_scroll_and_the_run_goes_on(root: Path, long: Path) -> None:
    command = ("run", "--scenario", long, "--runs", root, "--nats", "off")
    terminal = Terminal(*command, rows=24, columns=80)
    try:
        terminal.shows("BURN")
        for _ in range(10):
            terminal.press("brake\rhold\r")
        until(lambda: len(told(root, "brake")) == 10, "ten answers")
        assert "run started" not in terminal.look()
        terminal.press(PAGE_UP)
        terminal.shows("── events  PageUp, PageDown")
        for _ in range(12):
            terminal.press(PAGE_UP)
        terminal.shows("run started: long on sim")
        terminal.shows("newer below; PageUp, PageDown")
        assert "── pose" not in terminal.look()
        terminal.press("hover\r")
        terminal.shows("'hover' is no command")
        terminal.shows("── pose")
        terminal.press("\x1b[A\x7f\x7f")
        for _ in range(3):
            terminal.press(PAGE_UP)
        terminal.shows("newer below")
        for _ in range(3):
            terminal.press(PAGE_DOWN)
        terminal.shows("── pose")
        assert terminal.screen.display[23].startswith("> hov▏")
        terminal.press("\x03")
        assert terminal.end() == 130
    finally:
        terminal.close()


def told(root: Path, command: str) -> list[str]:
    """The confirmed effects of a command, by the event store."""
    texts = [event_text(event) for event in events(only_run(root), "command_replied")]
    return [text for text in texts if text.startswith(f"{command}: accepted")]


def test_at_80_by_24_help_lists_every_command_in_a_line(root: Path, long: Path) -> None:
    command = ("run", "--scenario", long, "--runs", root, "--nats", "off")
    terminal = Terminal(*command, rows=24, columns=80)
    try:
        terminal.shows("BURN")
        terminal.press("help\r")
        terminal.shows("── help")
        seen = terminal.look()
        terminal.press(PAGE_DOWN)
        terminal.shows("PageUp, PageDown; help leaves it")
        terminal.shows("quit [confirm]")
        seen += terminal.look()
        for usage, meaning in help_texts():
            assert f"{usage}  {meaning}" in seen
        terminal.press("help\r")
        terminal.shows("── pose")
        terminal.press("\x03")
        assert terminal.end() == 130
    finally:
        terminal.close()


def test_quit_asks_while_armed_and_ends_the_run_as_ctrl_c_does(root: Path, long: Path) -> None:
    command = ("run", "--scenario", long, "--runs", root, "--nats", "off")
    terminal = Terminal(*command, rows=24, columns=80)
    try:
        terminal.shows("BURN")
        terminal.press("quit\r")
        terminal.shows("the craft is armed: the end of the run closes its valves")
        terminal.shows("say quit confirm")
        terminal.press("disarm\r")
        terminal.shows("○ silent")
        terminal.press("arm\r")
        terminal.shows("● ARMED")
        terminal.press("quit confirm\r")
        assert terminal.end() == 130
        assert termios.tcgetattr(terminal.slave) == terminal.before
    finally:
        terminal.close()
    assert b"ABORTED long on sim" in terminal.raw
    assert summary_of(only_run(root))["end"] == "stopped by the operator"
    assert summary_of(only_run(root))["valves_closed"]


def test_quit_ends_a_run_that_is_not_armed_at_once(root: Path, tmp_path: Path) -> None:
    calm = write_scenario(tmp_path / "calm.yaml", "name: calm\nduration_s: 600\n")
    with flight("run", "--scenario", calm, "--runs", root, "--nats", "off", stdin=True) as one:
        one.heard("mode IDLE")
        one.type("help")
        one.heard("quit [confirm]")
        one.type("QUIT")
        assert one.end() == 130
    assert summary_of(only_run(root))["end"] == "stopped by the operator"


@pytest.mark.serial("waits for a terminal that nobody reads")
def test_a_terminal_that_nobody_ever_reads_holds_up_the_end_for_a_bounded_time(
    root: Path, long: Path
) -> None:
    terminal = Terminal("run", "--scenario", long, "--runs", root, "--nats", "off")
    try:
        terminal.shows("BURN")
        # Nobody looks from here on: frames of some KiB, ten a second, fill the terminal.
        time.sleep(3.0)
        start_ns = monotonic_ns()
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.process.wait(60.0) == 130
        assert monotonic_ns() - start_ns < (PATIENCE_S + 15.0) * 1e9
    finally:
        terminal.close()
    assert summary_of(only_run(root))["status"] == "aborted"


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
