"""Signals that ask a run to end."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def calling_on_stop_signals(stop: Callable[[], None]) -> Iterator[None]:
    """While inside, SIGINT, SIGTERM and SIGHUP (a terminal that was closed) call `stop` instead
    of ending the process, so that the valves are closed and the record is whole. Under `nohup`
    SIGHUP stays ignored. Needs a running event loop."""
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    events = asyncio.get_running_loop()
    for number in numbers:
        events.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in numbers:
            events.remove_signal_handler(number)
