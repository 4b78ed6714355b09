"""Allocation for people: why these nozzles, and what a craft can do with those it has.

The numbers come from `qiki_hil.Allocator`; here they are put into words and pictures. Nothing in
this folder runs in the loop.
"""

from qiki_hil.analysis.availability import Availability
from qiki_hil.analysis.controllability import Controllability, Loss, controllability
from qiki_hil.analysis.explain import Explanation, NozzleReason, explain

__all__ = [
    "Availability",
    "Controllability",
    "Explanation",
    "Loss",
    "NozzleReason",
    "controllability",
    "explain",
]
