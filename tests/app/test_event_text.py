"""Events in words."""

import pytest

from qiki_hil._pb.qiki.commands.v1 import command_pb2
from qiki_hil._pb.qiki.events.v1 import events_pb2
from qiki_hil._pb.qiki.telemetry.v1 import cycle_pb2, link_pb2
from qiki_hil.app.event_text import ALLOWED_WHEN, event_text, reason_text
from qiki_hil.command import parse_command
from qiki_hil.telemetry import make_event


def said(detail: object) -> str:
    return event_text(make_event("r", "urn:t", 1, detail, tick=1, time_ns=1, unix_ns=1))  # type: ignore[arg-type]


def reply(status: int, reason: int = 0, text: str = "hold") -> events_pb2.CommandReplied:
    command = parse_command(text) if text else None
    words = command_pb2.CommandReply(command_id=3, status=status, reason=reason)
    return events_pb2.CommandReplied(reply=words, command=command)


def fault(**parts: object) -> events_pb2.FaultInjected:
    return events_pb2.FaultInjected(fault=link_pb2.RigFault(**parts))


def nozzle(**parts: object) -> events_pb2.ValveFaultDetected:
    return events_pb2.ValveFaultDetected(nozzle=7, active=True, **parts)


@pytest.mark.parametrize(
    ("detail", "words"),
    [
        (reply(command_pb2.COMMAND_STATUS_ACCEPTED), "hold: accepted"),
        (reply(command_pb2.COMMAND_STATUS_EFFECT_CONFIRMED), "hold: effect confirmed"),
        (reply(command_pb2.COMMAND_STATUS_ACCEPTED, text=""), "command 3: accepted"),
        (
            reply(command_pb2.COMMAND_STATUS_REJECTED, command_pb2.REASON_CODE_NOT_ARMED),
            "hold: rejected, NOT_ARMED; allowed when armed",
        ),
        (
            reply(command_pb2.COMMAND_STATUS_ABORTED, command_pb2.REASON_CODE_SUPERSEDED),
            "hold: aborted, SUPERSEDED",
        ),
        (
            reply(
                command_pb2.COMMAND_STATUS_INHIBITED, command_pb2.REASON_CODE_RCS_CLUSTER_HOT, "arm"
            ),
            "arm: inhibited, RCS_CLUSTER_HOT",
        ),
        (events_pb2.ArmedChanged(armed=True), "armed"),
        (events_pb2.ArmedChanged(armed=False), "disarmed"),
        (
            events_pb2.ModeChanged(
                to_mode=command_pb2.FLIGHT_MODE_SAFE, reason=command_pb2.REASON_CODE_NAV_STALE
            ),
            "mode SAFE, NAV_STALE",
        ),
        (
            reply(
                command_pb2.COMMAND_STATUS_REJECTED,
                command_pb2.REASON_CODE_CONFIRM_REQUIRED,
                "nozzles 3,7 50 200ms",
            ),
            "nozzles 3,7 50 0.2s: rejected, CONFIRM_REQUIRED; "
            "allowed when said again with the word confirm at its end",
        ),
        (
            events_pb2.AllocationChanged(
                requested=command_pb2.ALLOCATION_MODE_AUTO, to_mode=command_pb2.ALLOCATION_MODE_AUTO
            ),
            "allocation AUTO",
        ),
        (
            events_pb2.AllocationChanged(
                requested=command_pb2.ALLOCATION_MODE_AUTO,
                to_mode=command_pb2.ALLOCATION_MODE_ADAPTIVE,
                reason=command_pb2.REASON_CODE_THRUST_MAP_MISSING,
            ),
            "allocation ADAPTIVE instead of AUTO, THRUST_MAP_MISSING",
        ),
        (fault(kind="stuck_open", target=4, active=True), "fault stuck_open 4 begins"),
        (fault(kind="nav_dropout", sensor="all"), "fault nav_dropout all ends"),
        (
            events_pb2.ValveFaultDetected(nozzle=7, isolated=True, active=True),
            "nozzle 7 isolated",
        ),
        (
            nozzle(fault=cycle_pb2.NOZZLE_FAULT_CLOSED, isolated=True, by_feedback=True),
            "nozzle 7 does not open: isolated (found by its feedback)",
        ),
        (
            nozzle(
                fault=cycle_pb2.NOZZLE_FAULT_OPEN,
                isolated=True,
                by_motion=True,
                feedback_lies=True,
            ),
            "nozzle 7 does not close: isolated and countered "
            "(found by the motion; its feedback lies)",
        ),
        (
            nozzle(fault=cycle_pb2.NOZZLE_FAULT_NODE, isolated=True),
            "nozzle 7 isolated: its node is not heard, or not armed",
        ),
        (nozzle(returning=True), "nozzle 7 in use again, on trial"),
        (nozzle(returning=True, isolated=True), "nozzle 7 has closed, at rest"),
        (
            nozzle(fault=cycle_pb2.NOZZLE_FAULT_FEEDBACK, feedback_lies=True),
            "nozzle 7 works, but its feedback is not believed",
        ),
        (events_pb2.ValveFaultDetected(nozzle=7), "nozzle 7 back in use"),
        (
            events_pb2.BrokerStateChanged(connected=True, url="nats://h"),
            "broker connected nats://h",
        ),
        (
            events_pb2.BrokerStateChanged(url="nats://h", detail="refused"),
            "broker not connected refused",
        ),
        (
            events_pb2.GuardRefused(violation=cycle_pb2.GUARD_VIOLATION_PAUSE_TOO_SHORT),
            "guard refused a command, all valves closed: "
            "a valve was to open before its shortest pause",
        ),
        (events_pb2.RunEnded(status=events_pb2.RUN_STATUS_PASSED), "run ended: passed"),
        (
            events_pb2.RunEnded(
                status=events_pb2.RUN_STATUS_FAILED,
                detail="valves NOT CONFIRMED CLOSED: node C1 was not heard",
            ),
            "run ended: failed; valves NOT CONFIRMED CLOSED: node C1 was not heard",
        ),
        (events_pb2.OverrunOccurred(overruns=2, wakeup_ns=40), "2 deadline(s) missed"),
        (
            events_pb2.RecordsDropped(records=8),
            "8 cycle record(s) dropped: the supervisor was too slow",
        ),
    ],
)
def test_an_event_is_one_line(detail: object, words: str) -> None:
    assert said(detail) == words


def test_every_kind_of_event_has_words() -> None:
    for field in events_pb2.Event.DESCRIPTOR.oneofs_by_name["detail"].fields:
        event = events_pb2.Event()
        getattr(event, field.name).SetInParent()
        assert event_text(event)
    assert event_text(events_pb2.Event()) == "event without detail"


def test_every_reason_to_refuse_says_when_it_would_be_allowed() -> None:
    refusals = {
        *("CMD_VALIDATION_FAILED", "NOT_ARMED", "SAFE_LOCKED", "NAV_STALE", "NODE_OFFLINE"),
        *("BRIDGE_ACTIVE_RESTRICTED_MOTION", "MODE_NOT_REACHABLE", "CAP_LOW", "BAT_LOW"),
        *("RCS_CLUSTER_HOT", "POWER_TELEM_STALE"),
        *("CONFIRM_REQUIRED", "MANUAL_OVERRIDE_ACTIVE", "MANUAL_OVERRIDE_OFF"),
        *("MANUAL_NOT_FROM_MODE", "NOZZLE_ISOLATED", "NOZZLE_RESTING", "NOZZLES_BUSY"),
        *("PULSE_TOO_SHORT", "PULSE_TOO_LONG", "TORQUE_LIMIT", "PDU_PEAK_DENIED", "RATE_LIMIT"),
        *("WORKING_MASS_LOW", "THRUST_MAP_MISSING", "NAV_CONFLICT"),
    }
    assert {reason_text(reason) for reason in ALLOWED_WHEN} == refusals
