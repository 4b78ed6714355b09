"""`qiki-hil runs`: look at runs that are kept, draw their reports anew, remove them."""

from collections import deque
from pathlib import Path
from typing import Any

import click

from qiki_hil.app.run.past import (
    check_records,
    check_removable,
    events_text,
    find_run,
    remove,
    report_again,
    run_paths,
    summary_of,
)
from qiki_hil.console.cli.completion import RUNS, run_ids
from qiki_hil.console.cli.options import json_option
from qiki_hil.console.live.summary_view import summary_lines
from qiki_hil.console.say import say, say_json
from qiki_hil.errors import StoreError
from qiki_hil.store import RunDirectory
from qiki_hil.store.manifest import utc_text

EVENTS_SHOWN = 40
HEADS = ("run", "begun, UTC", "rate", "speed", "seed", "status")

root_option = click.option(
    "--runs",
    "root",
    type=click.Path(file_okay=False, path_type=Path),
    default=RUNS,
    show_default=True,
    help="Where runs are kept.",
)
run_argument = click.argument("run", metavar="RUN", shell_complete=run_ids)


@click.group()
def runs() -> None:
    """Look at runs that are kept, draw their reports anew, remove them.

    RUN is the id of a run, or the path of its directory.
    """


@runs.command("list")
@root_option
@json_option
def list_(root: Path, as_json: bool) -> None:
    """List the runs, oldest first."""
    found = [_entry(path) for path in run_paths(root)]
    if as_json:
        say_json({"directory": str(root), "runs": found})
        return
    if not found:
        say(f"no runs in {root}")
        return
    # Lines are as long as they are, also on a terminal: an id is copied in one piece.
    table = [HEADS, *map(_cells, found)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for cells in table:
        padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        say("  ".join(padded).rstrip())


def _cells(entry: dict[str, Any]) -> tuple[str, ...]:
    if "error" in entry:
        return (entry["run_id"], "", "", "", "", f"unreadable: {entry['error']}")
    about = (f"{entry['rate_hz']:g} Hz", str(entry["speed"]), str(entry["seed"]), entry["status"])
    return (entry["run_id"], utc_text(int(entry["created_unix_ns"])), *about)


def _entry(path: Path) -> dict[str, Any]:
    try:
        manifest = RunDirectory.open(path).manifest
    except StoreError as error:
        return {"run_id": path.name, "directory": str(path), "error": str(error)}
    entry = manifest.model_dump(mode="json", exclude={"schema_version", "versions"})
    return entry | {"directory": str(path)}


@runs.command()
@run_argument
@root_option
@json_option
@click.option(
    "--events",
    "count",
    type=click.IntRange(0),
    default=EVENTS_SHOWN,
    show_default=True,
    help="How many of the newest events.",
)
def show(run: str, root: Path, as_json: bool, count: int) -> None:
    """Show one run: its status, verdict, measurements and events. Every record is read and checked;
    exit code 2 where one is damaged."""
    found = find_run(root, run)
    records = check_records(found)
    summary = summary_of(found)
    events = deque(events_text(found), maxlen=count)
    if as_json:
        told = [{"time_s": time_s, "type": kind, "text": text} for time_s, kind, text in events]
        measured = None if summary is None else summary.model_dump(mode="json")
        about = _entry(found.path) | {"records": records}
        say_json({"run": about, "summary": measured, "events": told})
        return
    if summary is None:
        say(f"{found.run_id}: {found.manifest.status}, {records} records, not judged")
        say("qiki-hil runs report judges what there is of a run that was killed")
    else:
        say("\n".join(summary_lines(summary)))
    if events:
        say("events:")
    for time_s, _, text in events:
        say(f"{time_s:10.2f} s  {text}")


@runs.command()
@run_argument
@root_option
@json_option
def report(run: str, root: Path, as_json: bool) -> None:
    """Write report.html and report.png of a run anew, from what is recorded. A run that was killed
    is judged by what there is of it; it cannot pass. Exit code 2 where a record is damaged."""
    found = find_run(root, run)
    summary = report_again(found)
    page = found.path / "report.html"
    if as_json:
        say(summary.model_dump_json(indent=2))
        return
    say("\n".join(summary_lines(summary)))
    say(f"report: {page}" if page.exists() else "report: there are no records to draw")


@runs.command("rm")
@click.argument("names", metavar="RUN...", nargs=-1, required=True, shell_complete=run_ids)
@root_option
@click.option("--yes", is_flag=True, help="Ask nothing.")
def rm(names: tuple[str, ...], root: Path, yes: bool) -> None:
    """Remove runs with everything in their directories. One that is under way stays, and so does
    whatever is no run; then nothing is removed."""
    found = [find_run(root, name) for name in dict.fromkeys(names)]
    for run in found:
        check_removable(run)
    if not yes:
        for run in found:
            say(f"{run.path}: {run.manifest.scenario} on {run.manifest.rig}, {run.manifest.status}")
        click.confirm(f"Remove {len(found)} run(s) for good?", abort=True)
    for run in found:
        remove(run)
        say(f"removed: {run.path}")
