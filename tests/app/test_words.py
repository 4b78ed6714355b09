"""Events in words."""

import pytest

from qiki_hil._pb.qiki.commands.v1 import command_pb2
from qiki_hil._pb.qiki.events.v1 import events_pb2
from qiki_hil._pb.qiki.telemetry.v1 import link_pb2
from qiki_hil.app.words import ALLOWED_WHEN, event_words, reason_words
from qiki_hil.control.scenario import parse_command
from qiki_hil.telemetry import make_event


def said(detail: object) -> str:
    return event_words(make_event("r", "urn:t", 1, detail, tick=1, time_ns=1, unix_ns=1))  # type: ignore[arg-type]


def reply(status: int, reason: int = 0, text: str = "hold") -> events_pb2.CommandReplied:
    command = parse_command(text) if text else None
    words = command_pb2.CommandReply(command_id=3, status=status, reason=reason)
    return events_pb2.CommandReplied(reply=words, command=command)


def fault(**parts: object) -> events_pb2.FaultInjected:
    return events_pb2.FaultInjected(fault=link_pb2.RigFault(**parts))


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
        (events_pb2.ArmedChanged(armed=True), "armed"),
        (events_pb2.ArmedChanged(armed=False), "disarmed"),
        (
            events_pb2.ModeChanged(
                to_mode=command_pb2.FLIGHT_MODE_SAFE, reason=command_pb2.REASON_CODE_NAV_STALE
            ),
            "mode SAFE, NAV_STALE",
        ),
        (fault(kind="stuck_open", target=4, active=True), "fault stuck_open 4 begins"),
        (fault(kind="nav_dropout", sensor="all"), "fault nav_dropout all ends"),
        (events_pb2.ValveFaultDetected(nozzle=7, isolated=True), "nozzle 7 isolated"),
        (events_pb2.ValveFaultDetected(nozzle=7), "nozzle 7 back in use"),
        (
            events_pb2.BrokerStateChanged(connected=True, url="nats://h"),
            "broker connected nats://h",
        ),
        (
            events_pb2.BrokerStateChanged(url="nats://h", detail="refused"),
            "broker not connected refused",
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
        assert event_words(event)
    assert event_words(events_pb2.Event()) == "event without detail"


def test_every_reason_to_refuse_says_when_it_would_be_allowed() -> None:
    refusals = {
        *("CMD_VALIDATION_FAILED", "NOT_ARMED", "SAFE_LOCKED", "NAV_STALE", "NODE_OFFLINE"),
        *("BRIDGE_ACTIVE_RESTRICTED_MOTION", "MODE_NOT_REACHABLE", "CAP_LOW"),
    }
    assert {reason_words(reason) for reason in ALLOWED_WHEN} == refusals
