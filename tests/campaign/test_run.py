"""Whole campaigns: workers, files, summaries, interrupts and the command."""

import json
import signal
import subprocess
import sys
import time

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from qiki_hil.campaign import CampaignRun, workers
from qiki_hil.campaign.flight import fly_cases
from qiki_hil.campaign.summary import rate, statistics
from qiki_hil.campaign.table import read_row
from qiki_hil.console.cli.campaign import campaign as command
from qiki_hil.errors import QikiError, StoppedError


def never():
    return False


class Watcher:
    """Notes what it is told; stops the run after `until` cases."""

    def __init__(self, until=None):
        self.until = until
        self.run = None

    def flown(self, cases, failed):  # noqa: ARG002
        if self.until is not None and cases >= self.until:
            self.run.stop()


def stopped_after(cases, campaign, root):
    run, watcher = CampaignRun(campaign, root, jobs=1, dask=None), Watcher(cases)
    watcher.run = run
    return run.run(watcher)


def in_this_process(campaign, jobs, stopping):  # noqa: ARG001
    for index in range(campaign.entries.cases):
        if stopping():
            return
        yield fly_cases(campaign, [index])


@pytest.fixture
def without_processes(monkeypatch):
    monkeypatch.setattr(workers, "in_processes", in_this_process)


def test_processes_give_the_same_results_as_one_case_after_the_other(campaign, tmp_path):
    outcome = CampaignRun(campaign, tmp_path / "out", jobs=2, dask=None).run(Watcher())
    rows = pq.read_table(outcome.directory / "results.parquet").to_pylist()
    alone = fly_cases(campaign, range(campaign.entries.cases))
    assert [row["case"] for row in rows] == list(range(12))
    for row, other in zip(rows, alone, strict=True):
        assert {name: value for name, value in row.items() if name in other} == other
        assert all(value is None for name, value in row.items() if name not in other)
    assert outcome.summary.flown == 12
    assert outcome.summary.passed.passed == sum(row["passed"] for row in alone)


@pytest.mark.usefixtures("without_processes")
def test_an_interrupt_leaves_what_is_flown_readable(campaign, tmp_path):
    outcome = stopped_after(3, campaign, tmp_path)
    assert outcome.summary.interrupted
    assert not outcome.summary.met
    assert pq.read_table(outcome.directory / "results.parquet").num_rows == 3


@pytest.mark.usefixtures("without_processes")
def test_every_failing_case_has_a_command_that_flies_it_again_to_the_bit(
    campaign, tmp_path, monkeypatch
):
    outcome = CampaignRun(campaign, tmp_path / "out", jobs=1, dask=None).run(Watcher())
    failures = outcome.summary.failures
    assert failures, "no case fails here, so nothing is shown"
    words = failures[0].command.split()
    assert words[:2] == ["qiki-hil", "campaign"]
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(command, [*words[2:], "--no-report"])
    assert result.exit_code == 1, result.output
    assert "every metric is that of" in result.output
    assert len(list((tmp_path / "runs").iterdir())) == 1


@pytest.mark.usefixtures("without_processes")
@pytest.mark.parametrize(("require", "code"), [("0", 0), ("1", 1)])
def test_the_exit_code_says_whether_enough_cases_passed(campaign_file, tmp_path, require, code):
    text = campaign_file.read_text().replace("require: 0.25", f"require: {require}")
    campaign_file.write_text(text)
    options = [str(campaign_file), "--cases", "6", "--json", "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(command, options)
    assert result.exit_code == code, result.output
    summary = json.loads(result.stdout)
    assert summary["met"] is (code == 0)
    assert summary["flown"] == summary["cases"] == 6
    assert summary["scenarios"][0]["metrics"]["propellant_used_kg"]["count"] == 3


def test_ctrl_c_keeps_what_is_flown(campaign_file, tmp_path):
    out = tmp_path / "out"
    options = ["campaign", str(campaign_file), "--cases", "20000", "--jobs", "1", "--out", str(out)]
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "qiki_hil.console.cli.main", *options],
        stdout=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60.0
    while not list(out.glob("*/results.parquet")) and time.monotonic() < deadline:
        time.sleep(0.05)
    child.send_signal(signal.SIGINT)
    said, _ = child.communicate(timeout=60.0)
    assert child.returncode == 130
    assert said.startswith("INTERRUPTED small: ")
    (results,) = out.glob("*/results.parquet")
    assert 0 < pq.read_table(results).num_rows < 20000


def test_a_campaign_in_which_nothing_was_flown_leaves_nothing(campaign, tmp_path):
    run = CampaignRun(campaign, tmp_path / "out", jobs=1, dask=None)
    run.stop()
    with pytest.raises(StoppedError, match="interrupted before any case was flown"):
        run.run(Watcher())
    assert list((tmp_path / "out").iterdir()) == []


def test_the_command_flies_in_processes_of_its_own(campaign_file, tmp_path):
    options = ["campaign", str(campaign_file), "--cases", "4", "--jobs", "2", "--out"]
    done = subprocess.run(
        [sys.executable, "-P", "-m", "qiki_hil.console.cli.main", *options, str(tmp_path / "out")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    assert "4 flown (4 cases)" in done.stdout
    assert "by 2 processes" in done.stdout


def test_no_row_where_there_is_no_such_case(campaign, tmp_path, without_processes):  # noqa: ARG001
    outcome = stopped_after(1, campaign, tmp_path)
    assert read_row(outcome.directory / "results.parquet", 11) is None


def test_dask_that_is_not_installed_is_told_how(campaign, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(QikiError, match=r"pip install 'qiki-hil\[campaign-dask\]'"):
        next(workers.on_dask(campaign, "tcp://127.0.0.1:1", never))


@pytest.mark.parametrize(
    ("passed", "of", "low", "high"),
    # Wilson's score interval at 95 %, as in Newcombe (Statistics in Medicine 17, 1998), table I.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_of_a_rate_is_wilsons(passed, of, low, high):
    found = rate(passed, of)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_without_cases_the_rate_can_be_anything():
    assert (rate(0, 0).rate, rate(0, 0).low, rate(0, 0).high) == (None, 0.0, 1.0)


def test_percentiles_are_values_that_came():
    found = statistics([3.0, None, 1.0, 2.0])
    assert (found.count, found.min, found.p50, found.p95, found.max) == (3, 1.0, 2.0, 3.0, 3.0)
    assert statistics([None]) is None
