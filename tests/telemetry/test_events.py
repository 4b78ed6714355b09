"""How an event is made from its detail."""

import pytest
from google.protobuf.message import Message

from qiki_hil._pb.qiki.events.v1 import events_pb2 as pb
from qiki_hil.telemetry.events import make_event, subject_of, type_of


def made(detail: Message) -> pb.Event:
    return make_event("run-1", "urn:qiki-hil:b", 7, detail, tick=3, time_ns=4, unix_ns=5)


def test_an_event_carries_its_detail_and_an_id_of_its_own() -> None:
    event = made(pb.ArmedChanged(armed=True))
    assert event.armed_changed.armed
    assert (event.event_id, event.run_id, event.tick) == ("evt-run-1-000007", "run-1", 3)
    assert (event.time_ns, event.unix_ns, event.source) == (4, 5, "urn:qiki-hil:b")


def test_an_empty_detail_still_says_which_it_is() -> None:
    assert made(pb.ArmedChanged()).WhichOneof("detail") == "armed_changed"


def test_subject_and_type_are_named_after_the_detail() -> None:
    event = made(pb.ModeChanged())
    assert subject_of(event) == "qiki.events.v1.mode_changed"
    assert type_of(event) == "qiki.events.v1.ModeChanged"


@pytest.mark.parametrize(
    ("detail", "severity", "code"),
    [
        (pb.RunStarted(), pb.SEVERITY_INFO, 100),
        (pb.RunEnded(status=pb.RUN_STATUS_PASSED), pb.SEVERITY_INFO, 0),
        (pb.RunEnded(status=pb.RUN_STATUS_ABORTED), pb.SEVERITY_CRITICAL, 901),
        (pb.ValveFaultDetected(active=True), pb.SEVERITY_CRITICAL, 302),
        (pb.ValveFaultDetected(active=False), pb.SEVERITY_INFO, 0),
        (pb.NodeStateChanged(to_state=pb.NODE_STATE_FAILSAFE), pb.SEVERITY_CRITICAL, 0),
        (pb.NodeStateChanged(to_state=pb.NODE_STATE_ARMED), pb.SEVERITY_INFO, 0),
        (pb.OverrunOccurred(), pb.SEVERITY_WARNING, 0),
        (pb.BrokerStateChanged(connected=True), pb.SEVERITY_INFO, 410),
        (pb.BrokerStateChanged(connected=False), pb.SEVERITY_WARNING, 411),
        (pb.ExpectationJudged(met=False), pb.SEVERITY_WARNING, 0),
        (pb.ModeChanged(), pb.SEVERITY_INFO, 0),
        (pb.AllocationChanged(to_mode=1), pb.SEVERITY_INFO, 0),
        (pb.AllocationChanged(to_mode=2, reason=17), pb.SEVERITY_WARNING, 0),
        (pb.AllocationChanged(to_mode=3), pb.SEVERITY_WARNING, 0),
    ],
)
def test_severity_and_registrar_code_follow_from_the_detail(
    detail: Message, severity: int, code: int
) -> None:
    event = made(detail)
    assert (event.severity, event.registrar_code) == (severity, code)


def test_something_that_is_no_detail_is_refused() -> None:
    with pytest.raises(ValueError, match=r"qiki.events.v1.Event is no detail of Event"):
        made(pb.Event())
