"""`qiki-hil runs`: lists, shows, reports and removes runs, and never what is none."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from qiki_hil._pb.qiki.telemetry.v1 import cycle_pb2
from qiki_hil.store import RunDirectory, RunStatus, RunStore
from qiki_hil.store.run_store import cycle_checksum
from tests.runs import (
    QIKI_HIL,
    Flight,
    flight,
    flip_open_time,
    fly,
    only_run,
    recorded,
    records,
    summary_of,
)


@pytest.fixture
def copy(root: Path) -> RunDirectory:
    """A recorded run among the runs, to be tampered with."""
    source = recorded("--rig", "sim", "--speed", "max").path
    shutil.copytree(source, root / source.name)
    return RunDirectory.open(root / source.name)


def runs(*arguments: object) -> Flight:
    return fly("runs", *arguments)


@pytest.fixture
def killed(root: Path, long: Path) -> RunDirectory:
    """A run all of whose processes were killed at once."""
    with flight("run", "--scenario", long, "--nats", "off", "--plain", "--runs", root) as one:
        one.heard("hold: accepted")
        one.heard("    1.")
        for pid in one.processes():
            os.kill(pid, signal.SIGKILL)
        assert one.end() == -signal.SIGKILL
    return only_run(root)


def test_a_killed_run_is_judged_afterwards_says_so_and_has_not_passed(
    root: Path, killed: RunDirectory
) -> None:
    assert killed.manifest.status == RunStatus.KILLED
    assert not (killed.path / "summary.json").exists()
    shown = runs("show", killed.run_id, "--runs", root)
    assert shown.end() == 0
    assert f"{killed.run_id}: killed, " in shown.text
    assert "hold: accepted" in shown.text
    one = runs("report", killed.run_id, "--runs", root)
    assert one.end() == 0, one.errors
    assert "◼ KILLED long on sim" in one.text
    assert "PASSED" not in one.text
    assert f"report: {killed.path}/report.html" in one.text
    summary = summary_of(killed)
    assert (summary["status"], summary["passed"]) == ("killed", False)
    assert summary["records"] == summary["ticks"] == len(records(killed)) > 400
    assert summary["pulses_total"] > 0
    assert "killed: nobody lived" in summary["end_detail"]
    assert json.loads((killed.path / "run.json").read_text())["status"] == "killed"
    page = (killed.path / "report.html").read_text()
    assert "◼ KILLED" in page
    assert page.count("<svg ") == 6
    assert (killed.path / "report.png").stat().st_size > 10_000
    # Again, from the verdict that is there now.
    again = json.loads(runs("report", killed.run_id, "--runs", root, "--json").text)
    assert again == summary


def test_a_report_is_drawn_anew_from_what_is_recorded(root: Path, copy: RunDirectory) -> None:
    verdict = (copy.path / "summary.json").read_bytes()
    one = runs("report", copy.path, "--runs", root)
    assert one.end() == 0, one.errors
    assert "✓ PASSED short on sim" in one.text
    first = (copy.path / "report.html").read_bytes()
    (copy.path / "report.html").unlink()
    assert runs("report", copy.run_id, "--runs", root).end() == 0
    assert (copy.path / "report.html").read_bytes() == first
    assert (copy.path / "summary.json").read_bytes() == verdict


def test_a_verdict_that_was_lost_is_found_again(root: Path, copy: RunDirectory) -> None:
    before = summary_of(copy)
    (copy.path / "summary.json").unlink()
    one = runs("report", copy.run_id, "--runs", root)
    assert one.end() == 0, one.errors
    assert "✓ PASSED short on sim" in one.text
    # The time that the flight took, and what was published, is kept nowhere else.
    unknown = {"wall_s", "speed_ratio", "telemetry", "realtime_measures", "rig_counters"}
    unknown |= {"directory"}
    after = summary_of(copy)
    assert {name for name in before if before[name] != after[name]} <= unknown
    assert RunDirectory.open(copy.path).manifest.status == RunStatus.PASSED


def test_runs_are_listed_as_a_table_and_as_json(root: Path, copy: RunDirectory) -> None:
    broken = root / "20200101T000000Z-broken"
    broken.mkdir()
    (broken / "run.json").write_text("{}")
    (root / "notes").mkdir()
    one = runs("list", "--runs", root)
    assert one.end() == 0
    head, first, second = one.text.splitlines()
    assert head.split() == ["run", "begun,", "UTC", "rate", "speed", "seed", "status"]
    assert first.startswith(f"{broken.name} ")
    assert "unreadable: cannot read" in first
    run_id, _, _, *rest = second.split()
    assert (run_id, rest) == (copy.run_id, ["500", "Hz", "max", "9", "passed"])
    report = json.loads(runs("list", "--runs", root, "--json").text)
    assert report["schema_version"] == 1
    assert [entry["run_id"] for entry in report["runs"]] == [broken.name, copy.run_id]
    assert report["runs"][1]["status"] == "passed"
    assert "is not a run manifest" in report["runs"][0]["error"]


def test_an_empty_place_has_no_runs(root: Path) -> None:
    one = runs("list", "--runs", root)
    assert (one.end(), one.text) == (0, f"no runs in {root}\n")
    assert json.loads(runs("list", "--runs", root, "--json").text)["runs"] == []


def test_a_run_is_shown_with_verdict_measurements_and_events(
    root: Path, copy: RunDirectory
) -> None:
    one = runs("show", copy.run_id, "--runs", root)
    assert one.end() == 0
    assert "✓ PASSED short on sim: 1 of 1 expectations met" in one.text
    assert "  propellant: " in one.text
    assert "      0.20 s  hold: accepted\n" in one.text
    report = json.loads(runs("show", copy.run_id, "--runs", root, "--json", "--events", 2).text)
    assert report["schema_version"] == 1
    assert report["run"]["records"] == 1000
    assert report["summary"] == summary_of(copy)
    assert [event["type"] for event in report["events"]][-1] == "run_ended"
    assert len(report["events"]) == 2


@pytest.mark.parametrize("command", ["show", "report"])
def test_one_bit_that_flipped_in_a_stored_record_is_named(
    root: Path, copy: RunDirectory, command: str
) -> None:
    flip_open_time(copy, 777)
    one = runs(command, copy.run_id, "--runs", root)
    assert (one.end(), one.text) == (2, "")
    assert f"{copy.store_path}: the record of tick 777 is damaged: row 777 of cycles" in one.errors


@pytest.mark.parametrize("command", ["show", "report", "rm"])
def test_a_run_that_there_is_not_is_named(root: Path, command: str) -> None:
    one = runs(command, "nobody", "--runs", root)
    assert one.end() == 2
    assert f"{root}/nobody: there is no run here; qiki-hil runs list shows" in one.errors


def test_runs_are_removed_only_after_a_yes(root: Path, copy: RunDirectory) -> None:
    other = root / "other"
    shutil.copytree(copy.path, other)
    manifest = json.loads((other / "run.json").read_text()) | {"run_id": "other"}
    (other / "run.json").write_text(json.dumps(manifest))
    for answer in ("n", ""):
        with flight("runs", "rm", copy.run_id, "other", "--runs", root, stdin=True) as one:
            one.type(answer)
            one.process.stdin.close()
            assert one.end() == 1
            assert "Remove 2 run(s) for good?" in one.text
        assert copy.path.exists()
        assert other.exists()
    one = runs("rm", copy.run_id, "other", "--runs", root, "--yes")
    assert one.end() == 0
    assert one.text == f"removed: {copy.path}\nremoved: {other}\n"
    assert list(root.iterdir()) == []


def test_a_run_under_way_is_neither_removed_nor_reported(
    root: Path, long: Path, copy: RunDirectory
) -> None:
    with flight("run", "--scenario", long, "--nats", "off", "--runs", root) as going:
        going.heard("hold: accepted")
        (live,) = (path for path in root.iterdir() if path != copy.path)
        one = runs("rm", copy.run_id, live.name, "--runs", root, "--yes")
        assert one.end() == 2
        assert f"{live}: is not removed: the run is under way; end it first" in one.errors
        assert copy.path.exists()
        one = runs("report", live.name, "--runs", root)
        assert one.end() == 2
        assert "the run is under way; wait for its end" in one.errors
        assert f"{live.name}: running, " in runs("show", live.name, "--runs", root).text
        going.signal(signal.SIGINT)
        assert going.end() == 130
    assert runs("rm", live.name, "--runs", root, "--yes").end() == 0
    assert not live.exists()


def test_what_is_no_run_is_never_removed(root: Path, copy: RunDirectory, tmp_path: Path) -> None:
    plain = root / "plain"
    plain.mkdir()
    (plain / "letter").write_text("dear")
    renamed = root / "renamed"
    shutil.copytree(copy.path, renamed)
    link = root / f"{copy.run_id}-link"
    link.symlink_to(copy.path)
    broken = root / "broken"
    broken.mkdir()
    (broken / "run.json").write_text("{}")
    for name, words in (
        ("plain", "there is no run here"),
        ("broken", "it is not a run manifest"),
        ("renamed", f"is not removed: it is not the directory of run {copy.run_id}"),
        (link.name, f"is not removed: it is not the directory of run {copy.run_id}"),
        (".", "there is no run here"),
        (f"{tmp_path}/", "there is no run here"),
    ):
        one = runs("rm", name, copy.run_id, "--runs", root, "--yes")
        assert one.end() == 2, name
        assert words in one.errors
    assert copy.store_path.exists()
    assert (plain / "letter").read_text() == "dear"
    assert (renamed / "run.sqlite").exists()


LESS_A_TICK_BYTES = 100
"""Of memory. Reading all records at once took 1300 and more."""


def lengthened(run: RunDirectory, folder: Path, ticks: int) -> Path:
    """A run with so many ticks, made of the records of a short one."""
    path = folder / run.run_id
    shutil.copytree(run.path, path)
    blobs = records(run)
    (path / "run.sqlite").unlink()
    with RunStore.create(path / "run.sqlite") as store:
        for tick in range(ticks):
            # What comes later in an encoded message counts.
            about = cycle_pb2.CycleRecord(tick=tick, time_ns=tick * 2_000_000)
            blob = blobs[tick % len(blobs)] + about.SerializeToString()
            checksum = cycle_checksum(tick, about.time_ns, blob)
            store.append_cycles([(tick, about.time_ns, blob, checksum)])
    return path


# A process counts what its parent has at its start as its own, so its parent is a small one.
MEASURE = (
    "import resource, subprocess, sys\n"
    "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)\n"
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
)


def peak_bytes(run: Path) -> int:
    """The memory that judging a run and drawing its report takes at its peak."""
    (run / "summary.json").unlink()
    command = [sys.executable, "-c", MEASURE, str(QIKI_HIL), "runs", "report", str(run)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(done.stdout) * 1024


@pytest.mark.slow
def test_a_longer_run_takes_no_more_memory_to_judge_and_draw(tmp_path: Path) -> None:
    run = recorded("--rig", "sim", "--speed", "max")
    few, many = 140_000, 420_000
    short, long = (
        peak_bytes(lengthened(run, tmp_path / str(ticks), ticks)) for ticks in (few, many)
    )
    assert (long - short) / (many - few) < LESS_A_TICK_BYTES


def test_a_damaged_verdict_is_told(root: Path, copy: RunDirectory) -> None:
    (copy.path / "summary.json").write_text("{}")
    one = runs("show", copy.run_id, "--runs", root)
    assert one.end() == 2
    assert "summary.json: it is damaged, " in one.errors
    assert "remove it, and qiki-hil runs report judges the run anew" in one.errors


def test_a_store_of_an_older_version_is_told(root: Path, copy: RunDirectory) -> None:
    with sqlite3.connect(copy.store_path) as connection:
        connection.execute("UPDATE meta SET value = '1' WHERE key = 'schema_version'")
    connection.close()
    one = runs("show", copy.run_id, "--runs", root)
    assert one.end() == 2
    assert "schema version 1 is older than 2" in one.errors
