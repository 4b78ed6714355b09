"""The file behind a run store: its tables, its settings, and how it is opened."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qiki_hil.errors import StoreError

SCHEMA_VERSION = 2
# Version 1 had no checksums.
# A 16 KiB page holds some forty cycle records; with the default of 4 KiB writing is slower.
PAGE_BYTES = 16384

TABLES = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE cycles (
        tick INTEGER PRIMARY KEY,
        time_ns INTEGER NOT NULL,
        record BLOB NOT NULL,
        checksum INTEGER NOT NULL
    )""",
    """CREATE TABLE events (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        event_id TEXT NOT NULL UNIQUE,
        type TEXT NOT NULL,
        time_ns INTEGER NOT NULL,
        unix_ns INTEGER NOT NULL,
        severity INTEGER NOT NULL,
        event BLOB NOT NULL,
        checksum INTEGER NOT NULL
    )""",
)


def create_file(path: Path) -> sqlite3.Connection:
    """Makes an empty run store and opens it for writing, without waiting for a lock: whoever
    records a run may not stand still. Raises OSError or sqlite3.Error; then nothing is left
    behind, and a file that was there before is unchanged."""
    path.open("xb").close()
    try:
        connection = connect(path, "mode=rw", busy_timeout_s=0.0)
        with closed_on_error(connection):
            set_up(connection)
    except sqlite3.Error:
        for suffix in ("", "-wal", "-shm", "-journal"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        raise
    return connection


def open_file(path: Path, busy_timeout_s: float) -> sqlite3.Connection:
    """Opens a run store for reading. Raises sqlite3.Error, or StoreError where it is missing,
    something else, or of another version.

    A store without a log beside it has no writer. It is opened as immutable, so that it can also
    be read from a read-only medium.
    """
    if not path.is_file():
        raise StoreError(f"cannot open {path}: there is no such file; a run writes run.sqlite")
    log = path.with_name(f"{path.name}-wal")
    options = "mode=ro" if log.exists() else "mode=ro&immutable=1"
    connection = connect(path, options, busy_timeout_s)
    with closed_on_error(connection):
        check_schema(path, connection)
    return connection


def connect(path: Path, options: str, busy_timeout_s: float) -> sqlite3.Connection:
    """A connection without implicit transactions, for use from one thread at a time."""
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?{options}",
        uri=True,
        timeout=busy_timeout_s,
        isolation_level=None,
        check_same_thread=False,
    )


def set_up(connection: sqlite3.Connection) -> None:
    """Makes an empty file a run store: all of it in one transaction."""
    connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    connection.execute("PRAGMA journal_mode = WAL")
    # A commit survives the death of the process. When the machine loses power the last commits can
    # be lost; to prevent that would need a sync for every commit, which stalls the supervisor.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("BEGIN IMMEDIATE")
    for table in TABLES:
        connection.execute(table)
    connection.execute("INSERT INTO meta VALUES ('schema_version', ?)", (str(SCHEMA_VERSION),))
    connection.execute("COMMIT")


@contextmanager
def closed_on_error(connection: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, StoreError):
        connection.close()
        raise


def check_schema(path: Path, connection: sqlite3.Connection) -> None:
    """Raises StoreError where the file is not a run store, or of another version."""
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    if not {"meta", "cycles", "events"} <= tables:
        raise StoreError(f"cannot open {path}: it is not a run store; a run writes run.sqlite")
    query = "SELECT value FROM meta WHERE key = 'schema_version'"
    found = connection.execute(query).fetchone()
    version = found[0] if found else "none"
    if not version.isdecimal():
        raise StoreError(f"cannot open {path}: schema version {version!r} is not a number")
    if int(version) > SCHEMA_VERSION:
        raise StoreError(
            f"cannot open {path}: schema version {version} is newer than {SCHEMA_VERSION},"
            " the newest this version reads; use a newer qiki-hil"
        )
    if int(version) < SCHEMA_VERSION:
        raise StoreError(
            f"cannot open {path}: schema version {version} is older than {SCHEMA_VERSION}, the"
            " oldest this version reads: its records have no checksums; use the qiki-hil that made"
            " it, whose version run.json tells"
        )
