"""From packets of the loop to the event store, the event log and the observers."""

from collections import deque
from collections.abc import Sequence

from qiki_hil._pb.qiki.events.v1 import events_pb2
from qiki_hil._pb.qiki.telemetry.v1 import cycle_pb2
from qiki_hil.app.events import ChangeReader, EventLog
from qiki_hil.kernels import CycleScanner
from qiki_hil.store import RunStore

ROWS_PER_WRITE = 5000
RECENT_RECORDS = 500
"""The newest records that are kept for observers between two refreshes; a view shows a state, so
it does not need older ones."""


class Recorder:
    """Stores every record unchanged, and finds the events in them."""

    def __init__(
        self, store: RunStore, log: EventLog, period_us: int, node_names: Sequence[str] = ()
    ) -> None:
        """`period_us` is that of the loop; `node_names` are the craft's thermal nodes, in the order
        in which records number them."""
        self._store = store
        self._period_ns = period_us * 1000
        self._log = log
        self._scanner = CycleScanner()
        self._changes = ChangeReader(node_names)
        self._rows: list[tuple[int, int, bytes, int]] = []
        self._recent: deque[bytes] = deque(maxlen=RECENT_RECORDS)
        self._injections: deque[tuple[int, events_pb2.FaultInjected]] = deque()
        self.tick = 0
        self.time_ns = 0
        self.dropped = 0
        """Records that are missing between those that arrived."""
        self._dropped_emitted = 0
        self._next_tick = 0

    @property
    def armed(self) -> bool:
        """Whether the controller is armed, by the records so far."""
        return self._changes.armed

    def expect_injections(self, faults: list[tuple[int, events_pb2.FaultInjected]]) -> None:
        """Faults that the scenario injects, by tick. Each becomes an event of its tick when a
        record of it or of a later one arrives."""
        self._injections.extend(faults)

    def take(self, packet: bytes) -> None:
        """Takes a packet of cycle records. Raises StoreError where records cannot be written."""
        rows, notable = self._scanner.scan(packet)
        if not rows:
            return
        self._rows += rows
        self._recent.extend(blob for _, _, blob, _ in rows)
        self.dropped += rows[0][0] - self._next_tick
        self._next_tick = rows[-1][0] + 1
        self.tick, self.time_ns = rows[-1][:2]
        for index in notable:
            tick, time_ns, blob, _ = rows[index]
            self.emit_injections(tick)
            for detail in self._changes.read(cycle_pb2.CycleRecord.FromString(blob)):
                self._log.emit(detail, tick=tick, time_ns=time_ns)
        self.emit_injections(self.tick)
        if len(self._rows) >= ROWS_PER_WRITE:
            self.write()

    def emit_injections(self, last_tick: int) -> None:
        """The faults that were injected up to a tick become events, in order with those of the
        records."""
        while self._injections and self._injections[0][0] <= last_tick:
            tick, fault = self._injections.popleft()
            self._log.emit(fault, tick=tick, time_ns=tick * self._period_ns)

    def write(self) -> None:
        """Writes the records since the last call to the store. Raises StoreError."""
        if self._rows:
            rows, self._rows = self._rows, []
            self._store.append_cycles(rows)

    def emit_dropped(self) -> None:
        """Records dropped since the last call become one event."""
        fresh, self._dropped_emitted = self.dropped - self._dropped_emitted, self.dropped
        if fresh:
            dropped = events_pb2.RecordsDropped(records=fresh)
            self._log.emit(dropped, tick=self.tick, time_ns=self.time_ns)

    def recent(self) -> list[bytes]:
        """The newest records since the last call."""
        blobs = list(self._recent)
        self._recent.clear()
        return blobs
