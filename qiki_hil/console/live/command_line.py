"""Commands from standard input, beside the live view and without blocking anything."""

import os
from collections.abc import Callable
from contextlib import AsyncExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Self

from qiki_hil.console.live.frame import Prompt
from qiki_hil.console.live.lines import LineReader

if TYPE_CHECKING:
    from qiki_hil.console.live.editor import LineEditor


class CommandLine:
    """Calls `on_line` with every line, stripped, and never with an empty one.

    With `edit`, a terminal is read key by key: the line is edited here, `prompt` is what the view
    shows of it, and `on_page` gets -1 for every PageUp and 1 for every PageDown. Elsewhere, and
    without `edit`, lines are read as they come, to the end of the input. Use it as an async context
    manager; the terminal gets its modes back when the block is left.
    """

    def __init__(
        self,
        on_line: Callable[[str], None],
        fd: int = 0,
        *,
        edit: bool = True,
        on_page: Callable[[int], None] = lambda _: None,
    ) -> None:
        self.notice = ""
        self._on_line = on_line
        self._on_page = on_page
        self._fd = fd
        self._edit = edit
        self._editor: LineEditor | None = None
        self._open = AsyncExitStack()

    @property
    def interactive(self) -> bool:
        """Whether keys of a terminal are being taken."""
        return self._editor is not None

    @property
    def prompt(self) -> Prompt | None:
        """What to show under the view; None where nobody can type."""
        if self._editor is None:
            return None
        return Prompt(self._editor.text, self._editor.cursor, self.notice)

    async def __aenter__(self) -> Self:
        terminal = os.isatty(self._fd)
        if terminal and not _in_foreground(self._fd):
            return self  # the terminal belongs to somebody else
        if terminal and self._edit:
            await self._edit_lines()
        else:
            self._open.enter_context(LineReader(self._fd, self._take))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._editor = None
        await self._open.aclose()

    async def _edit_lines(self) -> None:
        # Loaded here: it takes a tenth of a second, which only a terminal needs.
        from qiki_hil.console.live.editor import LineEditor

        try:
            editor = LineEditor(self._fd, self._take, self._on_page)
            self._editor = await self._open.enter_async_context(editor)
        except OSError:
            self._editor = None  # the terminal is gone: no commands from there

    def _take(self, line: str) -> None:
        self.notice = ""
        self._on_line(line)


def _in_foreground(fd: int) -> bool:
    try:
        return os.tcgetpgrp(fd) == os.getpgrp()
    except OSError:
        return False
