"""Allocation for people: why these nozzles, and what a craft can do with those it has.

The numbers come from `qiki_hil.Allocator`; here they are put into words and pictures. Nothing in
this folder runs in the loop.
"""

from qiki_hil.control.allocation.controllability import Controllability, Loss, controllability
from qiki_hil.control.allocation.explain import Explanation, NozzleReason, explain
from qiki_hil.control.allocation.health import Health

__all__ = [
    "Controllability",
    "Explanation",
    "Health",
    "Loss",
    "NozzleReason",
    "controllability",
    "explain",
]
