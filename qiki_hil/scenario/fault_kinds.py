"""Faults that a scenario can put into a rig; what they do there is the rig's own affair."""

from typing import NamedTuple

from qiki_hil import kernels
from qiki_hil._pb.qiki.telemetry.v1 import link_pb2


class FaultKind(NamedTuple):
    """What a fault is put on, and what it does."""

    target: str
    """`nozzle`, `cluster`, `sensor` or `percent`."""
    meaning: str


FAULT_KINDS = {name: FaultKind(*kind) for name, kind in kernels.FAULT_KINDS.items()}


def rig_fault(kind: str, target: int | str, *, active: bool) -> link_pb2.RigFault:
    """The message of a fault that begins or ends; `target` is a number, or a sensor's name."""
    if isinstance(target, str):
        return link_pb2.RigFault(kind=kind, sensor=target, active=active)
    return link_pb2.RigFault(kind=kind, target=target, active=active)
