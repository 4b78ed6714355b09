"""Events as text, for people."""

from collections.abc import Callable
from typing import Any

from qiki_hil._pb.qiki.commands.v1 import command_pb2
from qiki_hil._pb.qiki.events.v1 import events_pb2
from qiki_hil._pb.qiki.telemetry.v1 import cycle_pb2
from qiki_hil.command import format_command

ALLOWED_WHEN: dict[int, str] = {
    command_pb2.REASON_CODE_CMD_VALIDATION_FAILED: "numbers are finite and in range",
    command_pb2.REASON_CODE_NOT_ARMED: "armed",
    command_pb2.REASON_CODE_SAFE_LOCKED: "in IDLE (mode idle); brake is always allowed",
    command_pb2.REASON_CODE_NAV_STALE: "every navigation sensor reports",
    command_pb2.REASON_CODE_NAV_CONFLICT: "the navigation sensors have agreed for a second",
    command_pb2.REASON_CODE_NODE_OFFLINE: "the valve nodes are heard",
    command_pb2.REASON_CODE_BRIDGE_ACTIVE_RESTRICTED_MOTION: "the bridge is down (mode idle)",
    command_pb2.REASON_CODE_CAP_LOW: "the supercapacitor is above its hold level again",
    command_pb2.REASON_CODE_BAT_LOW: "the battery is charged to its restore level again",
    command_pb2.REASON_CODE_RCS_CLUSTER_HOT: "every cluster is cool and tells its temperature",
    command_pb2.REASON_CODE_POWER_TELEM_STALE: "states of charge are reported again",
    command_pb2.REASON_CODE_MODE_NOT_REACHABLE: "asked for by its own command (rcs..., brake)",
    command_pb2.REASON_CODE_CONFIRM_REQUIRED: "said again with the word confirm at its end",
    command_pb2.REASON_CODE_MANUAL_OVERRIDE_ACTIVE: "the nozzles are given back (alloc adaptive)",
    command_pb2.REASON_CODE_MANUAL_OVERRIDE_OFF: "in manual override (alloc manual confirm)",
    command_pb2.REASON_CODE_MANUAL_NOT_FROM_MODE: "in IDLE, MANOEUVRE or COAST",
    command_pb2.REASON_CODE_NOZZLE_ISOLATED: "that nozzle is back in use (arm checks it anew)",
    command_pb2.REASON_CODE_NOZZLE_RESTING: (
        "that nozzle has rested and its cluster is below its warning temperature"
    ),
    command_pb2.REASON_CODE_NOZZLES_BUSY: "the firing before is over (rcs.stop ends it)",
    command_pb2.REASON_CODE_PULSE_TOO_SHORT: (
        "PCT of DUR is at least the shortest opening of the valves"
    ),
    command_pb2.REASON_CODE_PULSE_TOO_LONG: "DUR is at most the longest opening of the valves",
    command_pb2.REASON_CODE_TORQUE_LIMIT: (
        "the torque of all named nozzles is within control.manual_torque_max_nm"
    ),
    command_pb2.REASON_CODE_PDU_PEAK_DENIED: "all named nozzles are within the power there is",
    command_pb2.REASON_CODE_WORKING_MASS_LOW: "there is propellant in the tank",
    command_pb2.REASON_CODE_THRUST_MAP_MISSING: "the thrust map has that set (bot map)",
    command_pb2.REASON_CODE_RATE_LIMIT: "the craft turns no faster than its slew limit (brake)",
}
"""When a refused command would be allowed, by the reason of its refusal."""


def reason_text(reason: int) -> str:
    """A reason code by its name, without the prefix; empty for none."""
    name: str = command_pb2.ReasonCode.Name(reason).removeprefix("REASON_CODE_")
    return "" if name == "UNSPECIFIED" else name


def mode_text(mode: int) -> str:
    """A flight mode by its name."""
    name: str = command_pb2.FlightMode.Name(mode)
    return name.removeprefix("FLIGHT_MODE_")


def allocation_text(mode: int) -> str:
    """An allocation mode by its name."""
    name: str = command_pb2.AllocationMode.Name(mode)
    return name.removeprefix("ALLOCATION_MODE_")


def event_text(event: events_pb2.Event) -> str:
    """An event as one line of text."""
    which = event.WhichOneof("detail")
    if which is None:
        return "event without detail"
    text = _TEXTS.get(which)
    return text(getattr(event, which)) if text else str(which).replace("_", " ")


def _run_start(detail: events_pb2.RunStarted) -> str:
    return f"run started: {detail.scenario} on {detail.rig} at {detail.rate_hz:g} Hz"


def _run_end(detail: events_pb2.RunEnded) -> str:
    status = events_pb2.RunStatus.Name(detail.status).removeprefix("RUN_STATUS_").lower()
    return f"run ended: {status}" + (f"; {detail.detail}" if detail.detail else "")


def _arming(detail: events_pb2.ArmedChanged) -> str:
    return "armed" if detail.armed else "disarmed"


def _node(detail: events_pb2.NodeStateChanged) -> str:
    name: str = events_pb2.NodeState.Name(detail.to_state)
    state = name.removeprefix("NODE_STATE_").replace("UNSPECIFIED", "OFFLINE").lower()
    return f"node C{detail.cluster + 1} {state}"


def _limit(detail: events_pb2.LimitChanged) -> str:
    return f"{', '.join(detail.subjects)}: {detail.reason}{'' if detail.active else ' is over'}"


def _overrun(detail: events_pb2.OverrunOccurred) -> str:
    return f"{detail.overruns} deadline(s) missed"


def _dropped(detail: events_pb2.RecordsDropped) -> str:
    return f"{detail.records} cycle record(s) dropped: the supervisor was too slow"


def _broker(detail: events_pb2.BrokerStateChanged) -> str:
    state = "connected" if detail.connected else "not connected"
    return f"broker {state} {detail.detail or detail.url}".rstrip()


GUARD_TEXTS: dict[int, str] = {
    cycle_pb2.GUARD_VIOLATION_UNSPECIFIED: "no limit is named",
    cycle_pb2.GUARD_VIOLATION_NOT_ARMED: "a valve was to open while not armed",
    cycle_pb2.GUARD_VIOLATION_ON_TIME: "an on-time was longer than the tick",
    cycle_pb2.GUARD_VIOLATION_PULSE_TOO_SHORT: "a valve was to close before its shortest opening",
    cycle_pb2.GUARD_VIOLATION_PAUSE_TOO_SHORT: "a valve was to open before its shortest pause",
    cycle_pb2.GUARD_VIOLATION_PULSE_TOO_LONG: "a valve was open for longer than allowed",
    cycle_pb2.GUARD_VIOLATION_POWER: "the open nozzles would have drawn too much power",
    cycle_pb2.GUARD_VIOLATION_FORCE_CLOSE: (
        "a valve was to close early for a reason that did not hold"
    ),
}


def _guard(detail: events_pb2.GuardRefused) -> str:
    return f"guard refused a command, all valves closed: {GUARD_TEXTS[detail.violation]}"


NOZZLE_FAULT_TEXTS: dict[int, str] = {
    cycle_pb2.NOZZLE_FAULT_UNSPECIFIED: "isolated",
    cycle_pb2.NOZZLE_FAULT_CLOSED: "does not open: isolated",
    cycle_pb2.NOZZLE_FAULT_OPEN: "does not close: isolated and countered",
    cycle_pb2.NOZZLE_FAULT_NODE: "isolated: its node is not heard, or not armed",
    cycle_pb2.NOZZLE_FAULT_FEEDBACK: "works, but its feedback is not believed",
}


def _nozzle(detail: events_pb2.ValveFaultDetected) -> str:
    """The state of a nozzle, and the evidence for it."""
    nozzle = f"nozzle {detail.nozzle}"
    if not detail.active:
        return f"{nozzle} back in use"
    if detail.returning:
        state = "has closed, at rest" if detail.isolated else "in use again, on trial"
        return f"{nozzle} {state}"
    evidence = [
        name
        for name, known in (
            ("its feedback", detail.by_feedback),
            ("the motion", detail.by_motion),
            ("a report of its node", detail.by_node),
        )
        if known
    ]
    text = f"{nozzle} {NOZZLE_FAULT_TEXTS[detail.fault]}"
    if evidence:
        text += f" (found by {', '.join(evidence)}"
        text += "; its feedback lies)" if detail.feedback_lies else ")"
    return text


def _reply(detail: events_pb2.CommandReplied) -> str:
    reply = detail.reply
    status = command_pb2.CommandStatus.Name(reply.status).removeprefix("COMMAND_STATUS_")
    known = detail.command.WhichOneof("action") is not None
    what = format_command(detail.command) if known else f"command {reply.command_id}"
    text = f"{what}: {status.lower().replace('_', ' ')}"
    reason = reason_text(reply.reason)
    if reason:
        text += f", {reason}"
    if reply.status == command_pb2.COMMAND_STATUS_REJECTED and reply.reason in ALLOWED_WHEN:
        text += f"; allowed when {ALLOWED_WHEN[reply.reason]}"
    return text


def _mode_change(detail: events_pb2.ModeChanged) -> str:
    reason = reason_text(detail.reason)
    return f"mode {mode_text(detail.to_mode)}" + (f", {reason}" if reason else "")


def _allocation_change(detail: events_pb2.AllocationChanged) -> str:
    text = f"allocation {allocation_text(detail.to_mode)}"
    reason = reason_text(detail.reason)
    if detail.requested != detail.to_mode:
        text += f" instead of {allocation_text(detail.requested)}"
    return text + (f", {reason}" if reason else "")


def _fault(detail: events_pb2.FaultInjected) -> str:
    fault = detail.fault
    target = fault.sensor or str(fault.target)
    return f"fault {fault.kind} {target} {'begins' if fault.active else 'ends'}"


_TEXTS: dict[str, Callable[[Any], str]] = {
    "run_started": _run_start,
    "run_ended": _run_end,
    "mode_changed": _mode_change,
    "armed_changed": _arming,
    "command_replied": _reply,
    "fault_injected": _fault,
    "valve_fault_detected": _nozzle,
    "node_state_changed": _node,
    "overrun_occurred": _overrun,
    "records_dropped": _dropped,
    "broker_state_changed": _broker,
    "allocation_changed": _allocation_change,
    "limit_changed": _limit,
    "guard_refused": _guard,
}
"""The text of each kind of event. A kind that is not here is shown by its name alone."""
