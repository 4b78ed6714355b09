"""The state of each nozzle, read from the bits of a cycle record."""

from dataclasses import dataclass

from qiki_hil._pb.qiki.events.v1 import events_pb2
from qiki_hil._pb.qiki.telemetry.v1 import cycle_pb2

NONE = cycle_pb2.NOZZLE_FAULT_UNSPECIFIED
CLOSED = cycle_pb2.NOZZLE_FAULT_CLOSED
OPEN = cycle_pb2.NOZZLE_FAULT_OPEN
NODE = cycle_pb2.NOZZLE_FAULT_NODE
FEEDBACK = cycle_pb2.NOZZLE_FAULT_FEEDBACK


@dataclass(frozen=True, slots=True)
class NozzleState:
    """One nozzle: its fault and whether it is in use."""

    fault: cycle_pb2.NozzleFault = NONE
    isolated: bool = False
    returning: bool = False
    feedback_lies: bool = False


def nozzle_state(control: cycle_pb2.Control, nozzle: int) -> NozzleState:
    """The state of nozzle 0..15 in a record. A nozzle that is isolated without a fault of its own
    belongs to a node that is offline."""
    faults = control.faults

    def has(bits: int) -> bool:
        return bool(bits >> nozzle & 1)

    isolated, returning = has(control.isolated), has(faults.returning)
    lies = has(faults.feedback_lies)
    if has(faults.open):
        fault = OPEN
    elif has(faults.closed):
        fault = CLOSED
    elif isolated and not returning:
        fault = NODE
    else:
        fault = FEEDBACK if lies else NONE
    return NozzleState(fault, isolated, returning, lies)


def nozzle_event(control: cycle_pb2.Control, nozzle: int) -> events_pb2.ValveFaultDetected:
    """The detail of the event for the state of a nozzle in a record."""
    state, faults = nozzle_state(control, nozzle), control.faults
    return events_pb2.ValveFaultDetected(
        nozzle=nozzle,
        isolated=state.isolated,
        active=state.isolated or state.returning or state.fault != NONE,
        fault=state.fault,
        by_feedback=bool(faults.by_feedback >> nozzle & 1),
        by_motion=bool(faults.by_motion >> nozzle & 1),
        by_node=bool(faults.by_node >> nozzle & 1),
        feedback_lies=state.feedback_lies,
        returning=state.returning,
    )
