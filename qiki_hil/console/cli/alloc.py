"""`qiki-hil alloc`: why these nozzles, and what a craft can do with those it has."""

from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray
from rich.columns import Columns
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from qiki_hil.analysis import (
    Availability,
    Controllability,
    Explanation,
    Loss,
    NozzleReason,
    controllability,
)
from qiki_hil.analysis import explain as explain_wrench
from qiki_hil.analysis.axes import HALF_AXES, HalfAxis
from qiki_hil.analysis.drawing import figure, firing, text_views
from qiki_hil.console.cli.options import bot_option, json_option
from qiki_hil.console.safe_console import report_console
from qiki_hil.console.say import say, say_json
from qiki_hil.errors import QikiError
from qiki_hil.pictures import write_png
from qiki_hil.spec import BotSpec

_ALARM = 1
_BAR = 8
_WIDTH = 110
_LARGEST = 1e9
"""Of a wrench, N or N·m: far beyond any nozzle, and far below the end of doubles."""
_OUT = click.option("--out", "out", type=int, multiple=True, help="A nozzle that is out; repeat.")
_OPEN = click.option(
    "--open", "stuck_open", type=int, multiple=True, help="A nozzle that is stuck open; repeat."
)


@click.group()
def alloc() -> None:
    """Why these nozzles, and what a craft can do with those it has."""


@alloc.command()
@click.option("--force", default="0,0,0", metavar="X,Y,Z", help="Force, N, body.")
@click.option("--torque", default="0,0,0", metavar="X,Y,Z", help="Torque, N·m, body.")
@_OUT
@_OPEN
@bot_option
@click.option(
    "--along", is_flag=True, help="Out of reach: keep the direction, not the least error."
)
@json_option
@click.option(
    "--png", type=click.Path(dir_okay=False, path_type=Path), help="Also draw it into this file."
)
def explain(
    force: str,
    torque: str,
    out: tuple[int, ...],
    stuck_open: tuple[int, ...],
    bot: str,
    along: bool,
    as_json: bool,
    png: Path | None,
) -> None:
    """Allocate a wrench and say why each nozzle pushes as hard as it does."""
    wanted = _vector("--force", force), _vector("--torque", torque)
    availability, spec = Availability.of(out, stuck_open), BotSpec.load(bot)
    explanation = explain_wrench(spec, *wanted, availability, along)
    if as_json:
        say_json(_explanation_json(explanation))
    else:
        _print_explanation(spec, explanation)
    if png is not None:
        _write_png(spec, explanation, png)


@alloc.command()
@bot_option
@_OUT
@_OPEN
@json_option
@click.pass_context
def report(
    context: click.Context,
    bot: str,
    out: tuple[int, ...],
    stuck_open: tuple[int, ...],
    as_json: bool,
) -> None:
    """Report what a craft can do, and what is lost with each nozzle.

    Ends with exit code 1 where a direction of the wrench is lost.
    """
    availability, spec = Availability.of(out, stuck_open), BotSpec.load(bot)
    found = controllability(spec, availability)
    if as_json:
        say_json(_report_json(found))
    else:
        _print_report(spec, found)
    if found.alarm:
        context.exit(_ALARM)


def _vector(option: str, text: str) -> tuple[float, float, float]:
    try:
        x, y, z = (float(part) for part in text.split(","))
    except ValueError:
        raise QikiError(
            f"{option}: {text!r} given; three numbers with commas are needed, as in 100,0,-20"
        ) from None
    if not all(abs(part) <= _LARGEST for part in (x, y, z)):
        raise QikiError(f"{option}: {text!r} given; numbers up to ±{_LARGEST:g} are needed")
    return x, y, z


def _write_png(spec: BotSpec, explanation: Explanation, path: Path) -> None:
    write_png(lambda: figure(spec, explanation), path, 110)
    say(f"drawing written to {path}", err=True)


def _print_explanation(spec: BotSpec, found: Explanation) -> None:
    console = report_console(_WIDTH)
    verdict = "✓ met" if found.met else "✗ out of reach: the nearest that can be had"
    console.print(f"[bold]{spec.metadata.id}[/]  {verdict}")
    console.print(_wrench_table(found))
    console.print(
        f"fuel {found.fuel_n:.2f} N of thrust from {len(firing(found))} nozzles; power "
        f"{found.power_w:.0f} of {found.power_max_w:.0f} W; {found.room()}"
    )
    for limit in found.limits():
        console.print(f"! {limit}")
    console.print(_nozzle_table(found))
    for price in found.prices:
        console.print(f"  {price.words}")
    views = [
        Panel(Text(text), title=title, expand=False) for title, text in text_views(spec, found)
    ]
    console.print(Columns(views))
    console.print("arrows are plumes of the nozzles that push; the force goes the other way")


def _wrench_table(found: Explanation) -> Table:
    table = Table("", "Fx, N", "Fy, N", "Fz, N", "Tx, N·m", "Ty, N·m", "Tz, N·m")
    for column in table.columns[1:]:
        column.justify = "right"
    for label, values in (
        ("demanded", found.demanded),
        ("allocated", found.allocated),
        ("error", found.error),
    ):
        table.add_row(label, *(f"{value:.2f}" for value in _clean(values)))
    return table


def _nozzle_table(found: Explanation) -> Table:
    # Worth and cost are newtons where the wrench is met, scaled error where it is out of reach.
    heads = ("nozzle", "", "thrust, N", "share", "state", "worth", "cost", "reduced", "why")
    table = Table(*heads)
    for index in (0, 2, 3, 5, 6, 7):
        table.columns[index].justify = "right"
    for nozzle in found.nozzles:
        values = _clean(np.array([nozzle.worth, nozzle.cost, nozzle.reduced_cost]))
        table.add_row(
            str(nozzle.nozzle),
            _bar(nozzle),
            f"{nozzle.thrust_n:.2f}",
            f"{nozzle.share:.0%}",
            nozzle.state,
            *(f"{value:.3g}" for value in values),
            nozzle.words,
        )
    return table


def _clean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rounding residues and minus zero become zero."""
    return np.where(np.abs(values) < 1e-6, 0.0, values)


def _bar(nozzle: NozzleReason) -> str:
    filled = round(_BAR * nozzle.thrust_n / nozzle.thrust_max_n) if nozzle.thrust_max_n else 0
    return "█" * filled + "░" * (_BAR - filled)


def _explanation_json(found: Explanation) -> dict[str, Any]:
    return {
        "status": found.status,
        "out": sorted(found.availability.out),
        "stuck_open": sorted(found.availability.stuck_open),
        "wrench_demanded": found.demanded.tolist(),
        "wrench_allocated": found.allocated.tolist(),
        "wrench_error": found.error.tolist(),
        "error_scaled": found.error_scaled,
        "fuel_n": found.fuel_n,
        "power_w": found.power_w,
        "power_max_w": found.power_max_w,
        "power_price_n_per_w": found.power_price,
        "reach": found.reach,
        "room": found.room(),
        "limits": found.limits(),
        "nozzles": [
            {
                "nozzle": n.nozzle,
                "thrust_n": n.thrust_n,
                "thrust_max_n": n.thrust_max_n,
                "share": n.share,
                "state": n.state,
                "worth": n.worth,
                "cost": n.cost,
                "reduced_cost": n.reduced_cost,
                "why": n.words,
            }
            for n in found.nozzles
        ],
        "prices": {p.axis.name: {"thrust_n": p.thrust_n, "words": p.words} for p in found.prices},
    }


def _print_report(spec: BotSpec, found: Controllability) -> None:
    console = report_console(_WIDTH)
    console.print(f"[bold]{spec.metadata.id}[/]  {found.availability}; rank {found.rank} of 6")
    table = Table("half-axis", "", title="Reach within the power limit")
    table.add_column("reach", justify="right")
    for axis, reach in zip(HALF_AXES, found.reach, strict=True):
        lost = "" if reach > 0.0 else "✗ lost"
        table.add_row(axis.name, axis.words, f"{reach:.1f} {axis.unit} {lost}".rstrip())
    console.print(Columns([table, _loss_table(found)], padding=(0, 3)))
    if found.availability.stuck_open and found.cancelled:
        console.print("reach is what can be had on top of cancelling what is stuck open")
    console.print(_verdict(found))


def _loss_table(found: Controllability) -> Table:
    table = Table("nozzle", "worst", title="With one nozzle more out")
    table.add_column("loses", justify="right")
    table.add_column("")
    for loss in found.losses:
        all_lost = len(loss.lost) == len(HALF_AXES)
        names = "every axis" if all_lost else ", ".join(axis.name for axis in loss.lost)
        words = f"✗ loses {names}" if names else "✓ no more axis lost"
        table.add_row(str(loss.nozzle), loss.worst.name, f"{loss.part:.0%}", words)
    return table


def _verdict(found: Controllability) -> str:
    if not found.cancelled:
        return "[bold red]✗ ALARM[/]: what is stuck open cannot be cancelled; no wrench is held"
    if found.alarm:
        return f"[bold red]✗ ALARM[/]: nothing can be had along {_names(found.lost)}"
    critical = [str(loss.nozzle) for loss in found.losses if loss.lost]
    if critical:
        return f"! every direction can be had, but not without nozzle {', '.join(critical)}"
    return "✓ every direction can be had, also with any one nozzle more out"


def _names(axes: tuple[HalfAxis, ...]) -> str:
    if len(axes) == len(HALF_AXES):
        return "any axis"
    return ", ".join(f"{axis.name} ({axis.words})" for axis in axes)


def _report_json(found: Controllability) -> dict[str, Any]:
    return {
        "out": sorted(found.availability.out),
        "stuck_open": sorted(found.availability.stuck_open),
        "rank": found.rank,
        "cancelled": found.cancelled,
        "reach": _by_axis(found.reach),
        "lost": [axis.name for axis in found.lost],
        "alarm": found.alarm,
        "without": [_loss_json(loss) for loss in found.losses],
    }


def _loss_json(loss: Loss) -> dict[str, Any]:
    return {
        "nozzle": loss.nozzle,
        "worst": loss.worst.name,
        "part": loss.part,
        "lost": [axis.name for axis in loss.lost],
        "reach": _by_axis(loss.reach),
    }


def _by_axis(values: NDArray[np.float64]) -> dict[str, float]:
    return {axis.name: float(value) for axis, value in zip(HALF_AXES, values, strict=True)}
