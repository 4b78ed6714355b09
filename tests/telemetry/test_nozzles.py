"""What a record says of each nozzle."""

import pytest

from qiki_hil._pb.qiki.events.v1 import events_pb2
from qiki_hil._pb.qiki.telemetry.v1 import cycle_pb2
from qiki_hil.app.events import ChangeReader
from qiki_hil.telemetry import NozzleState, nozzle_event, nozzle_state
from qiki_hil.telemetry.events import nozzle_severity

BIT = 1 << 5


def control(isolated: int = 0, **faults: int) -> cycle_pb2.Control:
    return cycle_pb2.Control(isolated=isolated, faults=cycle_pb2.NozzleFaults(**faults))


@pytest.mark.parametrize(
    ("message", "state"),
    [
        (control(), NozzleState()),
        (control(1 << 4, closed=1 << 4), NozzleState()),
        (control(BIT, closed=BIT), NozzleState(cycle_pb2.NOZZLE_FAULT_CLOSED, isolated=True)),
        (control(BIT, open=BIT), NozzleState(cycle_pb2.NOZZLE_FAULT_OPEN, isolated=True)),
        (control(BIT), NozzleState(cycle_pb2.NOZZLE_FAULT_NODE, isolated=True)),
        (control(BIT, returning=BIT), NozzleState(isolated=True, returning=True)),
        (control(returning=BIT), NozzleState(returning=True)),
        (
            control(feedback_lies=BIT),
            NozzleState(cycle_pb2.NOZZLE_FAULT_FEEDBACK, feedback_lies=True),
        ),
        (
            control(BIT, open=BIT, feedback_lies=BIT),
            NozzleState(cycle_pb2.NOZZLE_FAULT_OPEN, isolated=True, feedback_lies=True),
        ),
    ],
)
def test_the_bits_of_a_record_tell_the_state_of_a_nozzle(
    message: cycle_pb2.Control, state: NozzleState
) -> None:
    assert nozzle_state(message, 5) == state


def test_an_event_carries_the_evidence() -> None:
    event = nozzle_event(control(BIT, open=BIT, by_motion=BIT, feedback_lies=BIT), 5)
    assert event == events_pb2.ValveFaultDetected(
        nozzle=5,
        isolated=True,
        active=True,
        fault=cycle_pb2.NOZZLE_FAULT_OPEN,
        by_motion=True,
        feedback_lies=True,
    )
    assert not nozzle_event(control(), 5).active


def test_a_fault_and_its_way_back_are_one_event_each() -> None:
    reader = ChangeReader()
    said = [
        list(reader.read(cycle_pb2.CycleRecord(control=message)))
        for message in (
            control(),
            control(BIT, closed=BIT, by_feedback=BIT),
            control(BIT, closed=BIT, by_feedback=BIT),
            control(returning=BIT, by_feedback=BIT),
            control(),
        )
    ]
    assert [len(details) for details in said] == [0, 1, 0, 1, 1]
    found, trial, back = said[1][0], said[3][0], said[4][0]
    assert isinstance(found, events_pb2.ValveFaultDetected)
    assert isinstance(trial, events_pb2.ValveFaultDetected)
    assert isinstance(back, events_pb2.ValveFaultDetected)
    assert (found.isolated, found.by_feedback, found.active) == (True, True, True)
    assert (trial.isolated, trial.returning, trial.active) == (False, True, True)
    assert (back.isolated, back.returning, back.active) == (False, False, False)


@pytest.mark.parametrize(
    ("message", "severity"),
    [
        (control(BIT, open=BIT), events_pb2.SEVERITY_CRITICAL),
        (control(BIT), events_pb2.SEVERITY_CRITICAL),
        (control(returning=BIT), events_pb2.SEVERITY_WARNING),
        (control(feedback_lies=BIT), events_pb2.SEVERITY_WARNING),
        (control(), events_pb2.SEVERITY_INFO),
    ],
)
def test_a_nozzle_that_is_lost_is_critical_and_one_that_comes_back_is_not(
    message: cycle_pb2.Control, severity: int
) -> None:
    assert nozzle_severity(nozzle_event(message, 5)) == severity
