"""A disk that is full, or fills: a small tmpfs, where the system lets us mount one."""

import ctypes
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from qiki_hil.app.replay import replay
from qiki_hil.store import RunStatus
from tests.runs import fly, only_run, records, write_scenario

LIBC = ctypes.CDLL(None, use_errno=True)
READ_ONLY = 1
SIZE_KIB = 16384


def mount(path: Path, flags: int = 0) -> None:
    options = f"size={SIZE_KIB}k".encode()
    if LIBC.mount(b"tmpfs", bytes(path), b"tmpfs", flags, options):
        pytest.skip(f"no file system can be mounted here: {os.strerror(ctypes.get_errno())}")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "disk"
    path.mkdir()
    mount(path)
    yield path
    LIBC.umount2(bytes(path), 2)


@pytest.fixture
def read_only_disk(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "disk"
    path.mkdir()
    mount(path, READ_ONLY)
    yield path
    LIBC.umount2(bytes(path), 2)


def fill(disk: Path, free_kib: int) -> Path:
    """Leaves so much room on a disk."""
    filler = disk / "filler"
    free = shutil.disk_usage(disk).free
    filler.write_bytes(bytes(free - free_kib * 1024))
    assert shutil.disk_usage(disk).free == free_kib * 1024
    return filler


def test_a_read_only_place_is_told(read_only_disk: Path, short: Path) -> None:
    one = fly("run", "--scenario", short, "--speed", "max", "--runs", read_only_disk)
    assert one.end() == 2
    assert f"cannot create a run directory in {read_only_disk}" in one.errors
    assert "the file system is read-only; choose a place that you may write to" in one.errors


@pytest.mark.parametrize("free_kib", [0, 8, 24, 40, 100])
def test_a_full_disk_is_told_before_anything_moves_and_nothing_is_left(
    small_disk: Path, short: Path, free_kib: int
) -> None:
    filler = fill(small_disk, free_kib)
    root = small_disk / "runs"
    one = fly("run", "--scenario", short, "--speed", "max", "--runs", root, "--nats", "off")
    assert one.end() == 2, one.text
    assert "the disk is full; free some space" in one.errors
    assert "Traceback" not in one.errors
    filler.unlink()
    assert not root.exists() or list(root.iterdir()) == []


@pytest.mark.parametrize("nats", ["off", "private"])
def test_a_disk_that_fills_in_flight_ends_the_run_with_valves_closed_and_says_so(
    small_disk: Path, tmp_path: Path, nats: str
) -> None:
    text = "name: filler\nduration_s: 600\ncommands:\n  - {at_s: 0.1, do: arm}\n"
    scenario = write_scenario(tmp_path / "filler.yaml", text)
    root = small_disk / "runs"
    one = fly(
        *("run", "--scenario", scenario, "--speed", "max", "--json"),
        *("--runs", root, "--nats", nats),
        report=True,
    )
    assert one.end() == 1, one.text + one.errors
    assert "Traceback" not in one.errors
    summary = json.loads(one.text)
    assert (summary["status"], summary["passed"]) == ("failed", False)
    assert "the disk is full; free some space" in summary["end_detail"]
    assert summary["valves_closed"]
    assert summary["simulated_s"] < 600
    run = only_run(root)
    assert run.manifest.status == RunStatus.FAILED
    assert json.loads((run.path / "summary.json").read_text()) == summary
    whole = {path.name for path in run.path.iterdir()} - {"run.sqlite-wal", "run.sqlite-shm"}
    assert not [name for name in whole if name.startswith(".")]
    # What was committed is whole: it replays to its last tick.
    assert len(records(run)) == summary["records"] > 0
    missing = summary["ticks"] - summary["records"]
    assert summary["records_dropped"] == missing > 0
    assert f"{missing} of {summary['ticks']} records are missing" in summary["end_detail"]
    assert summary["end"] == "the record could not be kept"
    assert replay(run.path).identical


def test_a_disk_too_full_for_the_report_costs_the_report_alone(
    small_disk: Path, short: Path
) -> None:
    # The record takes 740 KiB, and some 100 KiB more for each commit between the first and the
    # last: how many there are depends on the machine. The report takes 560 KiB.
    fill(small_disk, 1152)
    root = small_disk / "runs"
    one = fly(
        "run", "--scenario", short, "--speed", "max", "--runs", root, "--nats", "off", report=True
    )
    assert one.end() == 0, one.text + one.errors
    assert re.search(r"cannot write \S*/report\.(html|png): the disk is full", one.errors)
    assert "report: " not in one.text
    run = only_run(root)
    assert run.manifest.status == RunStatus.PASSED
    assert json.loads((run.path / "summary.json").read_text())["passed"]
    assert len(records(run)) == 1000
