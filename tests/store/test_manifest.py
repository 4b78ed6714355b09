"""The run directory: its name, its manifest, and what happens where it cannot be written."""

import errno
import json
from pathlib import Path
from typing import Any

import pytest

from qiki_hil.errors import StoreError
from qiki_hil.store import RunDirectory, RunStatus
from qiki_hil.store.manifest import directory_name

CREATED_UNIX_NS = 1_763_771_160_250_000_000  # 2025-11-22 00:26:00.25 UTC


def create(root: Path, tag: str = "5f0c9a1e") -> RunDirectory:
    return RunDirectory.create(
        root,
        created_unix_ns=CREATED_UNIX_NS,
        tag=tag,
        scenario="demo",
        rig="sim",
        rate_hz=500.0,
        speed="max",
        seed=7,
        spec_hash="sha256:abc",
        versions={"qiki-hil": "0.1.0"},
    )


def test_the_manifest_says_what_the_run_is(tmp_path: Path) -> None:
    run = create(tmp_path / "runs")
    assert run.path == tmp_path / "runs" / "20251122T002600Z-demo-sim-5f0c9a1e"
    assert json.loads((run.path / "run.json").read_text()) == {
        "schema_version": 2,
        "run_id": "20251122T002600Z-demo-sim-5f0c9a1e",
        "created_unix_ns": str(CREATED_UNIX_NS),
        "scenario": "demo",
        "rig": "sim",
        "rate_hz": 500.0,
        "speed": "max",
        "seed": "7",
        "spec_hash": "sha256:abc",
        "versions": {"qiki-hil": "0.1.0"},
        "status": "running",
    }


def test_runs_of_the_same_second_have_ids_of_their_own_by_their_tags(tmp_path: Path) -> None:
    names = [create(tmp_path, tag).run_id for tag in ("aa", "bb")]
    assert names == ["20251122T002600Z-demo-sim-aa", "20251122T002600Z-demo-sim-bb"]


def test_no_run_writes_into_the_directory_of_another(tmp_path: Path) -> None:
    create(tmp_path)
    with pytest.raises(StoreError, match="there is something with that name already"):
        create(tmp_path)


def test_a_status_is_written_whole_and_read_back(tmp_path: Path) -> None:
    run = create(tmp_path)
    run.set_status(RunStatus.PASSED)
    found = RunDirectory.open(run.path)
    assert found.manifest == run.manifest
    assert found.manifest.status is RunStatus.PASSED
    run.release()
    assert [file.name for file in run.path.iterdir()] == ["run.json"]


def test_names_come_from_paths_without_what_a_directory_cannot_hold() -> None:
    name = directory_name(CREATED_UNIX_NS, "my runs/тест slew.yaml", "rigs/can 0.yaml", "ab")
    assert name == "20251122T002600Z-_____slew-can_0-ab"


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_leaves_no_directory_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StoreError, match=r"cannot write .*run.json: the disk is full"):
        create(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_status_that_cannot_be_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = create(tmp_path)
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StoreError, match="the disk is full"):
        run.set_status(RunStatus.FAILED)
    assert run.manifest.status is RunStatus.RUNNING
    assert RunDirectory.open(run.path).manifest.status is RunStatus.RUNNING
    run.release()
    assert [file.name for file in run.path.iterdir()] == ["run.json"]


def test_a_root_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(
        StoreError, match=r"cannot create a run directory in .*: there is something"
    ):
        create(tmp_path / "runs")
    with pytest.raises(StoreError, match=r"in .*: a part of the path is not a directory"):
        create(tmp_path / "runs" / "deeper")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"schema_version": 3}, "schema version 3 is newer than 2"),
        ({"status": "flying"}, "it is not a run manifest: status: Input should be"),
        ({"colour": "red"}, "it is not a run manifest: colour: Extra inputs"),
    ],
)
def test_a_manifest_that_cannot_be_used_is_told(
    tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    file = create(tmp_path).path / "run.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(StoreError, match=words):
        RunDirectory.open(file.parent)


def test_a_manifest_of_the_first_version_is_read(tmp_path: Path) -> None:
    run = create(tmp_path)
    file = run.path / "run.json"
    numbers = {"schema_version": 1, "created_unix_ns": CREATED_UNIX_NS, "seed": 7}
    file.write_text(json.dumps(json.loads(file.read_text()) | numbers))
    found = RunDirectory.open(run.path).manifest
    assert (found.created_unix_ns, found.seed) == (CREATED_UNIX_NS, 7)


def test_a_missing_or_broken_manifest_is_told(tmp_path: Path) -> None:
    with pytest.raises(
        StoreError, match=r"cannot read .*run.json: it is not there; check the path"
    ):
        RunDirectory.open(tmp_path)
    (tmp_path / "run.json").write_text("{")
    with pytest.raises(StoreError, match="it is not a run manifest: Invalid JSON"):
        RunDirectory.open(tmp_path)
