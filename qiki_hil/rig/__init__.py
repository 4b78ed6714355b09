"""Rigs: the craft as the loop sees it. Every rig is four verbs: open, read, write, close.

sim       the plant in this process, in lockstep
virtual   emulated nodes on python-can's virtual bus, in lockstep: every frame, no waiting
slcan     emulated nodes in another process behind a serial line, in real time
can       whatever python-can reaches

`FaultInjector` wraps a rig: sensors and nodes that fail.
"""

from qiki_hil.rig.base import Fault, InitialState, NodeState, Rig
from qiki_hil.rig.config import RigConfig
from qiki_hil.rig.factory import make_rig
from qiki_hil.rig.faults import FaultInjector

__all__ = [
    "Fault",
    "FaultInjector",
    "InitialState",
    "NodeState",
    "Rig",
    "RigConfig",
    "make_rig",
]
