"""Signals that ask for an end."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Self

from qiki_hil.children import STOP_SIGNALS
from qiki_hil.errors import EXIT_INTERRUPTED

LAST = 6
"""With this many signals the process ends at once, whatever it is doing."""


class StopSignals:
    """While inside, SIGINT, SIGTERM and SIGHUP (a terminal that was closed) are counted instead of
    ending the process, so that what has begun is put in order. Under `nohup` SIGHUP stays ignored.

    It stands before anything is started. Signals that come before somebody answers them are kept
    for `calling`. Only in the main thread.
    """

    def __init__(self) -> None:
        self.count = 0
        self._called = 0
        self._call: Callable[[], object] | None = None
        self._before: dict[signal.Signals, Any] = {}

    @contextmanager
    def calling(self, stop: Callable[[], object]) -> Iterator[None]:
        """While inside every signal calls `stop`, at first those that have come already. It is
        called between two instructions of the main thread, so it does little."""
        self._call = stop
        self._deliver()
        try:
            yield
        finally:
            self._call = None

    def __enter__(self) -> Self:
        for number in STOP_SIGNALS:
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._take)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.count and signal.SIGINT in self._before:
            # Whoever has asked for an end may ask again; what is left is to say how it went.
            self._before[signal.SIGINT] = signal.SIG_IGN
        while self._before:
            signal.signal(*self._before.popitem())

    def _take(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        self.count += 1
        if self.count >= LAST:
            os._exit(EXIT_INTERRUPTED)
        self._deliver()

    def _deliver(self) -> None:
        while self._call is not None and self._called < self.count:
            self._called += 1
            self._call()
