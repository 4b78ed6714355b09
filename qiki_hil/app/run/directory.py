"""The directory of a new run, with everything that the run is made from."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from qiki_hil import clock
from qiki_hil.app.request import RunParts, versions
from qiki_hil.errors import QikiError, StoreError
from qiki_hil.identity import random_tag
from qiki_hil.store import RunDirectory, RunStatus
from qiki_hil.store.lock import LOCK, RunLock

RESERVE = ".reserve"
RESERVE_BYTES = 64 * 1024
"""Reserved while a run goes on, so that one that fills the disk can still say that it did."""


def make_directory(parts: RunParts) -> RunDirectory:
    """A directory for a run, with its spec, rig and scenario. The loop reads them from there, so
    what is kept of a run is what it was made from. Raises StoreError where it cannot be written;
    then nothing is left behind."""
    directory = RunDirectory.create(
        parts.root,
        created_unix_ns=clock.unix_ns(),
        tag=random_tag(),
        scenario=parts.scenario.name,
        rig=parts.rig.name or parts.rig.kind,
        rate_hz=parts.rate_hz,
        speed=parts.speed,
        seed=parts.seed,
        spec_hash=parts.spec.hash,
        versions=versions(),
    )
    with removing_on_error(directory.path):
        directory.write("spec.yaml", parts.spec.to_yaml().encode())
        directory.write("rig.yaml", parts.rig.to_yaml().encode())
        directory.write("scenario.yaml", parts.scenario.to_yaml().encode())
        directory.write(RESERVE, bytes(RESERVE_BYTES))
    return directory


def release_reserve(directory: RunDirectory) -> None:
    """Gives back the space that was reserved for the end of the run."""
    (directory.path / RESERVE).unlink(missing_ok=True)


def settle_killed(root: Path) -> list[Path]:
    """Puts in order what runs under `root` left behind whose process was killed: each gets the
    status `killed`, unless its loop lived to give it another, and what it reserved is given back.
    Returns the directories of those that are killed. What cannot be written stays as it is."""
    killed = []
    for path in sorted(lock.parent for lock in root.glob(f"*/{LOCK}")):
        lock = RunLock.abandoned(path)
        if lock is None:
            continue
        with suppress(OSError, StoreError):
            run = RunDirectory.open(path)
            if run.manifest.status == RunStatus.KILLED:
                run.set_status(RunStatus.KILLED)
                killed.append(path)
            release_reserve(run)
            lock.release()
        lock.release(remove=False)
    return killed


@contextmanager
def removing_on_error(path: Path) -> Iterator[None]:
    """Removes a directory where its block raises a QikiError: a run that could not begin leaves
    nothing that looks like a run."""
    try:
        yield
    except QikiError:
        shutil.rmtree(path, ignore_errors=True)
        raise
