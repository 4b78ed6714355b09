"""A campaign on a real Dask scheduler with a real worker, on this machine alone."""

import re
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from qiki_hil.campaign import workers
from qiki_hil.campaign.flight import fly_cases
from qiki_hil.errors import QikiError

pytest.importorskip("distributed")
pytestmark = pytest.mark.filterwarnings("default")
START_TIMEOUT_S = 60.0


def never():
    return False


@contextmanager
def process(module, *options):
    """A Dask process; its output."""
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", f"distributed.cli.{module}", *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield child.stderr
    finally:
        child.terminate()
        child.wait(20)
        child.stderr.close()


def line_with(lines, pattern):
    """The first match in the lines of a log."""
    deadline = time.monotonic() + START_TIMEOUT_S
    for line in lines:
        if found := re.search(pattern, line):
            return found
        if time.monotonic() > deadline:
            break
    pytest.fail(f"no line with {pattern}")


@contextmanager
def scheduler():
    options = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show")
    with process("dask_scheduler", *options) as log:
        yield line_with(log, r"Scheduler at:\s*(tcp://\S+)").group(1)


def test_a_cluster_gives_the_rows_that_this_process_gives(campaign):
    options = ("--no-nanny", "--no-dashboard", "--nthreads", "2", "--host", "127.0.0.1")
    with scheduler() as address, process("dask_worker", address, *options) as log:
        line_with(log, r"Registered to")
        rows = [row for chunk in workers.on_dask(campaign, address, never) for row in chunk]
    rows.sort(key=lambda row: row["case"])
    assert rows == fly_cases(campaign, range(campaign.entries.cases))


def test_a_cluster_without_workers_is_told_how_to_get_some(campaign):
    with (
        scheduler() as address,
        pytest.raises(QikiError, match="no workers; start some with `dask worker tcp"),
    ):
        next(workers.on_dask(campaign, address, never))


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense"])
def test_a_scheduler_that_is_not_there_is_named(campaign, address, monkeypatch):
    monkeypatch.setattr(workers, "DASK_TIMEOUT_S", 1.0)
    with pytest.raises(QikiError, match=f"dask {address}: no scheduler answers"):
        next(workers.on_dask(campaign, address, never))
