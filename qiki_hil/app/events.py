"""What happened in a run, as events: read from the records in which something changed."""

from collections.abc import Callable, Iterator
from typing import cast

from google.protobuf.message import Message

from qiki_hil._pb.qiki.commands.v1 import command_pb2
from qiki_hil._pb.qiki.events.v1 import events_pb2
from qiki_hil._pb.qiki.telemetry.v1 import cycle_pb2
from qiki_hil.telemetry import make_event

SOURCE = "urn:qiki:hil:supervisor"
NOZZLES = 16
CLUSTERS = 4

Listener = Callable[[events_pb2.Event], None]


class EventLog:
    """Numbers the events of a run and hands each to every listener."""

    def __init__(self, run_id: str, unix_clock: Callable[[], int]) -> None:
        self.listeners: list[Listener] = []
        self._run_id = run_id
        self._unix_clock = unix_clock
        self._sequence = 0

    def say(self, detail: Message, *, tick: int = 0, time_ns: int = 0) -> None:
        """Makes the event of `detail` and hands it on."""
        self._sequence += 1
        event = make_event(
            self._run_id,
            SOURCE,
            self._sequence,
            detail,
            tick=tick,
            time_ns=time_ns,
            unix_ns=self._unix_clock(),
        )
        for listener in self.listeners:
            listener(event)


class ChangeReader:
    """Turns records into the details of events, by comparing each with the one before."""

    def __init__(self) -> None:
        self._mode = command_pb2.FLIGHT_MODE_UNSPECIFIED
        self._armed = False
        self._isolated = 0
        self._nodes: list[int] = [0] * CLUSTERS
        self._commands: dict[int, command_pb2.Command] = {}

    def read(self, record: cycle_pb2.CycleRecord) -> Iterator[Message]:
        """The details of what is new in a record."""
        control = record.control
        if record.HasField("command"):
            self._commands[record.command.command_id] = record.command
        for reply in control.replies:
            command = self._commands.get(reply.command_id)
            yield events_pb2.CommandReplied(reply=reply, command=command)
        if control.armed != self._armed:
            yield events_pb2.ArmedChanged(armed=control.armed, reason=control.hold_reason)
        if control.mode != self._mode:
            yield events_pb2.ModeChanged(
                from_mode=self._mode, to_mode=control.mode, reason=control.hold_reason
            )
        yield from self._isolations(control.isolated)
        yield from self._node_changes(list(record.feedback.node_state))
        if record.timing.overruns:
            yield events_pb2.OverrunOccurred(
                overruns=record.timing.overruns, wakeup_ns=record.timing.wakeup_ns
            )
        self._mode, self._armed, self._isolated = control.mode, control.armed, control.isolated

    def _isolations(self, isolated: int) -> Iterator[Message]:
        changed = isolated ^ self._isolated
        for nozzle in range(NOZZLES):
            if changed >> nozzle & 1:
                active = bool(isolated >> nozzle & 1)
                yield events_pb2.ValveFaultDetected(nozzle=nozzle, isolated=active, active=active)

    def _node_changes(self, states: list[int]) -> Iterator[Message]:
        for cluster, state in enumerate(states):
            before = self._nodes[cluster]
            if state != before:
                # The numbers of the record are those of the enum.
                changed = events_pb2.NodeStateChanged(cluster=cluster)
                changed.from_state = cast(events_pb2.NodeState, before)
                changed.to_state = cast(events_pb2.NodeState, state)
                yield changed
        self._nodes = states or self._nodes
