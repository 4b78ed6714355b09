"""Writing to a terminal or pipe without waiting for whoever reads it.

A terminal that nobody reads and a pipe whose reader is stopped take nothing once they are full.
Whoever writes there waits, and a supervisor that waits loses records. So a thread of its own does
the writing, and what it has no room for is left out.
"""

import os
import select
import threading
from types import TracebackType
from typing import Self, TextIO

WAITING_MAX_CHARS = 1 << 16
"""So much waits to be written: some seconds of lines, or a dozen frames."""
PATIENCE_S = 10.0
"""So long the end waits for a reader that takes nothing. The run is kept by then."""
CHUNK_BYTES = 1024
"""Written at once, so that a slow reader is known from one that does not read."""


class Outlet:
    """A text stream in front of another one; `write` and `flush` never wait and never raise.

    What is written between two flushes is one piece: it is written whole or, while the reader is
    far behind, left out. `notice` says how many were, ahead of the next one; with `{}` for their
    number. Nothing else may write to the stream until the block of this context manager is left,
    which takes until everything is written, or given up.
    """

    def __init__(self, stream: TextIO, notice: str = "") -> None:
        self.encoding = stream.encoding
        self._errors = stream.errors or "replace"
        self._terminal = stream.isatty()
        self._fd = stream.fileno()
        self._notice = notice
        self._left_out = 0
        self._draft: list[str] = []
        self._waiting = ""
        self._writing = False
        self._chunks_written = 0
        self._given_up = False
        self._change = threading.Condition()
        stream.flush()
        threading.Thread(target=self._write_forever, name="outlet", daemon=True).start()

    @property
    def idle(self) -> bool:
        """Whether everything so far is written."""
        return not self._waiting and not self._writing

    def fileno(self) -> int:
        """That of the stream."""
        return self._fd

    def isatty(self) -> bool:
        """Whether the stream is a terminal."""
        return self._terminal

    def write(self, text: str) -> int:
        """Adds to the piece."""
        self._draft.append(text)
        return len(text)

    def flush(self) -> None:
        """Hands the piece over, or leaves it out."""
        piece = "".join(self._draft)
        self._draft.clear()
        with self._change:
            if self._given_up:
                return
            if len(self._waiting) + len(piece) > WAITING_MAX_CHARS:
                self._left_out += 1
                return
            if self._left_out:
                piece = self._notice.format(self._left_out) + piece
                self._left_out = 0
            self._waiting += piece
            self._change.notify_all()

    def finish(self) -> None:
        """Returns when everything is written, or nobody is left to read it, or nothing of it was
        read for `PATIENCE_S`: then what waits is given up, and whatever else is written here."""
        with self._change:
            while not self.idle and not self._given_up:
                if not self._wait_for_progress():
                    self._given_up = True
        if self._left_out and self._notice and not self._given_up:
            self.flush()
            self.finish()

    def _wait_for_progress(self) -> bool:
        written = self._chunks_written
        return self._change.wait_for(
            lambda: self.idle or self._chunks_written != written, PATIENCE_S
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.finish()

    def _write_forever(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: self._waiting)
                text, self._waiting, self._writing = self._waiting, "", True
            self._put(text.encode(self.encoding, self._errors))
            with self._change:
                self._writing = False
                self._change.notify_all()

    def _put(self, data: bytes) -> None:
        """Writes to the descriptor and not to the stream: a thread that still waits when the
        program ends must not hold the lock of a stream that the interpreter closes."""
        while data:
            try:
                data = data[os.write(self._fd, data[:CHUNK_BYTES]) :]
                with self._change:
                    self._chunks_written += 1
                    self._change.notify_all()
            except BlockingIOError:  # somebody who shares the terminal made it so
                select.select([], [self._fd], [])
            except OSError:
                return  # nobody is there any more
