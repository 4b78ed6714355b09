"""Joins a run with what shows it: records and events in, a `LiveState` on a view out."""

from qiki_hil._pb.qiki.commands.v1 import command_pb2
from qiki_hil._pb.qiki.events.v1 import events_pb2
from qiki_hil.app.event_text import event_text
from qiki_hil.app.request import RunParts
from qiki_hil.console.live.frame import Prompt
from qiki_hil.console.live.state import ColumnFeed, EventLine, Level, LiveState
from qiki_hil.console.live.view import View
from qiki_hil.kernels import decode_cycles
from qiki_hil.telemetry import PublisherStats

EVENTS_KEPT = 1000
"""The newest events that can be scrolled to; the event store has all."""
_LEVELS: dict[int, Level] = {
    events_pb2.SEVERITY_WARNING: "warn",
    events_pb2.SEVERITY_CRITICAL: "bad",
}
_REFUSALS = (
    command_pb2.COMMAND_STATUS_REJECTED,
    command_pb2.COMMAND_STATUS_EFFECT_TIMEOUT,
)


class Watcher:
    """A `RunObserver` that shows the run on a view. Times come from `wall_s`, an argument."""

    def __init__(self, parts: RunParts, view: View) -> None:
        self.prompt: Prompt | None = None
        self.wall_s = 0.0
        self._view = view
        self._feed = ColumnFeed()
        self._broker_heard_s: float | None = None
        self._acked = 0
        self.state = LiveState(
            scenario=parts.scenario.name,
            rig=parts.rig.name or parts.rig.kind,
            rate_hz=parts.rate_hz,
            seed=parts.seed,
            speed="max" if parts.speed == "max" else f"{parts.speed:g}x",
            duration_s=parts.scenario.duration_s,
            broker=parts.nats if parts.nats == "off" else "connecting",
        )

    def refresh(self, blobs: list[bytes], telemetry: PublisherStats) -> None:
        """See `RunObserver`."""
        self._feed.take(self.state, decode_cycles(blobs), self.wall_s)
        self._fill_telemetry(telemetry)
        self.show()

    def show(self) -> None:
        """Draws what is known."""
        self._view.update(self.state, self.prompt)

    def event(self, event: events_pb2.Event) -> None:
        """See `RunObserver`."""
        self.state.records_dropped += event.records_dropped.records
        line = EventLine(event.time_ns * 1e-9, event_text(event), level_of(event))
        self.state.events.append(line)
        del self.state.events[:-EVENTS_KEPT]
        if self.state.events_hidden:
            # Whoever looks at older events goes on seeing the same.
            self.state.events_hidden = min(self.state.events_hidden + 1, EVENTS_KEPT - 1)

    def _fill_telemetry(self, telemetry: PublisherStats) -> None:
        state = self.state
        if state.broker == "off":
            return
        if telemetry.acked != self._acked:
            self._acked, self._broker_heard_s = telemetry.acked, self.wall_s
        state.broker = "connected" if telemetry.connected else "not connected"
        state.broker_sent = telemetry.acked
        state.broker_waiting = telemetry.waiting
        lost = telemetry.snapshots_dropped + telemetry.events_lost
        state.broker_lost = lost + telemetry.refused
        heard = self._broker_heard_s
        state.ages_s["broker"] = None if heard is None else self.wall_s - heard


def level_of(event: events_pb2.Event) -> Level:
    """How an event is marked."""
    if event.WhichOneof("detail") == "command_replied":
        status = event.command_replied.reply.status
        if status == command_pb2.COMMAND_STATUS_EFFECT_CONFIRMED:
            return "good"
        return "warn" if status in _REFUSALS else "info"
    return _LEVELS.get(event.severity, "info")
