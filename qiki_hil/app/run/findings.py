"""What verdict, summary and report need of the records of a run, read in one pass."""

from collections.abc import Sequence

from qiki_hil.app.summary import RunFacts
from qiki_hil.app.totals import Totals
from qiki_hil.app.traces import Traces
from qiki_hil.kernels.controller import period_us
from qiki_hil.scenario import Scenario
from qiki_hil.scenario.expectations import ExpectationResult, Judges
from qiki_hil.scenario.signals import Columns
from qiki_hil.spec import BotSpec
from qiki_hil.store import RunDirectory


class Findings:
    """Takes columns part after part, and keeps as much of a long run as of a short one."""

    def __init__(self, spec: BotSpec, scenario: Scenario, traced_rows: int = 0) -> None:
        """`traced_rows`: the number of rows that will come, where they are to be drawn; 0 where
        not."""
        self.totals = Totals(spec.mass.dry_kg, spec.effectiveness[:3] * spec.thrust_max_n)
        self.traces = Traces(traced_rows, self.totals.timing) if traced_rows else None
        self._judges = Judges(scenario.expect, scenario.duration_s)

    def take(self, columns: Columns) -> None:
        """Takes the next part."""
        self._judges.take(columns)
        self.totals.take(columns)
        if self.traces is not None:
            self.traces.take(columns)

    @property
    def records(self) -> int:
        """How many there were."""
        return self.totals.records

    def results(self) -> list[ExpectationResult]:
        """What became of the expectations."""
        return self._judges.results()


def facts_of(
    directory: RunDirectory, scenario: Scenario, realtime_measures: Sequence[str] = ()
) -> RunFacts:
    """What the summary of a run says of it beside its findings."""
    manifest = directory.manifest
    return RunFacts(
        run_id=manifest.run_id,
        scenario=manifest.scenario,
        rig=manifest.rig,
        rate_hz=manifest.rate_hz,
        period_us=period_us(manifest.rate_hz),
        seed=manifest.seed,
        duration_s=scenario.duration_s,
        speed=str(manifest.speed),
        directory=str(directory.path),
        spec_hash=manifest.spec_hash,
        versions=manifest.versions,
        realtime_measures=list(realtime_measures),
    )
