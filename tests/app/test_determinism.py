"""One seed, one run: records are compared as bytes."""

from pathlib import Path

import pytest

from qiki_hil._pb.qiki.telemetry.v1 import cycle_pb2
from tests.runs import fly, only_run, recorded, records


def flown(root: Path, *arguments: object) -> list[bytes]:
    one = fly("run", "--runs", root, "--nats", "off", "--json", *arguments)
    assert one.end() == 0, one.text + one.errors
    return records(only_run(root))


@pytest.mark.parametrize("rig", ["sim", "virtual"])
def test_the_same_seed_gives_the_same_bytes(root: Path, short: Path, rig: str) -> None:
    first = records(recorded("--rig", rig, "--speed", "max"))
    assert len(first) == 1000
    assert flown(root, "--rig", rig, "--scenario", short, "--speed", "max") == first


def test_another_seed_gives_other_bytes(root: Path, short: Path) -> None:
    first = records(recorded("--rig", "sim", "--speed", "max"))
    other = flown(root, "--rig", "sim", "--scenario", short, "--speed", "max", "--seed", 10)
    assert len(other) == 1000
    assert other != first


def test_at_any_speed_the_records_are_the_same_apart_from_timing() -> None:
    free = records(recorded("--rig", "sim", "--speed", "max"))
    paced = records(recorded("--rig", "sim", "--speed", 20))
    assert len(free) == len(paced) == 1000
    for tick, (one, other) in enumerate(zip(free, paced, strict=True)):
        record = cycle_pb2.CycleRecord.FromString(other)
        assert record.HasField("timing") == (tick > 0)
        record.ClearField("timing")
        assert record == cycle_pb2.CycleRecord.FromString(one)
