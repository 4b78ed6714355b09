"""Commands from standard input, beside the live view and without blocking anything.

On a terminal the keys are taken one by one (cbreak, no echo) and edited here; Ctrl-C and Ctrl-Z
keep their meaning. Elsewhere lines are read as they come, to the end of the input.
"""

import asyncio
import atexit
import contextlib
import os
import signal
import termios
import tty
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Self

from qiki_hil.console.live.editor import LineEditor, LineSplitter
from qiki_hil.console.live.frame import Prompt

_CHUNK = 4096


class CommandLine:
    """Calls `on_line` with every line and `on_change` when what is typed has changed.

    Use it as a context manager inside a running event loop. The terminal gets its modes back
    when the block is left, and at the latest when the interpreter exits.
    """

    def __init__(
        self,
        on_line: Callable[[str], None],
        on_change: Callable[[], None] = lambda: None,
        fd: int = 0,
    ) -> None:
        self.notice = ""
        self._on_line = on_line
        self._on_change = on_change
        self._fd = fd
        self._editor = LineEditor()
        self._splitter = LineSplitter()
        self._modes: list[Any] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def interactive(self) -> bool:
        """Whether keys of a terminal are being taken."""
        return self._modes is not None

    @property
    def prompt(self) -> Prompt | None:
        """What to show under the view; None where nobody can type."""
        if not self.interactive:
            return None
        return Prompt(self._editor.text, self._editor.cursor, self.notice)

    def __enter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        try:
            if os.isatty(self._fd):
                # In the background the terminal belongs to somebody else.
                if os.tcgetpgrp(self._fd) != os.getpgrp():
                    return self
                self._take_terminal()
            self._loop.add_reader(self._fd, self._readable)
        except PermissionError:
            # A plain file is always readable, and the selector does not take it.
            self._loop.call_soon(self._next_chunk)
        except (OSError, ValueError):
            # Standard input is closed: no commands from there.
            self.close()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stops reading and restores the terminal; may be called again."""
        self._stop_reading()
        if self._modes is not None:
            modes, self._modes = self._modes, None
            atexit.unregister(self.close)
            with _unstoppable(), contextlib.suppress(OSError, termios.error):
                termios.tcsetattr(self._fd, termios.TCSADRAIN, modes)

    def _take_terminal(self) -> None:
        try:
            self._modes = termios.tcgetattr(self._fd)
            atexit.register(self.close)
            tty.setcbreak(self._fd, termios.TCSADRAIN)
        except termios.error as error:
            raise OSError(*error.args) from None

    def _stop_reading(self) -> None:
        loop, self._loop = self._loop, None
        if loop is not None and not loop.is_closed():
            with contextlib.suppress(OSError, ValueError):
                loop.remove_reader(self._fd)

    def _readable(self) -> None:
        try:
            data = os.read(self._fd, _CHUNK)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self._stop_reading()
        self._take(data)

    def _next_chunk(self) -> None:
        """Reads a plain file piece by piece, so that the loop gets its turns in between."""
        if self._loop is not None:
            loop = self._loop
            self._readable()
            loop.call_soon(self._next_chunk)

    def _take(self, data: bytes) -> None:
        if self.interactive:
            lines = self._editor.feed(data)
        else:
            lines = self._splitter.feed(data) if data else self._splitter.end()
        for line in lines:
            self.notice = ""
            self._on_line(line)
        self._on_change()


@contextlib.contextmanager
def _unstoppable() -> Iterator[None]:
    """Lets a process in the background set the terminal's modes without being stopped."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
