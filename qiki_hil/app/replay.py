"""Replay: recorded inputs through the controller, outputs compared to the bit."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError, Message

from qiki_hil._pb.qiki.telemetry.v1 import cycle_pb2
from qiki_hil.errors import StoreError
from qiki_hil.kernels import ReplayCore
from qiki_hil.kernels.controller import period_us
from qiki_hil.spec import BotSpec
from qiki_hil.store import RunDirectory, RunStore
from qiki_hil.store.sqlite_errors import store_errors


@dataclass(frozen=True)
class Difference:
    """A value that the replay computed differently from the record."""

    path: str
    recorded: str
    replayed: str


@dataclass(frozen=True)
class ReplayResult:
    """How many cycles agree, the first difference, and whether the record is complete."""

    run_id: str
    cycles: int
    tick: int | None
    """The first tick that differs, None where none does."""
    differences: list[Difference]
    status: str
    """How the run ended, `running`, or `killed`."""
    ticks: int | None
    """The ticks of the run by its summary; None where it has no summary."""

    @property
    def identical(self) -> bool:
        """Whether every recorded output was computed again to the same bits."""
        return self.tick is None

    @property
    def complete(self) -> bool | None:
        """Whether every tick of the run is recorded; None where no summary says how many."""
        return None if self.ticks is None else self.cycles == self.ticks


def replay(directory: Path) -> ReplayResult:
    """Replays a run. Raises StoreError where the directory holds none, or where records are
    missing or damaged in it: a controller's state depends on every tick."""
    run = RunDirectory.open(directory)
    spec = BotSpec.load(run.path / "spec.yaml")
    if spec.hash != run.manifest.spec_hash:
        raise StoreError(
            f"{run.path / 'spec.yaml'}: hash {spec.hash}, the run was made with "
            f"{run.manifest.spec_hash}: the file was changed afterwards"
        )
    status, ticks = run.manifest.status.value, ticks_of(run)
    core = ReplayCore(spec.core_json(), period_us(run.manifest.rate_hz))
    cycles = 0
    with RunStore.open(run.store_path) as store:
        for row in store.cycles():
            if row.tick != cycles:
                raise StoreError(
                    f"{run.store_path}: tick {cycles} is missing (next is {row.tick}); a run "
                    "with dropped records cannot be replayed beyond the gap"
                )
            try:
                replayed = core.step(row.record)
                found = [] if replayed is None else list(compare(row.record, replayed))
            except (ValueError, DecodeError) as error:
                raise StoreError(
                    f"{run.store_path}: the record of tick {row.tick} is damaged ({error}); "
                    "restore the run from a copy"
                ) from error
            if replayed is not None:
                return ReplayResult(run.run_id, cycles, row.tick, found, status, ticks)
            cycles += 1
    if not cycles:
        raise StoreError(f"{run.store_path}: holds no cycle records; nothing to replay")
    return ReplayResult(run.run_id, cycles, None, [], status, ticks)


def ticks_of(run: RunDirectory) -> int | None:
    """The ticks of a run by its summary; None where it has no summary, because it was killed.
    Raises StoreError where the summary is damaged."""
    path = run.path / "summary.json"
    try:
        with store_errors("read", path):
            if not path.exists():
                return None
            ticks = json.loads(path.read_bytes())["ticks"]
    except (ValueError, KeyError, TypeError, RecursionError):
        ticks = None
    if type(ticks) is not int:
        raise StoreError(f"{path}: is damaged (ticks is missing); restore the run from a copy")
    return ticks


def compare(recorded: bytes, replayed: bytes) -> Iterator[Difference]:
    """The fields in which two encoded cycle records differ. Where every known field agrees, the
    difference is in the encoding itself."""
    one = cycle_pb2.CycleRecord.FromString(recorded)
    other = cycle_pb2.CycleRecord.FromString(replayed)
    found = list(_differences("", one, other))
    yield from found or [Difference("encoding", recorded.hex(), replayed.hex())]


def _differences(path: str, one: Message, other: Message) -> Iterator[Difference]:
    for field in one.DESCRIPTOR.fields:
        a, b = getattr(one, field.name), getattr(other, field.name)
        name = f"{path}{field.name}"
        if field.is_repeated:
            yield from _elements(name, list(a), list(b))
        elif field.type == FieldDescriptor.TYPE_MESSAGE:
            yield from _differences(f"{name}.", a, b)
        elif repr(a) != repr(b):
            yield Difference(name, repr(a), repr(b))


def _elements(name: str, one: list[object], other: list[object]) -> Iterator[Difference]:
    if len(one) != len(other):
        yield Difference(name, f"{len(one)} values", f"{len(other)} values")
        return
    for index, (a, b) in enumerate(zip(one, other, strict=True)):
        if repr(a) != repr(b):
            yield Difference(f"{name}[{index}]", repr(a), repr(b))
