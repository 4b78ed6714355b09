"""How this package starts processes of its own.

Every one of them imports nothing from the working directory, leaves stop signals to its parent,
and watches its parent: it ends when that is gone, however it went.
"""

import os
import signal
import sys
import threading

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def python_module(module: str, *arguments: str) -> list[str]:
    """The command line of a module of this package, with `-P`: a file such as `can.py` that lies
    in the working directory is not imported."""
    return [sys.executable, "-P", "-m", module, *arguments]


def ignore_stop_signals() -> None:
    """Called in a child before it is executed. What ends a terminal or a service reaches every
    process of it, but only the parent may answer, by an end in order."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def end_with_parent(descriptor: int) -> None:
    """Ends this process as soon as the pipe `descriptor` ends, whose other end the parent holds.
    A thread waits for it, so that also a process that computes for long ends at once."""

    def watch() -> None:
        while os.read(descriptor, 1):
            pass
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()
