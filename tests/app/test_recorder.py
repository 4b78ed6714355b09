"""From packets to the store and to events."""

from pathlib import Path

import pytest

from qiki_hil._pb.qiki.commands.v1 import command_pb2
from qiki_hil._pb.qiki.events.v1 import events_pb2
from qiki_hil._pb.qiki.telemetry.v1 import cycle_pb2, link_pb2
from qiki_hil.app.events import EventLog
from qiki_hil.app.recorder import RECENT_RECORDS, Recorder
from qiki_hil.errors import StoreError
from qiki_hil.store import RunStore
from qiki_hil.store.run_store import BATCH_ROWS

PERIOD_US = 2000
MS = 1_000_000
IDLE, BRAKE = command_pb2.FLIGHT_MODE_IDLE, command_pb2.FLIGHT_MODE_BRAKE


class Bench:
    def __init__(self, path: Path) -> None:
        self.store = RunStore.create(path)
        self.events: list[events_pb2.Event] = []
        log = EventLog("run", lambda: 10**18)
        log.listeners.append(self.events.append)
        self.recorder = Recorder(self.store, log, PERIOD_US)

    @property
    def emitted(self) -> list[str]:
        return [event.WhichOneof("detail") for event in self.events]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "run.sqlite")


def record(tick: int, **control: object) -> cycle_pb2.CycleRecord:
    parts = {"mode": IDLE} | control
    return cycle_pb2.CycleRecord(
        tick=tick, time_ns=tick * 2_000_000, control=cycle_pb2.Control(**parts)
    )


def packet(*records: cycle_pb2.CycleRecord) -> bytes:
    return link_pb2.LoopPacket(cycles=records).SerializeToString()


def test_records_are_stored_as_they_came(bench: Bench) -> None:
    records = [record(tick) for tick in range(3)]
    bench.recorder.take(packet(*records))
    bench.recorder.write()
    bench.store.flush()
    rows = list(bench.store.cycles())
    assert [row.record for row in rows] == [one.SerializeToString() for one in records]
    assert [(row.tick, row.time_ns) for row in rows] == [(0, 0), (1, 2_000_000), (2, 4_000_000)]
    assert (bench.recorder.tick, bench.recorder.time_ns) == (2, 4_000_000)


def test_what_changes_becomes_an_event_at_its_tick(bench: Bench) -> None:
    command = command_pb2.Command(command_id=4, brake=command_pb2.Brake())
    reply = command_pb2.CommandReply(command_id=4, status=command_pb2.COMMAND_STATUS_ACCEPTED)
    asked = record(2, mode=BRAKE, armed=True, replies=[reply])
    asked.command.CopyFrom(command)
    bench.recorder.take(packet(record(0), record(1, armed=True), asked, record(3, armed=True)))
    late = record(4, isolated=0b100, replies=[reply])
    bench.recorder.take(packet(late))
    assert [(event.tick, event.WhichOneof("detail")) for event in bench.events] == [
        (0, "mode_changed"),
        (1, "armed_changed"),
        (2, "command_replied"),
        (2, "mode_changed"),
        (3, "mode_changed"),
        (4, "command_replied"),
        (4, "armed_changed"),
        (4, "valve_fault_detected"),
    ]
    # A reply names its command also ticks after it.
    assert bench.events[5].command_replied.command == command
    assert bench.events[-1].valve_fault_detected.nozzle == 2


def test_each_refusal_of_the_guard_that_begins_is_an_event(bench: Bench) -> None:
    power, pause = cycle_pb2.GUARD_VIOLATION_POWER, cycle_pb2.GUARD_VIOLATION_PAUSE_TOO_SHORT
    refusals = [0, power, power, pause, 0, 0, pause, 0]
    bench.recorder.take(
        packet(*(record(tick, guard_violation=found) for tick, found in enumerate(refusals)))
    )
    told = [event for event in bench.events if event.WhichOneof("detail") == "guard_refused"]
    assert [(event.tick, event.guard_refused.violation) for event in told] == [
        (1, power),
        (3, pause),
        (6, pause),
    ]
    assert {event.severity for event in told} == {events_pb2.SEVERITY_CRITICAL}


def test_an_allocation_mode_that_is_not_the_usual_or_not_the_one_requested_is_an_event(
    bench: Bench,
) -> None:
    auto, adaptive = command_pb2.ALLOCATION_MODE_AUTO, command_pb2.ALLOCATION_MODE_ADAPTIVE
    missing = command_pb2.REASON_CODE_THRUST_MAP_MISSING

    def allocated(tick: int, requested: int, mode: int, reason: int = 0) -> cycle_pb2.CycleRecord:
        one = record(tick)
        one.control.MergeFrom(
            cycle_pb2.Control(
                allocation_requested=requested, allocation_mode=mode, allocation_reason=reason
            )
        )
        return one

    bench.recorder.take(
        packet(
            allocated(0, adaptive, adaptive),
            allocated(1, auto, auto),
            allocated(2, auto, adaptive, missing),
            allocated(3, auto, adaptive, missing),
            allocated(4, auto, auto),
        )
    )
    changes = [
        (event.tick, event.allocation_changed.from_mode, event.allocation_changed.to_mode)
        for event in bench.events
        if event.WhichOneof("detail") == "allocation_changed"
    ]
    assert changes == [(1, adaptive, auto), (2, auto, adaptive), (4, adaptive, auto)]
    assert [e.allocation_changed.reason for e in bench.events if e.tick == 2] == [missing]


def test_faults_are_told_when_their_tick_is_in(bench: Bench) -> None:
    fault = events_pb2.FaultInjected(fault=link_pb2.RigFault(kind="stuck_open", active=True))
    bench.recorder.expect_injections([(2, fault)])
    bench.recorder.take(packet(record(0), record(1)))
    assert "fault_injected" not in bench.emitted
    bench.recorder.take(packet(record(2)))
    assert bench.events[-1].fault_injected == fault
    assert bench.events[-1].tick == 2


def test_a_fault_has_the_time_of_its_tick_and_its_place_among_the_events_of_a_packet(
    bench: Bench,
) -> None:
    fault = events_pb2.FaultInjected(fault=link_pb2.RigFault(kind="stuck_open", active=True))
    bench.recorder.expect_injections([(2, fault), (4, fault), (9, fault)])
    early = [record(0), record(1, armed=True), record(2, armed=True)]
    bench.recorder.take(packet(*early, record(3), *(record(tick) for tick in range(4, 8))))
    assert [(event.tick, event.WhichOneof("detail")) for event in bench.events] == [
        (0, "mode_changed"),
        (1, "armed_changed"),
        (2, "fault_injected"),
        (3, "armed_changed"),
        (4, "fault_injected"),
    ]
    assert [event.time_ns for event in bench.events] == [0, 2 * MS, 4 * MS, 6 * MS, 8 * MS]
    # Records of its tick and later ones are lost: it was injected all the same.
    bench.recorder.emit_injections(9)
    assert (bench.events[-1].tick, bench.events[-1].time_ns) == (9, 18 * MS)


def test_ticks_that_never_came_are_counted_and_told_once(bench: Bench) -> None:
    bench.recorder.take(packet(record(0), record(1)))
    bench.recorder.emit_dropped()
    assert "records_dropped" not in bench.emitted
    bench.recorder.take(packet(record(5)))
    bench.recorder.take(packet(record(7), record(8)))
    assert bench.recorder.dropped == 4
    bench.recorder.emit_dropped()
    bench.recorder.emit_dropped()
    assert bench.emitted.count("records_dropped") == 1
    assert bench.events[-1].records_dropped.records == 4
    bench.recorder.take(packet(record(10)))
    bench.recorder.emit_dropped()
    assert bench.events[-1].records_dropped.records == 1


def test_who_looks_on_gets_the_newest_records_once(bench: Bench) -> None:
    for tick in range(RECENT_RECORDS + 20):
        bench.recorder.take(packet(record(tick)))
    recent = bench.recorder.recent()
    assert len(recent) == RECENT_RECORDS
    assert cycle_pb2.CycleRecord.FromString(recent[-1]).tick == RECENT_RECORDS + 19
    assert bench.recorder.recent() == []


def test_an_empty_packet_is_nothing(bench: Bench) -> None:
    bench.recorder.take(b"")
    assert (bench.recorder.tick, bench.events) == (0, [])


def test_a_store_that_cannot_be_written_is_told_to_whoever_records(bench: Bench) -> None:
    bench.recorder.take(packet(record(0)))
    bench.recorder.write()
    bench.store.flush()
    twice = packet(*(record(0) for _ in range(BATCH_ROWS)))
    with pytest.raises(StoreError, match=r"cannot write .*run\.sqlite"):
        bench.recorder.take(twice)


def test_events_are_numbered_and_carry_the_clock_of_the_caller(bench: Bench) -> None:
    bench.recorder.take(packet(record(0), record(1, armed=True)))
    assert [event.event_id for event in bench.events] == ["evt-run-000001", "evt-run-000002"]
    assert {event.unix_ns for event in bench.events} == {10**18}


def test_a_node_that_changes_its_state_and_a_missed_deadline_become_events(bench: Bench) -> None:
    calm, late = record(0), record(1)
    calm.feedback.node_state.extend([1, 1, 1, 1])
    late.feedback.node_state.extend([1, 3, 1, 1])
    late.timing.overruns, late.timing.wakeup_ns = 2, 5_000_000
    bench.recorder.take(packet(calm, late, late))
    at_tick_1 = [event for event in bench.events if event.tick == 1]
    changed = [e.node_state_changed for e in at_tick_1 if e.HasField("node_state_changed")]
    assert [(c.cluster, c.from_state, c.to_state) for c in changed] == [
        (1, events_pb2.NODE_STATE_SILENT, events_pb2.NODE_STATE_FAILSAFE)
    ]
    missed = [e.overrun_occurred for e in at_tick_1 if e.HasField("overrun_occurred")]
    assert [(m.overruns, m.wakeup_ns) for m in missed] == [(2, 5_000_000)] * 2
