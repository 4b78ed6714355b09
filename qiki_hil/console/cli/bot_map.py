"""`qiki-hil bot map`: which nozzles push along and about each axis."""

from pathlib import Path
from typing import Any

import click
import numpy as np
from rich.box import SIMPLE_HEAD
from rich.columns import Columns
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from qiki_hil.analysis.availability import Availability
from qiki_hil.analysis.map_drawing import figure, loads, text_views
from qiki_hil.analysis.maps import AXES, Entry, MapReport, map_report
from qiki_hil.console.cli.completion import names_or_files
from qiki_hil.console.cli.options import json_option
from qiki_hil.console.safe_console import report_console
from qiki_hil.console.say import say, say_json
from qiki_hil.kernels import (
    MAP_EXACT_FORCE_N,
    MAP_EXACT_TORQUE_NM,
    MAP_FORCE_TOLERANCE_N,
    MAP_TORQUE_TOLERANCE_NM,
)
from qiki_hil.pictures import write_png
from qiki_hil.spec import BotSpec
from qiki_hil.spec.generate import BASE

_FAILED = 1
_WIDTH = 120
_NOZZLES_A_LINE = 3


@click.command("map")
@click.argument(
    "name", metavar="[NAME|FILE]", default=BASE, shell_complete=names_or_files(BotSpec.shipped)
)
@click.option("--out", type=int, multiple=True, help="A nozzle that is out: which sets go; repeat.")
@click.option(
    "--direction",
    type=click.Choice([axis.name for axis in AXES], case_sensitive=False),
    help="Draw the plumes of one direction, and list what was checked.",
)
@json_option
@click.option(
    "--png", type=click.Path(dir_okay=False, path_type=Path), help="Also draw it into this file."
)
@click.pass_context
def map_(
    context: click.Context,
    name: str,
    out: tuple[int, ...],
    direction: str | None,
    as_json: bool,
    png: Path | None,
) -> None:
    """Show the thrust map and the torque map of a bot, and check them.

    Along each axis: ZTT, the fewest nozzles that push without turning, and FTG, all that help,
    with one ceiling for all six. About each axis: ZFR and FRG, likewise. AUTO thrusts by these
    sets alone. Ends with exit code 1 where a check fails or a direction has no set.
    """
    spec = BotSpec.load(name)
    report = map_report(spec, Availability.of(out).out)
    if as_json:
        say_json(_json(report))
    elif direction is not None:
        _print_direction(report, direction)
    else:
        _print(report)
    if png is not None:
        _write_png(report, png)
    if not report.passed:
        context.exit(_FAILED)


def _json(report: MapReport) -> dict[str, Any]:
    return report.table() | {
        "hash": report.spec.hash,
        "out": list(report.out),
        "lost": list(report.lost),
        "passed": report.passed,
    }


def _print(report: MapReport) -> None:
    console = report_console(_WIDTH)
    metadata = report.spec.metadata
    console.print(Text.assemble((metadata.id, "bold"), "  ", metadata.title))
    com = " ".join(f"{x:+.3f}" for x in report.spec.com_m_body)
    console.print(f"about the centre of mass with a full tank, {com} m; body frame")
    half = len(report.entries) // 2
    console.print(_table("Thrust map", report.entries[:half], "net force, N"))
    console.print(_table("Torque map", report.entries[half:], "net torque, N·m"))
    console.print(_load_table(report))
    console.print(
        f"tolerance: |sum r x F| {MAP_TORQUE_TOLERANCE_NM:g} N·m, |sum F| across "
        f"{MAP_FORCE_TOLERANCE_N:g} N; pure is at most {MAP_EXACT_TORQUE_NM:g} N·m and "
        f"{MAP_EXACT_FORCE_N:g} N"
    )
    console.print(_verdict(report))


def _table(title: str, entries: tuple[Entry, ...], net: str) -> Table:
    table = Table(title=title, box=SIMPLE_HEAD)
    for heading in ("direction", "set", "nozzle:N"):
        table.add_column(heading, no_wrap=True)
    for heading in ("ceiling", net, "left, N", "left, N·m"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("check")
    for number, entry in enumerate(entries):
        first = number % 2 == 0
        is_force = entry.axis.row < 3
        table.add_row(
            f"{entry.axis.name}\n{entry.axis.words}" if first else "",
            entry.kind,
            _nozzles(entry),
            f"{entry.set.ceiling:.2f} {entry.axis.unit}",
            _vector(entry.force_n if is_force else entry.torque_nm),
            f"{entry.set.leftover_force_n:.3f}",
            f"{entry.set.leftover_torque_nm:.3f}",
            Text(entry.verdict),
            end_section=not first,
        )
    return table


def _nozzles(entry: Entry) -> str:
    items = [f"{n:>2}:{entry.set.thrust_n[n]:<6.2f}" for n in entry.set.nozzles]
    lines = [items[i : i + _NOZZLES_A_LINE] for i in range(0, len(items), _NOZZLES_A_LINE)]
    return "\n".join(" ".join(line) for line in lines) or "none"


def _vector(values: np.ndarray[Any, np.dtype[np.float64]]) -> str:
    return " ".join(f"{value + 0.0:+.2f}" for value in np.where(np.abs(values) < 5e-3, 0.0, values))


def _load_table(report: MapReport) -> Table:
    table = Table(title="Load of nozzles 0 to 15, eighths of their most", box=SIMPLE_HEAD)
    for heading in ("", "ZTT", "FTG", "", "ZFR", "FRG"):
        table.add_column(heading, no_wrap=True)
    half = len(AXES) // 2
    for force, torque in zip(AXES[:half], AXES[half:], strict=True):
        cells = []
        for axis in (force, torque):
            cells += [axis.name, *(loads(report.spec, entry) for entry in report.of(axis.name))]
        table.add_row(*cells)
    return table


def _verdict(report: MapReport) -> str:
    failed = [entry for entry in report.entries if not entry.passed]
    if failed:
        names = ", ".join(f"{entry.axis.name} {entry.kind}" for entry in failed)
        return f"[bold red]✗ FAILED[/]: {names}"
    if report.lost:
        nozzles = ", ".join(map(str, report.out))
        return f"[bold red]✗ LOST[/] in AUTO without {nozzles}: {', '.join(report.lost)}"
    if report.out:
        return "✓ passed: every direction keeps a set"
    inexact = [entry for entry in report.entries if not entry.set.exact]
    if inexact:
        return f"✓ passed, with something left over in {len(inexact)} sets"
    return f"✓ passed: all {len(report.entries)} sets are pure, ceilings are equal"


def _print_direction(report: MapReport, name: str) -> None:
    console = report_console(_WIDTH)
    for entry in report.of(name):
        found = entry.set
        console.print(
            f"[bold]{name} {entry.kind}[/]  {found.ceiling:.2f} {entry.axis.unit} from "
            f"{found.gross_n:.2f} N of thrust and {found.power_w:.0f} W  {entry.verdict}"
        )
        console.print(_nozzles(entry))
        for check in entry.checks:
            glyph, word = ("✓", "passed") if check.passed else ("✗", "FAILED")
            console.print(f"  {glyph} {word}  {check.name}: {check.words}", markup=False)
        views = text_views(report.spec, entry)
        panels = [Panel(Text(text), title=title, expand=False) for title, text in views]
        console.print(Columns(panels))
    console.print("arrows are plumes of the nozzles that push; the force goes the other way")


def _write_png(report: MapReport, path: Path) -> None:
    write_png(lambda: figure(report), path, 100)
    say(f"drawing written to {path}", err=True)
