"""Errors of SQLite and the file system as StoreError: which file, what is wrong, what to do."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qiki_hil.errors import StoreError

SQLITE_TEXTS = {
    sqlite3.SQLITE_FULL: "the disk is full; free some space",
    sqlite3.SQLITE_IOERR: "the disk gave an input/output error; it may be full or failing",
    sqlite3.SQLITE_READONLY: "it is read-only; write to a store made with RunStore.create",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; check the path and its permissions",
    sqlite3.SQLITE_BUSY: "another program has it locked; end that program or try again later",
    sqlite3.SQLITE_LOCKED: "another program has it locked; end that program or try again later",
    sqlite3.SQLITE_CORRUPT: "it is damaged; restore it from a copy",
    sqlite3.SQLITE_NOTADB: "it is not an SQLite file, or damaged; a run writes run.sqlite",
    sqlite3.SQLITE_TOOBIG: "a record is larger than SQLite allows",
}
OS_TEXTS = {
    errno.ENOSPC: "the disk is full; free some space",
    errno.EDQUOT: "the disk quota is used up; free some space",
    errno.EEXIST: "there is something with that name already; choose another name",
    errno.ENOENT: "it is not there; check the path",
    errno.ENOTDIR: "a part of the path is not a directory; choose another path",
    errno.EACCES: "permission denied; choose a place that you may write to",
    errno.EPERM: "permission denied; choose a place that you may write to",
    errno.EROFS: "the file system is read-only; choose a place that you may write to",
}
# Extended result codes carry the primary one in their low byte.
PRIMARY_CODE = 0xFF


@contextmanager
def store_errors(action: str, path: Path) -> Iterator[None]:
    """Raises a StoreError in place of an OSError or sqlite3.Error of its block."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise StoreError(describe(action, path, error)) from error


def describe(action: str, path: Path, error: OSError | sqlite3.Error) -> str:
    """One sentence: "cannot <action> <path>: <what is wrong and what to do>"."""
    return f"cannot {action} {path}: {reason(error)}"


def is_locked(error: sqlite3.Error) -> bool:
    """Whether another program holds a lock, which will pass."""
    code = getattr(error, "sqlite_errorcode", 0) & PRIMARY_CODE
    return code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def reason(error: OSError | sqlite3.Error) -> str:
    """What is wrong and what to do; the system's own text for errors that are not listed."""
    if isinstance(error, OSError):
        return OS_TEXTS.get(error.errno or 0, error.strerror or str(error))
    code = getattr(error, "sqlite_errorcode", None)  # absent on errors of the Python module itself
    return SQLITE_TEXTS.get(code & PRIMARY_CODE, str(error)) if code is not None else str(error)
