"""The line that is being typed on a terminal: edited by prompt_toolkit, drawn by the live view.

prompt_toolkit takes the keys, edits the line and keeps the history. Its output goes nowhere: the
view draws the line with the rest of the frame, and no two writers share the screen.
"""

import asyncio
import os
import signal
import termios
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from types import TracebackType
from typing import Self

from prompt_toolkit.application import Application
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.input.posix_utils import PosixStdinReader
from prompt_toolkit.input.vt100 import Vt100Input, raw_mode
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import BufferControl, Layout, Window
from prompt_toolkit.output import DummyOutput

_TEXT_MAX = 4096
"""Characters of a line; what is typed beyond them is left out."""
_CLOSE_TIMEOUT_S = 1.0
"""The terminal gets its modes back, whatever becomes of the reading of keys."""
_KEYS_PER_TURN = 256
"""Bytes taken in one turn of the event loop: a long paste holds up nothing else."""


class LineEditor:
    """Calls `on_line` with every finished line, stripped, and never with an empty one.

    Use it as an async context manager on a terminal in whose foreground this process is. Keys
    come one by one and without echo; Ctrl-C and Ctrl-Z keep their meaning. The terminal gets its
    modes back when the block is left. Raises OSError where they cannot be set.
    """

    def __init__(
        self,
        fd: int,
        on_line: Callable[[str], None],
        on_page: Callable[[int], None] = lambda _: None,
    ) -> None:
        """`on_page` gets -1 for every PageUp and 1 for every PageDown."""
        self._on_line = on_line
        self._modes = _KeyMode(fd)
        self._line = _Line(multiline=False, accept_handler=self._accept)
        self._app: Application[None] = Application(
            layout=Layout(Window(BufferControl(self._line))),
            key_bindings=_bindings(on_page),
            input=_Keyboard(fd),
            output=DummyOutput(),
            terminal_size_polling_interval=None,
        )
        self._reading: asyncio.Task[None] | None = None

    @property
    def text(self) -> str:
        """What is typed so far."""
        return self._line.text

    @property
    def cursor(self) -> int:
        """Where in the text the next character goes."""
        return self._line.cursor_position

    async def __aenter__(self) -> Self:
        try:
            self._modes.__enter__()
        except termios.error as error:
            raise OSError(*error.args) from None
        self._reading = asyncio.create_task(self._read(), name="keys")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if self._reading is not None:
                self._reading.cancel()
                await asyncio.wait([self._reading], timeout=_CLOSE_TIMEOUT_S)
        finally:
            self._modes.__exit__()

    async def _read(self) -> None:
        with suppress(EOFError):  # the terminal is gone: nobody types any more
            await self._app.run_async(handle_sigint=False, set_exception_handler=False)

    def _accept(self, line: Buffer) -> bool:
        text = line.text.strip()
        if text:
            self._on_line(text)
        return False  # the next line begins empty


class _Line(Buffer):
    """One line of printable characters."""

    def insert_text(
        self,
        data: str,
        overwrite: bool = False,
        move_cursor: bool = True,
        fire_event: bool = True,
    ) -> None:
        """See prompt_toolkit."""
        kept = "".join(filter(str.isprintable, data))[: max(_TEXT_MAX - len(self.text), 0)]
        super().insert_text(kept, overwrite, move_cursor, fire_event)

    def validate_and_handle(self) -> None:
        """See prompt_toolkit."""
        super().validate_and_handle()
        # At once and not with the next drawing: Up may follow Enter without a pause.
        self.load_history_if_not_yet_loaded()


class _Keyboard(Vt100Input):
    """The keys of a terminal whose modes somebody else keeps."""

    def __init__(self, fd: int) -> None:
        super().__init__(os.fdopen(fd, encoding="utf-8", closefd=False))
        self.stdin_reader = _Reader(fd, encoding="utf-8")

    def raw_mode(self) -> AbstractContextManager[None]:
        """See prompt_toolkit."""
        return nullcontext()


class _Reader(PosixStdinReader):
    """Reads little at a time, and knows a terminal that hung up from one without a key."""

    def read(self, count: int = _KEYS_PER_TURN) -> str:
        """See prompt_toolkit."""
        text = super().read(count)
        if not text and not os.isatty(self.stdin_fd):
            self.closed = True
        return text


class _KeyMode(raw_mode):
    """Keys one by one and without echo; signals still come from the keyboard."""

    @classmethod
    def _patch_lflag(cls, attrs: int) -> int:
        return super()._patch_lflag(attrs) | attrs & termios.ISIG

    def __exit__(self, *_: object) -> None:
        # A process that was sent to the background may set the modes without being stopped.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
        try:
            super().__exit__()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _bindings(on_page: Callable[[int], None]) -> KeyBindings:
    """Lines pasted in brackets are finished one by one, as those pasted without are; the keys that
    turn pages are somebody else's."""
    keys = KeyBindings()
    keys.add(Keys.PageUp)(lambda _: on_page(-1))
    keys.add(Keys.PageDown)(lambda _: on_page(1))

    @keys.add(Keys.BracketedPaste)
    def _(event: KeyPressEvent) -> None:
        for line in event.data.splitlines(keepends=True):
            event.current_buffer.insert_text(line)
            if line[-1] in "\r\n":
                event.current_buffer.validate_and_handle()

    return keys
