"""Ctrl-C while the program is being loaded. Imports next to nothing, so that it stands early."""

import os
import signal
from types import FrameType

from qiki_hil.errors import EXIT_INTERRUPTED


def leave_on_interrupt() -> None:
    """From here on Ctrl-C ends the process at once, in one word: nothing has begun, and an
    exception in the middle of an import can be taken for a broken installation. A SIGINT that is
    ignored stays so."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _leave)


def raise_on_interrupt() -> None:
    """From here on Ctrl-C raises KeyboardInterrupt again: what has begun is put in order."""
    if signal.getsignal(signal.SIGINT) is _leave:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _leave(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    os.write(2, b"interrupted\n")
    os._exit(EXIT_INTERRUPTED)
