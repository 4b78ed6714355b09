"""`qiki-hil replay`: recorded inputs through the controller, compared to the bit."""

import sys
from dataclasses import asdict
from pathlib import Path

import click

from qiki_hil.app.replay import ReplayResult
from qiki_hil.app.replay import replay as replay_run
from qiki_hil.console.cli.completion import run_folders
from qiki_hil.console.cli.options import json_option
from qiki_hil.console.say import say, say_json

DIFFERENCES_SHOWN = 20


@click.command()
@click.argument("run", type=click.Path(path_type=Path), shell_complete=run_folders)
@json_option
def replay(run: Path, as_json: bool) -> None:
    """Feed the inputs recorded in RUN (a run directory) through the controller and compare what
    comes out with what was recorded, bit for bit. Exit code 1 where it differs, or where records
    of the run are missing."""
    result = replay_run(run)
    if as_json:
        judged = {"identical": result.identical, "complete": result.complete}
        say_json(asdict(result) | judged)
    else:
        say("\n".join(lines(result)))
    # A run without a summary has no known length: what there is of it decides.
    sys.exit(0 if result.identical and result.complete is not False else 1)


def lines(result: ReplayResult) -> list[str]:
    """The result in words."""
    if result.identical:
        return [_identical(result)]
    found = [f"✗ different from tick {result.tick} of {result.run_id} on; first difference:"]
    width = max(len(d.path) for d in result.differences)
    found += [
        f"  {one.path:{width}}  recorded {one.recorded}  replayed {one.replayed}"
        for one in result.differences[:DIFFERENCES_SHOWN]
    ]
    rest = len(result.differences) - DIFFERENCES_SHOWN
    return found + ([f"  ... and {rest} more values in this tick"] if rest > 0 else [])


def _identical(result: ReplayResult) -> str:
    cycles, run_id = result.cycles, result.run_id
    outputs = "every output of the controller as recorded, to the bit"
    if result.ticks is None:
        return f"– run {run_id} is {result.status}; {cycles} cycles replayed, {outputs}"
    if cycles < result.ticks:
        return (
            f"✗ incomplete: the first {cycles} of {result.ticks} cycles of {run_id} are identical; "
            "the rest are missing"
        )
    if cycles > result.ticks:
        return f"✗ {run_id} holds {cycles} cycles, but its summary counts {result.ticks}"
    return f"✓ identical: {cycles} cycles of {run_id}, {outputs}"
