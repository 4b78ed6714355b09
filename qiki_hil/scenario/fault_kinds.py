"""Faults that a scenario can put into a rig; what they do there is the rig's own affair."""

from dataclasses import dataclass
from typing import Literal

from qiki_hil._pb.qiki.telemetry.v1 import link_pb2
from qiki_hil.rig.base import SENSORS

__all__ = ["FAULT_KINDS", "SENSORS", "FaultKind", "rig_fault"]

Target = Literal["nozzle", "cluster", "sensor", "percent"]


@dataclass(frozen=True, slots=True)
class FaultKind:
    """What a fault is put on, and what it does."""

    target: Target
    meaning: str


FAULT_KINDS: dict[str, FaultKind] = {
    "stuck_closed": FaultKind("nozzle", "the valve does not open"),
    "stuck_open": FaultKind("nozzle", "the valve does not close"),
    "stuck_closed_unseen": FaultKind(
        "nozzle", "the valve does not open, and its feedback says that it obeys"
    ),
    "stuck_open_unseen": FaultKind(
        "nozzle", "the valve does not close, and its feedback says that it obeys"
    ),
    "sensor_closed": FaultKind("nozzle", "the valve obeys, and its feedback always says closed"),
    "sensor_open": FaultKind("nozzle", "the valve obeys, and its feedback always says open"),
    "nav_dropout": FaultKind("sensor", "the sensor reports nothing"),
    "node_silent": FaultKind("cluster", "the valve node of a cluster is dead, its valves closed"),
    "lost_frames": FaultKind("percent", "this part of all reports is lost, at random"),
}


def rig_fault(kind: str, target: int | str, *, active: bool) -> link_pb2.RigFault:
    """The message of a fault that begins or ends; `target` is a number, or a sensor's name."""
    if isinstance(target, str):
        return link_pb2.RigFault(kind=kind, sensor=target, active=active)
    return link_pb2.RigFault(kind=kind, target=target, active=active)
