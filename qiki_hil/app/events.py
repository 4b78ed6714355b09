"""Events of a run: numbered, and found by comparing each record with the one before."""

from collections.abc import Callable, Iterator, Sequence
from typing import cast

from google.protobuf.message import Message

from qiki_hil._pb.qiki.commands.v1 import command_pb2
from qiki_hil._pb.qiki.events.v1 import events_pb2
from qiki_hil._pb.qiki.telemetry.v1 import cycle_pb2
from qiki_hil.app.active_limits import ActiveLimitReader
from qiki_hil.kernels import CLUSTERS, NOZZLES
from qiki_hil.telemetry import NozzleState, make_event, nozzle_event, nozzle_state

SOURCE = "urn:qiki:hil:supervisor"

# Allocation mode requested, in effect, and the reason, of a run without anything unusual.
USUAL_ALLOCATION = (
    command_pb2.ALLOCATION_MODE_ADAPTIVE,
    command_pb2.ALLOCATION_MODE_ADAPTIVE,
    command_pb2.REASON_CODE_UNSPECIFIED,
)

NOTHING_REFUSED = cycle_pb2.GUARD_VIOLATION_UNSPECIFIED

Listener = Callable[[events_pb2.Event], None]


class EventLog:
    """Numbers the events of a run and hands each to every listener."""

    def __init__(self, run_id: str, unix_clock: Callable[[], int]) -> None:
        self.listeners: list[Listener] = []
        self._run_id = run_id
        self._unix_clock = unix_clock
        self._sequence = 0

    def emit(self, detail: Message, *, tick: int = 0, time_ns: int = 0) -> None:
        """Makes the event of `detail` and hands it to every listener, in their order."""
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

    def __init__(self, node_names: Sequence[str] = ()) -> None:
        """`node_names` are the craft's thermal nodes, in the order in which records number them."""
        self._limits = ActiveLimitReader(node_names)
        self._mode = command_pb2.FLIGHT_MODE_UNSPECIFIED
        self.armed = False
        """Whether the controller is armed, by the last record that was read."""
        self._nozzles = [NozzleState()] * NOZZLES
        self._allocation = USUAL_ALLOCATION
        self._guard_violation = NOTHING_REFUSED
        self._nodes: list[int] = [0] * CLUSTERS
        self._commands: dict[int, command_pb2.Command] = {}

    def read(self, record: cycle_pb2.CycleRecord) -> Iterator[Message]:
        """The details of the events of a record: what changed since the record before."""
        control = record.control
        if record.HasField("command"):
            self._commands[record.command.command_id] = record.command
        for reply in control.replies:
            command = self._commands.get(reply.command_id)
            yield events_pb2.CommandReplied(reply=reply, command=command)
        if control.armed != self.armed:
            yield events_pb2.ArmedChanged(armed=control.armed, reason=control.inhibit_reason)
        if control.mode != self._mode:
            yield events_pb2.ModeChanged(
                from_mode=self._mode, to_mode=control.mode, reason=control.inhibit_reason
            )
        if control.guard_violation not in (NOTHING_REFUSED, self._guard_violation):
            yield events_pb2.GuardRefused(violation=control.guard_violation)
        yield from self._allocation_change(control)
        yield from self._nozzle_changes(control)
        yield from self._node_changes(list(record.feedback.node_state))
        yield from self._limits.read(record)
        if record.timing.overruns:
            yield events_pb2.OverrunOccurred(
                overruns=record.timing.overruns, wakeup_ns=record.timing.wakeup_ns
            )
        self._mode, self.armed = control.mode, control.armed
        self._guard_violation = control.guard_violation

    def _allocation_change(self, control: cycle_pb2.Control) -> Iterator[Message]:
        state = (control.allocation_requested, control.allocation_mode, control.allocation_reason)
        requested, mode, reason = state
        if not mode or state == self._allocation:
            return
        yield events_pb2.AllocationChanged(
            requested=requested, from_mode=self._allocation[1], to_mode=mode, reason=reason
        )
        self._allocation = state

    def _nozzle_changes(self, control: cycle_pb2.Control) -> Iterator[Message]:
        for nozzle, before in enumerate(self._nozzles):
            state = nozzle_state(control, nozzle)
            if state != before:
                yield nozzle_event(control, nozzle)
            self._nozzles[nozzle] = state

    def _node_changes(self, states: list[int]) -> Iterator[Message]:
        for cluster, state in enumerate(states):
            before = self._nodes[cluster]
            if state != before:
                # Records hold the numbers of the enum.
                changed = events_pb2.NodeStateChanged(cluster=cluster)
                changed.from_state = cast(events_pb2.NodeState, before)
                changed.to_state = cast(events_pb2.NodeState, state)
                yield changed
        self._nodes = states or self._nodes
