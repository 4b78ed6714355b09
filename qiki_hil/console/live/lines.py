"""Lines from a standard input that nobody edits here: a pipe, a file, a terminal left as it is."""

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

_CHUNK = 4096
_REST_MAX = 4096


class LineReader:
    """Calls `on_line` with every line as it comes, to the end of the input.

    Use it as a context manager inside a running event loop, which it never blocks. An input that
    is closed gives no lines.
    """

    def __init__(self, fd: int, on_line: Callable[[str], None]) -> None:
        self._fd = fd
        self._on_line = on_line
        self._splitter = LineSplitter()
        self._loop: asyncio.AbstractEventLoop | None = None

    def __enter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        try:
            self._loop.add_reader(self._fd, self._readable)
        except PermissionError:
            # A plain file is always readable, and the selector does not take it.
            self._loop.call_soon(self._next_chunk)
        except (OSError, ValueError):
            self._loop = None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        loop, self._loop = self._loop, None
        if loop is not None and not loop.is_closed():
            with suppress(OSError, ValueError):
                loop.remove_reader(self._fd)

    def _readable(self) -> None:
        try:
            data = os.read(self._fd, _CHUNK)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self._stop()
        for line in self._splitter.feed(data) if data else self._splitter.end():
            self._on_line(line)

    def _next_chunk(self) -> None:
        """Reads a plain file piece by piece, so that the loop gets its turns in between."""
        if self._loop is not None:
            loop = self._loop
            self._readable()
            loop.call_soon(self._next_chunk)


class LineSplitter:
    """Lines out of a byte stream; a line too long is cut, not kept."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[str]:
        """The lines that are finished by these bytes, stripped, no empty ones."""
        *whole, rest = (self._rest + data).split(b"\n")
        self._rest = rest[:_REST_MAX]
        lines = (line.decode("utf-8", "replace").strip() for line in whole)
        return [line for line in lines if line]

    def end(self) -> list[str]:
        """The last line, where the stream ended without a line break."""
        return self.feed(b"\n")
