"""What is written of a run when its loop is over: status, summary, report."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from qiki_hil.app.run.directory import release_reserve
from qiki_hil.app.run.record import Run
from qiki_hil.app.summary import RunSummary
from qiki_hil.app.traces import Traces
from qiki_hil.command import format_command
from qiki_hil.errors import StoreError
from qiki_hil.scenario import Scenario
from qiki_hil.store import RunStatus


@dataclass(frozen=True)
class Outcome:
    """How a run went and where it is kept."""

    summary: RunSummary
    directory: Path
    report: Path | None
    """None where there was nothing to draw, it could not be written, or none was requested."""
    complaint: str
    """What could not be written; empty where everything was."""


def keep(run: Run, summary: RunSummary, traces: Traces | None) -> Outcome:
    """Writes the verdict and, where there are `traces`, the report that is drawn from them.

    A run whose record is not whole has failed; a report that cannot be written costs the report,
    not the verdict.
    """
    release_reserve(run.directory)
    complaints: list[str] = []
    try:
        # The verdict comes before the last events: it has the reserved space to itself.
        _write_verdict(run, summary)
        run.store.finish()
    except StoreError as error:
        complaints.append(str(error))
        summary = _failed(summary, str(error))
        with suppress(StoreError):
            _write_verdict(run, summary)
    report, failures = _report(run, summary, traces)
    complaints += failures
    return Outcome(summary, run.directory.path, report, "; ".join(complaints))


def _report(run: Run, summary: RunSummary, traces: Traces | None) -> tuple[Path | None, list[str]]:
    """The report, and why what is missing of it is missing."""
    if traces is None:
        return None, []
    # Imported here, because a run without a report should not pay for the template engine.
    from qiki_hil.app.report import write_picture, write_report

    written, complaints = [], []
    for write in (write_report, write_picture):
        try:
            notes = annotations(run.parts.scenario)
            written.append(write(run.directory.path, summary, traces, notes))
        except StoreError as error:
            complaints.append(str(error))
    return next((path for path in written if path.suffix == ".html"), None), complaints


def annotations(scenario: Scenario) -> list[tuple[float, str]]:
    """Commands and faults of a scenario for its plots: time in s and text, by time."""
    commands = [(entry.at_s, format_command(entry.command)) for entry in scenario.commands]
    faults = [(fault.at_s, f"{fault.kind} {fault.target}") for fault in scenario.faults]
    return sorted(commands + faults)


def _failed(summary: RunSummary, reason: str) -> RunSummary:
    detail = summary.end_detail or reason
    return summary.model_copy(update={"status": "failed", "passed": False, "end_detail": detail})


def _write_verdict(run: Run, summary: RunSummary) -> None:
    run.directory.set_status(RunStatus(summary.status))
    run.directory.write("summary.json", summary.model_dump_json(indent=2).encode())
