"""A campaign from its file to its verdict, kept in a directory of its own.

campaign.yaml     what was flown, with its craft and scenarios beside it
results.parquet   one row a case; can be read at any moment
summary.json      rates, percentiles, and how to fly what failed again
"""

import shlex
import shutil
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from qiki_hil import clock
from qiki_hil.app.request import versions
from qiki_hil.campaign.file import Campaign
from qiki_hil.campaign.flight import Row
from qiki_hil.campaign.summary import CampaignSummary, summarize
from qiki_hil.campaign.table import write
from qiki_hil.campaign.workers import all_rows, described
from qiki_hil.errors import StoppedError
from qiki_hil.identity import random_tag
from qiki_hil.store.manifest import directory_name, make_directory, write_atomically

SAVE_NS = 10_000_000_000
"""Results are written with the first cases and then this often."""
FILE = "campaign.yaml"
RESULTS = "results.parquet"
SUMMARY = "summary.json"


class Observer(Protocol):
    """Is told of the progress of a campaign."""

    def flown(self, cases: int, failed: int) -> None:
        """`cases` are flown so far, of which `failed` did not pass."""


@dataclass(frozen=True)
class Outcome:
    """How a campaign went and where it is kept."""

    summary: CampaignSummary
    directory: Path


class CampaignRun:
    """One campaign, flown once."""

    def __init__(self, campaign: Campaign, root: Path, *, jobs: int, dask: str | None) -> None:
        """Makes the directory in `root`, with everything that flies a case again. Raises
        StoreError where it cannot be written."""
        self.campaign = campaign
        self.directory = _keep(campaign, root)
        self._jobs = jobs
        self._dask = dask
        self._rows: list[Row] = []
        self._stops = 0

    def run(self, observer: Observer) -> Outcome:
        """Flies every case, unless `stop` is called meanwhile. However it ends, the results hold
        every case that was flown. Raises StoppedError where there is none."""
        start_ns = clock.monotonic_ns()
        save_at_ns = start_ns
        failed = 0
        try:
            rows_of = all_rows(self.campaign, self._jobs, self._dask, lambda: self._stops)
            with closing(rows_of) as chunks:
                for rows in chunks:
                    self._rows += rows
                    failed += sum(not row["passed"] for row in rows)
                    observer.flown(len(self._rows), failed)
                    if clock.monotonic_ns() >= save_at_ns:
                        self._save()
                        save_at_ns = clock.monotonic_ns() + SAVE_NS
        finally:
            self._end()
        wall_s = (clock.monotonic_ns() - start_ns) * 1e-9
        return self._conclude(wall_s)

    def stop(self) -> None:
        """Requests an early end: cases that have not begun are not flown. Called again, it does
        not wait for those under way."""
        self._stops += 1

    def command(self, case: int) -> str:
        """The command line that flies a case again, as an ordinary run."""
        file = shlex.quote(str(self.directory / FILE))
        return f"qiki-hil campaign {file} --case {case} --runs runs"

    def _end(self) -> None:
        """Saves what is flown. Where no case was flown, removes the directory."""
        if self._rows:
            self._save()
        else:
            shutil.rmtree(self.directory, ignore_errors=True)

    def _save(self) -> None:
        write(self.directory / RESULTS, self.campaign, self._rows)

    def _conclude(self, wall_s: float) -> Outcome:
        if not self._rows:
            raise StoppedError("interrupted before any case was flown; nothing is kept")
        summary = summarize(
            self.campaign,
            self._rows,
            directory=str(self.directory),
            versions=versions(),
            interrupted=len(self._rows) < self.campaign.entries.cases,
            wall_s=wall_s,
            workers=described(self._jobs, self._dask),
            command=self.command,
        )
        write_atomically(self.directory / SUMMARY, summary.model_dump_json(indent=2).encode())
        return Outcome(summary, self.directory)


def _keep(campaign: Campaign, root: Path) -> Path:
    """A new directory with the campaign, its craft and its scenarios."""
    name = directory_name(clock.unix_ns(), campaign.entries.name, "campaign", random_tag())
    directory = make_directory(root, name)
    places = [f"./{scenario.name}.scenario.yaml" for scenario in campaign.scenarios]
    for place, scenario in zip(places, campaign.scenarios, strict=True):
        write_atomically(directory / place, scenario.to_yaml().encode())
    write_atomically(directory / "spec.yaml", campaign.spec.to_yaml().encode())
    text = campaign.to_yaml("./spec.yaml", places)
    write_atomically(directory / FILE, text.encode())
    return directory
