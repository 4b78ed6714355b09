"""Whether a run is under way: the process that records it holds a lock in its directory.

The kernel gives the lock back when that process ends, however it ends. So a directory whose
manifest says `running` and whose lock nobody holds belongs to a run that was killed.
"""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import Self

from qiki_hil.store.sqlite_errors import store_errors

LOCK = ".lock"


class RunLock:
    """The lock on one run directory. Children do not inherit it."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor

    @classmethod
    def take(cls, directory: Path) -> Self:
        """Locks a new directory. Raises StoreError where that cannot be written."""
        path = directory / LOCK
        with store_errors("create", path):
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        # A file system without locks: then a reader cannot tell, and says `running`.
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        return cls(path, descriptor)

    @classmethod
    def abandoned(cls, directory: Path) -> Self | None:
        """The lock that a dead process left behind; None where there is none, where a living
        process holds it, and where that cannot be found out."""
        path = directory / LOCK
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except OSError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            return None
        return cls(path, descriptor)

    @classmethod
    def is_held(cls, directory: Path) -> bool:
        """Whether a living process holds the lock, or that cannot be found out."""
        if not (directory / LOCK).exists():
            return False
        lock = cls.abandoned(directory)
        if lock is not None:
            lock.release(remove=False)
        return lock is None

    def release(self, *, remove: bool = True) -> None:
        """Gives the lock back; `remove` takes the file away with it. Idempotent."""
        if self._descriptor < 0:
            return
        if remove:
            self._path.unlink(missing_ok=True)
        os.close(self._descriptor)
        self._descriptor = -1
