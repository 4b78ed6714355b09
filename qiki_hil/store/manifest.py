"""The directory of a run and its manifest, run.json. Time is an argument."""

import os
import shutil
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from qiki_hil.digits import Digits
from qiki_hil.errors import StoreError
from qiki_hil.store.lock import RunLock
from qiki_hil.store.sqlite_errors import store_errors

SCHEMA_VERSION = 2
MANIFEST = "run.json"


class RunStatus(StrEnum):
    """Whether a run is under way, or how it ended."""

    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"
    ABORTED = "aborted"
    KILLED = "killed"
    """Nobody lived to say how it ended."""


class RunManifest(BaseModel):
    """The content of run.json: enough to identify a run and to repeat it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: int = SCHEMA_VERSION
    run_id: str
    created_unix_ns: Digits
    scenario: str
    rig: str
    rate_hz: float
    speed: float | Literal["max"]
    seed: Digits
    spec_hash: str
    versions: dict[str, str]
    status: RunStatus = RunStatus.RUNNING


class RunDirectory:
    """A run's directory with its manifest. `create` makes a new one, `open` finds an old one."""

    def __init__(self, path: Path, manifest: RunManifest, lock: RunLock | None = None) -> None:
        self.path = path
        self.manifest = manifest
        self._lock = lock

    @classmethod
    def create(
        cls,
        root: Path,
        *,
        created_unix_ns: int,
        tag: str,
        scenario: str,
        rig: str,
        rate_hz: float,
        speed: float | Literal["max"],
        seed: int,
        spec_hash: str,
        versions: dict[str, str],
    ) -> Self:
        """Makes `root` where needed, and in it a directory of its own for this run, named by UTC
        time, scenario, rig and `tag`; the name is the run id. `tag` is random: runs that begin at
        one moment in different roots, or on different machines, may share a broker. It is locked
        until `release`. Raises StoreError where that cannot be written; then no directory is left
        behind."""
        path = make_directory(root, directory_name(created_unix_ns, scenario, rig, tag))
        manifest = RunManifest(
            run_id=path.name,
            created_unix_ns=created_unix_ns,
            scenario=scenario,
            rig=rig,
            rate_hz=rate_hz,
            speed=speed,
            seed=seed,
            spec_hash=spec_hash,
            versions=versions,
        )
        try:
            run = cls(path, manifest, RunLock.take(path))
            run.write(MANIFEST, encode(manifest))
        except StoreError:
            shutil.rmtree(path, ignore_errors=True)
            raise
        return run

    @classmethod
    def open(cls, path: Path) -> Self:
        """Reads run.json of `path`. A run that says `running` while nobody holds its lock was
        killed, and its manifest here says so. Raises StoreError where run.json is missing, broken
        or newer."""
        manifest = read_manifest(path / MANIFEST)
        if manifest.status == RunStatus.RUNNING and not RunLock.is_held(path):
            # Read anew: it may have ended in order between the two looks.
            manifest = read_manifest(path / MANIFEST)
            if manifest.status == RunStatus.RUNNING:
                manifest = manifest.model_copy(update={"status": RunStatus.KILLED})
        return cls(path, manifest)

    def release(self) -> None:
        """Gives the lock of a run back that is over. Idempotent."""
        if self._lock is not None:
            self._lock.release()

    @property
    def run_id(self) -> str:
        return self.manifest.run_id

    @property
    def store_path(self) -> Path:
        """The event store."""
        return self.path / "run.sqlite"

    @property
    def nats_path(self) -> Path:
        """Data of the private broker."""
        return self.path / "nats"

    def set_status(self, status: RunStatus) -> None:
        """Writes the manifest anew with this status."""
        manifest = self.manifest.model_copy(update={"status": status})
        self.write(MANIFEST, encode(manifest))
        self.manifest = manifest

    def write(self, name: str, content: bytes) -> None:
        """Writes a file of the run atomically: whole or not at all. Raises StoreError."""
        write_atomically(self.path / name, content)


def utc_text(unix_ns: int) -> str:
    """A moment for people: 2025-11-22 00:46:00."""
    return f"{datetime.fromtimestamp(unix_ns // 1_000_000_000, UTC):%Y-%m-%d %H:%M:%S}"


def directory_name(created_unix_ns: int, scenario: str, rig: str, tag: str) -> str:
    """UTC time to the second, scenario, rig, tag: 20251122T004600Z-demo-sim-5f0c9a1e. What is not
    a letter, digit, dot, underscore or hyphen becomes an underscore; a path counts by its stem."""
    moment = datetime.fromtimestamp(created_unix_ns // 1_000_000_000, UTC)
    parts = [moment.strftime("%Y%m%dT%H%M%SZ"), Path(scenario).stem, Path(rig).stem, tag]
    return "-".join(map(plain, parts))


def plain(text: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in text)


def make_directory(root: Path, name: str) -> Path:
    """A new directory in `root`."""
    path = root / name
    with store_errors("create a run directory in", root):
        root.mkdir(parents=True, exist_ok=True)
        path.mkdir()
    return path


def encode(manifest: RunManifest) -> bytes:
    return manifest.model_dump_json(indent=2).encode() + b"\n"


def read_manifest(path: Path) -> RunManifest:
    try:
        with store_errors("read", path):
            manifest = RunManifest.model_validate_json(path.read_bytes())
    except ValidationError as error:
        problems = "; ".join(problem(item["loc"], item["msg"]) for item in error.errors())
        raise StoreError(f"cannot read {path}: it is not a run manifest: {problems}") from error
    if manifest.schema_version > SCHEMA_VERSION:
        raise StoreError(
            f"cannot read {path}: schema version {manifest.schema_version} is newer than"
            f" {SCHEMA_VERSION}, the newest this version reads; use a newer qiki-hil"
        )
    return manifest


def problem(location: tuple[int | str, ...], message: str) -> str:
    return f"{'.'.join(map(str, location))}: {message}" if location else message


def write_atomically(path: Path, content: bytes) -> None:
    """Writes beside `path`, syncs, renames: a reader sees the old content or the new one."""
    draft = path.with_name(f".{path.name}.draft")
    try:
        with store_errors("write", path):
            with draft.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
    except StoreError:
        with suppress(OSError):
            draft.unlink()
        raise
