"""The live view on terminals, emulated and real, and the plain view."""

import io
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyte
import pytest
from rich.console import Console

from qiki_hil.console.live.frame import Prompt
from qiki_hil.console.live.state import EventLine, LiveState
from qiki_hil.console.live.view import LiveView, PlainView
from tests.console.test_frame import filled

ROOT = Path(__file__).parents[2]


def console(width: int, height: int, **keys) -> Console:
    keys = {"force_terminal": True, "color_system": "256", "legacy_windows": False, **keys}
    return Console(file=io.StringIO(), width=width, height=height, highlight=False, **keys)


def show(out: Console, *states: LiveState, screen: bool = True) -> str:
    with LiveView(out, screen=screen) as view:
        for state in states:
            view.update(state, Prompt("goto 1", 6))
        return out.file.getvalue()


@pytest.mark.parametrize(("width", "height"), [(100, 30), (80, 24), (200, 50)])
@pytest.mark.parametrize("screen", [True, False])
def test_a_terminal_shows_the_whole_frame_and_nothing_scrolls_away(width, height, screen):
    terminal = pyte.HistoryScreen(width, height)
    states = [filled(), filled(), filled()]
    states[-1].mode = "BRAKE"
    text = show(console(width, height), *states, screen=screen)
    pyte.Stream(terminal).feed(text.replace("\n", "\r\n"))
    assert terminal.display[0].startswith("demo · sim")
    assert "mode BRAKE" in terminal.display[1]
    last = height - 1 if screen else height - 2
    assert terminal.display[last].rstrip() == "> goto 1▏"
    assert not terminal.history.top


def test_frames_are_written_over_each_other_without_clearing_the_screen():
    out = console(100, 30)
    one = show(out, filled())
    many = show(console(100, 30), *[filled()] * 5)
    assert many.count("\x1b[2J") == one.count("\x1b[2J") <= 1
    assert "\x1b[K" not in many


def test_the_alternate_screen_and_the_cursor_are_given_back_even_after_an_error():
    out = console(100, 30)

    def fail() -> None:
        with LiveView(out) as view:
            view.update(filled())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    text = out.file.getvalue()
    assert text.index("\x1b[?1049h") < text.index("\x1b[?1049l")
    assert text.rindex("\x1b[?25l") < text.rindex("\x1b[?25h")


def test_without_colour_not_a_word_is_lost(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    plain = show(console(100, 30), filled())
    monkeypatch.delenv("NO_COLOR")
    coloured = show(console(100, 30), filled())
    colour = re.compile(r"\x1b\[[0-9;]*m")
    assert colour.sub("", plain) == colour.sub("", coloured)
    codes = {code for group in colour.findall(plain) for code in group[2:-1].split(";")}
    assert codes.isdisjoint({str(n) for n in (*range(30, 50), *range(90, 108))})


class Output(io.StringIO):
    encoding = "utf-8"


def test_plain_lines_come_once_a_second_and_once_for_every_event():
    out = Output()
    state = filled()
    state.events = []
    with PlainView(out) as view:
        for tenth in range(31):
            state.wall_s = tenth / 10
            if tenth == 12:
                state.events.append(EventLine(1.2, "arm: accepted", "good"))
            if tenth == 17:
                state.events.append(EventLine(1.7, "nozzle 3\nisolated", "bad"))
                state.events = state.events[-1:]
            view.update(state)
    status = (
        "    2.99 s, IDLE armed, position 1.01 0.00 0.00 m, attitude 0.0 0.0 40.1 deg, "
        "rate 0.00 deg/s, propellant 11.63 kg, wake-up p99 34 µs, overruns 0, ISOLATED 0,2"
    )
    lines = out.getvalue().splitlines()
    assert [re.sub(r"p99 \d+", "p99 34", line) for line in lines] == [
        status,
        status,
        "    1.20 s, OK: arm: accepted",
        "    1.70 s, ERROR: nozzle 3 isolated",
        status,
        status,
    ]


def test_a_status_line_names_nozzles_by_what_is_wrong_with_them():
    state = LiveState(isolated=0b1001, stuck_open=0b1000, returning=0b0011, feedback_lies=0b1000)
    out = Output()
    PlainView(out).update(state)
    assert "ISOLATED 0,3, STUCK OPEN 3, ON TRIAL 1, FEEDBACK LIES 3" in out.getvalue()


def test_plain_lines_say_what_is_wrong_and_what_is_unknown():
    out = Output()
    state = LiveState(inhibit_reason="NAV_STALE", records_dropped=4, ages_s={"nav": 1.25})
    PlainView(out).update(state)
    assert out.getvalue() == (
        "    0.00 s, UNKNOWN silent, position ? ? ? m, attitude ? ? ? deg, rate ? deg/s, "
        "propellant ? kg, overruns 0, DROPPED 4, INHIBITED NAV_STALE, STALE nav 1.2 s\n"
    )


@pytest.mark.parametrize(
    ("requested", "mode", "reason", "words"),
    [
        ("ADAPTIVE", "ADAPTIVE", "NONE", ""),
        ("AUTO", "AUTO", "NONE", "allocation AUTO"),
        (
            "AUTO",
            "ADAPTIVE",
            "THRUST_MAP_MISSING",
            "allocation ADAPTIVE for AUTO (THRUST_MAP_MISSING)",
        ),
        ("ADAPTIVE", "ADAPTIVE", "RATE_LIMIT", "allocation ADAPTIVE (RATE_LIMIT)"),
        ("MANUAL_OVERRIDE", "MANUAL_OVERRIDE", "NONE", "allocation MANUAL_OVERRIDE"),
    ],
)
def test_plain_lines_tell_an_allocation_that_is_not_the_usual(requested, mode, reason, words):
    out = Output()
    state = LiveState(
        allocation_requested=requested, allocation_mode=mode, allocation_reason=reason, isolated=1
    )
    PlainView(out).update(state)
    told = out.getvalue().strip().split(", ")
    assert told[-2] == (words or "overruns 0")


def test_plain_lines_begin_with_the_first_record():
    out = Output()
    state = LiveState(ages_s={"record": None}, events=[EventLine(0.0, "run started")])
    view = PlainView(out)
    view.update(state)
    assert out.getvalue() == "    0.00 s, run started\n"
    state.ages_s["record"] = 0.0
    view.update(state)
    assert len(out.getvalue().splitlines()) == 2


def test_a_reader_that_went_away_does_not_stop_the_run():
    out, into = os.pipe()
    os.close(out)
    with open(into, "w", encoding="utf-8", buffering=1) as pipe:
        view = PlainView(pipe)
        view.update(LiveState(events=[EventLine(0.0, "a")]))
        view.update(LiveState(wall_s=5.0))
        os.dup2(os.open(os.devnull, os.O_WRONLY), pipe.fileno())


class Tmux:
    """A tmux server of its own with one pane."""

    def __init__(self, socket: Path, width: int, height: int, command: str) -> None:
        self.socket = socket
        # Where tests run on several cores, their environment gives every terminal 80 x 24.
        inherited = {k: v for k, v in os.environ.items() if k not in {"COLUMNS", "LINES"}}
        env = inherited | {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        size = ["-x", str(width), "-y", str(height)]
        self.run("-f", os.devnull, "new-session", "-d", *size, command, env=env)

    def run(self, *args: str, env: dict[str, str] | None = None) -> str:
        command = ["tmux", "-u", "-S", str(self.socket), *args]
        result = subprocess.run(
            command, capture_output=True, text=True, env=env, cwd=ROOT, timeout=30, check=False
        )
        return result.stdout

    def until(self, words: str) -> list[str]:
        return self.until_screen(lambda lines: words in "\n".join(lines))

    def until_screen(self, shows: Callable[[list[str]], bool]) -> list[str]:
        end = time.monotonic() + 30.0
        while True:
            lines = self.run("capture-pane", "-p").splitlines()
            if lines and shows(lines):
                return lines
            assert time.monotonic() < end, "\n".join(lines)
            time.sleep(0.1)


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_in_tmux_the_view_follows_the_size_takes_commands_and_leaves_the_screen(tmp_path):
    app = f"{sys.executable} -m tests.console.terminal_app --view; echo left; stty -a; cat"
    tmux = Tmux(tmp_path / "s", 100, 30, app)
    try:
        # The screen may be half drawn; when it is whole, the prompt is in its last line.
        lines = tmux.until_screen(lambda lines: lines[-1].startswith("> ") and len(lines) == 30)
        assert lines[0].startswith("demo · sim")
        assert "── events" in "\n".join(lines)
        tmux.run("send-keys", "gotp", "BSpace", "o 1")
        tmux.until("> goto 1▏")
        tmux.run("send-keys", "Enter")
        tmux.until("heard <goto 1>")
        tmux.run("set-buffer", "arm\nturn 0 0 9\ngo")
        tmux.run("paste-buffer", "-p")
        tmux.until("> go▏")
        text = "\n".join(tmux.until("heard <turn 0 0 9>"))
        assert "heard <arm>" in text
        tmux.run("send-keys", "Up", "Up", "Home", "dis", "End", "ed", "C-w", "disarm", "Enter")
        tmux.until("heard <disarm>")
        tmux.run("send-keys", "bad", "Enter")
        tmux.until("! 'bad' is no command")
        tmux.run("resize-window", "-x", "80", "-y", "24")
        tmux.run("send-keys", "Up")
        lines = tmux.until("> bad▏")
        assert lines[0].startswith("demo · sim")
        assert lines[23] == "> bad▏"
        tmux.run("send-keys", "C-u", "quit", "Enter")
        lines = tmux.until("left")
        text = "\n".join(tmux.until("icanon"))
        assert "bye" in text
        assert "-icanon" not in text
        assert " echo " in text
        assert "demo · sim" not in text
    finally:
        tmux.run("kill-server")
