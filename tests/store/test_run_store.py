"""The event store of a run: what goes in comes out, and every trouble is told in words."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from qiki_hil._pb.qiki.events.v1 import events_pb2
from qiki_hil.errors import StoreError
from qiki_hil.store import Counts, CycleRow, RunStore
from qiki_hil.store.run_store import BATCH_ROWS, LOCKED_MAX_S, cycle_checksum

PERIOD_NS = 2_000_000


def row(tick: int, record: bytes, time_ns: int = 0) -> CycleRow:
    return CycleRow(tick, time_ns, record, cycle_checksum(tick, time_ns, record))


def rows(count: int, start: int = 0) -> list[CycleRow]:
    ticks = range(start, start + count)
    return [row(tick, b"record %d" % tick, tick * PERIOD_NS) for tick in ticks]


def event(number: int, time_ns: int = 0) -> events_pb2.Event:
    detail = events_pb2.RecordsDropped(records=number)
    return events_pb2.Event(
        event_id=f"evt-{number}", time_ns=time_ns, unix_ns=7, records_dropped=detail
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[RunStore]:
    with RunStore.create(path) as store:
        yield store


def test_cycles_come_back_as_they_went_in(store: RunStore) -> None:
    store.append_cycles(rows(3))
    assert list(store.cycles()) == rows(3)
    assert list(store.cycle_blobs()) == [b"record 0", b"record 1", b"record 2"]


def test_a_range_of_ticks_has_its_start_and_lacks_its_end(store: RunStore) -> None:
    store.append_cycles(rows(10))
    assert [row.tick for row in store.cycles(3, 6)] == [3, 4, 5]


def test_events_come_back_by_type_and_time_in_their_order(store: RunStore) -> None:
    started = events_pb2.Event(event_id="start", run_started=events_pb2.RunStarted(rig="sim"))
    late, early = event(1, time_ns=20), event(2, time_ns=10)
    for each in (started, late, early):
        store.append_event(each)
    assert list(store.events()) == [started, late, early]
    assert list(store.events(["run_started"])) == [started]
    assert list(store.events(["records_dropped"], from_ns=10, to_ns=20)) == [early]


def test_counts_tell_the_rows_of_both_tables(store: RunStore) -> None:
    store.append_cycles(rows(5))
    store.append_event(event(1))
    assert store.counts() == Counts(cycles=5, events=1)


def test_a_reader_sees_what_is_flushed_while_the_run_goes_on(store: RunStore, path: Path) -> None:
    store.append_cycles(rows(5))
    with RunStore.open(path) as reader:
        assert reader.counts().cycles == 0
        store.flush()
        assert reader.counts().cycles == 5


def test_a_full_batch_is_committed_without_a_flush(store: RunStore, path: Path) -> None:
    store.append_cycles(rows(BATCH_ROWS - 1))
    with RunStore.open(path) as reader:
        assert reader.counts().cycles == 0
        store.append_cycles(rows(1, start=BATCH_ROWS - 1))
        assert reader.counts().cycles == BATCH_ROWS


def test_closing_commits_and_leaves_a_single_file(path: Path) -> None:
    with RunStore.create(path) as store:
        store.append_cycles(rows(5))
    assert [file.name for file in path.parent.iterdir()] == ["run.sqlite"]
    with RunStore.open(path) as reader:
        assert reader.counts() == Counts(5, 0)


def test_closing_twice_is_harmless(store: RunStore) -> None:
    store.close()
    store.close()


def test_what_is_flushed_survives_a_kill(path: Path) -> None:
    program = (
        "import os, signal; from pathlib import Path; from tests.store.test_run_store import row\n"
        "from qiki_hil.store import RunStore\n"
        f"store = RunStore.create(Path({str(path)!r}))\n"
        "store.append_cycles([row(0, b'kept')]); store.flush()\n"
        "store.append_cycles([row(1, b'lost')]); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], env=with_package())
    assert done.returncode == -signal.SIGKILL
    with RunStore.open(path) as reader:
        assert list(reader.cycle_blobs()) == [b"kept"]


def with_package() -> dict[str, str]:
    """The environment of a child that finds this package wherever it is imported from here."""
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def test_a_tick_that_is_there_already_is_refused_and_the_batch_rolled_back(
    store: RunStore,
) -> None:
    store.append_cycles(rows(2))
    store.flush()
    store.append_cycles([*rows(2, start=2), row(0, b"again")])
    with pytest.raises(StoreError, match=r"cannot write .*: UNIQUE constraint failed: cycles.tick"):
        store.flush()
    assert store.counts().cycles == 2
    with pytest.raises(StoreError, match="UNIQUE constraint failed"):
        store.finish()
    assert store.lost == Counts(cycles=3, events=0)
    store.append_cycles(rows(2, start=2))
    assert store.counts().cycles == 4


def test_an_event_without_id_or_detail_is_refused(store: RunStore) -> None:
    for useless in (events_pb2.Event(event_id="x"), events_pb2.Event(run_started={})):
        with pytest.raises(StoreError, match="an event needs an event_id and a detail"):
            store.append_event(useless)


def test_an_existing_file_is_never_overwritten(path: Path) -> None:
    path.write_text("precious")
    with pytest.raises(StoreError, match="something with that name already"):
        RunStore.create(path)
    assert path.read_text() == "precious"


def test_a_missing_directory_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"cannot create .*: it is not there; check the path"):
        RunStore.create(tmp_path / "nowhere" / "run.sqlite")


def test_a_missing_file_is_told(path: Path) -> None:
    with pytest.raises(StoreError, match=r"cannot open .*: there is no such file"):
        RunStore.open(path)


def test_a_file_that_is_no_database_is_told(path: Path) -> None:
    path.write_bytes(b"this is a text, and a long one at that " * 1000)
    with pytest.raises(StoreError, match=r"cannot open .*: it is not an SQLite file"):
        RunStore.open(path)


def test_a_database_of_something_else_is_told(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()
    with pytest.raises(StoreError, match=r"cannot open .*: it is not a run store"):
        RunStore.open(path)


def test_a_damaged_page_is_told_when_it_is_read(path: Path) -> None:
    with RunStore.create(path) as store:
        store.append_cycles(rows(20_000))
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2 // 16384 * 16384)
        file.write(b"\xff" * 16384)
    with (
        RunStore.open(path) as reader,
        pytest.raises(StoreError, match=r"cannot read .*: it is damaged"),
    ):
        list(reader.cycle_blobs())


def test_a_damaged_event_is_told(path: Path) -> None:
    with RunStore.create(path) as store:
        store.append_event(event(1))
    connection = sqlite3.connect(path)
    connection.execute("UPDATE events SET event = x'ffffff'")
    connection.commit()
    connection.close()
    with RunStore.open(path) as reader, pytest.raises(StoreError, match="an event in it is dam"):
        list(reader.events())


@pytest.mark.parametrize(
    "change",
    [
        "record = x'7265636f72642038' WHERE tick = 7",
        "time_ns = time_ns + 1 WHERE tick = 7",
        "tick = 99 WHERE tick = 7",
        "checksum = checksum + 1 WHERE tick = 7",
        "record = 7 WHERE tick = 7",
        "tick = -1 WHERE tick = 7",
    ],
)
def test_a_row_that_is_not_what_was_stored_is_told(path: Path, change: str) -> None:
    with RunStore.create(path) as store:
        store.append_cycles(rows(9))
    connection = sqlite3.connect(path)
    connection.execute(f"UPDATE cycles SET {change}")
    connection.commit()
    connection.close()
    words = r"cannot read .*: the record of tick (7|99|-1) is damaged: row \1 of cycles has another"
    with RunStore.open(path) as reader, pytest.raises(StoreError, match=words):
        list(reader.cycle_blobs())


def test_an_event_that_is_not_what_was_stored_is_told(path: Path) -> None:
    with RunStore.create(path) as store:
        store.append_event(event(1))
        store.append_event(event(2))
    other = event(3).SerializeToString(deterministic=True)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE events SET event = ? WHERE seq = 2", (other,))
    connection.commit()
    connection.close()
    words = "an event in it is damaged: row 2 of events has another checksum than was stored"
    with RunStore.open(path) as reader, pytest.raises(StoreError, match=words):
        list(reader.events())


@pytest.mark.parametrize(
    ("version", "words"),
    [
        (3, r"schema version 3 is newer than 2, .*use a newer qiki"),
        (1, r"schema version 1 is older than 2, .*have no checksums; use the qiki-hil that made"),
    ],
)
def test_another_schema_is_told(path: Path, version: int, words: str) -> None:
    RunStore.create(path).close()
    connection = sqlite3.connect(path)
    connection.execute(f"UPDATE meta SET value = '{version}' WHERE key = 'schema_version'")
    connection.commit()
    connection.close()
    with pytest.raises(StoreError, match=words):
        RunStore.open(path)


class Holder:
    """Another program that has the file locked."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("BEGIN IMMEDIATE")

    def let_go(self) -> None:
        self._connection.execute("ROLLBACK")
        self._connection.close()


class Clock:
    """Stands still unless it is moved."""

    now_ns = 0

    def __call__(self) -> int:
        return self.now_ns


def test_what_a_lock_keeps_out_waits_in_memory_and_is_written_after_it(path: Path) -> None:
    clock = Clock()
    with RunStore.create(path, clock) as store:
        holder = Holder(path)
        for tick in range(3 * BATCH_ROWS):
            store.append_cycles(rows(1, start=tick))
        store.append_event(event(1))
        clock.now_ns = round(LOCKED_MAX_S * 1e9) - 1
        store.flush()
        holder.let_go()
        store.flush()
        with RunStore.open(path) as reader:
            assert reader.counts() == Counts(3 * BATCH_ROWS, 1)
    assert store.lost == Counts(0, 0)


def test_a_lock_that_lasts_is_told_once_and_the_last_attempt_still_writes_all(path: Path) -> None:
    clock = Clock()
    with RunStore.create(path, clock) as store:
        holder = Holder(path)
        store.append_cycles(rows(1))
        store.flush()
        clock.now_ns = round(LOCKED_MAX_S * 1e9)
        with pytest.raises(StoreError, match=r"cannot write .*: another program has it locked"):
            store.flush()
        store.append_cycles(rows(2 * BATCH_ROWS, start=1))
        later = threading.Timer(0.3, holder.let_go)
        later.start()
        store.finish()
        later.join()
        assert store.counts().cycles == 2 * BATCH_ROWS + 1


def test_each_lock_has_its_own_time(path: Path) -> None:
    clock = Clock()
    with RunStore.create(path, clock) as store:
        for _ in range(3):
            holder = Holder(path)
            store.append_event(event(clock.now_ns))
            store.flush()
            clock.now_ns += round(LOCKED_MAX_S * 0.9e9)
            store.flush()
            holder.let_go()
            store.flush()
        assert store.counts().events == 3


def test_a_reader_cannot_write(path: Path) -> None:
    RunStore.create(path).close()
    with RunStore.open(path) as reader:
        reader.append_cycles(rows(1))
        with pytest.raises(StoreError, match="it is read-only"):
            reader.finish()


def test_a_closed_store_says_so(store: RunStore) -> None:
    store.close()
    store.append_cycles(rows(1))
    with pytest.raises(StoreError, match="closed database"):
        store.flush()


def test_a_store_that_may_not_grow_keeps_its_complete_batches(store: RunStore) -> None:
    """SQLITE_FULL, provoked by a bound on the pages; see the real disk below."""
    store.append_cycles(rows(100))
    store.flush()
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count = {pages}")
    store.append_cycles(row(tick, bytes(400)) for tick in range(100, 5100))
    with pytest.raises(StoreError, match="the disk is full; free some space"):
        store.flush()
    # What comes after it waits too, and is counted with the rest.
    store.append_cycles(row(tick, bytes(400)) for tick in range(5100, 20000))
    with pytest.raises(StoreError, match="the disk is full; free some space"):
        store.finish()
    assert store.lost == Counts(cycles=19900, events=0)
    assert store.counts().cycles == 100


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB."""
    mount = tmp_path / "disk"
    mount.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(mount)]
    try:
        allowed = subprocess.run(command, capture_output=True).returncode == 0
    except OSError:
        allowed = False
    if not allowed:
        pytest.skip("mounting a tmpfs is not permitted here")
    yield mount
    subprocess.run(["umount", str(mount)], check=True)


def test_a_full_disk_is_told_and_what_was_committed_stays(small_disk: Path) -> None:
    path = small_disk / "run.sqlite"
    store = RunStore.create(path)
    store.append_cycles(rows(100))
    store.flush()
    store.append_cycles(row(tick, bytes(4000)) for tick in range(100, 5100))
    with pytest.raises(StoreError, match=r"cannot write .*/disk/run.sqlite: the disk .*full"):
        store.flush()
    with pytest.raises(StoreError, match=r"cannot write .*/disk/run.sqlite: the disk .*full"):
        store.finish()
    assert store.counts().cycles == 100
    store.close()
    with RunStore.open(path) as reader:
        assert [row.tick for row in reader.cycles()] == list(range(100))


def test_a_disk_too_full_to_create_a_store_is_left_as_it_was(small_disk: Path) -> None:
    (small_disk / "ballast").write_bytes(bytes(1024 * 1024 - 8192))
    with pytest.raises(StoreError, match=r"cannot create .*: the disk .*full"):
        RunStore.create(small_disk / "run.sqlite")
    assert [file.name for file in small_disk.iterdir()] == ["ballast"]


def test_a_read_only_medium_can_be_read_and_not_written(small_disk: Path) -> None:
    path = small_disk / "run.sqlite"
    with RunStore.create(path) as store:
        store.append_cycles(rows(3))
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with RunStore.open(path) as reader:
        assert reader.counts().cycles == 3
    with pytest.raises(StoreError, match="the file system is read-only; choose a place"):
        RunStore.create(small_disk / "other.sqlite")
