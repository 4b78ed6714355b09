"""Real-time measures of the loop process: taken where permitted, reported as text where not."""

import gc
import os
from collections.abc import Callable

from qiki_hil.kernels import lock_memory, sharpen_timers

FIFO_PRIORITY = 80
"""Above ordinary interrupt threads (50), below the kernel's own watchdogs (99)."""


def prepare() -> list[str]:
    """Makes this process as punctual as it may be; returns what was granted, as texts."""
    return [
        _try("SCHED_FIFO priority 80", _schedule_fifo),
        _try("memory locked", lock_memory),
        _try(f"pinned to CPU {_last_cpu()}", _pin),
        _try("timer slack 1 ns", sharpen_timers),
        quiet_memory(),
    ]


def quiet_memory() -> str:
    """No garbage collection from here on: nothing in the loop makes cycles."""
    gc.collect()
    gc.freeze()
    gc.disable()
    return "garbage collection off"


def _try(what: str, action: Callable[[], None]) -> str:
    try:
        action()
    except OSError as error:
        return f"{what}: not permitted ({error.strerror or error})"
    return what


def _schedule_fifo() -> None:
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(FIFO_PRIORITY))


def _last_cpu() -> int:
    return max(os.sched_getaffinity(0))


def _pin() -> None:
    # The last processor: interrupts and everything that starts by default go to the first.
    os.sched_setaffinity(0, {_last_cpu()})
