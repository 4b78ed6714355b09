"""The event store of one run: an SQLite file in WAL mode with every cycle record and every event.

A store is written by one `RunStore.create` and read by any number of `RunStore.open`, also while
it is being written. What is appended waits in memory until it is committed in batches: it becomes
durable and visible with the batch that it is in, at the latest with `flush`. Where another program
has the file locked, rows go on waiting, and are lost only when that lasts. A batch is committed
whole or not at all, and cycles in their order, so the file holds them without a gap.
"""

import sqlite3
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self
from zlib import crc32

from google.protobuf.message import DecodeError

from qiki_hil import clock
from qiki_hil._pb.qiki.events.v1 import events_pb2
from qiki_hil.errors import StoreError
from qiki_hil.store.schema import create_file, open_file
from qiki_hil.store.sqlite_errors import describe, is_locked, store_errors

# Rows in one transaction. A commit has a fixed cost, which is negligible for thousands of rows.
BATCH_ROWS = 8192
LOCKED_MAX_S = 10.0
"""So long rows wait for a file that another program has locked, in flight, and then once more at
the end."""
INSERT_CYCLE = "INSERT INTO cycles (tick, time_ns, record, checksum) VALUES (?, ?, ?, ?)"
INSERT_EVENT = (
    "INSERT INTO events (event_id, type, time_ns, unix_ns, severity, event, checksum)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)
CHECKED_HEAD = struct.Struct("<Qq")
# SQLite's integers have 64 bits and a sign: the open ends of a range.
FIRST, LAST = -(2**63), 2**63 - 1


class CycleRow(NamedTuple):
    """One cycle: tick number, run time, the encoded CycleRecord as it was appended, and the
    checksum of all three."""

    tick: int
    time_ns: int
    record: bytes
    checksum: int


def cycle_checksum(tick: int, time_ns: int, record: bytes) -> int:
    """That which `kernels.CycleScanner` gives: CRC-32 over tick and time, as little-endian numbers
    of 8 bytes, and the record."""
    return crc32(record, crc32(CHECKED_HEAD.pack(tick, time_ns)))


class Counts(NamedTuple):
    """How many rows there are, by table; for the writer including those not committed yet."""

    cycles: int
    events: int


class RunStore:
    """Made by `create` or `open`; any thread may use it, but only one at a time.

    Every method raises StoreError where the file cannot be written or read. After a write that
    raised, what is appended waits for `finish`, the last attempt; `lost` counts what that gave up.
    """

    def __init__(
        self, path: Path, connection: sqlite3.Connection, now_ns: Callable[[], int]
    ) -> None:
        self.path = path
        self.lost = Counts(0, 0)
        self._connection = connection
        self._now_ns = now_ns
        self._cycles: list[tuple[int, int, bytes, int]] = []
        self._events: list[tuple[Any, ...]] = []
        self._locked_since_ns: int | None = None
        self._failed = False
        self._closed = False

    @classmethod
    def create(cls, path: Path, now_ns: Callable[[], int] = clock.monotonic_ns) -> Self:
        """A new, empty store. Raises StoreError where `path` is taken or not writable; then
        nothing is left behind."""
        with store_errors("create", path):
            connection = create_file(path)
        return cls(path, connection, now_ns)

    @classmethod
    def open(cls, path: Path, busy_timeout_s: float = 2.0) -> Self:
        """An existing store, read-only. Raises StoreError where it is missing, locked, damaged,
        not a run store, or made by another version."""
        with store_errors("open", path):
            return cls(path, open_file(path, busy_timeout_s), clock.monotonic_ns)

    def append_cycles(self, rows: Iterable[tuple[int, int, bytes, int]]) -> None:
        """Adds cycles: (tick, time_ns, encoded CycleRecord, `cycle_checksum`); a tick is there only
        once."""
        self._cycles += rows
        self._write_full_batches()

    def append_event(self, event: events_pb2.Event) -> None:
        """Adds an event; it has a detail, and its event_id is there only once."""
        name = event.WhichOneof("detail")
        if name is None or not event.event_id:
            raise StoreError(f"cannot write {self.path}: an event needs an event_id and a detail")
        encoded = event.SerializeToString(deterministic=True)
        about = (event.event_id, name, event.time_ns, event.unix_ns, event.severity)
        self._events.append((*about, encoded, crc32(encoded)))
        self._write_full_batches()

    def flush(self) -> None:
        """Commits what is appended; it then survives the death of this process. Where the file is
        locked nothing is committed, and nothing raised before that has lasted `LOCKED_MAX_S`."""
        try:
            while self._cycles or self._events:
                self._write_batch()
            self._locked_since_ns = None
        except sqlite3.Error as error:
            if not (is_locked(error) and self._may_still_wait()):
                self._failed = True
                raise StoreError(describe("write", self.path, error)) from error

    def finish(self) -> None:
        """The last attempt to commit what is appended; waits for a lock up to `LOCKED_MAX_S`. What
        cannot be committed is given up and counted in `lost`; then it raises StoreError."""
        failure: sqlite3.Error | None = None
        try:
            self._connection.execute(f"PRAGMA busy_timeout = {LOCKED_MAX_S * 1000:.0f}")
            while self._cycles or self._events:
                self._write_batch()
        except sqlite3.Error as error:
            failure = error
            self._cycles, lost = [], len(self._cycles)
            self._events, lost_events = [], len(self._events)
            self.lost = Counts(self.lost.cycles + lost, self.lost.events + lost_events)
        self._failed = False
        if failure is not None:
            raise StoreError(describe("write", self.path, failure)) from failure

    def cycles(self, from_tick: int = 0, to_tick: int | None = None) -> Iterator[CycleRow]:
        """Cycles with from_tick <= tick < to_tick (None: to the end), by tick. Raises StoreError at
        one whose checksum is another."""
        query = f"SELECT {', '.join(CycleRow._fields)} FROM cycles WHERE tick BETWEEN ? AND ?"
        last = LAST if to_tick is None else to_tick - 1
        return map(self._checked, self._select(f"{query} ORDER BY tick", from_tick, last))

    def cycle_blobs(self) -> Iterator[bytes]:
        """All encoded CycleRecords, by tick. Raises StoreError as `cycles` does."""
        return (row.record for row in self.cycles(FIRST))

    def events(
        self, types: Sequence[str] = (), from_ns: int | None = None, to_ns: int | None = None
    ) -> Iterator[events_pb2.Event]:
        """Events with from_ns <= time_ns < to_ns, in the order in which they were appended.
        `types` are field names of Event.detail such as "mode_changed"; none means all."""
        chosen = f" AND type IN ({', '.join('?' * len(types))})" if types else ""
        query = (
            "SELECT seq, event, checksum FROM events"
            f" WHERE time_ns BETWEEN ? AND ?{chosen} ORDER BY seq"
        )
        first = FIRST if from_ns is None else from_ns
        last = LAST if to_ns is None else to_ns - 1
        return (self._decode(*row) for row in self._select(query, first, last, *types))

    def counts(self) -> Counts:
        """Rows by table."""
        query = "SELECT (SELECT count(*) FROM cycles), (SELECT count(*) FROM events)"
        return Counts(*next(self._select(query)))

    def close(self) -> None:
        """Commits what it can and closes; idempotent. It closes also where it raises."""
        if self._closed:
            return
        self._closed = True
        try:
            if self._cycles or self._events:
                self.finish()
        finally:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _write_full_batches(self) -> None:
        if len(self._cycles) + len(self._events) >= BATCH_ROWS and not self._failed:
            self.flush()

    def _write_batch(self) -> None:
        """Commits the oldest cycles that wait, and the oldest events. Raises sqlite3.Error; then
        all of them wait on."""
        cycles, events = self._cycles[:BATCH_ROWS], self._events[:BATCH_ROWS]
        with self._transaction() as connection:
            connection.executemany(INSERT_CYCLE, cycles)
            connection.executemany(INSERT_EVENT, events)
        del self._cycles[: len(cycles)], self._events[: len(events)]

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield self._connection
            self._connection.execute("COMMIT")
        except sqlite3.Error:
            with suppress(sqlite3.Error):  # SQLite has rolled back by itself where this fails
                self._connection.execute("ROLLBACK")
            raise

    def _may_still_wait(self) -> bool:
        now_ns = self._now_ns()
        if self._locked_since_ns is None:
            self._locked_since_ns = now_ns
        return now_ns - self._locked_since_ns < LOCKED_MAX_S * 1e9

    def _select(self, query: str, *values: int | str) -> Iterator[tuple[Any, ...]]:
        if not self._failed:
            self.flush()
        with store_errors("read", self.path):
            yield from self._connection.execute(query, values)

    def _checked(self, values: tuple[Any, ...]) -> CycleRow:
        row = CycleRow._make(values)
        try:
            intact = row.checksum == cycle_checksum(row.tick, row.time_ns, row.record)
        except (struct.error, TypeError):  # a negative tick, a number in the place of the record
            intact = False
        if not intact:
            raise StoreError(
                f"cannot read {self.path}: the record of tick {row.tick} is damaged: row {row.tick}"
                f" of cycles has another checksum than was stored; restore the run from a copy"
            )
        return row

    def _decode(self, seq: int, blob: bytes, checksum: int) -> events_pb2.Event:
        try:
            if crc32(blob) == checksum:
                return events_pb2.Event.FromString(blob)
        except (DecodeError, TypeError):
            pass
        raise StoreError(
            f"cannot read {self.path}: an event in it is damaged: row {seq} of events has another"
            " checksum than was stored; restore the run from a copy"
        )
