"""The event store of one run: an SQLite file in WAL mode with every cycle record and every event.

A store is written by one `RunStore.create` and read by any number of `RunStore.open`, also while
it is being written. Rows are committed in batches: what is appended becomes durable and visible
with the batch that it is in, at the latest with `flush`. A batch that cannot be written is rolled
back whole, so the file holds complete batches only.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from google.protobuf.message import DecodeError

from qiki_hil._pb.qiki.events.v1 import events_pb2
from qiki_hil.errors import StoreError
from qiki_hil.store.schema import create_file, open_file
from qiki_hil.store.sqlite_errors import describe, store_errors

# Rows in one transaction. A commit has a fixed cost, which is negligible for thousands of rows.
BATCH_ROWS = 8192
INSERT_CYCLE = "INSERT INTO cycles (tick, time_ns, record) VALUES (?, ?, ?)"
INSERT_EVENT = (
    "INSERT INTO events (event_id, type, time_ns, unix_ns, severity, event)"
    " VALUES (?, ?, ?, ?, ?, ?)"
)
# SQLite's integers have 64 bits and a sign: the open ends of a range.
FIRST, LAST = -(2**63), 2**63 - 1


class CycleRow(NamedTuple):
    """One cycle: tick number, run time, and the encoded CycleRecord as it was appended."""

    tick: int
    time_ns: int
    record: bytes


class Counts(NamedTuple):
    """How many rows there are; for the writer including those not committed yet."""

    cycles: int
    events: int


class RunStore:
    """Made by `create` or `open`; any thread may use it, but only one at a time.

    Every method raises StoreError where the file cannot be written or read. After an append that
    raised, the rows since the last commit are gone and the store can be appended to again.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._pending = 0
        self._closed = False

    @classmethod
    def create(cls, path: Path, busy_timeout_s: float = 2.0) -> Self:
        """A new, empty store. Raises StoreError where `path` is taken or not writable; then
        nothing is left behind."""
        with store_errors("create", path):
            return cls(path, create_file(path, busy_timeout_s))

    @classmethod
    def open(cls, path: Path, busy_timeout_s: float = 2.0) -> Self:
        """An existing store, read-only. Raises StoreError where it is missing, locked, damaged,
        not a run store, or made by a newer version."""
        with store_errors("open", path):
            return cls(path, open_file(path, busy_timeout_s))

    def append_cycles(self, rows: Iterable[tuple[int, int, bytes]]) -> None:
        """Adds cycles: (tick, time_ns, encoded CycleRecord); a tick is there only once."""
        iterator = iter(rows)
        while chunk := list(islice(iterator, BATCH_ROWS)):
            self._insert(INSERT_CYCLE, chunk)

    def append_event(self, event: events_pb2.Event) -> None:
        """Adds an event; it has a detail, and its event_id is there only once."""
        name = event.WhichOneof("detail")
        if name is None or not event.event_id:
            raise StoreError(f"cannot write {self.path}: an event needs an event_id and a detail")
        encoded = event.SerializeToString(deterministic=True)
        row = (event.event_id, name, event.time_ns, event.unix_ns, event.severity, encoded)
        self._insert(INSERT_EVENT, [row])

    def flush(self) -> None:
        """Commits what is appended; it then survives the death of this process."""
        if self._pending:
            with self._or_roll_back():
                self._connection.execute("COMMIT")
                self._pending = 0

    def cycles(self, from_tick: int = 0, to_tick: int | None = None) -> Iterator[CycleRow]:
        """Cycles with from_tick <= tick < to_tick (None: to the end), by tick."""
        query = "SELECT tick, time_ns, record FROM cycles WHERE tick BETWEEN ? AND ? ORDER BY tick"
        last = LAST if to_tick is None else to_tick - 1
        return map(CycleRow._make, self._select(query, from_tick, last))

    def cycle_blobs(self) -> Iterator[bytes]:
        """All encoded CycleRecords, by tick."""
        return (blob for (blob,) in self._select("SELECT record FROM cycles ORDER BY tick"))

    def events(
        self, types: Sequence[str] = (), from_ns: int | None = None, to_ns: int | None = None
    ) -> Iterator[events_pb2.Event]:
        """Events with from_ns <= time_ns < to_ns, in the order in which they were appended.
        `types` are field names of Event.detail such as "mode_changed"; none means all."""
        chosen = f" AND type IN ({', '.join('?' * len(types))})" if types else ""
        query = f"SELECT event FROM events WHERE time_ns BETWEEN ? AND ?{chosen} ORDER BY seq"
        first = FIRST if from_ns is None else from_ns
        last = LAST if to_ns is None else to_ns - 1
        return (self._decode(blob) for (blob,) in self._select(query, first, last, *types))

    def counts(self) -> Counts:
        """Rows by table."""
        query = "SELECT (SELECT count(*) FROM cycles), (SELECT count(*) FROM events)"
        return Counts(*next(self._select(query)))

    def close(self) -> None:
        """Commits and closes; idempotent. It closes even where the commit fails."""
        if self._closed:
            return
        self._closed = True
        try:
            self.flush()
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

    def _insert(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        with self._or_roll_back():
            if not self._pending:
                self._connection.execute("BEGIN IMMEDIATE")
            self._pending += len(rows)
            self._connection.executemany(statement, rows)
        if self._pending >= BATCH_ROWS:
            self.flush()

    @contextmanager
    def _or_roll_back(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            lost, self._pending = self._pending, 0
            with suppress(sqlite3.Error):  # SQLite has rolled back by itself where this fails
                self._connection.execute("ROLLBACK")
            description = describe("write", self.path, error)
            raise StoreError(
                f"{description}; {lost} row(s) since the last commit are lost"
            ) from error

    def _select(self, query: str, *values: int | str) -> Iterator[tuple[Any, ...]]:
        with store_errors("read", self.path):
            yield from self._connection.execute(query, values)

    def _decode(self, blob: bytes) -> events_pb2.Event:
        try:
            return events_pb2.Event.FromString(blob)
        except DecodeError as error:
            raise StoreError(f"cannot read {self.path}: an event in it is damaged") from error
