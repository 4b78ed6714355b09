"""What ends a campaign before its time: signals, and the death of a process of it."""

import os
import signal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from qiki_hil.clock import monotonic_ns
from qiki_hil.kernels import wait_until_ns
from tests.runs import Flight, flight, until

pytestmark = pytest.mark.serial("ends of processes, which must come within seconds")

WORKER = "qiki_hil.campaign.worker"
END_S = 20.0


def campaign(file: Path, out: Path, *options: object) -> tuple[object, ...]:
    return ("campaign", file, "--cases", 20000, "--jobs", 2, "--out", out, *options)


def flying(one: Flight, out: Path) -> Flight:
    """Returns when the first cases are flown."""
    until(lambda: list(out.glob("*/results.parquet")), "results of the first cases")
    return one


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    """A campaign of which one case takes longer than a test may."""
    expect = "expect: [{name: silent, signal: armed, at_s: 1, equals: false}]"
    (tmp_path / "day.yaml").write_text(f"name: day\nduration_s: 86400\n{expect}\n")
    file = tmp_path / "endless.yaml"
    file.write_text("name: endless\ncases: 4\nscenarios: [./day.yaml]\n")
    return file


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_every_request_to_stop_keeps_what_is_flown_and_ends_every_process(
    campaign_file: Path, out: Path, number: signal.Signals
) -> None:
    with flight(*campaign(campaign_file, out)) as one:
        # To every process, as a terminal and a service manager do.
        os.killpg(flying(one, out).process.pid, number)
        assert one.end(END_S) == 130, one.errors
        one.all_gone()
    assert one.text.startswith("INTERRUPTED small: ")
    assert one.errors == ""
    (results,) = out.glob("*/results.parquet")
    assert 0 < pq.read_table(results).num_rows < 20000


def test_requests_in_a_row_do_not_wait_for_cases_under_way(endless: Path, out: Path) -> None:
    with flight("campaign", endless, "--jobs", 2, "--out", out) as one:
        until(lambda: len(one.processes(WORKER)) == 2, "two workers")
        for _ in range(3):
            os.killpg(one.process.pid, signal.SIGINT)
            # Signals of one kind that come together count as one.
            wait_until_ns(monotonic_ns() + 300_000_000)
        assert one.end(END_S) == 130, one.errors
        one.all_gone()
    assert one.errors == "interrupted before any case was flown; nothing is kept\n"
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("after_workers", [1, 2])
def test_a_request_while_the_workers_start_is_one_line(
    campaign_file: Path, out: Path, after_workers: int
) -> None:
    with flight(*campaign(campaign_file, out)) as one:
        until(lambda: len(one.processes(WORKER)) >= after_workers, "workers")
        os.killpg(one.process.pid, signal.SIGINT)
        assert one.end(END_S) == 130, one.errors
        one.all_gone()
    assert one.errors in ("", "interrupted before any case was flown; nothing is kept\n")


def test_workers_end_with_a_parent_that_is_killed(endless: Path, out: Path) -> None:
    with flight("campaign", endless, "--jobs", 2, "--out", out) as one:
        until(lambda: len(one.processes(WORKER)) == 2, "two workers")
        until(lambda: all(computing(pid) for pid in one.processes(WORKER)), "cases under way")
        one.signal(signal.SIGKILL)
        one.all_gone(timeout_s=3.0)


def computing(pid: int) -> bool:
    """Whether a process has used a second of its CPU: more than it takes to start."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) > 2 * os.sysconf("SC_CLK_TCK")


def test_a_worker_that_is_killed_is_told_and_what_is_flown_is_kept(
    campaign_file: Path, out: Path
) -> None:
    with flight(*campaign(campaign_file, out)) as one:
        os.kill(flying(one, out).processes(WORKER)[0], signal.SIGKILL)
        assert one.end(END_S) == 2
        one.all_gone()
    assert one.errors == (
        "error: a worker process died (signal 9, out of memory?); what was flown is kept; "
        "try fewer --jobs\n"
    )
    (results,) = out.glob("*/results.parquet")
    assert pq.read_table(results).num_rows > 0


def test_a_case_that_is_interrupted_leaves_nothing(endless: Path, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    with flight("campaign", endless, "--case", 0, "--runs", runs) as one:
        until(lambda: list(runs.glob("*/run.sqlite-wal")), "a run under way")
        one.signal(signal.SIGTERM)
        assert one.end(END_S) == 130
    assert one.errors == ("interrupted; nothing is kept of a case that was not flown to its end\n")
    assert list(runs.iterdir()) == []
