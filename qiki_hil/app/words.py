"""Events in words, for people."""

from google.protobuf.message import Message

from qiki_hil._pb.qiki.commands.v1 import command_pb2
from qiki_hil._pb.qiki.events.v1 import events_pb2
from qiki_hil.control.scenario import format_command

ALLOWED_WHEN: dict[int, str] = {
    command_pb2.REASON_CODE_CMD_VALIDATION_FAILED: "numbers are finite and in range",
    command_pb2.REASON_CODE_NOT_ARMED: "armed",
    command_pb2.REASON_CODE_SAFE_LOCKED: "in IDLE (mode idle); brake is always allowed",
    command_pb2.REASON_CODE_NAV_STALE: "every navigation sensor reports",
    command_pb2.REASON_CODE_NODE_OFFLINE: "the valve nodes are heard",
    command_pb2.REASON_CODE_BRIDGE_ACTIVE_RESTRICTED_MOTION: "the bridge is down (mode idle)",
    command_pb2.REASON_CODE_CAP_LOW: "the supercapacitor is above its hold level again",
    command_pb2.REASON_CODE_MODE_NOT_REACHABLE: "asked for by its own command (rcs..., brake)",
}
"""When a refused command would be allowed, by the reason of its refusal."""


def reason_words(reason: int) -> str:
    """A reason code by its name, without the prefix; empty for none."""
    name: str = command_pb2.ReasonCode.Name(reason).removeprefix("REASON_CODE_")
    return "" if name == "UNSPECIFIED" else name


def mode_words(mode: int) -> str:
    """A flight mode by its name."""
    name: str = command_pb2.FlightMode.Name(mode)
    return name.removeprefix("FLIGHT_MODE_")


def event_words(event: events_pb2.Event) -> str:
    """An event in one line."""
    which = event.WhichOneof("detail")
    if which is None:
        return "event without detail"
    detail: Message = getattr(event, which)
    if isinstance(detail, events_pb2.CommandReplied):
        return _reply(detail)
    if isinstance(detail, events_pb2.ModeChanged):
        return _mode_change(detail)
    if isinstance(detail, events_pb2.ArmedChanged):
        return "armed" if detail.armed else "disarmed"
    if isinstance(detail, events_pb2.FaultInjected):
        return _fault(detail)
    if isinstance(detail, events_pb2.ValveFaultDetected):
        return f"nozzle {detail.nozzle} {'isolated' if detail.isolated else 'back in use'}"
    if isinstance(detail, events_pb2.BrokerStateChanged):
        state = "connected" if detail.connected else "not connected"
        return f"broker {state} {detail.detail or detail.url}".rstrip()
    if isinstance(detail, events_pb2.RunStarted):
        return f"run started: {detail.scenario} on {detail.rig} at {detail.rate_hz:g} Hz"
    if isinstance(detail, events_pb2.RecordsDropped):
        return f"{detail.records} cycle record(s) dropped: the supervisor was too slow"
    if isinstance(detail, events_pb2.NodeStateChanged):
        name: str = events_pb2.NodeState.Name(detail.to_state)
        state = name.removeprefix("NODE_STATE_").replace("UNSPECIFIED", "OFFLINE").lower()
        return f"node C{detail.cluster + 1} {state}"
    if isinstance(detail, events_pb2.OverrunOccurred):
        return f"{detail.overruns} deadline(s) missed"
    return str(which).replace("_", " ")


def _reply(detail: events_pb2.CommandReplied) -> str:
    reply = detail.reply
    status = command_pb2.CommandStatus.Name(reply.status).removeprefix("COMMAND_STATUS_")
    known = detail.command.WhichOneof("action") is not None
    what = format_command(detail.command) if known else f"command {reply.command_id}"
    words = f"{what}: {status.lower().replace('_', ' ')}"
    reason = reason_words(reply.reason)
    if reason:
        words += f", {reason}"
    if reply.status == command_pb2.COMMAND_STATUS_REJECTED and reply.reason in ALLOWED_WHEN:
        words += f"; allowed when {ALLOWED_WHEN[reply.reason]}"
    return words


def _mode_change(detail: events_pb2.ModeChanged) -> str:
    reason = reason_words(detail.reason)
    return f"mode {mode_words(detail.to_mode)}" + (f", {reason}" if reason else "")


def _fault(detail: events_pb2.FaultInjected) -> str:
    fault = detail.fault
    target = fault.sensor or str(fault.target)
    return f"fault {fault.kind} {target} {'begins' if fault.active else 'ends'}"
