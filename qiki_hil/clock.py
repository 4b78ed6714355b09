"""The only place that reads a clock. Everything else is handed the time."""

import time


def monotonic_ns() -> int:
    """Monotonic time, ns; only differences mean anything."""
    return time.monotonic_ns()


def unix_ns() -> int:
    """Time since the Unix epoch, ns."""
    return time.time_ns()
