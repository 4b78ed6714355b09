"""Run events: made from their detail, with severity, subject and type. Times are arguments."""

from google.protobuf.message import Message

from qiki_hil._pb.qiki.commands.v1 import command_pb2
from qiki_hil._pb.qiki.events.v1 import events_pb2
from qiki_hil._pb.qiki.telemetry.v1 import cycle_pb2

Event = events_pb2.Event
SUBJECT_PREFIX = "qiki.events.v1"

INFO = events_pb2.SEVERITY_INFO
WARNING = events_pb2.SEVERITY_WARNING
CRITICAL = events_pb2.SEVERITY_CRITICAL

# Field of Event.detail by the message it holds.
FIELDS = {
    field.message_type.full_name: field.name
    for field in Event.DESCRIPTOR.oneofs_by_name["detail"].fields
    if field.message_type is not None
}

# Numbers of the registrar's catalogue.
RUN_START = 100
ACTUATOR_FAILED = 302
BROKER_CONNECTED, BROKER_DISCONNECTED = 410, 411
SYSTEM_HALT = 901


def make_event(
    run_id: str,
    source: str,
    sequence: int,
    detail: Message,
    *,
    tick: int,
    time_ns: int,
    unix_ns: int,
) -> Event:
    """The event around `detail`, one of the messages of Event.detail (ValueError otherwise).

    `sequence` counts the events of a run: with the run id it makes the event's id, the same on
    every attempt to send it.
    """
    name = FIELDS.get(detail.DESCRIPTOR.full_name)
    if name is None:
        raise ValueError(f"{detail.DESCRIPTOR.full_name} is no detail of {Event.DESCRIPTOR.name}")
    event = Event(
        event_id=f"evt-{run_id}-{sequence:06d}",
        run_id=run_id,
        time_ns=time_ns,
        unix_ns=unix_ns,
        tick=tick,
        severity=severity(detail),
        registrar_code=registrar_code(detail),
        source=source,
    )
    getattr(event, name).CopyFrom(detail)
    return event


def severity(detail: Message) -> events_pb2.Severity:
    """The severity of an event with this detail."""
    match detail:
        case events_pb2.RunEnded():
            return INFO if detail.status == events_pb2.RUN_STATUS_PASSED else CRITICAL
        case events_pb2.ValveFaultDetected():
            return nozzle_severity(detail)
        case events_pb2.GuardRefused():
            return CRITICAL
        case events_pb2.NodeStateChanged():
            return CRITICAL if detail.to_state in FAILED_NODE_STATES else INFO
        case events_pb2.OverrunOccurred() | events_pb2.RecordsDropped():
            return WARNING
        case events_pb2.FaultInjected():
            return WARNING
        case events_pb2.AllocationChanged():
            return WARNING if detail.reason or detail.to_mode == MANUAL else INFO
        case events_pb2.LimitChanged():
            return WARNING if detail.active else INFO
        case events_pb2.BrokerStateChanged():
            return INFO if detail.connected else WARNING
        case events_pb2.ExpectationJudged():
            return INFO if detail.met else WARNING
    return INFO


MANUAL = command_pb2.ALLOCATION_MODE_MANUAL_OVERRIDE


def nozzle_severity(detail: events_pb2.ValveFaultDetected) -> events_pb2.Severity:
    """Critical where a nozzle is lost; a warning where it is on trial, or only its feedback is
    wrong."""
    if not detail.active:
        return INFO
    mild = detail.returning or detail.fault == cycle_pb2.NOZZLE_FAULT_FEEDBACK
    return WARNING if mild else CRITICAL


FAILED_NODE_STATES = {
    events_pb2.NODE_STATE_UNSPECIFIED,
    events_pb2.NODE_STATE_FAILSAFE,
    events_pb2.NODE_STATE_FAULT,
}


def registrar_code(detail: Message) -> int:
    """Number in the registrar's catalogue, 0 where none fits."""
    match detail:
        case events_pb2.RunStarted():
            return RUN_START
        case events_pb2.RunEnded() if detail.status != events_pb2.RUN_STATUS_PASSED:
            return SYSTEM_HALT
        case events_pb2.ValveFaultDetected() if nozzle_severity(detail) == CRITICAL:
            return ACTUATOR_FAILED
        case events_pb2.BrokerStateChanged():
            return BROKER_CONNECTED if detail.connected else BROKER_DISCONNECTED
    return 0


def subject_of(event: Event) -> str:
    """For example qiki.events.v1.mode_changed."""
    return f"{SUBJECT_PREFIX}.{event.WhichOneof('detail') or 'unspecified'}"


def type_of(event: Event) -> str:
    """CloudEvents type, for example qiki.events.v1.ModeChanged."""
    name = event.WhichOneof("detail")
    return str((getattr(event, name) if name else event).DESCRIPTOR.full_name)
