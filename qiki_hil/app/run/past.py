"""Runs that are kept: found by name, judged and drawn anew, removed."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from qiki_hil._pb.qiki.events.v1 import events_pb2
from qiki_hil._pb.qiki.telemetry.v1 import link_pb2
from qiki_hil.app.event_text import event_text
from qiki_hil.app.run.findings import Findings, facts_of
from qiki_hil.app.run.keeping import annotations
from qiki_hil.app.summary import RunSummary, summarize
from qiki_hil.errors import StoreError
from qiki_hil.scenario import Scenario
from qiki_hil.spec import BotSpec
from qiki_hil.store import RunDirectory, RunStatus, RunStore, column_parts
from qiki_hil.store.lock import RunLock
from qiki_hil.store.manifest import MANIFEST
from qiki_hil.store.sqlite_errors import store_errors

SUMMARY = "summary.json"
KILLED = "killed: nobody lived to say how it ended"


def run_paths(root: Path) -> list[Path]:
    """The directories below `root` that have a manifest, oldest first by their names."""
    return sorted(path.parent for path in root.glob(f"*/{MANIFEST}"))


def find_run(root: Path, name: str) -> RunDirectory:
    """A run by its id below `root`, or by its path. Raises StoreError where there is none."""
    path = Path(name) if "/" in name else root / name
    if not (path / MANIFEST).is_file():
        raise StoreError(f"{path}: there is no run here; qiki-hil runs list shows those there are")
    return RunDirectory.open(path)


def summary_of(run: RunDirectory) -> RunSummary | None:
    """The verdict of a run; None where nobody has judged it. Raises StoreError where it is
    damaged."""
    path = run.path / SUMMARY
    if not path.exists():
        return None
    try:
        with store_errors("read", path):
            return RunSummary.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise StoreError(
            f"cannot read {path}: it is damaged, {error.error_count()} problem(s); remove it, and"
            " qiki-hil runs report judges the run anew"
        ) from error


def report_again(run: RunDirectory) -> RunSummary:
    """Draws the report of a run anew. One without a verdict is judged by what is in its store;
    where that does not tell how the run ended, it was killed, and cannot have passed. Raises
    StoreError where the run goes on, or where a record is damaged."""
    if run.manifest.status == RunStatus.RUNNING:
        raise StoreError(f"{run.path}: the run is under way; wait for its end")
    spec = BotSpec.load(run.path / "spec.yaml")
    scenario = Scenario.load(run.path / "scenario.yaml")
    with RunStore.open(run.store_path) as store:
        findings = Findings(spec, scenario, store.counts().cycles)
        for columns in column_parts(store):
            findings.take(columns)
        ended = [event.run_ended for event in store.events(["run_ended"])]
    summary = summary_of(run)
    if summary is None:
        summary = _judged(run, scenario, findings, ended)
        run.set_status(RunStatus(summary.status))
        run.write(SUMMARY, summary.model_dump_json(indent=2).encode())
    if findings.traces is not None:
        # Imported here: it loads the template engine.
        from qiki_hil.app.report import write_picture, write_report

        for write in (write_report, write_picture):
            write(run.path, summary, findings.traces, annotations(scenario))
    return summary


def _judged(
    run: RunDirectory, scenario: Scenario, findings: Findings, told: Sequence[events_pb2.RunEnded]
) -> RunSummary:
    """The verdict by the records, and by the events that tell of the end of the run."""
    facts, totals, results = facts_of(run, scenario), findings.totals, findings.results()
    for end in told:
        return summarize(facts, totals, _loop_end(end), results)
    ended = link_pb2.LoopEnded(
        detail=KILLED,
        ticks=totals.ticks,
        records_dropped=totals.ticks - totals.records,
        overruns=totals.overruns,
    )
    # A loop that outlived its supervisor has said that the run failed.
    status = "failed" if run.manifest.status == RunStatus.FAILED else "killed"
    return summarize(facts, totals, ended, results).model_copy(update={"status": status})


def _loop_end(end: events_pb2.RunEnded) -> link_pb2.LoopEnded:
    return link_pb2.LoopEnded(
        end=end.loop_end,
        detail=end.detail,
        ticks=end.ticks,
        records_dropped=end.records_dropped,
        overruns=end.overruns,
        valves_closed=end.valves_closed,
        commands_unanswered=end.commands_unanswered,
    )


def check_removable(run: RunDirectory) -> None:
    """Raises StoreError where a directory is no run's, or its run goes on."""
    path = run.path
    if path.is_symlink() or run.run_id != path.resolve().name:
        raise StoreError(f"{path}: is not removed: it is not the directory of run {run.run_id}")
    if RunLock.is_held(path):
        raise StoreError(f"{path}: is not removed: the run is under way; end it first")


def remove(run: RunDirectory) -> None:
    """Removes a run with everything in its directory. Raises StoreError as `check_removable`
    does, and where it cannot be removed."""
    check_removable(run)
    with store_errors("remove", run.path):
        shutil.rmtree(run.path)


def check_records(run: RunDirectory) -> int:
    """How many records a run has; every one is read. Raises StoreError where one is damaged."""
    with RunStore.open(run.store_path) as store:
        return sum(1 for _ in store.cycles())


def events_text(run: RunDirectory) -> Iterator[tuple[float, str, str]]:
    """The events of a run: time in s, type and text. Raises StoreError where they cannot be
    read."""
    with RunStore.open(run.store_path) as store:
        for event in store.events():
            yield event.time_ns * 1e-9, str(event.WhichOneof("detail")), event_text(event)
