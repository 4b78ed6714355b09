"""Rigs: the craft as the loop sees it. Every rig is four verbs: open, read, write, close.

sim       the plant in this process, in lockstep
virtual   emulated nodes on python-can's virtual bus, in lockstep: every frame, no waiting
slcan     emulated nodes in another process behind a serial line, in real time
can       whatever python-can reaches

FaultInjector   a rig with sensors and nodes that fail
QuantisedRig    a rig seen through the resolution of the frames
"""

from qiki_hil.rig.base import FAULT_KINDS, SENSORS, Fault, InitialState, Rig
from qiki_hil.rig.config import RigConfig
from qiki_hil.rig.factory import make_rig
from qiki_hil.rig.faults import FaultInjector
from qiki_hil.rig.quantise import QuantisedRig

__all__ = [
    "FAULT_KINDS",
    "SENSORS",
    "Fault",
    "FaultInjector",
    "InitialState",
    "QuantisedRig",
    "Rig",
    "RigConfig",
    "make_rig",
]
